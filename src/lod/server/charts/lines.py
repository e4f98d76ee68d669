"""Lines over time: one a series, each named where it ends; a gap where nothing is published."""

from __future__ import annotations

import re
from math import ceil

from lod.server.charts.legend import draw_legend
from lod.server.charts.model import ChartData
from lod.server.charts.scales import tick_text, ticks
from lod.server.charts.svg import Drawing, fixed, width_of

_HIGH, _HIGH_SMALL = 280.0, 220.0
_SMALL = 12.0
_LEAST_BETWEEN = 9.0  # between points that are marked: closer, they would hide the line
_MONTH = re.compile(r"\d{4}-\d\d")


def draw_lines(drawing: Drawing, data: ChartData) -> None:
    """The categories go across in their order, evenly spaced."""
    if len(data.series) > 1:
        draw_legend(drawing, data.series)
    values = data.values()
    low, high = min(values), max(values)
    axis = ticks(low if high > low > high / 2 or low < 0 else 0.0, max(high, 0.0))
    ends = [width_of(data.categories[place].text, _SMALL) / 2 + 6 for place in (0, -1)]
    left = max(max(width_of(tick_text(value), _SMALL) for value in axis) + 18, ends[0])
    right, top = drawing.width - max(30, ends[1]), drawing.height + 26
    high = _HIGH_SMALL if drawing.is_small else _HIGH
    bottom = top + high
    step = (right - left) / max(len(data.categories) - 1, 1)

    def height(value: float) -> float:
        return bottom - high * (value - axis[0]) / (axis[-1] - axis[0])

    for value in axis:
        drawing.line(left, height(value), right, height(value), "a" if value == 0 > axis[0] else "g")
        drawing.text(left - 8, height(value) + 4, tick_text(value), "m", at="end", size=_SMALL)
    if data.unit:
        drawing.text(
            left - 8, top - 14, data.unit, "m", at="end" if width_of(data.unit, _SMALL) < left else "", size=_SMALL
        )
    _names(drawing, data, left, step, bottom)
    for number, series in enumerate(data.series):
        points = [(left + step * place, row[number]) for place, row in enumerate(data.marks)]
        path, pen_up = "", True
        for x, mark in points:
            if mark.value is None:
                pen_up = True
                continue
            path += f"{'M' if pen_up else 'L'}{fixed(x)} {fixed(height(mark.value))}"
            pen_up = False
        drawing.path(path, f"l{number % 8}")
        for place, ((x, mark), label) in enumerate(zip(points, data.categories, strict=True)):
            if mark.value is not None and (step >= _LEAST_BETWEEN or _stands_alone(data, place, number)):
                told = f"{series.text} · {label.text}: {mark.text} {data.unit}".rstrip()
                drawing.dot(x, height(mark.value), f"s{number % 8}", told)
    drawing.height = bottom + 34


def _stands_alone(data: ChartData, place: int, number: int) -> bool:
    """Whether a value has no neighbour, so that no line leads to it."""
    beside = [data.marks[near][number] for near in (place - 1, place + 1) if 0 <= near < len(data.marks)]
    return all(mark.value is None for mark in beside)


def _names(drawing: Drawing, data: ChartData, left: float, step: float, bottom: float) -> None:
    """As many names below the axis as fit; where nothing is published, the gap is hatched."""
    widest = max(width_of(label.text, _SMALL) for label in data.categories) + 12
    every, first = max(1, ceil(widest / step) if step else 1), 0
    if every > 3 and all(_MONTH.fullmatch(label.text) for label in data.categories):  # from January to January
        every = 12 * ceil(every / 12)
        first = next((place for place, label in enumerate(data.categories) if label.text.endswith("-01")), 0)
    for place, label in enumerate(data.categories):
        x, named = left + step * place, (place - first) % every == 0
        if named or step >= _LEAST_BETWEEN:
            drawing.line(x, bottom, x, bottom + 4, "a")
        if named:
            drawing.text(x, bottom + 20, label.text, "m", at="middle", lang=label.language, size=_SMALL)
        if any(mark.value is None and not mark.published for mark in data.marks[place]):
            drawing.rect(x - 5, bottom - 10, 10, 10, "hatch", f"{label.text}: {data.words.not_published}")
