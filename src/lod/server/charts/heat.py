"""A heat table: two dimensions against each other, darker where there is more, the numbers in it."""

from __future__ import annotations

from lod.server.charts.model import ChartData
from lod.server.charts.scales import class_of, classes
from lod.server.charts.svg import STEPS, Drawing, pieces_of, shortened, width_of, wrapped

_HIGH = 28.0
_SMALL = 12.0
_LINE, _MOST_LINES = 15.0, 4  # of a column's name
_LEAST, _MOST = 58.0, 130.0  # how wide a column is


def draw_heat(drawing: Drawing, data: ChartData) -> None:
    """Categories go down, series across; the drawing grows wider with their number."""
    left = min(max(width_of(label.text) for label in data.categories), 230) + 20
    longest = max(width_of(word, _SMALL) for series in data.series for word in pieces_of(series.text)) + 6
    least = max(_LEAST, min(longest, _MOST), *(width_of(mark.text, _SMALL) + 16 for row in data.marks for mark in row))
    wide = max(least, min(_MOST, (drawing.width - left - 10) / len(data.series)))
    drawing.width = max(drawing.width, left + wide * len(data.series) + 10)
    bounds = classes(data.values(), len(STEPS))
    heads = [wrapped(series.text, wide - 6, _MOST_LINES, _SMALL) for series in data.series]
    top = drawing.height + 14 + _LINE * max(map(len, heads))
    for column, (series, lines) in enumerate(zip(data.series, heads, strict=True)):
        x = left + wide * (column + 0.5)
        for place, line in enumerate(reversed(lines)):
            drawing.text(x, top - 8 - _LINE * place, line, "m", at="middle", lang=series.language, size=_SMALL)
    for place, (label, row) in enumerate(zip(data.categories, data.marks, strict=True)):
        y = top + _HIGH * place
        drawing.text(left - 12, y + _HIGH / 2 + 5, shortened(label.text, 230), at="end", lang=label.language)
        for column, mark in enumerate(row):
            x = left + wide * column
            told = f"{label.text} · {data.series[column].text}: "
            if mark.value is None:
                words = data.words.not_applicable if mark.published else data.words.not_published
                drawing.rect(x, y, wide - 1, _HIGH - 1, "open" if mark.published else "hatch", told + words)
                continue
            step = class_of(mark.value, bounds) * (len(STEPS) - 1) // max(len(bounds) - 1, 1)
            drawing.rect(x, y, wide - 1, _HIGH - 1, f"q{step}", f"{told}{mark.text} {data.unit}".rstrip())
            drawing.text(x + wide - 9, y + _HIGH / 2 + 4.5, mark.text, "i" if step >= 4 else "d", at="end", size=_SMALL)
    drawing.height = top + _HIGH * len(data.categories) + 10
    _legend(drawing, data, left)


def _legend(drawing: Drawing, data: ChartData, left: float) -> None:
    """What the two hatchings say, where they are; the numbers stand in their cells."""
    empty = [mark.published for row in data.marks for mark in row if mark.value is None]
    x, y = left, drawing.height + 4
    words = ((False, "hatch", data.words.not_published), (True, "open", data.words.not_applicable))
    for kind, told in [(kind, told) for published, kind, told in words if published in empty]:
        if x > left and x + 30 + width_of(told, _SMALL) > drawing.width:
            x, y = left, y + 22
        drawing.rect(x, y, 22, 16, kind)
        drawing.text(x + 30, y + 13, told, size=_SMALL)
        x += 30 + width_of(told, _SMALL) + 24
    if empty:
        drawing.height = y + 26
