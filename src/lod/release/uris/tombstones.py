"""URIs that were published and no longer are, with what took their place: `retired.json`, as the server reads it.

A tombstone names one URI, or many by a pattern in which `*` stands for any text. Who asks for a retired URI is sent to
its one successor (301), or is told that it is gone and what replaced it (410).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

RETIRED = "retired.json"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One entry of `retired.yml`. `uri` is absolute; with `*` it is a pattern, and so may be what replaces it."""

    uri: str
    date: str  # ISO 8601
    reason: Mapping[str, str]  # language tag → text
    replaced_by: tuple[str, ...] = ()

    @property
    def is_pattern(self) -> bool:
        """Whether it speaks about many URIs."""
        return "*" in self.uri

    def match(self, uri: str) -> re.Match[str] | None:
        """Whether it speaks about a URI; the groups are what each `*` stands for."""
        return re.fullmatch("(.*)".join(map(re.escape, self.uri.split("*"))), uri, re.DOTALL)

    def successors(self, uri: str) -> tuple[str, ...]:
        """What replaces a URI that it speaks about: each `*` of a replacement is what it stood for in the pattern."""
        found = self.match(uri)
        texts = list(found.groups()) if found else []
        return tuple(_filled(target, texts) for target in self.replaced_by)


def _filled(target: str, texts: list[str]) -> str:
    first, *rest = target.split("*")
    return first + "".join(text + part for text, part in zip([*texts, *[""] * len(rest)], rest, strict=False))


@dataclass(frozen=True, slots=True)
class Tombstones:
    """All of a release."""

    entries: tuple[Tombstone, ...] = ()
    _by_uri: dict[str, Tombstone] = field(init=False, default_factory=dict)
    _patterns: list[Tombstone] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._by_uri.update({entry.uri: entry for entry in self.entries if not entry.is_pattern})
        self._patterns.extend(entry for entry in self.entries if entry.is_pattern)

    def find(self, uri: str) -> Tombstone | None:
        """What is said of a URI: an entry of its own before a pattern, patterns in the order of the file."""
        return self._by_uri.get(uri) or next((entry for entry in self._patterns if entry.match(uri)), None)


def write_tombstones(folder: Path, entries: Iterable[Tombstone]) -> None:
    """Write `retired.json` of a release folder."""
    data = [asdict(entry) for entry in entries]
    (folder / RETIRED).write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def read_tombstones(folder: Path) -> Tombstones:
    """Those of a release; none for a release of an older version of this program.

    Raises:
        ValueError, KeyError, TypeError: the file is damaged.
    """
    path = folder / RETIRED
    if not path.is_file():
        return Tombstones()
    entries = json.loads(path.read_text(encoding="utf-8"))
    return Tombstones(tuple(Tombstone(**{**e, "replaced_by": tuple(e["replaced_by"])}) for e in entries))
