"""What calamine does not give of OpenDocument sheets: merged ranges, and cells as the document has them.

OpenDocument 1.3, part 3: https://docs.oasis-open.org/office/OpenDocument/v1.3/os/part3-schema/, §9.1 tables. Tables are
read in the order of the document; expat refuses entity bombs by itself.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from lod.tables.area import Area

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def merged_ranges(content: bytes) -> dict[str, tuple[Area, ...]]:
    """The merged ranges of each sheet, by its name; {} for a file that is no OpenDocument archive."""
    return {table.get(f"{_TABLE}name", ""): tuple(sorted(_areas(table))) for table in _tables(content)}


def sheet_of(content: bytes, name: str) -> ElementTree.Element | None:
    """The sheet of a name, None if there is none."""
    return next((table for table in _tables(content) if table.get(f"{_TABLE}name") == name), None)


def cells_of(table: ElementTree.Element) -> Iterator[tuple[int, int, ElementTree.Element]]:
    """Row and column, from 1, of each cell that the document writes; of repeated ones the first."""
    row = 1
    for line in table.iter(f"{_TABLE}table-row"):
        column = 1
        for cell in line:
            if cell.tag in _CELLS:
                yield row, column, cell
                column += _count(cell, "number-columns-repeated")
        row += _count(line, "number-rows-repeated")


def _tables(content: bytes) -> Iterator[ElementTree.Element]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            root = ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314 see above
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return
    yield from root.iter(f"{_TABLE}table")


def _areas(table: ElementTree.Element) -> Iterator[Area]:
    for row, column, cell in cells_of(table):
        rows, columns = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
        if rows * columns > 1:
            yield Area(row, column, row + rows - 1, column + columns - 1)


def _count(element: ElementTree.Element, name: str) -> int:
    text = element.get(_TABLE + name, "1")
    return int(text) if text.isdecimal() else 1
