"""A heat table: two dimensions against each other, darker where there is more, the numbers in it.

In a drawing for a telephone a row's name stands above its cells; where a number has no room in these, the legend tells
the classes, and the table beside the chart the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from lod.server.charts.legend import draw_classes, step_of
from lod.server.charts.model import ChartData, Label, Mark
from lod.server.charts.scales import classes
from lod.server.charts.svg import STEPS, Drawing, pieces_of, shortened, width_of, wrapped

MOST_SMALL = 18
"""Columns that a drawing for a telephone can tell apart."""
_HIGH, _ABOVE = 28.0, 22.0  # of a cell, of a row's name above it
_SMALL = 12.0
_LINE, _MOST_LINES = 15.0, 4  # of a column's name
_LEAST, _MOST = 58.0, 130.0  # how wide a column is
_MOST_LABEL = 230.0
_TALLEST = 120.0  # of a line of a column's name that climbs


def draw_heat(drawing: Drawing, data: ChartData) -> None:
    """Categories go down, series across; the drawing grows wider with their number, unless it is for a telephone."""
    texts = max(width_of(mark.text, _SMALL) + 16 for row in data.marks for mark in row)
    left, above = 4.0, _ABOVE
    if drawing.is_small:
        wide = min((drawing.width - 2 * left) / len(data.series), _MOST)
    else:
        left, above = min(max(width_of(label.text) for label in data.categories), _MOST_LABEL) + 20, 0.0
        longest = max(width_of(word, _SMALL) for series in data.series for word in pieces_of(series.text)) + 6
        least = max(_LEAST, min(longest, _MOST), texts)
        wide = max(least, min(_MOST, (drawing.width - left - 10) / len(data.series)))
        drawing.width = max(drawing.width, left + wide * len(data.series) + 10)
    bounds, numbers = classes(data.values(), len(STEPS)), texts - 8 <= wide
    top = _heads(drawing, data.series, left, wide)
    for place, (label, row) in enumerate(zip(data.categories, data.marks, strict=True)):
        y = top + (above + _HIGH) * place + above
        if above:
            drawing.text(left, y - 6, shortened(label.text, drawing.width - 2 * left), lang=label.language)
        else:
            drawing.text(left - 12, y + 19, shortened(label.text, _MOST_LABEL), at="end", lang=label.language)
        for column, mark in enumerate(row):
            told = f"{label.text} · {data.series[column].text}: "
            _cell(drawing, data, told, mark, (left + wide * column, y, wide), bounds, written=numbers)
    drawing.height = top + (above + _HIGH) * len(data.categories) + 10
    empty = [mark.published for row in data.marks for mark in row if mark.value is None]
    words = ((False, "hatch", data.words.not_published), (True, "open", data.words.not_applicable))
    gaps = {kind: told for published, kind, told in words if published in empty}
    drawing.height += 4
    draw_classes(drawing, "" if numbers else data.unit, () if numbers else data.values(), bounds, gaps, left)


def _heads(drawing: Drawing, series: Sequence[Label], left: float, wide: float) -> float:
    """The names of the columns, in lines, or climbing where a word is broader than they; where the cells begin."""
    longest = max(width_of(word, _SMALL) for label in series for word in pieces_of(label.text))
    if drawing.is_small and longest > wide - 2:
        heads = [wrapped(label.text, _TALLEST, max(1, int((wide - 2) // _LINE)), _SMALL) for label in series]
        top = drawing.height + 14 + max(width_of(line, _SMALL) for lines in heads for line in lines)
        for column, (label, lines) in enumerate(zip(series, heads, strict=True)):
            for place, line in enumerate(lines):
                x = left + wide * (column + 0.5) + _LINE * (place - (len(lines) - 1) / 2) + 4
                drawing.text(x, top - 6, line, "m", lang=label.language, size=_SMALL, upwards=True)
        return top
    room, most = (wide - 2, 9) if drawing.is_small else (wide - 6, _MOST_LINES)
    heads = [wrapped(label.text, room, most, _SMALL) for label in series]
    top = drawing.height + 14 + _LINE * max(map(len, heads))
    for column, (label, lines) in enumerate(zip(series, heads, strict=True)):
        for place, line in enumerate(reversed(lines)):
            x, y = left + wide * (column + 0.5), top - 8 - _LINE * place
            drawing.text(x, y, line, "m", at="middle", lang=label.language, size=_SMALL)
    return top


def _cell(
    drawing: Drawing,
    data: ChartData,
    told: str,
    mark: Mark,
    box: tuple[float, float, float],
    bounds: list[float],
    *,
    written: bool,
) -> None:
    x, y, wide = box
    if mark.value is None:
        words = data.words.not_applicable if mark.published else data.words.not_published
        drawing.rect(x, y, wide - 1, _HIGH - 1, "open" if mark.published else "hatch", told + words)
        return
    step = step_of(mark.value, bounds)
    drawing.rect(x, y, wide - 1, _HIGH - 1, step, f"{told}{mark.text} {data.unit}".rstrip())
    if written or width_of(mark.text, _SMALL) + 6 <= wide:
        kind = "i" if step in {"q4", "q5"} else "d"
        drawing.text(x + wide - (5 if drawing.is_small else 9), y + 18.5, mark.text, kind, at="end", size=_SMALL)
