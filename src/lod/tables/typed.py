"""Tables whose cells have kinds of their own: those of spreadsheets, Parquet files and databases.

Each is a Parquet file and, for each of its columns, what a cell is as text and of which XSD datatype: the natural
datatype that a literal has where the mapping says none (https://www.w3.org/TR/r2rml/#natural-mapping, for databases).
Texts are canonical: whole numbers without a point, dates and times as ISO 8601 writes them, `true` and `false`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import duckdb

from lod.diagnostics import CellOrigin, Findings, Origin
from lod.tables.documents.json_values import DOUBLE_MACRO
from lod.tables.table import Aspect, Dialect, JsonColumn, JsonRows, Table
from lod.wording import say

_XSD = "http://www.w3.org/2001/XMLSchema#"
ROW_GROUP = 30720  # rows: a quarter of DuckDB's own choice, for the memory of whoever reads it
_NUMBERS = "('integer', 'decimal', 'double')"


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column, and what SQL over the Parquet file says of a cell.

    `text` is its canonical text, `kind` the name of its XSD datatype without the namespace, '' for plain text.
    """

    name: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class TypedTable(Table):
    """A table over the Parquet file `records`; `row` is the SQL of a row's number."""

    records: Path = Path()
    cells: tuple[TypedColumn, ...] = ()
    row: str = "file_row_number + 1"

    def without(self, used: Collection[int]) -> list[str]:
        """The source's columns of which no aspect is used."""
        asked = {each.reference for n, each in enumerate(self.json.columns if self.json else ()) if n in used}
        return [each.name for each in self.cells if each.name not in asked]


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a source before it is opened. `asked`: the references the mapping uses, and where."""

    name: str  # as people know it
    dialect: Dialect
    asked: Mapping[str, Origin]
    declared: Origin | None


def typed_table(
    source: Source, path: Path, digest: str, size: int, records: Path, cells: Sequence[TypedColumn], row: str = ""
) -> TypedTable:
    """The table over a Parquet file of which every column has every aspect. `digest` and `size` are of the source."""
    columns = tuple(JsonColumn(each.name, aspect) for each in cells for aspect in Aspect)
    return TypedTable(
        source.name,
        path,
        tuple(map(str, columns)),
        source.dialect,
        digest,
        size,
        JsonRows("", columns),
        records=records,
        cells=tuple(cells),
        row=row or "file_row_number + 1",
    )


def ingest_typed(
    connection: duckdb.DuckDBPyConnection, table: TypedTable, columns: Sequence[int], target: Path, findings: Findings
) -> int:
    """Write the chosen columns, as `c0`, `c1` …, and `row` to a Parquet file. Returns the number of rows.

    Findings: LOD2007 no rows.
    """
    assert table.json is not None, "a typed table has aspects"
    places = {cell.name: n for n, cell in enumerate(table.cells)}
    used = {n: table.json.columns[n] for n in columns}
    needed = sorted({places[each.reference] for each in used.values()})
    read = [f"{_value(table, n)} AS v{n}, {table.cells[n].kind} AS k{n}" for n in needed]
    chosen = [f"{_aspect(places[each.reference], each.aspect)} AS c{n}" for n, each in used.items()]
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(DOUBLE_MACRO)
    source = f"read_parquet({quoted(str(table.records))}, file_row_number = true)"
    values = f"SELECT {', '.join([*read, f'{table.row} AS row'])} FROM {source}"
    done = connection.execute(
        f"COPY (SELECT {', '.join([*chosen, 'row'])} FROM ({values})) "
        f"TO {quoted(str(target))} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {ROW_GROUP})"
    ).fetchone()
    rows = int(done[0]) if done else 0
    if rows == 0:
        tell = findings.warning if table.may_be_empty else findings.error
        tell(
            "LOD2007",
            say("{table} has no data rows", table=table.name),
            CellOrigin(table.name),
            say("a table needs at least one row"),
        )
    return rows


def _value(table: TypedTable, place: int) -> str:
    text = table.cells[place].text
    if not table.dialect.nulls:
        return text
    listed = ", ".join(map(quoted, table.dialect.nulls))
    return f"CASE WHEN {text} NOT IN ({listed}) THEN {text} END"


def _aspect(place: int, aspect: Aspect) -> str:
    """What a column of the table keeps of a cell (`lod.tables.documents.json_values.aspect_sql`, for JSON)."""
    text, kind = f"v{place}", f"k{place}"
    match aspect:
        case Aspect.TEXT:
            return text
        case Aspect.NATURAL:
            return f"CASE WHEN {kind} = 'double' THEN {_double(text)} ELSE {text} END"
        case Aspect.DOUBLE:
            return f"CASE WHEN {kind} IN {_NUMBERS} THEN {_double(text)} ELSE {text} END"
        case Aspect.DATATYPE:
            return f"CASE WHEN {kind} = '' THEN '' ELSE '{_XSD}' || {kind} END"


def _double(text: str) -> str:
    return f"CASE WHEN {text} IS NULL OR {text} IN ('NaN', 'INF', '-INF') THEN {text} ELSE lod_double({text}) END"


def column_of(name: str, sql_type: str) -> TypedColumn | None:
    """A Parquet file's column by its type in DuckDB; None for lists, structures and maps, which are no single value."""
    column = '"' + name.replace('"', '""') + '"'
    text = f"CAST({column} AS VARCHAR)"
    if sql_type.endswith("]") or sql_type.startswith(("STRUCT", "MAP", "UNION", "VARIANT")):
        return None
    if sql_type.startswith("DECIMAL"):
        return TypedColumn(name, decimal_sql(text), "'decimal'")
    if sql_type in ("FLOAT", "DOUBLE"):
        return TypedColumn(name, double_sql(text), "'double'")
    if sql_type.startswith("TIMESTAMP"):
        zone = " || 'Z'" if sql_type == "TIMESTAMP WITH TIME ZONE" else ""
        instant = f"make_timestamp(epoch_us({column}))" if zone else column
        return TypedColumn(name, f"replace(CAST({instant} AS VARCHAR), ' ', 'T'){zone}", "'dateTime'")
    if sql_type == "BLOB":
        return TypedColumn(name, f"hex({column})", "'hexBinary'")
    return TypedColumn(name, text, quoted(_KINDS.get(sql_type, "")))


