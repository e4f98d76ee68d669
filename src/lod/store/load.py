"""N-Quads parts → a sealed Oxigraph folder.

A store is always made in a fresh folder: Oxigraph's load is all or nothing when a process dies, but it does not sync to
disk, so the release folder is synced as a whole before it gets its name (`lod.release.durability`).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import pyoxigraph
from pyoxigraph import RdfFormat

from lod.store.snapshot import Snapshot, StoreError
from lod.wording import say

_BLOCK = 1 << 20
_NOT_CONTENT = ("LOG", "LOCK")  # RocksDB's diary, which names this machine's folders, and its write lock

Progress = Callable[[int, int], None]  # bytes read, bytes in all


def load(parts: Sequence[Path], folder: Path, *, progress: Progress = lambda _done, _total: None) -> Snapshot:
    """Load N-Quads files, as one document, into a new store in `folder`, and seal it.

    The snapshot's digest is the SHA-256 of the parts' bytes, one after the other. One document: a blank node label
    names the same node in every part. Parts end with a line feed.

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
    try:
        store = pyoxigraph.Store(str(folder))
        source = _Concatenation(parts, lambda done: progress(done, total))
        with io.BufferedReader(source, _BLOCK) as stream:
            store.bulk_load(input=stream, format=RdfFormat.N_QUADS)
        store.flush()
        quads = len(store)
    except SyntaxError as error:
        raise StoreError(
            say("not N-Quads: {error}", error=error), hint=say("the lift wrote it: please report this"), code="LOD5003"
        ) from error
    except (OSError, RuntimeError) as error:
        raise StoreError(
            say("loading failed: {error}", error=error), hint=say("is the disk full? see: lod doctor"), code="LOD5003"
        ) from error
    del store
    for name in _NOT_CONTENT:
        (folder / name).unlink(missing_ok=True)
    return Snapshot(folder, quads, source.digest.hexdigest())


class _Concatenation(io.RawIOBase):
    """Files read one after the other, and their SHA-256."""

    def __init__(self, parts: Sequence[Path], progress: Callable[[int], None]) -> None:
        self._waiting = iter(parts)
        self._file: BinaryIO | None = None
        self._done = 0
        self.digest = hashlib.sha256()
        self._progress = progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while True:
            if self._file is None:
                part = next(self._waiting, None)
                if part is None:
                    return 0
                self._file = part.open("rb", buffering=0)
            assert self._file is not None
            count: int = self._file.readinto(buffer)  # type: ignore[attr-defined]
            if count:
                self._done += count
                self.digest.update(buffer[:count])
                self._progress(self._done)
                return count
            self._file.close()
            self._file = None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()
