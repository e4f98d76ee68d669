"""The endpoint for people: a form that needs no script, examples from what the store holds, answers as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import pyoxigraph
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, RdfFormat

from lod.rdf.formats import GRAPH_FORMATS, NTRIPLES, RESULT_FORMATS, RESULTS_TSV
from lod.server.addresses import Address
from lod.server.charts.model import Kind
from lod.server.pages.explorer import Tab
from lod.server.pages.figure import Figure
from lod.server.pages.frame import Crumb, FormatLink, Frame, make_frame, render
from lod.server.pages.reader import Reader, Shown, format_number
from lod.server.sparql.chart import chart_of
from lod.server.sparql.completion import editor_terms
from lod.server.sparql.examples import Example, examples
from lod.server.sparql.operation import Operation
from lod.server.sparql.question import QueryLimits
from lod.server.sparql.service_description import limits_text
from lod.store.guard import QueryForm
from lod.wording import ENGLISH, NOTHING, Wording, translated

PAGE_ROWS = 1_000  # shown on a page; the whole answer is a download
_MOST_CELLS = 20_000  # likewise: of many columns fewer rows are shown
_MOST_BYTES = 1 << 20  # likewise, of long texts
PAGE_FORMATS = {False: RESULTS_TSV, True: NTRIPLES}
"""In which format a page asks for results and for graphs: each can be cut at a line."""

_TRIPLE = ("subject", "predicate", "object")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer. `line` and `column` are 1-based, 0 where no place is known."""

    status: int
    code: str
    message: Wording
    hint: Wording = NOTHING
    line: int = 0
    column: int = 0
    is_too_much: bool = False  # asked at once: the files have it

    def as_text(self) -> str:
        """For a terminal."""
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        lines = [f"{self.code}: {place}{self.message}", *([self.hint] if self.hint else [])]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer for the page, in one of `PAGE_FORMATS`. `is_cut`: there are more rows than it shows.

    `said`: what a reader should know of it.
    """

    form: QueryForm
    body: bytes
    is_cut: bool
    said: tuple[Wording, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A term with its label; its IRI, '' where it is none; whether it stands as a number does."""

    shown: Shown
    iri: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """An answer as rows of terms; None is an unbound variable. `is_cut`: there are more rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    is_cut: bool

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Of each column, whether all that stands in it are numbers."""
        cells = [[row[n] for row in self.rows if row[n]] for n in range(len(self.columns))]
        return tuple(bool(column) and all(cell.is_number for cell in column if cell) for column in cells)


@dataclass(frozen=True, slots=True)
class Editor:
    """The editor that grows over the text area where there are scripts: its files; what it completes, as JSON."""

    script: str
    style: str
    terms: str


@dataclass(frozen=True, slots=True)
class SparqlPage:
    """Context of `sparql.html`. Without an `editor` the form is a plain text area."""

    frame: Frame
    action: str
    query: str
    limits: str
    table: Table | None
    boolean: bool | None
    failure: Failure | None
    reason: str  # of the failure, in the page's language
    said: tuple[Shown, ...]  # what went wrong, and what to do about it; what a reader should know of an answer
    figure: Figure | None  # the answer as a chart
    tabs: tuple[Tab, ...]  # how it can be shown
    downloads: tuple[FormatLink, ...]
    bulk: str  # where all data is
    examples: tuple[Example, ...]
    editor: Editor | None


def sparql_page(
    reader: Reader, limits: QueryLimits, operation: Operation, result: Outcome | Failure | None = None
) -> bytes:
    """The page with the form, and below it the answer or what went wrong."""
    title = reader.t("sparql_title")
    frame = make_frame(
        reader, Address("/sparql"), title, crumbs=(Crumb(title),), formats=(), current="sparql", sheet="cube.css"
    )
    known = examples(reader.served, reader.language)
    text = operation.query or ""
    result = _beginning(result) if isinstance(result, Outcome) else result
    solutions = _solutions(reader, result) if isinstance(result, Outcome) else None
    figure, kinds = _chart(reader, solutions, operation.chart) if solutions else (None, ())
    page = SparqlPage(
        frame=replace(frame, query=urlencode({"query": text}) if text else ""),
        action=reader.page("/sparql"),
        query=text or known[0].query,
        limits=limits_text(limits, reader.t),
        table=_table(reader, solutions) if solutions else None,
        boolean=result.body == b"true" if isinstance(result, Outcome) and result.form is QueryForm.ASK else None,
        failure=result if isinstance(result, Failure) else None,
        reason=_reason(reader, result) if isinstance(result, Failure) else "",
        said=tuple(_said(reader, result)) if result else (),
        figure=figure,
        tabs=tuple(_tabs(reader, text, kinds, figure)),
        downloads=tuple(_downloads(reader, operation, result)) if isinstance(result, Outcome) else (),
        bulk=reader.page("/catalog"),
        examples=tuple(replace(each, page=reader.href(each.iri) or "") if each.iri else each for each in known),
        editor=_editor(reader),
    )
    return render("sparql", page)


