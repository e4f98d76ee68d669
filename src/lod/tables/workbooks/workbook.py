"""Tidy sheets as tables: .xlsx, .xls, .xlsb and .ods, read by calamine (https://docs.rs/calamine).

The first row that has a cell is the header, each row below with a cell in it a row of the table; its number is the one
that the spreadsheet program shows. Of a formula it is the value that was saved with it. What a number, a date or a
truth value is, the cell says: it has that datatype. Sheets made for the eye are read by cube files instead.
"""

from __future__ import annotations

import csv
import datetime
import re
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path

import duckdb
import python_calamine as calamine

from lod.diagnostics import CellOrigin, Findings, did_you_mean
from lod.tables.csv import check_header
from lod.tables.expansion import workbook_fits
from lod.tables.parquet import file_digest
from lod.tables.typed import Source, TypedColumn, TypedTable, duration, quoted, staged, typed_table
from lod.tables.workbooks.opendocument import merged_ranges
from lod.tables.workbooks.sheets import cell_name, damage_reported, merged_areas
from lod.tables.workbooks.silent_cells import silent_cells
from lod.wording import say

Row = Sequence[object]

_EXACT = 10**15  # a spreadsheet keeps 15 digits: beyond them a whole number is not exact
_LEAST = 1e-9  # what is smaller is no decimal that anybody has typed
_SHOWN = 3
_HOURS = re.compile(r"PT(\d+)H(\d+)M(\d+(?:\.\d+)?)S")


def open_sheet(path: Path, sheet: str, source: Source, findings: Findings) -> TypedTable | None:
    """A handle on a sheet, by its name or its number from 1; '' is the first. None, and findings, when it is no table.

    Findings: LOD2001 no such file, LOD2006 a header that cannot be used, LOD2007 no rows, LOD2008 unreadable, LOD2023
    no such sheet, LOD2024 merged cells, LOD2061 (warning) cells that show an error, LOD2062 formulas without a value,
    LOD2501 not a workbook, LOD5070 it unpacks to too much.
    """
    found = file_digest(path, source, findings)
    if found is None:
        return None
    if not workbook_fits(path, source.name, findings, source.declared):
        return None
    opened = None
    with damage_reported(source.name, findings, source.declared):
        workbook = calamine.CalamineWorkbook.from_path(str(path))
        opened = _sheet(workbook, sheet, source, findings)
    if opened is None or not _is_tidy(opened, path, source, findings):
        return None
    rows = _filled_rows(opened)
    first = next(rows, None)
    if first is None:
        message = say("the sheet '{opened}' of {source} is empty", opened=opened.name, source=source.name)
        findings.error("LOD2007", message, source.declared, say("a table needs a header and a row"))
        return None
    width = len(first[1])
    target = staged(".parquet")
    if source.dialect.header:
        filled = _stage(rows, width, target)
        columns = _header(first[1], filled, source, findings, first[0])
    else:
        _stage(chain([first], rows), width, target)
        columns = [str(n) for n in range(1, width + 1)]
    _tell_silent_cells(path, opened.name, columns, first[0], source, findings)
    cells = [TypedColumn(column, f"v{n}", f"k{n}") for n, column in enumerate(columns)]
    return typed_table(source, path, *found, target, cells, "number")


def _sheet(
    workbook: calamine.CalamineWorkbook, sheet: str, source: Source, findings: Findings
) -> calamine.CalamineSheet | None:
    names = [each.name for each in workbook.sheets_metadata if each.typ is calamine.SheetTypeEnum.WorkSheet]
    if sheet in names:
        return workbook.get_sheet_by_name(sheet)
    number = int(sheet) if sheet.isdecimal() else 0 if sheet else 1
    if 1 <= number <= len(names):
        return workbook.get_sheet_by_name(names[number - 1])
    hint = did_you_mean(sheet, names)
    findings.error(
        "LOD2023",
        say("{source} has no sheet '{sheet}'", source=source.name, sheet=sheet),
        source.declared,
        hint,
        [CellOrigin(source.name)],
    )
    return None


def _is_tidy(sheet: calamine.CalamineSheet, path: Path, source: Source, findings: Findings) -> bool:
    areas = merged_areas(sheet)
    if zipfile.is_zipfile(path) and path.suffix.lower() == ".ods":
        areas = merged_ranges(path.read_bytes()).get(sheet.name, ())
    if areas:
        ranges = [f"{cell_name(a.top, a.left)}:{cell_name(a.bottom, a.right)}" for a in areas[:_SHOWN]]
        more = f" and {len(areas) - _SHOWN} more" if len(areas) > _SHOWN else ""
        message = say(
            "the sheet '{sheet}' of {source} has merged cells: {ranges}{more}",
            sheet=sheet.name,
            source=source.name,
            ranges=", ".join(ranges),
            more=more,
        )
        hint = say("a sheet made for the eye is read by a cube file; or unmerge the cells")
        where = [CellOrigin(source.name, area.top, cell_name(area.top, area.left)) for area in areas[:_SHOWN]]
        findings.error("LOD2024", message, source.declared, hint, where)
    return not areas


