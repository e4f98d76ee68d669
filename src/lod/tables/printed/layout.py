"""How a printed sheet is laid out, as somebody declared it, and the parts that a cell can play in it.

The declaration itself belongs to the mapping language that says it (`lod.mapping.cube.model.Layout`); here stands what
a reader needs of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from lod.tables.printed.values import Marks, State


class Role(StrEnum):
    """What a cell is. Every cell that is not blank has exactly one."""

    TITLE = "title"
    HEADER = "header"
    LABEL = "label"
    DATA = "data"
    ATTRIBUTE = "attribute"  # a text about the figures of its row
    NOTE = "note"
    IGNORED = "ignored"
    OUTSIDE = "outside"  # the area of this table: another one's


class Layout(Protocol):
    """Rows and columns are counted from 1; texts are compared by `lod.tables.printed.text.label_key`."""

    @property
    def area(self) -> tuple[int, int, int, int] | None:
        """(top, left, bottom, right) of this table, if the sheet holds others besides."""

    @property
    def header_start(self) -> re.Pattern[str] | None:
        """What stands in the first row of each header, if its rows are counted from there."""

    @property
    def header_rows(self) -> tuple[int, ...]:
        """The rows of the first header, one below the other; () if its first cell is merged over them."""

    @property
    def label_rows(self) -> tuple[int, ...]:
        """Those of them whose texts are matched; the others repeat them, say in English. (): all."""

    @property
    def has_chinese_labels(self) -> bool:
        """Whether the labels are the header's Chinese texts, and those without letters, in whichever row."""

    @property
    def fill_header(self) -> bool:
        """Whether an empty header cell repeats the one to its left: for files without merged ranges."""

    @property
    def label_columns(self) -> tuple[int, ...]:
        """The columns whose texts say what a row is."""

    @property
    def translation_columns(self) -> tuple[int, ...]:
        """Columns that repeat the labels in another language."""

    @property
    def fills_down(self) -> bool:
        """Whether an empty label cell repeats the one above it, where several columns hold labels."""

    @property
    def attribute_columns(self) -> tuple[int, ...]:
        """The columns of texts about the figures of their row."""

    @property
    def data_columns(self) -> tuple[int, ...]:
        """The columns of figures; empty: all others that have a header."""

    @property
    def is_numbered(self) -> bool:
        """Whether the numbers before labels say how deep they are: 一、 over （一） over 1."""
        ...

    @property
    def is_indented(self) -> bool:
        """Whether a label moved in belongs to the one above it that is moved in less."""

    @property
    def parents(self) -> tuple[tuple[str, ...], ...]:
        """Labels, or patterns between slashes, that begin a group of rows: outermost level first."""

    @property
    def title_patterns(self) -> tuple[re.Pattern[str], ...]:
        """A row above a header whose first text matches one belongs to the title."""

    @property
    def note_patterns(self) -> tuple[re.Pattern[str], ...]:
        """A row whose first text matches one holds notes."""

    @property
    def ignored_patterns(self) -> tuple[re.Pattern[str], ...]:
        """Cells whose text matches one mean nothing."""

    @property
    def ignored_areas(self) -> tuple[tuple[int, int, int, int], ...]:
        """(top, left, bottom, right) of cells that mean nothing."""

    @property
    def has_headings(self) -> bool:
        """Whether a label without figures is allowed: it begins a group."""

    @property
    def marks(self) -> Marks:
        """What is declared about the figures."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text of a sheet and its cell."""

    text: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class DataCell:
    """A figure and what the sheet says about it: the labels of its row and of its column, outermost first."""

    row: int
    column: int
    text: str
    state: State
    number: Decimal | None
    row_path: tuple[Label, ...]
    column_path: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A sheet, read. `roles`: (row, column) → role, of every cell that is not blank."""

    sheet: str
    cells: tuple[DataCell, ...]
    titles: tuple[Label, ...]
    notes: tuple[Label, ...]
    roles: dict[tuple[int, int], Role]
    attributes: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column) → text
