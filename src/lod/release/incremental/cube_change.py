"""The columns of a release made from those of the release before: the rows of observations that changed are replaced.

What a column holds is decided as ever, on the dictionary of all its values: that of before is kept with how often each
occurs (`terms.parquet`), and the change is counted in. Where a decision falls otherwise, or rows cannot tell a column,
the cubes are written from the statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from lod.lift.engines.sql import quoted
from lod.rdf.namespaces import QB, RDF
from lod.release.bulk.cube_terms import decide
from lod.release.bulk.cubes import OUTSIDE, TERMS, names_of_columns, write_cubes, write_sorted
from lod.release.incremental.change import Change
from lod.store.columns import FOLDER, INDEX, OBSERVATION, Column, Cube, CubeIndex, exact_columns, identifier, read_index

_TYPE, _DATASET = f"<{RDF}type>", f"<{QB}dataSet>"
_INSIDE = f"SELECT p FROM terms UNION SELECT o FROM terms WHERE p = '{_TYPE}'"  # properties and classes


@dataclass(frozen=True, slots=True)
class CubeChange:
    """`before`: the index of the release before; `rows`: that of the observations that changed, as they are now, whose
    files are below `folder`."""

    before: CubeIndex
    rows: CubeIndex
    folder: Path


def read_rows(change: Change, folder: Path) -> CubeChange | None:
    """The changed observations as columns; None where the columns of before do not tell all."""
    before = read_index(change.release)
    files = (change.base.folder / TERMS, change.base.folder / OUTSIDE)
    if before.cubes and not all(file.is_file() for file in files):
        return None
    folder.mkdir(exist_ok=True)
    rows = write_cubes([change.after], folder, memory_limit="256MB", threads=1)
    known = {cube.dataset for cube in before.cubes}
    if any(cube.dataset not in known for cube in rows.cubes) or any(not exact for exact in map(_is_exact, rows.cubes)):
        return None
    return CubeChange(before, rows, folder / FOLDER)


def _is_exact(cube: Cube) -> bool:
    return all(column.exact for column in cube.columns)


def suspects(
    run: duckdb.DuckDBPyConnection, change: Change, cubes: CubeChange
) -> tuple[list[str], dict[str, list[str]]] | None:
    """The observations that may break a constraint because of a change: those that changed, and of each dataset besides
    those at the same points. None if that cannot be told from columns.
    """
    if not change.is_of_observations:
        return None
    told = (
        f"SELECT DISTINCT s FROM new WHERE p = {quoted(_DATASET)} OR (p = {quoted(_TYPE)} AND o = '<{QB}Observation>')"
    )
    found: dict[str, list[str]] = {}
    for rows in cubes.rows.cubes:
        cube = cubes.before.cube(rows.dataset)
        pairs = [] if cube is None else [(cube.column(d), rows.column(d)) for d in cube.dimensions]
        if cube is None or not all(one and other and one.exact for one, other in pairs):
            return None
        file = quoted(str(cubes.folder / rows.file))
        own = f"SELECT {OBSERVATION} FROM read_parquet({file})"
        if pairs:
            same = " AND ".join(f"b.{identifier(a.name)} = r.{identifier(b.name)}" for a, b in pairs if a and b)
            before = quoted(str(change.release / FOLDER / cube.file))
            own += (
                f" UNION SELECT b.{OBSERVATION} FROM read_parquet({before}) AS b SEMI JOIN read_parquet({file}) AS r "
                f"ON {same} WHERE b.{OBSERVATION} NOT IN (SELECT s[2:-2] FROM old)"
            )
        found[f"<{rows.dataset}>"] = [f"<{iri}>" for (iri,) in run.execute(f"{own} ORDER BY 1").fetchall()]
    return [s for (s,) in run.execute(f"{told} ORDER BY 1").fetchall()], found


def write_cubes_again(
    run: duckdb.DuckDBPyConnection, change: Change, cubes: CubeChange, release: Path, keep: Path
) -> CubeIndex | None:
    """Write `cubes/`; None, and nothing, where they have to be written from the statements.

    `run` has the tables of `open_change`; `keep` gets the dictionary as it is now.
    """
    folder = release / FOLDER
    _count(run, change, keep)
    changed = run.execute(
        f"SELECT DISTINCT o[2:-2] FROM (FROM old UNION ALL FROM new) WHERE p = {quoted(_DATASET)}"
    ).fetchall()
    changed_cubes = {dataset for (dataset,) in changed}
    if _has_new_terms(run):
        return None
    found = []
    for cube in cubes.before.cubes:
        now = _decided(run, cube, cubes.rows.cube(cube.dataset)) if cube.dataset in changed_cubes else cube
        if now is None:
            return None
        found.append(now)
    folder.mkdir()
    for cube, now in zip(cubes.before.cubes, found, strict=True):
        file = change.release / FOLDER / cube.file
        if cube.dataset in changed_cubes:
            _write_rows(run, file, cubes, now, folder / now.file)
        else:
            (folder / now.file).hardlink_to(file)
    rows = run.execute(f"SELECT p FROM outside SEMI JOIN ({_INSIDE}) USING (p) WHERE lines > 0").fetchall()
    index = CubeIndex(tuple(found), frozenset(iri[1:-1] for (iri,) in rows))
    (folder / INDEX).write_text(index.to_json(), encoding="utf-8")
    return index


def _count(run: duckdb.DuckDBPyConnection, change: Change, keep: Path) -> None:
    """`terms` and `outside` as they are now."""
    terms, outside = change.base.folder / TERMS, change.base.folder / OUTSIDE
    members = (
        "SELECT DISTINCT s, o AS dataset FROM {0} WHERE p = " + quoted(_DATASET) + " AND o[1] = '<' AND s[1] = '<'"
    )
    told = " UNION ALL ".join(
        f"SELECT m.dataset, t.p, t.o, {sign} AS n FROM {name} AS t JOIN ({members.format(name)}) AS m USING (s)"
        for name, sign in (("old", -1), ("new", 1))
    )
    run.execute(
        f"""CREATE OR REPLACE TEMP TABLE terms AS SELECT dataset, p, o, sum(n)::BIGINT AS n FROM (
        SELECT dataset, p, o, n FROM read_parquet({quoted(str(terms))}) UNION ALL {told})
        GROUP BY ALL HAVING sum(n) <> 0"""
    )
    others = " UNION ALL ".join(
        f"SELECT {term} AS p, {sign} AS lines FROM {name} WHERE {where} "
        f"AND s NOT IN (SELECT s FROM ({members.format(name)}))"
        for name, sign in (("old", -1), ("new", 1))
        for term, where in (("p", "true"), ("o", f"p = {quoted(_TYPE)}"))
    )
    run.execute(
        f"""CREATE OR REPLACE TEMP TABLE outside AS SELECT p, sum(lines)::BIGINT AS lines FROM (
        SELECT p, lines FROM read_parquet({quoted(str(outside))}) UNION ALL SELECT p, lines FROM ({others})
        SEMI JOIN read_parquet({quoted(str(outside))}) USING (p)) GROUP BY p"""
    )
    for name, file in (("terms", TERMS), ("outside", OUTSIDE)):
        run.execute(f"COPY {name} TO {quoted(str(keep / file))} (FORMAT parquet)")


def _has_new_terms(run: duckdb.DuckDBPyConnection) -> bool:
    """Whether observations have a property or class that none had before: nobody counted it elsewhere."""
    ((new,),) = run.execute(f"SELECT count(*) FROM ({_INSIDE}) ANTI JOIN outside USING (p)").fetchall()
    return bool(new)


def _decided(run: duckdb.DuckDBPyConnection, cube: Cube, rows: Cube | None) -> Cube | None:
    """The cube as it is now; None if its columns are not those of before, or are not all told by rows."""
    here = f"dataset = {quoted(f'<{cube.dataset}>')}"
    counts = dict(run.execute(f"SELECT p, sum(n)::BIGINT FROM terms WHERE {here} GROUP BY p").fetchall())
    ((total,),) = run.execute(
        f"SELECT coalesce(sum(n), 0)::BIGINT FROM terms WHERE {here} AND p = {quoted(_DATASET)} AND o = "
        f"{quoted(f'<{cube.dataset}>')}"
    ).fetchall()
    properties = [p[1:-1] for p in sorted(counts)]
    if not total or not _is_exact(cube) or properties != [column.property for column in cube.columns]:
        return None
    if names_of_columns(properties) != {column.property: column.name for column in cube.columns}:
        return None
    columns = []
    for column in cube.columns:
        values = f"SELECT row_number() OVER (ORDER BY o) AS t, o FROM terms WHERE {here} AND p = "
        now = decide(run, values + quoted(f"<{column.property}>"), "decided")
        now = replace(now, name=column.name, property=column.property, nullable=counts[f"<{column.property}>"] < total)
        own = rows.column(column.property) if rows else None
        if not now.exact or not _fits(column, now) or (own and not _fits(own, now)):
            return None
        columns.append(now)
    classes = run.execute(
        f"SELECT o FROM terms WHERE {here} AND p = {quoted(_TYPE)} AND n = {total} ORDER BY o"
    ).fetchall()
    return replace(cube, rows=total, types=tuple(iri[1:-1] for (iri,) in classes), columns=tuple(columns))


def _fits(column: Column, now: Column) -> bool:
    """Whether the values of a column can stand in the other as they are, but for the places of decimals."""
    kinds = (column.kind, column.datatype, column.language, column.type.partition("(")[0])
    return kinds == (now.kind, now.datatype, now.language, now.type.partition("(")[0])


def _write_rows(run: duckdb.DuckDBPyConnection, before: Path, cubes: CubeChange, now: Cube, target: Path) -> None:
    """The rows of before, but for those of changed observations, and these as they are now."""
    rows = cubes.rows.cube(now.dataset)
    own: Mapping[str, Column] = {column.property: column for column in rows.columns} if rows else {}
    old, new = [], []
    for column in exact_columns(now):
        name = identifier(column.name)
        there = f"CAST({identifier(own[column.property].name)} AS {column.type})" if column.property in own else "NULL"
        old.append(f"CAST({name} AS {column.type}) AS {name}")
        new.append(f"{there} AS {name}")
    selects = [
        f"SELECT {', '.join([OBSERVATION, *old])} FROM read_parquet({quoted(str(before))}) "
        f"WHERE {OBSERVATION} NOT IN (SELECT s[2:-2] FROM old)"
    ]
    if rows:
        selects.append(
            f"SELECT {', '.join([OBSERVATION, *new])} FROM read_parquet({quoted(str(cubes.folder / rows.file))})"
        )
    write_sorted(run, " UNION ALL ".join(selects), now, target)
