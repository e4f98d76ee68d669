"""`shacl`: compiled, 80 bytes a triple, half a million triples a second.

It reads files or text, and names blank nodes by the order in which they appear, so that ours can be found again. It has
no default messages (`lod.validation.reports.default_messages` has) and no `sh:detail`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import shacl
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from lod.rdf.namespaces import RDF, RDFS, SH
from lod.rdf.nquads import literal
from lod.validation.data_graph import DataGraph
from lod.validation.processors.processor import Judgement, Unable
from lod.validation.report import Term, ValidationResult
from lod.validation.shapes.graph import TARGETS, Node, ShapeGraph

_Said = dict[str, Term]  # predicate → value: of what a report says, only messages are several

_PROBE = "urn:lod:idle:"
_LABEL = re.compile(r"([01])_b(\d+)\Z")
_RESULT, _MESSAGE = SH + "result", SH + "resultMessage"
_QUERIES = (SH + "select", SH + "ask")
_STEPS = {SH + "zeroOrMorePath": "*", SH + "oneOrMorePath": "+", SH + "zeroOrOnePath": "?"}


class Compiled:
    """The processor for graphs of any size."""

    name = f"shacl {version('shacl')}"

    def judge(self, data: DataGraph, shapes: ShapeGraph, targeted: Sequence[Node], work: Path) -> Judgement:
        """Hold a data graph against shapes. See `Processor`."""
        try:
            text, shape_labels = _shapes_text(shapes, targeted)
            rules = shacl.Shapes.from_text(text, format="ntriples")
            report = rules.validate_file(str(data.as_file(work)))
            lines = report.serialize("ntriples")
        except Exception as error:
            raise Unable(str(error)) from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # a bug in compiled code, raised past Exception
                raise
            raise Unable(f"the processor broke down: {error}") from error
        reader = _Reader(data, shape_labels)
        results = list(reader.results(lines))
        if report.conforms is not (not results) and not (report.conforms is False and results):
            raise Unable("the verdict and the results disagree")
        idle = {result.focus_node for result in results if _is_probe(result)}
        kept = [result for result in results if not _is_probe(result)]
        return Judgement(kept, frozenset(node for n, node in enumerate(targeted) if NamedNode(f"{_PROBE}{n}") in idle))


def _is_probe(result: ValidationResult) -> bool:
    return isinstance(result.focus_node, NamedNode) and result.focus_node.value.startswith(_PROBE)


def _shapes_text(shapes: ShapeGraph, targeted: Sequence[Node]) -> tuple[str, list[str]]:
    """The shapes graph as N-Triples, and its blank nodes' labels in their order.

    Queries get the prefixes that they use; targets of shapes that are not asked for are left out; those of shapes that
    are classes are written out, since the processor knows rdfs:Class alone. For each shape that is asked for, another
    asks whether its target selects anything: one that selects nothing must not pass for one that is kept.
    """
    asked = set(targeted)
    lines: list[str] = []
    labels: dict[str, None] = {}
    for triple in shapes.triples():
        predicate, value = triple.predicate.value, triple.object
        if triple.subject not in asked and (predicate in TARGETS or _makes_it_a_target(shapes, triple)):
            continue
        if predicate in _QUERIES and isinstance(value, Literal):
            value = Literal(shapes.query(triple.subject, value.value))
        for term in (triple.subject, value):
            if isinstance(term, BlankNode):
                labels.setdefault(term.value)
        lines.append(f"{triple.subject} {triple.predicate} {value} .\n")
    lines += [f"{shape} <{SH}targetClass> {shape} .\n" for shape in targeted if shapes.is_class(shape)]
    for number, shape in enumerate(targeted):
        query = _idle_query(shapes, shape)
        if query:
            probe = f"<{_PROBE}{number}>"
            lines.append(f"{probe} <{RDF}type> <{SH}NodeShape> .\n{probe} <{SH}targetNode> {probe} .\n")
            lines.append(f"{probe} <{SH}sparql> <{_PROBE}q{number}> .\n")
            lines.append(f"<{_PROBE}q{number}> <{SH}select> {literal(query)} .\n")
    return "".join(lines), list(labels)


def _makes_it_a_target(shapes: ShapeGraph, triple: Triple) -> bool:
    """Whether a triple says that a shape is a class, which would be its target."""
    is_type = triple.predicate.value == RDF + "type" and shapes.is_class(triple.subject)
    return is_type and shapes.is_class_type(triple.object)


def _idle_query(shapes: ShapeGraph, shape: Node) -> str:
    """A query with a solution if no target of a shape selects anything; '' where that cannot be asked."""
    if shapes.objects(shape, SH + "targetNode") or shapes.objects(shape, SH + "target"):
        return ""
    classes = [*shapes.objects(shape, SH + "targetClass"), *([shape] if shapes.is_class(shape) else [])]
    wanted = [f"?c <{RDFS}subClassOf>* {each} . ?x <{RDF}type> ?c ." for each in classes]
    wanted += [f"?x {each} ?o ." for each in shapes.objects(shape, SH + "targetSubjectsOf")]
    wanted += [f"?s {each} ?x ." for each in shapes.objects(shape, SH + "targetObjectsOf")]
    return f"SELECT $this WHERE {{ {' '.join(f'FILTER NOT EXISTS {{ {each} }}' for each in wanted)} }}"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the report that the processor writes, with the blank nodes that we know."""

    data: DataGraph
    shape_labels: Sequence[str]
    data_labels: list[Sequence[str] | None] = field(default_factory=list)  # once they are needed

    def results(self, lines: str) -> Iterator[ValidationResult]:
        """Every result."""
        about: dict[str, _Said] = {}
        messages: dict[str, list[Term]] = {}
        listed: list[str] = []
        for quad in parse(lines, format=RdfFormat.N_TRIPLES):
            subject, predicate, value = quad.subject, quad.predicate.value, quad.object
            assert isinstance(subject, BlankNode)
            if predicate == _RESULT:
                assert isinstance(value, BlankNode)
                listed.append(value.value)
            elif predicate == _MESSAGE:
                messages.setdefault(subject.value, []).append(value)
            elif (said := about.get(subject.value)) is not None:
                said[predicate] = value
            else:
                about[subject.value] = {predicate: value}
        for label in listed:
            yield self._result(about[label], about, messages.get(label, ()))

    def _result(self, said: _Said, about: dict[str, _Said], messages: Sequence[Term]) -> ValidationResult:
        severity, component = said[SH + "resultSeverity"], said[SH + "sourceConstraintComponent"]
        value, constraint = said.get(SH + "value"), said.get(SH + "sourceConstraint")
        path = said.get(SH + "resultPath")
        assert isinstance(severity, NamedNode)
        assert isinstance(component, NamedNode)
        return ValidationResult(
            self._ours(said[SH + "focusNode"]),
            "" if path is None else _path_text(path, about),
            None if value is None else self._ours(value),
            severity.value,
            self._ours(said[SH + "sourceShape"]),
            component.value,
            by_language(messages),
            None if constraint is None else self._ours(constraint),
        )

    def _ours(self, term: Term) -> Term:
        """A blank node under the label that it has here."""
        found = _LABEL.match(term.value) if isinstance(term, BlankNode) else None
        if not found:
            return term
        of_shapes, number = found[1] == "1", int(found[2])
        if not of_shapes and not self.data_labels:
            self.data_labels.append(self.data.labels())
        labels = self.shape_labels if of_shapes else self.data_labels[0]
        number -= 0 if of_shapes else len(self.shape_labels)
        return BlankNode(labels[number]) if labels is not None and 0 <= number < len(labels) else term


