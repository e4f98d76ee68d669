"""What can be seen of a sheet without being told: where its figures, its header and its labels are.

Nothing here is trusted: it is written down in a draft for a person to correct.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lod.mapping.cube.layouts import USUAL_NOTES, USUAL_TITLES
from lod.tables.printed.periods import part_of_year, period_of
from lod.tables.printed.text import has_chinese, indentation, label_key, numbering, one_line
from lod.tables.workbooks.sheets import Sheet

_NUMBER = re.compile(r"[(（]?[+▲△▼▽-]?\d{1,3}(?:[, ]?\d{3})*(?:\.\d+)?[%)]*|[+-]?\d+(?:\.\d+)?%?")
_ENDING = re.compile(r"(?<=[\d%])\s*(?:\([a-z]\)|[a-z*#]{1,2})\Z", re.IGNORECASE)  # 2.35 r, 12*
_SIGN = re.compile(r"[-－—–─‐…⋯.*＊xX×○◎#]{1,4}|n\.?a\.?|n/a|\(d\)|--+", re.IGNORECASE)
_NAMES_CODES = re.compile(r"(別|代碼|代號|編號|年度?|月份?|日期|code|year|month|date|id)$", re.IGNORECASE)
_TITLES = [re.compile(each, re.IGNORECASE) for each in USUAL_TITLES]
_NOTES = [re.compile(each, re.IGNORECASE) for each in USUAL_NOTES]
_FEWEST = 0.7  # of a column's texts: so many are figures in a column of figures


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows and columns from 1. `rows`: those of figures; `texts`: columns among the figures that hold none."""

    header: tuple[int, int]
    corner: str  # what stands in the header's first cell, '' if it is not told apart by it
    is_merged: bool  # the corner's merged cell is the whole header
    is_chinese: bool  # the labels are the Chinese texts of the header, others translate them
    fill: bool
    label_columns: tuple[int, ...]
    translations: tuple[int, ...]
    data_columns: tuple[int, ...]
    texts: tuple[int, ...]
    rows: tuple[int, ...]
    is_indented: bool
    is_numbered: bool
    fills_down: bool
    parents: tuple[str, ...]
    notes: tuple[str, ...]


def is_number(sheet: Sheet, row: int, column: int) -> bool:
    """Whether a cell is a number, or a text that looks like one."""
    value = sheet.value(row, column)
    if isinstance(value, bool):
        return False
    plain = unicodedata.normalize("NFKC", sheet.text(row, column)).strip()
    return isinstance(value, (int, float)) or bool(_NUMBER.fullmatch(_ENDING.sub("", plain)))


def is_sign(sheet: Sheet, row: int, column: int) -> bool:
    """Whether a cell holds a sign such as printed tables have in place of a figure."""
    return bool(_SIGN.fullmatch(sheet.text(row, column).strip()))


def look(sheet: Sheet) -> Shape | None:
    """The shape of a sheet; None where no figures are found."""
    rows = _rows_of_figures(sheet)
    if not rows:
        return None
    first = rows[0]
    numeric = [column for column in range(1, sheet.width + 1) if _is_column_of_figures(sheet, rows, column)]
    header = _header(sheet, first)
    labels, data = _labels(sheet, rows, numeric, header)
    if not labels or not data:
        return None
    shown = [c for c in labels if has_chinese("".join(sheet.text(row, c) for row in rows))] or labels[:1]
    translations = tuple(c for c in labels if c not in shown and not _is_numeric(sheet, rows, c))
    kept = tuple(c for c in labels if c not in translations)
    corner, is_merged = _corner(sheet, header, kept[0], first)
    raw = [sheet.text(row, kept[0]) for row in rows]
    indented = len(kept) == 1 and len({indentation(text) for text in raw if text.strip()}) > 1
    numbers = {numbering(text)[0] for text in raw if text.strip()}
    numbered = len(kept) == 1 and not indented and len(numbers - {0}) > 1
    beside = _texts(sheet, rows, labels, data)
    english = tuple(c for c in beside if any(map(has_chinese, raw)) and _repeats_labels(sheet, rows, c))
    translations += english
    return Shape(
        header=header,
        corner=corner,
        is_merged=is_merged,
        is_chinese=_is_translated(sheet, header, data),
        fill=not sheet.merged and header[1] > header[0],
        label_columns=kept,
        translations=translations,
        data_columns=tuple(data),
        texts=tuple(c for c in beside if c not in english),
        rows=tuple(rows),
        is_indented=indented,
        is_numbered=numbered,
        fills_down=len(kept) > 1
        and any(not sheet.text(*sheet.anchor(row, c)).strip() for c in kept[:-1] for row in rows),
        parents=() if indented or numbered or len(kept) > 1 else _parents([one_line(text) for text in raw]),
        notes=_unusual_notes(sheet, rows[-1]),
    )


