"""The structures of RDF data cubes, normalised, and the integrity constraints that need no observation.

RDF Data Cube, https://www.w3.org/TR/vocab-data-cube/: §10 normalisation, §11.1 integrity constraints (IC). The graph is
not rewritten: abbreviations are read as what they stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Triple

from lod.rdf.namespaces import OWL, QB, RDF, RDFS, SKOS, XSD
from lod.wording import Wording, say

Term = NamedNode | BlankNode | Literal | Triple
Node = NamedNode | BlankNode

TYPE = NamedNode(RDF + "type")
FALSE, TRUE = (
    Literal("false", datatype=NamedNode(XSD + "boolean")),
    Literal("true", datatype=NamedNode(XSD + "boolean")),
)
MEASURE_TYPE = NamedNode(QB + "measureType")
_KINDS = {"dimension": "DimensionProperty", "measure": "MeasureProperty", "attribute": "AttributeProperty"}


def qb(name: str) -> NamedNode:
    """A term of the vocabulary."""
    return NamedNode(QB + name)


@dataclass(frozen=True, slots=True)
class Broken:
    """A constraint that a node breaks. `path` and `value` say where in it, if that can be said."""

    constraint: int
    node: Node
    message: Wording
    path: NamedNode | None = None
    other: Node | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a structure: its property, and where its values are attached."""

    node: Node
    property: NamedNode
    is_required: bool | None  # None: not said
    attachment: Node | None


@dataclass(frozen=True)
class Graph:
    """A store read across its graphs."""

    store: Store

    def objects(self, subject: Node, predicate: NamedNode) -> list[Term]:
        """The objects of a subject's predicate, each once."""
        return list(dict.fromkeys(quad.object for quad in self.store.quads_for_pattern(subject, predicate, None)))

    def nodes(self, subject: Node, predicate: NamedNode) -> list[Node]:
        """Those objects that are no literals."""
        return [each for each in self.objects(subject, predicate) if isinstance(each, (NamedNode, BlankNode))]

    def subjects(self, predicate: NamedNode, value: Term | None = None) -> list[Node]:
        """The subjects that have a predicate, or a value for it, each once."""
        quads = self.store.quads_for_pattern(None, predicate, value)
        return list(dict.fromkeys(q.subject for q in quads if isinstance(q.subject, (NamedNode, BlankNode))))

    def has(self, subject: Node, predicate: NamedNode, value: Term | None = None) -> bool:
        """Whether there is such a statement."""
        return next(iter(self.store.quads_for_pattern(subject, predicate, value)), None) is not None

    def typed(self, name: str) -> list[Node]:
        """The nodes said to be of a class of the vocabulary."""
        return self.subjects(TYPE, qb(name))


@dataclass(frozen=True)
class Structure:
    """A data structure definition, its abbreviations read."""

    graph: Graph
    node: Node
    components: tuple[Component, ...] = field(default=())

    @cached_property
    def dimensions(self) -> tuple[NamedNode, ...]:
        """The properties that are dimensions, in the order of the store."""
        return self._of_kind("dimension")

    @cached_property
    def measures(self) -> tuple[NamedNode, ...]:
        """The properties that are measures."""
        return self._of_kind("measure")

    def _of_kind(self, kind: str) -> tuple[NamedNode, ...]:
        return tuple(each.property for each in self.components if is_of_kind(self.graph, each.property, kind))

    @property
    def has_measure_dimension(self) -> bool:
        """Whether each observation names its one measure."""
        return MEASURE_TYPE in self.dimensions


def is_of_kind(graph: Graph, found: NamedNode, kind: str) -> bool:
    """Whether a property is a dimension, measure or attribute: typed so, or used so by a structure (§10, phase 1)."""
    if found == MEASURE_TYPE:
        return kind == "dimension"
    return graph.has(found, TYPE, qb(_KINDS[kind])) or bool(graph.subjects(qb(kind), found))


def read_structure(graph: Graph, node: Node) -> Structure:
    """A structure and its components."""
    components = []
    for component in graph.nodes(node, qb("component")):
        required = graph.objects(component, qb("componentRequired"))
        attachment = next(iter(graph.nodes(component, qb("componentAttachment"))), None)
        for name in ("componentProperty", *_KINDS):
            components += [
                Component(component, each, required[0] == TRUE if required else None, attachment)
                for each in graph.nodes(component, qb(name))
                if isinstance(each, NamedNode)
            ]
    return Structure(graph, node, tuple({(each.node, each.property): each for each in components}.values()))


def declares_cubes(graph: Graph) -> bool:
    """Whether anything says that it has the structure of a cube; observations alone are not held to be one."""
    return bool(graph.subjects(qb("structure")))


def check_structures(graph: Graph) -> Iterator[Broken]:
    """IC-2 to IC-10, but for what slices hold (see `lod.validation.cubes.observations`)."""
    for dataset in datasets(graph):
        count = len(graph.nodes(dataset, qb("structure")))
        if count != 1:
            yield Broken(
                2, dataset, say("a dataset has exactly one structure, this one {count}", count=count), qb("structure")
            )
    definitions = graph.typed("DataStructureDefinition")
    structures = [read_structure(graph, node) for node in definitions]
    for structure in structures:
        if not structure.measures:
            yield Broken(3, structure.node, say("a structure has at least one measure"), qb("component"))
        for component in structure.components:
            if component.is_required is False and not is_of_kind(graph, component.property, "attribute"):
                yield Broken(
                    6,
                    structure.node,
                    say("only attributes are optional, not {property}", property=component.property.value),
                )
    yield from _check_dimensions(graph)
    yield from _check_slice_keys(graph, structures)
    yield from _check_slices(graph)


