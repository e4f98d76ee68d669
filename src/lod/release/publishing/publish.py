"""Move the pointer: publish a candidate, go back to what was published before.

The pointer is the file `current`. It is replaced in one step, so a reader finds the old name or the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from lod.diagnostics import did_you_mean
from lod.release.durability import write_atomically
from lod.release.history.log import history, read_log, record
from lod.release.lock import exclusive
from lod.release.publishing.candidates import candidate_names, release_folders, unlist
from lod.release.release import CURRENT, Release, ReleaseError, current_name, open_release
from lod.wording import Wording, say

Before = Callable[[Release], object]
"""What has to succeed with a verified release before the pointer names it."""


def publish_candidate(releases: Path, name: str | None = None, *, before: Before | None = None) -> Release:
    """Publish the newest candidate, or the release `name`, after holding every file against its manifest.

    Publishing what is published already changes nothing.

    Raises:
        LockedError: LOD8005 a build is at work here.
        ReleaseError: LOD8006 there is no candidate, LOD8001 no such release, LOD8002 and LOD8003 it is damaged.
    """
    with exclusive(releases, "publish"):
        if name is None:
            waiting = candidate_names(releases)
            if not waiting:
                raise ReleaseError(say("there is no candidate to publish"), hint=_ways_on(releases), code="LOD8006")
            name = waiting[-1]
        return switch(releases, name, "publish", before)


def rollback(releases: Path, to: str | None = None, *, before: Before | None = None) -> Release:
    """Go back to the release that was published before, or to release `to`; verified first. Nothing is removed.

    Raises:
        LockedError: LOD8005 a build is at work here.
        ReleaseError: LOD8007 nothing was published before, LOD8001 no such release, LOD8002 and LOD8003 it is damaged.
    """
    with exclusive(releases, "rollback"):
        if to is None:
            there = {folder.name for folder in release_folders(releases)} - {current_name(releases)}
            earlier = [name for name in history(read_log(releases)) if name in there]
            if not earlier:
                hint = say("'lod releases' lists what there is; 'lod rollback --to NAME' goes to any of it")
                raise ReleaseError(say("nothing was published before"), hint=hint, code="LOD8007")
            to = earlier[-1]
        return switch(releases, to, "rollback", before)


def switch(releases: Path, name: str, event: Literal["publish", "rollback"], before: Before | None = None) -> Release:
    """Verify a release and let the pointer name it. The caller holds the lock.

    Raises:
        ReleaseError: LOD8001 no such release, LOD8002 and LOD8003 it is damaged.
    """
    folder = release_named(releases, name)
    name, release = folder.name, open_release(folder, verify="full")
    _recover_log(releases)
    previous = current_name(releases)
    if before is not None:
        before(release)  # where it is published already, too: a store may be new, or have lost something
    if previous == name:
        return release
    unlist(releases, [name])
    write_atomically(releases / CURRENT, f"{name}\n")
    record(releases, event, name, previous)
    return release


def release_named(releases: Path, name: str) -> Path:
    """The folder of a release, by its name or its number alone: looked up, never joined to a path unseen.

    Raises:
        ReleaseError: LOD8001 no such release.
    """
    known = [folder.name for folder in release_folders(releases)]
    numbered = [other for other in known if other.partition("-")[0] == name]
    if name not in known and len(numbered) != 1:
        hint = did_you_mean(name, known) or say("'lod releases' lists what there is")
        raise ReleaseError(say("there is no release '{name}'", name=name), hint=hint, code="LOD8001")
    return releases / (name if name in known else numbered[0])


def _ways_on(releases: Path) -> Wording:
    """What may be meant by publishing where nothing is waiting: perhaps to go forward after a rollback."""
    names, current = [folder.name for folder in release_folders(releases)], current_name(releases)
    later = names[names.index(current) + 1 :] if current in names else names
    if later:
        return say("'lod build' makes one; 'lod publish {later}' goes forward to that release again", later=later[-1])
    return say("'lod build' makes one")


def _recover_log(releases: Path) -> None:
    """Write down a move that a crash kept from the log."""
    name, records = current_name(releases), read_log(releases)
    last = records[-1].release if records else None
    if name is not None and name != last:
        record(releases, "publish", name, last)
