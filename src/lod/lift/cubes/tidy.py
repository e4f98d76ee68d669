"""The figures of a sheet → observations: each figure at the codes of its row, its column and its title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from lod.diagnostics import did_you_mean
from lod.lift.cubes.given import Given
from lod.lift.cubes.labels import Matcher, Meaning
from lod.mapping.cube.model import Code, Dimension, Edition, Measure, Part, Source
from lod.tables.printed.layout import DataCell, Printed
from lod.tables.printed.page import Page
from lod.tables.printed.periods import Period, in_year
from lod.tables.printed.text import one_line
from lod.tables.printed.values import State
from lod.tables.workbooks.sheets import cell_name
from lod.wording import Wording, say

_PRECISION = 400  # digits: more than any stored number has

Point = tuple[str, ...]  # a code for each dimension, in their order


FOR_ALL = (
    Source.TITLE,
    Source.FILE_NAME,
    Source.VALUE,
)  # said once for a sheet; that it is not has been found already


@dataclass(frozen=True, slots=True)
class Observed:
    """A figure at its point. `cells` are all cells that print it: a total may stand in a row and in a column."""

    measure: Measure
    state: State
    number: Decimal | None
    cells: tuple[DataCell, ...]
    attributes: tuple[str | None, ...] = ()  # the texts beside it, in the order of the edition's attributes

    @property
    def text(self) -> str | None:
        """The number as xsd:integer or xsd:decimal is spelled; None where there is none."""
        return None if self.number is None else f"{self.number:f}"

    @property
    def meaning(self) -> tuple[Decimal | None, State | None]:
        """What it says: a number, or why there is none."""
        return self.number, None if self.number is not None else self.state

    @property
    def shown(self) -> str:
        """What its first cell prints, and the texts beside it."""
        return ", ".join((self.printed, *(each or "" for each in self.attributes)))

    @property
    def printed(self) -> str:
        """What its first cell prints."""
        return one_line(self.cells[0].text)


@dataclass(slots=True)
class Tidy:
    """All figures of a sheet by measure and point, and the periods that it speaks of by code."""

    figures: dict[str, dict[Point, Observed]] = field(default_factory=dict)
    blank: dict[str, set[Point]] = field(default_factory=dict)  # points that cannot have a figure, by measure
    periods: dict[str, Period] = field(default_factory=dict)
    last: date | None = None  # the last day that the sheet speaks of

    def day_of(self, point: Point, edition: Edition, dimension: Dimension) -> date | None:
        """The day by which the codes of a dimension are chosen at a point."""
        if dimension.valid_at or dimension.is_valid_at_last:
            return dimension.valid_at or self.last
        pairs = zip(point, edition.dimensions, strict=True)
        return max((self.periods[code].last for code, each in pairs if each.is_period), default=None)

    def of(self, part: Part) -> Iterator[tuple[Point, dict[str, Observed]]]:
        """The observations of a dataset: a point of its dimensions, and its measures there, in reading order."""
        kept = [n for n, each in enumerate(part.edition.dimensions) if each in part.dimensions]
        found: dict[Point, dict[str, Observed]] = {}
        for measure in part.measures:
            for point, observed in self.figures.get(measure.name, {}).items():
                found.setdefault(tuple(point[n] for n in kept), {})[measure.name] = observed
        yield from found.items()


def make_tidy(printed: Printed, edition: Edition, page: Page, given: Given) -> Tidy:
    """Place every figure. `given` is what title or file name say of all of them.

    Findings: those of `Matcher`; LOD3607 two cells say different things of one point, LOD3608 a dimension or the
    measure is said nowhere, LOD3611 a figure that its measure does not allow.
    """
    rows, columns = Matcher(edition, Source.ROWS, page), Matcher(edition, Source.COLUMNS, page)
    placing = _Placing(
        edition, page, given, printed.attributes, Tidy(last=_last_day(printed, rows, columns, given.periods))
    )
    placing.said |= {
        each.name
        for each in edition.dimensions
        if each.source in FOR_ALL and each.name not in (given.periods if each.is_period else given.codes)
    }
    for cell in printed.cells:
        row, column = rows.meaning(cell.row_path), columns.meaning(cell.column_path)
        if row is not None and column is not None:
            placing.place(cell, row, column)
    return placing.tidy


@dataclass(slots=True)
class _Placing:
    edition: Edition
    page: Page
    given: Given
    texts: dict[tuple[int, int], str]  # beside the figures
    tidy: Tidy
    said: set[str] = field(default_factory=set)  # dimensions that lack a value: said once

    def place(self, cell: DataCell, row: Meaning, column: Meaning) -> None:
        if cell.state is State.NOT_APPLICABLE and self.edition.checks.complete == "none":
            return
        measure = self._measure(cell, row, column)
        if measure is None:
            return
        day = self._day(row, column)
        codes = [
            "" if each.name in measure.without else self._code(each, cell, row, column, day)
            for each in self.edition.dimensions
        ]
        point = tuple(code for code in codes if code is not None)
        if len(point) < len(codes):
            return
        if cell.state is State.NOT_APPLICABLE:
            self.tidy.blank.setdefault(measure.name, set()).add(point)
            return
        number = self._number(cell, measure)
        beside = tuple(self.texts.get((cell.row, each.source_column)) for each in self.edition.attributes)
        observed = Observed(measure, cell.state, number, (cell,), beside)
        if cell.number is not None and number is None:
            return
        known = self.tidy.figures.setdefault(measure.name, {})
        first = known.get(point)
        if first is None:
            known[point] = observed
        elif first.meaning != observed.meaning:
            self._say_twice(cell, first, point)
        else:
            both = tuple(a or b for a, b in zip(first.attributes, beside, strict=True))
            known[point] = Observed(measure, first.state, first.number, (*first.cells, cell), both)

    def _day(self, row: Meaning, column: Meaning) -> date | None:
        """The last day of the period of a figure."""
        named = (self._named_period(each, row, column) for each in self.edition.dimensions if each.is_period)
        return max((each.last for each in named if each), default=None)

    def _in_force(self, found: tuple[str, ...], dimension: Dimension, day: date | None, cell: DataCell) -> list[str]:
        """Of codes that a label may stand for, those that are in force. LOD3621: none is."""
        assert dimension.codes is not None, "codes are of a list"
        is_said = dimension.valid_at or dimension.is_valid_at_last
        day = dimension.valid_at or (self.tidy.last if dimension.is_valid_at_last else day)
        members = [code for name in found if (code := dimension.codes.get(name))]
        valid = [code for code in members if day is None or code.is_valid_on(day)]
        if not valid:
            self._say_not_in_force(members[0], dimension, day, cell)
        elif day and not is_said and len(valid) < len(members):
            self._say_just_begun(valid[0], members, dimension, day, cell)
        return [code.code for code in valid]

    def _say_just_begun(
        self, code: Code, members: Sequence[Code], dimension: Dimension, day: date, cell: DataCell
    ) -> None:
        """LOD3630 (warning): the label stood for another code earlier in the figure's year, and may still do so."""
        begun = code.first
        if begun is None or begun <= date(day.year, 1, 1) or begun.year != day.year:
            return
        before = next((each for each in members if each.is_valid_on(begun - timedelta(days=1))), None)
        key = f"{dimension.name} {code.code} begun"
        if before is None or key in self.said:
            return
        self.said.add(key)
        message = say(
            "sheet {sheet}!{cell}: '{code}' of list '{list_name}' is taken, which began on {begun}; "
            "before it was '{before}'",
            sheet=self.page.sheet.name,
            cell=cell_name(cell.row, cell.column),
            code=code.code,
            list_name=dimension.list_name,
            begun=begun,
            before=before.code,
        )
        hint = say(
            "does the table still count by what was before? Then say so: valid-at: {last}; else valid-at: last",
            last=begun - timedelta(days=1),
        )
        self.page.findings.warning("LOD3630", message, self.page.origin(cell.row, cell.column), hint)

    def _say_not_in_force(self, code: Code, dimension: Dimension, day: date | None, cell: DataCell) -> None:
        key = f"{dimension.name} {code.code}"
        if key in self.said:
            return
        self.said.add(key)
        span = " ".join(
            [*([f"from {code.first}"] if code.first else []), *([f"until {code.last}"] if code.last else [])]
        )
        message = say(
            "'{code}' of list '{list_name}' is in force {span}, this figure is of {day}",
            code=code.code,
            list_name=dimension.list_name,
            span=span,
            day=day,
        )
        hint = say(
            "correct the dates, add the code of that time, or say by which day's codes the table counts: "
            "valid-at: {day}",
            day=code.last or code.first,
        )
        self.page.error("LOD3621", cell.row, cell.column, message, hint)

    def _code(
        self, dimension: Dimension, cell: DataCell, row: Meaning, column: Meaning, day: date | None
    ) -> str | None:
        if dimension.is_period:
            return self._period(dimension, cell, row, column)
        assert dimension.codes is not None, "not a period"
        found = []
        for meaning in (row, column):
            if dimension.name in meaning.codes:
                valid = self._in_force(meaning.codes[dimension.name], dimension, day, cell)
                if not valid:
                    return None
                found += [code for code in valid if code not in found]
        if len(found) > 1:
            found = _inner(found, dimension)
        if len(found) > 1:
            message = say(
                "this figure may be of '{found}' and of '{found2}' of '{dimension}'",
                found=found[0],
                found2=found[1],
                dimension=dimension.name,
            )
            hint = say("row and column say different things, or two codes of one label are in force at once")
            self.page.error("LOD3605", cell.row, cell.column, message, hint)
            return None
        if dimension.source in (Source.TITLE, Source.FILE_NAME):
            return self.given.codes.get(dimension.name)  # that there is none has been said
        code = next(iter(found), dimension.value or dimension.codes.total)
        if not code:
            self._say_nowhere(dimension, cell, say("name its total member (total), or its 'value'"))
            return None
        return code

    def _period(self, dimension: Dimension, cell: DataCell, row: Meaning, column: Meaning) -> str | None:
        found = self._named_period(dimension, row, column)
        if found is None:
            self._say_nowhere(dimension, cell, say("from: title, file-name, rows or columns"))
            return None
        self.tidy.periods.setdefault(found.code, found)
        return found.code

    def _named_period(self, dimension: Dimension, row: Meaning, column: Meaning) -> Period | None:
        """The period that row or column names, or the title; with the month that the other one names."""
        found = (
            row.periods.get(dimension.name)
            or column.periods.get(dimension.name)
            or self.given.periods.get(dimension.name)
        )
        part = row.parts.get(dimension.name) or column.parts.get(dimension.name)
        return in_year(found, part) if found and part else found

    def _say_nowhere(self, dimension: Dimension, cell: DataCell, hint: Wording) -> None:
        if dimension.name not in self.said:
            self.said.add(dimension.name)
            message = say(
                "neither row nor column nor title says the '{dimension}' of this figure", dimension=dimension.name
            )
            self.page.error("LOD3608", cell.row, cell.column, message, hint)

    def _measure(self, cell: DataCell, row: Meaning, column: Meaning) -> Measure | None:
        named = column.measure or row.measure
        if named:
            return named
        plain = [each for each in self.edition.measures if not each.matches]
        if len(plain) == 1:
            return plain[0]
        if len(self.edition.measures) == 1:
            return self.edition.measures[0]
        if "measure" not in self.said:
            self.said.add("measure")
            names = ", ".join(f"'{each.name}'" for each in self.edition.measures)
            message = say("no label says which measure this is: {names}", names=names)
            self.page.error(
                "LOD3608", cell.row, cell.column, message, say("give the measures 'labels'; one may have none")
            )
        return None

    def _number(self, cell: DataCell, measure: Measure) -> Decimal | None:
        if cell.number is None:
            return None
        number = _adjusted(cell.number, measure)
        if measure.codes and not measure.codes.get(f"{number:f}"):
            message = say("'{text}' is no code of list '{list}'", text=cell.text, list=measure.codes.name)
            hint = did_you_mean(cell.text, [code.code for code in measure.codes.codes])
            self.page.error("LOD3604", cell.row, cell.column, message, hint)
            return None
        if measure.datatype != "integer":
            return number
        if number != number.to_integral_value():
            message = say("'{cell}' is no whole number, and '{measure}' is one", cell=cell.text, measure=measure.name)
            hint = say("type: decimal; or is this column another measure?")
            self.page.error("LOD3611", cell.row, cell.column, message, hint)
            return None
        return Decimal(int(number))

    def _say_twice(self, cell: DataCell, first: Observed, point: Point) -> None:
        other = first.cells[0]
        where = " / ".join(point)
        message = say(
            "'{here}' here and '{there}' in {cell} are both the figure of {where}",
            here=one_line(cell.text),
            there=one_line(other.text),
            cell=cell_name(other.row, other.column),
            where=where,
        )
        hint = say("is a dimension missing, a label matched to the wrong code, or one of the figures wrong?")
        self.page.findings.error(
            "LOD3607",
            say(
                "sheet {sheet}!{row}: {message}",
                sheet=self.page.sheet.name,
                row=cell_name(cell.row, cell.column),
                message=message,
            ),
            self.page.origin(cell.row, cell.column),
            hint,
            [self.page.origin(other.row, other.column)],
        )


