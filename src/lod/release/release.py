"""A release, as those who read it see it: open, verify, list. Writing is `lod.release.publish`.

releases/
  current              one line: the name of the release that is published
  log.jsonl            every publication and rollback
  1-3f2a9c1b/          immutable: manifest.json, store/, dump/, catalog.ttl, void.ttl, prov.ttl, report/
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from lod.errors import LodError
from lod.wording import say

MANIFEST = "manifest.json"
CURRENT = "current"
FORMAT = 1  # of the manifest; a reader refuses what it does not know

Texts = Mapping[str, str]  # language tag → text


class ReleaseError(LodError):
    """There is no such release, or it is not what its manifest says."""


@dataclass(frozen=True, slots=True)
class Site:
    """What pages and protocols need to know of the project."""

    name: str
    base_iri: str
    languages: tuple[str, ...]
    title: Texts
    description: Texts
    agency_iri: str
    agency_name: Texts
    agency_email: str
    licence_iri: str
    licence_name: Texts
    attribution: Texts


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file of a release: path relative to its folder, size in bytes, SHA-256 in hex."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`manifest.json`. `digest` names the content; `clearance` says what the disclosure gate decided."""

    name: str
    version: int
    digest: str
    previous: str | None
    created: str  # UTC, ISO 8601
    generator: str
    triples: int
    site: Site
    inputs: Mapping[str, str]  # path of a source, mapping, shape … → SHA-256
    clearance: Mapping[str, Any]
    files: tuple[ReleaseFile, ...]

    def to_json(self) -> str:
        """As it stands on disk: sorted keys, Chinese readable."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read `manifest.json`.

        Raises:
            ValueError, KeyError, TypeError: it is none, or of a format that this version does not know.
        """
        data = json.loads(text)
        if data.pop("format") != FORMAT:
            raise ValueError("manifest of another format")
        site = data.pop("site")
        site["languages"] = tuple(site["languages"])
        files = tuple(ReleaseFile(**entry) for entry in data.pop("files"))
        return cls(site=Site(**site), files=files, **data)


@dataclass(frozen=True, slots=True)
class Release:
    """A release folder that was opened."""

    folder: Path
    manifest: Manifest

    @property
    def store(self) -> Path:
        """The sealed Oxigraph folder."""
        return self.folder / "store"

    @property
    def site(self) -> Site:
        """What pages and protocols need to know."""
        return self.manifest.site


def open_release(folder: Path, *, verify: Literal["size", "full"] = "size") -> Release:
    """Open a release and hold it against its manifest: by the size of each file, or by its SHA-256.

    Raises:
        ReleaseError: LOD8001 no release there, LOD8002 its manifest cannot be read, LOD8003 a file differs.
    """
    file = folder / MANIFEST
    if not file.is_file():
        raise ReleaseError(
            say("no release in {folder}", folder=folder), hint=say("'lod releases' lists what there is"), code="LOD8001"
        )
    try:
        manifest = Manifest.from_json(file.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            say("{file} cannot be read: {error}", file=file, error=error),
            hint=say("go back: lod rollback"),
            code="LOD8002",
        ) from error
    release = Release(folder, manifest)
    differing = list(differences(release, verify=verify))
    if differing:
        hint = say("go back to a release that is whole: lod rollback; or build again: lod build")
        raise ReleaseError(
            say("{folder} is damaged: {differing}", folder=folder.name, differing="; ".join(differing[:5])),
            hint=hint,
            code="LOD8003",
        )
    return release


def differences(release: Release, *, verify: Literal["size", "full"]) -> Iterator[str]:
    """How the files on disk differ from the manifest, a sentence each."""
    for entry in release.manifest.files:
        path = release.folder / entry.path
        if not path.is_file():
            yield f"{entry.path} is missing"
        elif (size := path.stat().st_size) != entry.bytes:
            yield f"{entry.path} has {size} bytes, not {entry.bytes}"
        elif verify == "full" and sha256(path) != entry.sha256:
            yield f"{entry.path} has other content"


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def current_name(releases: Path) -> str | None:
    """The name of the published release, or None if nothing is published."""
    pointer = releases / CURRENT
    name = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    return name or None


def open_current(releases: Path, *, verify: Literal["size", "full"] = "size") -> Release:
    """The published release.

    Raises:
        ReleaseError: LOD8004 nothing is published; otherwise as `open_release`.
    """
    name = current_name(releases)
    if name is None:
        raise ReleaseError(
            say("nothing is published in {releases}", releases=releases),
            hint=say("lod build --publish"),
            code="LOD8004",
        )
    return open_release(releases / name, verify=verify)
