"""Two series back to back, the oldest on top: the age-sex pyramid. The categories stand between them.

In a drawing for a telephone each category stands with its two numbers above its bars, which have the whole width.
"""

from __future__ import annotations

from dataclasses import dataclass

from lod.server.charts.bars import ABOVE, PAD, SMALL, fitting, told_of
from lod.server.charts.model import ChartData
from lod.server.charts.scales import tick_text
from lod.server.charts.svg import Drawing, shortened, width_of

_HATCHED = 26.0  # how long a bar is that says that there is no figure


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where what stands: `above` is the height of the texts above each pair of bars, 0 where they stand beside them."""

    center: float
    middle: float  # between the two sides
    half: float  # the longest bar
    top: float
    above: float
    axis: tuple[float, ...]

    @property
    def thick(self) -> float:
        return 15.0 if self.above else 20.0

    @property
    def step(self) -> float:
        return self.above + (20.0 if self.above else 25.0)

    def bar(self, place: int) -> float:
        """The upper edge of a category's bars."""
        return self.top + self.step * place + (self.step - self.above - self.thick) / 2 + self.above

    def line(self, place: int) -> float:
        """The foot of a category's texts."""
        return self.bar(place) + (-5 if self.above else self.thick / 2 + 4.5)

    def foot(self, side: int) -> float:
        """Where the bars of a side (-1, 1) begin."""
        return self.center + side * self.middle / 2

    def length(self, value: float) -> float:
        """How long a value's bar is."""
        return self.half * value / self.axis[-1]


def draw_pyramid(drawing: Drawing, data: ChartData) -> None:
    """Draw the first two series; none of their values is negative."""
    layout = _layout(drawing, data)
    bottom = layout.top + layout.step * len(data.categories)
    for number, side in enumerate((-1, 1)):
        _draw_axis(drawing, layout, side, bottom)
        _draw_side(drawing, data, layout, number, side)
    for place, label in enumerate(reversed(data.categories)):
        drawing.text(layout.center, layout.line(place), label.text, at="middle", lang=label.language)
    drawing.height = bottom + 28 + layout.above
    if data.unit:
        unit = shortened(data.unit, drawing.width - 2 * PAD, SMALL)
        drawing.text(layout.center, bottom + 18 + layout.above, unit, "m", at="middle", size=SMALL)


def _layout(drawing: Drawing, data: ChartData) -> _Layout:
    above = ABOVE if drawing.is_small else 0.0
    middle, texts = 1.0, 18.0
    if not above:
        middle = max(width_of(label.text) for label in data.categories) + 24
        texts = max((width_of(mark.text, SMALL) for row in data.marks for mark in row), default=0.0) + 8
    half = (drawing.width - middle) / 2 - texts - PAD
    axis = fitting(0.0, max([*data.values(), 0.0]), half)
    return _Layout(drawing.width / 2, middle, half, drawing.height + 34, above, tuple(axis))


def _draw_axis(drawing: Drawing, layout: _Layout, side: int, bottom: float) -> None:
    for value in layout.axis:
        x = layout.foot(side) + side * layout.length(value)
        drawing.line(x, layout.top, x, bottom, "g" if value else "a")
        if value or not layout.above or side > 0:  # where the sides touch, they share their nought
            drawing.text(x, bottom + 18, tick_text(value), "m", at="middle", size=SMALL)


def _draw_side(drawing: Drawing, data: ChartData, layout: _Layout, number: int, side: int) -> None:
    foot, anchor, series = layout.foot(side), "end" if side < 0 else "", data.series[number]
    name = foot + side * (8 if layout.above else 0)
    drawing.text(name, layout.top - 12, series.text, at=anchor, lang=series.language, size=15)
    for place, row in enumerate(reversed(data.marks)):
        mark, label, length = row[number], data.categories[-1 - place], 0.0
        if mark.value is not None or not mark.published:
            length = _HATCHED if mark.value is None else layout.length(mark.value)
            kind = "hatch" if mark.value is None else f"s{number}"
            x = foot if side > 0 else foot - length
            drawing.rect(x, layout.bar(place), length, layout.thick, kind, told_of(data, label, series, mark))
        beside = width_of(label.text) / 2 + 10 if layout.above else length + 5
        drawing.text(foot + side * beside, layout.line(place), mark.text, "m", at=anchor, size=SMALL)
