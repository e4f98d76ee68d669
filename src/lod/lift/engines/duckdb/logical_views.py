"""Logical views on DuckDB: records as JSON, fields as columns of JSON values, several values as rows.

RML-LV, https://w3id.org/rml/lv/spec. A view is made step by step, each a select over the one before; what is joined, or
used by another view, is kept in a temporary table, which spills to disk.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import count
from pathlib import Path

from lod.diagnostics import Findings
from lod.lift.engines.duckdb.database import DuckDb
from lod.lift.engines.session import Session
from lod.lift.engines.sql import quoted
from lod.lift.logical_views import INDEX, LogicalViewTable
from lod.mapping.ir import (
    Call,
    Constant,
    Expression,
    ExpressionField,
    Field,
    Formulation,
    IterableField,
    JoinKind,
    Reference,
    RowIdentity,
    ViewJoin,
)
from lod.tables.documents.json import item_rows
from lod.tables.documents.json_values import DOUBLE_MACRO, aspect_sql, nodes_sql
from lod.tables.documents.jsonpath import parse_jsonpath
from lod.tables.ingest import ingest
from lod.tables.table import Table
from lod.tables.typed import TypedTable

_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class _Record:
    """A column that holds records, and how references read them."""

    column: str
    formulation: Formulation


@dataclass(frozen=True, slots=True)
class _Rows:
    """A select, and the columns in which it has the names that are defined so far. `row`: the number of the record."""

    select: str
    names: dict[str, str]

    def with_columns(self, columns: str, names: dict[str, str]) -> _Rows:
        """The same rows with more columns."""
        return _Rows(f"SELECT *, {columns} FROM ({self.select})", self.names | names)


def read_view(
    session: Session, table: LogicalViewTable, columns: Sequence[int], target: Path, findings: Findings
) -> int:
    """Write the chosen columns of a view, as `c0`, `c1` …, and `row`, to a Parquet file; returns the number of rows."""
    assert table.json is not None
    session.connection.execute("SET preserve_insertion_order = true")
    session.connection.execute(DOUBLE_MACRO)
    before = len(findings.errors)
    rows = _Maker(session, target, findings).rows_of(table)
    if len(findings.errors) > before:
        return 0
    chosen = [
        f"{aspect_sql(rows.names[column.reference], column.aspect)} AS c{n}"
        for n in columns
        for column in [table.json.columns[n]]
    ]
    first = table.base.first_row if table.base else 1
    done = session.connection.execute(
        f"COPY (SELECT {', '.join([*chosen, f'row + {first} AS row'])} FROM ({rows.select})) "
        f"TO {quoted(str(target))} (FORMAT parquet, COMPRESSION lz4_raw)"
    ).fetchone()
    return int(done[0]) if done else 0


@dataclass(slots=True)
class _Maker:
    """Makes the selects of one view and of those that it is made of."""

    session: Session
    target: Path  # beside it scratch files are made
    findings: Findings
    numbers: count[int] = field(default_factory=count)
    kept: dict[Table, _Rows] = field(default_factory=dict)

    def rows_of(self, table: LogicalViewTable) -> _Rows:
        """The rows of a view."""
        assert table.view is not None
        assert table.base is not None
        rows, record = self._records(table.base)
        rows = rows.with_columns("to_json(row) AS root", {INDEX: "root"})
        rows = self._with_fields(rows, record, table.view.fields, "")
        for join, parent in zip(table.view.joins, table.joined, strict=True):
            assert isinstance(parent, LogicalViewTable)
            rows = self._joined(rows, join, self._kept(parent))
        return rows

    def _kept(self, table: LogicalViewTable) -> _Rows:
        if table not in self.kept:
            rows = self.rows_of(table)
            self.kept[table] = replace(rows, select=f"SELECT * FROM {self._keep(rows.select)}")
        return self.kept[table]

    def _keep(self, select: str) -> str:
        """A temporary table of the rows, in their order, which `place` is."""
        name = f"view_{self.target.stem.replace('-', '_')}_{next(self.numbers)}"
        DuckDb(self.session.connection).keep(name, f"SELECT *, row_number() OVER () AS place FROM ({select})")
        return name

    def _records(self, table: Table) -> tuple[_Rows, _Record]:
        """The records of a source: `row`, from 0, and `record`."""
        scratch = self.target.with_suffix(f".{next(self.numbers)}")
        if isinstance(table, LogicalViewTable):
            rows = self._kept(table)
            members = ", ".join(f"{quoted(name)}, {column}" for name, column in rows.names.items())
            select = f"SELECT row, json_object({members}) AS record FROM ({rows.select})"
            return _Rows(select, {}), _Record("record", Formulation.VIEW)
        if table.json and not isinstance(table, TypedTable):
            numbered = f"SELECT row_number() OVER () - 1 AS row, j AS record FROM ({item_rows(table, scratch)})"
            return _Rows(f"SELECT * FROM {self._keep(numbered)}", {}), _Record("record", Formulation.JSONPATH)
        columns = {name: n for n, name in enumerate(table.columns[: table.stored])}
        if isinstance(table, TypedTable):  # of the aspects of a cell, its text
            columns = {each.name: columns[each.name] for each in table.cells}
        ingest(self.session.connection, table, [*columns.values()], scratch, self.findings)
        members = ", ".join(f"{quoted(name)}, c{n}" for name, n in columns.items())
        read = f"read_parquet({quoted(str(scratch))}, file_row_number = true)"
        select = f"SELECT file_row_number AS row, json_object({members}) AS record FROM {read}"
        return _Rows(select, {}), _Record("record", Formulation.CSV)

    def _with_fields(self, rows: _Rows, record: _Record, fields: Sequence[Field], around: str) -> _Rows:
        for each in fields:
            name = around + each.name
            if isinstance(each, ExpressionField):
                rows = self._with_value(rows, record, each.expression, name)
                inner = replace(record, column=rows.names[name])
            else:
                rows, inner = self._with_records(rows, record, each, name)
            rows = self._with_fields(rows, inner, each.fields, f"{name}.")
        return rows

    def _with_value(self, rows: _Rows, record: _Record, expression: Expression, name: str) -> _Rows:
        value, several = _value(record, expression)
        if several:
            return self._unnested(rows, value, name)
        column = f"k{next(self.numbers)}"
        names = {name: column, f"{name}.{INDEX}": f"{column}_index"}
        return rows.with_columns(f"{value} AS {column}, to_json(0) AS {column}_index", names)

    def _unnested(self, rows: _Rows, values: str, name: str) -> _Rows:
        """A row for each of several values; one without a value where there is none."""
        column = f"k{next(self.numbers)}"
        select = (
            f"SELECT * EXCLUDE ({column}_list), unnest({column}_list) AS {column}, "
            f"unnest(CASE WHEN {column}_none THEN [NULL] ELSE list_transform(range(len({column}_list)), "
            f"lambda x: to_json(x)) END) AS {column}_index FROM (SELECT *, "
            f"coalesce(len({column}_found), 0) = 0 AS {column}_none, "
            f"CASE WHEN {column}_none THEN [NULL] ELSE {column}_found END AS {column}_list "
            f"FROM (SELECT *, {values} AS {column}_found FROM ({rows.select})))"
        )
        return _Rows(select, rows.names | {name: column, f"{name}.{INDEX}": f"{column}_index"})

    def _with_records(self, rows: _Rows, record: _Record, each: IterableField, name: str) -> tuple[_Rows, _Record]:
        formulation = each.formulation or record.formulation
        if formulation is Formulation.CSV and record.formulation is Formulation.CSV and not each.formulation:
            found = f"[{record.column}]"
        elif formulation is Formulation.CSV:
            rows, found = self._with_csv_rows(rows, record)
        else:
            found = _items(record, each.iterator)
        rows = self._unnested(rows, found, name)
        inner = _Record(rows.names[name], formulation)
        return replace(rows, names={k: v for k, v in rows.names.items() if k != name}), inner

    def _with_csv_rows(self, rows: _Rows, record: _Record) -> tuple[_Rows, str]:
        """Texts that are CSV, each distinct one read once."""
        text, column = f"({record.column} ->> '$')", f"k{next(self.numbers)}"
        scratch = self.target.with_suffix(f".{next(self.numbers)}")
        found = self.session.connection.execute(f"SELECT DISTINCT {text} FROM ({rows.select})")
        with scratch.open("w", encoding="utf-8") as file:
            while batch := found.fetchmany(_BATCH):
                file.writelines(json.dumps([each, _csv_rows(each)], ensure_ascii=False) + "\n" for (each,) in batch)
        known = (
            f"SELECT json ->> '$[0]' AS text, json_extract(json, '$[1][*]') AS {column} "
            f"FROM read_json_objects({quoted(str(scratch))}, format = 'newline_delimited')"
        )
        select = f"SELECT a.*, b.{column} FROM ({rows.select}) AS a LEFT JOIN ({known}) AS b ON {text} = b.text"
        return replace(rows, select=f"SELECT * FROM ({select}) ORDER BY row"), column

    def _joined(self, rows: _Rows, join: ViewJoin, parent: _Rows) -> _Rows:
        """Fields of a parent's rows beside the rows that match; their place is that among the matches."""
        child = self._keep(rows.select)
        pairs = [
            f"{_text(each.child, rows.names, 'a.')} = {_text(each.parent, parent.names, 'b.')}"
            for each in join.conditions
        ]
        record = ", ".join(f"{quoted(name)}, b.{column}" for name, column in parent.names.items())
        matched, index = f"m{next(self.numbers)}", "row_number() OVER (PARTITION BY a.place ORDER BY b.place) - 1"
        columns = "a.*"
        if join.kind is JoinKind.FULL:  # a row of the other side alone is none of the source's: its number is negative
            columns = "a.* REPLACE (coalesce(a.row, -b.place - 2) AS row)"
            index = f"CASE WHEN a.place IS NULL THEN 0 ELSE {index} END"
        select = (
            f"SELECT {columns}, CASE WHEN b.place IS NOT NULL THEN json_object({record}) END AS {matched}, "
            f"CASE WHEN b.place IS NOT NULL THEN to_json({index}) END AS {matched}_index "
            f"FROM {child} AS a {join.kind} ({parent.select}) AS b ON {' AND '.join(pairs)} ORDER BY a.place, b.place"
        )
        joined = _Rows(f"SELECT * EXCLUDE (place) FROM ({select})", rows.names)
        for each in join.fields:
            value, _ = _value(_Record(matched, Formulation.VIEW), each.expression)
            column = f"k{next(self.numbers)}"
            names = {each.name: column, f"{each.name}.{INDEX}": f"{matched}_index"}
            joined = joined.with_columns(f"CASE WHEN {matched} IS NOT NULL THEN {value} END AS {column}", names)
        return joined


