"""The explorer's page: a view of a cube as table and chart, the form that makes another, what can be taken away.

Everything is a link or a form sent by GET: no script is needed, and every view has an address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from lod.rdf.namespaces import DCT
from lod.server.addresses import Address
from lod.server.charts.model import Kind
from lod.server.cubes.cube import Component, Cube
from lod.server.cubes.files import as_sparql
from lod.server.cubes.grid import Grid, read_grid
from lod.server.cubes.slices import SECOND, Keys, View, default_view, exchanged, keys_of, other_codes, query_of
from lod.server.cubes.table import CubeTable, lay_out
from lod.server.cubes.whole import XLSX
from lod.server.pages.figure import Figure, drawn_table, figure_of
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.reader import Reader, Shown

MOST_ON_DATASET_PAGE = 50  # rows; the explorer has all
MOST_CHOICES = 400  # of a field of the form; a code of a longer list is written into it
VIEW = "slice"  # the last part of a view's path


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a select."""

    value: str
    text: str
    chosen: bool
    level: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Select:
    """One field of the form."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    id: str
    typed: str = ""  # the code that is chosen, where there are too many to choose from
    language: str = ""  # of the label, where it is not the page's


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to show the view."""

    text: str
    href: str
    current: bool
    language: str = ""  # of the text, where it is not the page's


@dataclass(frozen=True, slots=True)
class Codes:
    """The same view at each code of a dimension that it holds."""

    dimension: Shown
    tabs: tuple[Tab, ...]


@dataclass(frozen=True, slots=True)
class Take:
    """The view in another form."""

    text: str
    href: str
    media_type: str


@dataclass(frozen=True, slots=True)
class ExplorerPage:
    """Context of `explorer.html` and `embed.html`."""

    frame: Frame
    title: Shown
    dataset_href: str
    view_href: str  # this view on the site, absolute
    table: CubeTable
    figure: Figure | None
    selects: tuple[Select, ...]
    kept: tuple[tuple[str, str], ...]  # hidden fields: how it is shown
    action: str
    tabs: tuple[Tab, ...]
    arrangements: tuple[Tab, ...]  # the same figures with rows and columns exchanged, and of each measure
    codes: tuple[Codes, ...]
    takes: tuple[Take, ...]
    sparql: str
    embed: str
    previous: str
    next: str
    page: int
    columns: str  # which columns are here, when not all
    before: str  # the page of columns before
    behind: str


def explorer_page(reader: Reader, cube: Cube, view: View, grid: Grid, address: Address) -> ExplorerPage:
    """Everything that a view shows. `address`: of the view's page, without its query."""
    space = reader.served.space
    title = dataset_title(reader, cube.iri)
    query = query_of(cube, view)
    stem = address.stem.removeprefix("/embed")
    here = reader.page(stem)
    table = lay_out(reader, cube, view, grid, here)
    figure, kinds = figure_of(reader, view, title.text, drawn_table(reader, cube, view, grid, table))
    prefix, language = space.prefix, f".{reader.language}"
    asked = {True: query, False: query_of(cube, view, plain=True)}  # tables hold all figures, however they are shown
    takes = [
        Take(reader.t(key), f"{prefix}{stem}{language}.{suffix}?{asked[media.startswith('image/')]}", media)
        for key, suffix, media in _files(figure)
    ]
    name = Shown(reader.t("explorer"))
    frame = make_frame(
        reader,
        address,
        reader.t("explore_title", title=title.text),
        crumbs=(
            Crumb(reader.t("catalogue"), href=reader.page("/catalog")),
            Crumb(title.text, title.language, reader.href(cube.iri)),
            Crumb(name.text),
        ),
        formats=(),
        current="catalogue",
        sheet="cube.css",
        query=query,
    )
    embed = f"{space.base}embed{stem}{language}.html?{query}"
    return ExplorerPage(
        frame=frame,
        title=title,
        dataset_href=reader.href(cube.iri) or "",
        view_href=f"{space.base}{stem[1:]}{language}.html?{query}",
        table=table,
        figure=figure if view.show == "chart" else None,
        selects=tuple(_selects(reader, cube, view)),
        kept=tuple((k, v) for k, v in (("show", view.show), ("chart", view.chart or "")) if v and v != "table"),
        action=here,
        tabs=tuple(_tabs(reader, cube, view, kinds, figure, here)),
        arrangements=tuple(_arrangements(reader, cube, view, here)),
        codes=tuple(_other_codes(reader, cube, view, here)),
        takes=tuple(takes),
        sparql=f"{reader.page('/sparql')}?{urlencode({'query': as_sparql(cube, view)})}",
        embed=f'<iframe src="{_attribute(embed)}" title="{_attribute(title.text)}" width="100%" height="520"></iframe>',
        previous=f"{here}?{query_of(cube, replace(view, page=view.page - 1))}" if view.page > 1 else "",
        next=f"{here}?{query_of(cube, replace(view, page=view.page + 1))}" if view.page < table.pages else "",
        page=view.page,
        columns=_columns_here(reader, table),
        before=f"{here}?{query_of(cube, replace(view, across=view.across - 1))}" if view.across > 1 else "",
        behind=f"{here}?{query_of(cube, replace(view, across=view.across + 1))}" if view.across < table.across else "",
    )


