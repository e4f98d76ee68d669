"""A view of a cube as an address: which dimension goes down, which across, what is held, how it is shown.

    /data/staff/slice?rows=office&cols=sex&year=2022&measure=headcount&show=chart

Dimensions, measures and codes are named by the last part of their IRIs, by the whole IRI where that is not unique.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar, cast, get_args
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from lod.diagnostics import Diagnostic, Severity
from lod.server.ask import parameters
from lod.server.charts.model import KINDS
from lod.server.charts.model import Kind as ChartKind
from lod.server.cubes.codes import Place
from lod.server.cubes.cube import Component, Cube
from lod.server.pages.labels import last_segment
from lod.server.served import Node
from lod.wording import NOTHING, Wording, joined, say

T = TypeVar("T")
Show = Literal["table", "chart"]
MOST_COLUMNS = 30
MOST_ROWS = 200  # on a page
MOST_SHOWN = 3_000  # cells on a page, so that none weighs a megabyte
MOST_BESIDE = 120  # columns on a page
MOST_BESIDE_CODES = 24  # of a dimension that is held: each has a link
FOLDED_ABOVE = 60  # rows: a longer hierarchy begins folded

_FROM_ONE = re.compile("[1-9][0-9]{0,4}")
SECOND = "cols2"  # what a form calls the second of `cols`: no two of its fields have one name
_RESERVED = {"rows", "cols", SECOND, "measure", "show", "chart", "totals", "depth", "open", "page", "across"}


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a cube."""

    rows: Component
    columns: tuple[Component, ...]
    measures: tuple[Component, ...]
    held: dict[str, Place]  # the other dimensions, by IRI
    show: Show = "table"
    chart: ChartKind | None = None  # None: the one that suits best
    totals: bool = True
    depth: int | None = None  # rows that stand deeper are folded; None: as many as suits
    opened: frozenset[str] = frozenset()  # keys of folded rows whose parts are shown
    page: int = 1
    across: int = 1  # the page of columns

    @property
    def fixed(self) -> dict[str, Node]:
        """The values at which dimensions are held, by the dimensions' IRIs."""
        return {iri: place.term for iri, place in self.held.items()}


@dataclass(frozen=True, slots=True)
class Keys:
    """The names that a cube's dimensions, measures and codes have in addresses."""

    cube: Cube
    names: dict[str, str] = field(init=False)  # of dimensions and measures, by IRI
    codes: dict[str, dict[Node, str]] = field(init=False)  # of each dimension, by term

    def __post_init__(self) -> None:
        components = [*self.cube.dimensions, *self.cube.measures]
        names = _keys([c.iri for c in components], [last_segment(c.iri).rpartition(":")[2] for c in components])
        reserved = {iri: iri if name in _RESERVED else name for iri, name in names.items()}
        object.__setattr__(self, "names", reserved)
        object.__setattr__(self, "codes", {d.iri: self._codes(d) for d in self.cube.dimensions})

    def _codes(self, dimension: Component) -> dict[Node, str]:
        terms = [place.term for place in self.cube.codes.get(dimension.iri, [])]
        short = [last_segment(t.value).rpartition(":")[2] if isinstance(t, NamedNode) else t.value for t in terms]
        return _keys(terms, short, [t.value for t in terms])


def keys_of(cube: Cube) -> Keys:
    """The names in a cube's addresses, worked out once."""
    found = cube.kept.get("keys")
    if found is None:
        found = cube.kept.setdefault("keys", Keys(cube))
    assert isinstance(found, Keys)
    return found


def _keys(items: Sequence[Node] | Sequence[str], short: list[str], whole: list[str] | None = None) -> dict:  # type: ignore[type-arg]
    """Short names where they are unique, whole ones elsewhere."""
    twice = {name for name, count in Counter(short).items() if count > 1}
    whole = whole or [str(item) for item in items]
    return {item: full if name in twice else name for item, name, full in zip(items, short, whole, strict=True)}


def default_view(cube: Cube) -> View | None:
    """How a cube is shown at first; None when its structure or its observations are missing."""
    if not cube.dimensions or not cube.measures or not cube.figures.count:
        return None
    down, across, held = choose_axes(cube, {iri: len(places) for iri, places in cube.codes.items()})
    return View(down, tuple(across), cube.measures, _held(cube, held))


