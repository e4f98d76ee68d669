"""What was found in a sheet, as the lines of a cube file. What is only guessed stands in a question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lod.lift.cubes.drafts.lists import FIRST_YEAR, Axis, code_list, decide, note, quoted, sex_list
from lod.lift.cubes.drafts.look import Shape
from lod.tables.printed.layout import DataCell, Printed
from lod.tables.printed.periods import period_in_file_name, periods_in
from lod.tables.printed.text import has_chinese, one_line
from lod.tables.workbooks.sheets import Sheet, cell_name, column_letters
from lod.wording import ENGLISH, say

_UNIT = re.compile(r"^(?:單\s*位|Unit)\s*[:：]\s*(.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sheet is, as a cube file says it. `sheet`: the value of that key, '' where the file has but one.

    `dataset`: the id that it gets; `language`: that of notes and questions.
    """

    access: str
    sheet: str = ""
    encoding: str = "utf-8"
    dataset: str = "my-dataset"
    language: str = ENGLISH


@dataclass(frozen=True, slots=True)
class Column:
    """A column that measures something else: it is a measure of its own."""

    label: str
    is_decimal: bool


@dataclass(slots=True)
class Draft:
    """A sheet, and what its parts are taken for."""

    sheet: Sheet
    source: Source
    shape: Shape
    printed: Printed
    signs: dict[str, list[str]]
    endings: list[str]
    axes: list[Axis] = field(default_factory=list)
    measures: list[Column] = field(default_factory=list)
    are_grouped: bool = False  # the measures stand above the labels of the dimensions, each of which has them all


def is_decimal(cells: Sequence[DataCell]) -> bool:
    """Whether any of these figures has a fraction."""
    return any(c.number is not None and c.number != c.number.to_integral_value() for c in cells)


def lines(draft: Draft) -> Iterator[str]:
    """The lines of the cube file."""
    title = next((one_line(each.text) for each in draft.printed.titles), draft.sheet.name)
    language = draft.source.language
    yield note(
        say("A draft, made by looking at the sheet. Read every line, first those marked 'decide:', and correct it;"),
        language,
    )
    yield note(
        say("`lod preview` shows the sheet in the colours of what its cells are taken for, and what its rows become."),
        language,
    )
    yield "dataset:"
    where = say("stands in addresses: lower-case letters, digits and hyphens")
    yield f"  id: {draft.source.dataset} {decide(where, language)}"
    titles = f"zh-Hant-TW: {quoted(title)}, en: My dataset" if has_chinese(title) else f"en: {quoted(title)}"
    yield f"  title: {{{titles}}} {decide(say('a title that is still true next year'), language)}"
    yield f"source: {quoted(draft.source.access)}"
    if draft.source.encoding != "utf-8":
        yield f"encoding: {draft.source.encoding}"
    if draft.source.sheet:
        yield f"sheet: {draft.source.sheet}"
    yield from _layout_lines(draft)
    yield from _values(draft)
    if any(axis.is_needed or axis.has_sexes for axis in draft.axes):
        yield f"codelists: {note(say('give every member a code that stays when its name changes'), language)}"
    english = _translations(draft)
    for axis in draft.axes:
        yield from code_list(axis, english, language) if axis.is_needed else ()
    if any(axis.has_sexes for axis in draft.axes):
        yield from sex_list(draft.axes)
    yield "dimensions:"
    yield from _dimensions(draft)
    when = say("take it out when the lists and the dimensions are right")
    yield f"checks: {{totals: warning}} {note(when, language)}"
    yield from _units(draft)
    yield from _measures(draft)


def _translations(draft: Draft) -> dict[int, str]:
    columns = draft.shape.translations
    rows = {cell.row for cell in draft.printed.cells}
    return {row: one_line(draft.sheet.text(row, columns[0])) for row in rows} if columns else {}


def _layout_lines(draft: Draft) -> Iterator[str]:
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
        whose = decide(say("texts beside the figures: are they for nobody?"), draft.source.language)
        yield f"  ignored: [{', '.join(map(quoted, areas))}] {whose}"


def _has_headings(draft: Draft) -> bool:
    figures = {cell.row for cell in draft.printed.cells}
    labels = {row for (row, _), role in draft.printed.roles.items() if role == "label"}
    return bool(labels - figures)


