"""Write a release: everything into the staging folder, synced, and only then its name.

What makes the folder is here; what makes it the published one is `lod.release.publish`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from lod.diagnostics import Diagnostic
from lod.disclosure.clearance import Clearance
from lod.linking.linkset import Linkset
from lod.release.candidates import keep_candidate, next_version
from lod.release.clock import build_time
from lod.release.cubes import write_cubes
from lod.release.dcat import Edition, describe_catalogue
from lod.release.description import Description
from lod.release.dumps import Dump, heading, write_dump, write_readme
from lod.release.durability import sync_tree
from lod.release.findings import to_json
from lod.release.prov import describe_origin
from lod.release.release import Manifest, Release, Site, StoreRecord, current_name, open_release
from lod.release.seal import MANIFEST, ReleaseFile, file_record, seal, write_store_files
from lod.release.void import Statistics, count, describe_dataset
from lod.store.snapshot import Snapshot, open_snapshot
from lod.validation.report import ValidationReport

STORE = "store"

_OF_THIS_MACHINE = {"LOD8008"}  # findings about the folder that is built in, not about what is built


@dataclass(frozen=True, slots=True)
class Content:
    """All that goes into a release. The snapshot's folder is `store/` of the staging folder."""

    site: Site
    digest: str  # of all that determines the content
    inputs: Mapping[str, str]  # path → SHA-256
    generator: str
    started: str  # ISO 8601
    snapshot: Snapshot
    parts: tuple[Path, ...]  # N-Quads, as the dump has them
    linksets: tuple[Linkset, ...]
    report: ValidationReport | None  # None: the project has no shapes
    findings: tuple[Diagnostic, ...]
    memory_limit: str = "512MB"  # of the columnar engine
    threads: int | None = None


def write_candidate(releases: Path, staging: Path, content: Content, clearance: Clearance) -> Release:
    """Make a complete release folder that the pointer does not name yet. The caller holds the lock.

    Raises:
        GateRefused: LOD7002 the clearance is for other data.
        ColumnsError: LOD9201 out of memory or disk.
    """
    clearance.covers(content.snapshot.digest, [linkset.digest for linkset in content.linksets])
    version = next_version(releases)
    edition = Edition(f"{version}-{content.digest[:8]}", version, current_name(releases), build_time())
    dump = write_dump(content.parts, staging / "dump", content.site)
    write_readme(staging / "dump", dump, content.site)
    write_cubes(content.parts, staging, memory_limit=content.memory_limit, threads=content.threads)
    statistics = _describe(staging, content, edition, dump)
    _write_report(staging / "report", content)
    manifest = Manifest(
        name=edition.name,
        version=version,
        digest=content.digest,
        previous=edition.previous,
        created=edition.created,
        generator=content.generator,
        triples=statistics.triples,
        site=content.site,
        inputs=dict(content.inputs),
        clearance=clearance.record(),
        store=StoreRecord(content.snapshot.quads, content.snapshot.digest),
        files=tuple(_files(staging)),
    )
    (staging / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    write_store_files(staging, content.snapshot.folder)
    seal(staging)
    sync_tree(staging)
    return open_release(keep_candidate(releases, staging, edition.name))


def _describe(staging: Path, content: Content, edition: Edition, dump: Dump) -> Statistics:
    """Write the catalogue, the VoID and the PROV description; the counts."""
    store: Store = open_snapshot(content.snapshot.folder)
    statistics = count(store)
    site = content.site
    documents: dict[str, Description] = {
        "catalog.ttl": describe_catalogue(store, site, edition, dump),
        "void.ttl": describe_dataset(statistics, site, edition, dump, content.linksets),
        "prov.ttl": describe_origin(site, edition, content.inputs, content.generator, content.started),
    }
    for name, description in documents.items():
        description.write(staging / name, heading(site))
    return statistics


def _write_report(folder: Path, content: Content) -> None:
    folder.mkdir()
    if content.report is not None:
        (folder / "validation.ttl").write_text(content.report.to_turtle(), encoding="utf-8")
    told = (item for item in content.findings if item.code not in _OF_THIS_MACHINE)
    (folder / "findings.json").write_text(to_json(told), encoding="utf-8")


def _files(staging: Path) -> list[ReleaseFile]:
    """The files of the manifest: all but the store's."""
    store = staging / STORE
    paths = sorted(path for path in staging.rglob("*") if path.is_file() and not path.is_relative_to(store))
    return [file_record(staging, path) for path in paths]
