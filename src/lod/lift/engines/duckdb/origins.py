"""From which cells the figures of a cube came: written from the lineage, for what is published and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lod.lift.engines import sql
from lod.lift.engines.duckdb.search import scan, spelled
from lod.lift.engines.session import Session, open_session
from lod.lift.lineage import SubjectRecord, key_of, read_lineage
from lod.lineage import Lineage

_SAMPLE = 100  # observations
_SHEET = r"^(.*\.(?:xlsx|xlsm|xls|ods)) sheet (.*)$"  # how tables of workbooks are called


def write_origins(
    lineage: Lineage,
    cube: Path,
    observation: str,
    properties: Mapping[str, str],
    target: Path,
    *,
    spill: Path,
    memory_limit: str,
    threads: int,
) -> bool:
    """Write the cells that the values of some properties came from; False, and no file, where none is known.

    `cube`: the published observations as columns, their IRIs in the column `observation`; `properties`: IRI → column.
    A cell is told of a value that is published, so nothing that was held back comes out here. Rows that say the same of
    one value are named once, by the first.

    Raises:
        LiftError: LOD4008 out of memory or disk.
    """
    with open_session(memory_limit, threads, spill) as session:
        records = _about(session, list(read_lineage(lineage)), cube, observation)
    found = [
        select
        for record in records
        for iri, column in properties.items()
        for select in _selects(record, iri, sql.quoted(column))
    ]
    if not found:
        return False
    published = " UNION ALL ".join(
        f"SELECT {_name(observation)} AS observation, {sql.quoted(column)} AS measure "
        f"FROM read_parquet({sql.quoted(str(cube))}) WHERE {_name(column)} IS NOT NULL"
        for column in properties.values()
    )
    query = (
        f"SELECT observation, property, "
        f"coalesce(nullif(regexp_extract(source, {sql.quoted(_SHEET)}, 1), ''), source) AS source, "
        f"nullif(regexp_extract(source, {sql.quoted(_SHEET)}, 2), '') AS sheet, "
        f'min(r) AS "row", "column", nullif(cells, \'\') AS cells, text '
        f"FROM ({' UNION ALL '.join(found)}) JOIN ({published}) USING (observation, measure) "
        f"GROUP BY ALL ORDER BY observation, property, source, sheet, 5"
    )
    with open_session(memory_limit, threads, spill) as session:
        session.connection.execute(
            f"COPY ({query}) TO {sql.quoted(str(target))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)"
        )
    return True


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


def _selects(record: SubjectRecord, iri: str, measure: str) -> Iterator[str]:
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
            f"{cells} AS cells, {text} AS text FROM {scan(table)} WHERE c{n} IS NOT NULL"
        )


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
