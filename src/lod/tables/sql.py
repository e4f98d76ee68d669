"""Databases as tables: what a query gives, taken once, as a stream of batches, into Parquet.

SQLite and PostgreSQL through ADBC (https://arrow.apache.org/adbc/), all others through SQLAlchemy
(`lod.tables.dialects`). ADBC's two spell the values themselves: each column comes as text. A row's number is its place
in the result, 1-based: where that has to mean something, the query says ORDER BY. Databases are opened so that nothing
can be written, and the digest is that of the Parquet file.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import duckdb

from lod.diagnostics import CellOrigin, Findings, did_you_mean
from lod.tables.csv import check_header
from lod.tables.dialects import DRIVERS, RefusedError, parts_of, sqlalchemy_url, stage_rows
from lod.tables.spelled import spelled_column
from lod.tables.sqlite_values import sqlite_column, sqlite_text
from lod.tables.typed import (
    ROW_GROUP,
    Source,
    TypedColumn,
    TypedTable,
    decimal_sql,
    quoted,
    staged,
    typed_table,
)
from lod.wording import say

_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)|env:(\w+)")
_NAMED = re.compile(r"\$\{(\w+)\}")
_SECRET = re.compile(r"(?<=//)\S*@|(?<=password=)\S+")
_SETTINGS = (
    "SET default_transaction_read_only = on",
    "SET datestyle = 'ISO'",
    "SET timezone = 'UTC'",
    "SET intervalstyle = 'iso_8601'",
    "SET client_encoding = 'UTF8'",
)
# PostgreSQL's types and the XSD datatypes that they naturally are, https://www.w3.org/TR/r2rml/#natural-mapping
_POSTGRESQL_KINDS = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "decimal",
    "real": "double",
    "double precision": "double",
    "boolean": "boolean",
    "date": "date",
    "time without time zone": "time",
    "timestamp without time zone": "dateTime",
    "timestamp with time zone": "dateTime",
    "bytea": "hexBinary",
    "interval": "duration",
}


_TABLES_OF_SQLITE = "SELECT name AS v0 FROM sqlite_master WHERE type IN ('table', 'view')"
_TABLES_OF_POSTGRESQL = "SELECT relname::text AS v0 FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'f', 'p')"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is: a URI, a user and a password. Each may name the variable of the environment that holds it:
    `${NAME}`, `$NAME`, `env:NAME`.
    """

    access: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A table by its name (`hr.staff`, `"Student"`), or a query."""

    table: str
    query: str = ""

    @property
    def sql(self) -> str:
        """The query, in SQL 2008."""
        return self.query.rstrip().rstrip(";") or f"SELECT * FROM {'.'.join(map(_name, parts_of(self.table)))}"  # noqa: S608


class DatabaseError(Exception):
    """A database or its driver refused: what it says, in one line."""


def open_sqlite(path: Path, asked: Asked, source: Source, findings: Findings) -> TypedTable | None:
    """What is asked of an SQLite file. None, and a finding, when it cannot be had.

    Findings: LOD2001 no such file, LOD2006 two columns of one name, LOD2025 the database refused, LOD2026 no driver.
    """
    if not path.is_file():
        findings.error("LOD2001", say("there is no database {source}", source=source.name), source.declared)
        return None
    with _refusals(source, findings), _sqlite(path) as cursor:
        if not asked.query and _is_missing(cursor, _TABLES_OF_SQLITE, asked, source, findings):
            return None
        query = asked.sql
        names = _stream(cursor, f"SELECT * FROM ({query}\n) LIMIT 0").columns  # noqa: S608
        check_header([re.sub(r":\d+$", "", name) for name in names], source.name, findings, 0)
        chosen = ", ".join(f"{sqlite_text(_name(name))} AS v{n}" for n, name in enumerate(names))
        kinds = ", ".join(f"typeof({_name(name)}) AS k{n}" for n, name in enumerate(names))
        target = _stage(cursor, f"SELECT {chosen}, {kinds} FROM ({query}\n)", as_text=True)  # noqa: S608
        declared = _sqlite_types(cursor, query)
        cells = [sqlite_column(name, n, each) for n, (name, each) in enumerate(zip(names, declared, strict=True))]
        return _table(source, path, target, cells)
    return None


def open_database(address: Address, asked: Asked, source: Source, findings: Findings) -> TypedTable | None:
    """What is asked of the database at an address. None, and a finding, when it cannot be had.

    Findings: LOD2006 two columns of one name, LOD2025 the database refused, LOD2026 no driver, LOD2027 no variable of
    that name.
    """
    uri = _uri(address, source, findings)
    if uri is None:
        return None
    if uri.startswith("sqlite:"):  # an address in a variable may be of any
        return open_sqlite(Path(uri.removeprefix("sqlite:").removeprefix("///")), asked, source, findings)
    if uri.startswith(("postgresql:", "postgres:")):
        return _open_postgresql(uri, asked, source, findings)
    with _refusals(source, findings, DRIVERS.get(urlsplit(uri).scheme.partition("+")[0], "")):
        names, target = stage_rows(uri, asked.table, asked.query)
        check_header(names, source.name, findings, 0)
        return _table(source, Path(), target, [spelled_column(name, n) for n, name in enumerate(names)])
    return None


def _open_postgresql(uri: str, asked_for: Asked, source: Source, findings: Findings) -> TypedTable | None:
    with _refusals(source, findings), _postgresql(uri) as cursor:
        known = _as_postgresql_knows(cursor, asked_for)
        if not known.query and _is_missing(cursor, _TABLES_OF_POSTGRESQL, known, source, findings):
            return None
        query = known.sql
        names = _stream(cursor, f"SELECT * FROM ({query}\n) AS q LIMIT 0").columns  # noqa: S608
        asked = ", ".join(f"pg_typeof(q.{_name(name)})::text AS v{n}" for n, name in enumerate(names))
        none = f"(SELECT 1) AS o LEFT JOIN ({query}\n) AS q ON false"
        types = [str(each) for each in _stream(cursor, f"SELECT {asked} FROM {none}").fetchall()[0]]  # noqa: S608
        spelled = [_postgresql_text(f"q.{_name(name)}", each) for name, each in zip(names, types, strict=True)]
        chosen = ", ".join(f"{text} AS v{n}" for n, text in enumerate(spelled))
        target = _stage(cursor, f"SELECT {chosen} FROM ({query}\n) AS q")  # noqa: S608
        cells = [
            TypedColumn(name, decimal_sql(f"v{n}") if each == "numeric" else f"v{n}", quoted(_kind(each)))
            for n, (name, each) in enumerate(zip(names, types, strict=True))
        ]
        return _table(source, Path(), target, cells)
    return None


def _as_postgresql_knows(cursor: Any, asked: Asked) -> Asked:
    """A table by the name that the database has: one without quotes is in small letters there (R2RML, section 5.1)."""
    if asked.query or '"' in asked.table:
        return asked
    exact = ".".join(map(_name, parts_of(asked.table)))
    found = _stream(cursor, f"SELECT to_regclass({quoted(exact)})::text").fetchall()[0][0]
    return asked if found else Asked(asked.table.lower())


def _is_missing(cursor: Any, tables: str, asked: Asked, source: Source, findings: Findings) -> bool:
    """Whether a database has no table of a name without a schema; then a finding with the nearest that it has."""
    names = parts_of(asked.table)
    known = [str(name) for (name,) in _stream(cursor, tables).fetchall()]
    if len(names) != 1 or names[0].casefold() in [each.casefold() for each in known]:
        return False
    message = say("the database has no table '{table}'", table=names[0])
    findings.error("LOD2025", message, source.declared, did_you_mean(names[0], known), [CellOrigin(source.name)])
    return True


def _uri(address: Address, source: Source, findings: Findings) -> str | None:
    before = len(findings.errors)
    access, user, password = (
        _resolved(each, source, findings) for each in (address.access, address.user, address.password)
    )
    if len(findings.errors) > before:
        return None
    uri = urlsplit(sqlalchemy_url(access.strip()))
    if user:
        secret = f":{quote(password, safe='')}" if password else ""
        uri = uri._replace(netloc=f"{quote(user, safe='')}{secret}@{uri.netloc.rpartition('@')[2]}")
    return uri.geturl()


def _resolved(text: str, source: Source, findings: Findings) -> str:
    """What a variable of the environment holds, if the text names one; or the text with each `${NAME}` filled in."""
    match = _VARIABLE.fullmatch(text)
    if match is None:
        return _NAMED.sub(lambda name: _variable(name[1], source, findings), text)
    return _variable(next(name for name in match.groups() if name), source, findings)


def _variable(name: str, source: Source, findings: Findings) -> str:
    found = os.environ.get(name, "")
    if not found:
        message = say("the environment has no variable {variable}", variable=name)
        hint = say("set it where the command runs: {variable}=…", variable=name)
        findings.error("LOD2027", message, source.declared, hint)
    return found


@contextmanager
def _refusals(source: Source, findings: Findings, driver: str = "") -> Iterator[None]:
    """Ends the body with a finding where the database refuses. `driver`: what the database needs beside the extra."""
    try:
        yield
    except ImportError as error:
        message = say("{source} needs a driver that is not installed: {error}", source=source.name, error=error.name)
        extra = say("install lod with its extra: lod[sql]")
        hint = extra if driver in ("", "PyMySQL") else say("pip install 'lod[sql]' {driver}", driver=driver)
        findings.error("LOD2026", message, source.declared, hint)
    except (DatabaseError, RefusedError, duckdb.Error) as error:
        said = _SECRET.sub("…", str(error).splitlines()[0])  # a driver may repeat an address that it cannot read
        message = say("{source} cannot be read: {said}", source=source.name, said=said)
        hint = say("try it in the database's own program, with the same address and user")
        findings.error("LOD2025", message, source.declared, hint, [CellOrigin(source.name)])


@contextmanager
def _sqlite(path: Path) -> Iterator[Any]:
    import adbc_driver_sqlite.dbapi as driver  # who has no database does not wait for it

    with _driven(driver.connect, f"file:{quote(str(path.resolve()))}?mode=ro") as cursor:
        yield cursor


@contextmanager
def _postgresql(uri: str) -> Iterator[Any]:
    import adbc_driver_postgresql.dbapi as driver  # type: ignore[import-untyped]

    with _driven(driver.connect, uri, autocommit=True) as cursor:
        for setting in _SETTINGS:
            cursor.execute(setting)
        yield cursor


@contextmanager
def _driven(connect: Any, *arguments: str, **options: bool) -> Iterator[Any]:
    """A cursor of an ADBC connection, whose errors are DatabaseError."""
    from adbc_driver_manager import Error

    try:
        with connect(*arguments, **options) as connection, connection.cursor() as cursor:
            yield cursor
    except Error as error:
        said = re.sub(r"^[A-Z_]+: (\[\w+\] )?", "", str(error).strip())
        first, *more = said.splitlines()
        hint = next((line.removeprefix("HINT:").strip() for line in more if line.startswith("HINT:")), "")
        raise DatabaseError(f"{first} ({hint})" if hint else first) from error


def _stream(cursor: Any, query: str) -> duckdb.DuckDBPyRelation:
    """What a query gives, as a relation that reads the driver's batches as they come."""
    cursor.execute(query)
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET enable_progress_bar = false")
    relation = connection.from_arrow(cursor.fetch_arrow())
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    return relation