_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_KINDS = {
    **dict.fromkeys((*_INTEGERS, *(f"U{each}" for each in _INTEGERS)), "integer"),
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
}


def decimal_sql(text: str) -> str:
    """A decimal without zeros that say nothing: 1.50 → 1.5, 30.00 → 30."""
    return f"CASE WHEN contains({text}, '.') THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END"


def double_sql(text: str) -> str:
    """A double as DuckDB writes it, the shortest text that is that number, as XSD spells it: 12.0 → 12, inf → INF."""
    return (
        f"CASE {text} WHEN 'nan' THEN 'NaN' WHEN '-nan' THEN 'NaN' WHEN 'inf' THEN 'INF' WHEN '-inf' THEN '-INF' "
        f"ELSE regexp_replace({text}, '\\.0$', '') END"
    )


def staged(suffix: str) -> Path:
    """A new path in a temporary folder that lives as long as the process."""
    return Path(tempfile.mkdtemp(dir=_folder())) / f"records{suffix}"


@cache
def _folder() -> str:
    _KEPT.append(folder := tempfile.TemporaryDirectory(prefix="lod-"))  # it is removed when the process ends
    return folder.name


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def duration(length: timedelta) -> str:
    """A span as XSD spells it, P1DT6H5M: https://www.w3.org/TR/xmlschema11-2/#f-dayTimeDurCan."""
    sign, size = ("-", -length) if length < timedelta() else ("", length)
    minutes, seconds = divmod(size.seconds, 60)
    fraction = f".{size.microseconds:06}".rstrip("0") if size.microseconds else ""
    parts = [(minutes // 60, "H"), (minutes % 60, "M")]
    time = "".join(f"{number}{letter}" for number, letter in parts if number)
    time += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{size.days}D" if size.days else ""
    return f"{sign}P{days}{'T' if time else ''}{time}" if days or time else "PT0S"
