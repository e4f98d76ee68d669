"""A parent is the sum of its children, or a mean between them: along every dimension, wherever it has children.

A child that a table leaves out is stood for by its own children. Where every figure has a number and they do not add
up, the parent's cell is named, and with it the members of the list that the table lacks there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lod.diagnostics import Diagnostic, Severity
from lod.lift.cubes.tidy import Observed, Point, Tidy
from lod.mapping.cube.model import Code, CodeList, Edition
from lod.tables.printed.pages import Page
from lod.tables.sheets import cell_name


@dataclass(frozen=True, slots=True)
class _Cover:
    """The present figures that stand for all below a parent, and the members for which nothing does."""

    figures: tuple[Observed, ...]
    missing: tuple[Code, ...]


def check_totals(tidy: Tidy, edition: Edition, page: Page) -> Iterator[Diagnostic]:
    """LOD3609 for each parent that is not the sum of its children, as strictly as the cube file says."""
    if edition.checks_totals == "none":
        return
    severity = Severity(edition.checks_totals)
    for measure in edition.measures:
        figures = tidy.figures.get(measure.name, {})
        for place, dimension in enumerate(edition.dimensions):
            if measure.totals != "none" and dimension.codes:
                yield from _along(figures, place, dimension.codes, page, severity)


def _along(
    figures: Mapping[Point, Observed], place: int, codes: CodeList, page: Page, severity: Severity
) -> Iterator[Diagnostic]:
    used = {point[place] for point in figures}
    below = {code.code: codes.children(code.code) for code in codes.codes}
    for point, parent in figures.items():
        if not below[point[place]] or parent.number is None:
            continue
        cover = _cover(figures, point, place, below, used)
        numbers = [each.number for each in cover.figures if each.number is not None]
        if not numbers or len(numbers) < len(cover.figures):
            continue
        if parent.measure.totals == "between":
            if not cover.missing and not min(numbers) <= parent.number <= max(numbers):
                wrong = f"not between those of its parts, {min(numbers)} and {max(numbers)}"
                yield _broken(parent, wrong, cover, point, page, severity)
        elif sum(numbers, Decimal(0)) != parent.number:
            wrong = f"its parts add up to {sum(numbers, Decimal(0))}"
            yield _broken(parent, wrong, cover, point, page, severity)


def _cover(
    figures: Mapping[Point, Observed],
    point: Point,
    place: int,
    below: Mapping[str, tuple[Code, ...]],
    used: set[str],
) -> _Cover:
    found: list[Observed] = []
    missing: list[Code] = []
    for child in below[point[place]]:
        at = (*point[:place], child.code, *point[place + 1 :])
        if at in figures:
            found.append(figures[at])
            continue
        deeper = _cover(figures, at, place, below, used) if below[child.code] else _Cover((), (child,))
        if deeper.figures:
            found += deeper.figures
            missing += deeper.missing
        else:
            missing.append(child)
    return _Cover(tuple(found), tuple(missing))


def _broken(parent: Observed, wrong: str, cover: _Cover, point: Point, page: Page, severity: Severity) -> Diagnostic:
    cell = parent.cells[0]
    names = "、".join(_name(code) for code in cover.missing)
    place = f"sheet {page.sheet.name}!{cell_name(cell.row, cell.column)}"
    label = cell.row_path[-1].text
    message = f"{place}: '{label}' is {parent.number}, {wrong} ({' / '.join(point)})"
    hint = f"not in the table: {names}" if names else "is a figure wrong, or the hierarchy of the list?"
    related = tuple(page.origin(each.cells[0].row, each.cells[0].column) for each in cover.figures[:10])
    return Diagnostic("LOD3609", severity, message, page.origin(cell.row, cell.column), hint, related)


def _name(code: Code) -> str:
    return code.labels[0][1] if code.labels else code.code
