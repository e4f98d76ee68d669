"""Rows set aside (`lod.lift.quarantine`), in columns: found by checks, kept in the engine, taken out of the tables."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from lod.diagnostics import Findings
from lod.lift.engines import sql
from lod.lift.engines.checks import Check
from lod.lift.engines.session import Session, relation_sql, scan_sql
from lod.lift.plan import Emission, Plan, sides
from lod.lift.quarantine import Quarantine, judge_share
from lod.tables.table import Table
from lod.wording import Wording, translated

_TABLE = "rejects"
_COLUMNS = "reason VARCHAR, code VARCHAR, source VARCHAR, row BIGINT, column_name VARCHAR, cell VARCHAR"


class Rejects:
    """The rows of one lift that are set aside. `kept` is a file in which they outlive the session."""

    def __init__(self, session: Session, quarantine: Quarantine, kept: Path) -> None:
        self.session, self.quarantine, self.kept = session, quarantine, kept
        self._rows = dict[str, int]()
        self._sifted = 0
        session.connection.execute(f"CREATE TEMP TABLE {_TABLE} ({_COLUMNS})")
        if kept.exists():
            session.connection.execute(f"INSERT INTO {_TABLE} SELECT * FROM read_parquet({sql.quoted(str(kept))})")
        self._records = session.scratch / "bad-records.csv"
        self._file = self._records.open("w", encoding="utf-8", newline="")
        self._write = csv.writer(self._file).writerow

    def record(self, code: str, reason: Wording, source: str, row: int, column: str, text: str) -> None:
        """Set a row aside that is not well-formed."""
        said = translated(reason, self.quarantine.language)
        self._write((said, code, source, row, column, text.replace("\0", "\N{SYMBOL FOR NULL}")))

    def note(self, emission: Emission, check: Check) -> None:
        """Set the rows aside in which a check refuses a cell."""
        side = 0 if check.column.index < 0 else check.column.side
        table = sides(emission.relation)[side]
        reason = translated(check.what, self.quarantine.language)
        name = table.columns[check.column.index] if check.column.index >= 0 else ""
        where = sql.conjunction([*sql.present(emission.key.columns), check.condition])
        told = ", ".join(
            f"{sql.quoted(text)} AS {what}"
            for what, text in (("reason", reason), ("code", check.code), ("source", table.name))
        )
        noted = self.session.scratch / "noted.parquet"
        self.session.database.save(
            f"SELECT DISTINCT {told}, {'pr' if side else 'r'} AS row, {sql.quoted(name)} AS column_name, "
            f"{sql.column(check.column)} AS cell FROM {relation_sql(self.session, emission.relation)} WHERE {where}",
            noted,
        )
        self.session.connection.execute(f"INSERT INTO {_TABLE} SELECT * FROM read_parquet({sql.stored(noted)})")

    def sift(self, plan: Plan) -> Iterable[Table]:
        """Take the rows out of the plan's tables, if more were set aside since; yields the tables to be made anew."""
        session = self.session
        if not self._file.closed:
            self._file.close()
            types = "{'reason': 'VARCHAR', 'code': 'VARCHAR', 'source': 'VARCHAR', 'row': 'BIGINT', "
            types += "'column_name': 'VARCHAR', 'cell': 'VARCHAR'}"
            read = f"read_csv({sql.quoted(str(self._records))}, columns = {types}, header = false, auto_detect = false)"
            session.connection.execute(f"INSERT INTO {_TABLE} SELECT * FROM {read}")
            self._rows = {table.name: max(session.rows[table], self._rows.get(table.name, 0)) for table in plan.tables}
        found = session.connection.execute(f"SELECT count(*) FROM {_TABLE}").fetchone()
        if not found or found[0] == self._sifted:
            return
        self._sifted = int(found[0])
        named = {name for (name,) in session.connection.execute(f"SELECT DISTINCT source FROM {_TABLE}").fetchall()}
        changed = [table for table in plan.tables if table.name in named]
        for table in changed:
            self._take_out(table)
        for table in plan.tables:
            if set(table.inputs) & set(changed):
                changed.append(table)
                yield table
        session.forget_columns()

    def _take_out(self, table: Table) -> None:
        """The table's file again, without the rows; those that stay keep their numbers."""
        file = self.session.files[table]
        sifted = file.with_suffix(".sifted.parquet")
        rows = f"SELECT row FROM {_TABLE} WHERE source = {sql.quoted(table.name)}"
        done = self.session.connection.execute(
            f"COPY (SELECT * EXCLUDE (r), r AS row FROM {scan_sql(self.session, table)} WHERE r NOT IN ({rows}) "
            f"ORDER BY r) TO {sql.quoted(str(sifted))} (FORMAT parquet)"
        ).fetchone()
        sifted.replace(file)
        self.session.rows[table] = int(done[0]) if done else 0
        self.session.sifted.add(table)

    def close(self, findings: Findings) -> None:
        """Write the file, and judge how many they are: LOD4044, LOD4045."""
        connection, quarantine = self.session.connection, self.quarantine
        self._file.close()
        kept = sql.quoted(str(self.kept))
        connection.execute(f"COPY (SELECT DISTINCT * FROM {_TABLE}) TO {kept} (FORMAT parquet)")
        written = quarantine.file.with_name(f".{quarantine.file.name}.new")
        connection.execute(
            f'COPY (SELECT reason, code, source, row, column_name AS "column", cell FROM read_parquet({kept}) '
            f"ORDER BY source, row, column_name, code) TO {sql.quoted(str(written))} (FORMAT csv, HEADER)"
        )
        written.replace(quarantine.file)
        query = f"SELECT source, count(DISTINCT row) FROM {_TABLE} GROUP BY source ORDER BY source"
        for source, rejected in connection.execute(query).fetchall():
            judge_share(quarantine, source, int(rejected), max(self._rows.get(source, 0), int(rejected)), findings)
