"""The stages, from tables to a release: each a function from values (`lod.pipeline.values`) to a value.

`Project → Sources → Parsed → Compiled → (protected) → Lifted → Loaded → Validated → (linked) → Cleared → Release`
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pyoxigraph import NamedNode

from lod.disclosure.gate import clear as clear_snapshot
from lod.disclosure.protect import protect as protect_tables
from lod.disclosure.rules import NO_RULES
from lod.events import StageAdvanced
from lod.lift.engines.duckdb.merge import merge
from lod.linking.linkset import check_subjects
from lod.mapping.read import with_extended
from lod.pipeline.changes import BASE
from lod.pipeline.digests import GENERATOR, file_digests
from lod.pipeline.judging import validate
from lod.pipeline.lifting import facts, lift, write_others
from lod.pipeline.material import bind, read_material
from lod.pipeline.values import Cleared, Compiled, Job, Lifted, Loaded, Parsed, Sources, Validated
from lod.rdf.namespaces import PREFIXES
from lod.rdf.serialize import to_turtle
from lod.release.bulk.statements import Statements
from lod.release.incremental.base import LINEAGE, drop_base
from lod.release.incremental.cube_change import read_rows
from lod.release.publishing.candidate import STORE, Content, write_candidate
from lod.release.publishing.publish import switch
from lod.release.publishing.push import pushing
from lod.release.release import Release, open_release
from lod.store.change import load_again
from lod.store.load import load as load_parts
from lod.store.snapshot import Snapshot, open_snapshot


def read(job: Job, _nothing: None) -> Sources:
    """Fingerprint what people wrote."""
    options = job.project.build
    written = (*with_extended(options.mappings), *options.vocabularies, *options.linksets, *options.shapes)
    retired = (job.project.retired,) if job.project.retired.is_file() else ()
    return Sources(file_digests(job.project, (job.project.file, *written, *retired)))


def parse(job: Job, sources: Sources) -> Parsed:
    """Read mappings, vocabularies, linksets and shapes."""
    return Parsed(sources.inputs, read_material(job.project, job.findings))


def compile_(job: Job, parsed: Parsed) -> Compiled:
    """Bind the mappings to their tables. Stops here with all that is wrong so far."""
    plan = bind(parsed.material.mapping, job.project, job.findings)
    job.findings.raise_if_errors()
    tables = {table.name: table.digest for table in plan.tables}
    return Compiled({**parsed.inputs, **tables}, parsed.material, plan)


def protect(_job: Job, compiled: Compiled) -> Compiled:
    """Apply the disclosure rules to the tables, before anything is lifted. None can be configured yet."""
    return replace(compiled, plan=protect_tables(compiled.plan, NO_RULES))


def load(job: Job, lifted: Lifted) -> Loaded:
    """Load the lift, the vocabularies and the links into a sealed store; or change the store of the release before."""
    folder, options = job.work / "parts", job.project.build
    vocabularies, links, _ = write_others(lifted.compiled.material, folder, options)
    statements, change = Statements(folder), lifted.change
    if change is not None:
        statements, digest = change.base.statements.changed(change.before, change.after, folder)
        more = load_again(change.release / STORE, job.staging / STORE, change.before, change.after)
        quads = open_release(change.release).manifest.store.statements + more
        rows = read_rows(change, job.work / "changes" / "rows")
        snapshot = Snapshot(job.staging / STORE, quads, digest)
        return Loaded(lifted.compiled, lifted.result, statements, (vocabularies, links), snapshot, change, rows)
    merge(
        (*lifted.result.parts, vocabularies, links),
        statements.read(),
        memory_limit=options.memory_limit,
        threads=options.threads,
    )

    def progress(done: int, total: int) -> None:
        job.report(StageAdvanced("load", done, total, "bytes"))

    snapshot = load_parts((statements.read(),), job.staging / STORE, progress=progress)
    return Loaded(lifted.compiled, lifted.result, statements, (vocabularies, links), snapshot)


def link(job: Job, validated: Validated) -> Validated:
    """Hold the links against the snapshot: something else must be known of each subject."""
    linksets = validated.loaded.compiled.material.linksets
    store = open_snapshot(validated.loaded.snapshot.folder)
    links = [link for linkset in linksets for link in linkset.links]
    predicates = {link.predicate for link in links}

    def is_described(subject: str) -> bool:
        quads = store.quads_for_pattern(NamedNode(subject), None, None, None)
        return any(quad.predicate.value not in predicates for quad in quads)

    known = {subject for subject in {link.subject for link in links} if is_described(subject)}
    check_subjects(linksets, known, job.findings)
    return validated


def clear(job: Job, validated: Validated) -> Cleared:
    """The disclosure gate: without its clearance nothing is released."""
    linksets = [linkset.digest for linkset in validated.loaded.compiled.material.linksets]
    clearance = clear_snapshot(validated.loaded.snapshot.digest, linksets, NO_RULES, job.findings)
    return Cleared(validated.loaded, validated.account, clearance)


def publish(job: Job, cleared: Cleared) -> Release:
    """Write the release as a candidate; where that was asked for, let the pointer name it.

    Raises:
        UrisLost: URIs that were published would be gone without a tombstone.
    """
    loaded, material = cleared.loaded, cleared.loaded.compiled.material
    job.findings.raise_if_errors()
    keep = loaded.statements.folder
    shutil.copytree(loaded.result.lineage.folder, keep / LINEAGE, copy_function=os.link)
    content = Content(
        site=job.site,
        digest=loaded.compiled.digest,
        inputs=loaded.compiled.inputs,
        generator=GENERATOR,
        started=job.started,
        snapshot=loaded.snapshot,
        statements=loaded.statements,
        linksets=material.linksets,
        lineage=loaded.result.lineage,
        retired=material.retired,
        retired_in=job.project.relative(job.project.retired),
        account=cleared.account,
        findings=tuple(job.findings),
        shapes={each.dataset: to_turtle(each.triples, PREFIXES) for each in material.cube_shapes},
        memory_limit=job.project.build.memory_limit,
        threads=job.project.build.threads,
        facts=facts(job, loaded.compiled),
        keep=keep,
        change=loaded.change,
        changed_rows=loaded.changed_rows,
    )
    release = write_candidate(job.project.releases, job.staging, content, cleared.clearance)
    drop_base(job.work / BASE)
    loaded.statements.settle()
    keep.rename(job.work / BASE)
    shutil.rmtree(job.work / "changes", ignore_errors=True)
    if not job.publish:
        return release
    return switch(job.project.releases, release.manifest.name, "publish", pushing(job.project.store, job.report))


Stage = Callable[[Job, Any], Any]

STAGES: tuple[Stage, ...] = (read, parse, compile_, protect, lift, load, validate, link, clear, publish)
