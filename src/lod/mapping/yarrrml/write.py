"""IR → YARRRML, https://rml.io/yarrrml/spec/: a mapping for each triples map, short forms where they say it all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.convert import LEAVE_OUT, MAKE_TIDY
from lod.mapping.functions import GREL, foreign_function, function_named, short_name
from lod.mapping.functions import PREFIXES as FUNCTION_PREFIXES
from lod.mapping.ir import (
    Call,
    Constant,
    Dialect,
    Expression,
    Formulation,
    GatherMap,
    Join,
    LogicalSource,
    LogicalTarget,
    Mapping,
    PredicateObjectMap,
    Reference,
    ReferencingObjectMap,
    RowIdentity,
    Safety,
    Template,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.mapping.yarrrml.targets import SERIALIZATIONS
from lod.rdf.iris import is_absolute
from lod.rdf.namespaces import PREFIXES, RDF
from lod.wording import Wording, say

_ELSEWHERE = say("lod map convert --to rml says more")
_FORMULATIONS = {
    Formulation.CSV: "csv",
    Formulation.JSONPATH: "jsonpath",
    Formulation.XPATH: "xpath",
    Formulation.WORKBOOK: "xlsx",
    Formulation.PARQUET: "parquet",
    Formulation.SQLITE: "sqlite",
    Formulation.DATABASE: "sql",
    Formulation.SPARQL: "sparql",
}
_TYPES = {Safety.IRI: "iri", Safety.URI: "uri", Safety.UNSAFE: "unsafe-iri"}
_KNOWN = {**PREFIXES, **FUNCTION_PREFIXES}
_SCHEME = re.compile(r"([A-Za-z_][\w.\-]*):(?!//)", re.ASCII)  # what the reader takes for a prefix
_LOCAL = re.compile(r"[A-Za-z0-9_][\w\-]*\Z", re.ASCII)
_SERIALIZATIONS = {suffix: name for name, suffix in SERIALIZATIONS.items()}
_SUFFIXES = ("~iri", "~lang")

_Document = dict[str, Any]


def write_yarrrml(mapping: Mapping, findings: Findings) -> str:
    """The document; what YARRRML cannot say is a finding, and left out."""
    writer = _Writer(findings)
    mappings = {each.name: writer.mapping(each) for each in mapping.triples_maps}
    bases = {each.base or each.document_base for each in mapping.triples_maps} or {""}
    if len(bases) > 1:
        findings.error(
            "LOD3018", say("documents with different bases do not become one"), None, say("convert them one by one")
        )
    document: _Document = {"base": min(bases)} if any(bases) else {}
    if writer.prefixes:
        document["prefixes"] = dict(sorted(writer.prefixes.items()))
    if writer.targets:
        document["targets"] = {name: _target(each) for each, name in writer.targets.items()}
    document["mappings"] = mappings
    return yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110, indent=2
    )


class _Dumper(yaml.SafeDumper):
    """No anchors: people read this."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


