"""A statistical dataset as its structure declares it: dimensions, measures, observations.

The RDF Data Cube Vocabulary: https://www.w3.org/TR/vocab-data-cube/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from typing import Literal as OneOf

from pyoxigraph import BlankNode, NamedNode

from lod.rdf.namespaces import QB, RDFS, SDMX_ATTRIBUTE
from lod.server.charts.model import Role
from lod.server.cubes.codes import Place, number, order_codes
from lod.server.memo import Memo
from lod.server.served import Node, ServedRelease
from lod.store.figures import Among, Figures, Observation

MOST_OBSERVATIONS = 5_000  # read from the store for a page; a larger cube without columns is shown in part
MOST_LINES = 100  # whose observations are kept, for those who walk along them
MOST_ALONG = 2_000  # figures beside one, along a dimension

DATA_SET = NamedNode(QB + "dataSet")
_STRUCTURE = NamedNode(QB + "structure")
_COMPONENT = NamedNode(QB + "component")
_ORDER = NamedNode(QB + "order")
_CODE_LIST = NamedNode(QB + "codeList")
_UNIT = NamedNode(SDMX_ATTRIBUTE + "unitMeasure")
_MEASURE_TYPE = QB + "measureType"
STATUSES = (SDMX_ATTRIBUTE + "obsStatus", SDMX_ATTRIBUTE + "confStatus")

_SPECIALISED = (NamedNode(RDFS + "subPropertyOf"), NamedNode(QB + "concept"))
_SDMX = "http://purl.org/linked-data/sdmx/2009/"
ROLES: dict[str, Role] = {
    **dict.fromkeys(("refperiod", "timeperiod", "period", "year", "quarter", "month", "date", "time"), "time"),
    **dict.fromkeys(("refarea", "area", "county", "city", "region"), "area"),
    **dict.fromkeys(("age", "age-group", "age-band"), "age"),
    **dict.fromkeys(("sex", "gender"), "sex"),
}
"""What dimensions and variables of such names speak of."""

Kind = OneOf["dimension", "measure", "attribute"]
KINDS: tuple[Kind, ...] = ("dimension", "measure", "attribute")


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a structure: a property and its part in the cube."""

    iri: str
    kind: Kind
    order: float
    code_list: str | None = None
    role: Role = "other"


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """Figures read from the store: the first `MOST_OBSERVATIONS`, for releases and cubes that have no columns."""

    observations: tuple[Observation, ...] = ()
    complete: bool = True

    @property
    def count(self) -> int:
        """How many were read."""
        return len(self.observations)

    def members(self, dimension: str) -> list[Node]:
        """The distinct values of a dimension."""
        return list(dict.fromkeys(o.values[dimension] for o in self.observations if dimension in o.values))

    def present(self, fixed: Mapping[str, Node], dimensions: Sequence[str]) -> set[tuple[Node | None, ...]]:
        """The distinct places in these dimensions of the observations that have the `fixed` values."""
        return {tuple(o.values.get(iri) for iri in dimensions) for o in self._met(fixed)}

    def where(
        self, fixed: Mapping[str, Node], properties: Sequence[str], most: int, among: Among | None = None
    ) -> list[Observation]:
        """At most `most` observations that have the `fixed` values and one of `among`, with these properties."""
        met = self._met(fixed)
        if among is not None:
            met = (o for o in met if o.values.get(among.dimension) in among.values)
        return [Observation(o.iri, {p: o.values[p] for p in properties if p in o.values}) for o in islice(met, most)]

    def stretch(
        self, among: Sequence[Among], properties: Sequence[str], start: int, most: int
    ) -> tuple[int, list[Observation]]:
        """How many observations have one of the values in each of `among`, and `most` of them from `start` on."""
        met = [o for o in self.observations if all(o.values.get(each.dimension) in each.values for each in among)]
        part = met[start : start + most]
        return len(met), [Observation(o.iri, {p: o.values[p] for p in properties if p in o.values}) for o in part]

    def _met(self, fixed: Mapping[str, Node]) -> Iterator[Observation]:
        return (o for o in self.observations if all(o.values.get(iri) == value for iri, value in fixed.items()))


