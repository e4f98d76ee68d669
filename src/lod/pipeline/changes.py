"""Whether a build may start from the release before, and what has changed since.

What is kept in `.lod/base/` (`lod.release.incremental.base`) belongs to one release. If that is whole, and the program,
the base IRI and the project's name are what they were, changed rows and changed triples maps tell which subjects are
touched; of few, a release is made in a fraction of the time. Otherwise everything is made from the tables. Both ways
give the same release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import Findings
from lod.events import Reporter
from lod.lift.changes import Earlier, lift_changes
from lod.lift.engines.duckdb.touched import why_not_by_rows
from lod.lift.lineage import tables_of
from lod.lift.plan import NESTED, Plan, map_digests, table_digest
from lod.release.incremental.base import Base, is_of, read_base
from lod.release.incremental.change import Change, examine
from lod.release.release import ReleaseError, open_release
from lod.wording import NOTHING, Wording, say

BASE = "base"
PROGRAM, _MAP = "the program", "triples map "
MOST = 20_000
"""Subjects that may be touched; above, a build from the tables is about as quick."""


@dataclass(frozen=True, slots=True)
class Start:
    """The release that a build may start from, its folder, and the triples maps that are not what they were."""

    base: Base
    release: Path
    changed: frozenset[str]


def facts_of(plan: Plan, digests: Mapping[str, str]) -> dict[str, str]:
    """What a release is made by: `digests`, which have to be the same, and those of the triples maps."""
    return {**digests, **{f"{_MAP}{name}": digest for name, digest in map_digests(plan).items()}}


def find_start(work: Path, releases: Path, plan: Plan, facts: Mapping[str, str]) -> Start | Wording:
    """The release to start from, or why there is none."""
    base = read_base(work / BASE)
    if base is None:
        return say("nothing was kept of a build before")
    changed = {name for name in {*facts, *base.facts} if facts.get(name) != base.facts.get(name)}
    maps = frozenset(name.removeprefix(_MAP) for name in changed if name.startswith(_MAP))
    digests = [each[name] for name in changed for each in (facts, base.facts) if name in each]
    reason = _why_not(changed, digests, plan, base)
    if reason:
        return reason
    try:
        release = open_release(releases / base.release, verify="quick")
    except ReleaseError:
        return say("release {name} is not there, or not whole", name=base.release)
    if not is_of(base, release):
        return say("release {name} is another one than was kept", name=base.release)
    return why_not_by_rows(plan) or Start(base, release.folder, maps)


def _why_not(changed: Collection[str], digests: Sequence[str], plan: Plan, base: Base) -> Wording:
    """Why all follows from what changed; '' where it does not."""
    if PROGRAM in changed:
        return say("the program itself has changed")
    if others := sorted(name for name in changed if not name.startswith(_MAP)):
        return say("{names} changed, from which all follows", names=", ".join(others))
    if any(digest.startswith(NESTED) for digest in digests):
        return say("a triples map that makes lists or containers changed")
    tables = [(table.name, table_digest(table)) for table in plan.tables]
    earlier = [(file.name, file.definition) for file in tables_of(base.lineage)]
    if changed and (len(set(tables)) < len(tables) or len(set(earlier)) < len(earlier)):
        return say("triples maps changed, and some tables are called alike")
    return NOTHING


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
    base = start.base
    earlier = Earlier(base.lineage, base.others, others, MOST, start.changed, base.statements.write_about)
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