def exchanged(view: View) -> View | None:
    """What goes down goes across, and the other way round; None where nothing goes across."""
    if not view.columns:
        return None
    first, *rest = view.columns
    return replace(
        view, rows=first, columns=(view.rows, *rest), chart=None, depth=None, opened=frozenset(), page=1, across=1
    )


def main_views(cube: Cube) -> tuple[View, ...]:
    """The views that a reader reaches from the first one without a choice of codes: exchanged, and of each measure."""
    first = default_view(cube)
    if first is None:
        return ()
    measures = [cube.measures, *((m,) for m in cube.measures)] if len(cube.measures) > 1 else [cube.measures]
    ways = [first, turned] if (turned := exchanged(first)) else [first]
    return tuple(replace(way, measures=each) for way in ways for each in measures)


def other_codes(cube: Cube, view: View) -> Iterator[tuple[Component, Place, View]]:
    """The same view at each code of a dimension that it holds, where these are few; one dimension after the other."""
    for dimension in cube.dimensions:
        places = cube.codes[dimension.iri]
        if dimension.iri in view.held and 1 < len(places) <= MOST_BESIDE_CODES:
            for place in places:
                held = {**view.held, dimension.iri: place}
                yield dimension, place, replace(view, held=held, opened=frozenset(), page=1, across=1)


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


def _held(cube: Cube, dimensions: Iterable[Component]) -> dict[str, Place]:
    """Each at its first code: the total, or of a period the latest."""
    return {d.iri: first_code(cube, d) for d in dimensions if cube.codes[d.iri]}


def first_code(cube: Cube, dimension: Component) -> Place:
    """The code that a dimension is held at when nobody chose one: its total if there is one, else its last for time."""
    places = cube.codes[dimension.iri]
    return places[-1] if dimension.role == "time" and not places[0].has_children else places[0]


@dataclass(slots=True)
class _Reading:
    """A query string being read against a cube; what it cannot mean is collected."""

    cube: Cube
    keys: Keys
    findings: list[Diagnostic] = field(default_factory=list)

    def dimension(self, parameter: str, key: str) -> Component | None:
        return self._one_of(parameter, key, {self.keys.names[d.iri]: d for d in self.cube.dimensions})

    def measure(self, key: str) -> Component | None:
        return self._one_of("measure", key, {self.keys.names[m.iri]: m for m in self.cube.measures})

    def code(self, dimension: Component, key: str) -> Place | None:
        named = self.keys.codes[dimension.iri]
        places = {named[place.term]: place for place in self.cube.codes[dimension.iri]}
        return self._one_of(self.keys.names[dimension.iri], key, places)

    def _one_of(self, parameter: str, key: str, offered: dict[str, T]) -> T | None:
        found = offered.get(key)
        if found is None:
            near = difflib.get_close_matches(key, offered, 3, 0.5)
            some = joined(near or list(offered)[:12])
            hint = say("did you mean {names}?", names=some) if near else say("one of {names}", names=some)
            message = say("{name}={value}: there is no such thing in this dataset", name=parameter, value=key)
            self.refuse("LOD9302", message, hint)
        return found

    def refuse(self, code: str, message: Wording, hint: Wording = NOTHING) -> None:
        self.findings.append(Diagnostic(code, Severity.ERROR, message, hint=hint))


def parse_view(cube: Cube, query: str) -> tuple[View | None, list[Diagnostic]]:
    """The view that a query string asks for; findings when it asks for what there is not.

    What it does not say is as in the default view. None without findings: there is nothing to see in this cube.
    """
    view = default_view(cube)
    if view is None:
        return None, []
    reading = _Reading(cube, keys_of(cube))
    given: dict[str, list[str]] = {}
    for name, value in parameters(query):
        if value:
            given.setdefault(name, []).append(value)
    view = _axes(view, reading, given)
    names = {name: iri for iri, name in reading.keys.names.items()}
    by_iri = {dimension.iri: dimension for dimension in cube.dimensions}
    for name, values in given.items():
        if name in _RESERVED:
            continue
        dimension = by_iri.get(names.get(name, ""))
        if dimension is None:
            near = difflib.get_close_matches(name, [*names, *_RESERVED], 3, 0.5)
            hint = say("did you mean {names}?", names=joined(near)) if near else NOTHING
            reading.refuse("LOD9301", say("nothing here is called '{name}'", name=name), hint)
        elif (place := reading.code(dimension, values[-1])) is not None and dimension.iri in view.held:
            view.held[dimension.iri] = place
    return (None if reading.findings else _manner(view, reading, given)), reading.findings


