"""How much a packed file may grow: some kilobytes that unpack to a terabyte are an attack or a mistake.

Statistics shrink 5 to 50 times when they are packed. What grows beyond `MOST_TIMES` times its size is refused, before
it has filled memory or disk; what stays below `ALWAYS` may grow as it likes.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lod.diagnostics import CellOrigin, Findings, Origin
from lod.wording import say

MOST_TIMES = 200
ALWAYS = 100 << 20  # bytes

MOST_CELLS = 100_000_000  # of a sheet, from its first cell to its last; .ods has that limit in its reader

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_COLUMN = re.compile(rb"""\sr=["']([A-Z]{1,3})[0-9]{1,7}["']""")
_ROW = re.compile(rb"""\sr=["'][A-Z]{0,3}([0-9]{1,7})["']""")
_LONGEST_REFERENCE = 16  # bytes
_AT_A_TIME = 1 << 20  # bytes
_ENDLESS = 1 << 62  # likewise
_BEST = 1032  # times that deflate can shrink anything: https://www.rfc-editor.org/rfc/rfc1951


class Expands(Exception):
    """More has come out of a packed file than may."""


class Readable(Protocol):
    """What unpacked bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; b'' at the end."""


class Bounded:
    """Unpacked bytes, as many as may come out of `packed` bytes."""

    def __init__(self, source: Readable, packed: int) -> None:
        self._source = source
        self._left = most_unpacked(packed)

    def read(self, size: int = -1, /) -> bytes:
        """As the source.

        Raises:
            Expands: that is more than may be.
        """
        data = self._source.read(min(size, _AT_A_TIME) if size >= 0 else _AT_A_TIME)
        self._left -= len(data)
        if self._left < 0:
            raise Expands
        return data


def most_unpacked(packed: int) -> int:
    """Bytes that may come out of so many packed ones."""
    return max(ALWAYS, packed * MOST_TIMES)


def refuse_expanding(name: str, packed: int, findings: Findings, declared: Origin | None) -> None:
    """The finding, LOD5070, about a file that grows too much."""
    message = say(
        "{name} unpacks to more than {megabytes:,} MB, from {packed:,} bytes",
        name=name,
        megabytes=most_unpacked(packed) >> 20,
        packed=packed,
    )
    hint = say("where that is right, unpack it yourself and name the file that comes out")
    findings.error("LOD5070", message, declared, hint, [CellOrigin(name)])


def workbook_fits(path: Path, name: str, findings: Findings, declared: Origin | None) -> bool:
    """Whether a workbook may be read as a whole, as its reader does; else a finding, LOD5070 or LOD5071.

    .xlsx, .xlsb and .ods are zip archives. What they say of their size is not believed: the parts are unpacked once.
    """
    packed = path.stat().st_size
    if not zipfile.is_zipfile(path):
        return True
    left = most_unpacked(packed)
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                is_sheet = _SHEET.fullmatch(part.filename) is not None
                if not is_sheet and packed * _BEST <= ALWAYS:
                    continue
                part.file_size = _ENDLESS  # or reading would end where the archive says
                extent = _Extent()
                with archive.open(part) as file:
                    while left >= 0 and (data := file.read(_AT_A_TIME)):
                        left -= len(data)
                        if is_sheet:
                            extent.take(data)
                if extent.rows * extent.columns > MOST_CELLS:
                    _refuse_far(name, extent, findings, declared)
                    return False
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError):
        return True  # damaged or locked: its reader says how
    if left < 0:
        refuse_expanding(name, packed, findings, declared)
    return left >= 0


@dataclass(slots=True)
class _Extent:
    """How far the cells of a sheet's XML go; its reader has room for all of them, empty or not."""

    rows: int = 0
    columns: int = 0
    column: str = ""  # the last one's letters
    _rest: bytes = b""

    def take(self, data: bytes) -> None:
        """Look at the next bytes."""
        text = self._rest + data
        self._rest = text[-_LONGEST_REFERENCE:]
        letters = max(set(_COLUMN.findall(text)), key=_number, default=b"")
        if _number(letters) > self.columns:
            self.columns, self.column = _number(letters), letters.decode("ascii")
        for row in _ROW.findall(text)[-1:]:
            self.rows = max(self.rows, int(row))


def _number(letters: bytes) -> int:
    """A → 1, XFD → 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("@")
    return number


def _refuse_far(name: str, extent: _Extent, findings: Findings, declared: Origin | None) -> None:
    message = say(
        "a sheet of {name} goes to row {row:,} and column {column}: {cells:,} cells",
        name=name,
        row=extent.rows,
        column=extent.column,
        cells=extent.rows * extent.columns,
    )
    hint = say("something stands far outside of the table: delete the rows below and the columns beside it, and save")
    findings.error("LOD5071", message, declared, hint, [CellOrigin(name, extent.rows)])
