"""What a release says of the project beside its statements, and how another says it: by the keys of lod.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from lod.release.release import Site

_SECTIONS = {"agency", "licence"}


@dataclass(frozen=True, slots=True)
class SiteChange:
    """A key of lod.toml and its values; '' where there was or is none."""

    key: str
    before: str
    after: str


def site_changes(before: Site, after: Site) -> tuple[SiteChange, ...]:
    """The keys whose values differ, in the order of the project file."""
    old, new = _values(before), _values(after)
    return tuple(
        SiteChange(key, old.get(key, ""), new.get(key, ""))
        for key in dict.fromkeys([*old, *new])
        if old.get(key, "") != new.get(key, "")
    )


def _values(site: Site) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in asdict(site).items():
        section, _, key = name.partition("_")
        at = f"{section}.{key}" if section in _SECTIONS else name if name == "attribution" else f"project.{name}"
        if isinstance(value, Mapping):
            found |= {f"{at}.{language}": str(text) for language, text in sorted(value.items())}
        else:
            found[at] = value if isinstance(value, str) else ", ".join(map(str, value))
    return found
