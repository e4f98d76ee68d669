"""What proves a release: the digest of every file, in three steps that lean on each other.

    SHA256SUMS       the digests of the two below, as `sha256sum --check SHA256SUMS` reads them
    manifest.json    the files that the same inputs give again byte by byte, and the digest of the store's statements
    store.json       the store's own files: RocksDB never writes the same bytes twice

So the manifest is reproducible, and no bit of a release can change unnoticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from lod.wording import NOTHING, Wording, say

MANIFEST = "manifest.json"
STORE_FILES = "store.json"
SUMS = "SHA256SUMS"

SMALL = 4 << 20  # bytes; `quick` reads files up to this size

Depth = Literal["size", "quick", "full"]
"""How closely a release is held against its digests: the sizes of its files; besides, the content of small ones; the
content of all."""


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file of a release: path relative to its folder, size in bytes, SHA-256 in hex."""

    path: str
    bytes: int
    sha256: str


def file_record(folder: Path, path: Path) -> ReleaseFile:
    """A file below `folder` as it is now."""
    return ReleaseFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256(path))


def write_store_files(folder: Path, store: Path, before: Path | None = None) -> None:
    """Write `store.json` of a release folder. Of files that it shares with the release `before`, that one tells: what
    happened to them since would not be noticed otherwise."""
    known = {entry.path: entry for entry in read_store_files(before)} if before else {}
    records = (
        known[name]
        if before and (name := path.relative_to(folder).as_posix()) in known and path.samefile(before / name)
        else file_record(folder, path)
        for path in sorted(store.iterdir())
    )
    files = [asdict(record) for record in records]
    (folder / STORE_FILES).write_text(json.dumps(files, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_store_files(folder: Path) -> tuple[ReleaseFile, ...]:
    """The files of the store.

    Raises:
        OSError, ValueError, TypeError: `store.json` is not there or not readable.
    """
    entries = json.loads((folder / STORE_FILES).read_text(encoding="utf-8"))
    return tuple(ReleaseFile(**entry) for entry in entries)


def seal(folder: Path) -> None:
    """Write `SHA256SUMS`: the last file of a release."""
    (folder / SUMS).write_text(_sums(folder), encoding="utf-8")


def is_sealed(folder: Path) -> bool:
    """Whether manifest and list of the store's files are what they were when the release was made."""
    try:
        return (folder / SUMS).read_bytes() == _sums(folder).encode()
    except OSError:
        return False


def _sums(folder: Path) -> str:
    return "".join(f"{sha256(folder / name)}  {name}\n" for name in (MANIFEST, STORE_FILES))


def differing(folder: Path, files: Iterable[ReleaseFile], depth: Depth) -> Iterator[Wording]:
    """How files on disk differ from their records, a sentence each. Files are read side by side, on all cores."""
    with ThreadPoolExecutor() as pool:
        yield from filter(None, pool.map(lambda entry: _difference(folder, entry, depth), files))


def _difference(folder: Path, entry: ReleaseFile, depth: Depth) -> Wording:
    path = folder / entry.path
    if not path.is_file():
        return say("{name} is missing", name=entry.path)
    if (size := path.stat().st_size) != entry.bytes:
        return say("{name} has {size:,} bytes, not {expected:,}", name=entry.path, size=size, expected=entry.bytes)
    if (depth == "full" or (depth == "quick" and size <= SMALL)) and sha256(path) != entry.sha256:
        return say("{name} has other content", name=entry.path)
    return NOTHING


def unlisted(folder: Path, files: Iterable[ReleaseFile]) -> list[str]:
    """Files in a release folder that no record names: nobody wrote them when the release was made."""
    known = {entry.path for entry in files} | {MANIFEST, STORE_FILES, SUMS}
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return sorted(name for name in found if name not in known)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
