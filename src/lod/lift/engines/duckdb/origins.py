"""From which cells the figures of a cube came: written from the lineage, for what is published and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lod.lift.engines import sql
from lod.lift.engines.duckdb.search import scan, spelled
from lod.lift.engines.duckdb.touched import Rows, Touched
from lod.lift.engines.session import Session, open_session
from lod.lift.lineage import SubjectRecord, TableRecord, key_of, read_lineage, table_file
from lod.lineage import Lineage

_SAMPLE = 100  # observations
_GROUP = 61_440  # rows of a row group
PART = 4 * _GROUP
"""Rows of a file: of many, each file but the last has so many, so that a changed figure changes one file."""
_ORDER = 'observation, property, source, sheet, "row", "column", cells, text'
_COLUMNS = ("observation", "property", "source", "sheet", '"row"', '"column"', "cells", "text")  # and their order
_GROUP = 61_440  # rows of a row group
PART = 4 * _GROUP
"""Rows of a file: of many cells each file but the last has so many, so that a changed one changes one file."""
_SHEET = r"^(.*\.(?:xlsx|xlsm|xls|ods)) sheet (.*)$"  # how tables of workbooks are called


def write_origins(
    lineage: Lineage,
    cube: Path,
    observation: str,
    properties: Mapping[str, str],
    files: Callable[[int], Path],
    *,
    spill: Path,
    memory_limit: str,
    threads: int,
) -> None:
    """Write the cells that the values of some properties came from; no file, where none is known.

    `cube`: the published observations as columns, their IRIs in the column `observation`; `properties`: IRI → column;
    `files`: the places of files, by number. A cell is told of a value that is published, so nothing that was held back
    comes out here. Rows that say the same of one value are named once, by the first.

    Raises:
        LiftError: LOD4008 out of memory or disk.
    """
    with open_session(memory_limit, threads, spill) as session:
        records = _about(session, list(read_lineage(lineage)), cube, observation)
    query = _query(records, properties, _observations(cube, observation), scan)
    if not query:
        return
    with open_session(memory_limit, threads, spill) as session:
        session.connection.execute(f"CREATE TEMP TABLE cell AS {query}")
        ((rows,),) = session.connection.execute("SELECT count(*) FROM cell").fetchall()
        for number in range(-(-rows // PART) or 1):
            part = f"SELECT * FROM cell WHERE rowid >= {number * PART} AND rowid < {(number + 1) * PART}"
            _write(session, part, files(number))


def _write(session: Session, rows: str, file: Path) -> None:
    """Write rows as a file. They pass through a table: how they were found, which would show in it, is forgotten."""
    session.connection.execute(f"CREATE OR REPLACE TEMP TABLE part AS {rows}")
    options = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})"
    session.connection.execute(f"COPY part TO {sql.quoted(str(file))} {options}")


def replace_origins(
    session: Session,
    lineage: Lineage,
    touched: Touched,
    cube: Path,
    observation: str,
    properties: Mapping[str, str],
    before: Sequence[Path],
    folder: Path,
) -> frozenset[Path] | None:
    """Write those of the files of `before` anew that tell otherwise of touched subjects; returns which tell the same.

    None, and no file, where the rows of the tables do not stand where they stood, or there are more cells, or fewer.
    """
    run = session.connection.execute
    named = sql.quoted(str(touched.named))
    run(f"CREATE OR REPLACE TEMP TABLE touched AS SELECT s[2:-2] AS observation FROM read_parquet({named})")
    records = _about(session, list(read_lineage(lineage)), cube, observation)
    moved = {lineage.folder / table_file(place): rows for place, rows in touched.moved.items()}
    if not all(_is_of_touched(session, record, moved.get(record.table.file, ())) for record in records):
        return None
    tables = {record.table.file: f"rows_{number}" for number, record in enumerate(records)}
    for file, name in tables.items():
        about = [record for record in records if record.table.file == file]
        where = " OR ".join(f"{spelled(record)} IN (FROM touched)" for record in about)
        run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {scan(about[0].table)} WHERE {where}")
    here = f"(SELECT * FROM {_observations(cube, observation)} WHERE subject IN (FROM touched))"
    query = _query(records, properties, here, lambda table: tables[table.file])
    if not query:
        return None
    place = f"row_number() OVER (PARTITION BY observation ORDER BY {', '.join(_COLUMNS)}) AS place"
    files = f"read_parquet([{', '.join(sql.quoted(str(file)) for file in before)}], filename = true)"
    run(f"CREATE OR REPLACE TEMP TABLE old AS SELECT *, {place} FROM {files} SEMI JOIN touched USING (observation)")
    run(f"CREATE OR REPLACE TEMP TABLE new AS SELECT *, {place} FROM ({query})")
    unpaired = "old FULL JOIN new USING (observation, place) WHERE old.source IS NULL OR new.source IS NULL"
    if run(f"SELECT count(*) FROM {unpaired}").fetchall() != [(0,)]:
        return None
    pairs = "old JOIN new USING (observation, place)"
    differs = " OR ".join(f"old.{name} IS DISTINCT FROM new.{name}" for name in _COLUMNS)
    anew = {str(name) for (name,) in run(f"SELECT DISTINCT filename FROM {pairs} WHERE {differs}").fetchall()}
    for file in before:
        if str(file) in anew:
            kept = f"SELECT * FROM read_parquet({sql.quoted(str(file))}) WHERE observation NOT IN (FROM touched)"
            mine = ", ".join(f"new.{name}" for name in _COLUMNS)
            replaced = f"SELECT {mine} FROM {pairs} WHERE filename = {sql.quoted(str(file))}"
            rows = f"{kept} UNION ALL {replaced} ORDER BY {', '.join(_COLUMNS)}"
            _write(session, rows, folder / file.name)
    return frozenset(file for file in before if str(file) not in anew)


def _is_of_touched(session: Session, record: SubjectRecord, moved: Rows | tuple[()] | None) -> bool:
    """Whether only touched subjects are made of rows that are not where they were."""
    for file in moved or ():
        rows = scan(replace(record.table, file=file))
        others = f"SELECT 1 FROM {rows} WHERE {spelled(record)} NOT IN (FROM touched) LIMIT 1"
        if session.connection.execute(others).fetchall():
            return False
    return moved is not None


def _observations(cube: Path, observation: str) -> str:
    return f"(SELECT *, {_name(observation)} AS subject FROM read_parquet({sql.quoted(str(cube))}))"


def _query(
    records: Sequence[SubjectRecord], properties: Mapping[str, str], cube: str, rows: Callable[[TableRecord], str]
) -> str:
    """All cells, in order; '' if none is known. `cube` and `rows`: observations, and the rows of a table, as SQL."""
    found = [
        select
        for record in records
        for iri, column in properties.items()
        for select in _selects(record, iri, sql.quoted(column), rows(record.table))
    ]
    if not found:
        return ""
    published = " UNION ALL ".join(
        f"SELECT subject AS observation, {sql.quoted(column)} AS measure FROM {cube} WHERE {_name(column)} IS NOT NULL"
        for column in properties.values()
    )
    return (
        f"SELECT observation, property, "
        f"coalesce(nullif(regexp_extract(source, {sql.quoted(_SHEET)}, 1), ''), source) AS source, "
        f"nullif(regexp_extract(source, {sql.quoted(_SHEET)}, 2), '') AS sheet, "
        f'min(r) AS "row", "column", CAST(nullif(cells, \'\') AS VARCHAR) AS cells, CAST(text AS VARCHAR) AS text '
        f"FROM ({' UNION ALL '.join(found)}) JOIN ({published}) USING (observation, measure) "
        f"GROUP BY ALL ORDER BY {', '.join(_COLUMNS)}"
    )


def _about(session: Session, records: Sequence[SubjectRecord], cube: Path, observation: str) -> list[SubjectRecord]:
    """The triples maps that may speak of a cube's observations: subjects that begin alike, and fit a sample of them."""
    table, name = f"read_parquet({sql.quoted(str(cube))})", _name(observation)
    known = list(dict.fromkeys(map(_head, records)))
    asked = ", ".join(f"bool_or(starts_with({name}, {sql.quoted(head)}))" for head in known)
    row = session.connection.execute(f"SELECT {asked} FROM {table}").fetchone() if known else None
    begun = {head for head, is_begun in zip(known, row or (), strict=True) if is_begun}
    sample = [iri for (iri,) in session.connection.execute(f"SELECT {name} FROM {table} LIMIT {_SAMPLE}").fetchall()]
    return [
        record
        for record in records
        if _head(record) in begun
        and (_has_own_predicates(record) or any(key_of(record.term, iri) is not None for iri in sample))
    ]


