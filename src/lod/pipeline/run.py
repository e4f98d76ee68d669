"""Run the stages: a candidate release, or nothing. What is published stays as it is whatever fails."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import Any

from lod.diagnostics import Diagnostic, Findings
from lod.events import Found, Reporter, StageFinished, StageStarted, silent
from lod.pipeline.changes import BASE
from lod.pipeline.lifting import LIFT
from lod.pipeline.stages import STAGES, Stage
from lod.pipeline.values import Compiled, Job, Lifted, Loaded, Parsed, Validated
from lod.project.model import Project
from lod.release.clock import build_time
from lod.release.incremental.base import drop_base
from lod.release.incremental.change import Change
from lod.release.lock import exclusive
from lod.release.publishing.candidates import candidate_names
from lod.release.publishing.publish import switch
from lod.release.publishing.push import pushing
from lod.release.publishing.space import check_space
from lod.release.publishing.staging import clean_staging, staging
from lod.release.release import Release, ReleaseError, current_name, open_release
from lod.release.report.findings import from_json
from lod.validation.reports.account import Account
from lod.validation.reports.page import changed
from lod.wording import NOTHING, Wording, joined, say


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build came to."""

    release: str  # its name
    published: bool  # the pointer names it
    unchanged: bool  # it was there already
    findings: tuple[Diagnostic, ...]
    skipped: tuple[str, ...]  # stages that had nothing to do
    made_from: str | None = None  # the release that it was made from, where not all was made from the tables


def build(
    project: Project, *, publish: bool = False, from_tables: bool = False, report: Reporter = silent
) -> BuildResult:
    """Build a release of a project; with `publish`, let the pointer name it when every gate agrees.

    With `from_tables` nothing is used that earlier builds made. Every finding is reported once as `Found`, when its
    stage ends, and is in the result or in the exception.

    Raises:
        LockedError: LOD8005 another build or publication is at work here.
        FindingsError: errors in mappings, tables, vocabularies, linksets or shapes.
        ValidationRefused, GateRefused: the data violates its shapes, or may not be told.
        SpaceError: LOD8023 there is not enough room on the disk.
        ValidationFailed, StoreError, ReleaseError: what their codes say.
    """
    findings = Findings()
    with exclusive(project.releases, "lod build"):
        clean_staging(project.releases, findings)
        check_space(project.releases, _size(project))
        with staging(project.releases) as folder:
            work = project.root / ".lod"
            work.mkdir(mode=0o700, exist_ok=True)
            if from_tables:
                drop_base(work / BASE)
                shutil.rmtree(work / LIFT, ignore_errors=True)
            job = Job(project, folder, work, publish, build_time(), findings, report)
            return _run(job, from_tables)


def _size(project: Project) -> int:
    """Of the tables, in bytes."""
    return sum(path.stat().st_size for path in project.build.tables.rglob("*") if path.is_file())


def _run(job: Job, from_tables: bool) -> BuildResult:
    value: Any = None
    kept: Release | None = None
    skipped: list[str] = []
    made_from: str | None = None
    for stage in STAGES:
        if isinstance(value, Compiled) and kept is None and not from_tables:
            kept = _release_of(job, value.digest)
        if kept is None:
            value = _timed(job, stage, value)
            if isinstance(value, Lifted):
                skipped += [_name(stage)] * value.kept
                made_from = value.change.base.release if value.change else None
        else:
            skipped.append(_name(stage))
            job.report(StageStarted(_name(stage)))
            job.report(StageFinished(_name(stage), 0.0, skipped=True))
    release: Release = kept or value
    name = release.manifest.name
    if kept is not None:
        if job.publish:
            switch(job.project.releases, name, "publish", pushing(job.project.store, job.report))
        before = from_json((kept.folder / "report" / "findings.json").read_text(encoding="utf-8"))
        job.findings.items[:] = dict.fromkeys([*before, *job.findings])
    is_current = current_name(job.project.releases) == name
    return BuildResult(name, is_current, kept is not None, tuple(job.findings), tuple(skipped), made_from)


def _timed(job: Job, stage: Stage, value: Any) -> Any:
    """Run one stage between its events; then report what it found."""
    before, begun = len(job.findings), time.monotonic()
    job.report(StageStarted(_name(stage)))
    try:
        result = stage(job, value)
    finally:
        for item in job.findings.items[before:]:
            job.report(Found(item))
    is_kept = isinstance(result, Lifted) and result.kept
    job.report(StageFinished(_name(stage), time.monotonic() - begun, _summary(stage, result), skipped=is_kept))
    return result


def _summary(stage: Stage, result: Any) -> Wording:
    """What a stage came to, for people."""
    match result:
        case Parsed(material=material) if stage is STAGES[1]:
            maps, shapes = len(material.mapping.triples_maps), len(material.shapes)
            return say("{maps} triples {maps:map|maps}, {shapes} shapes {shapes:file|files}", maps=maps, shapes=shapes)
        case Compiled() if stage is STAGES[2]:
            return say("{n} {n:table|tables}", n=len(result.plan.tables))
        case Lifted(change=Change(added=added, removed=removed)):
            return say(
                "{added:,} {added:statement|statements} added, {removed:,} removed", added=added, removed=removed
            )
        case Lifted():
            return say("{n:,} {n:statement|statements}", n=result.result.statements)
        case Loaded():
            return say("{n:,} quads", n=result.snapshot.quads)
        case Validated(account=Account(traced=traced, change=change)) if stage is STAGES[6]:
            results = say("{n:,} {n:result|results}", n=len(traced))
            return joined([results, changed(change)], " · ") if change and (change.new or change.fixed) else results
        case Release():
            return Wording(result.manifest.name)
        case _:
            return NOTHING


def _name(stage: Stage) -> str:
    return stage.__name__.rstrip("_")


def _release_of(job: Job, digest: str) -> Release | None:
    """The published release or the candidate that was made from the same inputs by the same program, if it is whole."""
    releases = job.project.releases
    for name in (current_name(releases), *reversed(candidate_names(releases))):
        if name is None:
            continue
        try:
            release = open_release(releases / name)
        except ReleaseError:
            continue
        if release.manifest.digest == digest:
            return release
    return None
