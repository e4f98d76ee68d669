"""Which observations of a graph may break an integrity constraint of RDF Data Cube: asked of its N-Quads, as columns.

The answer is a superset, found in a pass or two over the lines, out of core; the referee is the graph itself
(`lod.validation.cubes.observations`). An observation that is not named breaks none of the constraints looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lod.lift.engines.duckdb.merge import lines_of
from lod.lift.engines.session import Session, open_session
from lod.lift.engines.sql import quoted
from lod.rdf.namespaces import QB, RDF, SDMX_ATTRIBUTE, SDMX_CODE

_TYPE, _OBSERVATION, _DATASET = f"<{RDF}type>", f"<{QB}Observation>", f"<{QB}dataSet>"
_STATUS, _MISSING = f"<{SDMX_ATTRIBUTE}obsStatus>", f"<{SDMX_CODE}obsStatus-M>"
# A line is subject, predicate, object, perhaps a graph, and a dot. IRIs and blank nodes have no spaces.
_OBJECT = (
    "CASE WHEN substr(rest, 1, 1) = '\"' THEN regexp_extract(rest, "
    "'^\"(?:[^\"\\\\]|\\\\.)*\"(?:@[^ ]+|\\^\\^<[^>]*>)?') ELSE split_part(rest, ' ', 1) END"
)


@dataclass(frozen=True, slots=True)
class CubeColumns:
    """What a dataset's observations have, as terms of N-Quads. `members`: the values that a code list allows."""

    dataset: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    required: tuple[str, ...]
    members: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Observations that may break a constraint: of no dataset or of several, and of each dataset."""

    anywhere: tuple[str, ...]
    by_dataset: Mapping[str, tuple[str, ...]]


def doubtful_observations(
    files: Sequence[Path], cubes: Sequence[CubeColumns], *, memory_limit: str, threads: int, spill: Path
) -> Doubtful:
    """The observations that may break IC-1, IC-11 to IC-14 or IC-19.

    Raises:
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    with open_session(memory_limit, threads, spill) as session:
        names = _properties(cubes)
        _make_observations(session, files, names)
        anywhere = _subjects(session, "SELECT s FROM observation WHERE n <> 1")
        strangers = _strangers(session, files, cubes)
        return Doubtful(anywhere, {cube.dataset: _doubtful(session, cube, names, strangers) for cube in cubes})


def _properties(cubes: Sequence[CubeColumns]) -> dict[str, int]:
    """The properties that are columns, by their place."""
    found = dict.fromkeys(each for cube in cubes for each in (*cube.dimensions, *cube.measures, *cube.required))
    return {name: place for place, name in enumerate(found)}


def _statements(files: Sequence[Path], predicates: Iterable[str]) -> str:
    wanted = ", ".join(map(quoted, predicates))
    return (
        "(SELECT split_part(line, ' ', 1) AS s, split_part(line, ' ', 2) AS p, "
        "substr(line, length(split_part(line, ' ', 1)) + length(split_part(line, ' ', 2)) + 3) AS rest "
        f"FROM {lines_of(files)} WHERE split_part(line, ' ', 2) IN ({wanted}))"
    )


def _make_observations(session: Session, files: Sequence[Path], names: Mapping[str, int]) -> None:
    """A row an observation: how many datasets it is of, and of each property a hash of its value and a count."""
    columns = [
        f"max(hash(o)) FILTER (p = {quoted(name)}) AS v{place}, count(*) FILTER (p = {quoted(name)}) AS c{place}"
        for name, place in names.items()
    ]
    session.connection.execute(
        f"""CREATE TABLE observation AS SELECT s,
        count(*) FILTER (p = {quoted(_DATASET)}) AS n,
        max(hash(o)) FILTER (p = {quoted(_DATASET)}) AS dataset,
        coalesce(bool_or(p = {quoted(_STATUS)} AND o = {quoted(_MISSING)}), false) AS is_excused
        {"".join(f", {column}" for column in columns)}
        FROM (SELECT s, p, {_OBJECT} AS o FROM {_statements(files, (_TYPE, _DATASET, _STATUS, *names))})
        WHERE p <> {quoted(_TYPE)} OR o = {quoted(_OBSERVATION)}
        GROUP BY s HAVING n > 0 OR bool_or(p = {quoted(_TYPE)})"""
    )


def _strangers(session: Session, files: Sequence[Path], cubes: Sequence[CubeColumns]) -> frozenset[str]:
    """The subjects that have a value outside its code list (IC-19)."""
    members = {name: values for cube in cubes for name, values in cube.members.items()}
    if not members:
        return frozenset()
    statements = f"(SELECT s, p, {_OBJECT} AS o FROM {_statements(files, members)})"
    rows = session.connection.execute(f"SELECT DISTINCT p, o FROM {statements}").fetchall()
    wrong = [(name, value) for name, value in rows if value not in members[name]]
    if not wrong:
        return frozenset()
    pairs = ", ".join(f"({quoted(name)}, {quoted(value)})" for name, value in wrong)
    return frozenset(_subjects(session, f"SELECT DISTINCT s FROM {statements} WHERE (p, o) IN ({pairs})"))


def _doubtful(
    session: Session, cube: CubeColumns, names: Mapping[str, int], strangers: frozenset[str]
) -> tuple[str, ...]:
    here = f"dataset = hash({quoted(cube.dataset)})"
    wrong = [
        *(f"c{names[each]} <> 1" for each in cube.dimensions),
        *(f"(c{names[each]} = 0 AND NOT is_excused)" for each in cube.measures),
        *(f"c{names[each]} = 0" for each in cube.required),
    ]
    found = dict.fromkeys(_subjects(session, f"SELECT s FROM observation WHERE {here} AND ({' OR '.join(wrong)})"))
    point = ", ".join(f"v{names[each]}" for each in cube.dimensions)
    if point:
        doubled = f"SELECT {point} FROM observation WHERE {here} GROUP BY ALL HAVING count(*) > 1"
        found |= dict.fromkeys(
            _subjects(session, f"SELECT s FROM observation SEMI JOIN ({doubled}) AS d USING ({point}) WHERE {here}")
        )
    if strangers:
        found |= dict.fromkeys(
            each for each in _subjects(session, f"SELECT s FROM observation WHERE {here}") if each in strangers
        )
    return tuple(found)


def _subjects(session: Session, query: str) -> tuple[str, ...]:
    return tuple(_fetched(session, query))


def _fetched(session: Session, query: str) -> Iterator[str]:
    result = session.connection.execute(query)
    while rows := result.fetchmany(10_000):
        yield from (row[0] for row in rows)
