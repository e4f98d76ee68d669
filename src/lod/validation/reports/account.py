"""A report as people read it: results by cause, each with its cell and rule, beside what was reported before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, parse

from lod.diagnostics import CellOrigin, Diagnostic, Origin
from lod.rdf.namespaces import SH
from lod.rdf.parse import FORMATS, Document
from lod.validation.report import INFO, VIOLATION, WARNING, Term, ValidationReport, ValidationResult, local_name
from lod.validation.shapes.graph import ShapeGraph
from lod.wording import Wording, in_each_language

_EXAMPLES = 5  # of a group, in a summary
_RANK = {VIOLATION: 0, WARNING: 1, INFO: 2}

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Traced:
    """A result, the finding that tells it (LOD6001), what is wrong without saying where, and the property's name."""

    result: ValidationResult
    finding: Diagnostic
    said: Wording
    about: Wording


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one shape, path, component and severity: most often one mistake."""

    shape: str  # IRI of the named shape, or a blank node's label
    path: str
    component: str  # IRI
    severity: str  # IRI
    members: tuple[Traced, ...]  # in the report's order

    @property
    def said(self) -> Wording:
        """What is wrong, as the first of them says it."""
        return self.members[0].said


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the results of a report before."""

    before: str  # what it is compared with: a release's name, a file
    new: frozenset[Key]
    fixed: tuple[Key, ...]
    unchanged: int


@dataclass(frozen=True)
class Account:
    """A report with its results traced. `others`: what else validation found."""

    report: ValidationReport
    traced: tuple[Traced, ...]  # in the report's order
    others: tuple[Diagnostic, ...] = ()
    change: Change | None = None

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Results by cause: the most severe first, then the most frequent."""
        members: dict[tuple[str, str, str, str], list[Traced]] = {}
        for each in self.traced:
            result = each.result
            shape = text(self.report.shapes.owner(result.source_shape))
            members.setdefault((shape, result.path, result.component, result.severity), []).append(each)
        found = [Group(*key, tuple(each)) for key, each in members.items()]
        return tuple(sorted(found, key=lambda g: (_RANK.get(g.severity, 0), -len(g.members), g.shape, g.path)))

    def is_new(self, result: ValidationResult) -> bool:
        """Whether the report before did not have a result."""
        return self.change is not None and key_of(result) in self.change.new


def text(term: Term) -> str:
    """A term as its IRI or label."""
    return term.value if isinstance(term, NamedNode) else str(term)


def key_of(result: ValidationResult) -> Key:
    """What makes two results of two reports the same: labels of blank nodes do not."""
    shape = result.source_shape.value if isinstance(result.source_shape, NamedNode) else ""
    value = "" if result.value is None or isinstance(result.value, BlankNode) else str(result.value)
    focus = "" if isinstance(result.focus_node, BlankNode) else str(result.focus_node)
    return (shape, focus, result.path, result.component, value)


def compare(report: ValidationReport, before: Path, name: str) -> Change:
    """Hold a report against one that was written as RDF.

    Raises:
        SyntaxError, OSError: it cannot be read.
    """
    then, now = Counter(_keys(before)), Counter(map(key_of, report.results))
    fixed, same = then - now, then & now
    return Change(name, frozenset(now - then), tuple(sorted(fixed.elements())), same.total())


def _keys(path: Path) -> list[Key]:
    """The keys of the results in a report's file."""
    quads = tuple(parse(path=str(path), format=FORMATS[path.suffix.removeprefix(".").lower()]))
    graph = ShapeGraph((Document(path, str(path), "", quads, {}),))
    results = (quad.object for quad in quads if quad.predicate.value == SH + "result")
    return [_key(graph, node) for node in results]


def _key(graph: ShapeGraph, node: Term) -> Key:
    def one(name: str) -> str:
        value = graph.value(node, SH + name)
        return "" if value is None or isinstance(value, BlankNode) else str(value)

    path = graph.value(node, SH + "resultPath")
    shape, component = one("sourceShape")[1:-1], one("sourceConstraintComponent")[1:-1]
    written = "" if path is None else path.value if isinstance(path, Literal) else graph.path_text(path)
    return (shape, one("focusNode"), written, component, one("value"))


def summary(account: Account) -> dict[str, Any]:
    """The account without the results, as JSON: verdict, groups with examples, who judged what, what changed."""
    report, change = account.report, account.change
    return {
        "conforms": report.conforms,
        "results": len(report.results),
        "left_out": report.left_out,
        "engine": report.engine,
        "groups": [
            {
                "severity": local_name(group.severity),
                "shape": group.shape,
                "path": group.path,
                "component": group.component,
                "count": len(group.members),
                "message": in_each_language(group.said),
                "rules": sorted({str(each.finding.rule) for each in group.members if each.finding.rule}),
                "examples": [_example(each) for each in group.members[:_EXAMPLES]],
                **({"new": sum(account.is_new(each.result) for each in group.members)} if change else {}),
            }
            for group in account.groups
        ],
        "judged": [
            {"shape": text(each.shape), "engine": each.engine, "data": each.data, "reason": each.reason}
            for each in report.judged
        ],
        "selecting_nothing": sorted(text(shape) for shape in report.idle),
        **({"change": counts(change)} if change else {}),
    }


def counts(change: Change) -> dict[str, Any]:
    """How many results are new, fixed and unchanged, and since when."""
    new = sum(1 for _ in change.new)
    return {"since": change.before, "new": new, "fixed": len(change.fixed), "unchanged": change.unchanged}


def _example(traced: Traced) -> dict[str, Any]:
    value = traced.result.value
    return {
        "focus_node": text(traced.result.focus_node),
        "value": None if value is None else getattr(value, "value", str(value)),
        "place": _place(traced.finding.origin),
        "rule": str(traced.finding.rule) if traced.finding.rule else None,
    }


def _place(origin: Origin | None) -> dict[str, Any] | None:
    if isinstance(origin, CellOrigin):
        return {"source": origin.source, "row": origin.row, "column": origin.column, "text": origin.text}
    return {"file": origin.path, "line": origin.line} if origin else None


def findings_of(traced: Sequence[Traced]) -> list[Diagnostic]:
    """The findings that tell results."""
    return [each.finding for each in traced]
