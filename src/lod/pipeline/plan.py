"""What a build would do anew, and why, without building: digests of what goes in against those of the last build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import Findings
from lod.events import silent
from lod.pipeline.lifts import kept_lift
from lod.pipeline.stages import Job, compile_, lift_digest, parse, read
from lod.project.model import Project
from lod.release.candidates import candidate_names
from lod.release.clock import build_time
from lod.release.release import ReleaseError, current_name, open_release


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """Against `release` (None: there is none that is whole): which files are new, changed, or no longer used.

    `program`: the files are the same, so the program itself changed. `lifts`: the kept lift cannot be used.
    """

    release: str | None
    builds: bool
    lifts: bool
    program: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


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
            return BuildPlan(found.name, False, False, False, (), (), ())
    before, now = dict(last.inputs) if last else {}, compiled.inputs
    added, removed = sorted(now.keys() - before.keys()), sorted(before.keys() - now.keys())
    changed = sorted(name for name in now.keys() & before.keys() if now[name] != before[name])
    lifts = kept_lift(job.work / "lift", lift_digest(job, compiled)) is None
    program = last is not None and not (added or removed or changed)
    return BuildPlan(last.name if last else None, True, lifts, program, tuple(added), tuple(changed), tuple(removed))
