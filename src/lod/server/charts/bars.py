"""Bars that lie: labels keep their whole width, in Chinese as in English. Alone, grouped, stacked, back to back."""

from __future__ import annotations

from collections.abc import Callable

from lod.server.charts.model import ChartData, Label, Mark
from lod.server.charts.scales import tick_text, ticks
from lod.server.charts.svg import FONT, Drawing, shortened, width_of

Scale = Callable[[float], float]

_GAP = 12.0
_PAD = 8.0
_MOST_LABEL = 250.0
_SMALL = 12.0


def draw_bars(drawing: Drawing, data: ChartData) -> None:
    """One bar a category; several beside each other where there are several series."""
    many = len(data.series)
    thick = 18.0 if many == 1 else max(13.0, 30.0 / many)
    step = thick * many + (10 if many == 1 else 14)
    left = _labels_width(data)
    texts = max((width_of(mark.text, _SMALL) for row in data.marks for mark in row), default=0.0) + 6
    right = drawing.width - texts - _PAD
    axis = _fitting(min(0.0, *data.values(), 0.0), max(0.0, *data.values(), 0.0), right - left)
    span = axis[-1] - axis[0]
    if many > 1:
        draw_legend(drawing, data.series)
    top = drawing.height + 6

    def at(value: float) -> float:
        return left + (right - left) * (value - axis[0]) / span

    bottom = top + step * len(data.categories)
    _grid(drawing, axis, at, top, bottom)
    for place, (label, row) in enumerate(zip(data.categories, data.marks, strict=True)):
        y = top + step * place + (step - thick * many) / 2
        _label(drawing, label, left - _GAP, y + thick * many / 2)
        for number, mark in enumerate(row):
            _bar(drawing, data, (label, data.series[number]), mark, at, (y + thick * number, thick), number)
    drawing.line(at(0), top, at(0), bottom, "a")
    _axis_texts(drawing, axis, at, bottom, data.unit)


def draw_stacked(drawing: Drawing, data: ChartData) -> None:
    """The parts of each category in one bar, its sum behind it."""
    thick, step = 20.0, 30.0
    left = _labels_width(data)
    sums = [sum(mark.value or 0 for mark in row) for row in data.marks]
    texts = max((width_of(tick_text(total), _SMALL) for total in sums), default=0.0) + 6
    right = drawing.width - texts - _PAD
    axis = _fitting(0.0, max([*sums, 0.0]), right - left)
    draw_legend(drawing, data.series)
    top = drawing.height + 6

    def at(value: float) -> float:
        return left + (right - left) * value / axis[-1]

    bottom = top + step * len(data.categories)
    _grid(drawing, axis, at, top, bottom)
    for place, (label, row) in enumerate(zip(data.categories, data.marks, strict=True)):
        y, start = top + step * place + (step - thick) / 2, 0.0
        _label(drawing, label, left - _GAP, y + thick / 2)
        for number, mark in enumerate(row):
            if mark.value:
                x = at(start)
                title = _told(data, label, data.series[number], mark)
                drawing.rect(x, y, at(start + mark.value) - x - 0.7, thick, f"s{number % 8}", title)
                start += mark.value
        whole = all(mark.value is not None or mark.published for mark in row)
        text = tick_text(start) if whole else "…"
        drawing.text(at(start) + 5, y + thick / 2 + 4.5, text, "m", size=_SMALL)
    drawing.line(left, top, left, bottom, "a")
    _axis_texts(drawing, axis, at, bottom, data.unit)


