"""Write `cubes/`: the observations of each `qb:DataSet` as columns, made from the lifted statements by DuckDB.

RDF Data Cube: https://www.w3.org/TR/vocab-data-cube/ ; what the files promise is said in `lod.store.columns`.

Two passes over the statements, out of core: which subjects are observations; then their statements, each distinct value
once in a dictionary. What a column holds is decided on the dictionary alone, and the rows are put together from
numbers. Only the default graph counts.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from lod.rdf.namespaces import QB, RDF
from lod.release.bulk.cube_terms import decide
from lod.store.columns import (
    FOLDER,
    INDEX,
    OBSERVATION,
    Column,
    ColumnsError,
    Cube,
    CubeIndex,
    columns_in_file,
    identifier,
    quoted,
)
from lod.wording import say

TERMS, OUTSIDE = "terms.parquet", "outside.parquet"

_TYPE = f"<{RDF}type>"
_DATASET = f"<{QB}dataSet>"
_STRUCTURE = [f"<{QB}{name}>" for name in ("dataSet", "structure", "component", "dimension", "order")]
_LONGEST_LINE = 16 << 20  # bytes; a cell of a table is shorter

# Whether the object stands alone: with a graph's name behind it, the statement is not of the default graph. Only texts
# with blanks need a closer look.
_LITERAL = r'"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?'
_ALONE = f"CASE WHEN contains(o, ' ') THEN regexp_full_match(o, {quoted(_LITERAL)}) ELSE true END"


def write_cubes(
    parts: Sequence[Path],
    release: Path,
    *,
    memory_limit: str = "512MB",
    threads: int | None = None,
    keep: Path | None = None,
) -> CubeIndex:
    """Write the columnar files of a release that is being made; returns their index.

    `parts`: canonical N-Quads, a statement a line. The same statements give the same bytes. The folder `keep` gets what
    `lod.release.incremental.cube_change` needs.

    Raises:
        ColumnsError: LOD9201 out of memory or disk.
    """
    folder = release / FOLDER
    folder.mkdir()
    with tempfile.TemporaryDirectory(dir=release, prefix=".spill-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": threads or min(4, os.cpu_count() or 1),
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        database = duckdb.connect(":memory:", config=config)
        database.execute("SET enable_progress_bar = false")
        try:
            index = _write(database, [part for part in parts if part.stat().st_size], folder, keep)
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            reason = str(error).splitlines()[0]
            hint = say("allow more than {memory_limit} (memory_limit); is the disk full?", memory_limit=memory_limit)
            raise ColumnsError(
                say("the cubes could not be written: {reason}", reason=reason), hint=hint, code="LOD9201"
            ) from error
        finally:
            database.close()
    (folder / INDEX).write_text(index.to_json(), encoding="utf-8")
    return index


def _write(database: duckdb.DuckDBPyConnection, parts: Sequence[Path], folder: Path, keep: Path | None) -> CubeIndex:
    if not parts:
        return CubeIndex()
    _read_statements(database, parts)
    _find_observations(database)
    datasets = [iri for (iri,) in database.execute("SELECT DISTINCT dataset FROM member ORDER BY 1").fetchall()]
    if not datasets:
        return CubeIndex()
    _keep_values(database)
    files = names_of_columns(datasets, 0)
    cubes = tuple(_write_cube(database, dataset, folder / f"{files[dataset]}.parquet") for dataset in datasets)
    if keep:
        _keep_counts(database, keep)
    return CubeIndex(cubes, _elsewhere(database))


def _read_statements(database: duckdb.DuckDBPyConnection, parts: Sequence[Path]) -> None:
    """A view of all statements: subject, predicate, and the rest of the line without its full stop."""
    files = ", ".join(quoted(str(part)) for part in parts)
    database.execute(
        f"""CREATE TEMP VIEW statement AS
        SELECT s, p, substr(line, length(s) + length(p) + 3, length(line) - length(s) - length(p) - 4) AS o
        FROM (SELECT line, split_part(line, ' ', 1) AS s, split_part(line, ' ', 2) AS p FROM read_csv([{files}],
            columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, delim = '', quote = '', escape = '',
            new_line = '\\n', max_line_size = {_LONGEST_LINE}, buffer_size = {2 * _LONGEST_LINE}))"""
    )


def _find_observations(database: duckdb.DuckDBPyConnection) -> None:
    """First pass. `subject`: observations, numbered; `member`: their datasets; `structure`: what is said of dimensions.

    `said` counts how often each property, and each class, stands in a line.
    """
    names, typed = ", ".join(map(quoted, _STRUCTURE)), quoted(_TYPE)
    database.execute(
        f"""CREATE TEMP TABLE said AS SELECT p, CASE WHEN p IN ({names}) THEN s END AS s,
        CASE WHEN p IN ({names}, {typed}) THEN o END AS o, count(*) AS lines FROM statement GROUP BY ALL"""
    )
    database.execute(f"CREATE TEMP TABLE structure AS SELECT s, p, o FROM said WHERE s IS NOT NULL AND {_ALONE}")
    database.execute(
        f"""CREATE TEMP TABLE subject AS SELECT s, row_number() OVER () AS i FROM (SELECT DISTINCT s FROM structure
        WHERE p = {quoted(_DATASET)} AND o LIKE '<%' AND s LIKE '<%' AND NOT contains(s, '\\'))"""
    )
    database.execute(
        f"""CREATE TEMP TABLE member AS SELECT i, o AS dataset FROM structure JOIN subject USING (s)
        WHERE p = {quoted(_DATASET)} AND o LIKE '<%'"""
    )


def _keep_values(database: duckdb.DuckDBPyConnection) -> None:
    """Second pass. `term`: each distinct value of a property, numbered; `cell`: which observation has which.

    `inside` says how often each property, and each class, stands in a line about an observation.
    """
    database.execute("CREATE TEMP TABLE read AS SELECT i, p, o FROM statement JOIN subject USING (s)")
    database.execute(
        f"""CREATE TEMP TABLE inside AS SELECT p, CASE WHEN p = {quoted(_TYPE)} THEN o END AS o, count(*) AS lines
        FROM read GROUP BY ALL"""
    )
    database.execute(
        f"""CREATE TEMP TABLE term AS SELECT p, o, row_number() OVER (ORDER BY p, o) AS t
        FROM (SELECT DISTINCT p, o FROM read) WHERE {_ALONE}"""
    )
    database.execute("CREATE TEMP TABLE cell AS SELECT i, t, p FROM read JOIN term USING (p, o)")
    database.execute("DROP TABLE read")


def _elsewhere(database: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The properties and classes of observations that other subjects have as well: they stand in more lines."""
    found = database.execute(f"SELECT p FROM ({_outside()}) WHERE lines > 0").fetchall()
    return frozenset(iri[1:-1] for (iri,) in found)


