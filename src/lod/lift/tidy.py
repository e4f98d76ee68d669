"""Sources that no other mapping language can say, as tidy CSV files: printed sheets, rows that a mapping holds, CSVW.

A mapping over such a source becomes the same mapping over a file, so that it can be written in any language.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from lod.diagnostics import Findings
from lod.lift.engines import sql
from lod.lift.engines.duckdb.reading import read_table
from lod.lift.engines.duckdb.views import ViewReader
from lod.lift.engines.session import Session, open_session
from lod.lift.sources import Sources
from lod.lift.viewed import ViewTable
from lod.mapping.ir import Dialect, Formulation, LogicalSource, Mapping, TriplesMap
from lod.tables.table import Table

_NO_VALUE = "\\N"  # in files in which a text without signs is a value
_NOT_IN_NAMES = re.compile(r"[^\w\-]+")


@dataclass(frozen=True, slots=True)
class _File:
    """A file to write: its name, and the columns that triples maps refer to, by name."""

    name: str
    columns: dict[str, int] = field(default_factory=dict)


def tidied(mapping: Mapping, folders: Sequence[Path], into: Path, document: Path, findings: Findings) -> Mapping:
    """The mapping over CSV files, written to `into`, where it was over rows of its own.

    Sources are looked up in `folders`; the paths of the files fit the place of `document`. What is wrong with the
    sources is in `findings`; then the mapping is as it was.

    Raises:
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    sources = Sources(mapping, tuple(folders), findings)
    mapping = sources.mapping
    tables = {
        each.name: table
        for each in mapping.triples_maps
        if each.source.makes_its_rows and (table := sources.table(each.source)) is not None
    }
    files: dict[Table, _File] = {}
    for triples_map in mapping.triples_maps:
        if table := tables.get(triples_map.name):
            file = files.setdefault(table, _File(_name(triples_map, {each.name for each in files.values()})))
            places = {each.name: sources.column(each, table) for each in sources.asked(triples_map.source)}
            file.columns.update((name, place) for name, place in places.items() if place is not None)
    if findings.errors or not files:
        return mapping
    into.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix=".tidy-", dir=into) as work,
        open_session("512MB", 2, Path(work) / "spill") as session,
    ):
        read = _read(session, files, Path(work), findings)
        if findings.errors:
            return mapping
        dialects = {table: _write(session, read[table], each, into) for table, each in files.items()}
    maps = []
    for each in mapping.triples_maps:
        source = each.source
        if table := tables.get(each.name):
            path = Path(os.path.relpath(into / f"{files[table].name}.csv", document.resolve().parent)).as_posix()
            at = replace(source.origin, path=str(document))
            lenient = source.may_be_empty
            source = LogicalSource(path, Formulation.CSV, at, dialect=dialects[table], may_be_empty=lenient)
        maps.append(replace(each, source=source))
    return replace(mapping, triples_maps=tuple(maps))


def _name(triples_map: TriplesMap, taken: Container[str]) -> str:
    """A file's name, after the first triples map that reads it."""
    name = _NOT_IN_NAMES.sub("-", triples_map.name).strip("-") or "rows"
    return next(each for n in count(1) if (each := name if n == 1 else f"{name}-{n}") not in taken)


def _read(session: Session, files: dict[Table, _File], work: Path, findings: Findings) -> dict[Table, Path]:
    """The tables as Parquet."""
    views = ViewReader(session.connection, work, findings)
    read = {}
    for number, (table, file) in enumerate(files.items()):
        read[table] = work / f"{number}.parquet"
        columns = sorted(set(file.columns.values()))
        if isinstance(table, ViewTable) and table.view is not None:
            views.read(table.view, columns, read[table])
        else:
            read_table(session, table, columns, read[table], findings)
    views.close()
    return read


def _write(session: Session, read: Path, file: _File, into: Path) -> Dialect:
    """A table as CSV, in its order; returns how it is to be read."""
    rows = f"read_parquet({sql.quoted(str(read))})"
    empty = " OR ".join(f"c{place} = ''" for place in file.columns.values()) or "false"
    found = session.connection.execute(f"SELECT count(*) FROM {rows} WHERE {empty}").fetchone()
    dialect = Dialect(nulls=(_NO_VALUE,), empty_is_null=False) if found and found[0] else Dialect()
    named = [f"c{place} AS {_identifier(name)}" for name, place in file.columns.items()] or ["row"]
    nothing = sql.quoted("" if dialect.empty_is_null else _NO_VALUE)
    session.connection.execute(
        f"COPY (SELECT {', '.join(named)} FROM {rows} ORDER BY row) "
        f"TO {sql.quoted(str(into / f'{file.name}.csv'))} (FORMAT csv, HEADER, NULLSTR {nothing})"
    )
    return dialect


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