def _header(row: Row, filled: Sequence[bool], source: Source, findings: Findings, number: int) -> list[str]:
    """The columns' names, without the columns at the end that have neither a name nor a cell."""
    names = [_text_and_kind(cell)[0].strip() for cell in row]
    while names and not names[-1] and not filled[len(names) - 1]:
        names.pop()
    check_header(names, source.name, findings, number)
    return names


def _tell_silent_cells(
    path: Path, sheet: str, columns: Sequence[str], header: int, source: Source, findings: Findings
) -> None:
    """Tell of cells in used columns from which no value comes, though they show something."""
    found: dict[tuple[str, bool], list[CellOrigin]] = {}
    for cell in silent_cells(path, sheet):
        name = columns[cell.column - 1] if cell.column <= len(columns) else ""
        if name in source.asked and (cell.row > header or not source.dialect.header):
            origins = found.setdefault((name, bool(cell.text)), [])
            origins.append(CellOrigin(source.name, cell.row, name, cell.text))
    for (name, is_error), origins in found.items():
        count, where = len(origins), origins[:_SHOWN]
        if is_error:
            message = say(
                "{count:,} {count:cell|cells} of '{name}' in {source} {count:shows|show} an error, as {text}: no value "
                "comes from there",
                count=count,
                name=name,
                source=source.name,
                text=where[0].text,
            )
            findings.warning("LOD2061", message, where[0], say("correct the formula, and save"), where[1:])
            continue
        message = say(
            "{count:,} {count:formula|formulas} of '{name}' in {source} {count:has|have} no value",
            count=count,
            name=name,
            source=source.name,
        )
        hint = say("open it in a spreadsheet program, which works them out, and save it: what wrote the file did not")
        findings.error("LOD2062", message, where[0], hint, where[1:])


def _filled_rows(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, Row]]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if any(_has(cell) for cell in row):
            yield number, row


def _has(cell: object) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _stage(records: Iterator[tuple[int, Row]], width: int, target: Path) -> list[bool]:
    """Rows as Parquet: `number`, and for each column its text `v0` … and its kind `k0` …; an empty cell has no text.

    A spreadsheet knows no midnight: in a column with moments a day is one, too. Returns which columns have a cell.
    """
    table = target.with_suffix(".csv")
    has_moments = [False] * width
    with table.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow
        for number, row in records:
            cells = [_text_and_kind(cell) for cell in row[:width]]
            for place, (_, kind) in enumerate(cells):
                if kind == "dateTime":
                    has_moments[place] = True
            write([number, *chain.from_iterable(cells)])
    names = ", ".join(f"'v{n}': 'VARCHAR', 'k{n}': 'VARCHAR'" for n in range(width))
    chosen = ", ".join(_chosen(n, has_moments=has_moments[n]) for n in range(width))
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(
            f"COPY (SELECT number, {chosen} FROM read_csv({quoted(str(table))}, "
            f"columns = {{'number': 'BIGINT', {names}}}, header = false, nullstr = '', allow_quoted_nulls = true, "
            "auto_detect = false, quote = '\"', escape = '\"', delim = ',', new_line = '\\n')) "
            f"TO {quoted(str(target))} (FORMAT parquet, COMPRESSION lz4_raw)"
        )
        counts = ", ".join(f"count(v{n}) > 0" for n in range(width))
        filled = connection.execute(f"SELECT {counts} FROM read_parquet({quoted(str(target))})").fetchone()
    table.unlink()
    return [bool(each) for each in filled or ()]


def _chosen(n: int, *, has_moments: bool) -> str:
    if not has_moments:
        return f"v{n}, coalesce(k{n}, '') AS k{n}"
    return (
        f"CASE WHEN k{n} = 'date' THEN v{n} || 'T00:00:00' ELSE v{n} END AS v{n}, "
        f"CASE WHEN k{n} = 'date' THEN 'dateTime' ELSE coalesce(k{n}, '') END AS k{n}"
    )


def _text_and_kind(cell: object) -> tuple[str, str]:
    """A cell's canonical text and the name of its XSD datatype, '' for text."""
    match cell:
        case bool():
            return str(cell).lower(), "boolean"
        case int():
            return str(cell), "integer"
        case float():
            return _number(cell)
        case datetime.datetime():
            return cell.isoformat(), "dateTime"
        case datetime.date():
            return cell.isoformat(), "date"
        case datetime.time():
            return cell.isoformat(), "time"
        case datetime.timedelta():
            return duration(cell), "duration"
        case _:
            text = str(cell)
            if found := _HOURS.fullmatch(text):  # of OpenDocument, a day or more
                hours, minutes, seconds = map(float, found.groups())
                return duration(datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)), "duration"
            return (text if text.strip() else ""), ""


def _number(number: float) -> tuple[str, str]:
    size = abs(number)
    if size >= _EXACT or 0 < size < _LEAST:
        return repr(number), "double"
    if number.is_integer():
        return str(int(number)), "integer"
    return format(Decimal(repr(number)), "f"), "decimal"