def _values(draft: Draft) -> Iterator[str]:
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
    language = draft.source.language
    yield "values:"
    if forms:
        yield f"  numbers: [{', '.join(forms)}]"
    which = decide(say("0, missing (unknown) or suppressed (kept back)?"), language)
    for kind, signs in draft.signs.items():
        yield f"  {kind}: [{', '.join(map(quoted, signs))}] {which}"
    if draft.endings:
        marks = ", ".join(map(quoted, draft.endings))
        which = decide(say("marks behind figures: provisional, revised or rounded?"), language)
        yield f"  provisional: [{marks}] {which}"
    if empty:
        which = decide(say("an empty cell: no figure is possible, it is missing, or 0?"), language)
        yield f"  not-applicable: [empty] {which}"


def _dimensions(draft: Draft) -> Iterator[str]:
    yield from _period(draft)
    for axis in draft.axes:
        if axis.is_needed:
            where = f", column: {axis.column}" if axis.column else ""
            yield f"  {axis.name}: {{codes: {axis.name}, from: {axis.source}{where}}}"
    sources = {axis.source for axis in draft.axes if axis.has_sexes}
    if sources:
        yield f"  sex: {{codes: sex, from: {'labels' if len(sources) > 1 else next(iter(sources))}}}"


def _period(draft: Draft) -> Iterator[str]:
    in_labels = {axis.source for axis in draft.axes if axis.has_periods}
    kind = "minguo" if any(axis.is_minguo for axis in draft.axes) else "true"
    titles = {period.code for label in draft.printed.titles for period in periods_in(label.text)}
    stem = draft.source.access.rpartition("/")[2].rpartition(".")[0]
    if in_labels:
        parts = {axis.source for axis in draft.axes if axis.has_parts}
        yield f"  period: {{period: {kind}, from: {'labels' if len(in_labels | parts) > 1 else next(iter(in_labels))}}}"
    elif len(titles) == 1:
        yield "  period: {period: true, from: title}"
    elif (named := period_in_file_name(stem)) and named.year >= FIRST_YEAR:
        yield "  period: {period: true, from: file-name}"
    else:
        when = decide(say("nothing says of when the figures are: value: 2012"), draft.source.language)
        yield f"  period: {{period: true, value: '?'}} {when}"


def _units(draft: Draft) -> Iterator[str]:
    unit = _unit(draft)
    if unit:
        yield f"units: {decide(say('the code of the unit, and its English name'), draft.source.language)}"
        yield f"  unit: {{label: {{zh-Hant-TW: {quoted(unit)}, en: Unit}}, printed: [{quoted(unit)}]}}"


def _unit(draft: Draft) -> str:
    matches = (_UNIT.match(one_line(label.text)) for label in draft.printed.titles if has_chinese(label.text))
    return next((match[1].strip() for match in matches if match), "")


def _measures(draft: Draft) -> Iterator[str]:
    language = draft.source.language
    yield "measures:"
    unit = ", unit: unit" if _unit(draft) else ""
    column = next(axis for axis in draft.axes if axis.source == "columns")
    apart = {each.label for each in draft.measures}
    place = 0 if draft.are_grouped else -1
    plain = [cell for cell in draft.printed.cells if one_line(cell.column_path[place].text) not in apart]
    if plain:
        kind = "decimal" if is_decimal(plain) else "integer"
        what = decide(say("what is measured"), language)
        yield f"  value: {{label: {{zh-Hant-TW: 數值, en: Value}}, type: {kind}{unit}}} {what}"
    for number, each in enumerate(draft.measures, start=1):
        kind = "decimal" if each.is_decimal else "integer"
        name = f"measure-{number}"
        what = decide(say("its name and unit; a mean or a share stands apart from counts"), language)
        yield f"  {name}: {what}"
        yield f"    label: {{zh-Hant-TW: {quoted(each.label)}, en: {name.capitalize()}}}"
        yield f"    type: {kind}"
        yield f"    labels: [{quoted(each.label)}]"
        if plain or number > 1:
            title = f"{{zh-Hant-TW: {quoted(each.label)}, en: My dataset {number}}}"
            yield f"    dataset: {{id: {draft.source.dataset}-{number}, title: {title}}}"
            yield from ["    without: [column]"] if column.is_needed and not draft.are_grouped else []
