"""A release, as those who read it see it: open, verify, list. Writing is `lod.release.publishing.publish`.

releases/
  current              one line: the name of the release that is published
  log.jsonl            every publication and rollback
  1-3f2a9c1b/          immutable: manifest.json, store.json, SHA256SUMS, store/, dump/, cubes/, catalog.ttl, void.ttl, …
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lod.errors import LodError
from lod.release.seal import (
    MANIFEST,
    STORE_FILES,
    SUMS,
    Depth,
    ReleaseFile,
    differing,
    is_sealed,
    read_store_files,
    unlisted,
)
from lod.wording import Wording, joined, say

CURRENT = "current"
FORMAT = 2  # of the manifest; a reader refuses what it does not know

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
class StoreRecord:
    """What is in the store: how many statements it was loaded from and SHA-256 of them, sorted, each once."""

    statements: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`manifest.json`. `digest` names the inputs; `clearance` says what the disclosure gate decided.

    The same inputs after the same releases give the same bytes, if SOURCE_DATE_EPOCH is set: so the store stands here
    by its statements, and its files in `store.json`.
    """

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
    store: StoreRecord = StoreRecord(0, "")

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
        return cls(site=Site(**site), store=StoreRecord(**data.pop("store")), files=files, **data)


@dataclass(frozen=True, slots=True)
class Release:
    """A release folder that was opened."""

    folder: Path
    manifest: Manifest
    stored: tuple[ReleaseFile, ...] = ()  # the files of the store

    @property
    def store(self) -> Path:
        """The sealed Oxigraph folder."""
        return self.folder / "store"

    @property
    def site(self) -> Site:
        """What pages and protocols need to know."""
        return self.manifest.site


def open_release(folder: Path, *, verify: Depth = "size") -> Release:
    """Open a release and hold it against its manifest, as closely as `verify` asks.

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
        stored = read_store_files(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            say("{file} cannot be read: {error}", file=file, error=error),
            hint=say("go back: lod rollback"),
            code="LOD8002",
        ) from error
    release = Release(folder, manifest, stored)
    found = list(differences(release, verify=verify))
    if found:
        hint = say("go back to a release that is whole: lod rollback; or build again: lod build")
        raise ReleaseError(
            say("{folder} is damaged: {differing}", folder=folder.name, differing=joined(found[:5], say("; "))),
            hint=hint,
            code="LOD8003",
        )
    return release


def differences(release: Release, *, verify: Depth) -> Iterator[Wording]:
    """How the files on disk differ from what was released, a sentence each."""
    if not is_sealed(release.folder):
        yield say("{name} or {other} is not what {sums} says", name=MANIFEST, other=STORE_FILES, sums=SUMS)
    files = (*release.manifest.files, *release.stored)
    yield from differing(release.folder, files, verify)
    if verify == "full":
        yield from (say("{name} does not belong to it", name=name) for name in unlisted(release.folder, files))


def current_name(releases: Path) -> str | None:
    """The name of the published release, or None if nothing is published."""
    pointer = releases / CURRENT
    name = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    return name or None


def open_current(releases: Path, *, verify: Depth = "size") -> Release:
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
