"""A sheet of a cube, read and placed, and a figure in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lod.diagnostics import CellOrigin
from lod.lift.cubes.tidy import Observed, Tidy
from lod.mapping.cube.model import Edition, Part
from lod.tables.printed.layout import Printed
from lod.tables.workbooks.sheets import Workbook, cell_name, column_letters


@dataclass(frozen=True, slots=True, eq=False)
class OpenSheet:
    """A sheet, read and placed."""

    workbook: Workbook
    source: str  # for people
    edition: Edition
    printed: Printed
    tidy: Tidy

    @property
    def last(self) -> date:
        """The last day that it speaks of; sheets that say none come first."""
        return self.tidy.last or date.min


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A dataset's part of a sheet."""

    part: Part
    sheet: OpenSheet


@dataclass(frozen=True, slots=True)
class Said:
    """A figure of a sheet."""

    observed: Observed
    sheet: OpenSheet

    def __str__(self) -> str:
        cell = self.observed.cells[0]
        return f"sheet {self.sheet.printed.sheet}!{cell_name(cell.row, cell.column)}"

    @property
    def origin(self) -> CellOrigin:
        """Its first cell."""
        cell = self.observed.cells[0]
        return CellOrigin(self.sheet.source, cell.row, column_letters(cell.column), cell.text)