def _last_day(printed: Printed, rows: Matcher, columns: Matcher, given: dict[str, Period]) -> date | None:
    """The last day of the latest period that a sheet speaks of."""
    paths = {cell.row_path: rows for cell in printed.cells} | {cell.column_path: columns for cell in printed.cells}
    meanings = [meaning for path, matcher in paths.items() if (meaning := matcher.meaning(path))]
    periods = (*given.values(), *(each for meaning in meanings for each in meaning.periods.values()))
    return max((each.last for each in periods), default=None)


def _adjusted(number: Decimal, measure: Measure) -> Decimal:
    """The figure in units of its measure, rounded half up to its decimals; without zeros at the end."""
    with localcontext(prec=_PRECISION):
        scaled = number.scaleb(measure.scale)
        if measure.decimals is None:
            return scaled
        rounded = scaled.quantize(Decimal(1).scaleb(-measure.decimals), ROUND_HALF_UP)
        return Decimal(int(rounded)) if rounded == rounded.to_integral_value() else rounded.normalize()


def _inner(codes: list[str], dimension: Dimension) -> list[str]:
    """Of codes of which some are above others, the innermost."""
    assert dimension.codes is not None, "codes are of a list"
    above = {each for code in codes for each in dimension.codes.ancestors(code)}
    return [code for code in codes if code not in above]
