"""The rows of a printed sheet: which are titles, headers repeated on each page, figures, notes.

The first header is declared. A row below that repeats its first row begins the header of another page, and has to
repeat all of it: a page with other columns would be read wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lod.diagnostics import CellOrigin, Findings
from lod.tables.printed.layout import Layout, Role
from lod.tables.printed.text import label_key, one_line
from lod.tables.sheets import Sheet, cell_name, column_letters


@dataclass(frozen=True)
class Page:
    """A sheet with its declaration: what its cells hold once ignored ones are blank."""

    sheet: Sheet
    source: str  # the sheet's name for people: 101.xls, sheet 表2按官等分
    layout: Layout
    findings: Findings
    roles: dict[tuple[int, int], Role] = field(default_factory=dict)

    def text(self, row: int, column: int) -> str:
        """A cell's text; '' where it is blank or ignored."""
        if self.roles.get((row, column)) is Role.IGNORED:
            return ""
        return self.sheet.text(row, column)

    def columns(self, row: int) -> list[int]:
        """The columns in which a row says something."""
        return [column for column in range(1, self.sheet.width + 1) if self.text(row, column).strip()]

    def mark(self, row: int, role: Role, columns: Iterable[int] | None = None) -> None:
        """Give the cells of a row their role."""
        for column in self.columns(row) if columns is None else columns:
            self.roles[row, column] = role

    def origin(self, row: int, column: int) -> CellOrigin:
        """Where a cell is, for findings."""
        return CellOrigin(self.source, row, column_letters(column), self.sheet.text(row, column))

    def error(self, code: str, row: int, column: int, message: str, hint: str = "") -> None:
        """A finding about one cell."""
        place = f"sheet {self.sheet.name}!{cell_name(row, column)}"
        self.findings.error(code, f"{place}: {message}", self.origin(row, column), hint)


def divide(page: Page) -> list[int]:
    """Give every row but those of figures its role; returns the rows that are left, in their order."""
    _mark_ignored(page)
    headers = _headers(page)
    rows: set[int] = set()
    for row in headers:
        page.mark(row, Role.HEADER)
        rows.add(row)
    first = min(headers, default=1)
    for row in range(1, first):
        page.mark(row, Role.TITLE)
        rows.add(row)
    for row in sorted(headers - {first}):
        if row - 1 not in headers:
            rows |= _titles_above(page, row, rows)
    left = []
    for row in range(first, page.sheet.height + 1):
        columns = page.columns(row)
        if row in rows or not columns:
            continue
        if _matches(page.text(row, columns[0]), page.layout.note_patterns):
            page.mark(row, Role.NOTE, columns)
        else:
            left.append(row)
    return left


def _mark_ignored(page: Page) -> None:
    areas = page.layout.ignored_areas
    for row in range(1, page.sheet.height + 1):
        for column in range(1, page.sheet.width + 1):
            text = page.sheet.text(row, column)
            if not text.strip():
                continue
            in_area = any(a <= row <= c and b <= column <= d for a, b, c, d in areas)
            if in_area or _matches(text, page.layout.ignored_patterns):
                page.roles[row, column] = Role.IGNORED


def _headers(page: Page) -> set[int]:
    """The rows of all headers. One that is repeated differently is an error at the cell that differs."""
    declared = page.layout.header_rows
    if not declared or declared[-1] > page.sheet.height:
        last = declared[-1] if declared else 0
        message = f"the header is declared in row {last}, the sheet has {page.sheet.height} rows"
        page.findings.error("LOD2508", message, CellOrigin(page.source))
        return set()
    wanted = [_signature(page, row) for row in declared]
    start = next(((n, key) for n, key in enumerate(wanted[0]) if key), None)
    if start is None:
        message = f"row {declared[0]} is declared as a header and is blank"
        page.findings.error("LOD2508", message, CellOrigin(page.source, declared[0]))
        return set(declared)
    found = set(declared)
    for row in range(declared[-1] + 1, page.sheet.height + 1):
        if row not in found and _signature(page, row)[start[0]] == start[1]:
            for offset, keys in enumerate(wanted):
                _compare(page, row + offset, declared[offset], keys)
                found.add(row + offset)
    return found


def _signature(page: Page, row: int) -> list[str]:
    return [label_key(page.text(row, column)) for column in range(1, page.sheet.width + 1)]


def _compare(page: Page, row: int, first: int, wanted: list[str]) -> None:
    for column, (key, expected) in enumerate(zip(_signature(page, row), wanted, strict=True), start=1):
        if key != expected:
            there = one_line(page.text(first, column))
            here = one_line(page.text(row, column))
            message = f"the header repeated here says '{here}', the first one '{there}' ({cell_name(first, column)})"
            page.error("LOD2505", row, column, message, "a page with other columns is a table of its own: declare it")


def _titles_above(page: Page, header: int, taken: set[int]) -> set[int]:
    """The title of a later page: rows directly above its header, blank ones between them or not."""
    found: set[int] = set()
    row = header - 1
    while row > 0 and row not in taken:
        columns = page.columns(row)
        if columns and not _matches(page.text(row, columns[0]), page.layout.title_patterns):
            break
        page.mark(row, Role.TITLE, columns)
        found.add(row)
        row -= 1
    return found


def _matches(text: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    line = one_line(text)
    return any(pattern.search(line) for pattern in patterns)
