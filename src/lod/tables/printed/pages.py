"""The rows of a printed sheet: which are titles, headers repeated on each page, figures, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lod.tables.printed.header import Heading, find_headings
from lod.tables.printed.layout import Role
from lod.tables.printed.page import Page
from lod.tables.printed.periods import periods_in
from lod.tables.printed.text import has_chinese, label_key, one_line
from lod.tables.workbooks.sheets import cell_name
from lod.wording import say

_PAGE = re.compile(r"[(（]?(?:續\d*完?|cont(?:inued|\.?d?)?\.?|第?\d+頁?(?:共\d+頁)?)[)）]?$|^續")
_UNIT = re.compile(r"(?:單位|unit)[:：]", re.IGNORECASE)
_LONGEST_PERIOD = 16  # signs: a longer title says more than its period


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
        titles = _titles_above(page, heading.rows[0], rows)
        _compare_titles(page, range(1, first), sorted(titles))
        rows |= titles
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
            if _is_alone(page, row, columns) and page.columns(row + 1):
                page.mark(row, Role.TITLE, columns)  # nothing but a title stands there; `_compare_titles` says so
                found.add(row)
            break
        page.mark(row, Role.TITLE, columns)
        found.add(row)
        row -= 1
    return found


def _compare_titles(page: Page, first: Iterable[int], other: Iterable[int]) -> None:
    """LOD2516 (warning): a later page is entitled otherwise: is it a table of its own?"""
    known = {key for row in first for column in page.columns(row) if (key := _title_key(page.text(row, column)))}
    titles = [(row, column) for row in other for column in page.columns(row) if _title_key(page.text(row, column))]
    keys = {place: _title_key(page.text(*place)) for place in titles}
    languages = {has_chinese(key) for key in known}
    alike = [place for place, key in keys.items() if has_chinese(key) in languages]
    if not alike or any(_is_known(keys[place], known) for place in titles):
        return  # the same, or said in another language
    row, column = alike[0]
    message = say(
        "sheet {sheet}!{cell}: '{text}' is another title than that of the first page",
        sheet=page.sheet.name,
        cell=cell_name(row, column),
        text=one_line(page.text(row, column)),
    )
    hint = say("a table of its own? Give each its 'area', as an edition or a cube file of its own")
    page.findings.warning("LOD2516", message, page.origin(row, column), hint)


def _is_known(title: str, known: Iterable[str]) -> bool:
    return any(title in each or each in title for each in known)


def _title_key(text: str) -> str:
    """What a title says besides its page, its unit and its period; '' for nothing."""
    key = _PAGE.sub("", label_key(text))
    return "" if _UNIT.match(key) or (next(periods_in(text), None) and len(key) < _LONGEST_PERIOD) else key


def _is_alone(page: Page, row: int, columns: Sequence[int]) -> bool:
    """Whether a row is one text, of the labels' column and no note."""
    text = page.text(row, columns[0])
    is_note = _matches(text, page.layout.note_patterns)
    return (
        len(columns) == 1 and columns[0] in page.layout.label_columns and not is_note and not text.strip().isdecimal()
    )


def _matches(text: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    line = one_line(text)
    return any(pattern.search(line) for pattern in patterns)
