"""Legends: which colour is which series; what is in each class; what the hatchings say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lod.server.charts.model import Label
from lod.server.charts.scales import class_of, tick_text
from lod.server.charts.svg import STEPS, Drawing, shortened, width_of

_PAD = 8.0
_SMALL = 12.5


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


def step_of(value: float, bounds: Sequence[float]) -> str:
    """The colour of the class that a value falls into."""
    return f"q{class_of(value, bounds) * (len(STEPS) - 1) // max(len(bounds) - 1, 1)}"


def draw_classes(
    drawing: Drawing, unit: str, values: Iterable[float], bounds: Sequence[float], gaps: Mapping[str, str], left: float
) -> None:
    """The classes with what is in them, then the hatchings that occur, in lines as long as the drawing is wide."""
    by_class: dict[str, list[float]] = {}
    for value in sorted(values):
        by_class.setdefault(step_of(value, bounds), []).append(value)
    entries = [
        (kind, " – ".join(tick_text(value) for value in dict.fromkeys((inside[0], inside[-1]))))
        for kind, inside in by_class.items()
    ]
    x, y = left, drawing.height
    if unit:
        drawing.text(x, y + 13, shortened(unit, drawing.width - 2 * left, _SMALL), "m", size=_SMALL)
        y += 22
    wide = max((width_of(text, _SMALL) for _, text in entries), default=0) + 30 + 18
    for kind, text in entries + [(gap, gaps[gap]) for gap in sorted(gaps)]:
        own = max(wide, width_of(text, _SMALL) + 30)
        if x > left and (x + own - 18 > drawing.width - left or (kind in gaps and entries)):
            x, y = left, y + 22
        drawing.rect(x, y, 22, 16, kind)
        drawing.text(x + 30, y + 13, shortened(text, drawing.width - x - 30, _SMALL), size=_SMALL)
        x += own + (18 if kind in gaps else 0)
    if entries or gaps:
        drawing.height = y + 26
