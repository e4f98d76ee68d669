"""Charts of every kind as SVG: one function a kind, all in one reading direction, text as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lod.server.charts.bars import draw_bars, draw_stacked
from lod.server.charts.choose import few_series, one_series, parts_only, sexes_of, trimmed
from lod.server.charts.heat import MOST_SMALL, draw_heat
from lod.server.charts.lines import draw_lines
from lod.server.charts.map import Atlas, draw_map, width_for
from lod.server.charts.model import ChartData, Kind
from lod.server.charts.pyramid import draw_pyramid
from lod.server.charts.svg import Drawing, wrapped

WIDTH = 680
WIDTH_SMALL = 320
"""Of a drawing for a telephone, on which a wider one would have to be scrolled."""
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


def draw(
    data: ChartData,
    kind: Kind,
    atlas: Atlas | None,
    *,
    beside: Sequence[ChartData] = (),
    name: str = "chart",
    standalone: bool = False,
    small: bool = False,
) -> str:
    """The SVG document of a chart. `name` is unique on its page; a map without an atlas is drawn as bars.

    `beside`: the same of other measures, each drawn below under its name. `small`: as a telephone shows it.
    """
    kind = "bar" if kind == "map" and atlas is None else kind
    width = width_for(atlas) if kind == "map" and atlas else WIDTH_SMALL if small else WIDTH
    drawing = Drawing(width, name=name, standalone=standalone, small=small)
    if standalone:
        _write_title(drawing, data)
    parts = [_drawn(each, kind) for each in (data, *beside)]
    for each in parts:
        if len(parts) > 1:
            drawing.height += 8
            _write_lines(drawing, each.measure, 15, 8)
        if kind == "map" and atlas:
            draw_map(drawing, each, atlas)
        else:
            _DRAWERS[kind](drawing, each)
    description = " ".join((parts[0].words.description, *data.words.notices))
    return drawing.finish(data.title, description, data.language)


def draw_for_page(
    data: ChartData, kind: Kind, atlas: Atlas | None, *, beside: Sequence[ChartData] = (), name: str = "chart"
) -> str:
    """The chart as it stands in a page: once for a desk, once for a telephone where it has another layout there.

    The style sheet shows one of the two.
    """
    large = draw(data, kind, atlas, beside=beside, name=name)
    if kind == "map" and atlas is not None:  # it fits anywhere
        return large
    if kind == "heat" and len(parts_only(data).series) > MOST_SMALL:
        return large
    return large + draw(data, kind, atlas, beside=beside, name=f"{name}-s", small=True)


def _drawn(data: ChartData, kind: Kind) -> ChartData:
    """What of a table is drawn as this kind."""
    data = one_series(data) if kind in ALONE else data
    if kind == "map":
        return data
    sexes = sexes_of(data) if kind == "pyramid" else None
    return trimmed(sexes or (few_series(data) if kind == "line" else parts_only(data)), kind)


def _write_title(drawing: Drawing, data: ChartData) -> None:
    """What a drawing that stands alone is of, and what is not in it."""
    drawing.height = 10
    for text, size in ((data.title, 16), *((notice, 12) for notice in data.words.notices)):
        _write_lines(drawing, text, size)


def _write_lines(drawing: Drawing, text: str, size: int, left: float = 16) -> None:
    """A heading, or a sentence, below what is drawn so far."""
    for line in wrapped(text, drawing.width - 2 * left, 4, size):
        drawing.height += size + 6
        drawing.text(left, drawing.height - 6 + 4, line, size=size)
