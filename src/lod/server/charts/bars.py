"""Bars that lie: labels keep their whole width, in Chinese as in English. Alone, grouped, stacked.

In a drawing for a telephone the labels stand above their bars, which have its whole width.
"""

from __future__ import annotations

from collections.abc import Callable

from lod.server.charts.legend import draw_legend
from lod.server.charts.model import ChartData, Label, Mark
from lod.server.charts.scales import tick_text, ticks
from lod.server.charts.svg import FONT, Drawing, shortened, width_of

Scale = Callable[[float], float]

_GAP = 12.0
PAD = 8.0
_MOST_LABEL = 250.0
SMALL = 12.0
ABOVE = 20.0  # the height of a label above its bars


def draw_bars(drawing: Drawing, data: ChartData) -> None:
    """One bar a category; several beside each other where there are several series."""
    many = len(data.series)
    thick = 18.0 if many == 1 else max(13.0, 30.0 / many)
    left, above = _room_for_labels(drawing, data)
    step = above + thick * many + (10 if many == 1 or above else 14)
    texts = max((width_of(mark.text, SMALL) for row in data.marks for mark in row), default=0.0) + 6
    right = drawing.width - texts - PAD
    axis = fitting(min(0.0, *data.values(), 0.0), max(0.0, *data.values(), 0.0), right - left)
    span = axis[-1] - axis[0]
    if many > 1:
        draw_legend(drawing, data.series)
    top = drawing.height + 6

    def at(value: float) -> float:
        return left + (right - left) * (value - axis[0]) / span

    bottom = top + step * len(data.categories)
    _grid(drawing, axis, at, top, bottom)
    for place, (label, row) in enumerate(zip(data.categories, data.marks, strict=True)):
        y = top + step * place + (step - above - thick * many) / 2 + above
        _label(drawing, label, left, y, thick * many)
        for number, mark in enumerate(row):
            _bar(drawing, data, (label, data.series[number]), mark, at, (y + thick * number, thick), number)
    drawing.line(at(0), top, at(0), bottom, "a")
    _axis_texts(drawing, axis, at, bottom, data.unit)


def draw_stacked(drawing: Drawing, data: ChartData) -> None:
    """The parts of each category in one bar, its sum behind it."""
    left, above = _room_for_labels(drawing, data)
    thick, step = 20.0, 30.0 + above
    sums = [sum(mark.value or 0 for mark in row) for row in data.marks]
    texts = max((width_of(tick_text(total), SMALL) for total in sums), default=0.0) + 6
    right = drawing.width - texts - PAD
    axis = fitting(0.0, max([*sums, 0.0]), right - left)
    draw_legend(drawing, data.series)
    top = drawing.height + 6

    def at(value: float) -> float:
        return left + (right - left) * value / axis[-1]

    bottom = top + step * len(data.categories)
    _grid(drawing, axis, at, top, bottom)
    for place, (label, row) in enumerate(zip(data.categories, data.marks, strict=True)):
        y, start = top + step * place + (step - above - thick) / 2 + above, 0.0
        _label(drawing, label, left, y, thick)
        for number, mark in enumerate(row):
            if mark.value:
                x = at(start)
                title = told_of(data, label, data.series[number], mark)
                drawing.rect(x, y, at(start + mark.value) - x - 0.7, thick, f"s{number % 8}", title)
                start += mark.value
        whole = all(mark.value is not None or mark.published for mark in row)
        text = tick_text(start) if whole else "…"
        drawing.text(at(start) + 5, y + thick / 2 + 4.5, text, "m", size=SMALL)
    drawing.line(left, top, left, bottom, "a")
    _axis_texts(drawing, axis, at, bottom, data.unit)


def _room_for_labels(drawing: Drawing, data: ChartData) -> tuple[float, float]:
    """How much is left free for the labels: beside the bars, and above each."""
    if drawing.is_small:
        return PAD, ABOVE
    return min(max(width_of(label.text) for label in data.categories), _MOST_LABEL) + _GAP + PAD, 0.0


def _label(drawing: Drawing, label: Label, left: float, y: float, thick: float) -> None:
    """The label of bars that begin at `left` and `y` and are so thick together."""
    if drawing.is_small:
        drawing.text(left, y - 5, shortened(label.text, drawing.width - 2 * left), lang=label.language)
    else:
        short = shortened(label.text, _MOST_LABEL)
        drawing.text(left - _GAP, y + thick / 2 + 5, short, at="end", lang=label.language)


def _bar(
    drawing: Drawing,
    data: ChartData,
    names: tuple[Label, Label],
    mark: Mark,
    at: Scale,
    lane: tuple[float, float],
    number: int,
) -> None:
    y, thick = lane
    foot, told = at(0), told_of(data, *names, mark)
    if mark.value is None:
        if not mark.published:
            drawing.rect(foot, y, 26, thick, "hatch", told)
        drawing.text(foot + (32 if not mark.published else 5), y + thick / 2 + 4.5, mark.text, "m", size=SMALL)
        return
    x = at(mark.value)
    drawing.rect(min(foot, x), y, abs(x - foot), thick - (1 if len(data.series) > 1 else 0), f"s{number % 8}", told)
    drawing.text(max(foot, x) + 5, y + thick / 2 + 4.5, mark.text, "m", size=SMALL)


def told_of(data: ChartData, label: Label, series: Label, mark: Mark) -> str:
    """What a pointer on a mark is told."""
    place = f"{label.text} · {series.text}" if len(data.series) > 1 else label.text
    if mark.value is None:
        return f"{place}: {data.words.not_applicable if mark.published else data.words.not_published}"
    return f"{place}: {mark.text} {data.unit}".rstrip()


def fitting(low: float, high: float, room: float) -> list[float]:
    """Round numbers for an axis so long, as many as can stand beside each other."""
    for about in (5, 4, 3, 2):
        axis = ticks(low, high, about)
        if max(width_of(tick_text(value), SMALL) for value in axis) + 10 <= room / max(len(axis) - 1, 1):
            break
    return axis


def _grid(drawing: Drawing, axis: list[float], at: Scale, top: float, bottom: float) -> None:
    for value in axis:
        drawing.line(at(value), top, at(value), bottom, "g")


def _axis_texts(drawing: Drawing, axis: list[float], at: Scale, bottom: float, unit: str) -> None:
    for value in axis:
        drawing.text(at(value), bottom + 18, tick_text(value), "m", at="middle", size=SMALL)
    drawing.height = bottom + 28
    if not unit:
        return
    end = at(axis[0]) - FONT - width_of(tick_text(axis[0]), SMALL) / 2
    if width_of(unit, SMALL) <= end - PAD:
        drawing.text(end, bottom + 18, unit, "m", at="end", size=SMALL)
    else:  # the labels leave no room beside the axis
        drawing.height += 20
        middle = (at(axis[0]) + at(axis[-1])) / 2
        short = shortened(unit, 2 * min(middle, drawing.width - middle) - 2 * PAD, SMALL)
        drawing.text(middle, bottom + 38, short, "m", at="middle", size=SMALL)
