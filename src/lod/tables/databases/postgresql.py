"""PostgreSQL as a source: the server spells the values, in a session that cannot write.

What a type's values naturally are is said by https://www.w3.org/TR/r2rml/#natural-mapping; of a domain it is the type
below it. A value that no XSD datatype has, as `infinity` among dates, is plain text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lod.diagnostics import Findings
from lod.tables.databases.adbc import Asked, driven, is_missing, name_of, refusals, stage, stream, table_of
from lod.tables.databases.dialects import parts_of
from lod.tables.typed import Source, TypedColumn, TypedTable, decimal_sql, quoted

_SETTINGS = (
    "SET default_transaction_read_only = on",
    "SET datestyle = 'ISO'",
    "SET timezone = 'UTC'",
    "SET intervalstyle = 'iso_8601'",
    "SET client_encoding = 'UTF8'",
)
_KINDS = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "decimal",
    "real": "double",
    "double precision": "double",
    "boolean": "boolean",
    "date": "date",
    "time without time zone": "time",
    "time with time zone": "time",
    "timestamp without time zone": "dateTime",
    "timestamp with time zone": "dateTime",
    "bytea": "hexBinary",
    "interval": "duration",
}
_STRANGERS = {
    "decimal": "{0} IN ('NaN', 'Infinity', '-Infinity')",
    "date": "{0} LIKE '%infinity' OR {0} LIKE '%BC'",
    "dateTime": "{0} LIKE '%infinity' OR {0} LIKE '%BC'",
    "duration": "{0} LIKE '_%-%'",  # parts of both signs
}
_TYPE = (
    "(SELECT format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL) FROM pg_type AS t "
    "WHERE t.oid = pg_typeof(q.{0})) AS v{1}"
)
_ALL_NEGATIVE = r"'^P(-\d+[YMWD])*(T(-[\d.]+[HMS])*)?$'"
_TABLES = "SELECT relname::text AS v0 FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'f', 'p')"


def open_postgresql(uri: str, asked_for: Asked, source: Source, findings: Findings) -> TypedTable | None:
    """What is asked of the database at an address. None, and a finding, when it cannot be had.

    Findings: LOD2025 the database refused, LOD2026 no driver.
    """
    with refusals(source, findings), _connected(uri) as cursor:
        known = _as_known(cursor, asked_for)
        if not known.query and is_missing(cursor, _TABLES, known, source, findings):
            return None
        query = known.sql
        names = stream(cursor, f"SELECT * FROM ({query}\n) AS q LIMIT 0").columns
        asked = ", ".join(_TYPE.format(name_of(name), n) for n, name in enumerate(names))
        none = f"(SELECT 1) AS o LEFT JOIN ({query}\n) AS q ON false"
        types = [str(each) for each in stream(cursor, f"SELECT {asked} FROM {none}").fetchall()[0]]
        spelled = [_text(f"q.{name_of(name)}", each) for name, each in zip(names, types, strict=True)]
        chosen = ", ".join(f"{text} AS v{n}" for n, text in enumerate(spelled))
        target = stage(cursor, f"SELECT {chosen} FROM ({query}\n) AS q")
        cells = [_column(name, f"v{n}", each) for n, (name, each) in enumerate(zip(names, types, strict=True))]
        return table_of(source, Path(), target, cells)
    return None


def _as_known(cursor: Any, asked: Asked) -> Asked:
    """A table by the name that the database has: one without quotes is in small letters there (R2RML, section 5.1)."""
    if asked.query or '"' in asked.table:
        return asked
    exact = ".".join(map(name_of, parts_of(asked.table)))
    found = stream(cursor, f"SELECT to_regclass({quoted(exact)})::text").fetchall()[0][0]
    return asked if found else Asked(asked.table.lower())


@contextmanager
def _connected(uri: str) -> Iterator[Any]:
    import adbc_driver_postgresql.dbapi as driver  # type: ignore[import-untyped]

    with driven(driver.connect, uri, autocommit=True) as cursor:
        for setting in _SETTINGS:
            cursor.execute(setting)
        yield cursor


def _column(name: str, value: str, sql_type: str) -> TypedColumn:
    """A column of what was staged."""
    kind = _KINDS.get(sql_type, "")
    stranger = _STRANGERS.get(kind)
    is_kind = f"CASE WHEN {stranger.format(value)} THEN '' ELSE {quoted(kind)} END" if stranger else quoted(kind)
    return TypedColumn(name, decimal_sql(value) if kind == "decimal" else value, is_kind)


def _text(column: str, sql_type: str) -> str:
    text = f"CAST({column} AS text)"
    match sql_type:
        case "timestamp without time zone":
            return f"replace({text}, ' ', 'T')"
        case "timestamp with time zone":  # the session's zone is UTC
            return f"replace(replace({text}, ' ', 'T'), '+00', 'Z')"
        case "time with time zone":
            return f"regexp_replace({text}, '([+-][0-9]{{2}})$', '\\1:00')"
        case "interval":
            return f"CASE WHEN {text} ~ {_ALL_NEGATIVE} THEN '-' || replace({text}, '-', '') ELSE {text} END"
        case "bytea":
            return f"upper(encode({column}, 'hex'))"
        case "character":  # a cast drops the blanks at the end
            return f"CASE WHEN {column} IS NOT NULL THEN format('%s', {column}) END"
        case "real" | "double precision":
            return f"replace({text}, 'Infinity', 'INF')"
        case _:
            return text
