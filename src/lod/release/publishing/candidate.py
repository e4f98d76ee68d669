"""Write a release: everything into the staging folder, synced, and only then its name.

What makes the folder is here; what makes it the published one is `lod.release.publishing.publish`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Store

from lod.diagnostics import Diagnostic, Findings
from lod.disclosure.clearance import Clearance
from lod.errors import LodError
from lod.lineage import Lineage
from lod.linking.linkset import Link, Linkset
from lod.release.bulk.cubes import write_cubes
from lod.release.bulk.dumps import Dumps, Tables, finish_dumps, heading, write_dumps, write_readme
from lod.release.bulk.names import names_of
from lod.release.bulk.origins import write_origins
from lod.release.bulk.statements import Statements
from lod.release.clock import build_time
from lod.release.descriptions.breakdown import Statistics, break_down
from lod.release.descriptions.datasets import date_datasets, read_datasets, write_datasets
from lod.release.descriptions.dcat import Edition, datasets, describe_catalogue
from lod.release.descriptions.description import Description
from lod.release.descriptions.evidence import Evidence, write_evidence
from lod.release.descriptions.prov import describe_origin
from lod.release.descriptions.schema_org import SCHEMA_ORG, write_schema_org
from lod.release.descriptions.void import describe_dataset
from lod.release.durability import sync_tree
from lod.release.history.difference import Contents, write_changes
from lod.release.incremental.again import (
    changed_datasets,
    count_again,
    pack_again,
    write_origins_again,
    write_uris_again,
)
from lod.release.incremental.base import MEMBERS, OBJECTS, Base, write_base
from lod.release.incremental.change import Change, open_change
from lod.release.incremental.cube_change import CubeChange, write_cubes_again
from lod.release.publishing.candidates import keep_candidate, next_version
from lod.release.release import Manifest, Release, Site, StoreRecord, current_name, open_release
from lod.release.report.accounts import write_account
from lod.release.report.findings import to_json
from lod.release.seal import MANIFEST, SUMS, ReleaseFile, file_record, seal, sha256, write_store_files
from lod.release.uris.retire import UrisLost, astray, report_astray, report_lost, write_gone
from lod.release.uris.tombstones import Tombstone, write_tombstones
from lod.store.snapshot import Snapshot, open_snapshot
from lod.store.uris import URIS
from lod.validation.reports.account import Account

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
    statements: Statements  # all of them, merged (`lod.lift.engines.duckdb.merge`)
    linksets: tuple[Linkset, ...]
    account: Account | None  # of the validation; None: the project has no shapes
    findings: tuple[Diagnostic, ...]
    lineage: Lineage | None = None  # of the lift: from which cells the figures came
    retired: tuple[Tombstone, ...] = ()
    retired_in: str = "retired.yml"  # where people know it by
    shapes: Mapping[str, str] = field(default_factory=dict)  # dataset → the shape of its observations, as Turtle
    memory_limit: str = "512MB"  # of the columnar engine
    threads: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)  # digests of what the release depends on as a whole
    keep: Path | None = None  # an empty folder for what the next build may start from
    change: Change | None = None  # since a release that this one may be made from
    changed_rows: CubeChange | None = None


def write_candidate(releases: Path, staging: Path, content: Content, clearance: Clearance) -> Release:
    """Make a complete release folder that the pointer does not name yet. The caller holds the lock.

    Raises:
        GateRefused: LOD7002 the clearance is for other data.
        UrisLost: LOD8020 URIs that were published would be gone without a tombstone.
        ColumnsError: LOD9201 out of memory or disk.
    """
    clearance.covers(content.snapshot.digest, [linkset.digest for linkset in content.linksets])
    version = next_version(releases)
    change, current, name = content.change, current_name(releases), f"{version}-{content.digest[:8]}"
    whole = _made_again if change else _made
    dumps, statistics = whole(content, staging, releases / current if current else None)
    before = read_datasets(releases / current) if current else {}
    created = max(build_time(), content.started)  # the clock may have been set back meanwhile
    records = date_datasets(dumps.contents, before, name, created)
    write_datasets(staging, records)
    if current and (earlier := _whole(releases / current)):
        threads = content.threads or min(4, os.cpu_count() or 1)
        after = Contents(staging, name, content.site.name)
        known = (change.before, change.after) if change and change.release == earlier.folder else None
        write_changes(earlier, after, statistics.triples, content.memory_limit, threads, known)
    edition = Edition(name, version, current, created, records)
    write_readme(staging / "dump", dumps, content.site)
    _describe(staging, content, edition, dumps, statistics)
    _write_report(staging / "report", content)
    write_evidence(staging, (evidence_of(linkset, link) for linkset in content.linksets for link in linkset.links))
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
        files=tuple(_files(staging, dumps)),
    )
    (staging / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    write_store_files(staging, content.snapshot.folder, change.release if change else None)
    seal(staging)
    sync_tree(staging)
    release = open_release(keep_candidate(releases, staging, edition.name))
    _keep_base(content, release, dumps, statistics)
    return release


def _made(content: Content, staging: Path, current: Path | None) -> tuple[Dumps, Statistics]:
    """Write columns, bulk files and URIs from the statements, and count these."""
    limit, threads = content.memory_limit, content.threads or min(4, os.cpu_count() or 1)
    statements = content.statements.read()
    cubes = write_cubes([statements], staging, memory_limit=limit, threads=threads, keep=content.keep)
    if content.lineage is not None:
        write_origins(content.lineage, cubes, staging, memory_limit=limit, threads=threads)
    spill = staging / ".spill"
    with break_down(statements, content.site.base_iri, spill, memory_limit=limit, threads=threads) as breakdown:
        store = open_snapshot(content.snapshot.folder)
        dumps = write_dumps(breakdown, cubes, staging, content.site, store, content.shapes, threads)
        breakdown.write_uris(staging / URIS)
        _keep_uris(staging, current, content)
        statistics = breakdown.statistics()
        if content.keep:
            breakdown.keep(content.keep)
    shutil.rmtree(spill, ignore_errors=True)
    return dumps, statistics


def _made_again(content: Content, staging: Path, current: Path | None) -> tuple[Dumps, Statistics]:
    """The same, from the release before and what changed since."""
    change, keep, spill = content.change, content.keep, staging / ".spill"
    assert change is not None
    assert keep is not None
    limit, threads = content.memory_limit, content.threads or min(4, os.cpu_count() or 1)
    names = names_of([iri for iri in change.base.frames if iri], content.site)
    with open_change(change, list(names)[:-1], spill) as run:
        rows = content.changed_rows
        cubes = write_cubes_again(run, change, rows, staging, keep) if rows else None
        if cubes is None:
            statements = [content.statements.read()]
            cubes = write_cubes(statements, staging, memory_limit=limit, threads=threads, keep=keep)
        if content.lineage is not None:
            taken = write_origins_again(change, content.lineage, cubes, staging, memory_limit=limit, threads=threads)
            write_origins(content.lineage, cubes, staging, taken, memory_limit=limit, threads=threads)
        anew = changed_datasets(run)
        frames = pack_again(run, change, staging, names, threads, content.site)
        store = open_snapshot(content.snapshot.folder)
        languages = open_release(change.release).manifest.site.languages
        is_labelled_anew = "" in anew or languages != content.site.languages  # labels of codes are of no dataset
        same = frozenset(() if is_labelled_anew else frames.keys() - anew)
        tables = Tables(run, store, content.site, content.shapes, change.release / "dump", same)
        dumps = finish_dumps(tables, cubes, staging, names, frames)
        write_uris_again(run, change, content.site.base_iri, staging / URIS)
        _keep_uris(staging, current, content)
        statistics = count_again(run, change, content.statements, keep / OBJECTS)
        shutil.copyfile(change.base.members, keep / MEMBERS)
    shutil.rmtree(spill, ignore_errors=True)
    return dumps, statistics


def _keep_base(content: Content, release: Release, dumps: Dumps, statistics: Statistics) -> None:
    """Write down what the next build may start from."""
    if content.keep:
        sealed = sha256(release.folder / SUMS)
        write_base(
            Base(content.keep, release.manifest.name, sealed, content.facts, statistics, dumps.is_named, dumps.frames)
        )


def _whole(folder: Path) -> Release | None:
    """A release that can be compared with; None for a damaged one, which must not stop the next."""
    try:
        return open_release(folder, verify="quick")
    except LodError:
        return None


def _keep_uris(staging: Path, before: Path | None, content: Content) -> None:
    """Write what is gone and what is said of it.

    Raises:
        UrisLost: LOD8020 something is gone of which nothing is said; LOD8022 it would lead to where nothing is.
    """
    lost = write_gone(staging, before, content.retired)
    misled = astray(staging, content.site.base_iri, content.retired)
    if lost or misled:
        findings = Findings(list(content.findings))
        report_lost(lost, content.retired_in, findings)
        report_astray(misled, content.retired_in, findings)
        raise UrisLost(tuple(findings))
    write_tombstones(staging, content.retired)


def _describe(staging: Path, content: Content, edition: Edition, dumps: Dumps, statistics: Statistics) -> None:
    """Write the catalogue, also in the words of schema.org, the VoID and the PROV description."""
    store: Store = open_snapshot(content.snapshot.folder)
    site = content.site
    catalogue = describe_catalogue(store, site, edition, dumps)
    documents: dict[str, Description] = {
        "catalog.ttl": catalogue,
        "void.ttl": describe_dataset(statistics, site, edition, dumps, content.linksets),
        "prov.ttl": describe_origin(site, edition, content.inputs, content.generator, content.started),
    }
    for name, description in documents.items():
        description.write(staging / name, heading(site))
    write_schema_org(staging / SCHEMA_ORG, catalogue, site, datasets(store), store)


def evidence_of(linkset: Linkset, link: Link) -> Evidence:
    """What the release tells of why a link is there."""
    told = link.evidence
    return Evidence(
        link.subject,
        link.predicate,
        link.object,
        link.justification,
        link.reviewer,
        date=told.get("review_date") or told.get("mapping_date") or "",
        confidence=told.get("confidence", ""),
        comment=told.get("comment", ""),
        label=told.get("object_label", ""),
        valid_from=told.get("valid_from", ""),
        valid_to=told.get("valid_to", ""),
        linkset=linkset.title,
    )


def _write_report(folder: Path, content: Content) -> None:
    folder.mkdir()
    if content.account is not None:
        write_account(folder, content.account, content.site)
    told = (item for item in content.findings if item.code not in _OF_THIS_MACHINE)
    (folder / "findings.json").write_text(to_json(told), encoding="utf-8")


def _files(staging: Path, dumps: Dumps) -> list[ReleaseFile]:
    """The files of the manifest: all but the store's. Of dumps it is known what they are."""
    store = staging / STORE
    known = {dump.path: ReleaseFile(dump.path, dump.bytes, dump.sha256) for dump in (*dumps.files, *dumps.beside)}
    paths = sorted(path for path in staging.rglob("*") if path.is_file() and not path.is_relative_to(store))
    return [known.get(path.relative_to(staging).as_posix()) or file_record(staging, path) for path in paths]
