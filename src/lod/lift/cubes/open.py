"""The logical sources of cubes, opened: workbook → sheet → figures → observations → a table of held rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lod.diagnostics import Diagnostic, Findings, Severity, did_you_mean
from lod.lift.cubes.complete import check_complete
from lod.lift.cubes.given import given
from lod.lift.cubes.opened import OpenPart, OpenSheet, Said
from lod.lift.cubes.review import Review, review
from lod.lift.cubes.slices import slice_table
from lod.lift.cubes.tidy import Observed, make_tidy
from lod.lift.cubes.totals import check_totals
from lod.lift.cubes.workbooks import is_pattern
from lod.lift.held import HeldRows, HeldTable
from lod.mapping.cube.compile import CONFIDENTIALITY, GATHERED_COLUMNS, STATUS
from lod.mapping.cube.model import Cube, Edition, Gathered, Gathering, Part, SliceRows, parts_of
from lod.tables.printed.layout import Printed
from lod.tables.printed.page import Page
from lod.tables.printed.periods import Period
from lod.tables.printed.read import read_printed
from lod.tables.printed.text import has_chinese, label_key, one_line
from lod.tables.printed.values import State
from lod.tables.table import Dialect
from lod.tables.workbooks.sheets import Sheet, Workbook, cell_name, open_workbook
from lod.wording import NOTHING, say

_UNIT = re.compile(r"^(?:單\s*位|Unit)\s*[:：]\s*(.+)$", re.IGNORECASE)
_STATUSES = {
    State.MISSING: "M",
    State.SUPPRESSED: "M",
    State.ROUNDED: "E",
    State.PROVISIONAL: "P",
}  # SDMX: missing, estimated
_TITLE_ROWS = 5


@dataclass(slots=True)
class Cubes:
    """Opens each workbook and each edition once. `locate` says where a source is, and its name for people.

    `matching` names the files that fit a pattern. `parts` are all that will be asked for: they are held against each
    other.
    """

    locate: Callable[[str], tuple[Path, str]]
    matching: Callable[[str], Sequence[str]]
    findings: Findings
    parts: tuple[Part, ...] = ()
    workbooks: dict[tuple[Path, str], Workbook | None] = field(default_factory=dict)
    editions: dict[Edition, OpenSheet | None] = field(default_factory=dict)
    _split: dict[Edition, tuple[Edition, ...]] = field(default_factory=dict)
    _continued: list[tuple[OpenSheet, Page]] = field(default_factory=list)  # whose totals wait for their other parts
    _review: Review | None = None

    def table(self, content: Part | SliceRows | Gathered) -> HeldTable | None:
        """The rows of a dataset or of its slices, or what is gathered; None, and findings: a sheet cannot be read."""
        if isinstance(content, SliceRows):
            opened = self.sheet(content.part.edition)
            return slice_table(content, OpenPart(content.part, opened), self._of(content.part)) if opened else None
        if isinstance(content, Part):
            opened = self.sheet(content.edition)
            if opened is None:
                return None
            return _tidy_table(OpenPart(content, opened), self._reviewed(), self.findings)
        editions = [(cube, each) for cube in content.cubes for edition in cube.editions for each in self.split(edition)]
        opened_all = [(cube, edition, self.sheet(edition)) for cube, edition in editions]
        read = [(cube, edition, opened) for cube, edition, opened in opened_all if opened]
        return _gather(content.kind, read) if len(read) == len(editions) else None

    def split(self, edition: Edition) -> tuple[Edition, ...]:
        """An edition as one for each workbook that its source fits, and each sheet that its pattern fits, in order.

        LOD2514 (info) says where there are several.
        """
        if edition not in self._split:
            self._split[edition] = tuple(each for file in self._by_file(edition) for each in self._by_sheet(file))
        return self._split[edition]

    def _by_file(self, edition: Edition) -> list[Edition]:
        names = self.matching(edition.access) if is_pattern(edition.access) else ()
        if len(names) > 1:
            message = say(
                "{n} files fit '{text}', an edition each: {names}",
                n=len(names),
                text=edition.access,
                names=", ".join(names),
            )
            self.findings.extend([Diagnostic("LOD2514", Severity.INFO, message, edition.origin)])
        return [replace(edition, access=name) for name in names] or [edition]

    def _by_sheet(self, edition: Edition) -> list[Edition]:
        found = self._chosen(edition) if edition.sheet and edition.sheet.is_pattern else []
        if len(found) < 2 or not edition.sheet:
            return [edition]
        message = say(
            "{n} sheets fit '{text}', a table each: {names}",
            n=len(found),
            text=edition.sheet.text,
            names=", ".join(sheet.name for _, sheet in found),
        )
        self.findings.extend([Diagnostic("LOD2514", Severity.INFO, message, edition.sheet.origin)])
        choices = [replace(edition.sheet, number=number) for number, _ in found]
        return [replace(edition, sheet=choice) for choice in choices]

    def _chosen(self, edition: Edition) -> list[tuple[int, Sheet]]:
        """The sheets of an edition with their numbers; none if the workbook cannot be read, which is said elsewhere."""
        workbook, _, _ = self._workbook(edition)
        sheets = chosen_sheets(workbook, edition, Findings()) if workbook else []
        return [(workbook.sheets.index(sheet) + 1, sheet) for sheet in sheets] if workbook else []

    def _workbook(self, edition: Edition) -> tuple[Workbook | None, Path, str]:
        """The workbook of an edition, opened once; its path, and its name for people."""
        path, name = self.locate(edition.access)
        key = path, edition.encoding
        if key not in self.workbooks:
            self.workbooks[key] = open_workbook(path, name, edition.encoding, self.findings, edition.origin)
        return self.workbooks[key], path, name

    def _of(self, part: Part) -> list[OpenPart]:
        """All sheets of a part's dataset."""
        parts = [each for each in self.parts if each.dataset.id == part.dataset.id]
        return [OpenPart(each, opened) for each in parts if (opened := self.sheet(each.edition))]

    def _reviewed(self) -> Review:
        """All sheets against each other, once."""
        if self._review is None:
            opened = [OpenPart(part, sheet) for part in self.parts if (sheet := self.sheet(part.edition))]
            unread = {part.edition.access for part in self.parts if self.sheet(part.edition) is None}
            for sheet, page in self._continued:
                beside = [each.tidy for edition in self._beside(sheet.edition) if (each := self.sheet(edition))]
                self.findings.extend(check_totals(sheet.tidy, sheet.edition, page, beside))
            self._review = review(opened, unread, self.findings)
        return self._review

    def _beside(self, edition: Edition) -> list[Edition]:
        """The other tables of the same dataset in the same workbook: a table may be continued there."""
        datasets = {each.dataset.id for each in self.parts if each.edition == edition}
        several = (each.edition for each in self.parts if each.dataset.id in datasets)
        return [each for each in dict.fromkeys(several) if each != edition and each.access == edition.access]

    def sheet(self, edition: Edition) -> OpenSheet | None:
        """The sheet of an edition, read once; None, and findings, when it cannot be."""
        if edition not in self.editions:
            before = len(self.findings.errors)
            opened = self._open(edition)
            self.editions[edition] = opened if len(self.findings.errors) == before else None
        return self.editions[edition]

    def _open(self, edition: Edition) -> OpenSheet | None:
        workbook, path, name = self._workbook(edition)
        sheet = choose_sheet(workbook, edition, self.findings) if workbook else None
        if workbook is None or sheet is None:
            return None
        source = f"{name} sheet {sheet.name}" if len(workbook.sheets) > 1 or sheet.is_typed else name
        before = len(self.findings.errors)
        printed = read_printed(sheet, source, edition.layout, self.findings)
        page = Page(sheet, source, edition.layout, self.findings)
        said = given(edition, printed, path, page)
        _check_units(edition, printed, page)
        if len(self.findings.errors) > before and not printed.cells:
            return None
        tidy = make_tidy(printed, edition, page, said)
        opened = OpenSheet(workbook, source, edition, printed, tidy)
        if len(self.findings.errors) == before:
            if self._beside(edition):
                self._continued.append((opened, page))
            else:
                self.findings.extend(check_totals(tidy, edition, page))
            self.findings.extend(check_complete(tidy, edition, page))
        return opened


