"""How much of a disk releases take. Releases made from one another share files as hard links."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder: what a copy of it would take."""
    return sum(found.st_size for found in _files(folder))


def freed_by(folders: Sequence[Path]) -> list[int]:
    """Bytes that the disk gets back as folders are removed, one after the other.

    A file that also lies elsewhere is not among them; one that lies in several of the folders goes with the last.
    """
    names: Counter[tuple[int, int]] = Counter()
    freed = []
    for folder in folders:
        count = 0
        for found in _files(folder):
            file = (found.st_dev, found.st_ino)
            names[file] += 1
            count += found.st_size if names[file] == found.st_nlink else 0
        freed.append(count)
    return freed


def _files(folder: Path) -> Iterator[os.stat_result]:
    return (path.stat() for path in folder.rglob("*") if path.is_file())
