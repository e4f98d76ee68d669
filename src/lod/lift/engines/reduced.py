"""Rows that say the same, once: emissions over their distinct rows instead of all rows of their relations.

DISTINCT runs over source columns, never over the text that they become, and once for all statements of an emission.
Emissions of one shape, as one rule makes them of two tables, are reduced together: a row that both have is one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lod.lift.engines import sql
from lod.lift.engines.session import Session, rows_sql
from lod.lift.plan import Column, Emission, Scan
from lod.tables.table import Dialect, Table


@dataclass(frozen=True, slots=True)
class Reduced:
    """An emission over distinct rows. If it was made of several, the last column says which has the row first."""

    emission: Emission
    rows: int
    makers: int


def renumbered(emission: Emission) -> tuple[Emission, tuple[Column, ...]]:
    """An emission over columns 0, 1, 2 …, and which of its relation those are: in the order in which it needs them."""
    places: dict[Column, int] = {}
    for term in emission.terms:
        for cell in term.cells():
            places.setdefault(cell.column, len(places))
        for column in sorted(term.requires):
            places.setdefault(column, len(places))

    def place(column: Column) -> Column:
        return Column(places[column])

    return emission.with_terms(lambda term: term.with_columns(place)), tuple(places)


def unmarked(emission: Emission) -> Emission:
    """The emission without what an engine saw of the columns of one table."""
    return emission.with_terms(lambda term: term.with_cells(lambda cell: replace(cell, spelled=None)))


def shape(emission: Emission) -> tuple[object, ...]:
    """What an emission is but for the names of its columns: emissions of one shape differ in their rows alone."""
    bare = renumbered(unmarked(emission))[0]
    return (bare.key.meaning, tuple(each.meaning for each in bare.statements))


def reduce(session: Session, emissions: Sequence[Emission], name: str, among: str = "") -> Reduced:
    """Keep the distinct rows of emissions of one shape, in a table of their own; `among`: a condition on its rows."""
    several = len(emissions) > 1
    selects = []
    width = 0
    for maker, emission in enumerate(emissions):
        columns = renumbered(emission)[1]
        width = len(columns)
        chosen = [f"{as_text(column)} AS c{place}" for place, column in enumerate(columns)] or ["'' AS c0"]
        where = sql.conjunction([*sql.present(emission.key.columns), *([among] if among else [])])
        listed = ", ".join([*chosen, *([f"{maker} AS maker"] if several else [])])
        selects.append(f"SELECT {listed} FROM {rows_sql(session, emission)} WHERE {where}")
    query = f"SELECT DISTINCT * FROM ({selects[0]})"
    if several:
        names = ", ".join(f"c{n}" for n in range(max(width, 1)))
        united = " UNION ALL ".join(selects)
        query = f"SELECT {names}, min(maker) AS c{width} FROM ({united}) GROUP BY {names}"
    file = session.scratch / f"{name}.parquet"
    rows = session.database.save(query, file)
    table = _table(name, file, width + several)
    session.files[table] = file
    made = renumbered(emissions[0])[0]
    return Reduced(replace(made, relation=Scan(table)), rows, len(emissions))


def _table(name: str, file: Path, width: int) -> Table:
    return Table(name, file, tuple(map(str, range(width))), Dialect(), "", 0)


def as_text(column: Column) -> str:
    """A column as text; a row's number is none yet."""
    return f"CAST({sql.column(column)} AS VARCHAR)" if column.index < 0 else sql.column(column)


def count_by_maker(session: Session, reduced: Reduced, conditions: Sequence[str]) -> Mapping[int, int]:
    """How many statements each of the reduced emissions made first."""
    counted = " + ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    table = reduced.emission.relation
    assert isinstance(table, Scan), "reduced rows are a table"
    maker = f"c{len(table.table.columns) - 1}" if reduced.makers > 1 else "0"
    query = f"SELECT {maker}, {counted} FROM {rows_sql(session, reduced.emission)} GROUP BY 1"
    return {int(number): int(count) for number, count in session.database.rows(query)}
