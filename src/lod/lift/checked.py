"""Tables in, looked at before a statement is written: the values, the rules that make nothing, the rows set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lod.diagnostics import Findings
from lod.events import Reporter, StageAdvanced
from lod.lift.held import HeldTable
from lod.lift.plan import Plan, Subject
from lod.lift.quarantine import Quarantine
from lod.lift.viewed import ViewTable
from lod.tables.table import Table
from lod.wording import Wording, joined, say

if TYPE_CHECKING:
    from lod.lift.engines.rejects import Rejects
    from lod.lift.engines.session import Session
    from lod.lift.engines.survey import Survey

STAGE = "lift"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a lift may take, with which engine, and what becomes of bad rows."""

    engine: str
    memory: str
    threads: int
    quarantine: Quarantine | None = None
    rejects: Path = Path()  # where rejects are kept from one part of the lift to the next


def read_checked(
    session: Session,
    plan: Plan,
    lineage: Path,
    limits: Limits,
    report: Reporter,
    findings: Findings,
    known: Mapping[Table, Path] | None = None,
) -> tuple[Plan, list[Survey], Findings]:
    """Read the tables and look at their values: the plan for what they are, and what is wrong with views.

    `known`: tables that an earlier lift has read without a finding.
    """
    from lod.lift.engines.doubts import doubt
    from lod.lift.engines.duckdb.reading import read_tables
    from lod.lift.engines.lookups import settle_lookups
    from lod.lift.engines.rejects import Rejects
    from lod.lift.engines.retyped import doubt_numbers
    from lod.lift.engines.survey import survey

    violations = Findings()
    rejects = Rejects(session, limits.quarantine, limits.rejects) if limits.quarantine else None
    reject = rejects.record if rejects else None
    read_tables(session, plan, lineage, findings, violations, reject, known or {})
    findings.raise_if_errors()
    report(StageAdvanced(STAGE, 1, 3, "tables read"))
    if rejects:
        _set_aside(session, plan, rejects, findings)
    plan = settle_lookups(session, plan)
    surveys = [survey(session, emission, findings) for emission in (*plan.emissions, *plan.shared)]
    silent = _refuse_silence(plan, surveys, findings)
    doubt(session, plan, surveys, silent, findings)
    doubt_numbers(session, plan, surveys, findings)
    findings.raise_if_errors()
    report(StageAdvanced(STAGE, 2, 3, "values checked"))
    return plan, surveys, violations


def _set_aside(session: Session, plan: Plan, rejects: Rejects, findings: Findings) -> None:
    """Take bad rows out of the tables, until a look at what remains finds none."""
    from lod.lift.engines.survey import survey

    _sift(session, rejects, plan, findings)
    while True:
        for emission in (*plan.emissions, *plan.shared):
            survey(session, emission, findings, rejects.note)
        if not _sift(session, rejects, plan, findings):
            break
    rejects.close(findings)


def _sift(session: Session, rejects: Rejects, plan: Plan, findings: Findings) -> bool:
    """Take rejected rows out of the tables and of what is made of them; whether there were any."""
    from lod.lift.engines.duckdb.reading import read_table

    before = set(session.sifted), dict(session.rows)
    for table in rejects.sift(plan):
        session.rows[table] = read_table(session, table, plan.columns_of(table), session.files[table], findings)
    return before != (session.sifted, session.rows)


def _refuse_silence(plan: Plan, surveys: Sequence[Survey], findings: Findings) -> set[str]:
    """A triples map that makes nothing from a table with rows is a mistake, and so is a plan that makes nothing.

    Returns the names of those triples maps.
    """
    made: dict[str, int] = {}
    subjects: dict[str, int] = {}
    silent: set[str] = set()
    for emission, seen in zip((*plan.emissions, *plan.shared), surveys, strict=True):
        name = emission.triples_map
        made[name] = made.get(name, 0) + seen.statements
        subjects[name] = subjects.get(name, 0) + seen.rows
    emissions = (*plan.emissions, *plan.shared)
    conditional = {e.triples_map for e in emissions if any(t.requires for s in e.statements for t in s.terms)}
    for subject in plan.subjects:
        if made.get(subject.triples_map) == 0 and not _may_be_silent(subject.table):
            message = say(
                "'{triples_map}' makes no statement from {table}",
                triples_map=subject.triples_map,
                table=subject.table.name,
            )
            hint = _why_silent(subject, subjects[subject.triples_map])
            may = subject.table.may_be_empty or subject.triples_map in conditional
            tell = findings.warning if may else findings.error
            tell("LOD4005", message, subject.origin, hint)
            silent.add(subject.triples_map)
    if not plan.subjects and not findings.errors:
        findings.error("LOD4005", say("the mappings make no statement: there is no triples map in them"))
    return silent


def _may_be_silent(table: Table) -> bool:
    """CSVW allows empty tables, and a sheet need not have footnotes."""
    return isinstance(table, ViewTable) or (isinstance(table, HeldTable) and table.may_be_empty)


def _why_silent(subject: Subject, rows: int) -> Wording:
    if rows:
        return say("its objects need columns that are empty in every row")
    names = [f"'{subject.table.columns[column.index]}'" for column in sorted(subject.term.columns) if column.index >= 0]
    if len(names) == 1:
        return say("its subject needs {column}, which is empty in every row", column=names[0])
    return say("its subject needs {columns}, and no row has them all", columns=joined(names, say(" and ")))