def datasets(graph: Graph) -> list[Node]:
    """Datasets, said to be such or used as such."""
    query = f"SELECT DISTINCT ?dataset {{ ?observation <{QB}dataSet> ?dataset }}"
    solutions = graph.store.query(query, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions), "a SELECT"
    used = [each["dataset"] for each in solutions]
    found = [*graph.typed("DataSet"), *(node for node in used if isinstance(node, (NamedNode, BlankNode)))]
    return list(dict.fromkeys(found))


def slices(graph: Graph) -> list[Node]:
    """Slices, said to be such or used as such."""
    used = [node for dataset in graph.subjects(qb("slice")) for node in graph.nodes(dataset, qb("slice"))]
    return list(dict.fromkeys([*graph.typed("Slice"), *used, *graph.subjects(qb("sliceStructure"))]))


def _check_dimensions(graph: Graph) -> Iterator[Broken]:
    used = [node for each in graph.subjects(qb("dimension")) for node in graph.nodes(each, qb("dimension"))]
    for node in dict.fromkeys([*graph.typed("DimensionProperty"), *used]):
        if node == MEASURE_TYPE:
            continue
        ranges = graph.nodes(node, NamedNode(RDFS + "range"))
        if not ranges:
            yield Broken(4, node, say("a dimension has a range"), NamedNode(RDFS + "range"))
        if NamedNode(SKOS + "Concept") in ranges and not graph.has(node, qb("codeList")):
            yield Broken(5, node, say("a dimension of concepts has a code list"), qb("codeList"))


def _check_slice_keys(graph: Graph, structures: Iterable[Structure]) -> Iterator[Broken]:
    by_node = {structure.node: structure for structure in structures}
    for key in graph.typed("SliceKey"):
        owners = [by_node[node] for node in graph.subjects(qb("sliceKey"), key) if node in by_node]
        if not owners:
            yield Broken(7, key, say("a slice key belongs to a structure"))
        for structure in owners:
            known = {component.property for component in structure.components}
            for each in graph.nodes(key, qb("componentProperty")):
                if each not in known:
                    yield Broken(
                        8, key, say("its structure has no component {each}", each=each), qb("componentProperty")
                    )


def _check_slices(graph: Graph) -> Iterator[Broken]:
    for node in slices(graph):
        keys = graph.nodes(node, qb("sliceStructure"))
        if len(keys) != 1:
            message = say("a slice has exactly one slice structure, this one {keys}", keys=len(keys))
            yield Broken(9, node, message, qb("sliceStructure"))
        for key in keys:
            for each in graph.nodes(key, qb("componentProperty")):
                if isinstance(each, NamedNode) and not graph.has(node, each):
                    yield Broken(10, node, say("the slice has no value for {each}", each=each.value), each)


def code_members(graph: Graph, code_list: Node) -> frozenset[Term] | None:
    """The values that a code list allows (IC-19 to IC-21); None if it is of no kind that says so."""
    kinds = graph.nodes(code_list, TYPE)
    if qb("HierarchicalCodeList") in kinds:
        return _reached(graph, code_list)
    if NamedNode(SKOS + "ConceptScheme") in kinds:
        members = graph.subjects(NamedNode(SKOS + "inScheme"), code_list)
        return frozenset(each for each in members if graph.has(each, TYPE, NamedNode(SKOS + "Concept")))
    if NamedNode(SKOS + "Collection") in kinds:
        return frozenset(_members(graph, code_list))
    return None


def _members(graph: Graph, collection: Node) -> set[Term]:
    found: set[Term] = set()
    waiting: list[Node] = [collection]
    while waiting:
        for each in graph.objects(waiting.pop(), NamedNode(SKOS + "member")):
            if each not in found:
                found.add(each)
                waiting += [each] if isinstance(each, (NamedNode, BlankNode)) else []
    return found


def _reached(graph: Graph, code_list: Node) -> frozenset[Term]:
    """What is below the roots, by the property from parent to child or the inverse of one from child to parent."""
    found: set[Term] = set(graph.nodes(code_list, qb("hierarchyRoot")))
    down, up = [], []
    for each in graph.nodes(code_list, qb("parentChildProperty")):
        inverses = [node for node in graph.nodes(each, NamedNode(OWL + "inverseOf")) if isinstance(node, NamedNode)]
        up += inverses
        if isinstance(each, NamedNode) and not inverses:
            down.append(each)
    waiting = [node for node in found if isinstance(node, (NamedNode, BlankNode))]
    while waiting:
        node = waiting.pop()
        below = [child for each in down for child in graph.nodes(node, each)]
        below += [child for each in up for child in graph.subjects(each, node)]
        fresh = [child for child in below if child not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(found)
