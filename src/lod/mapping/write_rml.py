"""IR → RML in Turtle, in the words of https://w3id.org/rml/: Core, IO and FNML."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.functions import PREFIXES as FUNCTION_PREFIXES
from lod.mapping.functions import foreign_function, function_named
from lod.mapping.ir import (
    Call,
    Constant,
    Dialect,
    Expression,
    Formulation,
    GatherMap,
    LogicalSource,
    LogicalTarget,
    Mapping,
    PredicateObjectMap,
    Reference,
    ReferencingObjectMap,
    RowIdentity,
    Rows,
    Safety,
    Template,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.rdf.formats import GRAPH_FORMATS
from lod.rdf.iris import illegal_character, iri_safe, is_absolute
from lod.rdf.namespaces import PREFIXES
from lod.rdf.nquads import literal
from lod.wording import Wording, say

_RML = "http://w3id.org/rml/"
_FORMATS = "http://www.w3.org/ns/formats/"
_NAMESPACES = {
    **PREFIXES,
    **FUNCTION_PREFIXES,
    "rml": _RML,
    "d2rq": "http://www.wiwiss.fu-berlin.de/suhl/bizer/D2RQ/0.1#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "formats": _FORMATS,
    "sd": "http://www.w3.org/ns/sparql-service-description#",
}
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?\Z")  # a safe part of PN_LOCAL
_FORMULATIONS = {
    Formulation.CSV: "rml:CSV",
    Formulation.JSONPATH: "rml:JSONPath",
    Formulation.XPATH: "rml:XPath",
    Formulation.WORKBOOK: "rml:CSV",  # of which the file's name tells that it is none
    Formulation.PARQUET: "rml:CSV",
}
_ENCODINGS = {"utf-8": "rml:UTF-8", "utf-16": "rml:UTF-16"}
_TERM_TYPES = {TermType.LITERAL: "rml:Literal", TermType.BLANK_NODE: "rml:BlankNode"}
_SAFETIES = {Safety.IRI: "rml:IRI", Safety.URI: "rml:URI", Safety.UNSAFE: "rml:UnsafeIRI"}
_SERIALIZATIONS = {each.suffix: each.iri for each in GRAPH_FORMATS} | {
    "n3": _FORMATS + "N3",
    "rj": _FORMATS + "RDF_JSON",
}


@dataclass(frozen=True, slots=True)
class _Properties:
    """A resource without a name: predicates and their values, in order."""

    pairs: list[_Pair]

    def written(self, indent: str) -> str:
        """As a blank node's property list, on one line if it is short."""
        inner = indent + "  "
        lines = [f"{name} {value if isinstance(value, str) else value.written(inner)}" for name, value in self.pairs]
        short = "[ " + " ; ".join(lines) + " ]"
        if len(short) + len(indent) <= 100 and "\n" not in short:
            return short
        return "[\n" + " ;\n".join(inner + line for line in lines) + f"\n{indent}]"


_Pair: TypeAlias = "tuple[str, str | _Properties]"


def write_rml(mapping: Mapping, findings: Findings) -> str:
    """The document; what RML cannot say is a finding, and left out."""
    writer = _Writer(findings)
    blocks = [writer.triples_map(each) for each in mapping.triples_maps]
    bases = {each.document_base for each in mapping.triples_maps}
    if len(bases) > 1:
        findings.error(
            "LOD3018", say("documents with different bases do not become one"), None, say("convert them one by one")
        )
    head = [f"@prefix {name}: <{_NAMESPACES[name]}> ." for name in sorted(writer.used)]
    head += [f"@base <{base}> ." for base in sorted(bases) if base]
    return "\n".join(head) + "\n\n" + "\n".join(blocks)


