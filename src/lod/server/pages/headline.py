"""The number that stands for a cube, and the periods that it covers. Nothing is summed here: a total is published."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lod.server.cubes.codes import Place, number
from lod.server.cubes.cube import Component, Cube, unit_of
from lod.server.cubes.table import measure_label, state_of, value_text
from lod.server.pages.labels import last_segment
from lod.server.pages.observed import told_apart
from lod.server.pages.reader import Reader, Shown
from lod.store.figures import Observation

_PER_CENT = frozenset({"percent", "per-cent", "pct", "%"})  # what units of shares are called at the end of their IRIs
MOST_TRIED = 5  # periods, the newest first, until one has the total


@dataclass(frozen=True, slots=True)
class Headline:
    """One number, and where it is from."""

    number: str
    unit: str
    measure: Shown
    href: str | None
    held: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a cube: the first and the last, and how many."""

    first: Shown
    last: Shown
    count: int


def headline(reader: Reader, cube: Cube, observation: Observation, measure: str, held: tuple[Shown, ...]) -> Headline:
    """A figure with its unit, as `held` says what it is of."""
    label = measure_label(reader, cube, measure, observation)
    named = replace(label, note="", href=None)
    return Headline(value_text(observation, measure), label.note, named, reader.href(observation.iri), held)


def total_of(reader: Reader, cube: Cube) -> Headline | None:
    """The first measure for the newest period, all else at its total; None where a dimension has none."""
    time = next((d for d in cube.dimensions if d.role == "time"), None)
    fixed = {}
    for dimension in cube.dimensions if cube.measures else ():
        tops = _tops(cube, dimension)
        if dimension is not time:
            if len(tops) != 1:
                return None
            fixed[dimension.iri] = tops[0].term
    newest = _tops(cube, time)[: -MOST_TRIED - 1 : -1] if time else []
    for at in [{**fixed, time.iri: period.term} for period in newest] if time else [fixed]:
        found = cube.where(at, 1) if at else []
        if found and state_of(found[0], cube.measures[0].iri) == "value":
            if _is_hundred_per_cent(reader, cube, found[0]):
                return None
            told = (d for d in cube.dimensions if len(cube.codes[d.iri]) > 1 or d is time)
            held = told_apart(reader, ((reader.label(d.iri), reader.show(at[d.iri])) for d in told))
            return headline(reader, cube, found[0], cube.measures[0].iri, held)
    return None


def _is_hundred_per_cent(reader: Reader, cube: Cube, observation: Observation) -> bool:
    """Whether it is the whole of which the others are shares: that says nothing."""
    unit = unit_of(reader.served, cube, cube.measures[0].iri, observation)
    is_share = unit is not None and last_segment(unit).rpartition(":")[2].lower() in _PER_CENT
    return is_share and number(observation.values[cube.measures[0].iri]) == 100


def periods_of(reader: Reader, cube: Cube) -> Periods | None:
    """The periods that a cube has figures of, parts of periods apart; None where it has no time."""
    time = next((d for d in cube.dimensions if d.role == "time"), None)
    tops = _tops(cube, time) if time else []
    if not tops:
        return None
    return Periods(reader.show(tops[0].term), reader.show(tops[-1].term), len(tops))


def _tops(cube: Cube, dimension: Component) -> list[Place]:
    """The codes of a dimension that stand under no other."""
    return [place for place in cube.codes[dimension.iri] if place.level == 0]
