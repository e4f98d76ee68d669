"""Each validation result back to the cells that made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.diagnostics import CellOrigin, Diagnostic, Origin, Severity
from lod.lift.lineage import find_cells
from lod.lineage import Lineage
from lod.rdf.parse import Document, place_of
from lod.validation.default_messages import Labels, default_message
from lod.validation.report import INFO, WARNING, Term, ValidationReport, ValidationResult, local_name
from lod.validation.shape_graph import ShapeGraph
from lod.validation.validate import shape_place
from lod.wording import Wording, joined, say

_SEVERITY = {WARNING: Severity.WARNING, INFO: Severity.INFO}
_EACH = 1000  # results traced to their cells; beyond that a list helps nobody


@dataclass(frozen=True, slots=True)
class Sources:
    """Where subjects come from: rows through the lineage, or RDF documents as people wrote them."""

    lineage: Lineage | None
    documents: Sequence[Document]
    shapes: Sequence[Document]


def trace(report: ValidationReport, sources: Sources) -> Iterator[Diagnostic]:
    """A finding for each result: LOD6001, at the cell, or at the line of the document that describes the focus node."""
    written = {str(quad.subject): document for document in reversed(sources.documents) for quad in document.quads}
    owners = {
        str(quad.object): quad.subject
        for document in sources.shapes
        for quad in document.quads
        if isinstance(quad.object, BlankNode)
    }
    labels = Labels((*sources.documents, *sources.shapes))
    for number, result in enumerate(report.results):
        origins = _origins(result, sources.lineage, written) if number < _EACH else []
        shape = shape_place(_iri(_owner(result.source_shape, owners)), sources.shapes)
        yield Diagnostic(
            "LOD6001",
            _SEVERITY.get(result.severity, Severity.ERROR),
            _message(result, report.shapes, labels),
            origins[0] if origins else shape,
            _hint(result),
            (*origins[1:], *([shape] if shape and origins else [])),
        )


def _owner(shape: object, owners: Mapping[str, object]) -> object:
    """The named shape that a shape without a name belongs to."""
    for _ in range(len(owners)):
        if not isinstance(shape, BlankNode) or str(shape) not in owners:
            break
        shape = owners[str(shape)]
    return shape


def _origins(result: ValidationResult, lineage: Lineage | None, written: Mapping[str, Document]) -> Sequence[Origin]:
    """The cells of the value; else those of the whole focus node; else its place in a document."""
    subject = _iri(result.focus_node)
    if lineage is not None:
        cells = find_cells(lineage, subject, result.predicate) if result.predicate else []
        cells = cells or find_cells(lineage, subject, None)
        if cells:
            return _blamed(cells, result)
    document = written.get(str(result.focus_node))
    value = getattr(result.value, "value", "")
    return [place_of(document, subject, result.predicate or "", value)] if document else []


def _blamed(cells: Sequence[CellOrigin], result: ValidationResult) -> Sequence[CellOrigin]:
    """Those cells that hold the value, if it can be told; else all."""
    value = getattr(result.value, "value", None)
    holding = [cell for cell in cells if cell.text is not None and cell.text == value]
    return holding or cells


def _message(result: ValidationResult, shapes: ShapeGraph, labels: Labels) -> Wording:
    """'id/code/county/63000, headcount: …': the focus node, the path and what the shape says; else what is expected."""
    said: str = " / ".join(dict.fromkeys(result.messages.values()))  # in the words, and languages, of the shape
    if not said:
        return joined([_shown(result.focus_node), ": ", default_message(result, shapes, labels)], "")
    path = f", {local_name(result.path) if result.predicate else result.path}" if result.path else ""
    value = "" if result.value is None else _shown(result.value)
    more = f" ({value})" if value and value not in said else ""
    return joined([f"{_shown(result.focus_node)}{path}: ", said, more], "")


def _shown(term: Term) -> str:
    """A term for people: an IRI without its host, the text of a literal."""
    if isinstance(term, NamedNode):
        scheme, _, rest = term.value.partition("://")
        return rest.partition("/")[2] if rest else scheme
    return f"'{term.value}'" if isinstance(term, Literal) else str(term)


def _hint(result: ValidationResult) -> Wording:
    component = local_name(result.component).removesuffix("ConstraintComponent")
    if isinstance(result.source_shape, NamedNode):
        shape = local_name(result.source_shape.value)
        return say("broken rule: {component} of shape {shape}", component=component, shape=shape)
    return say("broken rule: {component}", component=component)


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
