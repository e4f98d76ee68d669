"""Workbooks as grids: the cells of .xls, .xlsx, .ods and .csv as they are stored, and which of them are merged.

The reading itself is done by calamine (https://docs.rs/calamine) and, for CSV, by Python's `csv`. Nothing is cleaned
here: a number stays a number, a text keeps its spaces.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import python_calamine as calamine

from lod.diagnostics import CellOrigin, Findings, Origin, did_you_mean
from lod.tables.area import Area
from lod.tables.encodings import UNMARKED, lacks_mark, likely_encoding, python_codec, user_defined
from lod.tables.expansion import workbook_fits
from lod.tables.workbooks.opendocument import merged_ranges
from lod.wording import NOTHING, Wording, say

SUFFIXES = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".csv")

Value = str | int | float | bool

_LETTERS = 26


@dataclass(frozen=True)
class Sheet:
    """One sheet. Rows and columns are counted from 1; an empty cell is None, a date is its ISO text.

    `is_typed`: the file tells numbers from texts; a CSV does not.
    """

    name: str
    rows: tuple[tuple[Value | None, ...], ...]
    merged: tuple[Area, ...] = ()
    is_typed: bool = True

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self.rows)

    @cached_property
    def width(self) -> int:
        """The number of columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)

    def value(self, row: int, column: int) -> Value | None:
        """What is stored in a cell; None outside the sheet."""
        if not 1 <= row <= self.height or not 1 <= column <= len(self.rows[row - 1]):
            return None
        return self.rows[row - 1][column - 1]

    def text(self, row: int, column: int) -> str:
        """A cell as text, with its spaces: a whole number without a decimal point, '' for an empty cell."""
        return text_of(self.value(row, column))

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell that shows its value here: the first of the merged range, or the cell itself."""
        return self._anchors.get((row, column), (row, column))

    @cached_property
    def _anchors(self) -> dict[tuple[int, int], tuple[int, int]]:
        return {
            (row, column): (area.top, area.left)
            for area in self.merged
            for row in range(area.top, area.bottom + 1)
            for column in range(area.left, area.right + 1)
        }


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file of sheets. A CSV is a workbook of one sheet, called by the file's name without its ending."""

    name: str  # as people know it
    path: Path
    digest: str  # SHA-256, hexadecimal
    size: int  # bytes
    sheets: tuple[Sheet, ...] = field(repr=False)


def text_of(value: Value | None) -> str:
    """A stored value as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def column_letters(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """(17, 3) → C17."""
    return f"{column_letters(column)}{row}"


def open_workbook(path: Path, name: str, encoding: str, findings: Findings, declared: Origin | None) -> Workbook | None:
    """Read all sheets of a file. None, and a finding, when that fails.

    Findings: LOD2001 no such file, LOD2002 wrong encoding, LOD2008 unreadable, LOD2501 not a workbook, LOD5070 it
    unpacks to too much.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        near = [each.name for each in path.parent.iterdir() if each.is_file()] if path.parent.is_dir() else []
        findings.error("LOD2001", say("there is no table {name}", name=name), declared, did_you_mean(path.name, near))
        return None
    except OSError as error:
        findings.error("LOD2008", say("cannot read {name}: {strerror}", name=name, strerror=error.strerror), declared)
        return None
    if path.suffix.lower() == ".csv":
        sheets = _csv_sheets(content, path.stem, name, encoding, findings)
    elif not workbook_fits(path, name, findings, declared):
        return None
    else:
        sheets = _sheets(content, name, findings, declared)
    if sheets is None:
        return None
    return Workbook(name, path, hashlib.sha256(content).hexdigest(), len(content), sheets)


def _sheets(content: bytes, name: str, findings: Findings, declared: Origin | None) -> tuple[Sheet, ...] | None:
    with damage_reported(name, findings, declared):
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        spans = merged_ranges(content) if name.lower().endswith(".ods") else {}
        return tuple(
            _sheet(workbook.get_sheet_by_name(each.name), spans.get(each.name, ()))
            for each in workbook.sheets_metadata
            if each.typ is calamine.SheetTypeEnum.WorkSheet
        )
    return None


@contextmanager
def damage_reported(name: str, findings: Findings, declared: Origin | None) -> Iterator[None]:
    """Ends the body with a finding, LOD2501, where calamine cannot read a workbook."""
    try:
        yield
    except calamine.PasswordError:
        findings.error(
            "LOD2501",
            say("{name} is locked with a password", name=name),
            declared,
            say("save it without one"),
            [CellOrigin(name)],
        )
    except (calamine.CalamineError, OSError) as error:
        hint = say(
            "open it in a spreadsheet program and save it again as .xlsx; some programs call a web page or a CSV .xls"
        )
        findings.error(
            "LOD2501",
            say("{name} is not a workbook: {error}", name=name, error=error),
            declared,
            hint,
            [CellOrigin(name)],
        )


def _sheet(sheet: calamine.CalamineSheet, spans: tuple[Area, ...]) -> Sheet:
    rows = tuple(tuple(_value(cell) for cell in row) for row in sheet.to_python(skip_empty_area=False))
    return Sheet(sheet.name, rows, merged_areas(sheet) or spans)


def merged_areas(sheet: calamine.CalamineSheet) -> tuple[Area, ...]:
    """The merged ranges that calamine knows: none of OpenDocument (`lod.tables.workbooks.opendocument` does)."""
    return tuple(
        sorted(
            Area(top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        )
    )


def _value(cell: object) -> Value | None:
    if isinstance(cell, (datetime.datetime, datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    assert isinstance(cell, (str, int, float, bool)), "calamine has no other values"
    return None if cell == "" and isinstance(cell, str) else cell


def _looks_like(likely: str) -> Wording:
    hint = say("it looks like {likely}: set 'encoding: {likely}' beside 'source'", likely=likely)
    return hint if likely else NOTHING


def _csv_sheets(content: bytes, stem: str, name: str, encoding: str, findings: Findings) -> tuple[Sheet, ...] | None:
    if lacks_mark(content, encoding):
        findings.error("LOD2002", UNMARKED, CellOrigin(name, 1), _looks_like(likely_encoding(content)))
        return None
    try:
        text = content.decode(python_codec(encoding))
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        message = say(
            "byte {content:#04x} (line {row}) does not fit {encoding}",
            content=content[error.start],
            row=row,
            encoding=encoding,
        )
        codec = python_codec(encoding)
        hint = user_defined(error, codec) or _looks_like(likely_encoding(content, codec))
        findings.error("LOD2002", message, CellOrigin(name, row), hint or say("set 'encoding' beside 'source'"))
        return None
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        findings.error("LOD2005", say("{name} cannot be read: {error}", name=name, error=error), CellOrigin(name))
        return None
    return (Sheet(stem, tuple(_texts(record) for record in records), is_typed=False),)


def _texts(record: Iterable[str]) -> tuple[str | None, ...]:
    return tuple(cell or None for cell in record)