def by_language(messages: Iterable[Term]) -> dict[str, str]:
    """Messages by language; several of one language become one text."""
    found: dict[str, list[str]] = {}
    for message in messages:
        if isinstance(message, Literal):
            found.setdefault(message.language or "", []).append(message.value)
    return {language: "; ".join(sorted(texts)) for language, texts in sorted(found.items())}


def _path_text(path: Term, about: dict[str, _Said], depth: int = 0) -> str:
    if isinstance(path, NamedNode):
        return f"<{path.value}>" if depth else path.value
    if not isinstance(path, BlankNode) or depth > 20:
        return str(path)
    said = about.get(path.value, {})
    if RDF + "first" in said:
        return "(" + "/".join(_path_text(step, about, depth + 1) for step in _members(path, about)) + ")"
    for predicate, value in said.items():
        if predicate == SH + "inversePath":
            return "^" + _path_text(value, about, depth + 1)
        if predicate == SH + "alternativePath":
            return "(" + "|".join(_path_text(step, about, depth + 1) for step in _members(value, about)) + ")"
        if predicate in _STEPS:
            return "(" + _path_text(value, about, depth + 1) + ")" + _STEPS[predicate]
    return str(path)


def _members(head: Term, about: dict[str, _Said]) -> Iterator[Term]:
    while isinstance(head, BlankNode) and head.value in about:
        said = about[head.value]
        yield said[RDF + "first"]
        head = said[RDF + "rest"]
