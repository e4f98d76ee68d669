"""A view of a cube as a table that people read: headings over headings, codes under codes, three kinds of nothing.

A figure that is zero is 0. One that exists and is not told ('…' missing, 'c' kept back: an observation without a value)
and one that cannot be ('–': no observation) are different, and the page says which signs it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal as OneOf

from pyoxigraph import Literal, NamedNode

from lod.rdf.namespaces import DCT
from lod.server.charts.map import atlas
from lod.server.cubes.codes import Place, notation, number
from lod.server.cubes.cube import STATUSES, Cube, unit_of
from lod.server.cubes.grid import Column, Grid, figures_of
from lod.server.cubes.slices import FOLDED_ABOVE, MOST_BESIDE, MOST_ROWS, MOST_SHOWN, Keys, View, keys_of, query_of
from lod.server.pages.reader import Reader, Shown, format_number
from lod.server.served import ServedRelease
from lod.store.figures import Observation

_REPLACED_BY = NamedNode(DCT + "isReplacedBy")
UNDEFINED = "https://cube.link/Undefined"
"""cube.link: the datatype of a literal, or the IRI, that stands where a measure has no figure."""

_AS_DIGIT, _AS_POINT = "\u2007", "\u2008"  # figure space, punctuation space
State = OneOf["value", "missing", "confidential", "inapplicable"]
SIGNS: dict[State, str] = {"missing": "…", "confidential": "c", "inapplicable": "–"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A row's or a column's heading: how many columns it spans, how deep it stands in its code list."""

    label: Shown
    span: int = 1
    level: int = 0
    total: bool = False  # others stand under it: it is their sum, or their whole
    fold: str = ""  # where the same view has its parts shown, or hidden
    folded: bool = False
    code: str = ""

    @property
    def stands_for_parts(self) -> bool:
        """Whether it is a whole whose parts stand beside it; one that is folded stands for them."""
        return self.total and not self.folded


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and the page of its observation, or the sign for why there is none."""

    text: str
    href: str | None = None
    total: bool = False
    first: bool = False  # of a group of columns
    state: State = "value"
    amount: float | None = None
    pad: str = ""  # blanks as wide as digits, so that the decimal points of a column stand below each other


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
    """A view of a cube laid out."""

    row_dimension: Shown
    column_rows: tuple[tuple[Heading, ...], ...]
    rows: tuple[Row, ...]
    fixed: tuple[Fixed, ...]
    measures: tuple[Shown, ...]  # with the unit as note
    states: tuple[State, ...]  # of cells without a value, that the table has
    columns: tuple[Shown, ...]  # one label a column
    series: tuple[Shown, ...]  # the same without the measure, where anything else is across
    column_totals: tuple[bool, ...]
    places: tuple[tuple[Place, ...], ...]  # the codes across: of each first measure's column
    total_rows: int  # on all pages
    page_rows: int  # on one
    notices: tuple[str, ...] = ()  # what is not in it
    first_column: int = 1
    total_columns: int = 0  # on all pages; 0: they are all here

    @property
    def is_part(self) -> bool:
        """Whether a dimension is held at one value of several."""
        return any(fixed.chosen for fixed in self.fixed)

    @property
    def across(self) -> int:
        """How many pages of columns there are."""
        return -(-self.total_columns // MOST_BESIDE) or 1

    @property
    def pages(self) -> int:
        """How many pages of rows there are."""
        return -(-self.total_rows // self.page_rows)


def lay_out(
    reader: Reader, cube: Cube, view: View, grid: Grid, base: str = "", most_rows: int = MOST_ROWS
) -> CubeTable:
    """The table of a view. `base`: the address of its page, for links that fold rows; '' folds nothing."""
    keys = keys_of(cube)
    unfolded = _unfolded(grid, view, keys) if base else list(grid.rows)
    size = min(most_rows, max(20, MOST_SHOWN // max(min(len(grid.columns), MOST_BESIDE), 1)))
    shown = unfolded[(view.page - 1) * size : view.page * size]
    among, start = len(grid.columns), (view.across - 1) * MOST_BESIDE
    grid = figures_of(cube, replace(grid, columns=grid.columns[start : start + MOST_BESIDE]), shown)
    rows = tuple(
        Row(
            _row_heading(reader, cube, view, keys, place, base, shown_parts=_shows_parts(unfolded, place)),
            tuple(_cell(reader, grid, place, number) for number in range(len(grid.columns))),
        )
        for place in shown
    )
    rows = aligned(rows)
    states = {cell.state for row in rows for cell in row.cells}
    return CubeTable(
        row_dimension=reader.label(view.rows.iri),
        column_rows=tuple(_heading_rows(reader, cube, view, grid.columns)),
        rows=rows,
        fixed=tuple(
            Fixed(reader.label(iri), reader.show(place.term), len(cube.codes[iri]) > 1)
            for iri, place in view.held.items()
        ),
        measures=tuple(measure_label(reader, cube, measure.iri) for measure in view.measures),
        states=tuple(state for state in SIGNS if state in states),
        columns=tuple(_column_label(reader, cube, view, column) for column in grid.columns),
        series=tuple(_column_label(reader, cube, view, column, measures=False) for column in grid.columns),
        column_totals=tuple(any(place.has_children for place in places) for places, _ in grid.columns),
        places=tuple(places for places, _ in grid.columns[:: len(view.measures)]),
        total_rows=len(unfolded),
        page_rows=size,
        notices=grid.cut.notices(reader),
        first_column=start + 1,
        total_columns=among if among > MOST_BESIDE else 0,
    )


def measure_label(reader: Reader, cube: Cube, measure: str, observation: Observation | None = None) -> Shown:
    """A measure's label, its unit as note."""
    unit = unit_of(reader.served, cube, measure, observation)
    return replace(reader.link(measure), note=reader.label(unit).text if unit else "")