def _value(record: _Record, expression: Expression) -> tuple[str, bool]:
    """The value of an expression over a record as JSON, or (True) the list of its values."""
    match expression:
        case Constant():
            return f"to_json({quoted(expression.value)})", False
        case Reference():
            return _reference(record, expression.name)
        case Call() | RowIdentity():
            raise AssertionError("refused before")
        case _:
            parts = [p if isinstance(p, str) else _reference(record, p.name)[0] for p in expression.parts]
            texts = [
                quoted(p) if isinstance(e, str) else f"({p} ->> '$')"
                for p, e in zip(parts, expression.parts, strict=True)
            ]
            present = [
                f"{t} IS NOT NULL" for t, e in zip(texts, expression.parts, strict=True) if not isinstance(e, str)
            ]
            return f"CASE WHEN {' AND '.join(present)} THEN to_json(concat({', '.join(texts)})) END", False


def _reference(record: _Record, name: str) -> tuple[str, bool]:
    if record.formulation is not Formulation.JSONPATH:
        return f"json_extract({record.column}, {quoted(_member(name))})", False
    path = parse_jsonpath(name)
    if path.is_singular:
        return f"json_extract({record.column}, {quoted(path.columnar)})", False
    return nodes_sql(record.column, path.columnar), True


def _member(name: str) -> str:
    return f'$."{name}"'


