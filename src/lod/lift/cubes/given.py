"""What stands for a whole sheet: periods and codes that its titles, its name, its file's name or the cube file say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lod.diagnostics import CellOrigin
from lod.mapping.cube.model import CodeList, Dimension, Edition, Source
from lod.tables.printed.layout import Label, Printed, Role
from lod.tables.printed.page import Page
from lod.tables.printed.periods import Period, period_in_file_name, period_of, periods_in
from lod.tables.printed.text import chinese_key, label_key
from lod.tables.printed.values import Unreadable, read_figure
from lod.tables.workbooks.sheets import cell_name
from lod.wording import say


@dataclass(frozen=True, slots=True)
class Given:
    """Periods and codes by dimension."""

    periods: dict[str, Period] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)


def given(edition: Edition, printed: Printed, path: Path, page: Page) -> Given:
    """What is said once for a sheet. LOD2506: no period, or several that differ. LOD2515: no code, or several."""
    found = Given()
    for dimension in edition.dimensions:
        if dimension.codes is None:
            period = _period(dimension, printed, path, page)
            if period:
                found.periods[dimension.name] = period
        elif dimension.source in (Source.TITLE, Source.FILE_NAME):
            code = _code(dimension, dimension.codes, printed, path, page)
            if code:
                found.codes[dimension.name] = code
    return found


def _period(dimension: Dimension, printed: Printed, path: Path, page: Page) -> Period | None:
    if dimension.source is Source.TITLE:
        is_said = any(True for label in printed.titles for _ in periods_in(label.text))
        return _period_of_titles(printed.titles if is_said else (*printed.titles, *_above(printed, page)), page)
    if dimension.source is Source.FILE_NAME:
        found = period_in_file_name(path.stem)
        if found is None:
            message = say("the file name '{path}' says no period", path=path.name)
            page.findings.error("LOD2506", message, dimension.origin, say("11310 is October of Minguo year 113"))
        return found
    if dimension.source is Source.VALUE:
        found = next(periods_in(dimension.value), None)
        if found is None:
            message = say("'{dimension}' is no period", dimension=dimension.value)
            page.findings.error("LOD2506", message, dimension.origin, say("value: 2012"))
        return found
    return None


def _period_of_titles(titles: tuple[Label, ...], page: Page) -> Period | None:
    found: dict[str, tuple[Period, Label]] = {}
    for label in titles:
        for period in periods_in(label.text):
            kept = found.setdefault(period.code, (period, label))
            if period.is_end and not kept[0].is_end:
                found[period.code] = period, label
    if len(found) == 1:
        return next(iter(found.values()))[0]
    if not found:
        named = period_of(page.sheet.name, is_minguo=True) or next(periods_in(page.sheet.name), None)
        if named is None:
            hint = say("a title says 中華民國101年底; else from: file-name, rows or columns, or give its 'value'")
            message = say("sheet {sheet}: no title says a period", sheet=page.sheet.name)
            page.findings.error("LOD2506", message, CellOrigin(page.source), hint)
        return named
    first, other, *_ = found.values()
    there = f"{first[0].chinese} ({cell_name(first[1].row, first[1].column)})"
    page.error(
        "LOD2506",
        other[1].row,
        other[1].column,
        say("the title says {chinese} here and {there}", chinese=other[0].chinese, there=there),
    )
    return None


def _above(printed: Printed, page: Page) -> Iterator[Label]:
    """What stands at the top of a sheet, above its first figure and outside this table: titles of all its tables."""
    sheet = page.sheet
    for row in range(1, sheet.height + 1):
        values = [sheet.value(row, column) for column in range(1, sheet.width + 1)]
        figures = (read_figure(value, sheet.is_typed, page.layout.marks) for value in values if value is not None)
        if any(not isinstance(each, Unreadable) and each.number is not None for each in figures):
            return
        places = [column for column in range(1, sheet.width + 1) if printed.roles.get((row, column)) is Role.OUTSIDE]
        yield from (Label(sheet.text(row, column).strip(), row, column) for column in places)


def _code(dimension: Dimension, codes: CodeList, printed: Printed, path: Path, page: Page) -> str | None:
    """The code whose label stands in a title or in the sheet's name; of labels within each other, the longest."""
    texts = (
        [path.stem]
        if dimension.source is Source.FILE_NAME
        else [*(label.text for label in printed.titles), page.sheet.name]
    )
    keys = [key for text in texts for key in {label_key(text), chinese_key(text)} if key]
    found = {code: label for code, label in _labels(dimension, codes) if any(label in key for key in keys)}
    best = [
        code
        for code, label in found.items()
        if not any(label != other and label in other for name, other in found.items() if name != code)
    ]
    if len(best) == 1:
        return best[0]
    where = say("the file name") if dimension.source is Source.FILE_NAME else say("the titles")
    if best:
        names = ", ".join(f"'{code}'" for code in best)
        message = say("{where} may say {names} of '{dimension}'", where=where, names=names, dimension=dimension.name)
    else:
        message = say("{where} say no code of '{dimension}'", where=where, dimension=dimension.name)
    hint = say("give the code, as the title has it, under 'labels' of the dimension; or give its 'value'")
    page.findings.error("LOD2515", message, CellOrigin(page.source), hint, [dimension.origin])
    return None


def _labels(dimension: Dimension, codes: CodeList) -> Iterator[tuple[str, str]]:
    """Codes with the labels that may stand for them, the longest last: it is what counts."""
    own = dict(dimension.matches)
    for code in codes.codes:
        paths = (*code.matches[1:], *own.get(code.code, ()))  # the code itself may stand in any word
        keys = sorted({label_key(path[-1]) for path in paths if path}, key=len)
        yield from ((code.code, key) for key in keys if len(key) > 1)
