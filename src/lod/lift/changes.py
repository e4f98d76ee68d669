"""What changed since an earlier lift: of the subjects that changes touch, all that was said before and is said now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lod.diagnostics import Findings
from lod.events import Reporter, silent
from lod.lift.checked import Limits, read_checked
from lod.lift.lineage import TableFile, tables_of, write_lineage
from lod.lift.plan import Plan, sides, table_digest
from lod.tables.table import Table

if TYPE_CHECKING:
    from lod.lift.engines.duckdb.touched import Touched


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
        FindingsError, LiftError: as `lod.lift.run.lift`.
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
        limits = Limits("duckdb", memory_limit, threads)
        _, _, violations = read_checked(session, plan, lineage, limits, report, findings, known)
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
