"""The figures of a view by row and column, before anybody reads them, and what of it is left out.

A view that is too large to be read at once is read a few rows at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lod.server.cubes.codes import Place
from lod.server.cubes.cube import Component, Cube
from lod.server.cubes.slices import View
from lod.server.pages.reader import Reader
from lod.server.served import Node
from lod.store.figures import Among, Observation

MOST_CELLS = 50_000  # read for one view at once; of a larger one, those of the rows that are shown
MOST_ACROSS = 1_000  # columns of such a view

Column = tuple[tuple[Place, ...], Component]  # a code of each dimension across, and the measure


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of a view is there where it is not all: 0 where nothing is missing."""

    observations: int = 0
    rows: int = 0
    columns: int = 0

    def __str__(self) -> str:
        """As in the header `Truncated`: `rows=50, columns=1000`."""
        parts = (("observations", self.observations), ("rows", self.rows), ("columns", self.columns))
        return ", ".join(f"{name}={count}" for name, count in parts if count)

    def notices(self, reader: Reader) -> tuple[str, ...]:
        """In words."""
        observations = (reader.t("cut_observations", count=self.observations),) if self.observations else ()
        rows = (reader.t("cut_rows", count=self.rows),) if self.rows else ()
        return observations + rows + ((reader.t("cut_columns", count=self.columns),) if self.columns else ())


def cut_of(cube: Cube) -> Cut:
    """How much of a cube is there, where not all of its observations could be read."""
    return Cut() if cube.figures.complete else Cut(observations=cube.figures.count)


@dataclass(frozen=True, slots=True)
class Grid:
    """The figures of a view by place, before anybody reads them."""

    view: View
    rows: tuple[Place, ...]
    columns: tuple[Column, ...]
    found: Mapping[tuple[Node | None, ...], Observation]
    whole: bool = True  # all figures are in it; else ask for those of some rows by `figures_of`
    cut: Cut = Cut()

    def at(self, row: Place, column: Column) -> Observation | None:
        """The observation at a row and a column."""
        return self.found.get((row.term, *(place.term for place in column[0])))


def read_grid(cube: Cube, view: View) -> Grid:
    """Read the figures of a view: every row and column that has an observation."""
    found = _figures(cube, view, MOST_CELLS)
    whole = found is not None
    if found is not None:
        present, across = {key[0] for key in found}, {key[1:] for key in found}
    else:
        found = {}
        present = {term for (term,) in cube.figures.present(view.fixed, [view.rows.iri])}
        across = cube.figures.present(view.fixed, [c.iri for c in view.columns]) if view.columns else {()}
    columns = tuple((places, measure) for places in _across(cube, view, across) for measure in view.measures)
    rows = tuple(place for place in _codes(cube, view.rows, view) if place.term in present)
    ordered = {place.term for place in cube.codes[view.rows.iri]}
    unordered = any(term is not None and term not in ordered for term in present)
    wide = not whole and len(columns) > MOST_ACROSS
    known = [{place.term for place in cube.codes[c.iri]} for c in view.columns]
    lost = any(t is not None and t not in codes for key in across for t, codes in zip(key, known, strict=True))
    cut = replace(
        cut_of(cube),
        rows=len(rows) if unordered else 0,
        columns=min(len(columns), MOST_ACROSS) if wide else len(columns) if lost else 0,
    )
    return Grid(view, rows, columns[:MOST_ACROSS] if wide else columns, found, whole, cut)


def figures_of(cube: Cube, grid: Grid, rows: Sequence[Place]) -> Grid:
    """The same view with the figures of some of its rows, whatever the size of the whole."""
    if grid.whole:
        return grid
    among = Among(grid.view.rows.iri, [place.term for place in rows])
    return replace(grid, found=_figures(cube, grid.view, cube.figures.count, among) or {})


def first_rows(cube: Cube, grid: Grid) -> Grid:
    """The view with as many whole rows as one answer may have, with their figures; `cut` says when there are more."""
    if grid.whole:
        return grid
    fitting = max(1, MOST_CELLS // max(len(grid.columns), 1))
    rows = grid.rows[:fitting]
    cut = replace(grid.cut, rows=fitting) if len(rows) < len(grid.rows) else grid.cut
    return replace(figures_of(cube, grid, rows), rows=rows, cut=cut)


def _figures(
    cube: Cube, view: View, most: int, among: Among | None = None
) -> dict[tuple[Node | None, ...], Observation] | None:
    """The figures of a view by place; None when they are more than `most`."""
    axes = (view.rows.iri, *(c.iri for c in view.columns))
    observations = cube.where(view.fixed, most + 1, (view.rows, *view.columns, *view.measures), among)
    return None if len(observations) > most else {tuple(o.values.get(iri) for iri in axes): o for o in observations}


def _across(cube: Cube, view: View, present: set[tuple[Node | None, ...]]) -> list[tuple[Place, ...]]:
    """The places across that have a figure, in the order of their codes."""
    codes = [{place.term: (n, place) for n, place in enumerate(_codes(cube, c, view))} for c in view.columns]
    met = [
        [by_term[term] for by_term, term in zip(codes, key, strict=True) if term is not None and term in by_term]
        for key in present
    ]
    ordered = sorted((m for m in met if len(m) == len(codes)), key=lambda m: [n for n, _ in m])
    return [tuple(place for _, place in m) for m in ordered]


def _codes(cube: Cube, dimension: Component, view: View) -> list[Place]:
    places = cube.codes[dimension.iri]
    if view.totals or not any(not place.has_children for place in places):
        return places
    return [place for place in places if not place.has_children]
