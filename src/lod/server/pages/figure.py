"""The chart of a view, with what is said of it: which kinds suit, what is not drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lod.server.charts.choose import MOST_BARS, MOST_POINTS, one_series, parts_only, suitable, trimmed
from lod.server.charts.draw import ALONE, draw, draw_for_page
from lod.server.charts.map import Atlas, atlas, without_outline
from lod.server.charts.model import ChartData, Kind
from lod.server.cubes.cube import Cube
from lod.server.cubes.drawn import chart_data
from lod.server.cubes.grid import Grid
from lod.server.cubes.slices import View
from lod.server.cubes.table import CubeTable, lay_out
from lod.server.pages.reader import Reader

MOST_DRAWN = 4  # measures, each a drawing below the other
MOST_ROWS_DRAWN = 60  # in all of these
MOST_OVERVIEW = 400  # rows of a list of which the upper levels are drawn
MOST_NAMED = 12  # places that a map has no outline of


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart and what is said of it."""

    svg: str
    kind: Kind
    caption: str
    no_map: bool = False  # a map would suit, and is not installed


def figure_of(
    reader: Reader,
    view: View,
    title: str,
    table: CubeTable,
    *,
    name: str = "chart",
    standalone: bool = False,
) -> tuple[Figure | None, tuple[Kind, ...]]:
    """The chart of a view, and the kinds that suit it; None when nothing can be drawn.

    With several measures, one drawing each that the kind suits. `standalone`: for a file, not for a page.
    """
    installed = atlas()
    each = [chart_data(reader, view, table, title, measure) for measure in range(len(view.measures))]
    suiting = [suitable(data, installed.paths if installed else ()) for data in each]
    kinds = next(filter(None, suiting), ())
    if not kinds:
        return None, ()
    kind: Kind = view.chart if view.chart in kinds else kinds[0]
    drawn = [data for data, suits in zip(each, suiting, strict=True) if kind in suits]
    tall = 1 if kind in {"map", "line"} else min(len(parts_only(drawn[0]).categories), MOST_BARS)
    drawn = drawn[: max(1, min(MOST_DRAWN, MOST_ROWS_DRAWN // tall))]
    if standalone:
        svg = draw(drawn[0], kind, installed, beside=drawn[1:], name=name, standalone=True)
    else:
        svg = draw_for_page(drawn[0], kind, installed, beside=drawn[1:], name=name)
    missing = installed is None and (view.chart == "map" or _could_be_map(drawn[0]))
    names = {data.measure for data in drawn}
    left = reader.t("comma").join(data.measure for data in each if data.measure not in names)
    said = [*_said(reader, drawn, kind, installed), *([reader.t("not_drawn", measures=left)] if left else [])]
    return Figure(svg, kind, " ".join((*said, *drawn[0].words.notices)), missing), kinds


def _said(reader: Reader, drawn: list[ChartData], kind: Kind, installed: Atlas | None) -> Iterable[str]:
    """What goes along what, and what of it is not in the drawings."""
    shown, among = len(trimmed(parts_only(drawn[0]), kind).categories), drawn[0].parts
    part = reader.t("chart_part", drawn=shown, among=among) if shown < among and kind != "map" else ""
    for data in drawn:
        yield (one_series(data) if kind in ALONE else data).words.description + part
        part = ""
    if kind == "map" and installed is not None and (off := without_outline(one_series(drawn[0]), installed)):
        named = reader.t("comma").join(off[:MOST_NAMED]) + ("…" if len(off) > MOST_NAMED else "")
        yield reader.t("map_without", places=named)


def drawn_table(reader: Reader, cube: Cube, view: View, grid: Grid, table: CubeTable) -> CubeTable:
    """What a chart of the view is drawn from: the table; of a long time or a list with levels all its pages."""
    if table.pages < 2:
        return table
    has_levels = grid.whole and table.total_rows <= MOST_OVERVIEW and any(row.heading.level for row in table.rows)
    if view.rows.role != "time" and not has_levels:
        return table
    folded_as_the_table = "" if view.rows.role == "time" else "?"
    return lay_out(reader, cube, replace(view, page=1), grid, folded_as_the_table, MOST_POINTS)


def _could_be_map(data: ChartData) -> bool:
    codes = [label.code for label in data.categories if not label.total]
    return data.category_role == "area" and sum(len(code) == 5 and code.isdecimal() for code in codes) * 2 > len(codes)
