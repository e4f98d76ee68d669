"""Tables into Parquet, by DuckDB: once each, checked, out of core.

Everything else reads these files, where repeated cells are dictionary entries and cost next to nothing; they are the
lineage, too. Another engine reads the same files (`lod.lift.engines.database`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from lod.diagnostics import Findings
from lod.lift.engines import sql
from lod.lift.engines.session import Session
from lod.lift.gatherings import GatheredTable
from lod.lift.held import HeldTable, write_held_rows
from lod.lift.lineage import table_file
from lod.lift.logical_views import LogicalViewTable
from lod.lift.plan import Plan
from lod.lift.viewed import ViewTable
from lod.tables.csv import Reject
from lod.tables.ingest import ingest
from lod.tables.table import Table


def read_tables(
    session: Session,
    plan: Plan,
    folder: Path,
    findings: Findings,
    violations: Findings,
    reject: Reject | None = None,
    known: Mapping[Table, Path] = MappingProxyType({}),
) -> None:
    """Bring the plan's tables into `folder` as Parquet, checked.

    `violations` are what is wrong with the contents of views: errors that do not keep the others from being lifted.
    `reject` is told of rows that are not well-formed; without it they are errors. `known` tables have been read before.
    """
    for number, table in enumerate(plan.tables):
        session.files[table] = folder / table_file(number)
        before = len(findings)
        if table in known:
            session.files[table].hardlink_to(known[table])
            session.rows[table] = _rows(session, known[table])
        elif not isinstance(table, ViewTable) or table.view is None:
            columns = plan.columns_of(table)
            session.rows[table] = read_table(session, table, columns, session.files[table], findings, reject)
        if len(findings) == before:
            session.clean.add(table)
    if any(isinstance(table, ViewTable) for table in plan.tables):
        _read_views(session, plan, folder, violations)


def _rows(session: Session, file: Path) -> int:
    row = session.connection.execute(f"SELECT count(*) FROM read_parquet({sql.quoted(str(file))})").fetchone()
    return int(row[0]) if row else 0


def _read_views(session: Session, plan: Plan, folder: Path, violations: Findings) -> None:
    from lod.lift.engines.duckdb.views import ViewReader  # who has no view does not wait for it

    views = ViewReader(session.connection, folder, violations)
    for table in plan.tables:
        if isinstance(table, ViewTable) and table.view is not None:
            session.rows[table] = views.read(table.view, plan.columns_of(table), session.files[table])
    views.judge(plan.constraints)
    views.close()


def read_table(
    session: Session,
    table: Table,
    columns: Sequence[int],
    target: Path,
    findings: Findings,
    reject: Reject | None = None,
) -> int:
    """Bring the chosen columns of a table into a Parquet file; returns the number of its rows."""
    if isinstance(table, HeldTable):
        return _read_held(session, table, tuple(columns), target)
    if not table.computed:
        return _stored(session, table, columns, target, findings, reject)
    from lod.lift.engines.duckdb.compute import compute_columns, inputs_of  # nor for functions, if there are none

    before = len(findings.errors)
    source = target.with_suffix(".source.parquet")
    rows = _stored(session, table, inputs_of(table, columns), source, findings, reject)
    if len(findings.errors) == before:
        compute_columns(session.connection, table, columns, source, target, findings)
    source.unlink(missing_ok=True)
    return rows


def _stored(
    session: Session, table: Table, columns: Sequence[int], target: Path, findings: Findings, reject: Reject | None
) -> int:
    if isinstance(table, LogicalViewTable):
        from lod.lift.engines.duckdb.logical_views import read_view

        return read_view(session, table, columns, target, findings)
    if isinstance(table, GatheredTable):
        from lod.lift.engines.duckdb.gatherings import read_gathered

        return read_gathered(session, table, columns, target, findings)
    return ingest(session.connection, table, columns, target, findings, reject)


def _read_held(session: Session, table: HeldTable, columns: tuple[int, ...], target: Path) -> int:
    source = target.with_suffix(".held.csv")
    write_held_rows(table, columns, source)
    types = ", ".join(["'row': 'BIGINT'", *(f"'c{n}': 'VARCHAR'" for n in columns)])
    options = f"columns = {{{types}}}, header = false, nullstr = '', allow_quoted_nulls = true, auto_detect = false"
    done = session.connection.execute(
        f"COPY (SELECT * FROM read_csv({sql.quoted(str(source))}, {options})) "
        f"TO {sql.quoted(str(target))} (FORMAT parquet, COMPRESSION lz4_raw)"
    ).fetchone()
    source.unlink()
    return int(done[0]) if done else 0
