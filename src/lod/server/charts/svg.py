"""SVG as text, escaped: shapes with classes, and with the light theme's colours where a drawing stands alone.

SVG 2: https://www.w3.org/TR/SVG2/ ; in a page the style sheet colours the classes, so that a chart follows dark mode
and print; a file carries presentation attributes, which need no style sheet and no `style`.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

FONT = 14
_BROAD = 900  # a drawing that is wider keeps its size and scrolls: its texts would be too small to read
_NARROW = 500  # one that is narrower fits on a telephone
_ADVANCE = 0.56  # of the font size: an average letter of a sans serif

INK, MUTED, LINE = "#1c2126", "#5a6068", "#d5d0c4"
SERIES = ("#1b7a85", "#b5482f", "#a2760f", "#4c5f9e", "#5d7f38", "#8a4c7d", "#5a6b78", "#7a5c45")
STEPS = ("#cfe5e2", "#a9d1ce", "#7fbab9", "#519c9f", "#2a7b82", "#12545d")
_ATTRIBUTES = {
    "t": f'fill="{INK}"',
    "m": f'fill="{MUTED}"',
    "g": f'stroke="{LINE}" stroke-width="1"',
    "a": f'stroke="{MUTED}" stroke-width="1"',
    "p": f'fill="#fff" stroke="{MUTED}" stroke-width=".6"',
    "h": f'stroke="{MUTED}" stroke-width="1.4"',
    "w": 'fill="#fff"',
    "d": f'fill="{INK}"',
    "i": 'fill="#fff"',
    **{f"s{n}": f'fill="{color}"' for n, color in enumerate(SERIES)},
    **{
        f"l{n}": f'fill="none" stroke="{color}" stroke-width="2.5" stroke-linejoin="round"'
        for n, color in enumerate(SERIES)
    },
    **{f"q{n}": f'fill="{color}" stroke="#fff" stroke-width=".7"' for n, color in enumerate(STEPS)},
}


_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[（「(]?[{_WIDE}][）」)、，。；：]*\s*|[^\s{_WIDE}]+\s*|\s+")
_PATTERNS = {"hatch": "h", "open": "o"}  # a figure that is not told; one that cannot be


def width_of(text: str, size: float = FONT) -> float:
    """About how wide a text is: East Asian characters are square (UAX #11), others half as wide and a bit."""
    return sum(size if unicodedata.east_asian_width(c) in "WF" else size * _ADVANCE for c in text)


def shortened(text: str, most: float, size: float = FONT) -> str:
    """A text that is at most so wide, with an ellipsis where it was cut."""
    if width_of(text, size) <= most:
        return text
    while text and width_of(text + "…", size) > most:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, most: float, lines: int, size: float = FONT) -> list[str]:
    """A text in at most so many lines that are at most so wide: broken between words, and between ideographs."""
    found = [""]
    pieces = pieces_of(text)
    for place, piece in enumerate(pieces):
        if width_of((found[-1] + piece).rstrip(), size) <= most or not found[-1]:
            found[-1] += piece
        elif len(found) == lines:
            found[-1] += "".join(pieces[place:])
            break
        else:
            found.append(piece)
    return [shortened(line.rstrip(), most, size) for line in found]


def pieces_of(text: str) -> list[str]:
    """What of a text stays together: a word with the space behind it, an ideograph with the mark behind it."""
    return _PIECES.findall(text)


def fixed(number: float) -> str:
    """A coordinate: one decimal place, none where it is nought."""
    text = f"{number:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


