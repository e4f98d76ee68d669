"""N-Quads parts → a sealed Oxigraph folder.

A store is always made in a fresh folder: Oxigraph's load is all or nothing when a process dies, but it does not sync to
disk, so the release folder is synced as a whole before it gets its name (`lod.release.durability`).
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph
from pyoxigraph import RdfFormat

from lod.store.snapshot import Snapshot, StoreError
from lod.wording import say

_SLICE = 48 << 20  # bytes that are loaded at once: the engine holds some five times as much
_NOT_CONTENT = ("LOG", "LOCK")  # RocksDB's diary, which names this machine's folders, and its write lock
# Statements with a blank node: a load gives labels names of its own, so all of these have to be in one load.
_BLANK = re.compile(rb"^(?:_:|<[^>\n]*> <[^>\n]*> _:|[^\n]* _:[^ \n]* \.$)[^\n]*\n", re.MULTILINE)

Progress = Callable[[int, int], None]  # bytes read, bytes in all


def load(parts: Sequence[Path], folder: Path, *, progress: Progress = lambda _done, _total: None) -> Snapshot:
    """Load N-Quads files, as one document, into a new store in `folder`, and seal it.

    The snapshot's digest is the SHA-256 of the parts' bytes, one after the other. One document: a blank node label
    names the same node in every part. Parts end with a line feed. Memory is bounded, whatever there is to load, but for
    statements with blank nodes (about 1.7 GB for many millions of them).

    Raises:
        StoreError: LOD5003 a part is not N-Quads, the folder is not fresh, or the disk is full.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StoreError(
            say("{folder} is not empty", folder=folder),
            hint=say("a store is only made in a fresh folder"),
            code="LOD5003",
        )
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(part.stat().st_size for part in parts)
    digest = hashlib.sha256()
    with loading():
        store = pyoxigraph.Store(str(folder))
        _fill(store, _counted(_slices(parts), digest, total, progress), folder.parent)
        store.flush()
        quads = len(store)
    del store
    seal_store(folder)
    return Snapshot(folder, quads, digest.hexdigest())


@contextmanager
def loading() -> Iterator[None]:
    """What fails while a store is filled, in our words.

    Raises:
        StoreError: LOD5003 what is loaded is not N-Quads, or the disk is full.
    """
    try:
        yield
    except SyntaxError as error:
        raise StoreError(
            say("not N-Quads: {error}", error=error), hint=say("the lift wrote it: please report this"), code="LOD5003"
        ) from error
    except (OSError, RuntimeError) as error:
        raise StoreError(
            say("loading failed: {error}", error=error), hint=say("is the disk full? see: lod doctor"), code="LOD5003"
        ) from error


def seal_store(folder: Path) -> None:
    """Take away what is no content from the folder of a store that was closed."""
    for name in _NOT_CONTENT:
        (folder / name).unlink(missing_ok=True)


def _fill(store: pyoxigraph.Store, slices: Iterable[bytes], beside: Path) -> None:
    with tempfile.TemporaryFile(dir=beside) as blank:
        for slice_ in slices:
            if b"_:" in slice_:
                blank.writelines(_BLANK.findall(slice_))
                slice_ = _BLANK.sub(b"", slice_)
            store.bulk_load(input=slice_, format=RdfFormat.N_QUADS)
        if blank.tell():
            blank.seek(0)
            store.bulk_load(input=blank, format=RdfFormat.N_QUADS)


def _slices(parts: Sequence[Path]) -> Iterator[bytes]:
    """Whole lines, some 48 MB at a time."""
    for part in parts:
        with part.open("rb") as file:
            while slice_ := file.read(_SLICE):
                yield slice_ + file.readline()


def _counted(slices: Iterable[bytes], digest: hashlib._Hash, total: int, progress: Progress) -> Iterator[bytes]:
    done = 0
    for slice_ in slices:
        digest.update(slice_)
        done += len(slice_)
        yield slice_
        progress(done, total)
