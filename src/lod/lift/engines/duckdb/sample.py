"""The first rows of tables that only the engine can read: JSON, those with computed columns, and more."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from lod.diagnostics import Findings
from lod.lift.engines import sql
from lod.lift.engines.duckdb.reading import read_table
from lod.lift.engines.session import Session, open_session
from lod.tables.table import Table


def first_table_rows(table: Table, columns: Sequence[int], rows: int) -> list[tuple[int, list[str | None]]]:
    """(row number, cells) of the first rows, cells by their place in the table; those not asked for are None.

    Raises:
        FindingsError: the table is not well-formed.
    """
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder, open_session("512MB", 2, Path(folder) / "spill") as opened:
        for number, (each, needed) in enumerate(table.inputs.items()):
            opened.files[each] = Path(folder) / f"input-{number}.parquet"
            read_table(opened, each, sorted(needed), opened.files[each], findings)
        findings.raise_if_errors()
        file = Path(folder) / "table.parquet"
        read_table(opened, table, columns, file, findings)
        findings.raise_if_errors()
        return _rows(opened, table, columns, file, rows)


def _rows(
    opened: Session, table: Table, columns: Sequence[int], file: Path, rows: int
) -> list[tuple[int, list[str | None]]]:
    chosen = ", ".join(["r", *(f"c{n}" for n in columns)])
    relation = sql.scan(file, table.first_row, is_numbered=table.is_numbered)
    found = opened.connection.execute(f"SELECT {chosen} FROM {relation} ORDER BY r LIMIT {int(rows)}").fetchall()
    shown = []
    for number, *texts in found:
        cells: list[str | None] = [None] * len(table.columns)
        for place, text in zip(columns, texts, strict=True):
            cells[place] = text
        shown.append((int(number), cells))
    return shown
