"""Predicate-objects of a YARRRML mapping: statements, and those that lead the other way.

https://rml.io/yarrrml/spec/#predicates-and-objects
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.conditions import both
from lod.mapping.document import Listed, Node, Text
from lod.mapping.ir import (
    Constant,
    Expression,
    Join,
    LogicalSource,
    LogicalTarget,
    PredicateObjectMap,
    ReferencingObjectMap,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.mapping.shapes import Shapes
from lod.mapping.yarrrml.keys import aliases, values_of
from lod.mapping.yarrrml.terms import Kind, ReadObject, ReadTerm, Terms, tag
from lod.rdf.namespaces import RDF
from lod.wording import say, word


@dataclass(frozen=True, slots=True)
class Inverse:
    """A statement from an object to the subject. `condition` is that of the predicate-object."""

    predicate: TermMap
    object: TermMap | ReferencingObjectMap
    graph: TermMap | None
    targets: tuple[LogicalTarget, ...]
    condition: Expression | None
    origin: TextOrigin


@dataclass(slots=True)
class Statements:
    """What one mapping says of its subjects."""

    forward: list[PredicateObjectMap] = field(default_factory=list)
    inverse: list[Inverse] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StatementReader:
    """Reads the predicate-objects of one mapping, whose `graphs` and `targets` all its statements go to."""

    terms: Terms
    shapes: Shapes
    findings: Findings
    graphs: list[ReadTerm]
    targets: tuple[LogicalTarget, ...]

    def read(self, node: Node | None) -> Statements:
        """All statements that stand under `predicateobjects`."""
        found = Statements()
        for item in _entries(node, self.shapes):
            if isinstance(item, Listed):
                self._short(item, found)
            else:
                self._long(item, found)
        return found

    def _short(self, node: Listed, found: Statements) -> None:
        if not 2 <= len(node.items) <= 3:
            hint = say("write [predicate, object] or [predicate, object, datatype or language~lang]")
            if any("，" in item.value for item in node.items if isinstance(item, Text)):
                hint = say("'{sign}' means nothing to YAML: write signs in half width", sign="，")
            message = say("a short predicate-object has 2 or 3 parts, not {items}", items=len(node.items))
            self.findings.error("LOD3004", message, node.origin, hint)
            return
        kind = tag(node.items[2]) if len(node.items) > 2 else Kind()
        predicates = self.terms.predicates(node.items[0])
        objects = self.terms.objects(node.items[1], kind, is_class=_have_class(predicates))
        found.forward += _forward(predicates, objects, self.graphs, self.targets, None, node.origin)

    def _long(self, node: Node, found: Statements) -> None:
        keyed = self.shapes.keyed(node, "an entry of 'predicateobjects'")
        if keyed is None:
            return
        named = next((key for key, _ in keyed if ":" in key.value or key.value == "a"), None)
        if named:
            message = say("unknown key '{key}' in {place}", key=named.value, place=word("a predicate-object"))
            hint = say("a property and its value are a list: [{property}, …]", property=named.value)
            self.findings.error("LOD3003", message, named.at(0, len(named.value)), hint)
            return
        values = values_of(keyed, "a predicate-object", self.findings)
        names = aliases("a predicate-object")
        for needed in ("predicates", "objects"):
            other = needed == "predicates" and "inversepredicates" in values
            if not other and self.shapes.lacks(keyed, values, needed, names):
                self.findings.error("LOD3005", say("a predicate-object needs '{needed}'", needed=needed), keyed.origin)
        predicates = self.terms.predicates(values.get("predicates"))
        kind = Kind(values.get("type"), values.get("datatype"), values.get("language"))
        objects = self.terms.objects(values.get("objects"), kind, is_class=_have_class(predicates))
        graphs = self.graphs + self.terms.resources(values.get("graphs"))
        targets = self.targets + self.terms.targets.read(values.get("targets"))
        condition = self.terms.calls.condition(values.get("condition"))
        found.forward += _forward(predicates, objects, graphs, targets, condition, keyed.origin)
        found.inverse += self._inverse(values.get("inversepredicates"), objects, graphs, targets, condition)

    def _inverse(
        self,
        node: Node | None,
        objects: list[ReadObject],
        graphs: list[ReadTerm],
        targets: tuple[LogicalTarget, ...],
        condition: Expression | None,
    ) -> list[Inverse]:
        if node is None:
            return []
        predicates = self.terms.predicates(node)
        for each in objects:
            if isinstance(each.term, TermMap) and each.term.term_type is TermType.LITERAL:
                hint = say("an IRI is written $(column)~iri; else leave the inverse predicate out")
                message = say("nothing leads back from text: an inverse predicate needs an object that is no text")
                self.findings.error("LOD3016", message, each.term.origin, hint)
                return []
        return [
            Inverse(
                p.term,
                o.term,
                g.term if g else None,
                merged(targets, p.targets, o.targets, g.targets if g else ()),
                both(condition, o.condition),
                node.origin,
            )
            for p, o, g in product(predicates, objects, _or_default(graphs))
        ]


def _entries(node: Node | None, shapes: Shapes) -> tuple[Node, ...]:
    """The entries of `po`. A single short form `po: [a, x]` without its outer list is taken as it is meant."""
    if isinstance(node, Listed) and node.items and all(isinstance(item, Text) for item in node.items):
        return (node,)
    return shapes.items(node)


def _have_class(predicates: Iterable[ReadTerm]) -> bool:
    return any(isinstance(e := each.term.expression, Constant) and e.value == RDF + "type" for each in predicates)


def _forward(
    predicates: list[ReadTerm],
    objects: list[ReadObject],
    graphs: list[ReadTerm],
    targets: tuple[LogicalTarget, ...],
    condition: Expression | None,
    origin: TextOrigin,
) -> list[PredicateObjectMap]:
    """Every predicate with every object in every graph. A condition stands on the predicate: none, no statement."""
    return [
        PredicateObjectMap(
            replace(p.term, condition=both(p.term.condition, both(condition, o.condition))),
            o.term,
            origin if isinstance(o.term, TermMap) else o.term.origin,
            g.term if g else None,
            merged(targets, p.targets, o.targets, g.targets if g else ()),
        )
        for p, o, g in product(predicates, objects, _or_default(graphs))
    ]


def _or_default(graphs: list[ReadTerm]) -> Sequence[ReadTerm | None]:
    return graphs or [None]


def merged(*targets: tuple[LogicalTarget, ...]) -> tuple[LogicalTarget, ...]:
    """The targets of several terms, each once."""
    found: dict[tuple[str, str], LogicalTarget] = {}
    for each in (each for group in targets for each in group):
        found.setdefault((each.path, each.compression), each)
    return tuple(found.values())


def with_parents(found: list[TriplesMap], parents: dict[str, list[str]]) -> list[TriplesMap]:
    """Joins say a YARRRML mapping's name; a mapping of several sources or subjects is several triples maps."""

    def spread(pom: PredicateObjectMap) -> list[PredicateObjectMap]:
        if not isinstance(pom.object, ReferencingObjectMap):
            return [pom]
        return [replace(pom, object=replace(pom.object, parent=name)) for name in parents.get(pom.object.parent, [])]

    return [
        replace(each, predicate_object_maps=tuple(one for pom in each.predicate_object_maps for one in spread(pom)))
        for each in found
    ]