def choose_sheet(workbook: Workbook, edition: Edition, findings: Findings) -> Sheet | None:
    """The sheet of an edition that has one; None, and a finding, if there is none. LOD2502: several fit its name."""
    found = chosen_sheets(workbook, edition, findings)
    if len(found) > 1 and edition.sheet:
        many = say("{n} sheets fit '{text}'", n=len(found), text=edition.sheet.text)
        message = say("{many} in {workbook}", many=many, workbook=workbook.name)
        findings.error("LOD2502", message, edition.sheet.origin, say("name it by its number"))
    return found[0] if len(found) == 1 else None


def chosen_sheets(workbook: Workbook, edition: Edition, findings: Findings) -> list[Sheet]:
    """The sheets that an edition names: by name, number, or a pattern over names and the texts of the first rows.

    Findings: LOD2502 none is named or there is no such sheet, LOD3603 the pattern is none.
    """
    sheets, choice = workbook.sheets, edition.sheet
    names = [sheet.name for sheet in sheets]
    if choice is None:
        if len(sheets) == 1:
            return [sheets[0]]
        hint = say("sheet: {names}", names=names[0]) if names else NOTHING
        findings.error(
            "LOD2502",
            say("{workbook} has {sheets} sheets, and none is named", workbook=workbook.name, sheets=len(sheets)),
            edition.origin,
            hint,
        )
        return []
    if choice.number:
        return [sheets[choice.number - 1]]
    text = choice.text
    if choice.is_pattern:
        try:
            pattern = re.compile(text[1:-1], re.IGNORECASE)
        except re.error as error:
            findings.error(
                "LOD3603", say("'{text}' is no regular expression: {error}", text=text, error=error), choice.origin
            )
            return []
        found = [sheet for sheet in sheets if _is_titled(sheet, pattern)]
    else:
        found = [sheet for sheet in sheets if label_key(sheet.name) == label_key(text)]
        if not found and text.isdecimal() and 0 < int(text) <= len(sheets):
            found = [sheets[int(text) - 1]]
    if not found:
        none = say("there is no sheet '{text}'", text=text)
        message = say("{many} in {workbook}", many=none, workbook=workbook.name)
        near = did_you_mean(text.strip("/^$"), names)
        findings.error("LOD2502", message, choice.origin, near)
    return found


