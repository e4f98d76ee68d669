"""The page of the validation report: whether the release keeps its rules, and what was said of it, rule by rule.

SHACL validation reports: https://www.w3.org/TR/shacl/#validation-report
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat

from lod.rdf.namespaces import RDF, SH
from lod.server.addresses import Address
from lod.server.pages.dataset import conforms
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.reader import Reader, Shown
from lod.server.served import Node, ServedRelease

MOST_RESULTS = 20_000  # read for the page; the file has all
MOST_FOCUS = 10  # things named a rule


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule found: how severe, in which words, how often, at which things."""

    severity: str
    message: Shown
    path: Shown | None
    shape: str
    count: str
    focus: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class ValidationPage:
    """Context of `validation.html`."""

    frame: Frame
    conforms: bool | None
    rules: tuple[Rule, ...]
    results: str
    bounded: bool
    report: str  # as SHACL has it, in Turtle
    whole: str  # with every result, its cell and its rule, as one page that stands by itself


def validation_page(reader: Reader, address: Address) -> ValidationPage:
    """Everything that the page of the report shows."""
    served, title = reader.served, reader.t("validation_report")
    release = served.release.manifest.name
    reports = served.release.folder / "report"
    files = f"{served.space.prefix}/dump/{release}/report/validation"
    rules, count = served.memo.get(f"validation {reader.language}", lambda: _rules(reader, served))
    return ValidationPage(
        frame=make_frame(
            reader,
            address,
            title,
            crumbs=(Crumb(f"{reader.t('release')} {release}", href=reader.page("/release")), Crumb(title)),
            formats=(),
            canonical=f"{served.space.base}validation",
            current="catalogue",
        ),
        conforms=conforms(served),
        rules=rules,
        results=f"{count:,}",
        bounded=count >= MOST_RESULTS,
        report=f"{files}.ttl" if (reports / "validation.ttl").is_file() else "",
        whole=f"{files}.html" if (reports / "validation.html").is_file() else "",
    )


def _rules(reader: Reader, served: ServedRelease) -> tuple[tuple[Rule, ...], int]:
    """The results of the report, grouped by what they say."""
    file = served.release.folder / "report" / "validation.ttl"
    if not file.is_file():
        return (), 0
    store = pyoxigraph.Store()
    store.extend(islice(pyoxigraph.parse(path=str(file), format=RdfFormat.TURTLE), MOST_RESULTS * 8))
    grouped: dict[tuple[str, str, str, tuple[tuple[str, str], ...]], dict[Node, None]] = {}
    total = 0
    for quad in store.quads_for_pattern(None, NamedNode(RDF + "type"), NamedNode(SH + "ValidationResult")):
        said: dict[str, list[Node]] = {}
        for part in store.quads_for_pattern(quad.subject, None, None):
            said.setdefault(part.predicate.value.removeprefix(SH), []).append(part.object)  # type: ignore[arg-type]
        texts = [(t.language or "", t.value) for t in said.get("resultMessage", []) if isinstance(t, Literal)]
        severity, path, shape = (_first(said, name) for name in ("resultSeverity", "resultPath", "sourceShape"))
        group = grouped.setdefault((severity, path, shape, tuple(sorted(texts))), {})
        group.update(dict.fromkeys(said.get("focusNode", [])))
        total += 1
    rules = [
        Rule(
            reader.label(severity).text,
            reader.text([Literal(text, language=tag or None) for tag, text in texts]) or reader.label(shape),
            reader.link(path) if path else None,
            shape,
            f"{len(focus):,}",
            tuple(reader.show(node) for node in islice(focus, MOST_FOCUS)),
        )
        for (severity, path, shape, texts), focus in grouped.items()
    ]
    return tuple(sorted(rules, key=lambda rule: (rule.severity, rule.shape, rule.message.text))), total


def _first(said: dict[str, list[Node]], name: str) -> str:
    return next((term.value for term in said.get(name, []) if isinstance(term, NamedNode)), "")
