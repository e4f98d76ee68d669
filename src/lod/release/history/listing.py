"""What there is: every release with its state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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
    bytes: int
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
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    name, published = folder.name, folder.name == current
    try:
        manifest = open_release(folder).manifest
    except ReleaseError as error:
        return ListedRelease(name, "damaged", published, size, None, error.message)
    state: State = "current" if published else "published before" if name in before else "candidate"
    return ListedRelease(name, state, published, size, manifest)
