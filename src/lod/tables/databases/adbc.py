"""What ADBC's drivers share (https://arrow.apache.org/adbc/): a query's result as batches, staged as Parquet, and what
a database says when it refuses.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from lod.diagnostics import CellOrigin, Findings, did_you_mean
from lod.tables.databases.dialects import RefusedError, parts_of
from lod.tables.typed import ROW_GROUP, Source, TypedColumn, TypedTable, staged, typed_table
from lod.wording import say

_SECRET = re.compile(r"(?<=//)\S*@|(?<=password=)\S+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A table by its name (`hr.staff`, `"Student"`), or a query."""

    table: str
    query: str = ""

    @property
    def sql(self) -> str:
        """The query, in SQL 2008."""
        return self.query.rstrip().rstrip(";") or f"SELECT * FROM {'.'.join(map(name_of, parts_of(self.table)))}"


class DatabaseError(Exception):
    """A database or its driver refused: what it says, in one line."""


@contextmanager
def refusals(source: Source, findings: Findings, driver: str = "") -> Iterator[None]:
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
def driven(connect: Any, *arguments: str, **options: bool) -> Iterator[Any]:
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


def stream(cursor: Any, query: str) -> duckdb.DuckDBPyRelation:
    """What a query gives, as a relation that reads the driver's batches as they come."""
    cursor.execute(query)
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET enable_progress_bar = false")
    relation = connection.from_arrow(cursor.fetch_arrow())
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    return relation


def stage(cursor: Any, query: str, *, as_text: bool = False) -> Path:
    """What a query gives as a Parquet file. `as_text`: also where a driver, without a row to look at, guesses types."""
    target = staged(".parquet")
    rows = stream(cursor, query)
    if as_text:
        rows = rows.project(", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in rows.columns))
    rows.write_parquet(str(target), compression="zstd", row_group_size=ROW_GROUP)
    return target


def is_missing(cursor: Any, tables: str, asked: Asked, source: Source, findings: Findings) -> bool:
    """Whether a database has no table of a name without a schema; then a finding with the nearest that it has."""
    names = parts_of(asked.table)
    known = [str(name) for (name,) in stream(cursor, tables).fetchall()]
    if len(names) != 1 or names[0].casefold() in [each.casefold() for each in known]:
        return False
    message = say("the database has no table '{table}'", table=names[0])
    findings.error("LOD2025", message, source.declared, did_you_mean(names[0], known), [CellOrigin(source.name)])
    return True


def table_of(source: Source, path: Path, target: Path, cells: Sequence[TypedColumn]) -> TypedTable:
    """The table over what was staged; its digest is that of the rows."""
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


def name_of(name: str) -> str:
    """A name as SQL has it, in quotes."""
    return '"' + name.replace('"', '""') + '"'
