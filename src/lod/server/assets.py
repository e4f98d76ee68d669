"""Static files of the site, by content hash: `/-/static/site.3f2a9c1b.css` never changes and may be kept for ever.

`static/vendor/` is built from npm by `make web`. A checkout without it serves every page all the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

STATIC_ROUTE = "/-/static/"

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file: where it is served, as what, and its bytes."""

    path: str
    media_type: str
    body: bytes
    digest: str


def _files() -> list[Traversable]:
    """Our own files, then what was built from npm."""
    static = files("lod.server").joinpath("static")
    vendor = static.joinpath("vendor")
    folders = [static, *([vendor] if vendor.is_dir() else [])]
    return [file for folder in folders for file in sorted(folder.iterdir(), key=lambda f: f.name) if file.is_file()]


def _load_assets() -> dict[str, Asset]:
    assets = {}
    for file in _files():
        stem, _, suffix = file.name.rpartition(".")
        if suffix not in _MEDIA_TYPES:
            continue
        body = file.read_bytes()
        digest = hashlib.sha256(body).hexdigest()[:12]
        path = f"{STATIC_ROUTE}{stem}.{digest}.{suffix}"
        assets[file.name] = Asset(path, _MEDIA_TYPES[suffix], body, digest)
    return assets


def _digest(name: str) -> str:
    folder = files("lod.server").joinpath(name)
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()


ASSETS: dict[str, Asset] = _load_assets()
"""By file name."""

BY_PATH: dict[str, Asset] = {asset.path: asset for asset in ASSETS.values()}
"""By URL path."""

SITE_DIGEST = hashlib.sha256(
    (
        version("lod")
        + "".join(_digest(name) for name in ("templates", "texts"))
        + "".join(asset.digest for asset in ASSETS.values())
    ).encode()
).hexdigest()[:16]
"""Changes when templates, texts or styles do, so that validators of pages change with them."""


def asset_path(name: str) -> str:
    """Where a static file is served.

    Raises:
        KeyError: there is no such file.
    """
    return ASSETS[name].path


def vendor_asset_path(name: str) -> str | None:
    """Where a file that was built from npm is served; None where it was not built."""
    asset = ASSETS.get(name)
    return asset.path if asset else None
