"""A first cube file by looking at a sheet. It is a draft: what it takes for granted stands in its comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lod.diagnostics import CellOrigin, Findings
from lod.lift.cubes.drafts.lists import DECIDE, Axis, code_list, divided, quoted, read_axis, sex_list
from lod.lift.cubes.drafts.look import Shape, is_sign, look
from lod.mapping.cube.layouts import USUAL_NOTES, USUAL_TITLES
from lod.mapping.cube.model import Layout, Marks
from lod.tables.printed.layout import DataCell, Label, Printed
from lod.tables.printed.periods import period_in_file_name, periods_in
from lod.tables.printed.read import read_printed
from lod.tables.printed.text import has_chinese, label_key, one_line
from lod.tables.sheets import Sheet, cell_name, column_letters

_MOST_TABLES = 20  # below each other in one sheet
_ALL_FORMS = ("text", "padded", "full-width", "thousands", "spaced", "percent-sign", "parentheses", "triangle")
_UNIT = re.compile(r"^(?:單\s*位|Unit)\s*[:：]\s*(.+)$", re.IGNORECASE)
_MEASURES = re.compile(r"(數|率|比|額|值|量|人次|金額|平均.*|百分比|%|元|\([^()]{1,6}\))$")
_WITH_ENDING = re.compile(r"[+-]?[\d,]+(?:\.\d+)?\s*(\([a-z]\)|[a-z*#@]{1,2})", re.IGNORECASE)
_KINDS = (
    ("zero", re.compile(r"[-－—–─‐]+")),
    ("missing", re.compile(r"[…⋯.]+|n\.?a\.?|n/a", re.IGNORECASE)),
    ("suppressed", re.compile(r".*")),
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that measures something else: it is a measure of its own."""

    label: str
    is_decimal: bool


@dataclass(slots=True)
class _Draft:
    sheet: Sheet
    source: str
    several: bool
    encoding: str
    shape: Shape
    printed: Printed
    signs: dict[str, list[str]]
    endings: list[str]
    axes: list[Axis] = field(default_factory=list)
    measures: list[_Column] = field(default_factory=list)
    are_grouped: bool = False  # the measures stand above the labels of the dimensions, each of which has them all


def draft_cube(sheet: Sheet, source: str, several: bool, encoding: str = "utf-8", depth: int = 0) -> str | None:
    """The text of a cube file for a sheet; None where no figures are found. `several`: the file has other sheets.

    Of several tables one below the other it is of the first one, with its area. `depth`: tables cut off already.
    """
    shape = look(sheet)
    if shape is None:
        return None
    beside = _beside(sheet, shape)
    if beside and depth < _MOST_TABLES:
        left = draft_cube(_stacked(sheet, shape, beside), source, several, encoding, depth + 1)
        return left and _with_right(left, sheet, shape, beside)
    signs, endings, findings = _signs(sheet, shape), _endings(sheet, shape), Findings()
    printed = read_printed(sheet, source, _layout(shape, signs, endings), findings)
    other = next((each.origin for each in findings if each.code == "LOD2516"), None)
    if isinstance(other, CellOrigin) and other.row and depth < _MOST_TABLES:
        above = draft_cube(replace(sheet, rows=sheet.rows[: other.row - 1]), source, several, encoding, depth + 1)
        return above and _with_area(above, sheet, other.row)
    if not printed.cells:
        return None
    draft = _Draft(sheet, source, several, encoding, shape, printed, signs, endings)
    _divide(draft)
    return "\n".join(_lines(draft)) + "\n"


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
    lines = (
        f"  area: A1:{last} # {DECIDE} another table begins in row {other}, {quoted(title)}: it needs a cube file of",
        f"  # its own, or an edition here: area: A{other}:{end}",
    )
    return text.replace("\nlayout:\n", "\nlayout:\n" + "\n".join(lines) + "\n", 1)


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


