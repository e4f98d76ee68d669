"""Which shapes columns can judge: what each asks of large families, and whether the small graph answers the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from lod.lift.engines import sql
from lod.lift.lineage import key_of
from lod.rdf.namespaces import RDF, SH
from lod.validation.columns.conditions import ASIDE, SET, VALUE, Conditions, Test
from lod.validation.columns.families import Family, Unplannable, present, types_of
from lod.validation.columns.sparql import Grouping, grouping, local_query, speaks_only_of_others
from lod.validation.shapes.graph import Node, ShapeGraph, Term
from lod.wording import Wording, say

_INNER = tuple(SH + name for name in ("property", "node", "not", "qualifiedValueShape"))
_LISTS = tuple(SH + name for name in ("and", "or", "xone"))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a shape asks of a family: of which rows, and the tests that tell which of them may fail."""

    family: Family
    rows: str  # a condition
    tests: tuple[Test, ...]
    groupings: tuple[Grouping, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A shape that columns and the small graph can judge."""

    shape: Node
    looked: tuple[Looked, ...]
    groupings: tuple[Grouping, ...]  # those of a shape whose focus node is the data set


@dataclass(frozen=True, slots=True)
class Planner:
    """Sorts shapes. `superclasses` says of a class which classes it is of, itself included."""

    shapes: ShapeGraph
    families: Sequence[Family]
    superclasses: Mapping[str, set[str]]

    def plan(self, shape: Node) -> Planned:
        """How columns judge a shape.

        Raises:
            Unplannable: they do not.
        """
        looked: list[Looked] = []
        for family in self.families:
            rows = self._rows(shape, family)
            if rows is not None:
                tests, groupings = self._asked(shape, family)
                looked.append(Looked(family, rows, tests, groupings))
        elsewhere = self._beyond(shape, at_family=bool(looked))
        return Planned(shape, tuple(looked), tuple(elsewhere))

    def _asked(self, shape: Node, family: Family) -> tuple[tuple[Test, ...], tuple[Grouping, ...]]:
        groupings: list[Grouping] = []

        def query(constraint: Term, of: Family) -> Test:
            found = local_query(self.shapes, constraint, of)
            if isinstance(found, Grouping):
                groupings.append(found)
                return Test("sparql", "false")
            return found

        conditions = Conditions(self.shapes, family, self.above, query)
        return tuple(conditions.of(shape)), tuple(groupings)

    def above(self, cls: str) -> set[str]:
        """A class and its superclasses."""
        return self.superclasses.get(cls, {cls})

    def _rows(self, shape: Node, family: Family) -> str | None:
        """Which rows' subjects a shape's targets select (§2.1.3), as a condition; None for none."""
        conditions: list[str] = []
        classes = [*self.shapes.objects(shape, SH + "targetClass"), *([shape] if self.shapes.is_class(shape) else [])]
        for cls, statement in types_of(family):
            if cls is None:
                wanted = [iri for iri in self._below(classes) if key_of(statement.object, iri) is not None]
                listed = ", ".join(map(sql.quoted, wanted))
                if wanted:
                    conditions.append(f"({present(statement, family)} AND {sql.value(statement.object)} IN ({listed}))")
            elif any(isinstance(each, NamedNode) and each.value in self.above(cls) for each in classes):
                conditions.append(f"({present(statement, family)})")
        for each in self.shapes.objects(shape, SH + "targetSubjectsOf"):
            if isinstance(each, NamedNode):
                conditions += [f"({present(statement, family)})" for statement in family.of(each.value)]
        for each in self.shapes.objects(shape, SH + "targetObjectsOf"):
            if isinstance(each, NamedNode) and family.of(each.value):
                raise Unplannable(say("sh:targetObjectsOf a property of a large table"))
        for each in self.shapes.objects(shape, SH + "targetNode"):
            if isinstance(each, NamedNode) and key_of(family.key, each.value) is not None:
                raise Unplannable(say("sh:targetNode of a large table"))
        if self.shapes.objects(shape, SH + "target"):
            raise Unplannable(say("sh:target"))
        return " OR ".join(conditions) or None

    def _below(self, classes: Iterable[Term]) -> set[str]:
        """Classes and their subclasses."""
        wanted = {each.value for each in classes if isinstance(each, NamedNode)}
        return wanted | {cls for cls, above in self.superclasses.items() if wanted & above}

    def _beyond(self, shape: Term, *, at_family: bool) -> list[Grouping]:
        """See that nothing a shape asks for reaches into a large family against the direction of its statements."""
        stated = {predicate for family in self.families for predicate in family.predicates}
        classes = {cls for family in self.families for cls, _ in types_of(family) if cls is not None}
        all_known = all(cls is not None for family in self.families for cls, _ in types_of(family))
        stated |= set() if all_known else {RDF + "type"}
        found: list[Grouping] = []
        waiting, seen = [shape], set[Term]()
        while waiting:
            node = waiting.pop()
            if node in seen or self.shapes.is_deactivated(node):
                continue
            seen.add(node)
            self._check_vocabulary(node)
            for path in self.shapes.objects(node, SH + "path"):
                self._check_path(path, stated)
            for constraint in self.shapes.objects(node, SH + "sparql"):
                if (at_family and node == shape) or self.shapes.is_deactivated(constraint):
                    continue  # judged on the rows; at other nodes, by their own values
                if speaks_only_of_others(self.shapes, constraint, stated, classes if all_known else set()):
                    continue
                group = grouping(self.shapes, constraint) if node == shape else None
                if group is None:
                    raise Unplannable(say("a query that may look into a large table"))
                found.append(group)
            waiting += [each for name in _INNER for each in self.shapes.objects(node, name)]
            waiting += [
                m for name in _LISTS for head in self.shapes.objects(node, name) for m in self.shapes.members(head)
            ]
        return found

    def _check_vocabulary(self, node: Term) -> None:
        declared = {
            path
            for component in self.shapes.subjects()
            for parameter in self.shapes.objects(component, SH + "parameter")
            for path in self.shapes.objects(parameter, SH + "path")
        }
        for predicate in self.shapes.of(node):
            if predicate.startswith(SH) and predicate not in VALUE | SET | ASIDE:
                raise Unplannable(Wording(f"sh:{predicate.removeprefix(SH)}"))
            if NamedNode(predicate) in declared and not predicate.startswith(SH):
                raise Unplannable(say("a constraint component of its own"))

    def _check_path(self, path: Term, stated: set[str]) -> None:
        for triple in self.shapes.closure([path]) if isinstance(path, BlankNode) else ():
            if triple.predicate.value == SH + "inversePath":
                inner = triple.object
                if not isinstance(inner, NamedNode) or inner.value in stated:
                    raise Unplannable(say("an inverse path that may lead to a large table"))
