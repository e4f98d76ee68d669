"""SQLite files as tables, opened for reading only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lod.diagnostics import Findings
from lod.tables.csv import check_header
from lod.tables.databases.adbc import Asked, driven, is_missing, name_of, refusals, stage, stream, table_of
from lod.tables.databases.sqlite_values import sqlite_column, sqlite_text
from lod.tables.typed import Source, TypedTable
from lod.wording import say

_TABLES = "SELECT name AS v0 FROM sqlite_master WHERE type IN ('table', 'view')"


def open_sqlite(path: Path, asked: Asked, source: Source, findings: Findings) -> TypedTable | None:
    """What is asked of an SQLite file. None, and a finding, when it cannot be had.

    Findings: LOD2001 no such file, LOD2006 two columns of one name, LOD2025 the database refused, LOD2026 no driver.
    """
    if not path.is_file():
        findings.error("LOD2001", say("there is no database {source}", source=source.name), source.declared)
        return None
    with refusals(source, findings), _opened(path) as cursor:
        if not asked.query and is_missing(cursor, _TABLES, asked, source, findings):
            return None
        query = asked.sql
        names = stream(cursor, f"SELECT * FROM ({query}\n) LIMIT 0").columns
        check_header([re.sub(r":\d+$", "", name) for name in names], source.name, findings, 0)
        chosen = ", ".join(f"{sqlite_text(name_of(name))} AS v{n}" for n, name in enumerate(names))
        kinds = ", ".join(f"typeof({name_of(name)}) AS k{n}" for n, name in enumerate(names))
        target = stage(cursor, f"SELECT {chosen}, {kinds} FROM ({query}\n)", as_text=True)
        declared = _types(cursor, query)
        cells = [sqlite_column(name, n, each) for n, (name, each) in enumerate(zip(names, declared, strict=True))]
        return table_of(source, path, target, cells)
    return None


def _types(cursor: Any, query: str) -> list[str]:
    """The types that the columns of a query were declared with, '' for what is computed. Only a view tells them."""
    cursor.execute(f"CREATE TEMP VIEW lod_asked AS SELECT * FROM ({query}\n)")
    declared = stream(cursor, "SELECT type FROM pragma_table_info('lod_asked') ORDER BY cid")
    return [str(each).upper() for (each,) in declared.fetchall()]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import adbc_driver_sqlite.dbapi as driver  # who has no database does not wait for it

    with driven(driver.connect, f"file:{quote(str(path.resolve()))}?mode=ro") as cursor:
        yield cursor
