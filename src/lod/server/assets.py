"""Static files of the site, by content hash: `/-/static/site.3f2a9c1b.css` never changes and may be kept for ever.

`static/vendor/` is built from npm by `make web`. A checkout without it serves every page all the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

STATIC_ROUTE = "/-/static/"

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
_SCRIPTS = {"js": "text/javascript; charset=utf-8"}  # ours alone: a theme has none


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file: where it is served, as what, and its bytes."""

    path: str
    media_type: str
    body: bytes
    digest: str


@lru_cache(maxsize=1)
def own_assets() -> Mapping[str, Asset]:
    """The files that come with the program, then what was built from npm, by file name."""
    static = files("lod.server").joinpath("static")
    vendor = static.joinpath("vendor")
    return {
        **read_assets(static, _MEDIA_TYPES | _SCRIPTS, are_ours=True),
        **(read_assets(vendor, _MEDIA_TYPES | _SCRIPTS) if vendor.is_dir() else {}),
    }


def read_assets(
    folder: Traversable, media_types: Mapping[str, str] = _MEDIA_TYPES, *, are_ours: bool = False
) -> dict[str, Asset]:
    """The static files of a folder, by file name; those of no known media type are left out. Ours are made compact.

    A style sheet that names another file of the folder, `url("paper.png")`, finds it under its address.
    """
    assets: dict[str, Asset] = {}
    for file in sorted(folder.iterdir(), key=lambda file: (file.name.endswith(".css"), file.name)):
        stem, _, suffix = file.name.rpartition(".")
        if suffix not in media_types or not file.is_file():
            continue
        body = file.read_bytes()
        if suffix == "css":
            body = _addressed(body, assets)
        if suffix == "css" and are_ours:
            body = compact(body.decode("utf-8")).encode("utf-8")
        digest = hashlib.sha256(body).hexdigest()[:12]
        assets[file.name] = Asset(f"{STATIC_ROUTE}{stem}.{digest}.{suffix}", media_types[suffix], body, digest)
    return assets


def _addressed(css: bytes, assets: Mapping[str, Asset]) -> bytes:
    """A style sheet whose files beside it are named as they are served, all in one place."""

    def served(match: re.Match[bytes]) -> bytes:
        asset = assets.get(match[2].decode("utf-8", "replace"))
        return match[1] + asset.path.removeprefix(STATIC_ROUTE).encode() + match[3] if asset else match[0]

    return re.sub(rb"""(url\(\s*["']?)(?:\./)?([^"'()\s/]+)(["']?\s*\))""", served, css)


def compact(css: str) -> str:
    """A style sheet without comments and the blanks that nothing needs; texts in quotes stay as they are."""
    kept = re.split(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    for place in range(0, len(kept), 2):
        text = re.sub(r"\s+", " ", kept[place])
        kept[place] = re.sub(r" ?([{};,]) ?", r"\1", re.sub(r": (?=[^{}]*[;}])", ":", text)).replace(";}", "}")
    return "".join(kept).strip()


def is_servable(name: str) -> bool:
    """Whether a file of this name may be part of a theme."""
    return name.rpartition(".")[2] in _MEDIA_TYPES
