"""The cross product of the codes that a sheet has: points without a figure, and without a cell that says why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from lod.diagnostics import Diagnostic, Severity
from lod.lift.cubes.tidy import Observed, Point, Tidy
from lod.mapping.cube.model import Edition
from lod.tables.printed.page import Page
from lod.tables.workbooks.sheets import cell_name
from lod.wording import say

_MOST = 20  # points that are named; the others are counted
_LARGEST = 5_000_000  # points of a cross product that is walked through


def check_complete(tidy: Tidy, edition: Edition, page: Page) -> Iterator[Diagnostic]:
    """LOD3625 for each point that lacks a figure, at the nearest cell that has one, as strictly as is declared."""
    if edition.checks.complete == "none":
        return
    severity = Severity(edition.checks.complete)
    for measure in edition.measures:
        figures = tidy.figures.get(measure.name, {})
        if not figures:
            continue
        used = [list(dict.fromkeys(codes)) for codes in zip(*figures, strict=True)]
        known = figures.keys() | tidy.blank.get(measure.name, set())
        count = prod(map(len, used))
        if count == len(figures) or count > _LARGEST:
            continue
        lacking = [point for point in product(*used) if point not in known]
        for point in lacking[:_MOST]:
            yield _lacking(point, figures, page, severity)
        if len(lacking) > _MOST:
            message = say(
                "sheet {sheet}: and {count:,} more points without '{measure}'",
                sheet=page.sheet.name,
                count=len(lacking) - _MOST,
                measure=measure.name,
            )
            yield Diagnostic("LOD3625", severity, message)


def _lacking(point: Point, figures: dict[Point, Observed], page: Page, severity: Severity) -> Diagnostic:
    near = max(figures, key=lambda other: sum(a == b for a, b in zip(point, other, strict=True)))
    cell = figures[near].cells[0]
    message = say(
        "sheet {sheet}!{cell}: there is no figure of {point}; the nearest, {near}, is here",
        sheet=page.sheet.name,
        cell=cell_name(cell.row, cell.column),
        point=" / ".join(point),
        near=" / ".join(near),
    )
    hint = say(
        "a row or column may have been lost; a cell without a figure may say why: values: {not-applicable: [empty]}"
    )
    return Diagnostic("LOD3625", severity, message, page.origin(cell.row, cell.column), hint)