def _is_titled(sheet: Sheet, pattern: re.Pattern[str]) -> bool:
    cells = ((row, column) for row in range(1, _TITLE_ROWS) for column in range(1, sheet.width + 1))
    return any(pattern.search(text) for text in (sheet.name, *(one_line(sheet.text(*cell)) for cell in cells)))


def _check_units(edition: Edition, printed: Printed, page: Page) -> None:
    """A title's unit is that of a measure, where the measures' units say how they are printed."""
    known = {label_key(text): text for each in edition.measures if each.unit for text in each.unit.printed}
    if not known:
        return
    for label in printed.titles:
        match = _UNIT.match(one_line(label.text))
        if match and has_chinese(label.text) and label_key(match[1]) not in known:
            units = ", ".join(f"'{text}'" for text in known.values())
            message = say("the title says the unit '{match}', the measures are in {units}", match=match[1], units=units)
            hint = say("another unit, a 'scale', or one more 'printed' text?")
            page.error("LOD3610", label.row, label.column, message, hint)


def _tidy_table(opened: OpenPart, reviewed: Review, findings: Findings) -> HeldTable:
    """One row an observation: codes, figures, status, and the cells of each figure."""
    part, sheet = opened.part, opened.sheet
    names = [*(each.column for each in part.dimensions), *(each.column for each in part.measures)]
    attributes = [each.column for each in part.edition.attributes]
    columns = [*names, STATUS, CONFIDENTIALITY, *attributes]
    places = [f"{measure.column} cell" for measure in part.measures]
    records = []
    for point, all_figures in sheet.tidy.of(part):
        figures = {name: each for name, each in all_figures.items() if reviewed.holds(opened, name, point)}
        if not figures or (part.undefined and not _lacks(figures.get(part.undefined))):
            continue
        first = next(iter(figures.values()))
        _check_measures(part, all_figures, Said(first, sheet), findings)
        cells: list[str | None] = [*point, *(_text(figures.get(each.name)) for each in part.measures)]
        cells += [*_states(figures), *first.attributes]
        cells += [_place(figures.get(each.name)) for each in part.measures]
        records.append((first.cells[0].row, tuple(cells)))
    place_of = {len(part.dimensions) + n: len(columns) + n for n in range(len(places))}
    held = HeldRows(tuple(records), place_of)
    book, names = sheet.workbook, [*columns, *places]
    return HeldTable(
        sheet.source, book.path, tuple(names), Dialect(), book.digest, book.size, may_be_empty=not records, held=held
    )