def _editor(reader: Reader) -> Editor | None:
    theme = reader.served.theme
    script, style = theme.asset_path_if_any("sparql-editor.js"), theme.asset_path_if_any("sparql-editor.css")
    if not script or not style:
        return None
    prefix = reader.served.space.prefix
    return Editor(prefix + script, prefix + style, editor_terms(reader.served, reader.language))


def _reason(reader: Reader, failure: Failure) -> str:
    key = f"sparql_{failure.code}"
    return reader.t(key if key in reader.t.text else "sparql_failed")


def _said(reader: Reader, result: Outcome | Failure) -> Iterator[Shown]:
    """Messages and hints in the reader's language; in English, and marked so, where nobody has translated them."""
    texts = result.said if isinstance(result, Outcome) else (result.message, result.hint)
    for text in filter(None, texts):
        known = translated(text, reader.language)
        yield Shown(known, "" if known != text or reader.language == ENGLISH else ENGLISH)


def _downloads(reader: Reader, operation: Operation, outcome: Outcome) -> Iterator[FormatLink]:
    """The whole answer in every format, by links that can be passed on."""
    graphs = operation.dataset
    for offer in GRAPH_FORMATS if outcome.form.is_graph else RESULT_FORMATS:
        fields = [
            ("query", operation.query or ""),
            *(("default-graph-uri", iri) for iri in graphs.default_graphs),
            *(("named-graph-uri", iri) for iri in graphs.named_graphs),
            ("format", offer.suffix),
        ]
        path = f"{reader.served.space.prefix}/sparql?{urlencode(fields)}"
        yield FormatLink(offer.name, offer.media_type, path)


@dataclass(frozen=True, slots=True)
class _Solutions:
    """An answer as terms. `is_graph`: the rows are statements."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    is_graph: bool
    is_cut: bool


def _beginning(outcome: Outcome) -> Outcome:
    """As much of an answer as a page can bear; a line is a row in both formats."""
    lines = outcome.body[:_MOST_BYTES].split(b"\n")
    most = _MOST_CELLS // (lines[0].count(b"\t") + 1)
    if len(outcome.body) <= _MOST_BYTES and len(lines) - 2 <= most:
        return outcome
    lines = lines[: min(len(lines) - 1, most + 1)]
    return replace(outcome, body=b"".join(line + b"\n" for line in lines), is_cut=True)


def _solutions(reader: Reader, outcome: Outcome) -> _Solutions | None:
    """What a query other than ASK answered."""
    if outcome.form is QueryForm.ASK:
        return None
    if outcome.form.is_graph:
        quads = pyoxigraph.parse(outcome.body, RdfFormat.N_TRIPLES)
        rows: list[tuple[object, ...]] = [(q.subject, q.predicate, q.object) for q in quads]
        return _Solutions(tuple(reader.t(f"sparql_{name}") for name in _TRIPLE), rows, True, outcome.is_cut)
    solutions = pyoxigraph.parse_query_results(outcome.body, QueryResultsFormat.TSV)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    names = tuple(variable.value for variable in solutions.variables)
    return _Solutions(names, [tuple(solution) for solution in solutions], False, outcome.is_cut)


def _table(reader: Reader, answer: _Solutions) -> Table:
    shown = tuple(tuple(_cell(reader, term) for term in row) for row in answer.rows)
    return Table(answer.columns, shown, answer.is_cut)


def _chart(reader: Reader, answer: _Solutions, wanted: str) -> tuple[Figure | None, tuple[Kind, ...]]:
    if answer.is_graph:
        return None, ()
    title = reader.t("sparql_result")
    return chart_of(reader, answer.columns, answer.rows, title, wanted, is_cut=answer.is_cut)


def _tabs(reader: Reader, query: str, kinds: tuple[Kind, ...], figure: Figure | None) -> Iterator[Tab]:
    """The answer as a table, and as each kind of chart that suits it."""
    if not kinds:
        return
    here = f"{reader.page('/sparql')}?{urlencode({'query': query})}"
    yield Tab(reader.t("table"), here, figure is None)
    for kind in kinds:
        yield Tab(reader.t(f"kind_{kind}"), f"{here}&chart={kind}", figure is not None and figure.kind == kind)


def _cell(reader: Reader, term: object) -> Cell | None:
    if isinstance(term, Literal):
        return Cell(reader.show(term), is_number=format_number(term) is not None)
    if isinstance(term, NamedNode):
        return Cell(_unnamed(reader, term.value) or reader.show(term), iri=term.value)
    return None if term is None else Cell(Shown(str(term)))  # a blank node, a quoted triple


def _unnamed(reader: Reader, iri: str) -> Shown | None:
    """What of ours has no label, an observation say, is shown by its path: the end alone says nothing in a table."""
    base = reader.served.space.base
    if not iri.startswith(base) or iri == base or reader.served.labels.all(iri):
        return None
    return Shown("/" + iri[len(base) :], href=reader.href(iri))