@dataclass(slots=True)
class _Writer:
    findings: Findings
    prefixes: dict[str, str] = field(default_factory=dict)
    targets: dict[LogicalTarget, str] = field(default_factory=dict)

    def mapping(self, triples_map: TriplesMap) -> _Document:
        """One mapping."""
        if triples_map.gathered:
            self._refuse(say("lists and containers"), triples_map.origin)
        written: _Document = {"sources": [self._source(triples_map.source)]}
        written["subjects"] = self._resource(triples_map.subject, with_condition=False)
        if triples_map.subject.condition:
            written["condition"] = self._condition(triples_map.subject.condition)
        statements = [self._statement(each) for each in triples_map.predicate_object_maps]
        if statements:
            written["po"] = statements
        return written

    def _refuse(self, what: Wording, origin: TextOrigin, hint: Wording = _ELSEWHERE) -> None:
        self.findings.error("LOD3018", say("{what} cannot be written in YARRRML", what=what), origin, hint)

    # Sources and targets

    def _source(self, source: LogicalSource) -> list[str] | _Document:
        name = _FORMULATIONS.get(source.formulation)
        if name is None or source.view or source.in_working_folder or source.namespaces:
            read_as = say("sources read as {formulation}", formulation=source.formulation)
            what = say("tables that CSVW describes") if source.view else read_as
            hint = MAKE_TIDY if source.makes_its_rows else LEAVE_OUT
            if source.namespaces:
                what, hint = say("prefixes of XPath"), say("declare them at the document's root")
            if source.in_working_folder:
                what, hint = say("paths in the folder where the lift runs"), say("put the file beside the mapping")
            self._refuse(what, source.origin, hint)
            return []
        is_csv = source.formulation is Formulation.CSV
        if source.dialect.comment_prefix or source.dialect.skip_rows or source.dialect.trim:
            self._refuse(say("comments, lines above a header and blanks around cells"), source.origin)
        dialect = _dialect(source.dialect) if is_csv else {"encoding": _dialect(source.dialect)["encoding"]}
        more = {**dialect, "compression": source.compression, "query": source.query}
        more["sheet" if source.formulation is Formulation.WORKBOOK else "table"] = source.part
        credentials = {"username": source.user, "password": source.password}
        more["credentials"] = {key: value for key, value in credentials.items() if value}
        more = {key: value for key, value in more.items() if value}
        if more or "~" in source.access:
            iterator = {"iterator": source.iterator} if source.iterator else {}
            return {"access": source.access, "referenceFormulation": name, **iterator, **more}
        return [f"{source.access}~{name}", *([source.iterator] if source.iterator else [])]

    def _target(self, target: LogicalTarget) -> str:
        if target.beside_mapping:
            self._refuse(say("targets beside the mapping"), target.origin)
        somewhere = replace(target, origin=TextOrigin(""))  # one file, wherever it is named
        return self.targets.setdefault(somewhere, f"target-{len(self.targets) + 1}")

    # Statements

    def _statement(self, pom: PredicateObjectMap) -> list[Any] | _Document:
        predicate = self._resource(pom.predicate, with_condition=False)
        is_class = predicate == "a"
        condition = pom.predicate.condition
        made = self._object(pom.object, is_class=is_class)
        if not (condition or pom.graph or pom.targets):
            if isinstance(made, list):
                return [predicate, *made]
            is_short = isinstance(predicate, str) and isinstance(made, str)
            return [predicate, made] if is_short else {"p": predicate, "o": made}
        written: _Document = {"p": predicate, "o": [made] if isinstance(made, list) else made}
        if pom.graph:
            written["graphs"] = self._resource(pom.graph)
        if condition:
            written["condition"] = self._condition(condition)
        if pom.targets:
            written["targets"] = [self._target(each) for each in pom.targets]
        return written

    def _object(
        self, made: TermMap | ReferencingObjectMap | GatherMap, *, is_class: bool
    ) -> list[Any] | _Document | str:
        """An object: text, [text, datatype or language], or keys."""
        if isinstance(made, GatherMap):
            self._refuse(say("lists and containers"), made.origin)
            return ""
        if isinstance(made, ReferencingObjectMap):
            joins = [self._join(each) for each in made.joins]
            return {"mapping": made.parent, **({"condition": joins} if joins else {})}
        long = self._term(made)
        kind = {TermType.LITERAL: "literal", TermType.BLANK_NODE: "blank"}.get(made.term_type) or _TYPES[made.safety]
        if is_class or kind != "literal":
            long["type"] = kind
        if made.condition:
            long["condition"] = self._condition(made.condition)
        for key, expression in (("datatype", made.datatype), ("language", made.language)):
            if expression:
                long[key] = self._tag(expression, is_iri=key == "datatype", origin=made.origin)
        return _shortest(long)

    def _join(self, join: Join) -> _Document:
        sides = [self._value(each) for each in (join.child, join.parent)]
        return {"function": "equal", "parameters": [["str1", sides[0], "s"], ["str2", sides[1], "o"]]}

    # Terms

    def _resource(self, term_map: TermMap, *, with_condition: bool = True) -> str | _Document:
        """A subject, predicate or graph."""
        expression = term_map.expression
        if isinstance(expression, Constant) and expression.value == RDF + "type":
            return "a"
        long = self._term(term_map)
        if term_map.term_type is TermType.BLANK_NODE or term_map.safety is not Safety.IRI:
            long["type"] = "blank" if term_map.term_type is TermType.BLANK_NODE else _TYPES[term_map.safety]
        if with_condition and term_map.condition:
            long["condition"] = self._condition(term_map.condition)
        return str(long["value"]) if set(long) == {"value"} else long

    def _term(self, term_map: TermMap) -> _Document:
        expression = term_map.expression
        if isinstance(expression, RowIdentity):
            return {}
        if isinstance(expression, Call):
            return self._call(expression)
        if term_map.term_type is TermType.IRI:
            return {"value": self._iri(expression)}
        return {"value": self._text(expression)}

    def _tag(self, expression: Expression, *, is_iri: bool, origin: TextOrigin) -> str | _Document:
        if isinstance(expression, Call):
            return self._call(expression)
        if isinstance(expression, RowIdentity):
            self._refuse(say("a datatype or language without a value"), origin)
            return ""
        return self._iri(expression) if is_iri else self._text(expression)

    def _value(self, expression: Expression) -> str | _Document:
        """What a parameter is given."""
        return self._tag(expression, is_iri=False, origin=expression.origin)

    def _call(self, call: Call) -> _Document:
        function = function_named(call.function) or foreign_function(call.function)
        names = {each.name: short_name(each.iris[0]) for each in function.parameters}
        if function.is_foreign:
            names = {name: self._foreign(name) for name, _ in call.arguments}
        return {
            "function": self._foreign(function.iri) if function.is_foreign else short_name(function.iri),
            "parameters": [self._parameter(names[name], value) for name, value in call.arguments],
        }

    def _foreign(self, iri: str) -> str:
        """A name of others by a prefix, which is declared: that is how functions and parameters are named."""
        namespace, local = re.fullmatch(r"(.*[#/:])?(.*)", iri, re.DOTALL).groups(default="")  # type: ignore[union-attr]
        known = next((name for name, each in {**_KNOWN, **self.prefixes}.items() if each == namespace), "")
        if not known:
            known = f"fn{len(self.prefixes) + 1}"
            self.prefixes[known] = namespace
        return f"{known}:{local}"

    def _parameter(self, name: str, value: Expression) -> list[Any] | _Document:
        written = self._value(value)
        if isinstance(written, str) and _SCHEME.match(written):  # else the reader would expand what looks like a prefix
            return {"parameter": name, "value": written, "type": "literal"}
        return [name, written]

    def _condition(self, expression: Expression) -> _Document:
        """A condition is a call: of a value that is true or false, that of the function that changes nothing."""
        if not isinstance(expression, Call):
            expression = Call(GREL + "string_toString", (("value", expression),), expression.origin)
        return self._call(expression)

    def _iri(self, expression: Constant | Reference | Template) -> str:
        """An IRI, with a prefix where the well-known ones have one."""
        if isinstance(expression, Template) and len(expression.parts) == 1:
            what = say("an IRI that is one percent-encoded value")
            self._refuse(what, expression.origin)
        head = expression.parts[0] if isinstance(expression, Template) else getattr(expression, "value", "")
        text = self._text(expression)
        if not isinstance(head, str):
            return text
        for name, namespace in _KNOWN.items():
            if head.startswith(namespace) and isinstance(expression, Constant) and _LOCAL.match(head[len(namespace) :]):
                return f"{name}:{head[len(namespace) :]}"
        if (scheme := _SCHEME.match(head)) and is_absolute(head):
            self.prefixes[scheme.group(1)] = scheme.group()  # else the reader would take the scheme for a prefix
        return text

    def _text(self, expression: Constant | Reference | Template) -> str:
        parts = expression.parts if isinstance(expression, Template) else (expression,)
        texts = []
        for n, part in enumerate(parts):
            following = parts[n + 1] if n + 1 < len(parts) else None
            text = part if isinstance(part, str) else part.value if isinstance(part, Constant) else ""
            if isinstance(part, Reference):
                texts.append("$(" + re.sub(r"([$()])", r"\\\1", part.name) + ")")
            else:
                texts.append(_escaped(text))
            name = part.name if isinstance(part, Reference) else ""
            if (
                name.endswith("\\")
                or "\\:" in name + text
                or (text.endswith("\\") and following)
                or name.startswith("\\_")
            ):
                self._refuse(say("a backslash before a reference or colon, or at its end"), expression.origin)
        written = "".join(texts)
        if written.endswith(_SUFFIXES):
            what = say("a text that ends in {ending}", ending=written[written.rindex("~") :])
            self._refuse(what, expression.origin)
        return written


