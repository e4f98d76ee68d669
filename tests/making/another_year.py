"""Another year's workbook, made from the real one: what its ministry printed differently before the mergers of 2010.

Figures are text with spaces and commas, or full-width digits, and a dash for 0; New Taipei was Taipei County, Taichung
and Tainan were counted among the counties; the sheets are called otherwise, their headers stand elsewhere. Figures of
what did not exist are added to what it was part of, so that all totals still hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import Findings
from lod.tables.area import Area
from lod.tables.printed.text import label_key
from lod.tables.workbooks.sheets import Value, cell_name, open_workbook

LATER = ("新北市各機關", "臺中市各機關", "臺南市各機關")  # municipalities since 2010-12-25
YEARS = tuple(f"民國{year}年" for year in range(92, 101))  # of the first table: its last one is made the other year
COUNTIES = "臺灣各縣市機關"
FULL_WIDTH = str.maketrans("0123456789,.", "０１２３４５６７８９，．")

Cells = list[list[Value | None]]
Spell = Callable[[float], Value]


@dataclass
class Grid:
    """A sheet that can be changed: cells, and merged ranges by row and column from 0."""

    cells: Cells
    merged: list[tuple[int, int, int, int]]

    def keep(self, rows: Iterable[int], columns: Iterable[int]) -> None:
        """Keep these rows and columns, in this order, and what is left of merged ranges."""
        new_rows, new_columns = list(rows), list(columns)
        self.cells = [[self.cells[r][c] for c in new_columns] for r in new_rows]
        at_row = {old: new for new, old in reversed(list(enumerate(new_rows)))}
        at_column = {old: new for new, old in enumerate(new_columns)}
        left = []
        for top, start, bottom, end in self.merged:
            inside = [at_row[r] for r in range(top, bottom + 1) if r in at_row]
            across = [at_column[c] for c in range(start, end + 1) if c in at_column]
            if inside and across:
                left.append((min(inside), min(across), max(inside), max(across)))
        self.merged = left

    def add(self, target: Sequence[tuple[int, int]], source: Sequence[tuple[int, int]]) -> None:
        """Add whole figures to others, cell by cell."""
        for (r, c), (from_row, from_column) in zip(target, source, strict=True):
            here, there = self.cells[r][c], self.cells[from_row][from_column]
            if isinstance(here, float) and isinstance(there, float) and here.is_integer() and there.is_integer():
                self.cells[r][c] = here + there


def padded(number: float) -> Value:
    """1234.0 → '  1,234 ', 0 → ' － '."""
    return f"  {number:,.2f} ".replace(".00 ", " ") if number else " － "


def full_width(number: float) -> Value:
    """1234.0 → '１，２３４'."""
    return f"{number:,.2f}".removesuffix(".00").translate(FULL_WIDTH) if number else "－"


def year_91(path: Path) -> dict[str, Grid]:
    """The sheets of ROC 91 by their names, made from the workbook of ROC 101."""
    workbook = open_workbook(path, path.name, "utf-8", Findings(), None)
    assert workbook is not None
    made = {}
    for number, sheet in enumerate(workbook.sheets, start=1):
        cells: Cells = [list(row) for row in sheet.rows]
        grid = Grid(cells, [(a.top - 1, a.left - 1, a.bottom - 1, a.right - 1) for a in sheet.merged])
        _without_later_municipalities(grid, number)
        _shift(grid, number)
        spell = full_width if number in (7, 10) else padded
        grid.cells = [[_told(value, spell, c) for c, value in enumerate(row)] for row in grid.cells]
        made[f"T{number}"] = grid
    return made


def merges(grid: Grid) -> tuple[str, ...]:
    """The merged ranges by their names."""
    areas = [Area(*(each + 1 for each in area)) for area in grid.merged]
    wide = [area for area in areas if (area.top, area.left) != (area.bottom, area.right)]
    return tuple(f"{cell_name(a.top, a.left)}:{cell_name(a.bottom, a.right)}" for a in wide)


def _key(value: Value | None) -> str:
    return label_key(value) if isinstance(value, str) else ""


def _without_later_municipalities(grid: Grid, number: int) -> None:
    rows, columns = range(len(grid.cells)), range(max(map(len, grid.cells)))
    grid.cells = [[*row, *[None] * (len(columns) - len(row))] for row in grid.cells]
    if number in (1, 2):  # levels of government are columns
        heads = {_key(value): c for row in grid.cells[2:4] for c, value in enumerate(row)}
        gone = [heads[name] for name in LATER]
        for c in gone:
            grid.add([(r, heads[COUNTIES]) for r in rows], [(r, c) for r in rows])
        lost = [r for r in rows if number == 1 and _key(grid.cells[r][0]) in YEARS]
        grid.keep([r for r in rows if not {r, r - 1, r - 2} & set(lost)], [c for c in columns if c not in gone])
    elif number not in (9, 10, 11, 12, 13):  # they are blocks of rows
        blocks = {name: r for r in rows if (name := _key(grid.cells[r][0])) in (*LATER, COUNTIES)}
        size = 5 if blocks else 0
        for name in LATER if blocks else ():
            for n in range(size):
                grid.add([(blocks[COUNTIES] + n, c) for c in columns], [(blocks[name] + n, c) for c in columns])
        dropped = {blocks[name] + n for name in LATER if blocks for n in range(size)}
        grid.keep([r for r in rows if r not in dropped], columns)


def _shift(grid: Grid, number: int) -> None:
    """An empty row at the top of some sheets; in another a page break where none was."""
    rows, columns = list(range(len(grid.cells))), list(range(len(grid.cells[0])))
    if number % 2:
        grid.cells.append([None] * len(columns))
        rows = [len(grid.cells) - 1, *rows]
    if number in (10, 12):
        rows = [*rows[:20], *rows[:7], *rows[20:]]
    grid.keep(rows, columns)
    if number in (10, 12):
        grid.merged += [(top + 20, left, bottom + 20, right) for top, left, bottom, right in grid.merged if bottom < 9]


def _told(value: Value | None, spell: Spell, column: int) -> Value | None:
    if isinstance(value, float) and column > 1:
        return spell(value)
    if not isinstance(value, str):
        return value
    text = value.replace("101年", "91年").replace("2012", "2002")
    return "　　臺北縣各機關" if label_key(text) == LATER[0] else text
