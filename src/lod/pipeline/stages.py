"""The stages, from tables to a release: each a function from values to a value.

`Project → Sources → Parsed → Compiled → (protected) → Lifted → Loaded → Validated → (linked) → Cleared → Release`
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from lod.diagnostics import Diagnostic, Findings, FindingsError
from lod.disclosure.clearance import Clearance
from lod.disclosure.gate import clear as clear_snapshot
from lod.disclosure.protect import protect as protect_tables
from lod.disclosure.rules import NO_RULES
from lod.errors import GateRefused
from lod.events import Event, Reporter, StageAdvanced, StageFinished, StageStarted
from lod.lift.engines.duckdb.merge import merge
from lod.lift.plan import Plan
from lod.lift.quarantine import Quarantine
from lod.lift.result import LiftResult
from lod.lift.run import lift as lift_plan
from lod.lineage import Lineage
from lod.linking.linkset import check_subjects, write_part
from lod.mapping.cube.places import places_of
from lod.mapping.read import with_extended
from lod.pipeline.changes import BASE, PROGRAM, Limits, Start, facts_of, find_changes, find_start
from lod.pipeline.digests import GENERATOR, digest_of, engine_digest, file_digests
from lod.pipeline.lifts import keep_lift, kept_lift
from lod.pipeline.material import Material, bind, read_material
from lod.project.model import BuildOptions, Project
from lod.rdf.namespaces import PREFIXES
from lod.rdf.serialize import nquad, to_turtle
from lod.release.bulk.statements import Statements
from lod.release.incremental.base import LINEAGE, OTHERS, drop_base
from lod.release.incremental.change import Change, open_change
from lod.release.incremental.cube_change import CubeChange, read_rows, suspects
from lod.release.publishing.candidate import STORE, Content, write_candidate
from lod.release.publishing.publish import switch
from lod.release.publishing.push import pushing
from lod.release.release import Release, Site, open_release
from lod.release.report.accounts import change_since, write_account
from lod.release.report.validated import PAGE
from lod.store.change import load_again
from lod.store.load import load as load_parts
from lod.store.snapshot import Snapshot, open_snapshot
from lod.validation.account import Account, findings_of, summary
from lod.validation.built import Lifted as LiftedTables
from lod.validation.built import validate_lift
from lod.validation.cube_findings import cube_findings
from lod.validation.cube_observations import Doubts, check_cubes, doubts_about, doubts_in
from lod.validation.cube_structure import Graph, declares_cubes
from lod.validation.page import changed
from lod.validation.trace import Sources as Origins
from lod.validation.trace import trace
from lod.wording import ENGLISH, Wording, chosen_language, joined, say


class ValidationRefused(FindingsError, GateRefused):
    """The data violates the shapes: nothing is released. Carries every finding, and the account of them."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], account: Account | None = None, page: str = "") -> None:
        super().__init__(diagnostics)
        if account is None:
            return
        self.facts = {"validation": summary(account)}
        whole = say("The whole report, for a browser: {page}", page=page)
        self.note = joined([changed(account.change), whole], "\n") if account.change else whole


@dataclass(frozen=True, slots=True)
class Job:
    """What stays the same for all stages of one build."""

    project: Project
    staging: Path  # the release in the making
    work: Path  # private: `.lod/`, kept between builds
    publish: bool
    started: str  # ISO 8601
    findings: Findings
    report: Reporter


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that people wrote, by SHA-256."""

    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parsed:
    """Those files, read."""

    inputs: Mapping[str, str]
    material: Material


@dataclass(frozen=True, slots=True)
class Compiled:
    """Mappings bound to tables. `inputs` now names the tables too, so the digest says all that will be built."""

    inputs: Mapping[str, str]
    material: Material
    plan: Plan

    @property
    def digest(self) -> str:
        """Of everything that determines the release."""
        return digest_of({**self.inputs, "engine": engine_digest()})


@dataclass(frozen=True, slots=True)
class Lifted:
    """The tables as N-Quads. `kept`: by an earlier build. With a `change` they are those of the release before, and it
    says what is different; `result` has no parts then.
    """

    compiled: Compiled
    result: LiftResult
    kept: bool
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything in a sealed store. `statements`: those of lift, vocabularies and links, sorted."""

    compiled: Compiled
    result: LiftResult
    statements: Statements
    others: tuple[Path, ...]  # statements that no table made
    snapshot: Snapshot
    change: Change | None = None
    changed_rows: CubeChange | None = None


