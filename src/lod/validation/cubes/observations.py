"""The integrity constraints of RDF data cubes that observations break, in one pass over each dataset.

RDF Data Cube, https://www.w3.org/TR/vocab-data-cube/, §11.1: IC-1 and IC-11 to IC-21. Where the specification compares
all pairs of observations (IC-12, IC-17), a digest of each one's dimensions is kept instead: 16 bytes an observation.
Of a graph that is at hand as N-Quads, too, columns say which observations need a look (`doubts_in`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode

from lod.lift.engines.duckdb.observations import CubeColumns, Doubtful, doubtful_observations
from lod.rdf.namespaces import SDMX_ATTRIBUTE, SDMX_CODE
from lod.validation.cubes.structure import (
    MEASURE_TYPE,
    TYPE,
    Broken,
    Graph,
    Node,
    Structure,
    Term,
    check_structures,
    code_members,
    datasets,
    is_of_kind,
    qb,
    read_structure,
)
from lod.wording import say

Doubts = Callable[[Sequence[CubeColumns]], Doubtful | None]
Values = Mapping[NamedNode, tuple[Term, ...]]

_MISSING = NamedNode(SDMX_CODE + "obsStatus-M")  # the figure is missing or kept back, and that is said
_STATUS = NamedNode(SDMX_ATTRIBUTE + "obsStatus")


def check_cubes(graph: Graph, doubts: Doubts | None = None) -> Iterator[Broken]:
    """All constraints, IC-1 to IC-21. `doubts`: finds the observations that need a look, among very many others."""
    yield from check_structures(graph)
    structures = {
        dataset: read_structure(graph, nodes[0])
        for dataset in datasets(graph)
        if len(nodes := graph.nodes(dataset, qb("structure"))) == 1
    }
    each = [_Dataset(graph, dataset, structure) for dataset, structure in structures.items()]
    plain = [dataset for dataset in each if dataset.is_plain]
    found = doubts(tuple(dataset.columns for dataset in plain)) if doubts and plain else None
    if found is None or next(iter(graph.subjects(qb("observation"))), None):
        yield from _check_datasets_of_observations(graph)
    else:
        yield from _check_one_dataset(graph, [NamedNode(subject[1:-1]) for subject in found.anywhere])
    for dataset in each:
        if found is None or not dataset.is_plain:
            yield from dataset.check()
        else:
            yield from dataset.check([NamedNode(s[1:-1]) for s in found.by_dataset[str(dataset.node)]])


def doubts_in(files: Sequence[Path], *, memory_limit: str, threads: int, spill: Path) -> Doubts:
    """Doubts about the observations of a graph whose N-Quads are in files; none, if one has no IRI to find it by."""

    def doubts(cubes: Sequence[CubeColumns]) -> Doubtful | None:
        found = doubtful_observations(files, cubes, memory_limit=memory_limit, threads=threads, spill=spill)
        subjects = (*found.anywhere, *(each for some in found.by_dataset.values() for each in some))
        return found if all(subject.startswith("<") for subject in subjects) else None

    return doubts


def doubts_about(anywhere: Sequence[str], by_dataset: Mapping[str, Sequence[str]]) -> Doubts:
    """Doubts about these observations alone, by the terms of N-Quads: of all others it is known that they are right."""

    def doubts(cubes: Sequence[CubeColumns]) -> Doubtful:
        return Doubtful(tuple(anywhere), {cube.dataset: tuple(by_dataset.get(cube.dataset, ())) for cube in cubes})

    return doubts


def _check_datasets_of_observations(graph: Graph) -> Iterator[Broken]:
    """IC-1, and IC-18: what a slice of a dataset holds is of that dataset."""
    for quad in graph.store.quads_for_pattern(None, qb("slice"), None):
        if isinstance(quad.object, (NamedNode, BlankNode)):
            for node in graph.nodes(quad.object, qb("observation")):
                if not graph.has(node, qb("dataSet"), quad.subject):
                    yield Broken(18, node, say("it is in a slice of a dataset and not of the dataset"), qb("dataSet"))
    yield from _check_one_dataset(graph, _observations(graph))


def _check_one_dataset(graph: Graph, nodes: Iterable[Node]) -> Iterator[Broken]:
    seen: set[Node] = set()
    for node in nodes:
        if node not in seen:
            seen.add(node)
            count = len(graph.objects(node, qb("dataSet")))
            if count != 1:
                yield Broken(
                    1,
                    node,
                    say("an observation is of exactly one dataset, this one of {count}", count=count),
                    qb("dataSet"),
                )


def _observations(graph: Graph) -> Iterator[Node]:
    """Observations, said to be such or used as such (§10, phase 1)."""
    for quad in graph.store.quads_for_pattern(None, qb("observation"), None):
        if isinstance(quad.object, (NamedNode, BlankNode)):
            yield quad.object
    for predicate, value in ((TYPE, qb("Observation")), (qb("dataSet"), None)):
        for quad in graph.store.quads_for_pattern(None, predicate, value):
            if isinstance(quad.subject, (NamedNode, BlankNode)):
                yield quad.subject


@dataclass
class _Dataset:
    """One dataset's observations against its structure."""

    graph: Graph
    node: Node
    structure: Structure
    points: set[bytes] = field(default_factory=set)  # IC-12
    measured: dict[bytes, int] = field(default_factory=dict)  # IC-17: a bit for each measure seen at a point
    members: dict[Node, frozenset[Term] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        graph, components = self.graph, self.structure.components
        self.dimensions = self.structure.dimensions
        self.measures = self.structure.measures
        self.required = [
            each.property
            for each in components
            if each.is_required
            and each.attachment != qb("MeasureProperty")
            and is_of_kind(graph, each.property, "attribute")
        ]
        self.whole = self._attached(
            self.node, {each.property for each in components if each.attachment == qb("DataSet")}
        )
        in_slices = {each.property for each in components if each.attachment == qb("Slice")} | set(self.dimensions)
        self.slices: dict[Node, list[Values]] = {}
        for slice_ in graph.nodes(self.node, qb("slice")):
            values = self._attached(slice_, in_slices)
            for node in graph.nodes(slice_, qb("observation")):
                self.slices.setdefault(node, []).append(values)
        self.lists = {each: graph.nodes(each, qb("codeList")) for each in self.dimensions}

    def _attached(self, node: Node, properties: set[NamedNode]) -> Values:
        return {each: tuple(found) for each in properties if (found := self.graph.objects(node, each))}

    @property
    def is_plain(self) -> bool:
        """Whether each observation says itself all that is said of it, and all measures: columns can tell then."""
        is_named = isinstance(self.node, NamedNode)
        return is_named and not (self.structure.has_measure_dimension or self.whole or self.slices)

    @property
    def columns(self) -> CubeColumns:
        """What its observations have, as terms of N-Quads."""
        lists = {each: [self._members(code_list) for code_list in found] for each, found in self.lists.items()}
        known = {each: [members for members in found if members is not None] for each, found in lists.items()}
        return CubeColumns(
            str(self.node),
            tuple(map(str, self.dimensions)),
            tuple(map(str, self.measures)),
            tuple(map(str, self.required)),
            {str(each): frozenset(map(str, frozenset.intersection(*found))) for each, found in known.items() if found},
        )

    def check(self, nodes: Iterable[Node] | None = None) -> Iterator[Broken]:
        """IC-11 to IC-17 and IC-19 to IC-21, of all observations, or of some."""
        for node in self._observations() if nodes is None else nodes:
            yield from self._check(node, self._values(node))
        yield from self._incomplete()

    def _observations(self) -> Iterator[Node]:
        for quad in self.graph.store.quads_for_pattern(None, qb("dataSet"), self.node):
            if isinstance(quad.subject, (NamedNode, BlankNode)):
                yield quad.subject

    def _values(self, node: Node) -> Values:
        """The values of an observation, those attached to its slice and its dataset among them (§10, phase 2)."""
        found: dict[NamedNode, tuple[Term, ...]] = dict(self.whole)
        for attached in self.slices.get(node, ()):
            found |= attached
        for quad in self.graph.store.quads_for_pattern(node, None, None):
            found[quad.predicate] = tuple(dict.fromkeys((*found.get(quad.predicate, ()), quad.object)))
        return found

    def _check(self, node: Node, values: Values) -> Iterator[Broken]:
        lacking = [each for each in self.dimensions if each not in values]
        for each in lacking:
            yield Broken(
                11, node, say("an observation has a value for every dimension, not for {each}", each=each.value), each
            )
        for each in self.required:
            if each not in values:
                yield Broken(13, node, say("the required attribute {each} is missing", each=each.value), each)
        if self.structure.has_measure_dimension:
            yield from self._check_named_measure(node, values)
        elif _MISSING not in values.get(_STATUS, ()):
            for each in self.measures:
                if each not in values:
                    yield Broken(
                        14,
                        node,
                        say("an observation has a value for every measure, not for {each}", each=each.value),
                        each,
                    )
        if not lacking:
            yield from self._check_point(node, values)
        yield from self._check_codes(node, values)

    def _check_named_measure(self, node: Node, values: Values) -> Iterator[Broken]:
        named = values.get(MEASURE_TYPE, ())
        for each in named:
            if isinstance(each, NamedNode) and each not in values:
                yield Broken(
                    15, node, say("it names the measure {each} and has no value for it", each=each.value), each
                )
        for each in self.measures:
            if each in values and named and each not in named:
                yield Broken(
                    16, node, say("it has a value for {each}, and names another measure", each=each.value), each
                )

    def _check_point(self, node: Node, values: Values) -> Iterator[Broken]:
        digest = _digest(values, self.dimensions)
        if digest in self.points:
            yield Broken(12, node, say("another observation has the same value for every dimension"))
        self.points.add(digest)
        if self.structure.has_measure_dimension:
            point = _digest(values, self._point())
            self.measured[point] = self.measured.get(point, 0) | self._bits(values)

    def _point(self) -> tuple[NamedNode, ...]:
        return tuple(each for each in self.dimensions if each != MEASURE_TYPE)

    def _bits(self, values: Values) -> int:
        return sum(1 << n for n, each in enumerate(self.measures) if each in values.get(MEASURE_TYPE, ()))

    def _incomplete(self) -> Iterator[Broken]:
        """IC-17: the points at which not all measures were seen; the observations there are looked up again."""
        whole = (1 << len(self.measures)) - 1
        broken = {point for point, seen in self.measured.items() if seen != whole}
        for node in self._observations() if broken else ():
            values = self._values(node)
            point = _digest(values, self._point())
            if point in broken:
                broken.discard(point)
                yield Broken(17, node, say("not every measure has an observation at this point"), MEASURE_TYPE)

    def _members(self, code_list: Node) -> frozenset[Term] | None:
        if code_list not in self.members:
            self.members[code_list] = code_members(self.graph, code_list)
        return self.members[code_list]

    def _check_codes(self, node: Node, values: Values) -> Iterator[Broken]:
        for each, lists in self.lists.items():
            for code_list in lists:
                members = self._members(code_list)
                for value in values.get(each, ()):
                    if members is not None and value not in members:
                        yield Broken(
                            self._code_constraint(code_list),
                            node,
                            say("{value} is not in its code list", value=value),
                            each,
                        )

    def _code_constraint(self, code_list: Node) -> int:
        if not self.graph.has(
            code_list, NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), qb("HierarchicalCodeList")
        ):
            return 19
        links = self.graph.nodes(code_list, qb("parentChildProperty"))
        return 20 if all(isinstance(each, NamedNode) for each in links) else 21


def _digest(values: Values, dimensions: tuple[NamedNode, ...]) -> bytes:
    text = "\n".join("\t".join(sorted(map(str, values.get(each, ())))) for each in dimensions)
    return blake2b(text.encode(), digest_size=16).digest()
