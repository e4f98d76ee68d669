"""What a build would do anew, and why, without building: what goes in against what went into the last build.

It is found as the build finds it: where that starts from the release before, the tables are read and what changed in
them is looked up, so that the answer is what the build will do and no guess.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from lod.diagnostics import Findings
from lod.events import silent
from lod.pipeline.lifting import LIFT, changes_of, lift_digest
from lod.pipeline.lifts import kept_lift
from lod.pipeline.stages import compile_, parse, read
from lod.pipeline.values import Compiled, Job
from lod.project.model import Project
from lod.release.clock import build_time
from lod.release.descriptions.datasets import read_datasets
from lod.release.incremental.again import changed_datasets
from lod.release.incremental.change import Change, open_change
from lod.release.publishing.candidates import candidate_names
from lod.release.release import Manifest, ReleaseError, current_name, open_release
from lod.wording import NOTHING, Wording


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """Against `release` (None: there is none that is whole): which files are new, changed, or no longer used.

    `program`: the files are the same, so the program itself changed. `starts_from`: the release that this one is made
    from, with so many things changed, and `maps` the triples maps that say something else, are new, or gone; without
    one all is made from the tables, for the reason `because`. `lifts`: the tables are lifted as a whole. `anew` and
    `taken` are datasets by IRI: made anew, wholly or in part, or taken as they are; '' is what belongs to no dataset.
    """

    release: str | None
    builds: bool
    lifts: bool = False
    program: bool = False
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    starts_from: str | None = None
    because: Wording = NOTHING
    maps: tuple[str, ...] = ()
    things: int = 0
    statements_added: int = 0
    statements_removed: int = 0
    anew: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


def plan_build(project: Project) -> BuildPlan:
    """Compare with the newest candidate, else the published release, unless one already holds it all.

    Raises:
        FindingsError: errors in mappings, tables, vocabularies, linksets or shapes.
    """
    job = Job(project, Path(), project.root / ".lod", False, build_time(), Findings(), silent)
    compiled = compile_(job, parse(job, read(job, None)))
    last = None
    for name in (current_name(project.releases), *candidate_names(project.releases)):
        try:
            found = open_release(project.releases / name).manifest if name else None
        except ReleaseError:
            continue
        last = found or last
        if found and found.digest == compiled.digest:
            return BuildPlan(found.name, False)
    folder = job.work / "plan"
    try:
        changes = changes_of(job, compiled, folder, Findings())
        if isinstance(changes, Wording):
            return _from_tables(job, compiled, last, changes)
        return _from_release(compiled, last, changes[0], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _by_files(compiled: Compiled, last: Manifest | None) -> BuildPlan:
    """What files say: which are new, changed, no longer used."""
    before, now = dict(last.inputs) if last else {}, compiled.inputs
    added, removed = now.keys() - before.keys(), before.keys() - now.keys()
    changed = [name for name in now.keys() & before.keys() if now[name] != before[name]]
    return BuildPlan(
        last.name if last else None,
        True,
        program=last is not None and not (added or removed or changed),
        added=tuple(sorted(added)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(removed)),
    )


def _from_tables(job: Job, compiled: Compiled, last: Manifest | None, because: Wording) -> BuildPlan:
    datasets = read_datasets(job.project.releases / last.name) if last else {}
    lifts = kept_lift(job.work / LIFT, lift_digest(job, compiled)) is None
    return replace(
        _by_files(compiled, last), lifts=lifts, because=because, anew=tuple(sorted(["", *datasets])) if last else ()
    )


def _from_release(compiled: Compiled, last: Manifest | None, change: Change, folder: Path) -> BuildPlan:
    datasets = list(change.base.frames)
    with open_change(change, [iri for iri in datasets if iri], folder / "spill") as run:
        anew = changed_datasets(run)
    return replace(
        _by_files(compiled, last),
        starts_from=change.base.release,
        maps=change.touched.maps,
        things=change.subjects,
        statements_added=change.added,
        statements_removed=change.removed,
        anew=tuple(sorted(anew)),
        taken=tuple(sorted(iri for iri in datasets if iri not in anew)),
    )
