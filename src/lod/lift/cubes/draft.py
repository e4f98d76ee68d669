"""A first cube file by looking at a sheet. It is a draft: what it takes for granted stands in its comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lod.diagnostics import Findings
from lod.mapping.cube.layouts import USUAL_NOTES, USUAL_TITLES
from lod.mapping.cube.model import Layout, Marks
from lod.tables.printed.layout import Label, Printed
from lod.tables.printed.periods import periods_in
from lod.tables.printed.read import read_printed
from lod.tables.printed.text import chinese_key, has_chinese, indentation, label_key, one_line
from lod.tables.sheets import Sheet, column_letters

_TOTALS = frozenset({"總計", "合計", "計", "全國", "共計", "total", "grandtotal", "總計grandtotal"})
_SHARES_AN_END = re.compile(r"^\d+[^\d\-~]*[-~至]\d+")
_ALL_FORMS = ("text", "padded", "full-width", "thousands", "spaced", "percent-sign", "parentheses")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What can be seen: where the figures begin, and what stands above and beside them."""

    header: tuple[int, int]
    labels: int
    label_column: int
    translation: int | None
    is_indented: bool


def draft_cube(sheet: Sheet, source: str, several: bool) -> str | None:
    """The text of a cube file for a sheet; None where no figures are found. `several`: the file has other sheets."""
    shape = _look(sheet)
    if shape is None:
        return None
    printed = read_printed(sheet, source, _layout(shape), Findings())
    if not printed.cells:
        return None
    return "\n".join(_lines(sheet, source, several, shape, printed)) + "\n"


def _layout(shape: _Shape) -> Layout:
    return Layout(
        header_rows=tuple(range(shape.header[0], shape.header[1] + 1)),
        label_rows=(shape.labels,),
        label_columns=(shape.label_column,),
        translation_columns=(shape.translation,) if shape.translation else (),
        is_indented=shape.is_indented,
        title_patterns=tuple(re.compile(each, re.IGNORECASE) for each in USUAL_TITLES),
        note_patterns=tuple(re.compile(each, re.IGNORECASE) for each in USUAL_NOTES),
        has_headings=True,
        marks=Marks(not_applicable=("empty",), numbers=_ALL_FORMS),
    )


def _is_number(sheet: Sheet, row: int, column: int) -> bool:
    text = sheet.text(row, column).strip().replace(",", "").replace(" ", "").rstrip("%")
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", text))


def _look(sheet: Sheet) -> _Shape | None:
    first = next((row for row in range(2, sheet.height + 1) if _begins_figures(sheet, row)), None)
    if first is None:
        return None
    beside = [c for c in range(1, sheet.width + 1) if sheet.text(first, c).strip() and not _is_number(sheet, first, c)]
    label = beside[0]
    translation = next((c for c in beside[1:] if not has_chinese(sheet.text(first, c))), None)
    above = next((a for a in sheet.merged if (first - 1, label) in a and a.bottom == first - 1), None)
    header = (above.top if above else first - 1, first - 1)
    rows = range(header[0], header[1] + 1)
    labels = max(rows, key=lambda row: len(_headings(sheet, row, {label, translation or label})))
    texts = (sheet.text(row, label) for row in range(first, sheet.height + 1))
    return _Shape(header, labels, label, translation, any(indentation(text) for text in texts if text.strip()))


def _begins_figures(sheet: Sheet, row: int) -> bool:
    shown = [column for column in range(1, sheet.width + 1) if sheet.text(row, column).strip()]
    numbers = [column for column in shown if _is_number(sheet, row, column)]
    return bool(numbers) and shown[0] not in numbers and len(numbers) * 2 >= len(shown) - 1


def _headings(sheet: Sheet, row: int, beside: set[int]) -> set[str]:
    columns = [column for column in range(1, sheet.width + 1) if column not in beside]
    texts = {one_line(sheet.text(*sheet.anchor(row, column))) for column in columns}
    return {text for text in texts if text and (has_chinese(text) or not _has_chinese_rows(sheet, row))}


def _has_chinese_rows(sheet: Sheet, row: int) -> bool:
    near = range(max(1, row - 4), min(sheet.height, row + 4))
    return any(has_chinese(sheet.text(each, column)) for each in near for column in range(1, sheet.width + 1))


