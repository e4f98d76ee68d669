"""Terms of a YARRRML document: subjects, predicates, graphs and objects, each short or with keys.

https://rml.io/yarrrml/spec/#mappings, #datatypes, #languages
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.document import Keyed, Listed, Node, Text
from lod.mapping.functions import function_named
from lod.mapping.ir import (
    Call,
    Constant,
    Expression,
    LogicalTarget,
    ReferencingObjectMap,
    RowIdentity,
    Safety,
    TermMap,
    TermType,
)
from lod.mapping.shapes import Shapes
from lod.mapping.templates import Names
from lod.mapping.yarrrml.calls import Calls
from lod.mapping.yarrrml.keys import PLACES, aliases, values_of
from lod.mapping.yarrrml.one_line import joined_in_one_line
from lod.mapping.yarrrml.targets import Targets
from lod.rdf.datatypes import BUILT_IN
from lod.rdf.languages import is_language_tag, may_be_registered, tag_hint
from lod.rdf.namespaces import RDF, XSD
from lod.wording import say

TYPES = {
    "iri": (TermType.IRI, Safety.IRI),
    "uri": (TermType.IRI, Safety.URI),
    "unsafe-iri": (TermType.IRI, Safety.UNSAFE),
    "literal": (TermType.LITERAL, Safety.IRI),
    "blank": (TermType.BLANK_NODE, Safety.IRI),
}
_IS_WORD = re.compile(r"[^:/#]*")  # neither prefixed nor a path: as an IRI it would be one beside the document


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of object it is: `type`, `datatype` and `language`, as they stand in the document."""

    type: Node | None = None
    datatype: Node | None = None
    language: Node | None = None

    def over(self, other: Kind) -> Kind:
        """This kind; where it says nothing, the other."""
        tagged = self if self.datatype or self.language else other
        return Kind(self.type or other.type, tagged.datatype, tagged.language)


