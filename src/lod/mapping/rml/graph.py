"""A mapping document as a graph of resources with positions, looked at by property; findings for what does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.rml.vocabulary import (
    IN_R2RML,
    NOT_YET,
    PROPERTIES,
    R2RML,
    RML,
    SQL_VERSION,
    SQL_VERSIONS,
    is_legacy,
    modernised,
    shown,
)
from lod.rdf.namespaces import RDF
from lod.rdf.turtle import Blank, Iri, Literal, Statement, Term
from lod.wording import say

Resource = Iri | Blank


@dataclass(slots=True)
class Graph:
    """The statements of one document, its vocabulary modernised. `legacy`: subjects that speak a predecessor's."""

    findings: Findings
    properties: dict[Resource, dict[str, list[Term]]] = field(default_factory=dict)
    described: dict[Resource, TextOrigin] = field(default_factory=dict)  # where the description begins
    legacy: set[Resource] = field(default_factory=set)

    def subjects_with(self, *names: str) -> list[Resource]:
        """The resources that have one of RML's properties, in the order of the text."""
        return [each for each, found in self.properties.items() if any(RML + name in found for name in names)]

    def types(self, node: Term) -> list[str]:
        """The IRIs of a resource's classes."""
        return [str(term.value) for term in self.values(node, RDF + "type")]

    def values(self, node: Term, name: str) -> list[Term]:
        """The values of a property: RML's by its name, another one by its IRI."""
        if isinstance(node, Literal):
            return []
        return self.properties.get(node, {}).get(name if ":" in name else RML + name, [])

    def one(self, node: Term, name: str) -> Term | None:
        """The value of a property that may stand once; the first, and a finding, when it stands several times."""
        values = self.values(node, name)
        if len(values) > 1:
            message = say("{name} stands {values} times here", name=_name(name), values=len(values))
            self.findings.error("LOD3104", message, values[1].origin, say("keep one"), [values[0].origin])
        return values[0] if values else None

    def text(self, node: Term, name: str) -> Literal | None:
        """The value of a property that is text."""
        value = self.one(node, name)
        if value is None or isinstance(value, Literal):
            return value
        self.findings.error(
            "LOD3105",
            say("{name} is text in quotes, not {value}", name=_name(name), value=shown(value)),
            value.origin,
        )
        return None

    def iri(self, node: Term, name: str) -> Iri | None:
        """The value of a property that is an IRI."""
        value = self.one(node, name)
        if value is None or isinstance(value, Iri):
            return value
        self.findings.error(
            "LOD3105", say("{name} is an IRI, not {value}", name=_name(name), value=shown(value)), value.origin
        )
        return None

    def resources(self, node: Term, name: str) -> list[Resource]:
        """The values of a property that are resources: `[ … ]` or an IRI."""
        found = [self._resource(value, name) for value in self.values(node, name)]
        return [value for value in found if value]

    def resource(self, node: Term, name: str) -> Resource | None:
        """The value of a property that is one resource."""
        value = self.one(node, name)
        return self._resource(value, name) if value else None

    def _resource(self, value: Term, name: str) -> Resource | None:
        if not isinstance(value, Literal):
            return value
        message = say("{name} is a resource, [ … ] or an IRI, not text", name=_name(name))
        self.findings.error("LOD3105", message, value.origin)
        return None

    def origin(self, node: Resource) -> TextOrigin:
        """Where a resource's description begins; where it is named, if it has none."""
        return self.described.get(node, node.origin)


def _name(name: str) -> str:
    return f"<{name}>" if ":" in name else f"rml:{name}"


def read_graph(statements: Iterable[Statement], findings: Findings) -> Graph:
    """The graph of a document. Properties in RML's namespaces that nobody knows are findings."""
    graph = Graph(findings)
    for written in statements:
        statement = modernised(written)
        if statement is None:
            if written.predicate.value == SQL_VERSION:
                _check_sql_version(written.object, findings)
            continue
        _check(statement, written, findings)
        subject = statement.subject
        graph.described.setdefault(subject, subject.origin)
        graph.properties.setdefault(subject, {}).setdefault(statement.predicate.value, []).append(statement.object)
        if is_legacy(written):
            graph.legacy.add(subject)
    return graph


def _check_sql_version(term: Term, findings: Findings) -> None:
    """The SQL goes to the database as it is: which one it is written in is only looked at (R2RML, section 5.2)."""
    known = [R2RML + name for name in SQL_VERSIONS]
    if str(term.value) not in known:
        hint = did_you_mean(str(term.value), known) or say("rr:SQL2008, or leave it out")
        findings.error("LOD3109", say("{term} is no known version of SQL", term=shown(term)), term.origin, hint)


def _check(statement: Statement, written: Statement, findings: Findings) -> None:
    predicate = statement.predicate
    if not predicate.value.startswith(RML):
        return
    if written.predicate.value.startswith(R2RML) and (name := written.predicate.value[len(R2RML) :]) not in IN_R2RML:
        near = {"reference": "column", "logicalSource": "logicalTable", "source": "tableName", "query": "sqlQuery"}
        hint = did_you_mean(near.get(name, name), IN_R2RML)
        message = say("there is no property <{predicate}>", predicate=written.predicate.value)
        findings.error("LOD3102", message, predicate.origin, hint)
        return
    name = predicate.value[len(RML) :]
    if name in NOT_YET:
        findings.error("LOD3012", say("rml:{name} is not supported yet", name=name), predicate.origin)
    elif name not in PROPERTIES:
        hint = did_you_mean(name, PROPERTIES)
        findings.error(
            "LOD3102",
            say("there is no property <{predicate}>", predicate=written.predicate.value),
            predicate.origin,
            hint,
        )
