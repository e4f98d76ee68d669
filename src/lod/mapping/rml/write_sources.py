"""Logical sources, views and targets as RML writes them: https://w3id.org/rml/io/spec, https://w3id.org/rml/lv/spec."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.convert import LEAVE_OUT, MAKE_TIDY
from lod.mapping.ir import (
    Dialect,
    ExpressionField,
    Field,
    Formulation,
    JoinKind,
    LogicalSource,
    LogicalTarget,
    LogicalView,
)
from lod.mapping.rml.write_terms import TermWriter
from lod.mapping.rml.write_turtle import FORMATS, Names, Pair, Properties
from lod.rdf.formats import GRAPH_FORMATS
from lod.rdf.nquads import literal
from lod.wording import Wording, say

_FORMULATIONS = {
    Formulation.CSV: "rml:CSV",
    Formulation.JSONPATH: "rml:JSONPath",
    Formulation.XPATH: "rml:XPath",
    Formulation.WORKBOOK: "rml:CSV",  # of which the file's name tells that it is none
    Formulation.PARQUET: "rml:CSV",
}
_ENCODINGS = {"utf-8": "rml:UTF-8", "utf-16": "rml:UTF-16"}
_SERIALIZATIONS = {each.suffix: each.iri for each in GRAPH_FORMATS} | {"n3": FORMATS + "N3", "rj": FORMATS + "RDF_JSON"}
_JOINS = {JoinKind.LEFT: "rml:leftJoin", JoinKind.INNER: "rml:innerJoin", JoinKind.FULL: "rml:fullJoin"}


@dataclass(frozen=True, slots=True)
class SourceWriter:
    """Writes the sources and targets of one document; what RML cannot say is a finding, and left out."""

    names: Names
    terms: TermWriter
    findings: Findings

    def _refuse(self, what: Wording, origin: TextOrigin, hint: Wording = LEAVE_OUT) -> None:
        self.findings.error("LOD3018", say("{what} cannot be written in RML", what=what), origin, hint)

    def source(self, source: LogicalSource) -> Properties:
        """A logical source, or a logical view."""
        if isinstance(source.content, LogicalView):
            return self._view(source.content)
        if source.formulation in (Formulation.SQLITE, Formulation.DATABASE):
            return self._database(source)
        if source.formulation is Formulation.SPARQL:
            self.names.used.add("formats")
            results = "formats:SPARQL_Results_CSV" if source.is_plain else "formats:SPARQL_Results_JSON"
            asked: list[Pair] = [("rml:referenceFormulation", results), ("rml:iterator", literal(source.query))]
            return Properties([("rml:source", self._file(source)), *asked])
        formulation = _FORMULATIONS.get(source.formulation)
        if formulation is None or source.view or source.part or source.content is not None:
            read_as = say("sources read as {formulation}", formulation=source.formulation)
            what = say("tables that CSVW describes") if source.view else read_as
            self._refuse(what, source.origin, MAKE_TIDY if source.makes_its_rows else LEAVE_OUT)
            return Properties([])
        dialect, default = source.dialect, Dialect()
        is_plain = replace(dialect, encoding="", nulls=(), empty_is_null=True) == replace(default, encoding="")
        pairs: list[Pair]
        if source.formulation is not Formulation.CSV or (is_plain and dialect.encoding.lower() in _ENCODINGS):
            access = self._file(source)
        else:
            access = self._csvw_table(source)
        pairs = [("rml:source", access), ("rml:referenceFormulation", _with_namespaces(formulation, source))]
        if source.iterator:
            pairs.append(("rml:iterator", literal(source.iterator)))
        return Properties(pairs)

    def _database(self, source: LogicalSource) -> Properties:
        """D2RQ's description, and what is asked of the database."""
        self.names.used.add("d2rq")
        is_file = source.formulation is Formulation.SQLITE
        address = f"jdbc:sqlite:{source.access}" if is_file else source.access
        if not is_file and "://" in address and "+" not in address.partition(":")[0]:
            address = f"jdbc:{address}"
        described = {"jdbcDSN": address, "username": source.user, "password": source.password}
        access = [(f"d2rq:{name}", literal(value)) for name, value in described.items() if value]
        kind = "rml:SQL2008Query" if source.query else "rml:SQL2008Table"
        return Properties(
            [
                ("rml:source", Properties([("a", "d2rq:Database"), *access])),
                ("rml:referenceFormulation", kind),
                ("rml:iterator", literal(source.query or source.part)),
            ]
        )

    def _file(self, source: LogicalSource) -> Properties:
        if source.is_on_the_web:
            self.names.used.add("dcat")
            place = [("a", "rml:Source"), ("a", "dcat:Distribution"), ("dcat:accessURL", f"<{source.access}>")]
            return Properties([*place, *self._reading(source)])
        root = "rml:CurrentWorkingDirectory" if source.in_working_folder else "rml:MappingDirectory"
        pairs: list[Pair] = [
            ("a", "rml:RelativePathSource"),
            ("rml:root", root),
            ("rml:path", literal(source.access)),
        ]
        return Properties([*pairs, *self._reading(source)])

    def _reading(self, source: LogicalSource) -> list[Pair]:
        """How the bytes of a file are read."""
        pairs: list[Pair] = []
        dialect = source.dialect
        if source.formulation is Formulation.CSV:
            nulls = dict.fromkeys([*([""] if dialect.empty_is_null else []), *dialect.nulls])
            pairs += [("rml:null", literal(each)) for each in nulls]
        if dialect.encoding.lower() != "utf-8":
            pairs.append(("rml:encoding", _ENCODINGS.get(dialect.encoding.lower(), "rml:UTF-8")))
        if source.compression:
            pairs.append(("rml:compression", f"rml:{source.compression}"))
        return pairs

    def _csvw_table(self, source: LogicalSource) -> Properties:
        dialect, default = source.dialect, Dialect()
        if source.in_working_folder or source.compression or not dialect.empty_is_null:
            self._refuse(
                say("a CSV in a dialect of its own that is compressed, or whose empty cells are text"), source.origin
            )
        self.names.used.add("csvw")
        how: list[Pair] = [("a", "csvw:Dialect")]
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
        pairs: list[Pair] = [
            ("a", "csvw:Table"),
            ("csvw:url", literal(source.access)),
            ("csvw:dialect", Properties(how)),
        ]
        return Properties(pairs + [("csvw:null", literal(each)) for each in dialect.nulls])

    def target(self, target: LogicalTarget) -> Properties:
        """A logical target."""
        place: list[Pair] = [("a", "rml:FilePath"), ("rml:path", literal(target.path))]
        if target.endpoint:
            self.names.used.add("sd")
            place = [("a", "sd:Service"), ("sd:endpoint", f"<{target.endpoint}>")]
            place.append(("sd:supportedLanguage", "sd:SPARQL11Update"))
        elif target.beside_mapping:
            place.append(("rml:root", "rml:MappingDirectory"))
        pairs: list[Pair] = [("a", "rml:LogicalTarget"), ("rml:target", Properties(place))]
        pairs.append(("rml:serialization", self.names.iri(_SERIALIZATIONS[target.serialization])))
        if target.encoding != "utf-8":
            pairs.append(("rml:encoding", _ENCODINGS[target.encoding]))
        if target.compression:
            pairs.append(("rml:compression", f"rml:{target.compression}"))
        return Properties(pairs)

    def _view(self, view: LogicalView) -> Properties:
        joins = []
        for join in view.joins:
            fields = [self._field(each) for each in join.fields]
            conditions = [self.terms.join(each) for each in join.conditions]
            parent = ("rml:parentLogicalView", self.source(join.parent))
            joins.append((_JOINS[join.kind], Properties([parent, *conditions, *fields])))
        on = ("rml:viewOn", self.source(view.on))
        return Properties([("a", "rml:LogicalView"), on, *map(self._field, view.fields), *joins])

    def _field(self, field: Field) -> Pair:
        pairs: list[Pair] = [("rml:fieldName", literal(field.name))]
        if isinstance(field, ExpressionField):
            pairs += self.terms.expression(field.expression)
        else:
            if field.formulation:
                pairs.append(("rml:referenceFormulation", _FORMULATIONS[field.formulation]))
            pairs += [("rml:iterator", literal(field.iterator))] if field.iterator else []
        return "rml:field", Properties([*pairs, *map(self._field, field.fields)])


def _with_namespaces(formulation: str, source: LogicalSource) -> str | Properties:
    if not source.namespaces:
        return formulation
    pairs: list[Pair] = [("a", "rml:XPathReferenceFormulation")]
    for prefix, iri in source.namespaces:
        known: list[Pair] = [("rml:namespacePrefix", literal(prefix)), ("rml:namespaceURL", literal(iri))]
        pairs.append(("rml:namespace", Properties(known)))
    return Properties(pairs)