def _head(record: SubjectRecord) -> str:
    first = record.term.pieces[0] if record.term.pieces else ""
    return first if isinstance(first, str) else ""


def _has_own_predicates(record: SubjectRecord) -> bool:
    """Whether no predicate is made of cells: a table of statements may say anything, of the subjects that it names."""
    return not any(value.predicate.columns for value in record.values)


def _selects(record: SubjectRecord, iri: str, measure: str, rows: str) -> Iterator[str]:
    """The cells of a triples map's values for a property, with the subject that they became values of."""
    table = record.table
    columns = {n for value in record.values if key_of(value.predicate, iri) is not None for n in value.columns}
    for n in sorted(columns):
        names = table.made_of.get(n, (table.columns[n],))
        if not names:
            continue  # a condition
        cells = f"CAST(c{table.cells[n]} AS VARCHAR)" if n in table.cells else "NULL"
        text = "NULL" if n in table.made_of else f"CAST(c{n} AS VARCHAR)"  # what is worked out stands in no cell
        yield (
            f"SELECT {spelled(record)} AS observation, {measure} AS measure, {sql.quoted(iri)} AS property, "
            f'{sql.quoted(table.name)} AS source, r, {sql.quoted(", ".join(names))} AS "column", '
            f"{cells} AS cells, {text} AS text FROM {rows} WHERE c{n} IS NOT NULL"
        )


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
