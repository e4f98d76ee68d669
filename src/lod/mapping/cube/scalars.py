"""Small things that are written as text: rows `3-7`, columns `C-K`, cells `A41:B43`, patterns `/^註/`, label paths."""

from __future__ import annotations

import re
from collections.abc import Callable

from lod.diagnostics import Findings
from lod.mapping.document import Node, Text
from lod.mapping.shapes import Shapes
from lod.wording import Wording, say

_CELLS = re.compile(r"([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?")
_LETTERS = 26
_LARGEST = 100_000


def rows_of(node: Node | None, shapes: Shapes) -> tuple[int, ...]:
    """Rows: `3`, `3-7` or a list of these."""
    return _numbers(node, shapes, _row, say("rows are written 3, 3-7 or [3, 6]"))


def columns_of(node: Node | None, shapes: Shapes) -> tuple[int, ...]:
    """Columns: `A`, `C-K` or a list of these."""
    return _numbers(node, shapes, column_number, say("columns are written A, C-K or [A, C]"))


def _numbers(node: Node | None, shapes: Shapes, number: Callable[[str], int | None], hint: Wording) -> tuple[int, ...]:
    found: list[int] = []
    for text in shapes.texts(node):
        ends = [number(part.strip()) for part in text.value.split("-")]
        first, last = ends[0], ends[-1]
        if len(ends) > 2 or first is None or last is None or last < first:
            shapes.findings.error("LOD3603", say("'{text}' cannot be understood", text=text.value), text.origin, hint)
        else:
            found += range(first, last + 1)
    return tuple(dict.fromkeys(found))


def _row(text: str) -> int | None:
    return int(text) if text.isdecimal() and 0 < int(text) < _LARGEST else None


def column_number(text: str) -> int | None:
    """A → 1, AA → 27; None for what is no column."""
    if not re.fullmatch(r"[A-Za-z]{1,3}", text):
        return None
    number = 0
    for letter in text.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number


def cells_of(text: str) -> tuple[int, int, int, int] | None:
    """`A41:B43` → (41, 1, 43, 2); None for what is no cell or rectangle of cells."""
    match = _CELLS.fullmatch(text.strip().upper())
    if not match:
        return None
    left, top, right, bottom = match[1], match[2], match[3] or match[1], match[4] or match[2]
    a, b = column_number(left), column_number(right)
    return (int(top), a, int(bottom), b) if a and b else None


def pattern_of(text: Text, findings: Findings) -> re.Pattern[str] | None:
    """A regular expression between slashes; None, and a finding, when it is none."""
    value = text.value
    if len(value) < 3 or not (value.startswith("/") and value.endswith("/")):
        findings.error(
            "LOD3603",
            say("'{value}' is no pattern", value=value),
            text.origin,
            say("a pattern stands between slashes: /^註/"),
        )
        return None
    try:
        return re.compile(value[1:-1], re.IGNORECASE)
    except re.error as error:
        findings.error(
            "LOD3603", say("'{value}' is no regular expression: {error}", value=value, error=error), text.origin
        )
        return None


def label_path(text: str) -> tuple[str, ...]:
    """`新進人員 > 計` → its labels, outermost first."""
    return tuple(part.strip() for part in text.split(" > ") if part.strip())