def _divide(draft: _Draft) -> None:
    """Which labels are dimensions, and which are measures."""
    cells = draft.printed.cells
    by_path: dict[tuple[Label, ...], list[DataCell]] = {}
    for cell in cells:
        by_path.setdefault(cell.column_path, []).append(cell)
    if _has_measures_above(by_path):
        _divide_groups(draft, by_path)
        return
    decimals = {path for path, group in by_path.items() if _is_decimal(group)}
    names = {path: one_line(path[-1].text) for path in by_path}
    are_all = all(_MEASURES.search(label_key(name)) for name in names.values())
    apart = set(by_path) if are_all else (decimals if decimals != set(by_path) else set())
    draft.measures = [_Column(names[path], path in decimals) for path in by_path if path in apart]
    others = [path for path in by_path if path not in apart]
    _divide_rows(draft)
    prefixes = [path[:-1] for path in by_path if path in apart and len(path) > 1]
    draft.axes += divided(read_axis("column", "columns", [*others, *prefixes]))


def _divide_rows(draft: _Draft) -> None:
    cells, shape = draft.printed.cells, draft.shape
    if len(shape.label_columns) > 1:
        for column in shape.label_columns:
            paths = [tuple(label for label in cell.row_path if label.column == column) for cell in cells]
            name = f"column-{column_letters(column).lower()}"
            draft.axes.append(read_axis(name, "rows", paths, column_letters(column)))
    else:
        draft.axes += divided(read_axis("row", "rows", [cell.row_path for cell in cells]))


def _has_measures_above(paths: Mapping[tuple[Label, ...], Sequence[DataCell]]) -> bool:
    """Whether the outermost headings are measures, with the same labels below each: 人數 and 百分比 of both sexes."""
    below: dict[str, set[str]] = {}
    for path in paths:
        below.setdefault(path[0].text, set()).add(" > ".join(label_key(each.text) for each in path[1:]))
    sets = list(below.values())
    are_measures = all(_MEASURES.search(label_key(text)) for text in below)
    return len(sets) > 1 and are_measures and sets[0] != {""} and all(each == sets[0] for each in sets)


def _divide_groups(draft: _Draft, paths: Mapping[tuple[Label, ...], Sequence[DataCell]]) -> None:
    draft.are_grouped = True
    groups: dict[str, list[DataCell]] = {}
    for path, cells in paths.items():
        groups.setdefault(one_line(path[0].text), []).extend(cells)
    draft.measures = [_Column(text, _is_decimal(cells)) for text, cells in groups.items()]
    _divide_rows(draft)
    draft.axes += divided(read_axis("column", "columns", [path[1:] for path in paths]))


def _is_decimal(cells: Sequence[DataCell]) -> bool:
    return any(c.number is not None and c.number != c.number.to_integral_value() for c in cells)


def _lines(draft: _Draft) -> Iterator[str]:
    title = next((one_line(each.text) for each in draft.printed.titles), draft.sheet.name)
    yield "# A draft, made by looking at the sheet. Read every line, first those marked 'decide:', and correct it;"
    yield "# `lod preview` shows the sheet in the colours of what its cells are taken for, and what its rows become."
    yield "dataset:"
    yield f"  id: my-dataset # {DECIDE} stands in addresses: lower-case letters, digits and hyphens"
    titles = f"zh-Hant-TW: {quoted(title)}, en: My dataset" if has_chinese(title) else f"en: {quoted(title)}"
    yield f"  title: {{{titles}}} # {DECIDE} a title that is still true next year"
    yield f"source: {quoted(draft.source)}"
    if draft.encoding != "utf-8":
        yield f"encoding: {draft.encoding}"
    if draft.several:
        yield f"sheet: {quoted(draft.sheet.name)}"
    yield from _layout_lines(draft)
    yield from _values(draft)
    if any(axis.is_needed or axis.has_sexes for axis in draft.axes):
        yield "codelists: # give every member a code that stays when its name changes"
    translated = _translations(draft)
    for axis in draft.axes:
        yield from code_list(axis, translated) if axis.is_needed else ()
    if any(axis.has_sexes for axis in draft.axes):
        yield from sex_list(draft.axes)
    yield "dimensions:"
    yield from _dimensions(draft)
    yield "checks: {totals: warning} # take it out when the lists and the dimensions are right"
    yield from _units(draft)
    yield from _measures(draft)


