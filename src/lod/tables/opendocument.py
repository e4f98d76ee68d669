"""Merged ranges of OpenDocument sheets, which calamine does not give.

OpenDocument 1.3, part 3: https://docs.oasis-open.org/office/OpenDocument/v1.3/os/part3-schema/, §9.1 tables. Only spans
are read, in the order of the document; expat refuses entity bombs by itself.
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
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            root = ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314 see above
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return {}
    return {table.get(f"{_TABLE}name", ""): tuple(sorted(_areas(table))) for table in root.iter(f"{_TABLE}table")}


def _areas(table: ElementTree.Element) -> Iterator[Area]:
    row = 1
    for line in table.iter(f"{_TABLE}table-row"):
        column = 1
        for cell in line:
            if cell.tag not in _CELLS:
                continue
            rows, columns = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            if rows * columns > 1:
                yield Area(row, column, row + rows - 1, column + columns - 1)
            column += _count(cell, "number-columns-repeated")
        row += _count(line, "number-rows-repeated")


def _count(element: ElementTree.Element, name: str) -> int:
    text = element.get(_TABLE + name, "1")
    return int(text) if text.isdecimal() else 1