def _lines(sheet: Sheet, source: str, several: bool, shape: _Shape, printed: Printed) -> Iterator[str]:
    title = next((one_line(each.text) for each in printed.titles), sheet.name)
    yield "# A draft, made by looking at the sheet. Read every line and correct it; `lod preview` shows what it does."
    yield "dataset:"
    yield "  id: my-dataset # stands in addresses: lower-case letters, digits and hyphens"
    yield f"  title: {{zh-Hant-TW: {_text(title)}, en: My dataset}}"
    yield f"source: {_text(source)}"
    if several:
        yield f"sheet: {_text(sheet.name)}"
    yield "layout:"
    yield f"  header: {{rows: {shape.header[0]}-{shape.header[1]}, labels: {shape.labels}}}"
    translations = f", translations: {column_letters(shape.translation)}" if shape.translation else ""
    hierarchy = "indentation" if shape.is_indented else "none"
    yield f"  labels: {{columns: {column_letters(shape.label_column)}{translations}, hierarchy: {hierarchy}}}"
    yield from _values(sheet, printed)
    yield "codelists: # give every member a code that stays when its name changes"
    translated = {c.row: one_line(sheet.text(c.row, shape.translation)) for c in printed.cells if shape.translation}
    yield from _code_list("row", [cell.row_path for cell in printed.cells], translated)
    yield from _code_list("column", [cell.column_path for cell in printed.cells], {})
    yield "dimensions:"
    periods = {period.code for label in printed.titles for period in periods_in(label.text)}
    told = "from: title" if len(periods) == 1 else "from: file-name # or rows, columns, or value: 2012"
    yield f"  period: {{period: true, {told.partition(' #')[0]}}}{told[len(told.partition(' #')[0]) :]}"
    yield "  row: {codes: row, from: rows}"
    yield "  column: {codes: column, from: columns}"
    yield "checks: {totals: warning} # take it out when the lists and the dimensions are right"
    yield "measures:"
    kind = (
        "decimal"
        if any(cell.number is not None and cell.number != cell.number.to_integral_value() for cell in printed.cells)
        else "integer"
    )
    why = (
        " # a mean or a share among counts is a measure of its own, in a dataset of its own"
        if kind == "decimal"
        else ""
    )
    yield f"  value: {{label: {{zh-Hant-TW: 數值, en: Value}}, type: {kind}}}{why}"


def _values(sheet: Sheet, printed: Printed) -> Iterator[str]:
    """Which forms of text the figures have, and a question for each sign."""
    texts = [sheet.value(cell.row, cell.column) for cell in printed.cells]
    stored = [text for text in texts if isinstance(text, str)]
    forms = [
        *(["padded"] if any(text != text.strip() for text in stored) else []),
        *(["thousands"] if any("," in text for text in stored) else []),
        *(["spaced"] if any(re.search(r"\d \d", text) for text in stored) else []),
        *(["percent-sign"] if any("%" in text for text in stored) else []),
    ]
    if stored and sheet.is_typed and not forms:
        forms = ["text"]
    empty = any(text is None for text in texts)
    if not forms and not empty:
        return
    yield "values:"
    if forms:
        yield f"  numbers: [{', '.join(forms)}]"
    if empty:
        yield "  not-applicable: [empty] # or missing, or zero?"


def _code_list(name: str, paths: Sequence[tuple[Label, ...]], translated: dict[int, str]) -> Iterator[str]:
    codes: dict[tuple[str, ...], str] = {}
    lines = []
    for path in dict.fromkeys(paths):
        key = tuple(label_key(label.text) for label in path)
        if key in codes:
            continue
        is_total = (key[-1] in _TOTALS or chinese_key(path[-1].text) in _TOTALS) and "T" not in codes.values()
        codes[key] = "T" if is_total else str(len(codes) + (0 if "T" in codes.values() else 1))
        parent = codes.get(key[:-1], "")
        english = translated.get(path[-1].row, "")
        more = [f"zh-Hant-TW: {_text(one_line(path[-1].text))}"] if has_chinese(path[-1].text) else []
        more += [f"en: {_text(english or one_line(path[-1].text))}"] if english or not more else []
        more += [f'parent: "{parent}"'] if parent and parent != "T" else []
        lines.append(f'      "{codes[key]}": {{{", ".join(more)}}}')
    yield f"  {name}: # what is it? rename it, here and under 'dimensions'"
    yield f"    title: {{zh-Hant-TW: {name}, en: {name.capitalize()}}}"
    yield from ["    total: T"] if "T" in codes.values() else []
    if any(_SHARES_AN_END.search(key[-1]) for key in codes):
        yield "    bands: half-open # 18-25 and 25-30: is 25 the second's? closed: both ends belong to each band"
    yield "    codes:"
    yield from lines


def _text(text: str) -> str:
    """A text as YAML writes it in quotes."""
    return json.dumps(text, ensure_ascii=False)
