"""Logical views: rows made of a source's rows, field by field, and joined with those of other views.

RML-LV, https://w3id.org/rml/lv/spec.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lod.diagnostics import TextOrigin
from lod.mapping.ir import (
    Expression,
    ExpressionField,
    Field,
    Formulation,
    IterableField,
    Join,
    JoinKind,
    LogicalSource,
    LogicalView,
    Reference,
    ViewJoin,
)
from lod.mapping.rml.graph import Graph, Resource
from lod.mapping.rml.vocabulary import RML
from lod.rdf.turtle import Iri
from lod.wording import NOTHING, say

ReadExpression = Callable[[Resource], Expression | None]
ReadSource = Callable[[Resource, tuple[Resource, ...]], LogicalSource | None]
ReadFormulation = Callable[[Resource], Formulation | None]
# in the order in which they are made; the last two are names of the same in drafts of the specification
_JOINS = {
    "leftJoin": JoinKind.LEFT,
    "innerJoin": JoinKind.INNER,
    "outerJoin": JoinKind.FULL,
    "fullJoin": JoinKind.FULL,
}


def is_view(graph: Graph, node: Resource) -> bool:
    """Whether a resource is a logical view."""
    return RML + "LogicalView" in graph.types(node) or bool(graph.values(node, "viewOn"))


@dataclass(frozen=True, slots=True)
class Views:
    """Reads the views of one document. `within` are the views and fields that are being read around the one to read."""

    graph: Graph
    expression: ReadExpression
    source: ReadSource
    formulation: ReadFormulation

    def read(self, node: Resource, within: tuple[Resource, ...]) -> LogicalSource | None:
        """The rows of a view as a source; None, and findings, when it is wrong."""
        if self._is_cycle(node, within):
            return None
        before = len(self.graph.findings.errors)
        within = (*within, node)
        on = self._one_source(node, "viewOn", within)
        fields = self._fields(node, within)
        joins = [
            self._join(each, within, kind) for name, kind in _JOINS.items() for each in self.graph.resources(node, name)
        ]
        origin = self.graph.origin(node)
        if not fields:
            hint = say("rml:field [ rml:fieldName … ; rml:reference … ]")
            self.graph.findings.error("LOD3103", say("the view has no rml:field"), origin, hint)
        found = tuple(each for each in joins if each)
        self._unlike_names([*fields, *(field for join in found for field in join.fields)])
        if on is None or len(self.graph.findings.errors) > before:
            return None
        view = LogicalView(on, fields, found, origin)
        name = node.value if isinstance(node, Iri) else f"the view in line {origin.line}"
        return LogicalSource(
            name.replace("#", "/").rpartition("/")[2] or name,
            Formulation.VIEW,
            origin,
            may_be_empty=True,
            content=view,
        )

    def _is_cycle(self, node: Resource, within: tuple[Resource, ...]) -> bool:
        if node not in within:
            return False
        message = say("this is part of itself: views and fields must not go round in circles")
        places = [self.graph.origin(each) for each in within[within.index(node) :]]
        self.graph.findings.error("LOD3117", message, self.graph.origin(node), NOTHING, places)
        return True

    def _one_source(self, node: Resource, name: str, within: tuple[Resource, ...]) -> LogicalSource | None:
        place = self.graph.resource(node, name)
        if place is None:
            if not self.graph.values(node, name):
                self.graph.findings.error("LOD3103", say("rml:{name} is missing", name=name), self.graph.origin(node))
            return None
        return self.source(place, within)

    def _fields(self, node: Resource, within: tuple[Resource, ...]) -> tuple[Field, ...]:
        found = [self._field(each, within) for each in self.graph.resources(node, "field")]
        fields = [each for each in found if each]
        if not is_view(self.graph, node):
            self._unlike_names(fields)
        return tuple(fields)

    def _unlike_names(self, fields: Iterable[Field]) -> None:
        first: dict[str, TextOrigin] = {}
        for each in fields:
            if each.name in first:
                message = say("two fields here are called '{each}'", each=each.name)
                self.graph.findings.error("LOD3118", message, each.origin, say("rename one"), [first[each.name]])
            first.setdefault(each.name, each.origin)

    def _field(self, node: Resource, within: tuple[Resource, ...]) -> Field | None:
        if self._is_cycle(node, within):
            return None
        origin = self.graph.origin(node)
        name = self.graph.text(node, "fieldName")
        if name is None:
            self.graph.findings.error("LOD3103", say("the field has no rml:fieldName"), origin)
            return None
        fields = self._fields(node, (*within, node))
        expression = self.expression(node)
        if expression is not None:
            return ExpressionField(name.value, expression, fields, origin)
        iterator = self.graph.text(node, "iterator")
        formulation = self.formulation(node)
        if not fields:
            hint = say("rml:reference, rml:template or rml:constant for a value; rml:field for the parts of a record")
            self.graph.findings.error("LOD3103", say("the field '{name}' says nothing", name=name.value), origin, hint)
            return None
        return IterableField(name.value, iterator.value if iterator else "", formulation, fields, origin)

    def _join(self, node: Resource, within: tuple[Resource, ...], kind: JoinKind) -> ViewJoin | None:
        parent = self._one_source(node, "parentLogicalView", within)
        fields = self._fields(node, (*within, node))
        conditions = [self._condition(each) for each in self.graph.resources(node, "joinCondition")]
        origin = self.graph.origin(node)
        if not conditions:
            self.graph.findings.error("LOD3103", say("the join has no rml:joinCondition"), origin)
        named = tuple(each for each in fields if isinstance(each, ExpressionField))
        if not named or len(named) != len(fields):
            hint = say("rml:field [ rml:fieldName … ; rml:reference … ]")
            self.graph.findings.error("LOD3103", say("the join needs fields that are values"), origin, hint)
        if parent is None:
            return None
        return ViewJoin(parent, tuple(each for each in conditions if each), named, kind, origin)

    def _condition(self, node: Resource) -> Join | None:
        child, parent = (self._side(node, name) for name in ("child", "parent"))
        if child is None or parent is None:
            message = say("the join condition needs a child and a parent")
            self.graph.findings.error("LOD3103", message, self.graph.origin(node))
            return None
        return Join(child, parent)

    def _side(self, node: Resource, name: str) -> Expression | None:
        if short := self.graph.text(node, name):
            return Reference(short.value, short.at(0, len(short.value)))
        long = self.graph.resource(node, f"{name}Map")
        return self.expression(long) if long else None