@dataclass(frozen=True, slots=True)
class Cube:
    """A dataset with its structure, its figures and the codes that they stand at."""

    iri: str
    structure: str | None
    components: tuple[Component, ...]
    figures: Figures = StoreFigures()
    codes: dict[str, list[Place]] = field(default_factory=dict)  # of each dimension, in their order
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # what is worked out of it once

    def of_kind(self, kind: Kind) -> tuple[Component, ...]:
        """Its dimensions, measures or attributes in their order."""
        return tuple(component for component in self.components if component.kind == kind)

    @property
    def dimensions(self) -> tuple[Component, ...]:
        """Its dimensions; `qb:measureType` is none that a reader sees."""
        return tuple(c for c in self.of_kind("dimension") if c.iri != _MEASURE_TYPE)

    @property
    def measures(self) -> tuple[Component, ...]:
        """Its measures."""
        return self.of_kind("measure")

    def where(
        self, fixed: Mapping[str, Node], most: int, wanted: Iterable[Component] = (), among: Among | None = None
    ) -> list[Observation]:
        """At most `most` observations at the `fixed` values, with the values of the components wanted; of all, if none.

        `among`: those alone that have one of these values too. Why a figure is missing is always among the values.
        """
        properties = [component.iri for component in wanted or self.components]
        properties += [iri for iri in STATUSES if iri not in properties]
        return self.figures.where(fixed, properties, most, among)

    def along(self, observation: Observation, dimension: Component) -> dict[Node, Observation]:
        """The observations that differ from one in this dimension alone, by their value in it."""
        others = tuple(observation.values.get(d.iri) for d in self.dimensions if d is not dimension)
        if None in others:
            return {}  # it has no place
        # all on one line have the same neighbours, and readers walk along it
        lines: Memo = self.kept.setdefault("lines", Memo(MOST_LINES))
        return lines.get((dimension.iri, others), lambda: self._on_line(observation, dimension))

    def _on_line(self, observation: Observation, dimension: Component) -> dict[Node, Observation]:
        others = {d.iri: observation.values[d.iri] for d in self.dimensions if d is not dimension}
        return {o.values[dimension.iri]: o for o in self.where(others, MOST_ALONG) if dimension.iri in o.values}

    def hold_lines(self) -> None:
        """Work out all lines at once, for who walks along each of them: one question instead of one a line."""
        if "all lines" in self.kept or any(len(places) > MOST_ALONG for places in self.codes.values()):
            return
        lines: dict[tuple[str, tuple[Node, ...]], dict[Node, Observation]] = {}
        names = [dimension.iri for dimension in self.dimensions]
        for observation in self.where({}, self.figures.count):
            place = tuple(observation.values[iri] for iri in names if iri in observation.values)
            if len(place) == len(names):
                for n, iri in enumerate(names):
                    lines.setdefault((iri, place[:n] + place[n + 1 :]), {})[place[n]] = observation
        held = Memo(len(lines))
        for key, line in lines.items():
            held.get(key, lambda line=line: line)  # type: ignore[misc]
        self.kept.update({"lines": held, "all lines": True})


def read_cube(served: ServedRelease, iri: str) -> Cube:
    """The cube of a dataset, read once and kept for the release's lifetime."""
    return served.cubes.get(iri, lambda: _read_cube(served, iri))


def _read_cube(served: ServedRelease, iri: str) -> Cube:
    structure, components = read_structure(served, iri)
    figures: Figures | None = None
    if components and (columns := served.columns()) is not None:
        figures = columns.figures(iri, (c.iri for c in components if c.kind != "attribute" and c.iri != _MEASURE_TYPE))
    cube = Cube(iri, structure, components, figures or _read_figures(served, iri))
    for dimension in cube.dimensions:
        cube.codes[dimension.iri] = order_codes(served, cube.figures.members(dimension.iri))
    return cube


def _read_figures(served: ServedRelease, iri: str) -> StoreFigures:
    subjects = (quad.subject for quad in served.quads(None, DATA_SET, NamedNode(iri)))
    found = list(dict.fromkeys(islice(subjects, MOST_OBSERVATIONS + 1)))
    observations = tuple(
        read_observation(served, subject) for subject in found[:MOST_OBSERVATIONS] if isinstance(subject, NamedNode)
    )
    return StoreFigures(observations, len(found) <= MOST_OBSERVATIONS)


def read_structure(served: ServedRelease, dataset: str) -> tuple[str | None, tuple[Component, ...]]:
    """The structure definition of a dataset (None if it has no name) and its components; kept like the cube."""

    def read() -> tuple[str | None, tuple[Component, ...]]:
        for structure in served.objects(NamedNode(dataset), _STRUCTURE):
            if isinstance(structure, NamedNode | BlankNode):
                name = structure.value if isinstance(structure, NamedNode) else None
                return name, tuple(read_components(served, structure))
        return None, ()

    return served.memo.get(f"structure {dataset}", read)


def read_observation(served: ServedRelease, subject: NamedNode) -> Observation:
    """An observation, whatever its dataset."""
    values: dict[str, Node] = {}
    for quad in served.quads(subject, None, None):
        values.setdefault(quad.predicate.value, quad.object)  # type: ignore[arg-type]
    return Observation(subject.value, values)


def read_components(served: ServedRelease, structure: NamedNode | BlankNode) -> list[Component]:
    """The components of a `qb:DataStructureDefinition` in their order."""
    found: list[Component] = []
    for node in served.objects(structure, _COMPONENT):
        if not isinstance(node, (NamedNode, BlankNode)):
            continue
        order = number(next(iter(served.objects(node, _ORDER)), None))
        for kind in KINDS:
            found += [
                Component(concerned.value, kind, order, _code_list(served, concerned), _role(served, concerned))
                for concerned in served.objects(node, NamedNode(QB + kind))
                if isinstance(concerned, NamedNode)
            ]
    return sorted(found, key=lambda c: (c.order, c.iri))


def _code_list(served: ServedRelease, concerned: NamedNode) -> str | None:
    return next((v.value for v in served.objects(concerned, _CODE_LIST) if isinstance(v, NamedNode)), None)


def _role(served: ServedRelease, concerned: NamedNode) -> Role:
    """What a dimension speaks of: by the SDMX concept that it specialises, else by its own name."""
    above = [concerned, *(v for p in _SPECIALISED for v in served.objects(concerned, p) if isinstance(v, NamedNode))]
    for node in above[1:]:
        if node.value.startswith(_SDMX) and (role := ROLES.get(node.value.rpartition("#")[2].lower())):
            return role
    return ROLES.get(re.split("[/#]", concerned.value)[-1].lower(), "other")


def unit_of(served: ServedRelease, cube: Cube, measure: str, observation: Observation | None = None) -> str | None:
    """The IRI of a measure's unit: attached to the observation, the measure, the dataset or the structure."""
    if observation is not None and isinstance(unit := observation.values.get(_UNIT.value), NamedNode):
        return unit.value
    for place in (measure, cube.iri, cube.structure):
        for unit in served.objects(NamedNode(place), _UNIT) if place else ():
            if isinstance(unit, NamedNode):
                return unit.value
    return None
