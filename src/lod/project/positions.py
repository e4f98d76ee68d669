"""Where each key of a TOML document stands. `tomllib` reads the values but keeps no positions.

https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lod.diagnostics import TextOrigin

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_\-]+))\s*""")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*|[\[\]{}]')


def key_positions(text: str, path: str) -> dict[str, TextOrigin]:
    """Dotted key → its position, for every table header and every key at the start of a line. `text` is valid TOML.

    Keys inside inline tables stand where their table stands. Elements of an array of tables are numbered: 'a.0.b'.
    """
    scan = _Scan(path)
    for number, line in enumerate(text.splitlines(), start=1):
        scan.line(number, line)
    return scan.positions


@dataclass(slots=True)
class _Scan:
    path: str
    positions: dict[str, TextOrigin] = field(default_factory=dict)
    table: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    depth: int = 0  # of brackets that the value left open
    quote: str = ""  # the multi-line quote that is open

    def line(self, number: int, line: str) -> None:
        if self.quote or self.depth:
            self._value(line)
            return
        stripped = line.lstrip()
        column = len(line) - len(stripped) + 1
        if stripped.startswith("[["):
            name, _ = _dotted(stripped[2:])
            index = self.counts.get(name, -1) + 1
            self.counts[name] = index
            self.table = f"{name}.{index}"
            self._put(self.table, number, column + 2, len(name))
        elif stripped.startswith("["):
            self.table, _ = _dotted(stripped[1:])
            self._put(self.table, number, column + 1, len(self.table))
            above = self.table
            while above := above.rpartition(".")[0]:  # [a.b] says that there is an a, too
                self._put(above, number, column + 1, len(above))
        elif stripped and not stripped.startswith("#"):
            name, end = _dotted(stripped)
            self._put(f"{self.table}.{name}" if self.table else name, number, column, len(stripped[:end].rstrip()))
            self._value(stripped[end:])

    def _put(self, key: str, line: int, column: int, length: int) -> None:
        origin = TextOrigin(self.path, line, column, max(1, length))
        self.positions.setdefault(key, origin)

    def _value(self, text: str) -> None:
        at = 0
        while at < len(text):
            if self.quote:
                close = text.find(self.quote, at)
                if close < 0:
                    return
                at, self.quote = close + 3, ""
                continue
            found = _TOKEN.search(text, at)
            if not found:
                return
            mark, at = found.group(), found.end()
            if mark in ('"""', "'''"):
                self.quote = mark
            elif mark in "[{":
                self.depth += 1
            elif mark in "]}":
                self.depth -= 1


def _dotted(text: str) -> tuple[str, int]:
    """The dotted key at the start of `text` and where it ends."""
    parts, at = [], 0
    while found := _PART.match(text, at):
        parts.append(next(group for group in found.groups() if group is not None))
        at = found.end()
        if not text.startswith(".", at):
            break
        at += 1
    return ".".join(parts), at