def state_of(observation: Observation | None, measure: str) -> State:
    """Whether a figure is told; if not, why."""
    if observation is None:
        return "inapplicable"
    value = observation.values.get(measure)
    if value is not None and UNDEFINED not in (value.value, getattr(value, "datatype", value).value):
        return "value"
    confidentiality = observation.values.get(STATUSES[1])
    if isinstance(confidentiality, NamedNode) and not confidentiality.value.endswith("confStatus-F"):
        return "confidential"
    return "missing"


def value_text(observation: Observation, measure: str) -> str:
    """A figure as it is written: thousands grouped."""
    value = observation.values[measure]
    return (format_number(value) if isinstance(value, Literal) else None) or value.value


def _unfolded(grid: Grid, view: View, keys: Keys) -> list[Place]:
    """The rows that are shown: not deeper than the view's depth, unless all above are opened."""
    depth = view.depth or (1 if len(grid.rows) > FOLDED_ABOVE and any(p.level > 1 for p in grid.rows) else None)
    if depth is None:
        return list(grid.rows)
    codes = keys.codes[view.rows.iri]
    above: list[bool] = []  # of the row's ancestors: whether its parts are shown
    shown = []
    for place in grid.rows:
        del above[place.level :]
        if all(above):
            shown.append(place)
        above += [True] * (place.level - len(above))
        above.append(place.level < depth or codes[place.term] in view.opened)
    return shown


def _shows_parts(shown: Sequence[Place], place: Place) -> bool:
    position = shown.index(place)
    return position + 1 < len(shown) and shown[position + 1].level > place.level


def _row_heading(
    reader: Reader, cube: Cube, view: View, keys: Keys, place: Place, base: str, *, shown_parts: bool
) -> Heading:
    code, fold = keys.codes[view.rows.iri][place.term], ""
    if base and place.has_children and view.totals and (not shown_parts or code in view.opened):
        opened = view.opened ^ {code}
        fold = f"{base}?{query_of(cube, replace(view, opened=opened, page=1))}#{code}"
    note = map_code(reader.served, place) if view.rows.role == "area" else ""
    return Heading(
        reader.show(place.term), 1, place.level, place.has_children, fold, bool(fold) and not shown_parts, note or code
    )


def map_code(served: ServedRelease, place: Place) -> str:
    """The code that joins a place to the map: its own, or that of the one place that replaced it whole."""
    own = notation(served, place.term.value)
    outlines = atlas()
    if outlines is None or own in outlines.paths or not isinstance(place.term, NamedNode):
        return own
    after = [v for v in served.objects(place.term, _REPLACED_BY) if isinstance(v, NamedNode)]
    if len(after) != 1:
        return own
    before = {q.subject for q in served.quads(None, _REPLACED_BY, after[0])}
    return notation(served, after[0].value) if len(before) == 1 else own


def _cell(reader: Reader, grid: Grid, row: Place, position: int) -> Cell:
    places, measure = grid.columns[position]
    observation = grid.at(row, grid.columns[position])
    total = any(place.has_children for place in places)
    first = len(places) > 1 and position > 0 and grid.columns[position - 1][0][0] != places[0]
    state = state_of(observation, measure.iri)
    if observation is None or state != "value":
        href = reader.href(observation.iri) if observation else None
        return Cell(SIGNS[state], href, total, first, state)
    amount = number(observation.values[measure.iri])
    text = value_text(observation, measure.iri)
    return Cell(text, reader.href(observation.iri), total, first, amount=None if amount == float("inf") else amount)


def aligned(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows with blanks behind figures that have fewer decimal places than others of their column."""

    def places(cell: Cell) -> int:
        return len(cell.text.partition(".")[2]) if cell.state == "value" else 0

    most = [max(column) for column in zip(*(map(places, row.cells) for row in rows), strict=True)]
    if not any(most):
        return rows

    def padded(cell: Cell, wanted: int) -> Cell:
        have = places(cell)
        if have == wanted or cell.state != "value":
            return cell
        return replace(cell, pad=_AS_POINT * (have == 0) + _AS_DIGIT * (wanted - have))

    return tuple(replace(row, cells=tuple(map(padded, row.cells, most))) for row in rows)


def _column_label(reader: Reader, cube: Cube, view: View, column: Column, *, measures: bool = True) -> Shown:
    places, measure = column
    labels = [reader.show(place.term) for place in places]
    if (measures and len(view.measures) > 1) or not labels:
        labels.append(measure_label(reader, cube, measure.iri))
    if len(labels) == 1:
        return labels[0]
    return Shown(reader.t("comma").join(label.text for label in labels), note=labels[-1].note)


def _heading_rows(reader: Reader, cube: Cube, view: View, columns: Sequence[Column]) -> Iterable[tuple[Heading, ...]]:
    """One row of headings a dimension across, and one for the measures when there are several (or nothing else)."""
    for depth in range(len(view.columns)):
        yield tuple(
            Heading(reader.show(places[depth].term), span, places[depth].level, places[depth].has_children)
            for places, span in _runs([places[: depth + 1] for places, _ in columns])
        )
    if len(view.measures) > 1 or not view.columns:
        yield tuple(Heading(measure_label(reader, cube, measure.iri)) for _, measure in columns)


def _runs(groups: list[tuple[Place, ...]]) -> Iterable[tuple[tuple[Place, ...], int]]:
    """Equal neighbours joined, with how many they are."""
    start = 0
    for end in range(1, len(groups) + 1):
        if end == len(groups) or groups[end] != groups[start]:
            yield groups[start], end - start
            start = end
