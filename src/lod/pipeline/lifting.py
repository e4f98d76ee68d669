"""The stage `lift`: what changed since the release before, where that is known; else all tables, or their kept lift."""

from __future__ import annotations

import shutil
from pathlib import Path

from lod.diagnostics import Diagnostic, Findings, FindingsError
from lod.events import Event, Reporter, StageFinished, StageStarted
from lod.lift.engines.duckdb.merge import merge
from lod.lift.quarantine import Quarantine
from lod.lift.result import LiftResult
from lod.lift.run import lift as lift_plan
from lod.lineage import Lineage
from lod.linking.linkset import write_part
from lod.mapping.read import with_extended
from lod.pipeline.changes import PROGRAM, Limits, Start, facts_of, find_changes, find_start
from lod.pipeline.digests import digest_of, engine_digest
from lod.pipeline.lifts import keep_lift, kept_lift
from lod.pipeline.material import Material
from lod.pipeline.values import Compiled, Job, Lifted
from lod.project.model import BuildOptions
from lod.rdf.serialize import nquad
from lod.release.incremental.base import OTHERS
from lod.release.incremental.change import Change
from lod.wording import ENGLISH, Wording, chosen_language, say

LIFT = "lift"  # the folder of the last whole lift, in `Job.work`


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
    return find_start(job.work, job.project.releases, compiled.plan, facts(job, compiled))


def facts(job: Job, compiled: Compiled) -> dict[str, str]:
    """What has to be the same for a release to be made from the one before, and what each triples map says."""
    project = job.project
    return facts_of(compiled.plan, {"base_iri": project.base_iri, "name": project.name, PROGRAM: engine_digest()})


def lift_digest(job: Job, compiled: Compiled) -> str:
    """Of everything that determines the lift."""
    options = job.project.build
    mappings = {job.project.relative(path) for path in with_extended(options.mappings)}
    named = mappings | {table.name for table in compiled.plan.tables}
    inputs = {name: value for name, value in compiled.inputs.items() if name in named}
    bad = f"{options.on_error} {options.max_rejects}"
    return digest_of({**inputs, "engine": engine_digest(), "base": job.project.base_iri, "bad rows": bad})


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