@dataclass(frozen=True, slots=True)
class Validated:
    """A store that breaks no shape. `account` is None where the project has no shapes."""

    loaded: Loaded
    account: Account | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """What may be released."""

    loaded: Loaded
    account: Account | None
    clearance: Clearance


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


def lift(job: Job, compiled: Compiled) -> Lifted:
    """Lift what changed since the release before; else the tables, or take the lift of the same that was kept."""
    changed = _lift_changes(job, compiled)
    if changed is not None:
        return changed
    options, folder = job.project.build, job.work / LIFT
    digest, quarantine = lift_digest(job, compiled), _quarantine(job)
    kept = kept_lift(folder, digest)
    if kept:
        job.findings.extend(kept[1])
        return Lifted(compiled, kept[0], kept=True)

    def run(out: Path) -> tuple[LiftResult, tuple[Diagnostic, ...]]:
        before = len(job.findings)
        result = lift_plan(
            compiled.plan,
            out,
            engine=job.project.lift.engine,
            memory_limit=options.memory_limit,
            threads=options.threads,
            report=_without_bounds(job.report),
            findings=job.findings,
            quarantine=quarantine,
        )
        job.findings.raise_if_errors()
        return result, tuple(job.findings.items[before:])

    return Lifted(compiled, keep_lift(folder, digest, run), kept=False)


def _lift_changes(job: Job, compiled: Compiled) -> Lifted | None:
    """What changed since the release before, if a release may be made from that one."""
    found = Findings()
    try:
        changes = changes_of(job, compiled, job.work / "changes", found)
    except FindingsError:
        job.findings.extend(found)
        raise
    if isinstance(changes, Wording):
        return None
    job.findings.extend(found)
    change, lineage = changes
    result = LiftResult((), change.added, {}, Lineage(lineage))
    return Lifted(compiled, result, kept=not change.subjects, change=change)


def changes_of(job: Job, compiled: Compiled, folder: Path, findings: Findings) -> tuple[Change, Path] | Wording:
    """What changed since the release before, and the lineage as it is; or why all has to be made from the tables."""
    start, options = start_of(job, compiled), job.project.build
    if isinstance(start, Wording):
        return start
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    others = write_others(compiled.material, folder / "others", options)
    limits, report = Limits(options.memory_limit, options.threads), _without_bounds(job.report)
    return find_changes(start, compiled.plan, others[-1], folder, limits, report, findings)


def start_of(job: Job, compiled: Compiled) -> Start | Wording:
    """The release that a build may start from, or why it may not."""
    if job.project.build.on_error != "stop":
        return say("bad rows are set aside")
    return find_start(job.work, job.project.releases, compiled.plan, _facts(job, compiled))


def _facts(job: Job, compiled: Compiled) -> dict[str, str]:
    """What has to be the same for a release to be made from the one before, and what each triples map says."""
    project = job.project
    return facts_of(compiled.plan, {"base_iri": project.base_iri, "name": project.name, PROGRAM: engine_digest()})


def lift_digest(job: Job, compiled: Compiled) -> str:
    """Of everything that determines the lift."""
    options = job.project.build
    mappings = {job.project.relative(path) for path in with_extended(options.mappings)}
    named = mappings | {table.name for table in compiled.plan.tables}
    facts = {name: value for name, value in compiled.inputs.items() if name in named}
    bad = f"{options.on_error} {options.max_rejects}"
    return digest_of({**facts, "engine": engine_digest(), "base": job.project.base_iri, "bad rows": bad})


def _quarantine(job: Job) -> Quarantine | None:
    """Bad rows go into the private work area, never into a release: they may hold what nobody has cleared."""
    options = job.project.build
    if options.on_error == "stop":
        return None
    language = chosen_language(job.project.languages) or ENGLISH
    return Quarantine(job.work / "rejects.csv", options.max_rejects, language)


def _without_bounds(report: Reporter) -> Reporter:
    """A reporter for the inside of a stage: its beginning and end are reported here."""

    def inside(event: Event) -> None:
        if not isinstance(event, StageStarted | StageFinished):
            report(event)

    return inside


