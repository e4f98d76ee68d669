"""A cube as a table that people read: which dimension goes down, which across, in what order.

The dimension with the most codes goes down, the others across, measures last; a dimension with one value is said above
the table. What does not fit across is held at its first code, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from pyoxigraph import Literal

from lod.server.cube import Component, Cube, Observation, Place, unit_of
from lod.server.reader import Reader, Shown, format_number

MOST_COLUMNS = 30
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Heading:
    """A row's or a column's heading: how many columns it spans, how deep it stands in its code list."""

    label: Shown
    span: int = 1
    level: int = 0
    total: bool = False  # others stand under it: it is their sum, or their whole


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and the page of its observation; no text where there is no observation."""

    text: str
    href: str | None = None
    total: bool = False
    first: bool = False  # of a group of columns


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    heading: Heading
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A dimension that the table holds at one value."""

    dimension: Shown
    value: Shown
    chosen: bool  # there are other values, not shown here


@dataclass(frozen=True, slots=True)
class CubeTable:
    """A cube laid out."""

    row_dimension: Shown
    column_rows: tuple[tuple[Heading, ...], ...]
    column_titles: tuple[Shown, ...]  # what each row of headings is
    rows: tuple[Row, ...]
    fixed: tuple[Fixed, ...]
    measures: tuple[Shown, ...]  # with the unit as note
    more_rows: int = 0


def lay_out(reader: Reader, cube: Cube) -> CubeTable | None:
    """The table of a cube; None when its structure or its observations are missing."""
    if not cube.dimensions or not cube.measures or not cube.observations:
        return None
    codes = cube.codes
    down, across, held = choose_axes(cube, {iri: len(places) for iri, places in codes.items()})
    fixed = {dimension.iri: codes[dimension.iri][0].term for dimension in held if codes[dimension.iri]}
    shown = [o for o in cube.observations if all(o.values.get(iri) == term for iri, term in fixed.items())]
    columns = _columns(cube, across, codes, shown)
    rows = _rows(reader, down, across, codes[down.iri], columns, shown)
    return CubeTable(
        row_dimension=reader.label(down.iri),
        column_rows=tuple(_heading_rows(reader, across, columns, cube)),
        column_titles=tuple(reader.label(dimension.iri) for dimension in across),
        rows=tuple(rows[:MOST_ROWS]),
        fixed=tuple(
            Fixed(reader.label(d.iri), reader.show(fixed[d.iri]), len(codes[d.iri]) > 1) for d in held if d.iri in fixed
        ),
        measures=tuple(measure_label(reader, cube, measure.iri) for measure in cube.measures),
        more_rows=max(len(rows) - MOST_ROWS, 0),
    )


def measure_label(reader: Reader, cube: Cube, measure: str, observation: Observation | None = None) -> Shown:
    """A measure's label, its unit as note."""
    unit = unit_of(reader.served, cube, measure, observation)
    return replace(reader.link(measure), note=reader.label(unit).text if unit else "")


def choose_axes(cube: Cube, sizes: dict[str, int]) -> tuple[Component, list[Component], list[Component]]:
    """Which dimension goes down, which go across, which are held at one value."""
    varying = [dimension for dimension in cube.dimensions if sizes[dimension.iri] > 1]
    held = [dimension for dimension in cube.dimensions if sizes[dimension.iri] <= 1]
    if not varying:
        return cube.dimensions[-1], [], [d for d in held if d is not cube.dimensions[-1]]
    down = max(varying, key=lambda dimension: sizes[dimension.iri])
    across: list[Component] = []
    width = len(cube.measures)
    for dimension in (d for d in varying if d is not down):
        if width * sizes[dimension.iri] <= MOST_COLUMNS and len(across) < 2:
            across.append(dimension)
            width *= sizes[dimension.iri]
        else:
            held.append(dimension)
    return down, across, held


Column = tuple[tuple[Place, ...], Component]  # a code of each dimension across, and the measure


def _columns(
    cube: Cube, across: Sequence[Component], codes: dict[str, list[Place]], shown: Iterable[Observation]
) -> list[Column]:
    """Every combination across that has a value."""
    held = {(*(o.values.get(d.iri) for d in across), m.iri) for o in shown for m in cube.measures if m.iri in o.values}
    combinations = product(*(codes[dimension.iri] for dimension in across))
    return [
        (places, measure)
        for places in combinations
        for measure in cube.measures
        if (*(place.term for place in places), measure.iri) in held
    ]


def _rows(
    reader: Reader,
    down: Component,
    across: Sequence[Component],
    places: list[Place],
    columns: list[Column],
    shown: Iterable[Observation],
) -> list[Row]:
    by_place = {(o.values.get(down.iri), *(o.values.get(d.iri) for d in across)): o for o in shown}
    rows = []
    for place in places:
        cells = []
        for position, (combination, measure) in enumerate(columns):
            observation = by_place.get((place.term, *(p.term for p in combination)))
            new_group = len(combination) > 1 and columns[position - 1][0][0] != combination[0]
            cells.append(_cell(reader, observation, measure, any(p.has_children for p in combination), new_group))
        if any(cell.text for cell in cells):
            heading = Heading(reader.show(place.term), level=place.level, total=place.has_children)
            rows.append(Row(heading, tuple(cells)))
    return rows


def _cell(reader: Reader, observation: Observation | None, measure: Component, total: bool, first: bool) -> Cell:
    value = observation.values.get(measure.iri) if observation else None
    if observation is None or value is None:
        return Cell("", total=total, first=first)
    text = (format_number(value) if isinstance(value, Literal) else None) or value.value
    return Cell(text, reader.href(observation.iri), total, first)


def _heading_rows(
    reader: Reader,
    across: Sequence[Component],
    columns: list[Column],
    cube: Cube,
) -> Iterable[tuple[Heading, ...]]:
    """One row of headings a dimension across, and one for the measures when there are several (or nothing else)."""
    for depth in range(len(across)):
        yield tuple(
            Heading(reader.show(places[depth].term), span, places[depth].level, places[depth].has_children)
            for places, span in _runs([places[: depth + 1] for places, _ in columns])
        )
    if len(cube.measures) > 1 or not across:
        yield tuple(Heading(measure_label(reader, cube, measure.iri)) for _, measure in columns)


def _runs(groups: list[tuple[Place, ...]]) -> Iterable[tuple[tuple[Place, ...], int]]:
    """Equal neighbours joined, with how many they are."""
    start = 0
    for end in range(1, len(groups) + 1):
        if end == len(groups) or groups[end] != groups[start]:
            yield groups[start], end - start
            start = end