def _columns_here(reader: Reader, table: CubeTable) -> str:
    if table.across < 2:
        return ""
    last = table.first_column + len(table.columns) - 1
    return reader.t("cut_across", first=table.first_column, last=last, among=f"{table.total_columns:,}")


@dataclass(frozen=True, slots=True)
class ExplorerParts:
    """A dataset's first view, as it stands on the dataset's page."""

    table: CubeTable
    figure: Figure | None
    selects: tuple[Select, ...]
    tabs: tuple[Tab, ...]
    action: str


def explorer_parts(reader: Reader, cube: Cube, title: str) -> ExplorerParts | None:
    """The first view of a cube; None when there is nothing to see."""
    view = default_view(cube)
    if view is None:
        return None
    stem = f"{reader.served.space.document_of(cube.iri)}/{VIEW}"
    here = reader.page(stem)
    grid = read_grid(cube, view)
    table = lay_out(reader, cube, view, grid, here, MOST_ON_DATASET_PAGE)
    figure, kinds = figure_of(reader, view, title, drawn_table(reader, cube, view, grid, table))
    tabs = _tabs(reader, cube, view, kinds, figure, here)
    return ExplorerParts(table, figure, tuple(_selects(reader, cube, view)), tuple(tabs), here)


def dataset_title(reader: Reader, iri: str) -> Shown:
    """A dataset's title in the reader's language."""
    return reader.text(reader.served.objects(NamedNode(iri), NamedNode(DCT + "title"))) or reader.label(iri)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _files(figure: Figure | None) -> Iterable[tuple[str, str, str]]:
    yield "as_xlsx", "xlsx", XLSX.media_type
    yield "as_csv", "csv", "text/csv"
    yield "as_json", "json", "application/json"
    if figure is not None:
        yield "as_svg", "svg", "image/svg+xml"
        if has_png():
            yield "as_png", "png", "image/png"


def has_png() -> bool:
    """Whether charts can be had as PNG: the extra `png` is installed."""
    from importlib.util import find_spec

    return find_spec("resvg_py") is not None


def _tabs(
    reader: Reader, cube: Cube, view: View, kinds: tuple[Kind, ...], figure: Figure | None, here: str
) -> Iterable[Tab]:
    plain = replace(view, show="table", chart=None)
    yield Tab(reader.t("table"), f"{here}?{query_of(cube, plain)}", view.show == "table")
    for kind in kinds:
        href = f"{here}?{query_of(cube, replace(view, show='chart', chart=kind))}"
        yield Tab(reader.t(f"kind_{kind}"), href, view.show == "chart" and figure is not None and figure.kind == kind)