def _outside() -> str:
    """In how many lines about others the properties and classes of observations stand."""
    lines = f"""SELECT p, sum(lines) AS lines FROM {{0}} GROUP BY p
        UNION ALL SELECT o, sum(lines) FROM {{0}} WHERE p = {quoted(_TYPE)} GROUP BY o"""
    inside, said = lines.format("inside"), lines.format("said")
    return f"SELECT p, (e.lines - i.lines)::BIGINT AS lines FROM ({inside}) AS i JOIN ({said}) AS e USING (p)"


def _keep_counts(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Keep how often each value of a property occurs in each dataset, and how often others have the properties."""
    terms, outside = (quoted(str(folder / name)) for name in (TERMS, OUTSIDE))
    database.execute(
        f"""COPY (SELECT dataset, term.p, o, count(*) AS n FROM cell JOIN term USING (t) JOIN member USING (i)
        GROUP BY ALL) TO {terms} (FORMAT parquet)"""
    )
    database.execute(f"COPY ({_outside()}) TO {outside} (FORMAT parquet)")


def _write_cube(database: duckdb.DuckDBPyConnection, dataset: str, file: Path) -> Cube:
    """One cube's file. `wide` has a row an observation and two numbers a property: its least and its last value."""
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE here AS SELECT i, t, p FROM cell SEMI JOIN "
        f"(SELECT i FROM member WHERE dataset = {quoted(dataset)}) USING (i)"
    )
    properties = [p for (p,) in database.execute("SELECT DISTINCT p FROM here ORDER BY 1").fetchall()]
    pairs = ", ".join(
        f"min(t) FILTER (p = {quoted(p)}) AS a{place}, max(t) FILTER (p = {quoted(p)}) AS b{place}"
        for place, p in enumerate(properties)
    )
    database.execute(f"CREATE OR REPLACE TEMP TABLE wide AS SELECT i, {pairs} FROM here GROUP BY i")
    names = names_of_columns([p[1:-1] for p in properties], 1)
    columns = tuple(_column(database, place, p[1:-1], names[p[1:-1]]) for place, p in enumerate(properties))
    cube = Cube(
        dataset=dataset[1:-1],
        file=file.name,
        rows=_number(database, "SELECT count(*) FROM wide"),
        dimensions=_dimensions(database, dataset),
        types=_types(database),
        columns=columns,
    )
    _copy(database, cube, file)
    return cube


