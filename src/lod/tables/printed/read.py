"""A sheet and its declared layout → figures with the labels of their rows and columns. Every cell is accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field

from lod.diagnostics import CellOrigin, Findings
from lod.tables.printed.header import Heading, header_path
from lod.tables.printed.layout import DataCell, Label, Layout, Printed, Role
from lod.tables.printed.page import Page
from lod.tables.printed.pages import divide
from lod.tables.printed.patterns import is_one_of
from lod.tables.printed.text import indentation, label_key, numbering, one_line
from lod.tables.printed.values import Unreadable, read_figure
from lod.tables.workbooks.sheets import Sheet
from lod.wording import Wording, say

Path = tuple[Label, ...]

_STRANGE = say("no header stands above it: declare it under 'ignored' or 'notes', or its column's header")


def read_printed(sheet: Sheet, source: str, layout: Layout, findings: Findings) -> Printed:
    """Read a sheet. `source` is its name for people; what does not fit the layout is in `findings`, cell by cell.

    Findings: LOD2503 a cell without a declared role, LOD2504 a text where a figure is expected, LOD2505 a header that
    is repeated differently, LOD2507 an empty cell that nothing is declared about, LOD2508 no header or no figures.
    """
    page = Page(sheet, source, layout, findings)
    heading, rows = divide(page)
    columns = _columns(page, heading) if heading else {}
    labels = _Labels(page)
    cells: list[DataCell] = []
    for row in rows:
        cells += _row(page, row, columns, labels)
    if not cells and not findings.errors:
        findings.error(
            "LOD2508", say("sheet {sheet} has no figures below its header", sheet=sheet.name), CellOrigin(source)
        )
    attributes = {place: one_line(page.text(*place)) for place, role in page.roles.items() if role is Role.ATTRIBUTE}
    notes, titles = _texts(page, Role.NOTE), _texts(page, Role.TITLE)
    return Printed(sheet.name, tuple(cells), titles, notes, page.roles, attributes)


def _texts(page: Page, role: Role) -> Path:
    places = sorted(place for place, given in page.roles.items() if given is role)
    return tuple(Label(page.text(*place).strip(), *place) for place in places)


def _columns(page: Page, heading: Heading) -> dict[int, Path]:
    """The columns of figures with their header's labels, outermost first."""
    layout = page.layout
    beside = {*layout.label_columns, *layout.translation_columns, *layout.attribute_columns}
    wanted = layout.data_columns or tuple(c for c in range(1, page.sheet.width + 1) if c not in beside)
    paths = {column: header_path(page, heading, column) for column in wanted}
    for column, path in paths.items():
        if not path and column in layout.data_columns:
            message = say("a column of figures is declared here, and the header says nothing about it")
            page.error("LOD2503", heading.rows[0], column, message)
    return {column: path for column, path in paths.items() if path}


def _row(page: Page, row: int, columns: dict[int, Path], labels: _Labels) -> list[DataCell]:
    layout = page.layout
    shown = page.columns(row)
    label_columns = [c for c in shown if c in layout.label_columns or c in layout.translation_columns]
    page.mark(row, Role.LABEL, label_columns)
    page.mark(row, Role.ATTRIBUTE, [c for c in shown if c in layout.attribute_columns])
    strange = [c for c in shown if c not in (*columns, *label_columns, *layout.attribute_columns)]
    figures = [c for c in shown if c in columns]
    for column in strange:
        page.error("LOD2503", row, column, say("nothing declares what this cell is"), _STRANGE)
    path = labels.path(row)
    if not path:
        if figures:
            page.error("LOD2503", row, figures[0], say("a figure without a label in its row"), _unlabelled(page))
        return []
    if not figures:
        if not layout.has_headings and label_columns:
            hint = say("a note (notes), meaningless (ignored), or the heading of a group (labels: {headings: true})?")
            page.error("LOD2503", row, label_columns[0], say("a label without a figure in its row"), hint)
        return []
    page.mark(row, Role.DATA, figures)
    made = [_cell(page, row, column, path, header) for column, header in columns.items()]
    return [cell for cell in made if cell]


def _unlabelled(page: Page) -> Wording:
    layout = page.layout
    if layout.header_start and not layout.header_rows and not page.sheet.merged:
        return say("no cells are merged here: if this row is of the header, count its rows from 'from': rows: 1-3")
    return say("the label columns are empty in this row; declare 'ignored' if it means nothing")


def _cell(page: Page, row: int, column: int, path: Path, header: Path) -> DataCell | None:
    read = read_figure(page.sheet.value(row, column), page.sheet.is_typed, page.layout.marks)
    text = page.sheet.text(row, column)
    if isinstance(read, Unreadable):
        code = "LOD2504" if text.strip() else "LOD2507"
        page.error(code, row, column, read.reason, read.hint)
        return None
    return DataCell(row, column, text.strip(), read.state, read.number, path, header)


@dataclass(slots=True)
class _Labels:
    """The labels of rows, in reading order: what stands above decides what a label belongs to."""

    page: Page
    open: list[tuple[int, Label]] = field(default_factory=list)  # (indentation or level, label)
    above: dict[int, Label] = field(default_factory=dict)  # by column, where several columns hold labels

    def path(self, row: int) -> Path:
        """The labels of a row, outermost first; () where it has none."""
        layout = self.page.layout
        if len(layout.label_columns) == 1:
            place = self.page.sheet.anchor(row, layout.label_columns[0])
            raw = self.page.text(*place)
            return self._hierarchical(Label(one_line(raw), *place), raw) if raw.strip() else ()
        return self._across(row)

    def _across(self, row: int) -> Path:
        """One label a column; a merged cell counts in all its rows, and an empty one may repeat the last."""
        layout = self.page.layout
        found: list[Label] = []
        for place, column in enumerate(layout.label_columns):
            label = self._label_at(row, column)
            if label:
                for inner in layout.label_columns[place:]:
                    self.above.pop(inner, None)  # another group begins: what is below it begins again
                self.above[column] = label
            elif layout.fills_down and column != layout.label_columns[-1]:
                label = self.above.get(column)
            if label and label not in found:  # one cell may be merged over several columns
                found.append(label)
        return tuple(found)

    def _label_at(self, row: int, column: int) -> Label | None:
        place = self.page.sheet.anchor(row, column)
        text = one_line(self.page.text(*place))
        return Label(text, *place) if text else None

    def _hierarchical(self, label: Label, raw: str) -> Path:
        layout = self.page.layout
        if layout.parents:
            return self._listed(label)
        if not layout.is_indented and not layout.is_numbered:
            return (label,)
        width = numbering(raw)[0] if layout.is_numbered else indentation(raw)
        while self.open and self.open[-1][0] >= width:
            self.open.pop()
        self.open.append((width, label))
        return tuple(each for _, each in self.open)

    def _listed(self, label: Label) -> Path:
        key = label_key(label.text)
        for level, names in enumerate(self.page.layout.parents):
            if is_one_of(key, label.text, names):
                self.open = [*(each for each in self.open if each[0] < level), (level, label)]
                return tuple(each for _, each in self.open)
        return (*(each for _, each in self.open), label)
