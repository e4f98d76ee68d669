"""What a plan asks of an engine.

Queries are written once, in DuckDB's SQL over the Parquet files of the tables (`lod.lift.engines.sql`). Who speaks
another dialect translates them (`lod.lift.engines.spark.dialect`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol


class Database(Protocol):
    """An engine with a place for rows that it keeps while one plan is carried out."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of an answer; it is small."""

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row of an answer."""

    def keep(self, name: str, query: str) -> int:
        """Keep the rows of a query under a name, in memory or spilled to disk; returns how many they are."""

    def save(self, query: str, file: Path) -> int:
        """Write the rows of a query to a Parquet file, or a folder of such; returns how many they are."""

    def write(self, selects: Sequence[str], target: Path) -> None:
        """Write what the selects have as `line` to a text file, in no order; packed if it ends in .zst or .gz."""