def _column(database: duckdb.DuckDBPyConnection, place: int, property_iri: str, name: str) -> Column:
    """What a property's values are, seen in the dictionary; `v<place>` has them as the column will."""
    several, nullable = database.execute(
        f"SELECT bool_or(a{place} <> b{place}), bool_or(a{place} IS NULL) FROM wide"
    ).fetchone() or (False, False)
    used = f"SELECT DISTINCT a{place} AS t FROM wide"
    column = decide(database, f"SELECT t, o FROM term SEMI JOIN ({used}) USING (t)", f"v{place}")
    return Column(
        name,
        property_iri,
        column.kind,
        column.type,
        column.datatype,
        column.language,
        nullable,
        column.exact and not several,
        column.canonical,
        "several values" if several else column.why,
        column.partial and not several,
    )


def _copy(database: duckdb.DuckDBPyConnection, cube: Cube, file: Path) -> None:
    places = {column.property: place for place, column in enumerate(cube.columns)}
    kept = list(columns_in_file(cube))
    values = "".join(f", v{places[c.property]}.v AS {identifier(c.name)}" for c in kept)
    joins = "".join(
        f" LEFT JOIN v{place} ON wide.a{place} = v{place}.t" for place in (places[c.property] for c in kept)
    )
    write_sorted(
        database, f"SELECT s[2:-2] AS {OBSERVATION}{values} FROM wide JOIN subject USING (i){joins}", cube, file
    )


def write_sorted(database: duckdb.DuckDBPyConnection, rows: str, cube: Cube, file: Path) -> None:
    """Write rows in the order of a cube. They pass through a table: what is known of where they come from, which would
    show in the file, is forgotten."""
    kept = list(columns_in_file(cube))
    order = [identifier(c.name) for d in cube.dimensions for c in kept if c.property == d]
    database.execute(f"CREATE OR REPLACE TEMP TABLE rows AS {rows} ORDER BY {', '.join([*order, OBSERVATION])}")
    database.execute(f"COPY rows TO {quoted(str(file))} (FORMAT parquet, COMPRESSION zstd)")
    database.execute("DROP TABLE rows")


def _dimensions(database: duckdb.DuckDBPyConnection, dataset: str) -> tuple[str, ...]:
    """The dimensions of a dataset's structure, by `qb:order` where given (§6.3)."""
    found = database.execute(
        f"""SELECT d.o, min(try_cast(regexp_extract(n.o, '^"([0-9]+)"', 1) AS BIGINT))
        FROM structure s JOIN structure c ON c.s = s.o AND c.p = '<{QB}component>'
        JOIN structure d ON d.s = c.o AND d.p = '<{QB}dimension>'
        LEFT JOIN structure n ON n.s = c.o AND n.p = '<{QB}order>'
        WHERE s.p = '<{QB}structure>' AND s.s = {quoted(dataset)} GROUP BY d.o ORDER BY 2 NULLS LAST, 1"""
    ).fetchall()
    return tuple(iri[1:-1] for iri, _ in found)


def _types(database: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    found = database.execute(
        f"""SELECT o FROM here JOIN term USING (t) WHERE here.p = {quoted(_TYPE)}
        GROUP BY o HAVING count(DISTINCT i) = (SELECT count(*) FROM wide) ORDER BY 1"""
    ).fetchall()
    return tuple(iri[1:-1] for (iri,) in found)


def _number(database: duckdb.DuckDBPyConnection, query: str) -> int:
    row = database.execute(query).fetchone()
    return int(row[0]) if row else 0


_NOT_IN_NAME = (re.compile(r"[^A-Za-z0-9._-]+"), re.compile(r"[^A-Za-z0-9_]+"))


def names_of_columns(iris: Iterable[str], kind: int = 1) -> dict[str, str]:
    """A name for each IRI: its last part; told apart by a number. `kind` 0: of files, 1: of columns."""
    taken, names = {OBSERVATION}, {}
    for iri in iris:
        last = re.split(r"[/#:]", iri.strip("<>/#"))[-1]
        name = stem = _NOT_IN_NAME[kind].sub("_", last).strip("._-") or "column"
        number = 1
        while name.lower() in taken:  # neither DuckDB nor every disk tells capitals apart
            number += 1
            name = f"{stem}_{number}"
        taken.add(name.lower())
        names[iri] = name
    return names