def _lacks(observed: Observed | None) -> bool:
    """Whether a measure is missing or kept back at a point."""
    return observed is not None and observed.number is None


def _check_measures(part: Part, figures: dict[str, Observed], said: Said, findings: Findings) -> None:
    """RDF Data Cube, IC-14: an observation has all measures of its dataset."""
    lacking = [measure.name for measure in part.measures if measure.name not in figures]
    if lacking:
        names = ", ".join(f"'{name}'" for name in lacking)
        message = say("{said}: no figure of {names} at this point", said=said, names=names)
        hint = say(
            "a measure that is not everywhere has a dataset of its own: measures: {mean-age: {dataset: {id: …}}}"
        )
        findings.error("LOD3612", message, said.origin, hint)


def _text(observed: Observed | None) -> str | None:
    return observed.text if observed else None


def _place(observed: Observed | None) -> str | None:
    return " ".join(cell_name(cell.row, cell.column) for cell in observed.cells) if observed else None


def _states(figures: dict[str, Observed]) -> tuple[str | None, str | None]:
    states = {each.state for each in figures.values()}
    status = next((_STATUSES[state] for state in _STATUSES if state in states), "A")
    return status, "C" if State.SUPPRESSED in states else "F"


def _gather(kind: Gathering, read: Sequence[tuple[Cube, Edition, OpenSheet]]) -> HeldTable:
    rows: dict[tuple[str, ...], int] = {}
    if kind is Gathering.PERIODS:
        rows = dict.fromkeys(_periods(read), 1)
    for cube, edition, opened in read:
        for row, cells in _GATHERERS[kind](cube, edition, opened) if kind in _GATHERERS else ():
            rows.setdefault(cells, row)
    book, source = read[0][2].workbook, read[0][2].source
    held = HeldRows(tuple((row, cells) for cells, row in rows.items()))
    columns = GATHERED_COLUMNS[kind]
    return HeldTable(source, book.path, columns, Dialect(), book.digest, book.size, may_be_empty=True, held=held)


_Gatherer = Callable[[Cube, Edition, OpenSheet], Iterator[tuple[int, tuple[str, ...]]]]


def _periods(read: Sequence[tuple[Cube, Edition, OpenSheet]]) -> Iterator[tuple[str, ...]]:
    """Each period once. One that some sheets mean as a whole and others by its last day (年底) is the whole."""
    periods: dict[str, Period] = {}
    for _, _, opened in read:
        for code, period in opened.tidy.periods.items():
            if code not in periods or periods[code].is_end:
                periods[code] = period
    for code, period in periods.items():
        days = period.first.isoformat(), period.last.isoformat()
        yield code, period.chinese, period.english, str(period.position), *days


def _coverage(cube: Cube, edition: Edition, opened: OpenSheet) -> Iterator[tuple[int, tuple[str, ...]]]:
    for part in parts_of(cube, edition):
        for code in opened.tidy.periods:
            yield 1, (part.dataset.id, code)


def _notes(cube: Cube, _edition: Edition, opened: OpenSheet) -> Iterator[tuple[int, tuple[str, ...]]]:
    for label in opened.printed.notes:
        language = "zh-Hant-TW" if has_chinese(label.text) else "en"
        yield label.row, (cube.dataset.id, one_line(label.text), language)


_GATHERERS: dict[Gathering, _Gatherer] = {
    Gathering.COVERAGE: _coverage,
    Gathering.NOTES: _notes,
}
