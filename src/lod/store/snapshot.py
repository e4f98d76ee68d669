"""Sealed Oxigraph folders. A snapshot is written once, in a fresh folder, and only ever opened read-only.

Oxigraph keeps typed literals by value ("01"^^xsd:integer comes back as "1"), so dumps come from the lift.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph

from lod.errors import LodError
from lod.wording import say


class StoreError(LodError):
    """A store folder is missing, damaged or in use."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sealed store: its folder, how many quads it holds, SHA-256 of the statements that it was loaded from.

    RocksDB never writes the same bytes twice (its files hold a session's random name and the time), so a store is known
    by what is in it.
    """

    folder: Path
    quads: int
    digest: str


def open_snapshot(folder: Path) -> pyoxigraph.Store:
    """Open a sealed store read-only; several processes may do so at once.

    Raises:
        StoreError: LOD5001 no store there, LOD5002 it is damaged.
    """
    if not (folder / "CURRENT").is_file():
        raise StoreError(
            say("no store in {folder}", folder=folder), hint=say("build the release again: lod build"), code="LOD5001"
        )
    try:
        return pyoxigraph.Store.read_only(str(folder))
    except (OSError, RuntimeError, ValueError) as error:
        raise _damaged(folder, error) from error


def count_quads(folder: Path) -> int:
    """How many quads a sealed store holds: all of them are read.

    Raises:
        StoreError: LOD5001 no store there, LOD5002 it is damaged.
    """
    store = open_snapshot(folder)
    try:
        return len(store)
    except (OSError, RuntimeError, ValueError) as error:  # a block that nothing has read before
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> StoreError:
    return StoreError(
        say("the store in {folder} is damaged: {error}", folder=folder, error=error),
        hint=say("go back to a release that is whole: lod rollback; or build again: lod build"),
        code="LOD5002",
    )
