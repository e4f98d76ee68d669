"""A parent is the sum of its children, or a mean between them: along every dimension, wherever it has children.

A child that a table leaves out is stood for by its own children. Where every figure has a number and they do not add
up, the parent's cell is named, and with it the members of the list that the table lacks there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from lod.diagnostics import Diagnostic, Severity
from lod.lift.cubes.tidy import Observed, Point, Tidy
from lod.mapping.cube.model import Code, CodeList, Dimension, Edition
from lod.tables.printed.page import Page
from lod.tables.workbooks.sheets import cell_name
from lod.wording import Wording, say


@dataclass(frozen=True, slots=True)
class _Cover:
    """The present figures that stand for all below a parent, and the members for which nothing does."""

    figures: tuple[Observed, ...]
    missing: tuple[Code, ...]


def check_totals(tidy: Tidy, edition: Edition, page: Page, beside: Sequence[Tidy] = ()) -> Iterator[Diagnostic]:
    """LOD3609 for each parent that is not the sum of its children, as strictly as the cube file says.

    `beside`: the other tables of the dataset in its workbook; a table that is continued there has children there.
    """
    if edition.checks.totals == "none":
        return
    severity = Severity(edition.checks.totals)
    for measure in edition.measures:
        figures = tidy.figures.get(measure.name, {})
        present = dict(figures)
        for other in beside:
            present = other.figures.get(measure.name, {}) | present
        for place, dimension in enumerate(edition.dimensions):
            if measure.totals != "none" and dimension.codes and dimension.name not in measure.without:
                hierarchy = _Hierarchy(dimension, dimension.codes, tidy, edition)
                yield from _along(figures, present, place, hierarchy, page, severity)


@dataclass
class _Hierarchy:
    """A dimension's codes by what they are below, at the time that a figure speaks of."""

    dimension: Dimension
    codes: CodeList
    tidy: Tidy
    edition: Edition
    known: dict[date | None, Mapping[str, tuple[Code, ...]]] = field(default_factory=dict)

    def at(self, point: Point) -> Mapping[str, tuple[Code, ...]]:
        """Code → the codes below it that are in force."""
        day = self.tidy.day_of(point, self.edition, self.dimension) if self._is_dated else None
        if day not in self.known:
            valid = [code for code in self.codes.codes if day is None or code.is_valid_on(day)]
            below: dict[str, list[Code]] = {code.code: [] for code in self.codes.codes}
            for code in valid:
                for parent in code.parents:
                    below[parent].append(code)
            self.known[day] = {name: tuple(members) for name, members in below.items()}
        return self.known[day]

    @cached_property
    def _is_dated(self) -> bool:
        return any(code.is_dated for code in self.codes.codes)


def _along(
    figures: Mapping[Point, Observed],
    present: Mapping[Point, Observed],
    place: int,
    hierarchy: _Hierarchy,
    page: Page,
    severity: Severity,
) -> Iterator[Diagnostic]:
    """The parents among a table's figures, held against their children, all of which are `present`."""
    own = set(map(id, figures.values()))
    for point, parent in figures.items():
        below = hierarchy.at(point)
        if not below[point[place]] or parent.number is None:
            continue
        cover = _cover(present, point, place, below)
        numbers = [each.number for each in cover.figures if each.number is not None]
        if not numbers or len(numbers) < len(cover.figures):
            continue
        here = _Cover(tuple(each for each in cover.figures if id(each) in own), cover.missing)
        if parent.measure.totals == "between":
            if not cover.missing and not min(numbers) <= parent.number <= max(numbers):
                wrong = say("not between those of its parts, {least} and {most}", least=min(numbers), most=max(numbers))
                yield _broken(parent, wrong, here, point, page, severity)
        elif sum(numbers, Decimal(0)) != parent.number:
            wrong = say("its parts add up to {total}", total=sum(numbers, Decimal(0)))
            yield _broken(parent, wrong, here, point, page, severity)


def _cover(
    figures: Mapping[Point, Observed],
    point: Point,
    place: int,
    below: Mapping[str, tuple[Code, ...]],
) -> _Cover:
    found: list[Observed] = []
    missing: list[Code] = []
    for child in below[point[place]]:
        at = (*point[:place], child.code, *point[place + 1 :])
        if at in figures:
            found.append(figures[at])
            continue
        deeper = _cover(figures, at, place, below) if below[child.code] else _Cover((), (child,))
        if deeper.figures:
            found += deeper.figures
            missing += deeper.missing
        else:
            missing.append(child)
    return _Cover(tuple(found), tuple(missing))


def _broken(
    parent: Observed, wrong: Wording, cover: _Cover, point: Point, page: Page, severity: Severity
) -> Diagnostic:
    cell = parent.cells[0]
    names = "、".join(_name(code) for code in cover.missing)
    place = say("sheet {sheet}!{cell}", sheet=page.sheet.name, cell=cell_name(cell.row, cell.column))
    label = cell.row_path[-1].text
    message = say(
        "{place}: '{label}' is {number}, {wrong} ({point})",
        place=place,
        label=label,
        number=parent.number,
        wrong=wrong,
        point=" / ".join(point),
    )
    hint = (
        say("not in the table: {names}", names=names)
        if names
        else say("is a figure wrong, or the hierarchy of the list?")
    )
    related = tuple(page.origin(each.cells[0].row, each.cells[0].column) for each in cover.figures[:10])
    return Diagnostic("LOD3609", severity, message, page.origin(cell.row, cell.column), hint, related)


def _name(code: Code) -> str:
    return code.labels[0][1] if code.labels else code.code
