"""The validation report, in SHACL's own words.

https://www.w3.org/TR/shacl/#validation-report §3.6
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from lod.rdf.namespaces import PREFIXES, SH
from lod.rdf.serialize import to_turtle

Term = NamedNode | BlankNode | Literal | Triple

VIOLATION = SH + "Violation"
WARNING = SH + "Warning"
INFO = SH + "Info"


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One `sh:ValidationResult` (§3.6.2). Terms print as N-Triples."""

    focus_node: Term
    path: str  # IRI, or a property path as SPARQL writes it; '' for a result about the node itself
    value: Term | None
    severity: str  # IRI
    source_shape: Term
    component: str  # IRI of the constraint component
    messages: Mapping[str, str]  # language tag, or '' → text

    @property
    def predicate(self) -> str | None:
        """The path, where it is one predicate."""
        return self.path if self.path and self.path[0] not in "^(<_" else None


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """What a SHACL processor reported. There is none unless a processor made one: nothing else says 'conforms'."""

    conforms: bool  # no result at all, of whatever severity (§3.6.1.1)
    results: tuple[ValidationResult, ...]  # in the order of focus node, path, component, value
    engine: str  # which processor judged: name and version
    ntriples: str  # the W3C report graph, the same for the same outcome

    @property
    def violations(self) -> int:
        """How many results are of severity sh:Violation."""
        return sum(result.severity == VIOLATION for result in self.results)

    def to_turtle(self) -> str:
        """The W3C report graph as Turtle."""
        return to_turtle((quad.triple for quad in parse(self.ntriples, format=RdfFormat.N_TRIPLES)), PREFIXES)


def local_name(iri: str) -> str:
    """The last part of an IRI, for people."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri
