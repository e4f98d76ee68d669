"""The validation report, in SHACL's own words.

https://www.w3.org/TR/shacl/#validation-report §3.6
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from lod.rdf.languages import written
from lod.rdf.namespaces import PREFIXES, RDF, SH, XSD
from lod.rdf.serialize import turtle_blocks
from lod.validation.shapes.graph import ShapeGraph
from lod.wording import NOTHING, Wording

Term = NamedNode | BlankNode | Literal | Triple

VIOLATION = SH + "Violation"
WARNING = SH + "Warning"
INFO = SH + "Info"

_USED = {name: PREFIXES[name] for name in ("qb", "rdf", "rdfs", "sh", "skos", "xsd")}
_A = NamedNode(RDF + "type")
_TOP = BlankNode("report")


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
    constraint: Term | None = None  # sh:sourceConstraint, of SPARQL-based constraints

    @property
    def predicate(self) -> str | None:
        """The path, where it is one predicate."""
        return self.path if self.path and self.path[0] not in "^(<_" else None

    def order(self) -> tuple[str, ...]:
        """What results are sorted by: focus node, path, component, value, source shape, messages."""
        parts = (self.focus_node, self.path, self.component, self.value, self.source_shape)
        return (*(str(part) for part in parts), *self.messages.values())


@dataclass(frozen=True, slots=True)
class Judged:
    """Which processor judged a shape, on what, and why so."""

    shape: Term
    engine: str  # name and version
    data: str  # 'the whole graph', 'columns' …
    reason: Wording = NOTHING


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """What a SHACL processor reported. There is none unless a processor made one: nothing else says 'conforms'."""

    conforms: bool  # no result at all, of whatever severity (§3.6.1.1)
    results: tuple[ValidationResult, ...]  # in the order of focus node, path, component, value
    engine: str  # which processor judged: name and version; several, if several did
    shapes: ShapeGraph
    judged: tuple[Judged, ...] = ()
    left_out: int = 0  # rows that may fail, too, but were only counted
    idle: frozenset[Term] = frozenset()  # shapes that selected nothing

    @property
    def violations(self) -> int:
        """How many results are of severity sh:Violation."""
        return sum(result.severity == VIOLATION for result in self.results)

    def fails(self, threshold: str) -> bool:
        """Whether a result is at least that severe: 'violation', 'warning' or 'info'. Severities of a shape's own
        count as violations."""
        spared = {"violation": {WARNING, INFO}, "warning": {INFO}, "info": set[str]()}[threshold]
        return any(result.severity not in spared for result in self.results)

    def triples(self) -> Iterator[Triple]:
        """The W3C report graph, the same for the same outcome, one result after the other.

        Blank nodes are numbered as they come; what a result says of a shape without a name is said once.
        """
        yield Triple(_TOP, _A, NamedNode(SH + "ValidationReport"))
        conforms = Literal("true" if self.conforms else "false", datatype=NamedNode(XSD + "boolean"))
        yield Triple(_TOP, NamedNode(SH + "conforms"), conforms)
        labels: dict[Term, BlankNode] = {}
        told: set[Term] = set()
        for number, result in enumerate(self.results):
            node = BlankNode(f"r{number}")
            yield Triple(_TOP, NamedNode(SH + "result"), node)
            about: list[Term] = []
            for predicate, value in self._pairs(result):
                if isinstance(value, BlankNode):
                    about.append(value)
                yield Triple(node, NamedNode(predicate), _named(value, labels))
            for triple in self.shapes.closure(value for value in about if value not in told):
                told.add(triple.subject)
                subject, value = _named(triple.subject, labels), _named(triple.object, labels)
                yield Triple(subject, triple.predicate, value)  # type: ignore[arg-type]
            told.update(about)

    def _pairs(self, result: ValidationResult) -> Iterator[tuple[str, Term]]:
        yield RDF + "type", NamedNode(SH + "ValidationResult")
        yield SH + "focusNode", result.focus_node
        if result.path:
            yield SH + "resultPath", self._path(result)
        if result.value is not None:
            yield SH + "value", result.value
        yield SH + "resultSeverity", NamedNode(result.severity)
        yield SH + "sourceConstraintComponent", NamedNode(result.component)
        yield SH + "sourceShape", result.source_shape
        if result.constraint is not None:
            yield SH + "sourceConstraint", result.constraint
        for language, text in result.messages.items():
            yield SH + "resultMessage", Literal(text, language=written(language)) if language else Literal(text)

    def _path(self, result: ValidationResult) -> Term:
        """A path's node in the shapes graph; a plain predicate is itself."""
        if result.predicate:
            return NamedNode(result.predicate)
        for shape in (result.source_shape, *self.shapes.subjects()):
            path = self.shapes.value(shape, SH + "path")
            if path is not None and self.shapes.path_text(path) == result.path:
                return path
        return Literal(result.path)

    @property
    def ntriples(self) -> str:
        """The W3C report graph as N-Triples."""
        return "".join(f"{triple} .\n" for triple in self.triples())

    def to_turtle(self) -> str:
        """The W3C report graph as Turtle."""
        return "".join(turtle_blocks(self.triples(), _USED))

    def write_turtle(self, path: Path) -> None:
        """The same into a file, result by result: nothing of it is held in memory."""
        with path.open("w", encoding="utf-8") as file:
            file.writelines(turtle_blocks(self.triples(), _USED))


def _named(term: Term, labels: dict[Term, BlankNode]) -> Term:
    if not isinstance(term, BlankNode):
        return term
    return labels.setdefault(term, BlankNode(f"b{len(labels)}"))


def local_name(iri: str) -> str:
    """The last part of an IRI, for people."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri
