"""Term maps and expressions as RML writes them: https://w3id.org/rml/core/spec, https://w3id.org/rml/fnml/spec."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass

from lod.mapping.functions import foreign_function, function_named
from lod.mapping.ir import (
    Call,
    Constant,
    Expression,
    Join,
    Reference,
    RowIdentity,
    Safety,
    Template,
    TermMap,
    TermType,
)
from lod.mapping.rml.write_turtle import Names, Pair, Properties
from lod.rdf.iris import illegal_character, is_absolute
from lod.rdf.nquads import literal

_TERM_TYPES = {TermType.LITERAL: "rml:Literal", TermType.BLANK_NODE: "rml:BlankNode"}
_SAFETIES = {Safety.IRI: "rml:IRI", Safety.URI: "rml:URI", Safety.UNSAFE: "rml:UnsafeIRI"}


@dataclass(frozen=True, slots=True)
class TermWriter:
    """Writes the terms of one document."""

    names: Names

    def short(self, term_map: TermMap) -> str:
        """A constant as Turtle writes it, '' for what needs a term map."""
        expression, datatype, language = term_map.expression, term_map.datatype, term_map.language
        if not isinstance(expression, Constant) or term_map.condition:
            return ""
        if term_map.term_type is TermType.IRI:
            is_plain = is_absolute(expression.value) and not illegal_character(expression.value)
            return self.names.iri(expression.value) if is_plain else ""
        if term_map.term_type is not TermType.LITERAL:
            return ""
        if isinstance(language, Constant):
            return literal(expression.value, language=language.value)
        if isinstance(datatype, Constant) and is_absolute(datatype.value):
            return f"{literal(expression.value)}^^{self.names.iri(datatype.value)}"
        return "" if datatype or language else literal(expression.value)

    def term(self, term_map: TermMap, *, is_object: bool = False) -> Properties:
        """A term map. A constant is a template without references: that way it may have a condition."""
        short = self.short(term_map)
        if short and not is_object:
            return Properties([("rml:constant", short)])
        pairs = self.expression(term_map.expression)
        if (kind := self._term_type(term_map, is_object)) or isinstance(term_map.expression, RowIdentity):
            pairs.append(("rml:termType", kind or "rml:BlankNode"))
        for name, expression in (("datatype", term_map.datatype), ("language", term_map.language)):
            if isinstance(expression, Constant):
                is_iri = name == "datatype"
                pairs.append((f"rml:{name}", self.names.iri(expression.value) if is_iri else literal(expression.value)))
            elif expression:
                pairs.append((f"rml:{name}Map", Properties(self.expression(expression))))
        if term_map.condition:
            pairs.append(("rml:condition", Properties(self.expression(term_map.condition))))
        return Properties(pairs)

    def _term_type(self, term_map: TermMap, is_object: bool) -> str:
        """The term type, '' where it is the default."""
        is_tagged = term_map.datatype or term_map.language
        is_value = isinstance(term_map.expression, Reference | Call)
        default = TermType.LITERAL if is_object and (is_tagged or is_value) else TermType.IRI
        if term_map.term_type is default and term_map.safety is Safety.IRI:
            return ""
        return _TERM_TYPES.get(term_map.term_type) or _SAFETIES[term_map.safety]

    def expression(self, expression: Expression) -> list[Pair]:
        """What makes a value."""
        match expression:
            case Reference():
                return [("rml:reference", literal(expression.name))]
            case Constant():
                return [("rml:template", literal(_escaped(expression.value)))]
            case Template():
                parts = [_escaped(p) if isinstance(p, str) else "{" + _escaped(p.name) + "}" for p in expression.parts]
                return [("rml:template", literal("".join(parts)))]
            case Call():
                return [("rml:functionExecution", self._execution(expression))]
            case RowIdentity():
                return []

    def _execution(self, call: Call) -> Properties:
        function = function_named(call.function) or foreign_function(call.function)
        iris: Table[str, str] = {each.name: each.iris[0] for each in function.parameters}
        pairs: list[Pair] = [("rml:function", self.names.iri(function.iri))]
        for name, value in call.arguments:
            given: Pair
            if isinstance(value, Constant):
                given = ("rml:inputValue", literal(value.value))
            else:
                given = ("rml:inputValueMap", Properties(self.expression(value)))
            pairs.append(("rml:input", Properties([("rml:parameter", self.names.iri(iris.get(name, name))), given])))
        return Properties(pairs)

    def join(self, join: Join) -> Pair:
        """A condition of a join."""
        sides: list[Pair] = []
        for name, side in (("child", join.child), ("parent", join.parent)):
            if isinstance(side, Reference):
                sides.append((f"rml:{name}", literal(side.name)))
            else:
                sides.append((f"rml:{name}Map", Properties(self.expression(side))))
        return "rml:joinCondition", Properties(sides)


def _escaped(text: str) -> str:
    return re.sub(r"([{}\\])", r"\\\1", text)
