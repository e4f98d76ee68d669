"""What the cubes say of one thing: of an organisation, a place, a code. A number, a chart, the way to all of it.

A thing is found where it is a code of a dimension. All other dimensions are held at their totals but those that make
the best picture: time, else age by sex, else the largest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import NamedNode

from lod.server.cubes.codes import Place
from lod.server.cubes.cube import Component, Cube, read_cube
from lod.server.cubes.grid import read_grid
from lod.server.cubes.slices import View, first_code, query_of
from lod.server.cubes.table import CubeTable, lay_out, state_of
from lod.server.pages.explorer import VIEW, dataset_title
from lod.server.pages.figure import Figure, figure_of
from lod.server.pages.headline import Headline, headline
from lod.server.pages.home import datasets
from lod.server.pages.reader import Reader, Shown
from lod.server.served import Node, ServedRelease

_CODES = "cubes by code"
MOST_CUBES = 6
MOST_CHARTS = 2
MOST_ROWS = 40
MOST_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """What one cube says of a thing."""

    dataset: Shown
    headlines: tuple[Headline, ...]
    figure: Figure | None
    table: CubeTable | None
    view: str  # the explorer's address


def key_figures(reader: Reader, iri: str) -> tuple[KeyFigures, ...]:
    """What each cube says of a thing; the first cubes with a chart, the others with a number."""
    found = list(islice(_places(reader, iri), MOST_CUBES))
    drawn = _drawn([_axes(cube, [d for d in cube.dimensions if d is not at]) for cube, at, _ in found])
    return tuple(
        _figures(reader, *where, drawn.index(number) + 1 if number in drawn else 0)
        for number, where in enumerate(found)
    )


def _drawn(axes: list[list[Component]]) -> list[int]:
    """Which cubes have a chart: the first over time, the first by age, the first of others, as there is room."""
    roles = [along[0].role if along else None for along in axes]
    order = sorted(range(len(axes)), key=lambda number: (roles[number] in roles[:number], number))
    return sorted([number for number in order if axes[number]][:MOST_CHARTS])


def _places(reader: Reader, iri: str) -> Iterator[tuple[Cube, Component, Place]]:
    """The cubes that the thing is a code of."""
    node = NamedNode(iri)
    for dataset in _standing(reader.served).get(iri, ()):
        cube = read_cube(reader.served, dataset)
        for dimension in cube.dimensions:
            by_term = _by_term(cube, dimension)
            if node in by_term:
                yield cube, dimension, by_term[node]
                break


def _by_term(cube: Cube, dimension: Component) -> dict[Node, Place]:
    key = f"places {dimension.iri}"
    found: dict[Node, Place] | None = cube.kept.get(key)
    if found is None:
        found = cube.kept.setdefault(key, {place.term: place for place in cube.codes[dimension.iri]})
    return found


def _standing(served: ServedRelease) -> dict[str, tuple[str, ...]]:
    """The cubes with figures that each code stands in, those of several periods first.

    It is worked out once a release, since only a few cubes stay open.
    """

    def read() -> dict[str, tuple[str, ...]]:
        found: dict[str, list[tuple[bool, str]]] = {}
        for dataset in datasets(served):
            cube = read_cube(served, dataset)
            is_one_period = all(len(cube.codes[d.iri]) < 2 for d in cube.dimensions if d.role == "time")
            terms = (place.term for codes in cube.codes.values() for place in codes) if cube.measures else ()
            for iri in {term.value for term in terms if isinstance(term, NamedNode)}:
                found.setdefault(iri, []).append((is_one_period, dataset))
        return {iri: tuple(dataset for _, dataset in sorted(cubes)) for iri, cubes in found.items()}

    return served.memo.get(_CODES, read)


def has_no_figures(served: ServedRelease, iri: str) -> bool:
    """Whether no cube is known to say anything of a thing: False also before the cubes were read."""
    known = served.memo.peek(_CODES)
    return known is not None and iri not in known


def _figures(reader: Reader, cube: Cube, dimension: Component, place: Place, chart: int) -> KeyFigures:
    """What a cube says of a thing. `chart`: the number of its chart on the page, 0 for none."""
    others = [d for d in cube.dimensions if d is not dimension]
    held = {d.iri: first_code(cube, d) for d in others if cube.codes[d.iri]}
    held[dimension.iri] = place
    here = reader.page(f"{reader.served.space.document_of(cube.iri)}/{VIEW}")
    title = dataset_title(reader, cube.iri)
    axes = _axes(cube, others)
    view = View(
        axes[0] if axes else dimension,
        tuple(axes[1:]),
        cube.measures,
        {iri: code for iri, code in held.items() if iri not in {a.iri for a in axes or [dimension]}},
    )
    figure = table = None
    if chart and axes:
        table = lay_out(reader, cube, view, read_grid(cube, view), "", MOST_ROWS)
        name = f"{title.text}{reader.t('colon')}{reader.show(place.term).text}"
        figure, _ = figure_of(reader, view, name, table, name=f"chart-{chart}")
    return KeyFigures(
        dataset=replace(title, href=reader.href(cube.iri)),
        headlines=tuple(_headlines(reader, cube, held)),
        figure=figure,
        table=table if figure is not None else None,
        view=f"{here}?{query_of(cube, replace(view, show='chart' if figure else 'table'))}",
    )


def _axes(cube: Cube, others: list[Component]) -> list[Component]:
    """What goes down, and across: time; age by sex; the largest."""
    varying = [d for d in others if len(cube.codes[d.iri]) > 1]
    small = [d for d in varying if len(cube.codes[d.iri]) <= MOST_ROWS]
    sex = [d for d in varying if d.role == "sex"]
    for role in ("time", "age"):
        for dimension in (d for d in small if d.role == role):
            return [dimension, *sex[:1]]
    if not small:
        return []
    down = max(small, key=lambda d: len(cube.codes[d.iri]))
    across = [d for d in small if d is not down and len(cube.codes[d.iri]) <= MOST_COLUMNS]
    return [down, *across[:1]]


def _headlines(reader: Reader, cube: Cube, held: dict[str, Place]) -> Iterable[Headline]:
    """The numbers where everything else is at its total."""
    found = cube.where({iri: place.term for iri, place in held.items()}, 1)
    for measure in cube.measures if found else ():
        if state_of(found[0], measure.iri) != "value":
            continue
        told = tuple(reader.show(held[d.iri].term) for d in cube.dimensions if d.role == "time" and d.iri in held)
        yield headline(reader, cube, found[0], measure.iri, told)
