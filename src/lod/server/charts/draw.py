"""Charts of every kind as SVG: one function a kind, all in one reading direction, text as text."""

from __future__ import annotations

from collections.abc import Callable

from lod.server.charts.bars import draw_bars, draw_pyramid, draw_stacked
from lod.server.charts.choose import few_series, one_series, parts_only, sexes_of, trimmed
from lod.server.charts.heat import draw_heat
from lod.server.charts.lines import draw_lines
from lod.server.charts.map import Atlas, draw_map, width_for
from lod.server.charts.model import ChartData, Kind
from lod.server.charts.svg import Drawing, wrapped

WIDTH = 680
ALONE: frozenset[Kind] = frozenset({"bar", "map"})
"""The kinds that show one series."""

_DRAWERS: dict[Kind, Callable[[Drawing, ChartData], None]] = {
    "bar": draw_bars,
    "grouped": draw_bars,
    "stacked": draw_stacked,
    "line": draw_lines,
    "pyramid": draw_pyramid,
    "heat": draw_heat,
}


def draw(data: ChartData, kind: Kind, atlas: Atlas | None, *, name: str = "chart", standalone: bool = False) -> str:
    """The SVG document of a chart. `name` is unique on its page; a map without an atlas is drawn as bars."""
    is_map = kind == "map" and atlas is not None
    drawing = Drawing(width_for(atlas) if is_map and atlas else WIDTH, name=name, standalone=standalone)
    if standalone:
        _write_title(drawing, data)
    data = one_series(data) if kind in ALONE else data
    if is_map and atlas:
        draw_map(drawing, data, atlas)
    else:
        sexes = sexes_of(data) if kind == "pyramid" else None
        parts = sexes or (few_series(data) if kind == "line" else parts_only(data))
        _DRAWERS["bar" if kind == "map" else kind](drawing, trimmed(parts, kind))
    description = " ".join((data.words.description, *data.words.notices))
    return drawing.finish(data.title, description, data.language)


def _write_title(drawing: Drawing, data: ChartData) -> None:
    """What a drawing that stands alone is of, and what is not in it."""
    drawing.height = 10
    for text, size in ((data.title, 16), *((notice, 12) for notice in data.words.notices)):
        for line in wrapped(text, drawing.width - 32, 4, size):
            drawing.height += size + 6
            drawing.text(16, drawing.height - 6 + 4, line, size=size)