def _stage(cursor: Any, query: str, *, as_text: bool = False) -> Path:
    """What a query gives as a Parquet file. `as_text`: also where a driver, without a row to look at, guesses types."""
    target = staged(".parquet")
    rows = _stream(cursor, query)
    if as_text:
        rows = rows.project(", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in rows.columns))
    rows.write_parquet(str(target), compression="zstd", row_group_size=ROW_GROUP)
    return target


def _sqlite_types(cursor: Any, query: str) -> list[str]:
    """The types that the columns of a query were declared with, '' for what is computed. Only a view tells them."""
    cursor.execute(f"CREATE TEMP VIEW lod_asked AS SELECT * FROM ({query}\n)")  # noqa: S608
    declared = _stream(cursor, "SELECT type FROM pragma_table_info('lod_asked') ORDER BY cid")
    return [str(each).upper() for (each,) in declared.fetchall()]


def _table(source: Source, path: Path, target: Path, cells: Sequence[TypedColumn]) -> TypedTable:
    with target.open("rb") as file:
        digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    return typed_table(source, path, digest, size, target, _as_asked(cells, source.asked))


def _as_asked(cells: Sequence[TypedColumn], asked: Collection[str]) -> list[TypedColumn]:
    """The columns under the names by which the mapping asks for them, where those are the same in SQL.

    R2RML, section 5.1: a column may be written as SQL does, in quotes, or not; without them case is of no account.
    """
    known = {cell.name for cell in cells}
    more: list[TypedColumn] = []
    for name in asked:
        bare = name[1:-1].replace('""', '"') if re.fullmatch('"(?:[^"]|"")+"', name) else name
        alike = [cell for cell in cells if cell.name == bare] or [
            cell for cell in cells if cell.name.casefold() == bare.casefold() and name == bare
        ]
        if name not in known and len(alike) == 1:
            more.append(replace(alike[0], name=name))
    renamed = {each.text for each in more if each.text}
    kept = [cell for cell in cells if cell.text not in renamed or cell.name in asked]
    return [*kept, *more]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kind(sql_type: str) -> str:
    return _POSTGRESQL_KINDS.get(sql_type, "")


def _postgresql_text(column: str, sql_type: str) -> str:
    text = f"CAST({column} AS text)"
    match sql_type:
        case "timestamp without time zone":
            return f"replace({text}, ' ', 'T')"
        case "timestamp with time zone":  # the session's zone is UTC
            return f"replace(replace({text}, ' ', 'T'), '+00', 'Z')"
        case "bytea":
            return f"upper(encode({column}, 'hex'))"
        case "character":  # a cast drops the blanks at the end
            return f"CASE WHEN {column} IS NOT NULL THEN format('%s', {column}) END"
        case "real" | "double precision":
            return f"replace({text}, 'Infinity', 'INF')"
        case _:
            return text