def _translations(draft: _Draft) -> dict[int, str]:
    columns = draft.shape.translations
    rows = {cell.row for cell in draft.printed.cells}
    return {row: one_line(draft.sheet.text(row, columns[0])) for row in rows} if columns else {}


def _layout_lines(draft: _Draft) -> Iterator[str]:
    shape, letters = draft.shape, column_letters
    top, bottom = shape.header
    said = [f"rows: {top}-{bottom}" if bottom > top else f"rows: {top}"]
    if shape.corner:
        count = [] if shape.is_merged else [f"rows: 1-{bottom - top + 1}"]
        said = [f"from: {quoted(f'/^{re.escape(shape.corner)}/')}", *count]
    said += ["labels: chinese"] if shape.is_chinese else []
    said += ["fill: right"] if shape.fill else []
    yield "layout:"
    yield f"  header: {{{', '.join(said)}}}"
    columns = ", ".join(map(letters, shape.label_columns))
    labels = [f"columns: [{columns}]" if len(shape.label_columns) > 1 else f"columns: {columns}"]
    labels += [f"translations: {letters(shape.translations[0])}"] if len(shape.translations) == 1 else []
    labels += [f"translations: [{', '.join(map(letters, shape.translations))}]"] if len(shape.translations) > 1 else []
    if shape.parents:
        labels.append(f"hierarchy: {{parents: [{', '.join(map(quoted, shape.parents))}]}}")
    elif len(shape.label_columns) == 1:
        kind = "indentation" if shape.is_indented else "numbering" if shape.is_numbered else "none"
        labels.append(f"hierarchy: {kind}")
    labels += ["fill: down"] if shape.fills_down else []
    labels += ["headings: true"] if _has_headings(draft) else []
    yield f"  labels: {{{', '.join(labels)}}}"
    if shape.notes:
        yield f"  notes: [{', '.join(quoted(f'/{each}/') for each in shape.notes)}]"
    height = draft.sheet.height
    areas = [f"{cell_name(shape.header[0], c)}:{cell_name(height, c)}" for c in shape.texts]
    if areas:
        yield f"  ignored: [{', '.join(map(quoted, areas))}] # {DECIDE} texts beside the figures: are they for nobody?"


def _has_headings(draft: _Draft) -> bool:
    figures = {cell.row for cell in draft.printed.cells}
    labels = {row for (row, _), role in draft.printed.roles.items() if role == "label"}
    return bool(labels - figures)


def _values(draft: _Draft) -> Iterator[str]:
    """Which forms of text the figures have, and a question for each sign."""
    cells = [cell for cell in draft.printed.cells if cell.state == "reported"]
    stored = [v for cell in cells if isinstance(v := draft.sheet.value(cell.row, cell.column), str)]
    forms = [
        *(["padded"] if any(text != text.strip() for text in stored) else []),
        *(["full-width"] if any(unicodedata.normalize("NFKC", t.strip()) != t.strip() for t in stored) else []),
        *(["thousands"] if any(re.search("[,，]", text) for text in stored) else []),
        *(["spaced"] if any(re.search(r"\d \d", text) for text in stored) else []),
        *(["percent-sign"] if any(re.search("[%％]", text) for text in stored) else []),
        *(["parentheses"] if any(re.search("[(（]", text) for text in stored) else []),
        *(["triangle"] if any(re.search("[▲△▼▽]", text) for text in stored) else []),
    ]
    if draft.sheet.is_typed and any(re.fullmatch(r"[+-]?\d+(\.\d+)?", text) for text in stored):
        forms = ["text", *forms]
    shape = draft.shape
    empty = any(not draft.sheet.text(row, column).strip() for row in shape.rows for column in shape.data_columns)
    if not forms and not draft.signs and not draft.endings and not empty:
        return
    yield "values:"
    if forms:
        yield f"  numbers: [{', '.join(forms)}]"
    for kind, signs in draft.signs.items():
        yield f"  {kind}: [{', '.join(map(quoted, signs))}] # {DECIDE} 0, missing (unknown) or suppressed (kept back)?"
    if draft.endings:
        marks = ", ".join(map(quoted, draft.endings))
        yield f"  provisional: [{marks}] # {DECIDE} marks behind figures: provisional, revised or rounded?"
    if empty:
        yield f"  not-applicable: [empty] # {DECIDE} an empty cell: no figure is possible, it is missing, or 0?"


