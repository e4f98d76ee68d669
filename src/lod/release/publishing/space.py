"""Is there room on the disk for a build? Said before, not after an hour of work."""

from __future__ import annotations

import shutil
from pathlib import Path

from lod.errors import LodError
from lod.release.disk import size_of
from lod.release.release import current_name
from lod.wording import say

_LEAST = 64 << 20  # bytes: an empty store takes some of them
_A_BYTE_OF_SOURCES = (
    12  # of the store, the dumps and what the engine spills: an estimate on the safe side, not a measurement
)


class SpaceError(LodError):
    """There is not enough room on the disk."""


def check_space(releases: Path, sources: int) -> None:
    """Make sure that a release as large as the published one, or as `sources` bytes of tables make one, fits twice.

    Raises:
        SpaceError: LOD8023, with the bytes needed and free.
    """
    current = current_name(releases)
    folder = releases / current if current else None
    last = size_of(folder) if folder else 0
    needed = max(_LEAST, 2 * last, _A_BYTE_OF_SOURCES * sources)
    free = shutil.disk_usage(releases).free
    if free < needed:
        message = say(
            "the disk of {folder} has {free:,.0f} MB free; a build here needs about {needed:,.0f} MB",
            folder=releases,
            free=free / 1e6,
            needed=needed / 1e6,
        )
        hint = say("make room: 'lod gc' removes old releases")
        raise SpaceError(message, hint=hint, code="LOD8023")
