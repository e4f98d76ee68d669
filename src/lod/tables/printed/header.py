"""The headers of a printed sheet: where they stand on each page, and what they say about each column.

A header is declared by its rows, or by a text in its first row. A row below that repeats its first row begins that of
another page, and has to say the same of every column: a page with other columns would be read wrongly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lod.diagnostics import CellOrigin
from lod.tables.printed.layout import Label
from lod.tables.printed.page import Page
from lod.tables.printed.text import has_chinese, label_key, one_line
from lod.tables.workbooks.sheets import cell_name
from lod.wording import say

Path = tuple[Label, ...]

_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Heading:
    """One header: all its rows, and those whose texts are labels."""

    rows: tuple[int, ...]
    label_rows: tuple[int, ...]


def find_headings(page: Page) -> tuple[Heading, ...]:
    """The headers of all pages, the first one first; () and LOD2508 when there is none.

    Findings: LOD2505 a header that is repeated differently, at the cell that differs.
    """
    layout = page.layout
    starts = _starts_of_text(page) if layout.header_start else _starts_of_rows(page)
    found = tuple(_heading(page, row, column) for row, column in starts)
    found = tuple(_as_long(page, other, found[0]) for other in found)
    for other in found[1:]:
        _compare(page, other, found[0])
    return found


def header_path(page: Page, heading: Heading, column: int) -> Path:
    """The labels of a column, outermost first. A merged range shows its first cell everywhere, and counts once."""
    path: list[Label] = []
    for row in heading.label_rows:
        place = _filled(page, heading, row, column)
        text = page.text(*place).strip()
        if _is_translation(page, text):
            continue
        if text and (not path or (path[-1].row, path[-1].column) != place):
            path.append(Label(text, *place))
    return tuple(path)


def _is_translation(page: Page, text: str) -> bool:
    return page.layout.has_chinese_labels and not has_chinese(text) and _LATIN.search(text) is not None


def _starts_of_text(page: Page) -> list[tuple[int, int]]:
    """The first cell of each row in which the declared text stands; of a merged range, its first row alone."""
    pattern = page.layout.header_start
    assert pattern is not None, "else rows are declared"
    found = []
    for row in range(1, page.sheet.height + 1):
        columns = [c for c in page.columns(row) if pattern.search(one_line(page.text(row, c)))]
        if columns:
            found.append((row, columns[0]))
    if not found:
        message = say("no cell says /{pattern}/: the header is not found", pattern=pattern.pattern)
        hint = say("correct 'from', or say in which 'rows' the header is")
        page.findings.error(
            "LOD2508",
            say("sheet {sheet}: {message}", sheet=page.sheet.name, message=message),
            CellOrigin(page.source),
            hint,
        )
    return found


def _starts_of_rows(page: Page) -> list[tuple[int, int]]:
    declared = page.layout.header_rows
    if declared[-1] > page.sheet.height:
        message = say(
            "the header is declared in row {declared}, the sheet has {height} rows",
            declared=declared[-1],
            height=page.sheet.height,
        )
        page.findings.error("LOD2508", message, CellOrigin(page.source))
        return []
    wanted = _signature(page, declared[0])
    start = next(((n, key) for n, key in enumerate(wanted) if key), None)
    if start is None:
        message = say("row {declared} is declared as a header and is blank", declared=declared[0])
        hint = say("rows are counted from the top of the sheet; or say what stands in the first one: from: /^…/")
        page.findings.error("LOD2508", message, CellOrigin(page.source, declared[0]), hint)
        return []
    later = range(declared[-1] + 1, page.sheet.height + 1)
    repeated = [row for row in later if _signature(page, row)[start[0]] == start[1]]
    return [(row, start[0] + 1) for row in (declared[0], *repeated)]


def _heading(page: Page, start: int, column: int) -> Heading:
    """The header that begins in a row: as many rows as are declared, or as its first cell is merged over."""
    layout = page.layout
    first = layout.header_rows[0] if layout.header_rows else 1
    offset = start - (1 if layout.header_start else first)
    rows = tuple(row + offset for row in layout.header_rows)
    if not rows:
        area = next((a for a in page.sheet.merged if (a.top, a.left) == (start, column)), None)
        rows = tuple(range(start, (area.bottom if area else start) + 1))
    labels = tuple(row + offset for row in layout.label_rows)
    return Heading(rows, rows if layout.has_chinese_labels or not labels else labels)


def _as_long(page: Page, other: Heading, first: Heading) -> Heading:
    """A later page's header, as long as the first one where its own cells are not merged and say the same below."""
    start = other.rows[0]
    rows = range(start, start + len(first.rows))
    if len(other.rows) == len(first.rows) or rows[-1] > page.sheet.height:
        return other
    if any(_signature(page, row) != _signature(page, wanted) for row, wanted in zip(rows, first.rows, strict=True)):
        return other
    return Heading(tuple(rows), tuple(row + start - first.rows[0] for row in first.label_rows))


def _signature(page: Page, row: int) -> list[str]:
    return [label_key(page.text(row, column)) for column in range(1, page.sheet.width + 1)]


def _filled(page: Page, heading: Heading, row: int, column: int) -> tuple[int, int]:
    """The cell whose text stands for a header cell: a merged range shows its first one everywhere.

    Without merged cells, and where the layout says so, an empty cell repeats the one to its left: if its column has a
    heading of its own below, and both belong to the same groups above.
    """
    place = page.sheet.anchor(row, column)
    if not page.layout.fill_header or page.text(*place).strip() or not _has_own(page, heading, row, column):
        return place
    beside = {*page.layout.label_columns, *page.layout.translation_columns}
    for left in range(column - 1, 0, -1):
        if left in beside:
            break
        if page.text(row, left).strip():
            above = [each for each in heading.label_rows if each < row]
            same = all(_filled(page, heading, r, left) == _filled(page, heading, r, column) for r in above)
            return (row, left) if same else place
    return place


def _has_own(page: Page, heading: Heading, row: int, column: int) -> bool:
    texts = (page.text(*page.sheet.anchor(each, column)).strip() for each in heading.label_rows if each > row)
    return any(text and not _is_translation(page, text) for text in texts)


def _compare(page: Page, other: Heading, first: Heading) -> None:
    """LOD2505 where a later page says another thing of a column than the first one."""
    told: set[tuple[int, int]] = set()
    for column in range(1, page.sheet.width + 1):
        there, here = header_path(page, first, column), header_path(page, other, column)
        if _keys(there) == _keys(here) or _stored(page, first, column) == _stored(page, other, column):
            continue
        place = (here[-1].row, here[-1].column) if here else (other.rows[0], column)
        if place in told:
            continue
        told.add(place)
        shown, wanted = (one_line(path[-1].text) if path else "" for path in (here, there))
        if shown == wanted:
            shown, wanted = (" > ".join(one_line(each.text) for each in path) for path in (here, there))
        cell = f" ({cell_name(there[-1].row, there[-1].column)})" if there else ""
        message = say(
            "the header repeated here says '{shown}', the first one '{wanted}'{cell}",
            shown=shown,
            wanted=wanted,
            cell=cell,
        )
        hint = say("a page with other columns is a table of its own: give it an edition with its 'area'")
        page.error("LOD2505", *place, message, hint)


def _keys(path: Path) -> list[str]:
    return [label_key(each.text) for each in path]


def _stored(page: Page, heading: Heading, column: int) -> list[str]:
    """A column's label cells as they are stored: of a page whose cells are not merged as on the first one."""
    texts = [page.text(row, column) for row in heading.label_rows]
    return [label_key(text) for text in texts if text.strip() and not _is_translation(page, text)]
