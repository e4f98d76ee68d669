"""What there is: every release with its state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lod.release.disk import freed_by, size_of
from lod.release.history.log import read_log
from lod.release.publishing.candidates import release_folders
from lod.release.release import Manifest, ReleaseError, current_name, open_release

State = Literal["current", "published before", "candidate", "damaged"]


@dataclass(frozen=True, slots=True)
class ListedRelease:
    """One release folder. `manifest` is None if it cannot be read; `trouble` says what is wrong with a damaged one."""

    name: str
    state: State
    published: bool  # the pointer names it, damaged or not
    bytes: int  # of all its files
    own_bytes: int  # of files that no other release shares: what removing this one alone would free
    manifest: Manifest | None
    trouble: str = ""

    @property
    def created(self) -> str:
        """UTC, ISO 8601; '' if unknown."""
        return self.manifest.created if self.manifest else ""

    @property
    def triples(self) -> int:
        """How many triples it holds; 0 if unknown."""
        return self.manifest.triples if self.manifest else 0


def list_releases(releases: Path) -> list[ListedRelease]:
    """Every release folder, oldest first, held against its manifest by size."""
    current = current_name(releases)
    before = {entry.release for entry in read_log(releases)}
    return [_listed(folder, current, before) for folder in release_folders(releases)]


def _listed(folder: Path, current: str | None, before: set[str]) -> ListedRelease:
    size, (own,) = size_of(folder), freed_by([folder])
    name, published = folder.name, folder.name == current
    try:
        manifest = open_release(folder).manifest
    except ReleaseError as error:
        return ListedRelease(name, "damaged", published, size, own, None, error.message)
    state: State = "current" if published else "published before" if name in before else "candidate"
    return ListedRelease(name, state, published, size, own, manifest)
