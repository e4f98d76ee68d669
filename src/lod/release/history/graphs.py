"""Releases as graphs that a query may name: a dataset in one of its versions, a dataset as it is now, a whole release.

    {dataset}/release/2-1f0c22ab    the dataset's own statements in that release; `release/2` is the same
    {dataset}                       in the current release
    {base}dump/2-1f0c22ab/          all statements of that release, as the catalogue names it

They stand in no store: each is a bulk file of its release (`lod.store.graphs` reads it). Turtle, since a graph of its
own has no other graphs inside (`lod.release.bulk.dumps`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lod.diagnostics import did_you_mean
from lod.errors import LodError
from lod.release.bulk.names import names_of
from lod.release.descriptions.datasets import VERSION, DatasetRecord, read_datasets, version_iri
from lod.release.publishing.candidates import published_folders
from lod.release.release import Release, open_release
from lod.store.graphs import GraphFile, NamedGraphs, check_size
from lod.store.guard import QueryError
from lod.wording import Wording, say

_MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A version of a dataset: the graph's IRI, whose it is, the release, what its record says."""

    graph: str
    dataset: str
    release: str
    record: DatasetRecord


@dataclass(slots=True)
class ReleaseGraphs:
    """The graphs beside those of the current release's store."""

    current: Release
    _opened: dict[str, tuple[Release, dict[str, DatasetRecord]]] = field(default_factory=dict)

    @property
    def _folders(self) -> dict[str, Path]:
        """The published releases; a folder that stands alone is its own."""
        name, folder = self.current.manifest.name, self.current.folder
        return {**published_folders(folder.parent), name: folder}

    def asked_for(self, names: NamedGraphs, *, beside: bool) -> list[GraphFile]:
        """The files that a question needs to be answered from memory; none: the store answers it as it stands.

        `beside`: the current release's own graphs are needed too, even where the question chooses its dataset.

        Raises:
            QueryError: LOD6090 they are too large, LOD6091 a release that is named is damaged, LOD6092 there is no such
                version of a dataset.
        """
        found = []
        for iri in dict.fromkeys((*names.asked, *(iri for iri in names.said if VERSION in iri))):
            if (file := self.find(iri)) is not None:
                found.append(file)
            elif iri in names.asked:
                self._check_version(iri)
        if found and (beside or not names.is_chosen):
            found.append(self._whole(self.current, "", ".nq.zst"))
        check_size(found)
        return found

    def nowhere(self, asked: Iterable[str]) -> list[tuple[str, Wording]]:
        """Of graphs that a question names and the store has not, those that are nowhere, with what is near.

        They are empty (SPARQL 1.1 Query §13.2), and an empty answer looks like one: who asks is told.
        """
        known = read_datasets(self.current.folder)
        return [(iri, did_you_mean(iri, known)) for iri in dict.fromkeys(asked) if self.find(iri) is None]

    def find(self, iri: str) -> GraphFile | None:
        """The file that a graph's name stands for; None: there is no such graph.

        Raises:
            QueryError: LOD6091 its release is damaged.
        """
        dataset, is_version, version = iri.rpartition(VERSION)
        if is_version:
            opened = self._open(version)
            return self._dataset(*opened, dataset, iri) if opened else None
        dumps = f"{self.current.site.base_iri}dump/"
        if iri.startswith(dumps) and iri.endswith("/"):
            opened = self._open(iri[len(dumps) : -1])
            return self._whole(opened[0], iri, ".ttl.zst") if opened else None
        opened = self._open(self.current.manifest.name)
        return self._dataset(*opened, iri, iri) if opened else None

    def _open(self, version: str) -> tuple[Release, dict[str, DatasetRecord]] | None:
        """A published release by its name or number, and what it says of its datasets."""
        if version not in self._opened:
            named = (path for name, path in self._folders.items() if version in (name, name.partition("-")[0]))
            folder = next(named, None)
            if folder is None:
                return None
            try:
                self._opened[version] = open_release(folder), read_datasets(folder)
            except LodError as error:
                if error.code == "LOD8001":  # collected meanwhile, or a bare store without a release around it
                    return None
                raise QueryError(
                    error.message,
                    code="LOD6091",
                    hint=say("'lod verify --full {release}' says what is damaged", release=folder.name),
                ) from None
        return self._opened[version]

    def _check_version(self, iri: str) -> None:
        """Refuse a version that a known dataset does not have: an empty answer would look like one."""
        dataset, _, version = iri.rpartition(VERSION)
        known = [each.release for each in self.versions() if each.dataset == dataset]
        if not known:
            return
        raise QueryError(
            say("there is no version '{version}' of <{dataset}>", version=version, dataset=dataset),
            code="LOD6092",
            hint=say("its contents that are still there: {known}", known=", ".join(known[:-11:-1])),
        )

    @staticmethod
    def _dataset(release: Release, records: dict[str, DatasetRecord], dataset: str, iri: str) -> GraphFile | None:
        if dataset not in records:
            return None
        name = names_of([*records], release.site)[dataset]
        return GraphFile(iri, release.folder / "dump" / f"{name}.ttl.zst", records[dataset].statements)

    @staticmethod
    def _whole(release: Release, iri: str, suffix: str) -> GraphFile:
        return GraphFile(iri, release.folder / "dump" / f"{release.site.name}{suffix}", release.manifest.triples)

    def versions(self) -> list[DatasetVersion]:
        """Each content that a dataset has had in the releases that are there, by the oldest of these; the newest last.

        At most a thousand.
        """
        found = {(iri, record.sha256): (iri, name, record) for iri, name, record in self._records()}
        ordered = list(found.values())[:_MOST_LISTED]
        return [DatasetVersion(version_iri(iri, name), iri, name, record) for iri, name, record in reversed(ordered)]

    def _records(self) -> Iterator[tuple[str, str, DatasetRecord]]:
        """What every release says of every dataset, the newest first."""
        for name, folder in reversed(self._folders.items()):
            for iri, record in read_datasets(folder).items():
                yield iri, name, record
