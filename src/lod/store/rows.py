"""How many rows a result has, counted in the bytes that its serialiser writes.

https://www.w3.org/TR/sparql11-results-json/ , https://www.w3.org/TR/rdf-sparql-XMLres/ ,
https://www.w3.org/TR/sparql11-results-csv-tsv/

The serialiser writes all or nothing and tells no count, and a limit of rows needs one while it writes. Each format has
a mark that stands once a row and that no text in a cell can imitate: quotes in JSON are escaped with a backslash, those
in CSV doubled, `<` in XML and line ends in TSV are escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lod.rdf.formats import RESULTS_CSV, RESULTS_JSON, RESULTS_XML, Format

_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_MARKS = {RESULTS_JSON: b"},{", RESULTS_XML: b"</result>", RESULTS_CSV: b"\r\n"}


@dataclass(slots=True)
class RowCounter:
    """Counts rows block by block; `rows` is exact after the last block."""

    format: Format
    rows: int = 0
    _mark: bytes = field(init=False)
    _quotes: int = 0  # outside or inside a string: their parity
    _escape: bytes = b""  # a backslash at the end of the last block
    _tail: bytes = b""  # the end of the last block, where a mark may have begun
    _is_first: bool = True

    def __post_init__(self) -> None:
        self._mark = _MARKS.get(self.format, b"\n")

    def count(self, block: bytes) -> int:
        """Take the next block. Returns the rows so far."""
        if self.format is RESULTS_JSON:
            if self._is_first and (rows := _rows_of_simple_json(block)) is not None:
                self._is_first, self.rows = False, rows
                return rows
            block = self._outside_strings(self._unescaped(block))
        elif self.format is RESULTS_CSV:
            block = self._outside_strings(block)
        text = self._tail + block
        self.rows += text.count(self._mark)
        if self._is_first:
            self._count_first(text)
        self._tail = text[1 - len(self._mark) :] if len(self._mark) > 1 else b""
        return self.rows

    def _count_first(self, text: bytes) -> None:
        """The mark of JSON stands between rows, so the first has none; the header of CSV and TSV is no row."""
        if self.format is RESULTS_XML:
            return
        if self.format is RESULTS_JSON:
            if b"[{" in text:
                self.rows += 1
                self._is_first = False
        elif self._mark in text:
            self.rows -= 1
            self._is_first = False

    def _unescaped(self, block: bytes) -> bytes:
        text = _ESCAPED.sub(b"", self._escape + block)
        self._escape = b"\\" if text.endswith(b"\\") else b""
        return text.removesuffix(b"\\")

    def _outside_strings(self, block: bytes) -> bytes:
        parts = block.split(b'"')
        outside = parts[self._quotes % 2 :: 2]
        self._quotes += len(parts) - 1
        return b"".join(outside)


def _rows_of_simple_json(document: bytes) -> int | None:
    """The rows of a whole document in JSON, ten times as soon; None where it is a part, or a text looks like a mark.

    Where nothing is escaped no quote stands inside a text: a mark and the quote after it are those of a next row, or
    the end of a text, which a comma or a bracket follows.
    """
    is_whole = document.startswith(b'{"head":') and document.endswith(b"]}}") and document.count(b'"') % 2 == 0
    if not is_whole or b"\\" in document:
        return None
    marks = document.count(b"},{")
    if marks != document.count(b'},{"') or b'},{",' in document or b'},{"}' in document:
        return None
    return marks + (b'"bindings":[{' in document)
