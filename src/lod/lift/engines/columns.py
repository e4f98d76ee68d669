"""What a session knows of its tables' columns before it writes: which have values everywhere, which have few.

Most columns of a statistic repeat few values, and most of those hold nothing that an IRI or a literal has to escape.
Parquet says of each column how many nulls and how many dictionary entries it has, so that neither costs a look at the
rows. A column of few values is looked at once, value by value: its cells then enter the text as they stand, or by a
list of the values that change, without a guard on every row. Measured: half of the lift's processor time.
DuckDB, which wrote the files, is who looks, whatever the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import duckdb

from lod.lift.engines import sql
from lod.lift.plan import ROW, Column, Emission, Encoding, Relation, Term, sides
from lod.mapping.ir import TermType
from lod.rdf.datatypes import LEXICAL_SPACES
from lod.rdf.iris import iri_safe
from lod.rdf.nquads import escape, label
from lod.tables.table import Table

_FEW = 20_000  # values that are looked at one by one
_CHANGED = 16  # values that are listed in the statement
_FIRST = 2048  # rows that are asked before all
_Asked = tuple[Table, int, Encoding]
_Spelled = tuple[tuple[str, str], ...]

ENCODERS: Mapping[Encoding, Callable[[str], str]] = {
    Encoding.IRI_SAFE: iri_safe,
    Encoding.URI_SAFE: lambda value: quote(value, safe=""),
    Encoding.LABEL: label,
    Encoding.ESCAPED: escape,
}


@dataclass(frozen=True, slots=True)
class _Stored:
    """A column as its Parquet file describes it: `entries` are what there is to look at, of a dictionary or of rows."""

    rows: int
    nulls: int | None
    entries: int


@dataclass(slots=True)
class Columns:
    """What is known of the columns of one session's tables; `scan` is a table as SQL."""

    connection: duckdb.DuckDBPyConnection
    files: Mapping[Table, Path]
    scan: Callable[[Table], str]
    _stored: dict[Table, dict[int, _Stored]] = field(default_factory=dict)
    _values: dict[tuple[Table, int], tuple[str, ...] | None] = field(default_factory=dict)
    _spelled: dict[_Asked, _Spelled | None] = field(default_factory=dict)

    def always(self, relation: Relation) -> frozenset[Column]:
        """The columns of a relation that have a value in every row."""
        found: set[Column] = set()
        for side, table in enumerate(sides(relation)):
            found.update(Column(n, side) for n, each in self._described(table).items() if each.nulls == 0)
        return frozenset(found)

    def few(self, table: Table, index: int) -> tuple[str, ...] | None:
        """The distinct values of a column, None if they are many."""
        key = (table, index)
        if key not in self._values:
            self._values[key] = None
            if self._repeats(table, index):
                query = f"SELECT DISTINCT c{index} FROM {self.scan(table)} WHERE c{index} IS NOT NULL LIMIT {_FEW + 1}"
                found = self.connection.execute(query).fetchall()
                self._values[key] = tuple(str(value) for (value,) in found) if len(found) <= _FEW else None
        return self._values[key]

    def may_meet(self, table: Table, column: Column, condition: str) -> bool:
        """Whether a row may meet a condition on a column: it may not where none of few values does."""
        values = self.few(table, column.index)
        if values is None:
            return True
        look = f"SELECT count(*) FROM (SELECT unnest($values::VARCHAR[]) AS {sql.column(column)}) WHERE {condition}"
        found = self.connection.execute(look, {"values": list(values)}).fetchone()
        return found is None or bool(found[0])

    def mark(self, emission: Emission) -> Emission:
        """The emission with the cells marked of which is known how they are spelled."""
        tables = sides(emission.relation)
        cells = {cell for term in emission.terms if not is_checked(term) for cell in term.cells()}
        asked = {
            cell: (tables[cell.column.side], cell.column.index, cell.encoding)
            for cell in cells
            if cell.encoding in sql.UNSAFE and cell.column.index != ROW
        }
        self._look(set(asked.values()))
        spelled = {cell: found for cell, key in asked.items() if (found := self._spelled[key]) is not None}

        def marked(term: Term) -> Term:
            checked = is_checked(term)
            return term.with_cells(lambda cell: replace(cell, spelled=() if checked else spelled.get(cell)))

        return emission.with_terms(marked)

    def _described(self, table: Table) -> dict[int, _Stored]:
        if table not in self._stored:
            found = self.connection.execute(
                "SELECT path_in_schema, sum(num_values), sum(stats_null_count), count(stats_null_count) = count(*), "
                "sum(coalesce(stats_distinct_count, num_values)) "
                f"FROM parquet_metadata({sql.stored(self.files[table])}) GROUP BY ALL"
            ).fetchall()
            self._stored[table] = {
                int(name[1:]): _Stored(int(rows), int(nulls) if is_known else None, int(entries))
                for name, rows, nulls, is_known, entries in found
                if name[:1] == "c" and name[1:].isdigit()
            }
        return self._stored[table]

    def _repeats(self, table: Table, index: int) -> bool:
        """Whether the distinct values of a column are found with little work."""
        stored = self._described(table).get(index)
        return stored is not None and stored.entries <= max(_FEW, stored.rows) // 4

    def _look(self, asked: set[_Asked]) -> None:
        many: dict[Table, list[tuple[int, Encoding]]] = {}
        for table, index, encoding in asked - self._spelled.keys():
            values = self.few(table, index)
            if values is None:
                many.setdefault(table, []).append((index, encoding))
                continue
            pairs = ((value, ENCODERS[encoding](value)) for value in values)
            changed = tuple(sorted((value, text) for value, text in pairs if value != text))
            self._spelled[table, index, encoding] = changed if len(changed) <= _CHANGED else None
        for table, columns in many.items():
            self._look_at_rows(table, sorted(columns))

    def _look_at_rows(self, table: Table, columns: list[tuple[int, Encoding]]) -> None:
        """Columns of many values: which of them hold nothing that has to be encoded?"""
        self._spelled.update({(table, *each): () for each in columns})
        # ASCII letters and digits need no encoding of any kind, and DuckDB answers this fastest
        simple = self._ask(table, [_is_simple(*each) for each in columns])
        rest = [each for each, is_simple in zip(columns, simple, strict=True) if not is_simple]
        looks = [f"NOT regexp_matches(c{index}, {sql.quoted(sql.UNSAFE[encoding])})" for index, encoding in rest]
        for each, is_plain in zip(rest, self._ask(table, looks), strict=True):
            self._spelled[(table, *each)] = () if is_plain else None

    def _ask(self, table: Table, conditions: list[str]) -> list[bool]:
        """Whether each condition holds for every value there is. Most that do not fail in the first rows already."""
        rows = self.scan(table)
        first = self._hold(f"(SELECT * FROM {rows} LIMIT {_FIRST})", conditions)
        rest = [condition for condition, holds in zip(conditions, first, strict=True) if holds]
        found = iter(self._hold(rows, rest))
        return [holds and next(found) for holds in first]

    def _hold(self, rows: str, conditions: list[str]) -> list[bool]:
        if not conditions:
            return []
        every = ", ".join(f"coalesce(bool_and({condition}), true)" for condition in conditions)
        found = self.connection.execute(f"SELECT {every} FROM {rows}").fetchone()
        return [bool(each) for each in found or ()]


def is_checked(term: Term) -> bool:
    """Whether the survey has found that a literal's text is of a datatype; no such text holds a sign to escape."""
    is_typed = len(term.datatype) == 1 and term.datatype[0] in LEXICAL_SPACES
    return term.kind is TermType.LITERAL and is_typed and not term.is_spelled


def _is_simple(index: int, encoding: Encoding) -> str:
    if encoding is Encoding.LABEL:
        return f"NOT regexp_matches(c{index}, {sql.quoted(sql.UNSAFE[encoding])})"
    return f"url_encode(c{index}) = c{index}"