def _escaped(text: str) -> str:
    """A text without what the reader takes for a reference or an escape."""
    return re.sub(r"([$()])", r"\\\1", text) if "$(" in text or "\\" in text else text


def _shortest(long: _Document) -> list[Any] | _Document | str:
    """An object in short form where that says all."""
    keys = set(long)
    if keys == {"value"}:
        return str(long["value"])
    if keys == {"value", "type"} and long["type"] == "iri":
        return f"{long['value']}~iri"
    if keys == {"value", "datatype"} and isinstance(long["datatype"], str):
        return [long["value"], long["datatype"]]
    if keys == {"value", "language"} and isinstance(long["language"], str):
        return [long["value"], f"{long['language']}~lang"]
    return long


def _dialect(dialect: Dialect) -> _Document:
    default = Dialect()
    return {
        "encoding": dialect.encoding if dialect.encoding != default.encoding else "",
        "delimiter": {"\t": "tab"}.get(dialect.delimiter, dialect.delimiter) if dialect.delimiter != "," else "",
        "quote": dialect.quote if dialect.quote != default.quote else "",
        "null": [each for each in dialect.nulls if each],
        "header": "" if dialect.header else "false",
        "empty": "" if dialect.empty_is_null else "text",
    }


def _target(target: LogicalTarget) -> _Document:
    kind = "sparql" if target.endpoint else "void"
    written = {"access": target.path, "type": kind, "serialization": _SERIALIZATIONS[target.serialization]}
    if target.encoding != "utf-8":
        written["encoding"] = target.encoding
    return {**written, **({"compression": target.compression} if target.compression else {})}
