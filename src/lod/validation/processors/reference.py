"""pyshacl, the reference: exact but for the errors that are known here, and slow.

It gets a graph in memory, never one over the store: over an Oxigraph graph it is twenty times slower and takes "x" and
"x"^^xsd:string, which are one term, for two.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import rdflib
from rdflib.term import Node as RdflibNode

from lod.validation.data_graph import DataGraph
from lod.validation.graphs import quiet, to_node, to_rdflib, to_term
from lod.validation.processors.processor import Judgement, Unable
from lod.validation.report import Term, ValidationResult
from lod.validation.shapes import for_pyshacl as shapes_graph
from lod.validation.shapes.graph import TARGETS, Node, ShapeGraph
from lod.validation.shapes.paths import written_path

SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
LARGE = 500_000  # triples; it does about 10,000 a second and needs about 2 kB for each


class Refused(Unable):
    """The shapes are wrong. `link` is the place of the specification that says so."""

    def __init__(self, message: str, link: str) -> None:
        self.link = link
        super().__init__(message)


class Reference:
    """The processor that the others are compared with."""

    name = f"pyshacl {version('pyshacl')}"

    def judge(self, data: DataGraph, shapes: ShapeGraph, targeted: Sequence[Node], _work: Path) -> Judgement:
        """Hold a data graph against shapes. See `Processor`. Refused: the shapes are wrong."""
        graph, rules = rdflib.Graph(), rules_of(shapes, targeted)
        to_rdflib(data.quads(), graph)
        nodes = {str(node): node for node in targeted}
        idle = [
            shape
            for shape in shapes_graph.targeted_shapes(rules)
            if not shapes_graph.has_focus_node(shape, rules, graph)
        ]
        lengthened = shapes_graph.spell_out_languages(rules, graph)
        report, _ = run(graph, rules)
        shapes_graph.restore_languages(report, lengthened)
        results = [
            _result(report, node, shapes) for node in report.objects(None, SHACL.result) if _is_top(report, node)
        ]
        found = (nodes.get(str(to_term(shape))) for shape in idle)
        return Judgement(results, frozenset(node for node in found if node is not None))


def _is_top(report: rdflib.Graph, node: RdflibNode) -> bool:
    """`sh:detail` results are not results of the report itself."""
    return (None, SHACL.detail, node) not in report or (None, SHACL.result, node) in report


def rules_of(shapes: ShapeGraph, targeted: Sequence[Node] | None = None) -> rdflib.Graph:
    """The shapes as a graph that pyshacl reads rightly, without the targets of shapes that are not asked for."""
    rules = rdflib.Graph()
    for document in shapes.documents:
        to_rdflib(document.quads, rules)
        for prefix, iri in document.prefixes.items():
            rules.bind(prefix, iri, replace=True)  # queries of shapes may use them
    for form in (SHACL.select, SHACL.ask):
        for constraint, _, text in list(rules.triples((None, form, None))):
            query = shapes.query(to_term(constraint), str(text))
            rules.set((constraint, form, rdflib.Literal(query)))
    asked = None if targeted is None else {str(node) for node in targeted}
    for shape in [node for node in shapes.subjects() if shapes.is_class(node)]:
        rules.add((to_node(shape), SHACL.targetClass, to_node(shape)))
        for kind in filter(shapes.is_class_type, shapes.objects(shape, str(rdflib.RDF.type))):
            rules.remove((to_node(shape), rdflib.RDF.type, to_node(kind)))
    if asked is not None:
        for predicate in TARGETS:
            for subject, _, value in list(rules.triples((None, rdflib.URIRef(predicate), None))):
                if str(to_term(subject)) not in asked:
                    rules.remove((subject, rdflib.URIRef(predicate), value))
    shapes_graph.drop_untrue_unique_lang(rules)
    shapes_graph.spell_out_prefixes(rules)
    return rules


def run(data: rdflib.Graph, rules: rdflib.Graph) -> tuple[rdflib.Graph, list[str]]:
    """The report graph, and what pyshacl warned of.

    Raises:
        Refused: the shapes are wrong.
        Unable: it made no report.
    """
    import pyshacl  # a third of a second: only those who need it wait for it
    from pyshacl.errors import ConstraintLoadError, RuleLoadError, ShapeLoadError

    with quiet() as caught:
        try:
            _, report, text = pyshacl.validate(data, shacl_graph=rules, inplace=True)
        except (ShapeLoadError, ConstraintLoadError, RuleLoadError) as error:
            raise Refused(error.message, error.link) from error
        except Exception as error:  # whatever a shape's own query or pattern makes of it
            raise Unable(str(error) or type(error).__name__) from error
    if not isinstance(report, rdflib.Graph) or (None, SHACL.conforms, None) not in report:
        raise Unable(f"the validator made no report: {text}")
    return report, [str(each.message) for each in caught if issubclass(each.category, RuntimeWarning)]


def _result(graph: rdflib.Graph, node: RdflibNode, shapes: ShapeGraph) -> ValidationResult:
    def term(predicate: rdflib.URIRef) -> Term | None:
        found = graph.value(node, predicate)
        return None if found is None else to_term(found)

    path, focus, shape = graph.value(node, SHACL.resultPath), term(SHACL.focusNode), term(SHACL.sourceShape)
    messages: dict[str, list[str]] = {}
    constraint = term(SHACL.sourceConstraint)
    assert focus is not None
    assert shape is not None
    component = str(graph.value(node, SHACL.sourceConstraintComponent))
    if shapes_graph.says_itself(shapes, shape, constraint, component):
        for message in sorted(graph.objects(node, SHACL.resultMessage), key=str):
            language = message.language if isinstance(message, rdflib.Literal) else None
            messages.setdefault(language or "", []).append(str(message))
    return ValidationResult(
        focus,
        "" if path is None else written_path(graph, path),
        term(SHACL.value),
        str(graph.value(node, SHACL.resultSeverity)),
        shape,
        component,
        {language: "; ".join(texts) for language, texts in sorted(messages.items())},
        constraint,
    )
