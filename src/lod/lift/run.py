"""Run a plan: tables in, N-Quads and lineage out.

Whatever goes wrong, nothing half-written remains: the work is done in a folder beside the output, which is moved into
place at the end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lod.diagnostics import Findings, FindingsError
from lod.events import Reporter, StageAdvanced, StageFinished, StageStarted, silent
from lod.lift.compile import bind_plan, improve
from lod.lift.held import HeldTable
from lod.lift.lineage import TableFile, tables_of, write_lineage
from lod.lift.plan import Plan, Subject, sides, table_digest
from lod.lift.quarantine import Quarantine
from lod.lift.result import LiftResult
from lod.lift.targets import part, targets_of
from lod.lift.viewed import ViewTable
from lod.lineage import Lineage
from lod.mapping.ir import LogicalTarget
from lod.mapping.read import read_mappings
from lod.tables.table import Table
from lod.wording import Wording, joined, say

if TYPE_CHECKING:
    from lod.lift.engines.duckdb.touched import Touched
    from lod.lift.engines.rejects import Rejects
    from lod.lift.engines.session import Session
    from lod.lift.engines.survey import Survey

_STAGE = "lift"
_OUTPUT = "out.nq"
_PACKED = {".zst", ".gz"}


def lift(
    plan: Plan,
    out: Path,
    *,
    engine: str = "duckdb",
    memory_limit: str = "512MB",
    threads: int = 2,
    report: Reporter = silent,
    findings: Findings,
    quarantine: Quarantine | None = None,
) -> LiftResult:
    """Write `part-*.nq` and `lineage/` into the folder `out`. With a quarantine, bad rows are set aside.

    `engine` is 'duckdb' or 'spark'.

    Raises:
        FindingsError: values that make no legal term, tables that are not well-formed, triples maps that yield nothing.
        LiftError: LOD4008, LOD4052, the engine ran out of memory or disk.
    """
    findings.raise_if_errors()
    with _workplace(out.parent) as work:
        limits = _Limits(engine, memory_limit, threads, quarantine, work / "rejects.parquet")
        counts = _run(plan, work, limits, report, findings)
        findings.raise_if_errors()
        out.mkdir(parents=True, exist_ok=True)
        part = (work / _OUTPUT).replace(out / "part-0001.nq")
        shutil.rmtree(out / "lineage", ignore_errors=True)
        (work / "lineage").rename(out / "lineage")
    return LiftResult((part,), sum(counts.values()), counts, Lineage(out / "lineage"))


def check_rows(plan: Plan, *, memory_limit: str = "512MB", threads: int = 2, findings: Findings) -> None:
    """Look at the tables as `lift` does, and write nothing: everything that a lift would say is among the findings.

    Raises:
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    from lod.lift.engines.session import open_session

    with (
        _workplace(Path(tempfile.gettempdir())) as work,
        open_session(memory_limit, threads, work / "spill") as session,
        suppress(FindingsError),
    ):  # which are among the findings
        limits = _Limits("duckdb", memory_limit, threads)
        findings.extend(_checked(session, plan, work, limits, silent, findings)[2])


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier lift: its lineage, what no table said then, and what no table says now.

    `changed`: the triples maps that are not what they were, gone ones too; `write_said` writes all that was said of
    subjects into a file.
    """

    lineage: Path
    others: Path
    others_now: Path
    most: int  # subjects that may be touched
    changed: frozenset[str]
    write_said: Callable[[Sequence[str], Path], None]


def lift_changes(
    plan: Plan,
    out: Path,
    earlier: Earlier,
    *,
    memory_limit: str = "512MB",
    threads: int = 2,
    report: Reporter = silent,
    findings: Findings,
) -> Touched | None:
    """Look at the tables as `lift` does, and write what is said of the subjects that changes touch, before and now.

    `out` gets `before.nq`, `after.nq` and `lineage/`. None, if that is not to be had: more subjects are touched than
    `earlier.most`, or a file of the earlier lift is missing.

    Raises:
        FindingsError, LiftError: as `lift`.
    """
    from lod.lift.engines.duckdb.touched import find_touched
    from lod.lift.engines.session import open_session

    findings.raise_if_errors()
    out.mkdir(parents=True, exist_ok=True)
    lineage, files = out / "lineage", tables_of(earlier.lineage)
    lineage.mkdir()
    same = _same_tables(plan, files)
    emissions = (*plan.emissions, *plan.shared)
    if any(not same.keys() >= {*sides(e.relation)} for e in emissions if e.triples_map not in earlier.changed):
        return None
    known = {
        table: file.path
        for table, file in same.items()
        if type(table) is Table
        and file.is_clean
        and file.digest == table.digest
        and file.columns == plan.columns_of(table)
    }
    with open_session(memory_limit, threads, out / "spill") as session:
        limits = _Limits("duckdb", memory_limit, threads)
        _, _, violations = _checked(session, plan, lineage, limits, report, findings, known)
        before = {
            table: file.path
            for table, file in same.items()
            if table not in known and not (type(table) is Table and file.digest == table.digest)
        }
        touched = find_touched(session, plan, before, earlier, out)
        clean = frozenset(session.clean)
    write_lineage(plan, lineage, (), clean)
    findings.extend(violations)
    return touched


def _same_tables(plan: Plan, files: Sequence[TableFile]) -> dict[Table, TableFile]:
    """The tables that are defined as they were, and how they were read; those that are alike by their order. All
    triples maps of another table are among the changed ones."""
    found: dict[tuple[str, str], list[TableFile]] = {}
    for file in reversed(files):
        found.setdefault((file.name, file.definition), []).append(file)
    keys = {table: (table.name, table_digest(table)) for table in plan.tables}
    return {table: found[key].pop() for table, key in keys.items() if found.get(key)}


def lift_files(
    mappings: Sequence[Path],
    out: Path,
    *,
    tables: Path | None = None,
    base_iri: str | None = None,
    engine: str = "duckdb",
    memory_limit: str = "512MB",
    threads: int | None = None,
    report: Reporter = silent,
    findings: Findings,
    lineage: Path | None = None,
    targets: Path | None = None,
    minimal: bool = False,
    metadata: Path | None = None,
    quarantine: Quarantine | None = None,
) -> LiftResult:
    """Lift mapping files to the one N-Quads file `out`, without a project. As `.nq.zst` or `.nq.gz` it is packed.

    Sources are looked up in `tables`, then beside the mappings; the targets that mappings name are written in the
    folder `targets`, else in the current one. `lineage` is the folder to keep the lineage in; without
    one it is made and thrown away, and `LiftResult.lineage` names a folder that is gone. `minimal` is csv2rdf's minimal
    mode, `metadata` the CSVW metadata of a CSV among the mappings, as a Link header would name it. A table that does
    not adhere to its CSVW metadata is lifted all the same, as csv2rdf asks: then there are errors among the findings,
    and still a result. With a `quarantine`, bad rows are set aside.

    Raises:
        FindingsError: with every finding about mappings and tables.
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    violations = Findings()
    plan = _plan_of(mappings, tables, base_iri or "", findings, violations, minimal=minimal, metadata=metadata)
    with _workplace(out.parent) as work:
        threads = threads or min(4, os.cpu_count() or 1)
        limits = _Limits(engine, memory_limit, threads, quarantine, work / "rejects.parquet")
        named = targets_of(plan)
        if quarantine and named:  # a row that is bad for one file is good for none
            (work / "all").mkdir()
            _run(improve(plan), work / "all", limits, silent, Findings())
        lines = _OUTPUT + (out.suffix if out.suffix in _PACKED else "")
        counts = _run(improve(part(plan, None)), work, limits, report, findings, lines)
        for number, target in enumerate(named):
            place = work / f"target-{number}"
            place.mkdir()
            for name, count in _run(improve(part(plan, target)), place, limits, report, findings).items():
                counts[name] += count
            _write(place, target, limits, findings)
        for number, target in enumerate(named):
            folder = Path(target.origin.path).parent if target.beside_mapping else targets or Path()
            (folder / target.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(work / f"target-{number}" / "written", folder / target.path)
        (work / lines).replace(out)
        if lineage:
            shutil.rmtree(lineage, ignore_errors=True)
            shutil.move(work / "lineage", lineage)
        kept = Lineage(lineage or work / "lineage")
    findings.extend(violations)
    return LiftResult((out,), sum(counts.values()), counts, kept)


def explain_files(
    mappings: Sequence[Path],
    *,
    tables: Path | None = None,
    base_iri: str | None = None,
    findings: Findings,
    minimal: bool = False,
) -> str:
    """The plan by which mapping files are lifted, as text (`lod.lift.explain`). Headers are read, rows are not.

    Raises:
        FindingsError: with every finding about the mappings and the tables' columns.
    """
    from lod.lift.explain import explain

    return explain(_plan_of(mappings, tables, base_iri or "", findings, Findings(), minimal=minimal))


def _plan_of(
    mappings: Sequence[Path],
    tables: Path | None,
    base: str,
    findings: Findings,
    violations: Findings,
    *,
    minimal: bool,
    metadata: Path | None = None,
) -> Plan:
    mapping = read_mappings(
        mappings, findings, violations, base_iri=base, tables=tables, minimal=minimal, metadata=metadata
    )
    folders = [*([tables] if tables else []), *dict.fromkeys(path.parent for path in mappings)]
    plan = bind_plan(mapping, folders=folders, base_iri=base, findings=findings)
    findings.raise_if_errors()
    return plan


@dataclass(frozen=True, slots=True)
class _Limits:
    engine: str
    memory: str
    threads: int
    quarantine: Quarantine | None = None
    rejects: Path = Path()  # where rejects are kept from one part of the lift to the next


@contextmanager
def _workplace(beside: Path) -> Iterator[Path]:
    """A folder on the disk of the output, removed with all that is left in it."""
    beside.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".lift-", dir=beside))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(place: Path, target: LogicalTarget, limits: _Limits, findings: Findings) -> None:
    """What a target's statements become in its own serialization; a subject's statements stand together."""
    from lod.lift.engines.duckdb.merge import merge  # most lifts have no target
    from lod.lift.serialize import write_target

    lines = place / _OUTPUT
    if target.serialization not in ("nq", "nt"):
        lines = place / "sorted.nq"
        merge([place / _OUTPUT], lines, memory_limit=limits.memory, threads=limits.threads)
    homeless = write_target(lines, target, place / "written")
    if homeless:
        message = say(
            "{n:,} {n:statement|statements} of {path} {n:stands|stand} in a graph, of which the file does not tell",
            n=homeless,
            path=target.path,
        )
        findings.warning("LOD3120", message, target.origin, say("N-Quads, TriG and JSON-LD tell graphs"))