@dataclass(frozen=True, slots=True)
class ReadTerm:
    """A subject, predicate or graph, and the targets that it names."""

    term: TermMap
    targets: tuple[LogicalTarget, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadObject:
    """An object, and the targets that it names. `condition`: of a reference to a mapping, on our own rows."""

    term: TermMap | ReferencingObjectMap
    targets: tuple[LogicalTarget, ...] = ()
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Reads the terms of one document; `mappings` are the names of all its mappings."""

    names: Names
    calls: Calls
    targets: Targets
    mappings: tuple[str, ...]
    shapes: Shapes
    findings: Findings

    # Subjects, predicates, graphs: IRIs, or blank nodes

    def resources(self, node: Node | None) -> list[ReadTerm]:
        """The terms of a place where no text stands: one or several, each short or with keys."""
        return [read for item in self.shapes.items(node) if (read := self._resource(item))]

    def subjects(self, node: Node) -> list[ReadTerm]:
        """The subjects; none written: a blank node for each row."""
        if isinstance(node, Text) and node.is_null:
            return [ReadTerm(blank(node.origin))]
        return self.resources(node)

    def predicates(self, node: Node | None) -> list[ReadTerm]:
        """The predicates; `a` is rdf:type."""
        return [read for item in self.shapes.items(node) if (read := self._predicate(item))]

    def _predicate(self, node: Node) -> ReadTerm | None:
        if isinstance(node, Text) and node.value == "a":
            return ReadTerm(TermMap(Constant(RDF + "type", node.origin), TermType.IRI, node.origin))
        read = self._resource(node)
        if read and read.term.term_type is not TermType.IRI:
            self.findings.error("LOD3004", say("a predicate is an IRI"), node.origin)
            return None
        return read

    def _resource(self, node: Node) -> ReadTerm | None:
        if isinstance(node, Text):
            return ReadTerm(TermMap(self._iri(node), TermType.IRI, node.origin))
        keyed = self.shapes.keyed(node, "a term")
        if keyed is None:
            return None
        values = values_of(keyed, "a term", self.findings)
        kind, safety = self._type(values.get("type")) or (TermType.IRI, Safety.IRI)
        if kind is TermType.LITERAL:
            self.findings.error("LOD3004", say("here an IRI or a blank node is needed"), values["type"].origin)
            return None
        expression = self._expression(values, keyed, kind)
        if expression is None:
            return None
        condition = self.calls.condition(values.get("condition"))
        term = TermMap(expression, kind, keyed.origin, safety=safety, condition=condition)
        return ReadTerm(term, self.targets.read(values.get("targets")))

    def _expression(self, values: Mapping[str, Node], keyed: Keyed, kind: TermType) -> Expression | None:
        if "function" in values:
            return self.calls.call(values, keyed.origin)
        value = values.get("value")
        if isinstance(value, Keyed):
            return self.calls.expression(value)
        text = self.shapes.text(value)
        if text:
            return self._iri(text) if kind is TermType.IRI else self.names.value(text, self.findings)
        if kind is TermType.BLANK_NODE and value is None:
            return RowIdentity(keyed.origin)
        if value is None and not self._misspelt(keyed, "a term"):
            self.findings.error("LOD3005", say("a term needs 'value' or 'function'"), keyed.origin)
        return None

    def _iri(self, text: Text) -> Expression:
        return self.names.iri(text, self.findings, len(text.value) - 4 if text.value.endswith("~iri") else None)

    # Objects

    def objects(self, node: Node | None, kind: Kind, *, is_class: bool) -> list[ReadObject]:
        """The objects that stand under `objects`, or in second place of a short form."""
        return [each for item in self.shapes.items(node) for each in self._object(item, kind, is_class)]

    def _object(self, node: Node, kind: Kind, is_class: bool) -> list[ReadObject]:
        if isinstance(node, Text):
            return [ReadObject(self._term(node, kind, is_class))]
        if isinstance(node, Keyed):
            return self._long_object(node, kind, is_class)
        if 1 <= len(node.items) <= 2 and isinstance(node.items[-1], Text):
            first = node.items[0]
            own = tag(node.items[1]) if len(node.items) > 1 else Kind()
            if not isinstance(first, Listed):
                return self._object(first, own.over(kind), is_class)
        hint = say("write [value, datatype] or [value, language~lang]")
        self.findings.error("LOD3004", say("an object in a list has 1 or 2 parts"), node.origin, hint)
        return []

    def _long_object(self, node: Keyed, kind: Kind, is_class: bool) -> list[ReadObject]:
        values = values_of(node, "an object", self.findings)
        targets = self.targets.read(values.get("targets"))
        call = values.get("function")
        if isinstance(call, Text) and (joined := joined_in_one_line(call)):
            values = values_of(joined, "an object", self.findings)
        if "mapping" in values:
            return self._referencing(values, node.origin, targets)
        targets += self._targets_of_language(values.get("language"))
        own = Kind(values.get("type"), values.get("datatype"), values.get("language")).over(kind)
        made: TermMap | None = None
        value = values.get("value")
        if "function" in values or isinstance(value, Keyed):
            inner = values if "function" in values else values_of(value, "a function", self.findings)  # type: ignore[arg-type]
            made_by = self.calls.call(inner, node.origin)
            made = self._made(made_by, own, is_class, node.origin) if made_by else None
        elif text := self.shapes.text(value):
            made = self._term(text, own, is_class)
        elif (given := self._type(own.type)) and given[0] is TermType.BLANK_NODE:
            made = blank(node.origin)
        elif value is None and not self._misspelt(node, "an object"):
            self.findings.error("LOD3005", say("an object needs 'value', 'function' or 'mapping'"), node.origin)
        if made is None:
            return []
        return [ReadObject(replace(made, condition=self.calls.condition(values.get("condition"))), targets)]

    def _misspelt(self, node: Keyed, place: str) -> bool:
        """Whether a needed key may be there under a wrong name, or one that is not supported: that has been said."""
        if any(key in PLACES[place] and PLACES[place][key].is_later for key in node.entries):
            return True
        needed = ("value", "function", "mapping")
        return not all(self.shapes.lacks(node, {}, key, aliases(place)) for key in needed)

    def _term(self, text: Text, kind: Kind, is_class: bool) -> TermMap:
        """An object that is written as a template."""
        given = self._type(kind.type)
        is_iri = text.value.endswith("~iri")
        if is_iri and (given is None or given[0] is not TermType.IRI):
            given = TermType.IRI, Safety.IRI
        term_type, safety = given or (TermType.IRI if is_class else TermType.LITERAL, Safety.IRI)
        if term_type is TermType.IRI:
            expression = self.names.iri(text, self.findings, len(text.value) - 4 if is_iri else None)
        else:
            expression = self._text(text)
        datatype, language = self._tags(kind, term_type)
        return TermMap(expression, term_type, text.origin, datatype, language, safety)

    def _made(self, call: Call, kind: Kind, is_class: bool, origin: TextOrigin) -> TermMap:
        """An object that a function makes: text, with the datatype of what the function returns."""
        default = (TermType.IRI if is_class else TermType.LITERAL), Safety.IRI
        term_type, safety = self._type(kind.type) or default
        datatype, language = self._tags(kind, term_type)
        function = function_named(call.function)
        natural = function.datatype if function else XSD + "string"
        if term_type is TermType.LITERAL and not (datatype or language) and natural != XSD + "string":
            datatype = Constant(natural, call.origin)
        return TermMap(call, term_type, origin, datatype, language, safety)

    def _type(self, node: Node | None) -> tuple[TermType, Safety] | None:
        text = self.shapes.text(node)
        if text and text.value not in TYPES:
            hint = did_you_mean(text.value, TYPES)
            self.findings.error("LOD3004", say("'{text}' is no type of term", text=text.value), text.origin, hint)
        return TYPES.get(text.value) if text else None

    def _tags(self, kind: Kind, term_type: TermType) -> tuple[Expression | None, Expression | None]:
        """Datatype and language; only text has one, and not both."""
        datatype, language = kind.datatype, kind.language
        if term_type is not TermType.LITERAL and (given := datatype or language):
            self.findings.error("LOD3016", say("only text has a datatype or a language, not an IRI"), given.origin)
            return None, None
        if language and isinstance(datatype, Text) and self._is_lang_string(datatype):
            datatype = None  # says what the language says
        if datatype and language:
            self.findings.error("LOD3016", say("a value has a datatype or a language, not both"), datatype.origin)
            datatype = None
        return self._datatype(datatype), self._language(language)

    def _is_lang_string(self, text: Text) -> bool:
        expression = self.names.iri(text, self.findings)
        return isinstance(expression, Constant) and expression.value == RDF + "langString"

    def _datatype(self, node: Node | None) -> Expression | None:
        if not isinstance(node, Text):
            return self.calls.expression(node) if node else None
        if "$(" not in node.value and _IS_WORD.fullmatch(node.value):
            tag = node.value.strip("~").partition("~")[0].replace("_", "-")
            if node.value in BUILT_IN:
                hint = say("write xsd:{node}", node=node.value)
            elif is_language_tag(tag):
                hint = say("a language is written {node}~lang", node=tag)
            else:
                hint = say("a datatype is an IRI, as xsd:integer")
            self.findings.error("LOD3016", say("'{node}' is no datatype", node=node.value), node.origin, hint)
            return None
        return self._iri(node)

    def _language(self, node: Node | None) -> Expression | None:
        if isinstance(node, Keyed):
            values = values_of(node, "a language", self.findings)
            return self._language(values["value"]) if "value" in values else self.calls.call(values, node.origin)
        if not isinstance(node, Text):
            return self.calls.expression(node) if node else None
        end = len(node.value) - 5 if node.value.endswith("~lang") else None
        expression = self.names.value(node, self.findings, end)
        if isinstance(expression, Constant) and not may_be_registered(expression.value):
            hint = tag_hint(expression.value)
            self.findings.error(
                "LOD3009", say("'{expression}' is no language tag", expression=expression.value), node.origin, hint
            )
        return expression

    def _targets_of_language(self, node: Node | None) -> tuple[LogicalTarget, ...]:
        """The targets that stand at a language, as at any other term; its own reader looks at the other keys."""
        names = ("targets", *(short for short, name in aliases("a language").items() if name == "targets"))
        found = [value for key, value in node if key.value in names] if isinstance(node, Keyed) else []
        return self.targets.read(found[0]) if found else ()

    def _text(self, text: Text) -> Expression:
        """A text. A prefix of this document that it begins with is expanded, as the reference implementation does."""
        expression = self.names.value(text, self.findings)
        expanded = self.names.expanded(expression, text, only_declared=True)
        stem, mark, end = text.value.rpartition("~")
        if mark and end.casefold() in ("iri", "uri", "url"):
            hint = say("as an IRI it is '{text}~iri'", text=stem)
            self.findings.warning("LOD3015", say("'{text}' is written as text", text=text.value), text.origin, hint)
        if isinstance(expression, Constant) and self.names.looks_prefixed(expression.value):
            message = say("'{text}' is written as text", text=text.value)
            if isinstance(expanded, Constant) and expanded != expression:
                message = say("'{text}' is written as text: '{expanded}'", text=text.value, expanded=expanded.value)
            hint = say("as an IRI it is '{text}~iri'", text=text.value)
            if expression.value.startswith("xsd:"):
                hint = say("as the datatype of the value before it: [[value, {text}]]", text=text.value)
            self.findings.warning("LOD3015", message, text.origin, hint)
        return expanded

    def _referencing(
        self, values: Mapping[str, Node], origin: TextOrigin, targets: tuple[LogicalTarget, ...]
    ) -> list[ReadObject]:
        """https://rml.io/yarrrml/spec/#referring-to-other-mappings: objects that are the subjects of other mappings."""
        joins, condition = self.calls.joins(values.get("condition"))
        found = []
        for text in self.shapes.texts(values["mapping"]):
            if text.value in self.mappings:
                found.append(ReadObject(ReferencingObjectMap(text.value, joins, origin), targets, condition))
            else:
                hint = did_you_mean(text.value, self.mappings)
                self.findings.error("LOD3007", say("there is no mapping '{text}'", text=text.value), text.origin, hint)
        return found


def tag(node: Node) -> Kind:
    """What stands behind a value: a datatype, or a language when it ends in `~lang`."""
    if isinstance(node, Text) and node.value.endswith("~lang"):
        return Kind(language=node)
    return Kind(datatype=node)


def blank(origin: TextOrigin) -> TermMap:
    """A blank node for each row."""
    return TermMap(RowIdentity(origin), TermType.BLANK_NODE, origin)
