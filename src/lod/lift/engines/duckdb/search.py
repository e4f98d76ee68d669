"""Searching lineage: which rows, and which cells in them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import duckdb

from lod.lift.engines import sql
from lod.lift.plan import Cell

if TYPE_CHECKING:
    from lod.lift.lineage import Key, SubjectRecord, TableRecord


@lru_cache(maxsize=1)
def _database() -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "256MB",
        "temp_directory": f"{tempfile.gettempdir()}/lod-lineage-{os.getpid()}",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    database = duckdb.connect(":memory:", config=config)
    database.execute("SET enable_progress_bar = false")
    return database


def rows(record: SubjectRecord, keys: Mapping[str, Key], limit: int) -> Iterator[tuple[str, int]]:
    """(subject, row number) for each row that made one of the subjects whose keys are given."""
    wanted, same, given = _asked(record, keys)
    query = (
        f"SELECT subject, r FROM {scan(record.table)} JOIN {wanted} ON {same} "
        f"QUALIFY row_number() OVER (PARTITION BY subject ORDER BY r) <= {limit} ORDER BY r"
    )
    for subject, row in _database().cursor().execute(query, given).fetchall():
        yield str(subject), int(row)


def cells(
    record: SubjectRecord, subject: str, key: Key, columns: Sequence[int], limit: int
) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    """(row number, texts of the columns) of the rows that made a subject; rows of equal texts once, by the first."""
    names = _key_columns(record)
    where = [f"{_text(name)} = ?" for name in names] if len(key) == len(names) else [f"{spelled(record)} = ?"]
    values = list(key) if len(key) == len(names) else [subject]
    chosen = ", ".join(f"c{n}" for n in columns)
    query = (
        f"SELECT min(r), {chosen} FROM {scan(record.table)} WHERE {sql.conjunction(where)} "
        f"GROUP BY {chosen} ORDER BY 1 LIMIT {limit}"
    )
    for row, *texts in _database().cursor().execute(query, values).fetchall():
        yield int(row), tuple(texts)


Hit = tuple[int, tuple[str | None, ...]]  # a row's number, and the texts of its columns


def cells_of_many(
    record: SubjectRecord, keys: Mapping[str, Key], asked: Sequence[tuple[Sequence[str], Sequence[int]]], limit: int
) -> Iterator[dict[str, list[Hit]]]:
    """For each (subjects, columns) asked: subject → its rows, as `cells` has them. The table is read once for all."""
    connection = _database().cursor()
    every = sorted({column for _, columns in asked for column in columns})
    chosen = ", ".join(("subject", "r", *(f"c{n}" for n in every)))
    if record.term.columns:
        wanted, same, given = _asked(record, keys)
        query = f"CREATE TEMP TABLE hits AS SELECT {chosen} FROM {scan(record.table)} JOIN {wanted} ON {same}"
        connection.execute(query, given)
        source = "hits"
    else:  # one subject that every row makes: what its rows say is not copied
        source = f"(SELECT {sql.quoted(next(iter(keys)))} AS subject, * FROM {scan(record.table)})"
    for subjects, columns in asked:
        texts = ", ".join(f"c{n}" for n in columns)
        query = (
            f"SELECT subject, min(r) AS first, {texts} FROM {source} WHERE subject IN (SELECT unnest($subjects)) "
            f"GROUP BY subject, {texts} "
            f"QUALIFY row_number() OVER (PARTITION BY subject ORDER BY min(r)) <= {limit} ORDER BY first"
        )
        found: dict[str, list[Hit]] = {}
        for subject, row, *values in connection.execute(query, {"subjects": list(subjects)}).fetchall():
            found.setdefault(str(subject), []).append((int(row), tuple(values)))
        yield found
    connection.close()


def _asked(record: SubjectRecord, keys: Mapping[str, Key]) -> tuple[str, str, dict[str, list[str]]]:
    """The subjects with their keys as a derived table, how rows are joined to it, and its parameters."""
    columns = _key_columns(record)
    by_key = columns and all(len(key) == len(columns) for key in keys.values())
    wanted = {f"k{n}": [key[n] for key in keys.values()] for n in range(len(columns) if by_key else 0)}
    lists = ", ".join(f"unnest(${name}) AS {name}" for name in ("subject", *wanted))
    same = [f"{_text(column)} = {name}" for column, name in zip(columns, wanted, strict=False)]
    if not by_key:
        same = [f"{spelled(record)} = subject"]
    return f"(SELECT {lists})", sql.conjunction(same), {"subject": list(keys), **wanted}


def _key_columns(record: SubjectRecord) -> list[str]:
    return [sql.column(piece.column) for piece in record.term.pieces if isinstance(piece, Cell)]


def _text(column: str) -> str:
    return f"CAST({column} AS VARCHAR)" if column in ("r", "pr") else column


def spelled(record: SubjectRecord) -> str:
    """A triples map's subject as an expression; NULL where a row makes none."""
    present = sql.conjunction(sql.present(record.term.columns))
    mark = "'_:' || " if record.term.kind == "blank node" else ""
    return f"CASE WHEN {present} THEN {mark}{sql.value(record.term)} END"


def scan(table: TableRecord) -> str:
    """A table of the lineage as a derived table, `r` the number of the source row."""
    return sql.scan(table.file, table.first_row, is_numbered=table.is_numbered)
