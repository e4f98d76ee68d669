"""Term maps: constants, references, templates and functions, with their term types, datatypes and languages.

RML-Core, https://w3id.org/rml/core/spec, «Term maps».
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.conditions import both
from lod.mapping.functions import LEGAL_IRI, function_named
from lod.mapping.ir import (
    Call,
    Constant,
    Expression,
    GatherMap,
    LogicalTarget,
    Reference,
    ReferencingObjectMap,
    RowIdentity,
    Safety,
    Template,
    TermMap,
    TermType,
)
from lod.mapping.rml.executions import read_condition, read_execution
from lod.mapping.rml.gather import gathers, read_gather
from lod.mapping.rml.graph import Graph, Resource
from lod.mapping.rml.targets import read_targets
from lod.mapping.rml.templates import parse_template
from lod.mapping.rml.vocabulary import DEFAULT_GRAPH, RML, shown
from lod.rdf.iris import illegal_character, is_absolute
from lod.rdf.languages import may_be_registered, tag_hint
from lod.rdf.namespaces import RDF, XSD
from lod.rdf.turtle import Blank, Iri, Literal, Term
from lod.wording import say, word


class Role(StrEnum):
    """The place of a term in a statement."""

    SUBJECT = "subject"
    PREDICATE = "predicate"
    OBJECT = "object"
    GRAPH = "graph"


_TERM_TYPES = {
    "IRI": (TermType.IRI, Safety.IRI),
    "URI": (TermType.IRI, Safety.URI),
    "UnsafeIRI": (TermType.IRI, Safety.UNSAFE),
    "UnsafeURI": (TermType.IRI, Safety.UNSAFE),
    "BlankNode": (TermType.BLANK_NODE, Safety.IRI),
    "Literal": (TermType.LITERAL, Safety.IRI),
}
_ALLOWED = {
    Role.SUBJECT: frozenset({TermType.IRI, TermType.BLANK_NODE}),
    Role.PREDICATE: frozenset({TermType.IRI}),
    Role.OBJECT: frozenset(TermType),
    Role.GRAPH: frozenset({TermType.IRI, TermType.BLANK_NODE}),
}
_EXPRESSIONS = ("constant", "reference", "template", "functionExecution", "functionValue")


@dataclass(frozen=True, slots=True)
class ReadTerm:
    """A term map with the targets that it names. `term` None: the default graph. `gathered`: its head is the term."""

    term: TermMap | None
    targets: tuple[LogicalTarget, ...] = ()
    gathered: GatherMap | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Reads term maps of one document. `name` is that of the triples map they belong to: it names blank nodes."""

    graph: Graph
    findings: Findings
    referencing: Callable[[Resource], ReferencingObjectMap | None]  # reads a referencing object map
    # legacy RML: the values of JSON are text, and a value that is no legal IRI makes no term instead of ending the lift
    is_legacy: bool = False

    def maps(self, node: Resource, role: Role) -> list[ReadTerm]:
        """The term maps of a role that stand at a resource, constants in short form included."""
        found = [self.shortcut(value, role) for value in self.graph.values(node, role)]
        found += [self.map(each, role) for each in self.graph.resources(node, f"{role}Map")]
        return [each for each in found if each]

    def shortcut(self, value: Term, role: Role) -> ReadTerm | None:
        """`rml:predicate foaf:name` and the like."""
        return self._constant(value, None, role)

    def map(self, node: Resource, role: Role) -> ReadTerm | None:
        """One term map; None, and findings, when it is wrong."""
        if gathers(self.graph, node):
            return self._gathered(node, role)
        return self._map(node, role)

    def _gathered(self, node: Resource, role: Role) -> ReadTerm | None:
        """A gather map. What it says as a term map is its head; without that, every row makes a blank node."""
        if role not in (Role.SUBJECT, Role.OBJECT):
            message = say("a {role} is no list or container", role=word(role))
            self.findings.error("LOD3119", message, self.graph.origin(node), say("gather in a subject or object map"))
            return None
        origin = self.graph.origin(node)
        named = any(self.graph.values(node, name) for name in _EXPRESSIONS)
        head = self._map(node, Role.SUBJECT) if named else None
        gathered = read_gather(self.graph, node, head.term if head else None, self._member)
        if gathered is None or (named and head is None):
            return None
        term = head.term if head else TermMap(RowIdentity(origin), TermType.BLANK_NODE, origin)
        return ReadTerm(term, head.targets if head else read_targets(self.graph, node), gathered)

    def _member(self, node: Resource) -> TermMap | ReferencingObjectMap | GatherMap | None:
        if self.graph.values(node, "parentTriplesMap"):
            return self.referencing(node)
        read = self.map(node, Role.OBJECT)
        return (read.gathered or read.term) if read else None

    def _map(self, node: Resource, role: Role) -> ReadTerm | None:
        if conditional := read_condition(self.graph, node):
            return self._conditional(node, role, *conditional)
        targets = read_targets(self.graph, node)
        given = self._given_type(node, role)
        constant = self.graph.one(node, "constant")
        if constant is not None:
            self._no_other_expression(node)
            read = self._constant(constant, given, role, is_legacy=node in self.graph.legacy)
            return replace(read, targets=targets) if read else None
        expression = self.expression(node)
        if expression is None:
            return self._without_expression(node, given, role, targets)
        language, language_targets = self._language(node)
        datatype, datatype_targets = self._datatype(node)
        tagged = language or datatype
        kind, safety = given or (self._default_type(expression, role, bool(tagged)), Safety.IRI)
        if kind is not TermType.LITERAL and tagged:
            self.findings.error("LOD3016", say("only a literal has a datatype or a language"), tagged.origin)
            language = datatype = None
        elif language and datatype:
            self.findings.error("LOD3016", say("a value has a datatype or a language, not both"), language.origin)
            datatype = None
        if kind is TermType.LITERAL and not tagged:
            datatype = _natural_datatype(expression)
            if isinstance(expression, Reference) and self.is_legacy:
                datatype = Constant(XSD + "string", expression.origin)
        if kind is TermType.IRI and safety is not Safety.UNSAFE:
            self._check_iri(expression)
            if isinstance(expression, Reference) and self.is_legacy:
                expression = Call(LEGAL_IRI, (("value", expression),), expression.origin)
        origin = self.graph.origin(node)
        condition = self._condition(node)
        term = TermMap(expression, kind, origin, datatype, language, safety, condition)
        return ReadTerm(term, targets + language_targets + datatype_targets)

    def _conditional(self, node: Resource, role: Role, condition: Resource, under: Resource) -> ReadTerm | None:
        """A term of legacy RML that is made only where a condition holds."""
        read, needed = self._map(under, role), self.expression(condition)
        if read is None or read.term is None or needed is None:
            return None
        given = self._given_type(node, role)
        term = read.term
        language, language_targets = self._language(node)
        datatype, datatype_targets = self._datatype(node)
        if language or datatype:
            term = replace(term, term_type=TermType.LITERAL, language=language, datatype=None if language else datatype)
        elif given and given[0] is not term.term_type and not (term.datatype or term.language):
            term = replace(term, term_type=given[0], safety=given[1])
        term = replace(term, condition=both(needed, term.condition))
        targets = read_targets(self.graph, node) + language_targets + datatype_targets
        return replace(read, term=term, targets=targets + read.targets)

    def expression(self, node: Resource) -> Expression | None:
        """The value of an expression map; None where it has none."""
        self._no_other_expression(node)
        if reference := self.graph.text(node, "reference"):
            return Reference(reference.value, reference.at(0, len(reference.value)))
        if template := self.graph.text(node, "template"):
            return parse_template(template, self.findings)
        constant = self.graph.one(node, "constant")
        if constant is not None:
            return Constant(str(constant.value), constant.origin)
        if other := self.graph.resource(node, "parentTermMap"):  # legacy: of the other side of a join
            return self.expression(other)
        return read_execution(self.graph, node, self.expression)

    def _no_other_expression(self, node: Resource) -> None:
        given = [name for name in _EXPRESSIONS if self.graph.values(node, name)]
        if len(given) > 1:
            names = " and ".join(f"rml:{name}" for name in given)
            where = self.graph.values(node, given[1])[0].origin
            self.findings.error(
                "LOD3104", say("a term has one expression, here it has {names}", names=names), where, say("keep one")
            )

    def _given_type(self, node: Resource, role: Role) -> tuple[TermType, Safety] | None:
        iri = self.graph.iri(node, "termType")
        if iri is None:
            return None
        known = _TERM_TYPES.get(iri.value.removeprefix(RML)) if iri.value.startswith(RML) else None
        if known is None:
            hint = did_you_mean(shown(iri), [f"rml:{name}" for name in _TERM_TYPES])
            self.findings.error("LOD3107", say("{iri} is no term type", iri=shown(iri)), iri.origin, hint)
        elif known[0] not in _ALLOWED[role]:
            allowed = " or ".join(sorted(f"{each}" for each in _ALLOWED[role]))
            self.findings.error(
                "LOD3107",
                say("a {role} is no {known}", role=word(role), known=known[0]),
                iri.origin,
                say("here it is: {allowed}", allowed=allowed),
            )
            return None
        return known

    def _default_type(self, expression: Expression, role: Role, tagged: bool) -> TermType:
        if role is Role.OBJECT and (tagged or isinstance(expression, Reference | Call)):
            return TermType.LITERAL
        return TermType.IRI

    def _constant(
        self, value: Term, given: tuple[TermType, Safety] | None, role: Role, *, is_legacy: bool = False
    ) -> ReadTerm | None:
        if isinstance(value, Blank):
            message = say("a blank node is no constant: it would be another one in every reading")
            self.findings.error(
                "LOD3105", message, value.origin, say("give it an IRI, or a template with rml:BlankNode")
            )
            return None
        if isinstance(value, Iri):
            if role is Role.GRAPH and value.value == DEFAULT_GRAPH:
                return ReadTerm(None)
            return ReadTerm(TermMap(Constant(value.value, value.origin), TermType.IRI, value.origin))
        return (self._legacy(value, given, role) if is_legacy else None) or self._literal(value, given, role)

    def _legacy(self, value: Literal, given: tuple[TermType, Safety] | None, role: Role) -> ReadTerm | None:
        """A constant that legacy tools write as text and that is none; None if it is text."""
        constant = Constant(value.value, value.origin)
        if given and given[0] is TermType.BLANK_NODE and role is not Role.PREDICATE:
            return ReadTerm(TermMap(constant, TermType.BLANK_NODE, value.origin))
        if role is Role.GRAPH and is_absolute(value.value) and not value.language:
            self._check_iri(constant)
            return ReadTerm(TermMap(constant, TermType.IRI, value.origin))
        return None

    def _literal(self, value: Literal, given: tuple[TermType, Safety] | None, role: Role) -> ReadTerm | None:
        constant = Constant(value.value, value.origin)
        if given and given[0] is TermType.IRI:  # as yarrrml-parser writes constants
            self._check_iri(constant)
            return ReadTerm(TermMap(constant, TermType.IRI, value.origin))
        if role is not Role.OBJECT:
            message = say("a {role} is an IRI, not the text {value}", role=word(role), value=shown(value))
            self.findings.error(
                "LOD3107", message, value.origin, say("write <{value}>, or use rml:template", value=value.value)
            )
            return None
        if value.language:
            language = Constant(value.language, value.origin)
            return ReadTerm(TermMap(constant, TermType.LITERAL, value.origin, language=language))
        datatype = None if value.datatype == XSD + "string" else Constant(value.datatype, value.origin)
        return ReadTerm(TermMap(constant, TermType.LITERAL, value.origin, datatype))

    def _without_expression(
        self, node: Resource, given: tuple[TermType, Safety] | None, role: Role, targets: tuple[LogicalTarget, ...]
    ) -> ReadTerm | None:
        """A blank node may go without: every row makes its own."""
        origin = self.graph.origin(node)
        if given and given[0] is TermType.BLANK_NODE:
            return ReadTerm(TermMap(RowIdentity(origin), TermType.BLANK_NODE, origin), targets)
        if not any(self.graph.values(node, name) for name in _EXPRESSIONS):
            hint = say("add rml:template, rml:reference, rml:constant or rml:functionExecution")
            self.findings.error(
                "LOD3103", say("the {role} map does not say what the {role} is", role=word(role)), origin, hint
            )
        return None

    def _language(self, node: Resource) -> tuple[Expression | None, tuple[LogicalTarget, ...]]:
        expression, targets = self._attached(node, "language")
        if isinstance(expression, Constant) and not may_be_registered(expression.value):
            message = say("'{expression}' is no language tag", expression=expression.value)
            self.findings.error("LOD3009", message, expression.origin, tag_hint(expression.value))
        return expression, targets

    def _datatype(self, node: Resource) -> tuple[Expression | None, tuple[LogicalTarget, ...]]:
        expression, targets = self._attached(node, "datatype")
        if isinstance(expression, Constant):
            self._check_iri(expression)
            if expression.value == RDF + "langString":
                self.findings.error("LOD3016", say("a text with a language needs rml:language"), expression.origin)
        return expression, targets

    def _attached(self, node: Resource, name: str) -> tuple[Expression | None, tuple[LogicalTarget, ...]]:
        """A datatype or language: a constant in short form, or an expression map."""
        short, long = self.graph.one(node, name), self.graph.resource(node, f"{name}Map")
        if short and long:
            self.findings.error(
                "LOD3104",
                say("rml:{name} and rml:{name}Map say the same thing", name=name),
                short.origin,
                say("keep one"),
            )
        if short is not None:
            return Constant(str(short.value), short.origin), ()
        if long is None:
            return None, ()
        expression = self.expression(long)
        if expression is None:
            self.findings.error("LOD3103", say("the {name} map has no expression", name=name), self.graph.origin(long))
        return expression, read_targets(self.graph, long)

    def _condition(self, node: Resource) -> Expression | None:
        """RML-FNML, «Conditions»: a function whose value has to be true."""
        condition = self.graph.resource(node, "condition")
        if condition is None:
            return None
        expression = self.expression(condition)
        if expression is None:
            self.findings.error("LOD3103", say("the condition has no expression"), self.graph.origin(condition))
        return expression

    def _check_iri(self, expression: Expression) -> None:
        for text, origin in _texts(expression):
            if bad := illegal_character(text):
                hint = say("write it percent-encoded, or keep it out of IRIs")
                self.findings.error("LOD3010", say("{bad!r} cannot stand in an IRI", bad=bad), origin, hint)


def _natural_datatype(expression: Expression) -> Constant | None:
    """What a function returns, unless it is text. What a source's value is, its reader knows."""
    function = function_named(expression.function) if isinstance(expression, Call) else None
    if function is None or function.datatype == XSD + "string":
        return None
    return Constant(function.datatype, expression.origin)


def _texts(expression: Expression) -> list[tuple[str, TextOrigin]]:
    if isinstance(expression, Constant):
        return [(expression.value, expression.origin)]
    if isinstance(expression, Template):
        return [(part, expression.origin) for part in expression.parts if isinstance(part, str)]
    return []
