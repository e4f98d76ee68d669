"""A sealed store made from another one: its tables as hard links, and what changed.

RocksDB never writes into a table (`*.sst`) once it is there, which its own checkpoints build upon; everything else is
copied. https://github.com/facebook/rocksdb/wiki/Checkpoints
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from lod.store.load import loading, seal_store


def load_again(before: Path, folder: Path, old: Path, new: Path) -> int:
    """Make a store in the new folder from a sealed one; returns how many statements more, or less, it holds.

    `old` and `new`: all that was and is said of the subjects that changed, as N-Quads without blank nodes.

    Raises:
        StoreError: LOD5003 the disk is full, or the store of before cannot be read.
    """
    folder.mkdir()
    with loading():
        for path in before.iterdir():
            _take(path, folder / path.name)
        store = pyoxigraph.Store(str(folder))
        difference = _replace(store, old.read_bytes().splitlines(True), new.read_bytes().splitlines(True))
        store.flush()
    del store
    seal_store(folder)
    return difference


def _take(path: Path, target: Path) -> None:
    if path.suffix == ".sst":
        try:
            os.link(path, target)
            return
        except OSError:  # another disk, or one without links
            pass
    shutil.copyfile(path, target)


def _replace(store: pyoxigraph.Store, old: list[bytes], new: list[bytes]) -> int:
    """Texts that differ may be one value to the store: all that is said now goes in after what is gone went out."""
    subjects = {line[1 : line.find(b"> ")].decode() for line in (*old, *new)}
    before = _count(store, subjects)
    for quad in pyoxigraph.parse(b"".join(set(old) - set(new)), RdfFormat.N_QUADS):
        store.remove(quad)
    store.extend(pyoxigraph.parse(b"".join(new), RdfFormat.N_QUADS))
    return _count(store, subjects) - before


def _count(store: pyoxigraph.Store, subjects: Iterable[str]) -> int:
    patterns = (store.quads_for_pattern(NamedNode(subject), None, None, None) for subject in subjects)
    return sum(1 for quads in patterns for _ in quads)
