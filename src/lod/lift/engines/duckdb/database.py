"""DuckDB as the engine of a plan: out of core, in bounded memory, in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from lod.lift.engines import sql

_ROW_GROUP = 30720  # rows, as `lod.tables.ingest` has it


@dataclass(frozen=True, slots=True)
class DuckDb:
    """A connection as `lod.lift.engines.database.Database`."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of an answer; it is small."""
        return self.connection.execute(query).fetchall()

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row of an answer."""
        row: tuple[Any, ...] | None = self.connection.execute(query).fetchone()
        assert row is not None, "an aggregate has a row"
        return row

    def keep(self, name: str, query: str) -> int:
        """Keep the rows of a query in a temporary table, in memory or spilled to disk; returns how many they are."""
        self.connection.execute(f"CREATE TEMP TABLE {name} AS {query}")
        return int(self.row(f"SELECT count(*) FROM {name}")[0])

    def save(self, query: str, file: Path) -> int:
        """Write the rows of a query to a Parquet file; returns how many they are."""
        options = f"FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {_ROW_GROUP}"
        return int(self.row(f"COPY ({query}) TO {sql.quoted(str(file))} ({options})")[0])

    def write(self, selects: Sequence[str], target: Path) -> None:
        """Write what the selects have as `line` to a text file, in no order; packed if it ends in .zst or .gz."""
        query = " UNION ALL ".join(selects) or "SELECT '' AS line WHERE false"
        # What comes out is a set; keeping the order of the rows would cost memory.
        self.connection.execute("SET preserve_insertion_order = false")
        self.connection.execute(
            f"COPY ({query}) TO {sql.quoted(str(target))} "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
        )