@dataclass(slots=True)
class _Writer:
    findings: Findings
    used: set[str] = field(default_factory=lambda: {"rml"})

    def triples_map(self, triples_map: TriplesMap) -> str:
        """One triples map."""
        pairs: list[_Pair] = [("a", "rml:TriplesMap")]
        if triples_map.base:
            pairs.append(("rml:baseIRI", f"<{triples_map.base}>"))
        content = triples_map.source.content
        if not isinstance(content, Rows) or content.columns:  # else all is constant, and needs no source
            pairs.append(("rml:logicalSource", self._source(triples_map.source)))
        gathered = triples_map.gathered
        subject = self._gathered(gathered) if gathered else self._term(triples_map.subject)
        if gathered:
            graphs = [("rml:graphMap", self._term(each)) for each in triples_map.gathered_in if each]
            subject = _Properties([*subject.pairs, *graphs])
        pairs.append(("rml:subjectMap", subject))
        pairs += [("rml:predicateObjectMap", self._statement(each)) for each in triples_map.predicate_object_maps]
        lines = [f"{name} {each if isinstance(each, str) else each.written('  ')}" for name, each in pairs]
        return f"{_name(triples_map.name)} " + " ;\n  ".join(lines) + " .\n"

    def _refuse(self, what: Wording, origin: TextOrigin) -> None:
        self.findings.error(
            "LOD3018",
            say("{what} cannot be written in RML", what=what),
            origin,
            say("leave it out of what is converted"),
        )

    def _source(self, source: LogicalSource) -> _Properties:
        if source.formulation in (Formulation.SQLITE, Formulation.DATABASE):
            return self._database(source)
        if source.formulation is Formulation.SPARQL:
            self.used.add("formats")
            results = "formats:SPARQL_Results_CSV" if source.is_plain else "formats:SPARQL_Results_JSON"
            asked: list[_Pair] = [("rml:referenceFormulation", results), ("rml:iterator", literal(source.query))]
            return _Properties([("rml:source", self._file(source)), *asked])
        formulation = _FORMULATIONS.get(source.formulation)
        if formulation is None or source.view or source.part or source.content is not None:
            read_as = say("sources read as {formulation}", formulation=source.formulation)
            self._refuse(say("tables that CSVW describes") if source.view else read_as, source.origin)
            return _Properties([])
        dialect, default = source.dialect, Dialect()
        is_plain = replace(dialect, encoding="", nulls=(), empty_is_null=True) == replace(default, encoding="")
        pairs: list[_Pair]
        if source.formulation is not Formulation.CSV or (is_plain and dialect.encoding.lower() in _ENCODINGS):
            access = self._file(source)
        else:
            access = self._csvw_table(source)
        pairs = [("rml:source", access), ("rml:referenceFormulation", _with_namespaces(formulation, source))]
        if source.iterator:
            pairs.append(("rml:iterator", literal(source.iterator)))
        return _Properties(pairs)

    def _database(self, source: LogicalSource) -> _Properties:
        """D2RQ's description, and what is asked of the database."""
        self.used.add("d2rq")
        is_file = source.formulation is Formulation.SQLITE
        address = f"jdbc:sqlite:{source.access}" if is_file else source.access
        if not is_file and "://" in address and "+" not in address.partition(":")[0]:
            address = f"jdbc:{address}"
        described = {"jdbcDSN": address, "username": source.user, "password": source.password}
        access = [(f"d2rq:{name}", literal(value)) for name, value in described.items() if value]
        kind = "rml:SQL2008Query" if source.query else "rml:SQL2008Table"
        return _Properties(
            [
                ("rml:source", _Properties([("a", "d2rq:Database"), *access])),
                ("rml:referenceFormulation", kind),
                ("rml:iterator", literal(source.query or source.part)),
            ]
        )

    def _file(self, source: LogicalSource) -> _Properties:
        if source.is_on_the_web:
            self.used.add("dcat")
            place = [("a", "rml:Source"), ("a", "dcat:Distribution"), ("dcat:accessURL", f"<{source.access}>")]
            return _Properties([*place, *self._reading(source)])
        root = "rml:CurrentWorkingDirectory" if source.in_working_folder else "rml:MappingDirectory"
        pairs: list[_Pair] = [
            ("a", "rml:RelativePathSource"),
            ("rml:root", root),
            ("rml:path", literal(source.access)),
        ]
        return _Properties([*pairs, *self._reading(source)])

    def _reading(self, source: LogicalSource) -> list[_Pair]:
        """How the bytes of a file are read."""
        pairs: list[_Pair] = []
        dialect = source.dialect
        if source.formulation is Formulation.CSV:
            nulls = dict.fromkeys([*([""] if dialect.empty_is_null else []), *dialect.nulls])
            pairs += [("rml:null", literal(each)) for each in nulls]
        if dialect.encoding.lower() != "utf-8":
            pairs.append(("rml:encoding", _ENCODINGS.get(dialect.encoding.lower(), "rml:UTF-8")))
        if source.compression:
            pairs.append(("rml:compression", f"rml:{source.compression}"))
        return pairs

    def _csvw_table(self, source: LogicalSource) -> _Properties:
        dialect, default = source.dialect, Dialect()
        if source.in_working_folder or source.compression or not dialect.empty_is_null:
            self._refuse(
                say("a CSV in a dialect of its own that is compressed, or whose empty cells are text"), source.origin
            )
        self.used.add("csvw")
        how: list[_Pair] = [("a", "csvw:Dialect")]
        for name, value, usual in (
            ("encoding", dialect.encoding, default.encoding),
            ("delimiter", dialect.delimiter, default.delimiter),
            ("quoteChar", dialect.quote, default.quote),
            ("commentPrefix", dialect.comment_prefix, default.comment_prefix),
        ):
            if value != usual:
                how.append((f"csvw:{name}", literal(value)))
        if not dialect.header:
            how.append(("csvw:header", "false"))
        if dialect.skip_rows:
            how.append(("csvw:skipRows", str(dialect.skip_rows)))
        if dialect.trim:
            how.append(("csvw:trim", literal(dialect.trim)))
        pairs: list[_Pair] = [
            ("a", "csvw:Table"),
            ("csvw:url", literal(source.access)),
            ("csvw:dialect", _Properties(how)),
        ]
        return _Properties(pairs + [("csvw:null", literal(each)) for each in dialect.nulls])

    def _statement(self, pom: PredicateObjectMap) -> _Properties:
        pairs: list[_Pair] = []
        if not pom.targets and (short := self._short(pom.predicate)):
            pairs.append(("rml:predicate", short))
        else:
            predicate = self._term(pom.predicate)
            targets = [("rml:logicalTarget", self._target(each)) for each in pom.targets]
            pairs.append(("rml:predicateMap", _Properties([*predicate.pairs, *targets])))
        if isinstance(pom.object, ReferencingObjectMap):
            pairs.append(("rml:objectMap", self._referencing(pom.object)))
        elif isinstance(pom.object, GatherMap):
            pairs.append(("rml:objectMap", self._gathered(pom.object)))
        elif short := self._short(pom.object):
            pairs.append(("rml:object", short))
        else:
            pairs.append(("rml:objectMap", self._term(pom.object, is_object=True)))
        if pom.graph:
            short = self._short(pom.graph)
            pairs.append(("rml:graph", short) if short else ("rml:graphMap", self._term(pom.graph)))
        return _Properties(pairs)

    def _gathered(self, gathered: GatherMap) -> _Properties:
        """A list or container; its term map is its head."""
        pairs = list(self._term(gathered.head).pairs) if gathered.head else []
        members = []
        for each in gathered.members:
            if isinstance(each, GatherMap):
                member = self._gathered(each)
            else:
                member = self._term(each, is_object=True) if isinstance(each, TermMap) else self._referencing(each)
            members.append(member.written("      "))
        pairs.append(("rml:gather", f"( {' '.join(members)} )"))
        pairs.append(("rml:gatherAs", self._iri(gathered.kind)))
        if gathered.is_product:
            pairs.append(("rml:strategy", "rml:cartesianProduct"))
        if gathered.keeps_empty:
            pairs.append(("rml:allowEmptyListAndContainer", "true"))
        return _Properties(pairs)

    def _referencing(self, referencing: ReferencingObjectMap) -> _Properties:
        pairs: list[_Pair] = [("rml:parentTriplesMap", _name(referencing.parent))]
        for join in referencing.joins:
            sides: list[_Pair] = []
            for name, side in (("child", join.child), ("parent", join.parent)):
                if isinstance(side, Reference):
                    sides.append((f"rml:{name}", literal(side.name)))
                else:
                    sides.append((f"rml:{name}Map", _Properties(self._expression(side))))
            pairs.append(("rml:joinCondition", _Properties(sides)))
        return _Properties(pairs)

    def _short(self, term_map: TermMap) -> str:
        """A constant as Turtle writes it, '' for what needs a term map."""
        expression, datatype, language = term_map.expression, term_map.datatype, term_map.language
        if not isinstance(expression, Constant) or term_map.condition:
            return ""
        if term_map.term_type is TermType.IRI:
            is_plain = is_absolute(expression.value) and not illegal_character(expression.value)
            return self._iri(expression.value) if is_plain else ""
        if term_map.term_type is not TermType.LITERAL:
            return ""
        if isinstance(language, Constant):
            return literal(expression.value, language=language.value)
        if isinstance(datatype, Constant) and is_absolute(datatype.value):
            return f"{literal(expression.value)}^^{self._iri(datatype.value)}"
        return "" if datatype or language else literal(expression.value)

    def _term(self, term_map: TermMap, *, is_object: bool = False) -> _Properties:
        """A term map. A constant is a template without references: that way it may have a condition."""
        short = self._short(term_map)
        if short and not is_object:
            return _Properties([("rml:constant", short)])
        pairs = self._expression(term_map.expression)
        if (kind := self._term_type(term_map, is_object)) or isinstance(term_map.expression, RowIdentity):
            pairs.append(("rml:termType", kind or "rml:BlankNode"))
        for name, expression in (("datatype", term_map.datatype), ("language", term_map.language)):
            if isinstance(expression, Constant):
                is_iri = name == "datatype"
                pairs.append((f"rml:{name}", self._iri(expression.value) if is_iri else literal(expression.value)))
            elif expression:
                pairs.append((f"rml:{name}Map", _Properties(self._expression(expression))))
        if term_map.condition:
            pairs.append(("rml:condition", _Properties(self._expression(term_map.condition))))
        return _Properties(pairs)

    def _term_type(self, term_map: TermMap, is_object: bool) -> str:
        """The term type, '' where it is the default."""
        is_tagged = term_map.datatype or term_map.language
        is_value = isinstance(term_map.expression, Reference | Call)
        default = TermType.LITERAL if is_object and (is_tagged or is_value) else TermType.IRI
        if term_map.term_type is default and term_map.safety is Safety.IRI:
            return ""
        return _TERM_TYPES.get(term_map.term_type) or _SAFETIES[term_map.safety]

    def _expression(self, expression: Expression) -> list[_Pair]:
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

    def _execution(self, call: Call) -> _Properties:
        function = function_named(call.function) or foreign_function(call.function)
        iris: Table[str, str] = {each.name: each.iris[0] for each in function.parameters}
        pairs: list[_Pair] = [("rml:function", self._iri(function.iri))]
        for name, value in call.arguments:
            given: _Pair
            if isinstance(value, Constant):
                given = ("rml:inputValue", literal(value.value))
            else:
                given = ("rml:inputValueMap", _Properties(self._expression(value)))
            pairs.append(("rml:input", _Properties([("rml:parameter", self._iri(iris.get(name, name))), given])))
        return _Properties(pairs)

    def _target(self, target: LogicalTarget) -> _Properties:
        place: list[_Pair] = [("a", "rml:FilePath"), ("rml:path", literal(target.path))]
        if target.endpoint:
            self.used.add("sd")
            place = [("a", "sd:Service"), ("sd:endpoint", f"<{target.endpoint}>")]
            place.append(("sd:supportedLanguage", "sd:SPARQL11Update"))
        elif target.beside_mapping:
            place.append(("rml:root", "rml:MappingDirectory"))
        pairs: list[_Pair] = [("a", "rml:LogicalTarget"), ("rml:target", _Properties(place))]
        pairs.append(("rml:serialization", self._iri(_SERIALIZATIONS[target.serialization])))
        if target.encoding != "utf-8":
            pairs.append(("rml:encoding", _ENCODINGS[target.encoding]))
        if target.compression:
            pairs.append(("rml:compression", f"rml:{target.compression}"))
        return _Properties(pairs)

    def _iri(self, value: str) -> str:
        cut = max(value.rfind("#"), value.rfind("/"), value.rfind(":")) + 1
        name = next((name for name, namespace in _NAMESPACES.items() if namespace == value[:cut]), None)
        if name is None or not _LOCAL.match(value[cut:]):
            return f"<{value}>"
        self.used.add(name)
        return f"{name}:{value[cut:]}"


def _with_namespaces(formulation: str, source: LogicalSource) -> str | _Properties:
    if not source.namespaces:
        return formulation
    pairs: list[_Pair] = [("a", "rml:XPathReferenceFormulation")]
    for prefix, iri in source.namespaces:
        known: list[_Pair] = [("rml:namespacePrefix", literal(prefix)), ("rml:namespaceURL", literal(iri))]
        pairs.append(("rml:namespace", _Properties(known)))
    return _Properties(pairs)


def _escaped(text: str) -> str:
    return re.sub(r"([{}\\])", r"\\\1", text)


def _name(name: str) -> str:
    """A triples map's IRI; what is percent-encoded already stays."""
    parts = re.split(r"(%[0-9A-Fa-f]{2})", name)
    return f"<#{''.join(part if n % 2 else iri_safe(part) for n, part in enumerate(parts))}>"
