"""From which cells the figures of a cube came: written from the lineage, for what is published and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lod.lift.engines import sql
from lod.lift.engines.duckdb.search import scan, spelled
from lod.lift.engines.session import open_session
from lod.lift.lineage import SubjectRecord, key_of, read_lineage
from lod.lineage import Lineage

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
    found = [
        select
        for record in read_lineage(lineage)
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
