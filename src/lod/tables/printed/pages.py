"""The rows of a printed sheet: which are titles, headers repeated on each page, figures, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lod.tables.printed.header import Heading, find_headings
from lod.tables.printed.layout import Role
from lod.tables.printed.page import Page
from lod.tables.printed.text import one_line


def divide(page: Page) -> tuple[Heading | None, list[int]]:
    """Give every row but those of figures its role; returns the first header and the rows that are left, in order."""
    _mark_unread(page)
    headings = find_headings(page)
    if not headings:
        return None, []
    rows = {row for heading in headings for row in heading.rows}
    for row in rows:
        page.mark(row, Role.HEADER)
    first = headings[0].rows[0]
    for row in range(1, first):
        page.mark(row, Role.TITLE)
        rows.add(row)
    for heading in headings[1:]:
        rows |= _titles_above(page, heading.rows[0], rows)
    return headings[0], _rows_of_figures(page, first, rows)


def _rows_of_figures(page: Page, first: int, taken: set[int]) -> list[int]:
    left = []
    below_notes = False
    for row in range(first, page.sheet.height + 1):
        columns = page.columns(row)
        if row in taken or not columns:
            below_notes = below_notes and row not in taken
            continue
        if _matches(page.text(row, columns[0]), page.layout.note_patterns):
            page.mark(row, Role.NOTE, columns)
            below_notes = True
        elif below_notes and _is_title(page, row, columns):
            page.mark(row, Role.TITLE, columns)  # a title that stands below the notes again
        else:
            left.append(row)
    return left


def _is_title(page: Page, row: int, columns: Sequence[int]) -> bool:
    beside = {*page.layout.label_columns, *page.layout.translation_columns}
    return set(columns) <= beside and _matches(page.text(row, columns[0]), page.layout.title_patterns)


def _mark_unread(page: Page) -> None:
    """Cells outside the table's area, and ignored ones."""
    areas, inside = page.layout.ignored_areas, page.layout.area
    for row in range(1, page.sheet.height + 1):
        for column in range(1, page.sheet.width + 1):
            text = page.sheet.text(row, column)
            if not text.strip():
                continue
            if inside and not _is_in(inside, row, column):
                page.roles[row, column] = Role.OUTSIDE
            elif any(_is_in(area, row, column) for area in areas) or _matches(text, page.layout.ignored_patterns):
                page.roles[row, column] = Role.IGNORED


def _is_in(area: tuple[int, int, int, int], row: int, column: int) -> bool:
    top, left, bottom, right = area
    return top <= row <= bottom and left <= column <= right


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
