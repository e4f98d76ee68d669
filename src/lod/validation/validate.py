"""SHACL validation by pyshacl.

https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib.term import Node

from lod.diagnostics import Diagnostic, Findings, FindingsError, Severity, TextOrigin
from lod.errors import LodError
from lod.rdf.parse import Document, parse_document, place_of
from lod.validation import shapes as shapes_graph
from lod.validation.graphs import quiet, to_rdflib, to_term, walk
from lod.validation.paths import written_path
from lod.validation.report import Term, ValidationReport, ValidationResult, local_name

SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
_FAILED = "no report is not 'conforms': nothing was validated"
_NO_TARGET = "no shape has a target: nothing is checked"
_GIVE_TARGET = "give a shape sh:targetClass"

LARGE = 500_000  # triples; pyshacl does about 10,000 a second and needs about 2 kB for each


class ValidationFailed(LodError):
    """There is no validation report. That is never the same as 'conforms' (SHACL §3.4, failures)."""


def read_shapes(
    paths: Iterable[Path], findings: Findings, *, base_iri: str | None = None, shown: Sequence[str] = ()
) -> tuple[Document, ...]:
    """Parse shapes files. Findings: those of `parse_document`; LOD6005 a query that would fetch something, LOD6002 a
    pattern that is none."""
    read = []
    for number, path in enumerate(paths):
        name = shown[number] if number < len(shown) else str(path)
        document = parse_document(path, findings, base_iri=base_iri, shown=name, blank=f"s{number}x")
        if document:
            read.append(document)
            _check_texts(document, findings)
    return tuple(read)


def _check_texts(document: Document, findings: Findings) -> None:
    """The queries and patterns that stand in shapes as text."""
    graph = rdflib.Graph()
    to_rdflib(document.quads, graph)
    for constraint, word in shapes_graph.outgoing_queries(graph):
        place = place_of(document, str(shapes_graph.owner(graph, constraint)))
        hint = "validation works on the data at hand; nothing is fetched"
        findings.error("LOD6005", f"a query of this shape has {word} in it", place, hint)
    for shape, wrong in shapes_graph.broken_patterns(graph):
        place = place_of(document, str(shapes_graph.owner(graph, shape)), SHACL.pattern)
        findings.error("LOD6002", wrong, place, "see https://www.w3.org/TR/shacl/#PatternConstraintComponent")


def validate(data: Iterable[ox.Quad], shapes: Sequence[Document], findings: Findings) -> ValidationReport:
    """Hold a graph against shapes.

    Findings: LOD6002 wrong shapes, LOD6004 (warning) a shape without focus node, LOD6006 (warning) nothing has a
    target, LOD6007 (info) so much data that it takes long.

    Raises:
        FindingsError: LOD6002.
        ValidationFailed: LOD6003 the processor made no report.
    """
    data_graph, rules = rdflib.Graph(), _rules(shapes)
    to_rdflib(data, data_graph)
    if len(data_graph) > LARGE:
        findings.extend([_large(len(data_graph))])
    _say_what_is_not_checked(rules, data_graph, shapes, findings)
    lengthened = shapes_graph.spell_out_languages(rules, data_graph)
    report = _run(data_graph, rules, shapes, findings)
    shapes_graph.restore_languages(report, lengthened)
    return _read_report(report, f"pyshacl {version('pyshacl')}")


def check_shapes(shapes: Sequence[Document], findings: Findings) -> None:
    """Read shapes as validation would, without data. Findings: LOD6002 wrong shapes, LOD6006 nothing has a target."""
    if not shapes:
        return
    rules = _rules(shapes)
    if not shapes_graph.targeted_shapes(rules):
        findings.warning("LOD6006", _NO_TARGET, TextOrigin(shapes[0].shown), _GIVE_TARGET)
    with contextlib.suppress(FindingsError):  # it is in `findings`
        _run(rdflib.Graph(), rules, shapes, findings)


def _rules(shapes: Sequence[Document]) -> rdflib.Graph:
    """One shapes graph, written so that pyshacl reads it rightly."""
    rules = rdflib.Graph()
    for document in shapes:
        to_rdflib(document.quads, rules)
        for prefix, iri in document.prefixes.items():
            rules.bind(prefix, iri, replace=True)  # queries of shapes may use them
    shapes_graph.drop_untrue_unique_lang(rules)
    shapes_graph.spell_out_prefixes(rules)
    return rules


def _large(triples: int) -> Diagnostic:
    minutes = triples // 600_000 + 1
    message = f"{triples:,} triples to validate: this takes about {minutes} minutes and {triples // 500_000 + 1} GB"
    return Diagnostic("LOD6007", Severity.INFO, message)


def _say_what_is_not_checked(
    rules: rdflib.Graph, data: rdflib.Graph, shapes: Sequence[Document], findings: Findings
) -> None:
    targeted = shapes_graph.targeted_shapes(rules)
    if not targeted:
        where = TextOrigin(shapes[0].shown) if shapes else None
        findings.warning("LOD6006", _NO_TARGET, where, _GIVE_TARGET)
    for shape in targeted:
        if not shapes_graph.has_focus_node(shape, rules, data):
            name = local_name(str(shape))
            message = f"shape {name} selects nothing: its target matches no node of the data"
            findings.warning(
                "LOD6004", message, _place(shape, rules, shapes), "is the class or property spelt as in the data?"
            )


def _place(shape: Node, rules: rdflib.Graph, shapes: Sequence[Document]) -> TextOrigin | None:
    """Where a shape stands."""
    return shape_place(str(shapes_graph.owner(rules, shape)), shapes)


def shape_place(iri: str, shapes: Sequence[Document]) -> TextOrigin | None:
    """Where the shape of that IRI stands among the shapes files; the only file, if it is not found."""
    places = [place_of(document, iri) for document in shapes]
    return next((place for place in places if place.line), places[0] if len(places) == 1 else None)


def _run(data: rdflib.Graph, rules: rdflib.Graph, shapes: Sequence[Document], findings: Findings) -> rdflib.Graph:
    import pyshacl  # a third of a second: only those who validate wait for it
    from pyshacl.errors import ConstraintLoadError, RuleLoadError, ShapeLoadError

    with quiet() as caught:
        try:
            _, report, text = pyshacl.validate(data, shacl_graph=rules, inplace=True)
        except (ShapeLoadError, ConstraintLoadError, RuleLoadError) as error:
            where = TextOrigin(shapes[0].shown) if len(shapes) == 1 else None
            findings.error("LOD6002", error.message, where, f"see {error.link}")
            findings.raise_if_errors()
            raise
        except Exception as error:  # whatever a shape's own query or pattern makes of it
            raise ValidationFailed(
                f"validation failed: {str(error) or type(error).__name__}", hint=_FAILED, code="LOD6003"
            ) from error
    for warning in caught:
        if issubclass(warning.category, RuntimeWarning):
            findings.warning("LOD6002", str(warning.message), TextOrigin(shapes[0].shown) if len(shapes) == 1 else None)
    if not isinstance(report, rdflib.Graph) or (None, SHACL.conforms, None) not in report:
        raise ValidationFailed(f"the validator made no report: {text}", hint=_FAILED, code="LOD6003")
    return report


def _read_report(graph: rdflib.Graph, engine: str) -> ValidationReport:
    nodes = {node: _read_result(graph, node) for node in graph.objects(None, SHACL.result)}
    top = next(iter(graph.subjects(rdflib.RDF.type, SHACL.ValidationReport)))
    ordered = sorted(nodes, key=lambda node: _order(nodes[node]))
    triples = [f"{triple} .\n" for triple in walk(graph, [top, *ordered])]
    conforms = graph.value(top, SHACL.conforms)
    assert isinstance(conforms, rdflib.Literal)
    return ValidationReport(bool(conforms.value), tuple(nodes[node] for node in ordered), engine, "".join(triples))


def _read_result(graph: rdflib.Graph, node: Node) -> ValidationResult:
    def one(predicate: rdflib.URIRef) -> Node | None:
        return graph.value(node, predicate)

    def term(predicate: rdflib.URIRef) -> Term | None:
        found = one(predicate)
        return None if found is None else to_term(found)

    path, focus, shape = one(SHACL.resultPath), term(SHACL.focusNode), term(SHACL.sourceShape)
    messages: dict[str, list[str]] = {}
    for message in sorted(graph.objects(node, SHACL.resultMessage), key=str):
        language = message.language if isinstance(message, rdflib.Literal) else None
        messages.setdefault(language or "", []).append(str(message))
    assert focus is not None
    assert shape is not None
    return ValidationResult(
        focus_node=focus,
        path="" if path is None else written_path(graph, path),
        value=term(SHACL.value),
        severity=str(one(SHACL.resultSeverity)),
        source_shape=shape,
        component=str(one(SHACL.sourceConstraintComponent)),
        messages={language: "; ".join(texts) for language, texts in sorted(messages.items())},
    )


def _order(result: ValidationResult) -> tuple[str, ...]:
    parts = (result.focus_node, result.path, result.component, result.value, result.source_shape)
    return (*(str(part) for part in parts), *result.messages.values())
