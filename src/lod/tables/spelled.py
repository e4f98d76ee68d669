"""Rows that Python makes, value by value: each a text and the name of its XSD datatype, staged as Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import duckdb

from lod.tables.typed import ROW_GROUP, TypedColumn, decimal_sql, quoted, staged

_LONGEST = 2_097_152  # bytes of a line, DuckDB's default


def stage_spelled(columns: int, batches: Iterable[Iterable[tuple[str, ...]]]) -> Path:
    """The rows of the batches in Parquet, in their order: of column n the text `vn` and the kind `kn`.

    A row is text and kind of each column in turn; the kind of no value is `null`, of plain text ''.
    """
    path = staged(".csv")
    longest, written = _LONGEST, 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for batch in batches:
            writer.writerows(batch)
            longest, written = max(longest, file.tell() - written), file.tell()
    return _parquet(path, columns, longest)


def spelled_column(name: str, n: int) -> TypedColumn:
    """Column `n` of what `stage_spelled` wrote."""
    number = decimal_sql(f"v{n}")
    text = f"CASE k{n} WHEN 'null' THEN NULL WHEN 'decimal' THEN {number} ELSE v{n} END"
    return TypedColumn(name, text, f"CASE k{n} WHEN 'null' THEN '' ELSE k{n} END")


def _parquet(path: Path, columns: int, longest: int) -> Path:
    target = path.with_suffix(".parquet")
    names = [f"{kind}{n}" for n in range(columns) for kind in "vk"]
    listed = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    limit = f"{max(128, 32 * longest // 2**20)}MB"  # else DuckDB keeps all of the file that it has read
    with duckdb.connect(":memory:", config={"threads": 1, "memory_limit": limit}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"COPY (SELECT * FROM read_csv({quoted(str(path))}, header = false, auto_detect = false, delim = ',', "
            f"quote = '\"', escape = '\"', columns = {{{listed}}}, allow_quoted_nulls = false, parallel = false, "
            f"max_line_size = {longest}, buffer_size = {2 * longest})) "
            f"TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
    path.unlink()
    return target
