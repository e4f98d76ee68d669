"""Cells that show something and have no value: errors as #N/A, and formulas whose value was not saved with them.

calamine gives both as empty. Of .xlsx (ECMA-376, part 1, §18.3.1.4 c) and .ods (OpenDocument 1.3, part 3, §9.1.4) they
are looked for here; .xls and .xlsb do not tell.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree

from lod.tables.workbooks.opendocument import cells_of, sheet_of

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
_BLOCK = 1 << 20
_CELL = re.compile(rb'<(?:\w+:)?c\s(?=[^>]*?\br="([A-Z]+)(\d+)")([^>]*[^/>])>(.*?)</(?:\w+:)?c>', re.DOTALL)
_END = re.compile(rb"</(?:\w+:)?row>")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)<")
_IS_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


@dataclass(frozen=True, slots=True)
class SilentCell:
    """Row and column from 1; `text` is the error that is shown, '' for a formula without a value."""

    row: int
    column: int
    text: str


def silent_cells(path: Path, sheet: str) -> Iterator[SilentCell]:
    """Those of a sheet, row by row; none of a file that does not tell."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "content.xml" in names:
                yield from _of_opendocument(path.read_bytes(), sheet)
            elif "xl/workbook.xml" in names and (part := _part(archive, sheet)) in names:
                yield from _of_xlsx(archive, part)
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, OSError):
        return  # its reader has read it all the same


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Where the sheet of a name stands in an .xlsx; '' if nowhere."""
    # S314: expat refuses entity bombs by itself
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relation = next((e.get(_RELATION) for e in book.iter(f"{_MAIN}sheet") if e.get("name") == sheet), None)
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next((each.get("Target", "") for each in relations if each.get("Id") == relation), "")
    return target[1:] if target.startswith("/") else normpath(join("xl", target))


def _of_xlsx(archive: zipfile.ZipFile, part: str) -> Iterator[SilentCell]:
    rest = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            text = rest + block
            end = max((found.end() for found in _END.finditer(text)), default=0)
            rest = text[end:]
            if b't="e"' in text or _IS_FORMULA.search(text):
                yield from _in(text[:end])


def _in(rows: bytes) -> Iterator[SilentCell]:
    for letters, number, attributes, body in _CELL.findall(rows):
        value = _VALUE.search(body)
        column = 0
        for letter in letters:
            column = column * 26 + letter - ord("@")
        if b't="e"' in attributes:
            yield SilentCell(int(number), column, value[1].decode() if value else "#N/A")
        elif value is None and b't="str"' not in attributes and _IS_FORMULA.search(body):
            yield SilentCell(int(number), column, "")


def _of_opendocument(content: bytes, name: str) -> Iterator[SilentCell]:
    table = sheet_of(content, name)
    for row, column, cell in cells_of(table) if table is not None else ():
        if cell.get(_CALC) == "error":
            yield SilentCell(row, column, "".join(cell.itertext()).strip() or "#N/A")
        elif cell.get(_FORMULA) and not cell.get(_OFFICE):
            yield SilentCell(row, column, "")
