"""Views of cubes: `/data/{dataset}/slice?…` as page, CSV, JSON, SVG, PNG; `/embed/data/{dataset}/slice?…` for frames.

Framing: https://www.w3.org/TR/CSP3/#directive-frame-ancestors
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode

from lod.diagnostics import Diagnostic
from lod.rdf.formats import HTML, Format
from lod.rdf.namespaces import DCAT, QB
from lod.server import answers
from lod.server.addresses import Address
from lod.server.answers import Answer, header, link
from lod.server.ask import Ask
from lod.server.cubes.cube import Cube, read_cube
from lod.server.cubes.files import Extract, records
from lod.server.cubes.grid import MOST_CELLS, Cut, Grid, cut_of, first_rows, read_grid
from lod.server.cubes.slices import SECOND, View, parse_view, query_of
from lod.server.cubes.table import lay_out
from lod.server.cubes.whole import CSV, JSON, TABLES, WHOLE, XLSX, whole_file, write_figures
from lod.server.documents.describe import TYPE
from lod.server.negotiation import choose_format, choose_language
from lod.server.pages.citation import CITATION_FORMATS, reference, write_reference
from lod.server.pages.explorer import VIEW, dataset_title, explorer_page, has_png
from lod.server.pages.figure import drawn_table, figure_of
from lod.server.pages.frame import render
from lod.server.pages.reader import Reader
from lod.server.refusals import bad_request, not_acceptable, not_found
from lod.server.served import ServedRelease

SVG = Format("SVG", "svg", ("image/svg+xml",))
PNG = Format("PNG", "png", ("image/png",))
FORMATS = (HTML, CSV, JSON, XLSX, SVG, PNG)

_PATH = re.compile(
    r"(?P<embed>/embed)?(?P<dataset>/data/[^?#]+?)/slice(?:\.(?P<tag>[A-Za-z-]+))??(?:\.(?P<suffix>html|csv|json|svg|png|xlsx))?\Z"
)
_CITATION = re.compile(r"(?P<dataset>/data/[^?#]+)/cite\.(?P<tag>[A-Za-z-]+)\.(?P<suffix>bib|ris|csl\.json)\Z")
_FRAMED = answers.CSP.replace("frame-ancestors 'none'", "frame-ancestors *")


@dataclass(frozen=True, slots=True)
class ViewPath:
    """The path of a view, taken apart: of which dataset, for a frame on another site or not, in which variant."""

    dataset: str
    framed: bool
    language: str | None
    format: Format | None

    @property
    def stem(self) -> str:
        """The path without its suffixes."""
        return f"{'/embed' if self.framed else ''}{self.dataset}/{VIEW}"


def split_view(path: str) -> ViewPath | None:
    """Take a path inside the site apart; None: it is no view's."""
    match = _PATH.match(path) if VIEW in path else None
    if match is None:
        return None
    form = next((item for item in FORMATS if item.suffix == match["suffix"]), None)
    return ViewPath(match["dataset"], bool(match["embed"]), match["tag"], form)


def is_view(_: ServedRelease, ask: Ask) -> bool:
    """Whether a view is asked for."""
    return VIEW in ask.path and _PATH.match(ask.path) is not None


def is_citation(_: ServedRelease, ask: Ask) -> bool:
    """Whether the citation of a dataset is asked for."""
    return "cite." in ask.path and _CITATION.match(ask.path) is not None


def respond_to_citation(served: ServedRelease, ask: Ask) -> Answer:
    """Answer a path that is a citation's: `/data/{dataset}/cite.{language}.bib`, `.ris`, `.csl.json`."""
    match = _CITATION.match(ask.path)
    assert match is not None
    iri = served.space.iri_of_path(match["dataset"])
    classes = {v.value for v in served.objects(NamedNode(iri), TYPE) if isinstance(v, NamedNode)}
    if not classes & {DCAT + "Dataset", QB + "DataSet"} or match["tag"] not in served.site.languages:
        return not_found(served, ask.path, ask.accept, ask.accept_language)
    form = next(item for item in CITATION_FORMATS if item.suffix == match["suffix"])
    validator = answers.etag(served.etag_prefix, ask.path)
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.LONG)
    reader = Reader(served, match["tag"], explicit=True)
    body = write_reference(reference(reader, dataset_title(reader, iri).text, iri), form)
    headers = (
        header("content-type", f"{form.media_type}; charset=utf-8"),
        header("etag", validator),
        header("cache-control", answers.LONG),
        header("content-disposition", f'attachment; filename="{_file_name(match["dataset"])}.{form.suffix}"'),
    )
    return Answer(200, headers, body)


