"""A first cube file by looking at a sheet. It is a draft: what it takes for granted stands in its comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lod.diagnostics import CellOrigin, Findings
from lod.lift.cubes.drafts.lists import DECIDE, divided, quoted, read_axis
from lod.lift.cubes.drafts.look import Shape, is_sign, look
from lod.lift.cubes.drafts.written import Column, Draft, Source, is_decimal, lines
from lod.mapping.cube.layouts import USUAL_NOTES, USUAL_TITLES
from lod.mapping.cube.model import Layout, Marks
from lod.tables.printed.layout import DataCell, Label
from lod.tables.printed.read import read_printed
from lod.tables.printed.text import has_chinese, label_key, one_line
from lod.tables.workbooks.sheets import Sheet, cell_name, column_letters

_MOST_TABLES = 20  # below each other in one sheet
_ALL_FORMS = ("text", "padded", "full-width", "thousands", "spaced", "percent-sign", "parentheses", "triangle")
_MEASURES = re.compile(r"(數|率|比|額|值|量|人次|金額|平均.*|百分比|%|元|\([^()]{1,6}\))$")
_WITH_ENDING = re.compile(r"[+-]?[\d,]+(?:\.\d+)?\s*(\([a-z]\)|[a-z*#@]{1,2})", re.IGNORECASE)
_KINDS = (
    ("zero", re.compile(r"[-－—–─‐]+")),
    ("missing", re.compile(r"[…⋯.]+|n\.?a\.?|n/a", re.IGNORECASE)),
    ("suppressed", re.compile(r".*")),
)


def draft_cube(sheet: Sheet, source: Source, depth: int = 0) -> str | None:
    """The text of a cube file for a sheet; None where no figures are found.

    Of several tables one below the other it is of the first one, with its area. `depth`: tables cut off already.
    """
    shape = look(sheet)
    if shape is None:
        return None
    beside = _beside(sheet, shape)
    if beside and depth < _MOST_TABLES:
        left = draft_cube(_stacked(sheet, shape, beside), source, depth + 1)
        return left and _with_right(left, sheet, shape, beside)
    signs, endings, findings = _signs(sheet, shape), _endings(sheet, shape), Findings()
    printed = read_printed(sheet, source.access, _layout(shape, signs, endings), findings)
    other = next((each.origin for each in findings if each.code == "LOD2516"), None)
    if isinstance(other, CellOrigin) and other.row and depth < _MOST_TABLES:
        above = draft_cube(replace(sheet, rows=sheet.rows[: other.row - 1]), source, depth + 1)
        return above and _with_area(above, sheet, other.row)
    if not printed.cells:
        return None
    draft = Draft(sheet, source, shape, printed, signs, endings)
    _divide(draft)
    return "\n".join(lines(draft)) + "\n"


def _beside(sheet: Sheet, shape: Shape) -> int:
    """The column where the header begins again, beside the table; 0 if it does not."""
    row, first = shape.header[0], shape.label_columns[0]
    corner = label_key(sheet.text(row, first))
    later = range(shape.data_columns[0] + 1, sheet.width + 1)
    return next((c for c in later if corner and label_key(sheet.text(row, c)) == corner), 0)


def _stacked(sheet: Sheet, shape: Shape, column: int) -> Sheet:
    """The left one of two tables beside each other, with the rows of the right one below its own."""
    first, last, start = shape.header[1], shape.rows[-1], shape.label_columns[0] - 1
    blank = (None,) * start
    left = [row[: column - 1] if n >= shape.header[0] else row for n, row in enumerate(sheet.rows, start=1)]
    right = [(*blank, *row[column - 1 :]) for row in sheet.rows[first:last]]
    filled = [row for row in right if any(value is not None for value in row)]
    merged = (each for each in sheet.merged if each.right < column or each.bottom < shape.header[0])
    return replace(sheet, rows=(*left[:last], *filled, *left[last:]), merged=tuple(merged))


def _with_right(text: str, sheet: Sheet, shape: Shape, column: int) -> str:
    """The draft of two tables beside each other, with the cells of both."""
    if "\n  area: " in text or "\neditions:" in text:
        return text
    first = shape.label_columns[0]
    left = f"A1:{cell_name(sheet.height, column - 1)}"
    right = f"{cell_name(1, column)}:{cell_name(sheet.height, sheet.width)}"
    labels = ", ".join(column_letters(each + column - first) for each in shape.label_columns)
    area = f"  area: {left} # {DECIDE} the table goes on beside itself, see 'editions'; else it is one of its own"
    edition = f"editions:\n  - layout: {{area: {right}, labels: {{columns: [{labels}]}}}}\n"
    return text.replace("\nlayout:\n", f"\nlayout:\n{area}\n", 1) + edition


def with_base(text: str) -> str:
    """A draft that needs no project: it says itself what addresses begin with."""
    line = f"base: https://lod.example.org/ # {DECIDE} what addresses begin with; in a project, lod.toml says it"
    return text.replace("\ndataset:\n", f"\n{line}\ndataset:\n", 1)


def _with_area(text: str, sheet: Sheet, other: int) -> str:
    """The draft of the first table of a sheet, with its cells; `other` is the row where the next one begins."""
    if "\n  area: " in text:
        return text
    title = next(one_line(t) for c in range(1, sheet.width + 1) if (t := sheet.text(other, c)).strip())
    last, end = cell_name(other - 1, sheet.width), cell_name(sheet.height, sheet.width)
    said = (
        f"  area: A1:{last} # {DECIDE} another table begins in row {other}, {quoted(title)}: it needs a cube file of",
        f"  # its own, or an edition here: area: A{other}:{end}",
    )
    return text.replace("\nlayout:\n", "\nlayout:\n" + "\n".join(said) + "\n", 1)


def _signs(sheet: Sheet, shape: Shape) -> dict[str, list[str]]:
    """The signs among the figures, by what they probably mean."""
    found: dict[str, list[str]] = {}
    cells = [(row, column) for row in shape.rows for column in shape.data_columns]
    for text in dict.fromkeys(sheet.text(*cell).strip() for cell in cells if is_sign(sheet, *cell)):
        kind = next(name for name, pattern in _KINDS if pattern.fullmatch(unicodedata.normalize("NFKC", text)))
        found.setdefault(kind, []).append(text)
    return found


def _endings(sheet: Sheet, shape: Shape) -> list[str]:
    """What stands behind figures: marks."""
    cells = (sheet.text(row, column) for row in shape.rows for column in shape.data_columns)
    plain = (unicodedata.normalize("NFKC", text).strip() for text in cells)
    return list(dict.fromkeys(match[1] for text in plain if (match := _WITH_ENDING.fullmatch(text))))


def _layout(shape: Shape, signs: dict[str, list[str]], endings: Sequence[str]) -> Layout:
    rows = tuple(range(shape.header[0], shape.header[1] + 1))
    marks = Marks(
        zero=tuple(signs.get("zero", ())),
        missing=tuple(signs.get("missing", ())),
        suppressed=tuple(signs.get("suppressed", ())),
        not_applicable=("empty",),
        provisional=tuple(endings),
        numbers=_ALL_FORMS,
    )
    parents = tuple(shape.parents)
    return Layout(
        header_rows=rows,
        label_rows=rows,
        has_chinese_labels=shape.is_chinese,
        fill_header=shape.fill,
        label_columns=shape.label_columns,
        translation_columns=shape.translations,
        fills_down=shape.fills_down,
        data_columns=shape.data_columns,
        is_indented=shape.is_indented,
        is_numbered=shape.is_numbered,
        parents=(parents,) if parents else (),
        title_patterns=tuple(re.compile(each, re.IGNORECASE) for each in USUAL_TITLES),
        note_patterns=tuple(re.compile(each, re.IGNORECASE) for each in (*USUAL_NOTES, *shape.notes)),
        has_headings=True,
        marks=marks,
    )


def _divide(draft: Draft) -> None:
    """Which labels are dimensions, and which are measures."""
    cells = draft.printed.cells
    by_path: dict[tuple[Label, ...], list[DataCell]] = {}
    for cell in cells:
        by_path.setdefault(cell.column_path, []).append(cell)
    if _has_measures_above(by_path):
        _divide_groups(draft, by_path)
        return
    decimals = {path for path, group in by_path.items() if is_decimal(group)}
    names = {path: one_line(path[-1].text) for path in by_path}
    are_all = all(_MEASURES.search(label_key(name)) for name in names.values())
    apart = set(by_path) if are_all else (decimals if decimals != set(by_path) else set())
    draft.measures = [Column(names[path], path in decimals) for path in by_path if path in apart]
    others = [path for path in by_path if path not in apart]
    _divide_rows(draft)
    prefixes = [path[:-1] for path in by_path if path in apart and len(path) > 1]
    draft.axes += divided(read_axis("column", "columns", [*others, *prefixes]))


def _divide_rows(draft: Draft) -> None:
    cells, shape = draft.printed.cells, draft.shape
    if len(shape.label_columns) > 1:
        for column in shape.label_columns:
            paths = [tuple(label for label in cell.row_path if label.column == column) for cell in cells]
            name = f"column-{column_letters(column).lower()}"
            draft.axes.append(read_axis(name, "rows", paths, column_letters(column)))
            draft.axes[-1].title = _heading(draft, column)
    else:
        axis = read_axis("row", "rows", [cell.row_path for cell in cells])
        axis.title = _heading(draft, shape.label_columns[0])
        draft.axes += divided(axis)


def _heading(draft: Draft, column: int) -> str:
    """What the header calls a column of labels: its last Chinese text, without English glued to it."""
    top, bottom = draft.shape.header
    texts = (one_line(draft.sheet.text(*draft.sheet.anchor(row, column))) for row in range(bottom, top - 1, -1))
    return next((re.sub(r"[\s(（]*[A-Za-z].*$", "", text) for text in texts if has_chinese(text)), "")


def _has_measures_above(paths: Mapping[tuple[Label, ...], Sequence[DataCell]]) -> bool:
    """Whether the outermost headings are measures, with the same labels below each: 人數 and 百分比 of both sexes."""
    below: dict[str, set[str]] = {}
    for path in paths:
        below.setdefault(path[0].text, set()).add(" > ".join(label_key(each.text) for each in path[1:]))
    sets = list(below.values())
    are_measures = all(_MEASURES.search(label_key(text)) for text in below)
    return len(sets) > 1 and are_measures and sets[0] != {""} and all(each == sets[0] for each in sets)


def _divide_groups(draft: Draft, paths: Mapping[tuple[Label, ...], Sequence[DataCell]]) -> None:
    draft.are_grouped = True
    groups: dict[str, list[DataCell]] = {}
    for path, cells in paths.items():
        groups.setdefault(one_line(path[0].text), []).extend(cells)
    draft.measures = [Column(text, is_decimal(cells)) for text, cells in groups.items()]
    _divide_rows(draft)
    draft.axes += divided(read_axis("column", "columns", [path[1:] for path in paths]))
