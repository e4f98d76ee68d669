"""Releases that are complete but were never published. A newer candidate replaces an older one.

Only a folder that `candidates` names may ever be removed. A name leaves that list before the pointer may move to it, so
nothing that was published can be on it, whatever a crash cuts short and whatever happens to the log.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from lod.release.durability import move, write_atomically
from lod.release.history.log import read_log
from lod.release.publishing.staging import STAGING
from lod.release.release import current_name
from lod.release.seal import MANIFEST

CANDIDATES = "candidates"
NAME = re.compile(r"(\d+)-[0-9a-f]{8}\Z")


def release_folders(releases: Path) -> list[Path]:
    """The folders that bear a release's name, oldest version first."""
    if not releases.is_dir():
        return []
    named = [(int(found[1]), path) for path in releases.iterdir() if (found := NAME.match(path.name))]
    return [path for _, path in sorted(named) if path.is_dir() and not path.is_symlink()]


def published_folders(releases: Path) -> dict[str, Path]:
    """The folders of releases that are or were published, by name: requests are looked up here, never joined to a path.

    A candidate is not public.
    """
    published = {entry.release for entry in read_log(releases)}
    return {folder.name: folder for folder in release_folders(releases) if folder.name in published}


def candidate_names(releases: Path) -> list[str]:
    """The names on the list that have a folder, oldest first."""
    path = releases / CANDIDATES
    listed = path.read_text(encoding="utf-8").split() if path.is_file() else []
    return [name for name in listed if NAME.match(name) and (releases / name / MANIFEST).is_file()]


def next_version(releases: Path) -> int:
    """One more than any version there is or was published: it does not depend on a clock."""
    names = [path.name for path in release_folders(releases)] + [entry.release for entry in read_log(releases)]
    return 1 + max((int(found[1]) for name in names if (found := NAME.match(name))), default=0)


def keep_candidate(releases: Path, folder: Path, name: str) -> Path:
    """Give a finished, synced folder its release name and remove the candidates that it supersedes."""
    older = candidate_names(releases)
    write_atomically(releases / CANDIDATES, "".join(f"{entry}\n" for entry in [*older, name]))
    move(folder, releases / name)
    remove_candidates(releases, older)
    return releases / name


def remove_candidates(releases: Path, names: list[str]) -> None:
    """Remove candidates that a newer one supersedes."""
    listed = candidate_names(releases)
    published = {entry.release for entry in read_log(releases)} | {current_name(releases)}
    for name in names:
        if name in listed and name not in published:
            discarded = releases / STAGING / name  # from here on a crash leaves waste, not half a release
            discarded.parent.mkdir(exist_ok=True)
            move(releases / name, discarded)
            shutil.rmtree(discarded)
    unlist(releases, names)


def unlist(releases: Path, names: list[str]) -> None:
    """Take names off the list: from now on their folders are never removed."""
    remaining = [entry for entry in candidate_names(releases) if entry not in names]
    write_atomically(releases / CANDIDATES, "".join(f"{entry}\n" for entry in remaining))