def respond_to_view(served: ServedRelease, ask: Ask) -> Answer:
    """Answer a path that `is_view`."""
    path = split_view(ask.path)
    assert path is not None
    if path.language is not None and path.language not in served.site.languages:
        return not_found(served, ask.path, ask.accept, ask.accept_language)
    cube = read_cube(served, served.space.iri_of_path(path.dataset))
    if not cube.components:
        return not_found(served, ask.path, ask.accept, ask.accept_language, path.format)
    variant = _choose(served, ask, path)
    if variant is None:
        return not_acceptable(served, Address(path.stem), FORMATS, ask.accept, ask.accept_language)
    if answers.is_fresh(ask.if_none_match, variant.validator):
        return answers.not_modified(variant.validator, answers.kept_for(variant.vary), variant.vary)
    chosen, reader = variant.format, Reader(served, variant.language, explicit=path.language is not None)
    if chosen in TABLES and (cube.figures.count <= MOST_CELLS if ask.query == WHOLE else not cube.figures.count):
        whole = whole_file(reader, cube, chosen, dataset_title(reader, cube.iri).text)
        return Answer(200, _headers(served, cube, variant, "", cut_of(cube)), whole)
    view, findings = parse_view(cube, ask.query)
    if view is None:
        return _refused(reader, findings, ask, path, chosen)
    if _was_sent_by_form(ask.query) and chosen is HTML:
        return answers.redirect(303, f"{served.space.prefix}{ask.path}?{query_of(cube, view)}")
    grid = read_grid(cube, view)
    if chosen in TABLES:
        grid = first_rows(cube, grid)
    body = _body(reader, cube, grid, Address(path.stem), chosen, path.framed)
    if body is None:
        return not_found(served, ask.path, ask.accept, ask.accept_language, chosen)
    return Answer(200, _headers(served, cube, variant, query_of(cube, view), grid.cut), body)


@dataclass(frozen=True, slots=True)
class _Variant:
    """In which form and language a view answers a request, and what these were negotiated on."""

    stem: str
    format: Format
    language: str
    vary: str
    validator: str


def _choose(served: ServedRelease, ask: Ask, path: ViewPath) -> _Variant | None:
    """Settle form and language; None: no form is acceptable."""
    asked, tag = path.format, path.language
    chosen = asked or choose_format(ask.accept, FORMATS)
    if chosen is None:
        return None
    language = tag or choose_language(ask.accept_language, served.site.languages)
    vary = "" if asked and tag else "Accept-Language" if asked else "Accept, Accept-Language"
    said = f"{bool(tag)} {path.stem}.{language}.{chosen.suffix}?{ask.query}"
    return _Variant(path.stem, chosen, language, vary, answers.etag(served.etag_prefix, said))


def _headers(
    served: ServedRelease, cube: Cube, variant: _Variant, query: str, cut: Cut
) -> tuple[tuple[bytes, bytes], ...]:
    stem, chosen = variant.stem, variant.format
    charset = "; charset=utf-8" if chosen.media_type.startswith("text/") else ""
    page = f"{served.space.prefix}{stem.removeprefix('/embed')}"
    links = [link(cube.iri, "collection"), link(served.site.licence_iri, "license")]
    links.append(link(f"{page}?{query}" if query else page, "canonical"))
    return (
        header("content-type", chosen.media_type + charset),
        header("etag", variant.validator),
        header("cache-control", answers.kept_for(variant.vary)),
        header("content-language", variant.language),
        header("link", ", ".join(links)),
        *([header("vary", variant.vary)] if variant.vary else []),
        *(
            [header("content-disposition", f'inline; filename="{_file_name(stem)}.{chosen.suffix}"')]
            if chosen is not HTML
            else []
        ),
        *([header("content-security-policy", _FRAMED)] if stem.startswith("/embed") else []),
        *([header("truncated", str(cut))] if str(cut) else []),
    )


def _file_name(stem: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem.removesuffix(f"/{VIEW}").rpartition("/")[2])


def _was_sent_by_form(query: str) -> bool:
    """Whether a query has what a browser sends for a form's fields alone: the view has an address of its own."""
    return any(not value or name == SECOND for name, value in parse_qsl(query, keep_blank_values=True))


def _refused(reader: Reader, findings: list[Diagnostic], ask: Ask, path: ViewPath, chosen: Format) -> Answer:
    if not findings and chosen is HTML and not path.framed:  # a dataset without figures: its page says what it is
        return answers.redirect(303, reader.served.space.prefix + path.dataset)
    if not findings:
        return not_found(reader.served, ask.path, ask.accept, ask.accept_language, chosen)
    return bad_request(reader, findings, for_people=chosen is HTML)


def _body(reader: Reader, cube: Cube, grid: Grid, address: Address, chosen: Format, framed: bool) -> bytes | None:
    view = grid.view
    if chosen is HTML:
        page = explorer_page(reader, cube, view, grid, address)
        return render("embed" if framed else "explorer", page)
    if chosen in TABLES:
        here = f"{reader.served.space.base}{address.stem[1:]}?{query_of(cube, view)}"
        title, figures = dataset_title(reader, cube.iri).text, records(reader, cube, view, grid)
        return write_figures(reader, Extract(cube, view, figures, title, here, grid.cut), chosen)
    svg = _svg(reader, cube, view, grid)
    if svg is None or chosen is SVG:
        return svg.encode() if svg else None
    return _png(svg) if has_png() else None


def _svg(reader: Reader, cube: Cube, view: View, grid: Grid) -> str | None:
    title = dataset_title(reader, cube.iri).text
    table = drawn_table(reader, cube, view, grid, lay_out(reader, cube, view, grid))
    figure, _ = figure_of(reader, view, title, table, standalone=True)
    return figure.svg if figure else None


def _png(svg: str) -> bytes:
    """The chart as PNG, twice as large as drawn, for slides. Fonts are the machine's."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=2))