class Drawing:
    """Collects the elements of one SVG document."""

    def __init__(self, width: float, *, name: str, standalone: bool = False, small: bool = False) -> None:
        self.width, self.height, self.name, self.standalone = width, 0.0, name, standalone
        self.is_small = small  # for a telephone: names stand above what they name
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, kind: str, title: str = "") -> None:
        """A rectangle; `title` is what a pointer on it is told."""
        place = f'x="{fixed(x)}" y="{fixed(y)}" width="{fixed(max(width, 0))}" height="{fixed(height)}"'
        self._add("rect", f"{place} {self._paint(kind)}", title)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        self._add("line", f'x1="{fixed(x1)}" y1="{fixed(y1)}" x2="{fixed(x2)}" y2="{fixed(y2)}" {self._paint(kind)}')

    def path(self, data: str, kind: str, title: str = "") -> None:
        """A path; `data` is made of numbers."""
        self._add("path", f'd="{data}" {self._paint(kind)}', title)

    def shift(self, x: float, y: float) -> None:
        """What follows, until `shift_back`, stands so much to the right and down."""
        self._parts.append(f'<g transform="translate({fixed(x)} {fixed(y)})">')

    def shift_back(self) -> None:
        """End what `shift` began."""
        self._parts.append("</g>")

    def dot(self, x: float, y: float, kind: str, title: str = "") -> None:
        """A point on a line."""
        self._add("circle", f'cx="{fixed(x)}" cy="{fixed(y)}" r="3.5" {self._paint(kind)}', title)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        kind: str = "t",
        *,
        at: str = "",
        lang: str = "",
        size: float = FONT,
        upwards: bool = False,
    ) -> None:
        """A text; `at` is its anchor ('end', 'middle'); `upwards` it begins at its foot and climbs."""
        more = f' text-anchor="{at}"' if at else ""
        more += f' transform="rotate(-90 {fixed(x)} {fixed(y)})"' if upwards else ""
        more += f' lang="{escape(lang)}"' if lang else ""
        more += f' font-size="{fixed(size)}"' if size != FONT else ""
        self._parts.append(f'<text x="{fixed(x)}" y="{fixed(y)}"{more} {self._paint(kind)}>{escape(text)}</text>')

    def finish(self, title: str, description: str, language: str) -> str:
        """The whole document, with a name and a description for who cannot see it."""
        size = f'viewBox="0 0 {fixed(self.width)} {fixed(self.height)}"'
        names = f'role="img" aria-labelledby="{self.name}-t {self.name}-d"'
        font = f'font-size="{FONT}"'
        if self.standalone:
            font += ' font-family="Noto Sans TC, Noto Sans CJK TC, PingFang TC, Microsoft JhengHei, sans-serif"'
            size += f' width="{fixed(self.width)}" height="{fixed(self.height)}"'
        wide = (
            " small"
            if self.is_small
            else " broad"
            if self.width > _BROAD
            else " narrow"
            if self.width < _NARROW
            else ""
        )
        kind = f'class="chart{"" if self.standalone else wide}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" lang="{escape(language)}" {kind} {size} {names} {font}>'
        words = (
            f'<title id="{self.name}-t">{escape(title)}</title><desc id="{self.name}-d">{escape(description)}</desc>'
        )
        patterns = "".join(
            f'<pattern id="{self.name}-{mark}" width="{wide}" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate({turned})"><line y2="6" {self._paint(paint)}/></pattern>'
            for mark, wide, turned, paint in (("h", 6, 45, "h"), ("o", 9, -45, "a"))
            if any(f"#{self.name}-{mark})" in part for part in self._parts)
        )
        hatch = f"<defs>{patterns}</defs>" if patterns else ""
        paper = f'<rect width="100%" height="100%" {self._paint("w")}/>' if self.standalone else ""
        return "".join([head, words, hatch, paper, *self._parts, "</svg>"])

    def _paint(self, kind: str) -> str:
        if kind in _PATTERNS:
            return f'fill="url(#{self.name}-{_PATTERNS[kind]})" class="p"' + (
                f' stroke="{MUTED}" stroke-width=".6"' if self.standalone else ""
            )
        return _ATTRIBUTES[kind] if self.standalone else f'class="{kind}"'

    def _add(self, element: str, attributes: str, title: str = "") -> None:
        told = f"<title>{escape(title)}</title></{element}>" if title else ""
        self._parts.append(f"<{element} {attributes}>{told}" if told else f"<{element} {attributes}/>")