def _axes(view: View, reading: _Reading, given: dict[str, list[str]]) -> View:
    """Rows, columns and measures; the rest is held."""
    cube = reading.cube
    rows = reading.dimension("rows", given["rows"][-1]) if "rows" in given else view.rows
    across = [*given.get("cols", ()), *given.get(SECOND, ())]
    if across:
        asked = [key for value in across for key in value.split(",") if key and key != "-"]
        columns = [c for key in asked if (c := reading.dimension("cols", key)) is not None]
    else:
        columns = [c for c in view.columns if c is not rows]
        if "rows" in given and rows is not view.rows and not columns:
            columns = [view.rows] if len(cube.codes[view.rows.iri]) <= MOST_COLUMNS else []
    columns = [c for place, c in enumerate(columns) if c is not rows and c not in columns[:place]]
    measures = [m for key in given.get("measure", ()) if (m := reading.measure(key)) is not None] or list(view.measures)
    rows = rows or view.rows
    held = _held(cube, (d for d in cube.dimensions if d is not rows and d not in columns))
    return replace(view, rows=rows, columns=tuple(columns[:2]), measures=tuple(measures), held=held)


def _manner(view: View, reading: _Reading, given: dict[str, list[str]]) -> View | None:
    """How it is shown."""
    last = {name: values[-1] for name, values in given.items()}
    show, chart = last.get("show", "table"), last.get("chart")
    for name, value, offered in (("show", show, get_args(Show)), ("chart", chart or "bar", KINDS)):
        if value not in offered:
            message = say("{name}={value}: there is no such thing in this dataset", name=name, value=value)
            reading.refuse("LOD9302", message, say("one of {names}", names=joined(offered)))
    for name in ("page", "depth", "across"):
        if name in last and not _FROM_ONE.fullmatch(last[name]):
            message = say("{name}={value}: this is no number from 1", name=name, value=last[name])
            reading.refuse("LOD9302", message, say("write {name}=1", name=name))
    if reading.findings:
        return None
    return replace(
        view,
        show=cast("Show", show),
        chart=cast("ChartKind | None", chart),
        totals=last.get("totals") != "no",
        depth=int(last["depth"]) if "depth" in last else None,
        opened=frozenset(given.get("open", ())),
        page=int(last.get("page", "1")),
        across=int(last.get("across", "1")),
    )


def query_of(cube: Cube, view: View, *, plain: bool = False) -> str:
    """The query string of a view: the same view, the same string. `plain`: without how it is shown."""
    keys = keys_of(cube)
    parts = [("rows", keys.names[view.rows.iri])]
    parts += [("cols", keys.names[c.iri]) for c in view.columns] or [("cols", "-")]
    if view.measures != cube.measures:
        parts += [("measure", keys.names[m.iri]) for m in view.measures]
    for dimension in cube.dimensions:
        place = view.held.get(dimension.iri)
        if place is not None and len(cube.codes[dimension.iri]) > 1:
            parts.append((keys.names[dimension.iri], keys.codes[dimension.iri][place.term]))
    if not view.totals:
        parts.append(("totals", "no"))
    if not plain:
        parts += [("show", view.show)] if view.show != "table" else []
        parts += [("chart", view.chart)] if view.chart else []
        parts += [("depth", str(view.depth))] if view.depth else []
        parts += [("open", key) for key in sorted(view.opened)]
        parts += [("page", str(view.page))] if view.page > 1 else []
        parts += [("across", str(view.across))] if view.across > 1 else []
    return urlencode(parts)