def draw_pyramid(drawing: Drawing, data: ChartData) -> None:
    """Two series back to back, the categories between them, the oldest on top."""
    thick, step, middle = 20.0, 25.0, max(width_of(label.text) for label in data.categories) + 24
    texts = max((width_of(mark.text, _SMALL) for row in data.marks for mark in row), default=0.0) + 8
    axis = ticks(0.0, max([*data.values(), 0.0]), 4)
    half = (drawing.width - middle) / 2 - texts - _PAD
    top = drawing.height + 34
    bottom = top + step * len(data.categories)
    center = drawing.width / 2
    for side, series in ((-1, data.series[0]), (1, data.series[1])):
        foot = center + side * middle / 2
        anchor = "end" if side < 0 else ""
        drawing.text(foot, top - 12, series.text, at=anchor, lang=series.language, size=15)
        number = 0 if side < 0 else 1
        for value in axis:
            x = foot + side * half * value / axis[-1]
            drawing.line(x, top, x, bottom, "g" if value else "a")
            drawing.text(x, bottom + 18, tick_text(value), "m", at="middle", size=_SMALL)
        for place, row in enumerate(reversed(data.marks)):
            mark, label = row[number], data.categories[-1 - place]
            y = top + step * place + (step - thick) / 2
            length = half * (mark.value or 0) / axis[-1]
            if mark.value is None:
                kind = "hatch" if not mark.published else ""
                if kind:
                    drawing.rect(foot if side > 0 else foot - 26, y, 26, thick, kind, _told(data, label, series, mark))
            else:
                x = foot if side > 0 else foot - length
                drawing.rect(x, y, length, thick, f"s{number}", _told(data, label, series, mark))
            end = foot + side * ((28 if mark.value is None and not mark.published else length) + 5)
            drawing.text(end, y + thick / 2 + 4.5, mark.text, "m", at=anchor, size=_SMALL)
    for place, label in enumerate(reversed(data.categories)):
        drawing.text(center, top + step * (place + 0.5) + 5, label.text, at="middle", lang=label.language)
    drawing.height = bottom + 28
    if data.unit:
        drawing.text(center, bottom + 18, data.unit, "m", at="middle", size=_SMALL)


def draw_legend(drawing: Drawing, series: tuple[Label, ...], left: float = _PAD) -> None:
    """Which colour is which series, in lines as long as the drawing is wide."""
    x, y = left, drawing.height + 18
    for number, label in enumerate(series):
        text = shortened(label.text, drawing.width - left - 18 - _PAD, 13)
        wide = 18 + width_of(text, 13) + 18
        if x + wide > drawing.width and x > left:
            x, y = left, y + 22
        drawing.rect(x, y - 11, 12, 12, f"s{number % 8}")
        drawing.text(x + 18, y, text, lang=label.language, size=13)
        x += wide
    drawing.height = y + 8


def _labels_width(data: ChartData) -> float:
    return min(max(width_of(label.text) for label in data.categories), _MOST_LABEL) + _GAP + _PAD


def _label(drawing: Drawing, label: Label, x: float, middle: float) -> None:
    drawing.text(x, middle + 5, shortened(label.text, _MOST_LABEL), at="end", lang=label.language)


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
    foot, told = at(0), _told(data, *names, mark)
    if mark.value is None:
        if not mark.published:
            drawing.rect(foot, y, 26, thick, "hatch", told)
        drawing.text(foot + (32 if not mark.published else 5), y + thick / 2 + 4.5, mark.text, "m", size=_SMALL)
        return
    x = at(mark.value)
    drawing.rect(min(foot, x), y, abs(x - foot), thick - (1 if len(data.series) > 1 else 0), f"s{number % 8}", told)
    drawing.text(max(foot, x) + 5, y + thick / 2 + 4.5, mark.text, "m", size=_SMALL)


def _told(data: ChartData, label: Label, series: Label, mark: Mark) -> str:
    place = f"{label.text} · {series.text}" if len(data.series) > 1 else label.text
    if mark.value is None:
        return f"{place}: {data.words.not_applicable if mark.published else data.words.not_published}"
    return f"{place}: {mark.text} {data.unit}".rstrip()


def _fitting(low: float, high: float, room: float) -> list[float]:
    """Round numbers for an axis so long, as many as can stand beside each other."""
    for about in (5, 4, 3, 2):
        axis = ticks(low, high, about)
        if max(width_of(tick_text(value), _SMALL) for value in axis) + 10 <= room / max(len(axis) - 1, 1):
            break
    return axis


def _grid(drawing: Drawing, axis: list[float], at: Scale, top: float, bottom: float) -> None:
    for value in axis:
        drawing.line(at(value), top, at(value), bottom, "g")


def _axis_texts(drawing: Drawing, axis: list[float], at: Scale, bottom: float, unit: str) -> None:
    for value in axis:
        drawing.text(at(value), bottom + 18, tick_text(value), "m", at="middle", size=_SMALL)
    drawing.height = bottom + 28
    if not unit:
        return
    end = at(axis[0]) - FONT - width_of(tick_text(axis[0]), _SMALL) / 2
    if width_of(unit, _SMALL) <= end - _PAD:
        drawing.text(end, bottom + 18, unit, "m", at="end", size=_SMALL)
    else:  # the labels leave no room beside the axis
        drawing.height += 20
        middle = (at(axis[0]) + at(axis[-1])) / 2
        short = shortened(unit, 2 * min(middle, drawing.width - middle) - 2 * _PAD, _SMALL)
        drawing.text(middle, bottom + 38, short, "m", at="middle", size=_SMALL)
