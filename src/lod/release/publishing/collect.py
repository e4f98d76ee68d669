"""`lod gc`: give back the space of releases that nobody will go back to.

The published release stays, and so does every release that a server of this machine has open (it holds a shared lock on
the release's manifest), the one to roll back to, and candidates; of the others the newest stay.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from lod.release.disk import freed_by
from lod.release.durability import move
from lod.release.history.log import history, read_log
from lod.release.lock import exclusive
from lod.release.publishing.candidates import candidate_names, release_folders
from lod.release.publishing.staging import STAGING
from lod.release.release import current_name
from lod.release.seal import MANIFEST


@dataclass(frozen=True, slots=True)
class Collected:
    """A release that was removed, or would be; how much space that gives back. What others share with it stays."""

    name: str
    bytes: int


def collect(releases: Path, keep: int, *, dry_run: bool = False) -> tuple[list[Collected], list[str]]:
    """Remove published releases but the newest `keep`; returns what went, and what was spared since it is being served.

    `keep` counts the published one. URIs and tombstones of what goes are known to every later release.

    Raises:
        LockedError: LOD8005 a build is at work here.
    """
    with exclusive(releases, "gc"):
        names = [folder.name for folder in release_folders(releases)]
        current = current_name(releases)
        before = [name for name in history(read_log(releases)) if name != current]
        stay = {current, *before[-1:], *candidate_names(releases)}
        others = [name for name in names if name not in stay]
        published = [name for name in names if name in stay and name not in candidate_names(releases)]
        room = max(0, keep - len(published))
        going = others[: len(others) - room] if room else others
        spared = [name for name in going if is_open(releases / name)]
        removed = [name for name in going if name not in spared]
        freed = freed_by([releases / name for name in removed])
        gone = [Collected(name, size) for name, size in zip(removed, freed, strict=True)]
        if not dry_run:
            for item in gone:
                _remove(releases, item.name)
        return gone, spared


def _remove(releases: Path, name: str) -> None:
    discarded = releases / STAGING / name  # from here on a crash leaves waste, which the next build removes
    discarded.parent.mkdir(exist_ok=True)
    move(releases / name, discarded)
    shutil.rmtree(discarded)


def is_open(folder: Path) -> bool:
    """Whether a process of this machine holds the release open (`hold`)."""
    try:
        descriptor = os.open(folder / MANIFEST, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