def _is_column_of_figures(sheet: Sheet, rows: Sequence[int], column: int) -> bool:
    shown = [row for row in rows if sheet.text(row, column).strip()]
    numbers = sum(is_number(sheet, row, column) for row in shown)
    signs = sum(is_sign(sheet, row, column) for row in shown)
    return numbers > 0 and numbers + signs >= _FEWEST * len(shown)


def _rows_of_figures(sheet: Sheet) -> list[int]:
    found: list[int] = []
    for row in range(1, sheet.height + 1):
        shown = [c for c in range(1, sheet.width + 1) if sheet.text(row, c).strip()]
        figures = [c for c in shown if is_number(sheet, row, c) or is_sign(sheet, row, c)]
        if (
            (found or any(is_number(sheet, row, c) for c in figures))
            and len(figures) * 2 >= len(shown) - 1
            and len(shown) > 1
            and figures
        ):
            found.append(row)
    while found and _is_header_of_years(sheet, found[0], found[1:]):
        found.pop(0)
    return found


def _is_header_of_years(sheet: Sheet, row: int, below: Sequence[int]) -> bool:
    """A row of years above figures: 2015, 2016, or 100, 101."""
    texts = [sheet.text(row, c).strip() for c in range(1, sheet.width + 1)]
    years = [int(text) for text in texts if re.fullmatch(r"\d{2,4}", text)]
    counted = [text for text in texts if text]
    if not below or len(years) < len(counted) - 1 or len(counted) < 3 or re.fullmatch(r"\d{2,4}", counted[0]):
        return False
    steps = {later - earlier for earlier, later in pairwise(years)}
    return bool(steps) and steps <= {1, -1} and all(80 <= year <= 150 or 1900 <= year <= 2100 for year in years)


def _header(sheet: Sheet, first: int) -> tuple[int, int]:
    """The rows above the first figures, up to a title."""
    last = first - 1
    if last < 1:
        return (1, 1)
    area = next((a for a in sheet.merged if a.left == 1 and a.bottom == last and a.top < last), None)
    if area:
        return area.top, last
    top = last
    for row in range(last, 0, -1):
        shown = [sheet.text(row, c) for c in range(1, sheet.width + 1) if sheet.text(row, c).strip()]
        if not shown:
            continue
        if _is_title(shown[0]) or (len(shown) == 1 and row < last) or (row < top and _is_title_row(sheet, row, shown)):
            break
        top = row
    while last > top and not any(sheet.text(last, c).strip() for c in range(1, sheet.width + 1)):
        last -= 1
    return top, last


def _is_title(text: str) -> bool:
    return any(pattern.search(one_line(text)) for pattern in _TITLES)


def _is_title_row(sheet: Sheet, row: int, shown: Sequence[str]) -> bool:
    """A row of few texts, one of them a period or a unit, above one that begins with a text of its own."""
    below = [sheet.text(row + 1, c) for c in range(1, sheet.width + 1)]
    return bool(below[0].strip()) and len(shown) < sum(map(bool, below)) and sum(map(_is_title, shown)) == 1


def _labels(
    sheet: Sheet, rows: Sequence[int], numeric: list[int], header: tuple[int, int]
) -> tuple[list[int], list[int]]:
    """The columns of labels, and those of figures."""
    texts = {c for c in range(1, sheet.width + 1) if c not in numeric and any(sheet.text(r, c).strip() for r in rows)}
    first = next((c for c in numeric if not _is_code_column(sheet, rows, c, header, numeric)), 0)
    labels = [c for c in sorted({*texts, *numeric}) if c < first]
    return labels, [c for c in numeric if c >= first]