def _items(record: _Record, iterator: str) -> str:
    """The records that an iterator finds in a record; text that is JSON is read as such."""
    text = f"({record.column} ->> '$')"
    value = f"CASE WHEN json_type({record.column}) = 'VARCHAR' THEN TRY_CAST({text} AS JSON) ELSE {record.column} END"
    path = parse_jsonpath(iterator or "$")
    if path.columnar == "$[*]" and record.formulation is not Formulation.JSONPATH:
        # a lone object in a cell is a list of one (RMLLVTC0007b), not a list of its members' values
        lone = f"json_type({value}) = 'OBJECT'"
        return f"CASE WHEN {lone} THEN [{value}] ELSE {nodes_sql(value, path.columnar)} END"
    if path.is_singular:
        return f"[json_extract({value}, {quoted(path.columnar)})]"
    return nodes_sql(value, path.columnar)


def _text(expression: Expression, names: dict[str, str], of: str) -> str:
    """One side of a join condition as text."""
    match expression:
        case Constant():
            return quoted(expression.value)
        case Reference():
            return f"({of}{names[expression.name]} ->> '$')"
        case Call() | RowIdentity():
            raise AssertionError("refused before")
        case _:
            texts = [quoted(p) if isinstance(p, str) else f"({of}{names[p.name]} ->> '$')" for p in expression.parts]
            return " || ".join(texts)


def _csv_rows(text: str | None) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline=""))) if text else []