def _dimensions(draft: _Draft) -> Iterator[str]:
    yield from _period(draft)
    for axis in draft.axes:
        if axis.is_needed:
            where = f", column: {axis.column}" if axis.column else ""
            yield f"  {axis.name}: {{codes: {axis.name}, from: {axis.source}{where}}}"
    sources = {axis.source for axis in draft.axes if axis.has_sexes}
    if sources:
        yield f"  sex: {{codes: sex, from: {'labels' if len(sources) > 1 else next(iter(sources))}}}"


def _period(draft: _Draft) -> Iterator[str]:
    in_labels = {axis.source for axis in draft.axes if axis.has_periods}
    kind = "minguo" if any(axis.is_minguo for axis in draft.axes) else "true"
    titles = {period.code for label in draft.printed.titles for period in periods_in(label.text)}
    stem = draft.source.rpartition("/")[2].rpartition(".")[0]
    if in_labels:
        parts = {axis.source for axis in draft.axes if axis.has_parts}
        yield f"  period: {{period: {kind}, from: {'labels' if len(in_labels | parts) > 1 else next(iter(in_labels))}}}"
    elif len(titles) == 1:
        yield "  period: {period: true, from: title}"
    elif period_in_file_name(stem):
        yield "  period: {period: true, from: file-name}"
    else:
        yield f"  period: {{period: true, value: '?'}} # {DECIDE} nothing says of when the figures are: value: 2012"


def _units(draft: _Draft) -> Iterator[str]:
    unit = _unit(draft)
    if unit:
        yield f"units: # {DECIDE} the unit's code and its English name"
        yield f"  unit: {{label: {{zh-Hant-TW: {quoted(unit)}, en: Unit}}, printed: [{quoted(unit)}]}}"


def _unit(draft: _Draft) -> str:
    matches = (_UNIT.match(one_line(label.text)) for label in draft.printed.titles if has_chinese(label.text))
    return next((match[1].strip() for match in matches if match), "")


def _measures(draft: _Draft) -> Iterator[str]:
    yield "measures:"
    unit = ", unit: unit" if _unit(draft) else ""
    column = next(axis for axis in draft.axes if axis.source == "columns")
    apart = {each.label for each in draft.measures}
    place = 0 if draft.are_grouped else -1
    plain = [cell for cell in draft.printed.cells if one_line(cell.column_path[place].text) not in apart]
    if plain:
        kind = "decimal" if _is_decimal(plain) else "integer"
        yield f"  value: {{label: {{zh-Hant-TW: 數值, en: Value}}, type: {kind}{unit}}} # {DECIDE} what is measured"
    for number, each in enumerate(draft.measures, start=1):
        kind = "decimal" if each.is_decimal else "integer"
        name = f"measure-{number}"
        yield f"  {name}: # {DECIDE} its name and unit; a mean or a share stands apart from counts"
        yield f"    label: {{zh-Hant-TW: {quoted(each.label)}, en: {name.capitalize()}}}"
        yield f"    type: {kind}"
        yield f"    labels: [{quoted(each.label)}]"
        if plain or number > 1:
            title = f"{{zh-Hant-TW: {quoted(each.label)}, en: My dataset {number}}}"
            yield f"    dataset: {{id: my-dataset-{number}, title: {title}}}"
            yield from ["    without: [column]"] if column.is_needed and not draft.are_grouped else []
