"""Sources whose cells have kinds of their own, opened: sheets, Parquet files and databases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lod.diagnostics import Findings, Origin
from lod.mapping.ir import Formulation, LogicalSource
from lod.tables.table import Dialect
from lod.tables.typed import Source, TypedTable

TYPED = (Formulation.WORKBOOK, Formulation.PARQUET, Formulation.SQLITE, Formulation.DATABASE, Formulation.SPARQL)


def open_typed(
    source: LogicalSource, path: Path, name: str, asked: Mapping[str, Origin], dialect: Dialect, findings: Findings
) -> TypedTable | None:
    """The table of a source in a file, or of a database elsewhere. None, and findings, when it cannot be used.

    What is read of a workbook or a database is part of the table's name.
    """
    part = "query" if source.query else source.part
    known = Source(f"{name}: {part}" if part else name, dialect, asked, source.origin)
    match source.formulation:
        case Formulation.WORKBOOK:
            from lod.tables.workbooks.workbook import open_sheet  # who has no workbook does not wait for calamine

            return open_sheet(path, source.part, known, findings)
        case Formulation.PARQUET:
            from lod.tables.parquet import open_parquet

            return open_parquet(path, known, findings)
        case Formulation.SPARQL:
            from lod.tables.documents.solutions import open_solutions

            return open_solutions(path, source.query, known, findings, is_plain=source.is_plain)
    from lod.tables.databases.adbc import Asked
    from lod.tables.databases.sql import Address, open_database
    from lod.tables.databases.sqlite import open_sqlite

    asked_for = Asked(source.part, source.query.strip().rstrip(";"))
    if source.formulation is Formulation.SQLITE:
        return open_sqlite(path, asked_for, known, findings)
    address = Address(source.access, source.user, source.password)
    return open_database(address, asked_for, known, findings)