def write_others(material: Material, folder: Path, options: BuildOptions) -> tuple[Path, Path, Path]:
    """Write what no table says: the vocabularies, the links, and both, sorted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    vocabularies = folder / "vocabularies.nq"
    with vocabularies.open("w", encoding="utf-8") as file:
        file.writelines(f"{nquad(quad)}\n" for document in material.vocabularies for quad in document.quads)
    links = write_part(material.linksets, folder / "links.nq")
    together = folder / OTHERS
    merge((vocabularies, links), together, memory_limit=options.memory_limit, threads=options.threads)
    return vocabularies, links, together


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


def validate(job: Job, loaded: Loaded) -> Validated:
    """Hold the graph against the constraints of data cubes and the shapes; each result goes back to its cell.

    Raises:
        ValidationRefused: broken constraints of RDF Data Cube, results of severity sh:Violation.
    """
    material, folder = loaded.compiled.material, job.work / "report"
    shutil.rmtree(folder, ignore_errors=True)
    store = open_snapshot(loaded.snapshot.folder)
    graph = Graph(store)
    options = job.project.build
    broken = check_cubes(graph, _doubts(job, loaded)) if declares_cubes(graph) else ()
    findings = tuple(cube_findings(broken, loaded.result.lineage, material.vocabularies))
    job.findings.extend(findings)
    if not material.shapes:
        job.findings.warning(
            "LOD6006", say("the project has no shapes: nothing was validated"), hint=say('shapes = ["shapes/*.ttl"]')
        )
        return _unless_broken(Validated(loaded, None), findings, job)
    lifted = LiftedTables(
        loaded.compiled.plan,
        loaded.result.lineage,
        lambda: (loaded.statements.read(),),
        loaded.others,
        options.memory_limit,
        options.threads,
        job.work,
    )
    before = len(job.findings)
    report = validate_lift(lifted, material.shapes, job.findings)
    origins = Origins(
        loaded.result.lineage,
        material.vocabularies,
        material.shapes,
        store,
        named=lambda path: job.project.relative(Path(path)),
        declared=places_of(material.mapping.triples_maps, job.project.base_iri),
    )
    traced = tuple(trace(report, origins))
    others = (*findings, *job.findings.items[before:])
    account = Account(report, traced, others, change_since(report, job.project.releases))
    job.findings.extend(findings_of(traced))
    if report.violations:
        write_account(folder, account, site_of(job.project))
        raise ValidationRefused(tuple(job.findings), account, job.project.relative(folder / PAGE))
    return _unless_broken(Validated(loaded, account), findings, job)


def _doubts(job: Job, loaded: Loaded) -> Doubts:
    """Which observations may break a constraint: of few changes those that changed, else what columns say."""
    options, spill = job.project.build, job.work / "observations"
    if loaded.change and loaded.changed_rows:
        datasets = [iri for iri in loaded.change.base.frames if iri]
        with open_change(loaded.change, datasets, spill) as run:
            found = suspects(run, loaded.change, loaded.changed_rows)
        if found:
            return doubts_about(*found)
    whole = (loaded.statements.read(),)
    return doubts_in(whole, memory_limit=options.memory_limit, threads=options.threads, spill=spill)


def _unless_broken(validated: Validated, broken: Sequence[Diagnostic], job: Job) -> Validated:
    if broken:
        raise ValidationRefused(tuple(job.findings))
    return validated


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
        site=site_of(job.project),
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
        facts=_facts(job, loaded.compiled),
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


def site_of(project: Project) -> Site:
    """What pages and protocols will need to know of the project."""
    return Site(
        name=project.name,
        base_iri=project.base_iri,
        languages=project.languages,
        title=project.title,
        description=project.description,
        agency_iri=project.agency.iri,
        agency_name=project.agency.name,
        agency_email=project.agency.email,
        licence_iri=project.licence.iri,
        licence_name=project.licence.name,
        attribution=project.attribution,
    )


LIFT = "lift"  # where the last whole lift is kept

Stage = Callable[[Job, Any], Any]

STAGES: tuple[Stage, ...] = (read, parse, compile_, protect, lift, load, validate, link, clear, publish)
