"""Whether a build may start from the release before, and what has changed since.

What is kept in `.lod/base/` (`lod.release.incremental.base`) belongs to one release. If that is whole, and program,
project file, mappings and the tables' columns are what they were, changed rows tell which subjects are touched; of few,
a release is made in a fraction of the time. Otherwise everything is made from the tables. Both ways give
the same release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import Findings
from lod.events import Reporter
from lod.lift.engines.duckdb.touched import why_not_by_rows
from lod.lift.plan import Plan, plan_digest
from lod.lift.run import Earlier, lift_changes
from lod.release.incremental.base import Base, is_of, read_base
from lod.release.incremental.change import Change, examine
from lod.release.release import ReleaseError, open_release
from lod.wording import Wording, say

BASE = "base"
PROGRAM, _PLAN = "the program", "the plan"
MOST = 20_000
"""Subjects that may be touched; above, a build from the tables is about as quick."""


@dataclass(frozen=True, slots=True)
class Start:
    """The release that a build may start from, and its folder."""

    base: Base
    release: Path


def facts_of(plan: Plan, digests: Mapping[str, str]) -> dict[str, str]:
    """What has to be the same: `digests` of files and program, and the plan."""
    return {**digests, _PLAN: plan_digest(plan)}


def find_start(work: Path, releases: Path, plan: Plan, facts: Mapping[str, str]) -> Start | Wording:
    """The release to start from, or why there is none."""
    base = read_base(work / BASE)
    if base is None:
        return say("nothing was kept of a build before")
    changed = sorted(name for name in {*facts, *base.facts} if facts.get(name) != base.facts.get(name))
    if changed:
        return _changed(changed)
    try:
        release = open_release(releases / base.release, verify="quick")
    except ReleaseError:
        return say("release {name} is not there, or not whole", name=base.release)
    if not is_of(base, release):
        return say("release {name} is another one than was kept", name=base.release)
    return why_not_by_rows(plan) or Start(base, release.folder)


def _changed(facts: Sequence[str]) -> Wording:
    if PROGRAM in facts:
        return say("the program itself has changed")
    files = [name for name in facts if name != _PLAN]
    if not files:
        return say("the columns of a table, or what follows from them, changed")
    return say("{files} changed, which all follows from", files=", ".join(files))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the columnar engine may take."""

    memory: str
    threads: int


def find_changes(
    start: Start, plan: Plan, others: Path, work: Path, limits: Limits, report: Reporter, findings: Findings
) -> tuple[Change, Path] | Wording:
    """What changed since, and the lineage of the tables as they are; or why that is not known to be local.

    Raises:
        FindingsError, LiftError: as `lod.lift.run.lift`.
    """
    earlier = Earlier(start.base.lineage, start.base.others, others, MOST)
    touched = lift_changes(
        plan,
        work,
        earlier,
        memory_limit=limits.memory,
        threads=limits.threads,
        report=report,
        findings=findings,
    )
    if touched is None:
        return say("more than {most:,} things changed", most=MOST)
    change = examine(start.base, start.release, touched, work)
    return change if isinstance(change, Wording) else (change, work / "lineage")
