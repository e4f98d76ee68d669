"""SHACL validation: a data graph, a shapes graph, a processor, a report.

https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import rdflib
from pyoxigraph import BlankNode, NamedNode, Quad

from lod.diagnostics import Diagnostic, Findings, Severity, TextOrigin
from lod.rdf.namespaces import SH
from lod.rdf.parse import Document, parse_document, place_of
from lod.validation.data_graph import DataGraph
from lod.validation.graphs import to_rdflib
from lod.validation.processors.processor import Judgement, Processor, Unable, ValidationFailed, processors
from lod.validation.processors.reference import LARGE, Reference, Refused, rules_of, run
from lod.validation.report import Judged, ValidationReport, local_name
from lod.validation.shapes import for_pyshacl as shapes_graph
from lod.validation.shapes.graph import Node, ShapeGraph, Term
from lod.validation.shapes.mistakes import find_mistakes, find_strange_paths
from lod.validation.shapes.queries import forbidden_queries
from lod.wording import Wording, say

_FAILED = say("no report is not 'conforms': nothing was validated")
_NO_TARGET = say("no shape has a target: nothing is checked")
_GIVE_TARGET = say("give a shape sh:targetClass")
_WHOLE = "the whole graph"


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
        hint = say("validation works on the data at hand; nothing is fetched")
        findings.error("LOD6005", say("a query of this shape has {word} in it", word=word), place, hint)
    for shape, wrong in shapes_graph.broken_patterns(graph):
        place = place_of(document, str(shapes_graph.owner(graph, shape)), SH + "pattern")
        findings.error(
            "LOD6002", Wording(wrong), place, say("see https://www.w3.org/TR/shacl/#PatternConstraintComponent")
        )


def validate(
    data: DataGraph | Iterable[Quad], shapes: Sequence[Document], findings: Findings, *, processor: str = "auto"
) -> ValidationReport:
    """Hold a graph against shapes, by the processor of that name ('shacl', 'pyshacl') or the best there is.

    Findings: LOD6002 wrong shapes, LOD6004 (warning) a shape without focus node, LOD6006 (warning) nothing has a
    target, LOD6007 (info) so much data for the reference that it takes long, LOD6010 a query that SHACL does not allow,
    LOD6011 (info) a processor gave up and another judged.

    Raises:
        FindingsError: LOD6002, LOD6010.
        ValidationFailed: LOD6003 no processor made a report.
    """
    data = data if isinstance(data, DataGraph) else DataGraph(statements=tuple(data))
    graph = ShapeGraph(shapes)
    targeted = graph.targeted()
    own = Findings()  # what was found before is no reason to stop
    try:
        check_shapes(shapes, own, properties=data.properties(), of_others=True)
        own.raise_if_errors()
        judgement, judge = judged(data, graph, targeted, own, processors(processor))
        tell_idle(judgement.idle, graph, own)
    finally:
        findings.extend(own)
    results = tuple(sorted(judgement.results, key=lambda result: result.order()))
    who = tuple(Judged(shape, judge.name, _WHOLE) for shape in targeted)
    return ValidationReport(not results, results, judge.name, graph, who, idle=frozenset(judgement.idle))


def judged(
    data: DataGraph,
    shapes: ShapeGraph,
    targeted: Sequence[Node],
    findings: Findings,
    candidates: Sequence[Processor],
) -> tuple[Judgement, Processor]:
    """The judgement of the first processor that makes one."""
    said = ""
    with tempfile.TemporaryDirectory(prefix="lod-validate-") as folder:
        for place, each in enumerate(candidates):
            if isinstance(each, Reference) and data.size() > LARGE:
                findings.extend([_large(data.size())])
            try:
                judgement = each.judge(data, shapes, targeted, Path(folder))
            except Refused as error:
                findings.error(
                    "LOD6002", Wording(str(error)), _only(shapes.documents), say("see {link}", link=error.link)
                )
                findings.raise_if_errors()
            except Unable as error:
                said = said or str(error)
                if place + 1 < len(candidates):
                    message = say(
                        "{each} made no report, {candidates} judged instead: {error}",
                        each=each.name,
                        candidates=candidates[place + 1].name,
                        error=error,
                    )
                    findings.extend([Diagnostic("LOD6011", Severity.INFO, message, _only(shapes.documents))])
            else:
                return judgement, each
    raise ValidationFailed(say("validation failed: {said}", said=said), hint=_FAILED, code="LOD6003")


def check_shapes(
    shapes: Sequence[Document],
    findings: Findings,
    *,
    properties: Collection[str] | None = None,
    tell_all: bool = False,
    of_others: bool = False,
) -> None:
    """Read shapes as validation would, with an example for data: some errors show only when a shape is used.

    `properties` are those that the data has, where that is known; with `tell_all` each that it has not is told. Slips
    in published shapes `of_others` are told and passed over, as their processors do.

    Findings: LOD6002 wrong shapes, LOD6006 nothing has a target, LOD6010 a query that SHACL does not allow, those of
    `lod.validation.shapes.mistakes`.
    """
    if not shapes:
        return
    graph = ShapeGraph(shapes)
    if properties is not None:
        find_strange_paths(graph, properties, findings, tell_all=tell_all)
    found = len(findings.errors)
    find_mistakes(graph, findings, of_others=of_others)
    if len(findings.errors) > found:
        return  # the same mistakes would be told again, in the words of a processor
    if not graph.targeted():
        findings.warning("LOD6006", _NO_TARGET, TextOrigin(shapes[0].shown), _GIVE_TARGET)
    for constraint, wrong in forbidden_queries(graph):
        hint = say("see https://www.w3.org/TR/shacl/#pre-binding")
        findings.error(
            "LOD6010", say("a query of a shape may not have {wrong}", wrong=wrong), _place(constraint, graph), hint
        )
    try:
        _, warned = run(shapes_graph.example(graph), rules_of(graph))
    except Refused as error:
        findings.error("LOD6002", Wording(str(error)), _only(shapes), say("see {link}", link=error.link))
    except Unable:
        pass  # a query that fails without data may be right with it: the processor will say
    else:
        for warning in warned:
            findings.warning("LOD6002", Wording(warning), _only(shapes))


def _large(triples: int) -> Diagnostic:
    minutes = triples // 600_000 + 1
    message = say(
        "{triples:,} triples to validate: this takes about {minutes} minutes and {triples2} GB",
        triples=triples,
        minutes=minutes,
        triples2=triples // 500000 + 1,
    )
    return Diagnostic("LOD6007", Severity.INFO, message)


def tell_idle(idle: Iterable[Node], shapes: ShapeGraph, findings: Findings) -> None:
    """LOD6004 for each shape that selected nothing."""
    for shape in sorted(idle, key=str):
        name = local_name(shape.value) if isinstance(shape, NamedNode) else "without a name"
        message = say("shape {name} selects nothing: its target matches no node of the data", name=name)
        hint = say("is the class or property spelt as in the data?")
        findings.warning("LOD6004", message, _place(shape, shapes), hint)


def _place(node: Term, shapes: ShapeGraph) -> TextOrigin | None:
    """Where a shape, or the shape of a constraint, stands."""
    owner = shapes.owner(node)
    return shape_place(owner.value if isinstance(owner, (NamedNode, BlankNode)) else "", shapes.documents)


def shape_place(iri: str, shapes: Sequence[Document]) -> TextOrigin | None:
    """Where the shape of that IRI stands among the shapes files; the only file, if it is not found."""
    places = [place_of(document, iri) for document in shapes]
    return next((place for place in places if place.line), places[0] if len(places) == 1 else None)


def _only(shapes: Sequence[Document]) -> TextOrigin | None:
    return TextOrigin(shapes[0].shown) if len(shapes) == 1 else None
