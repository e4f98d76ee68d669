"""A sheet with its declaration: what its cells hold once ignored ones are blank, and which roles they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lod.diagnostics import CellOrigin, Findings
from lod.tables.printed.layout import Layout, Role
from lod.tables.workbooks.sheets import Sheet, cell_name, column_letters
from lod.wording import NOTHING, Wording, say


@dataclass(frozen=True)
class Page:
    """A sheet and how it is read. `source` is its name for people: 101.xls sheet 表2按官等分."""

    sheet: Sheet
    source: str
    layout: Layout
    findings: Findings
    roles: dict[tuple[int, int], Role] = field(default_factory=dict)

    def text(self, row: int, column: int) -> str:
        """A cell's text; '' where it is blank, ignored, or of another table."""
        if self.roles.get((row, column)) in (Role.IGNORED, Role.OUTSIDE):
            return ""
        return self.sheet.text(row, column)

    def columns(self, row: int) -> list[int]:
        """The columns in which a row says something."""
        return [column for column in range(1, self.sheet.width + 1) if self.text(row, column).strip()]

    def mark(self, row: int, role: Role, columns: Iterable[int] | None = None) -> None:
        """Give the cells of a row their role."""
        for column in self.columns(row) if columns is None else columns:
            self.roles[row, column] = role

    def origin(self, row: int, column: int) -> CellOrigin:
        """Where a cell is, for findings."""
        return CellOrigin(self.source, row, column_letters(column), self.sheet.text(row, column))

    def error(self, code: str, row: int, column: int, message: Wording, hint: Wording = NOTHING) -> None:
        """A finding about one cell."""
        place = say("sheet {sheet}!{cell}", sheet=self.sheet.name, cell=cell_name(row, column))
        self.findings.error(
            code, say("{place}: {message}", place=place, message=message), self.origin(row, column), hint
        )