def _run(
    plan: Plan, work: Path, limits: _Limits, report: Reporter, findings: Findings, lines: str = _OUTPUT
) -> dict[str, int]:
    """Write the file `lines` and `lineage/` into a folder; returns how many lines each triples map made."""
    from lod.lift.engines.engine import open_engine  # the engine costs a good part of a small lift's time
    from lod.lift.engines.statements import write_statements

    begun = time.perf_counter()
    report(StageStarted(_STAGE))
    lineage = work / "lineage"
    lineage.mkdir()
    counts = {subject.triples_map: 0 for subject in plan.subjects}
    with open_engine(limits.engine, limits.memory, limits.threads, work / "spill") as session:
        plan, surveys, violations = _checked(session, plan, lineage, limits, report, findings)
        counts |= write_statements(session, plan, surveys, work / lines)
        sifted, clean = frozenset(session.sifted), frozenset(session.clean)
    write_lineage(plan, lineage, sifted, clean)
    findings.extend(violations)
    report(
        StageFinished(
            _STAGE, time.perf_counter() - begun, say("{n:,} {n:statement|statements}", n=sum(counts.values()))
        )
    )
    return counts


def _checked(
    session: Session,
    plan: Plan,
    lineage: Path,
    limits: _Limits,
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
    report(StageAdvanced(_STAGE, 1, 3, "tables read"))
    if rejects:
        _set_aside(session, plan, rejects, findings)
    plan = settle_lookups(session, plan)
    surveys = [survey(session, emission, findings) for emission in (*plan.emissions, *plan.shared)]
    silent = _refuse_silence(plan, surveys, findings)
    doubt(session, plan, surveys, silent, findings)
    doubt_numbers(session, plan, surveys, findings)
    findings.raise_if_errors()
    report(StageAdvanced(_STAGE, 2, 3, "values checked"))
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
