"""Looking at files until they change: a few `stat`s a second, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

_PAUSE = 0.25  # seconds between two looks

Seen = Mapping[Path, tuple[int, int] | None]


def looked_at(paths: Iterable[Path]) -> Seen:
    """Size and time of change of each file, None of one that is not there (editors replace files)."""
    return {path: _seen(path) for path in paths}


def _seen(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def wait_for_change(before: Seen) -> None:
    """Wait for a change of the files; it is over when two looks see the same, so that half a save is not shown."""
    while (now := looked_at(before)) == before:
        time.sleep(_PAUSE)
    time.sleep(_PAUSE)
    while (later := looked_at(before)) != now:
        now = later
        time.sleep(_PAUSE)