def _arrangements(reader: Reader, cube: Cube, view: View, here: str) -> Iterable[Tab]:
    """What readers choose most often, as links: rows and columns exchanged, one measure of several."""
    if (turned := exchanged(view)) is not None:
        yield Tab(reader.t("exchange"), f"{here}?{query_of(cube, turned)}", current=False)
    if len(cube.measures) > 1:
        plain = replace(view, page=1, across=1)
        for chosen in (cube.measures, *((measure,) for measure in cube.measures)):
            name = Shown(reader.t("every_measure")) if len(chosen) > 1 else reader.label(chosen[0].iri)
            href = f"{here}?{query_of(cube, replace(plain, measures=chosen))}"
            yield Tab(name.text, href, chosen == view.measures, name.language)


def _other_codes(reader: Reader, cube: Cube, view: View, here: str) -> Iterable[Codes]:
    """Another year, another county: a link each."""
    for dimension, each in groupby(other_codes(cube, view), key=lambda found: found[0]):
        tabs = []
        for _, place, other in each:
            name = reader.show(place.term)
            is_here = view.held[dimension.iri] is place
            tabs.append(Tab(name.text, f"{here}?{query_of(cube, other)}", is_here, name.language))
        yield Codes(reader.label(dimension.iri), tuple(tabs))


def _selects(reader: Reader, cube: Cube, view: View) -> Iterable[Select]:
    keys = keys_of(cube)
    varying = [d for d in cube.dimensions if len(cube.codes[d.iri]) > 1 or d in (view.rows, *view.columns)]
    yield _axis(reader, keys, "rows", "rows_down", varying, view.rows, none=False)
    columns = [*view.columns, None, None]
    yield _axis(reader, keys, "cols", "columns_across", varying, columns[0], none=True)
    if len(varying) > 2:
        yield _axis(reader, keys, SECOND, "columns_second", varying, columns[1], none=True)
    if len(cube.measures) > 1:
        every = Choice("", reader.t("all_measures"), view.measures == cube.measures)
        chosen = [m.iri for m in view.measures] if len(view.measures) == 1 else []
        named = ((m, reader.label(m.iri)) for m in cube.measures)
        some = (Choice(keys.names[m.iri], n.text, m.iri in chosen, language=n.language) for m, n in named)
        yield Select("measure", reader.t("measure"), (every, *some), "f-measure")
    for position, dimension in enumerate(cube.dimensions):
        place = view.held.get(dimension.iri)
        if place is None or len(cube.codes[dimension.iri]) < 2:
            continue
        label, codes = reader.label(dimension.iri), keys.codes[dimension.iri]
        if len(codes) > MOST_CHOICES:
            name = f"{label.text}{reader.t('colon')}{reader.show(place.term).text}"
            yield Select(keys.names[dimension.iri], name, (), f"f-{position}", codes[place.term], label.language)
            continue
        choices = []
        for code in cube.codes[dimension.iri]:
            shown = reader.show(code.term)
            choices.append(Choice(codes[code.term], shown.text, code.term == place.term, code.level, shown.language))
        yield Select(keys.names[dimension.iri], label.text, tuple(choices), f"f-{position}", language=label.language)
    if any(place.has_children for d in (view.rows, *view.columns) for place in cube.codes[d.iri]):
        totals = tuple(
            Choice(value, reader.t(key), view.totals == shown)
            for value, key, shown in (("", "with_totals", True), ("no", "without_totals", False))
        )
        yield Select("totals", reader.t("totals"), totals, "f-totals")


def _axis(
    reader: Reader,
    keys: Keys,
    name: str,
    label: str,
    offered: list[Component],
    chosen: Component | None,
    *,
    none: bool,
) -> Select:
    empty = (Choice("-", reader.t("columns_none"), chosen is None),) if none else ()
    shown = ((d, reader.label(d.iri)) for d in offered)
    found = (Choice(keys.names[d.iri], n.text, d is chosen, language=n.language) for d, n in shown)
    return Select(name, reader.t(label), (*empty, *found), f"f-{name}")