def _is_code_column(
    sheet: Sheet, rows: Sequence[int], column: int, header: tuple[int, int], numeric: list[int]
) -> bool:
    """A column of numbers that are codes, years or dates."""
    name = "".join(sheet.text(row, column) for row in range(header[0], header[1] + 1))
    values = [sheet.text(row, column).strip() for row in rows]
    if any("." in value or "," in value for value in values):
        return False
    names_codes = _NAMES_CODES.search(label_key(name)) and not period_of(name)  # 年 does, 民國101年 does not
    if names_codes or all(period_of(value) for value in values):
        return True
    is_only_label = column == 1 and len(set(values)) == len(values) and len(numeric) > 1
    return is_only_label and all(len(value) <= 4 for value in values) and sheet.text(rows[0], 2).strip() != ""


def _is_numeric(sheet: Sheet, rows: Sequence[int], column: int) -> bool:
    return all(is_number(sheet, row, column) for row in rows if sheet.text(row, column).strip())


def _repeats_labels(sheet: Sheet, rows: Sequence[int], column: int) -> bool:
    """A column that says in English what most rows are: a remark stands beside some."""
    shown = sum(bool(sheet.text(row, column).strip()) for row in rows)
    return shown >= _FEWEST * len(rows) and not _is_chinese(sheet, rows, column)


def _is_chinese(sheet: Sheet, rows: Sequence[int], column: int) -> bool:
    return any(has_chinese(sheet.text(row, column)) for row in rows)


def _is_translated(sheet: Sheet, header: tuple[int, int], columns: Sequence[int]) -> bool:
    """Whether the Latin texts of the header repeat the Chinese ones: without them all columns are still told apart."""
    rows = range(header[0], header[1] + 1)
    paths = [[sheet.text(*sheet.anchor(row, column)).strip() for row in rows] for column in columns]
    chinese = [tuple(text for text in path if has_chinese(text)) for path in paths]
    has_latin = any(re.search("[A-Za-z]", text) and not has_chinese(text) for path in paths for text in path)
    return has_latin and all(chinese) and len(set(chinese)) == len(set(map(tuple, paths)))


def _corner(sheet: Sheet, header: tuple[int, int], column: int, first: int) -> tuple[str, bool]:
    """The text by which the header is found again, wherever it stands."""
    text = one_line(sheet.text(header[0], column))
    words = re.match(r"[^A-Za-z]*", text)
    shown = (words[0].strip() if words and has_chinese(text) else text).rstrip("( （")
    above = [one_line(sheet.text(row, c)) for row in range(1, header[0]) for c in range(1, sheet.width + 1)]
    is_told_apart = bool(shown) and not any(each.startswith(shown) for each in above)
    below = [one_line(sheet.text(row, column)) for row in range(first, sheet.height + 1)]
    merged = any((a.top, a.left, a.bottom) == (header[0], column, header[1]) for a in sheet.merged)
    is_clear = is_told_apart and not any(each.startswith(shown) and each != text for each in below)
    return (shown, merged or header[0] == header[1]) if is_clear else ("", False)


def _texts(sheet: Sheet, rows: Sequence[int], labels: Sequence[int], data: Sequence[int]) -> tuple[int, ...]:
    """Columns beside the labels that hold texts: remarks."""
    return tuple(
        c
        for c in range(data[0] + 1, sheet.width + 1)
        if c not in labels and c not in data and any(sheet.text(row, c).strip() for row in rows)
    )


def _parents(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels that begin a group, where others come again below each of them."""
    counts = Counter(map(label_key, labels))
    repeated = [counts[label_key(each)] > 1 for each in labels]
    if not any(repeated):
        return ()
    heads = [each for each, again in zip(labels, repeated, strict=True) if not again]
    periods = [each for each in heads if period_of(each)]
    if periods and len(periods) == len(heads) and not any(part_of_year(each) for each in heads):
        return ("/^(中華)?民國/",) if all(re.match("(中華)?民國", each) for each in heads) else ("/年/",)
    return tuple(dict.fromkeys(heads))


def _unusual_notes(sheet: Sheet, last: int) -> tuple[str, ...]:
    """The beginnings of texts below the figures that are not recognised as notes."""
    found = []
    for row in range(last + 1, sheet.height + 1):
        text = next((one_line(sheet.text(row, c)) for c in range(1, sheet.width + 1) if sheet.text(row, c).strip()), "")
        if text and not any(pattern.search(text) for pattern in (*_NOTES, *_TITLES)):
            found.append(f"^{re.escape(re.split('[:：，。]', text)[0][:6])}")
    return tuple(dict.fromkeys(found))
