"""Each validation result back to the cells that made it, and to the mapping rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, Store

from lod.diagnostics import Diagnostic, Origin, Severity, TextOrigin
from lod.lift.tracing import Answer, Question, answers
from lod.lineage import Lineage
from lod.rdf.parse import Document, place_of
from lod.validation.report import INFO, WARNING, Term, ValidationReport, ValidationResult, local_name
from lod.validation.reports.account import Traced
from lod.validation.reports.default_messages import Labels, about, default_message, in_languages
from lod.validation.shapes.graph import ShapeGraph
from lod.validation.validate import shape_place
from lod.wording import Wording, joined, say

_SEVERITY = {WARNING: Severity.WARNING, INFO: Severity.INFO}
_CELLS = 20  # of one result that are told


@dataclass(frozen=True, slots=True)
class Sources:
    """Where subjects come from: rows through the lineage, or RDF documents as people wrote them.

    `store`: the graph that was validated, where labels are looked up besides. `named`: how people know the path of a
    mapping. `declared`: what cube files say themselves, by IRI, and where: its rows are nobody's to correct.
    """

    lineage: Lineage | None
    documents: Sequence[Document]
    shapes: Sequence[Document]
    store: Store | None = None
    named: Callable[[str], str] = str
    declared: Mapping[str, TextOrigin] = field(default_factory=dict)


def trace(report: ValidationReport, sources: Sources) -> Iterator[Traced]:
    """Each result, in their order, with a finding: LOD6001, at the cell, or at the line of the document that
    describes the focus node."""
    written = {str(quad.subject): document for document in reversed(sources.documents) for quad in document.quads}
    texts = _Texts(report.shapes, Labels((*sources.documents, *sources.shapes), sources.store), sources.shapes)
    made = _answers(report.results, sources.lineage)
    for result, answer in zip(report.results, made, strict=True):
        declared = sources.declared.get(_iri(result.focus_node))
        origins: Sequence[Origin] = answer.cells or _written(result, written)
        if declared:
            origins, answer = [replace(declared, path=sources.named(declared.path))], Answer()
        shape = texts.place(result.source_shape)
        said = texts.said(result)
        finding = Diagnostic(
            "LOD6001",
            _SEVERITY.get(result.severity, Severity.ERROR),
            texts.message(result, said),
            origins[0] if origins else shape,
            texts.hint(result),
            (*origins[1:_CELLS], *([shape] if shape and origins else [])),
            replace(answer.rule, path=sources.named(answer.rule.path)) if answer.rule else None,
            texts.group(result),
        )
        yield Traced(result, finding, said, texts.about(result))


def _answers(results: Sequence[ValidationResult], lineage: Lineage | None) -> Iterator[Answer]:
    if lineage is None:
        yield from (Answer() for _ in results)
        return
    yield from answers(lineage, [_question(result) for result in results])


def _question(result: ValidationResult) -> Question:
    value = result.value
    known = value.value if isinstance(value, (NamedNode, Literal)) and value != result.focus_node else None
    return Question(_iri(result.focus_node), result.predicate, known, isinstance(value, Literal))


def _written(result: ValidationResult, written: Mapping[str, Document]) -> Sequence[Origin]:
    """Where a document describes the focus node."""
    document = written.get(str(result.focus_node))
    value = getattr(result.value, "value", "")
    return [place_of(document, _iri(result.focus_node), result.predicate or "", value)] if document else []


@dataclass(slots=True)
class _Texts:
    """What is said of results, once for all that are alike."""

    shapes: ShapeGraph
    labels: Labels
    documents: Sequence[Document]
    _places: dict[Term, TextOrigin | None] = field(default_factory=dict)
    _hints: dict[tuple[str, Term], Wording] = field(default_factory=dict)

    def place(self, shape: Term) -> TextOrigin | None:
        """Where a shape stands; one without a name, where the named shape does that it belongs to."""
        if shape not in self._places:
            self._places[shape] = shape_place(_iri(self.shapes.owner(shape)), self.documents)
        return self._places[shape]

    def said(self, result: ValidationResult) -> Wording:
        """What the shape says of a result, in the reader's language if it has that; else what is expected."""
        if result.messages:
            return in_languages(result.messages)
        return default_message(result, self.shapes, self.labels)

    def about(self, result: ValidationResult) -> Wording:
        """The label of the property and its local name, `組室 (office)`; the path where it is longer."""
        name = about(result, self.labels)
        plain = local_name(result.path) if result.predicate else result.path
        return joined([name, " (", plain, ")"], "") if name and name != plain else Wording(plain)

    def message(self, result: ValidationResult, said: Wording) -> Wording:
        """'id/code/county/63000, headcount: …': the focus node, the path and what is wrong."""
        if not result.messages:
            return joined([shown(result.focus_node), ": ", said], "")
        name = about(result, self.labels)
        where = joined([shown(result.focus_node), *([name] if name else [])])
        value = "" if result.value is None else shown(result.value)
        is_said = any(value in words for words in result.messages.values())
        return joined([where, ": ", said, *([f" ({value})"] if not is_said else [])], "")

    def hint(self, result: ValidationResult) -> Wording:
        """The rule that is broken, by the names of its component and shape."""
        key = result.component, result.source_shape
        if key not in self._hints:
            component = local_name(result.component).removesuffix("ConstraintComponent")
            said = say("broken rule: {component}", component=component)
            owner = self.shapes.owner(result.source_shape)
            if isinstance(owner, NamedNode):
                said = say(
                    "broken rule: {component} of shape {shape}", component=component, shape=local_name(owner.value)
                )
            self._hints[key] = said
        return self._hints[key]

    def group(self, result: ValidationResult) -> str:
        """What results of one cause have in common: shape, path, component and severity."""
        shape = _iri(self.shapes.owner(result.source_shape))
        return " ".join((shape, result.path or "-", result.component, local_name(result.severity)))


def shown(term: Term) -> str:
    """A term for people: an IRI without its host, the text of a literal."""
    if isinstance(term, NamedNode):
        scheme, _, rest = term.value.partition("://")
        return rest.partition("/")[2] if rest else scheme
    return f"'{term.value}'" if isinstance(term, Literal) else str(term)


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