def inverted(
    of: TriplesMap,
    inverses: list[Inverse],
    named: dict[str, TriplesMap],
    parents: dict[str, list[str]],
    findings: Findings,
) -> list[TriplesMap]:
    """The statements that lead to a triples map's subjects, each as a triples map whose subject is the object.

    `named` are the triples maps by name, `parents` their names by the mapping that they were made of.
    """
    found: list[TriplesMap] = []
    for each in inverses:
        predicate = replace(each.predicate, condition=both(each.predicate.condition, each.condition))
        for source, subject, back in _turned(of, each, named, parents, findings):
            pom = PredicateObjectMap(predicate, back, each.origin, each.graph, each.targets)
            name = f"{of.name}-inverse-{len(found) + 1}"
            found.append(TriplesMap(name, source, subject, (pom,), each.origin, of.base))
    return found


def _turned(
    of: TriplesMap,
    inverse: Inverse,
    named: dict[str, TriplesMap],
    parents: dict[str, list[str]],
    findings: Findings,
) -> Iterator[tuple[LogicalSource, TermMap, TermMap | ReferencingObjectMap]]:
    """The source, subject and object of the statements that an inverse predicate makes."""
    end = inverse.object
    if isinstance(end, TermMap):
        yield of.source, end, of.subject
        return
    if end.joins and inverse.condition:
        message = say("an inverse predicate with a join and a condition is not supported")
        findings.error("LOD3012", message, inverse.origin, say("put the condition on the mapping"))
    joins = tuple(Join(join.parent, join.child) for join in end.joins)
    for parent in (named[name] for name in parents.get(end.parent, [])):
        if joins:
            yield parent.source, parent.subject, ReferencingObjectMap(of.name, joins, end.origin)
        else:
            yield of.source, parent.subject, of.subject
