"""CSV → Parquet: every record checked, in file order, cells as text, empty cells and declared nulls as null.

The fast way is DuckDB's strict reader. What it lets pass (measured with 2.0.0: NUL bytes, an empty cell too many at the
end of a row, blank lines, spaces before a quote) is looked for in the bytes first; whatever the fast way cannot vouch
for goes through the exact pass of `lod.tables.csv`, which says what is wrong and where.

Parquet keeps the order of the rows, so a row's number is its position: proven by tests/tables/test_ingest.py.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from lod.diagnostics import CellOrigin, Findings
from lod.tables.csv import NO_CELL, Reject, rewrite
from lod.tables.documents.json import ingest_json
from lod.tables.encodings import is_utf8
from lod.tables.table import Table
from lod.tables.typed import TypedTable, ingest_typed
from lod.wording import say

_BLOCK = 1 << 20
_MAX_LINE = 1 << 21  # bytes
_ROW_GROUP = 30720  # rows: a quarter of DuckDB's own choice halves the peak of memory and costs no time


def ingest(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[int],
    target: Path,
    findings: Findings,
    reject: Reject | None = None,
) -> int:
    """Write the chosen columns of a table, as `c0`, `c1` … by their place in the header, to a Parquet file.

    Returns the number of data rows; 0, and findings, when the table is not well-formed or has no rows. Rows of a
    CSV that are not well-formed go to `reject`, if there is one.
    """
    if isinstance(table, TypedTable):
        return ingest_typed(connection, table, columns, target, findings)
    if table.json:
        return ingest_json(connection, table, columns, target, findings)
    table = replace(table, columns=table.columns[: table.stored], computed=())
    before = len(findings.errors)
    rows = _fast(connection, table, columns, target) if is_utf8(table.dialect) and table.dialect.is_plain else None
    if rows is None:
        rows = _exact(connection, table, columns, target, findings, reject)
    if rows == 0 and len(findings.errors) == before:
        hint = say("a table needs at least one row under its header")
        report = findings.warning if table.may_be_empty else findings.error
        report("LOD2007", say("{table} has no data rows", table=table.name), CellOrigin(table.name), hint)
    return rows


def _fast(connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[int], target: Path) -> int | None:
    """DuckDB's reader over the file as it is; None when it refuses or cannot be trusted with this file."""
    seen = _profile(table)
    if seen.is_suspect:
        return None
    try:
        rows = _copy(connection, table, table.path, columns, target, header=table.dialect.header)
    except duckdb.InvalidInputException:
        return None
    records = rows + (1 if table.dialect.header else 0)
    return rows if seen.vouches_for(records, len(table.columns)) else None


def _exact(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[int],
    target: Path,
    findings: Findings,
    reject: Reject | None,
) -> int:
    clean = target.with_suffix(".clean.csv")
    try:
        if not rewrite(table, clean, findings, reject):
            return 0
        nulls = (*table.dialect.nulls, NO_CELL)
        plain = replace(table, dialect=replace(table.dialect, encoding="utf-8", delimiter=",", quote='"', nulls=nulls))
        # Found out, the line's end is mistaken where cells hold others; told, it never was in 4000 files of such cells.
        return _copy(connection, plain, clean, columns, target, header=False, more=r", new_line = '\n'")
    except duckdb.InvalidInputException as error:
        reason = str(error).splitlines()[0]
        findings.error(
            "LOD2008", say("{table} cannot be read: {reason}", table=table.name, reason=reason), CellOrigin(table.name)
        )
        return 0
    finally:
        clean.unlink(missing_ok=True)


def _copy(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Path,
    columns: Sequence[int],
    target: Path,
    *,
    header: bool,
    more: str = "",
) -> int:
    dialect = table.dialect
    names = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(table.columns)))
    meant = [*([""] if dialect.empty_is_null else []), *dialect.nulls]
    nulls = ", ".join(map(_quoted, meant or [NO_CELL]))
    options = (
        f"columns = {{{names}}}, header = {str(header).lower()}, delim = {_quoted(dialect.delimiter)}, "
        f"quote = {_quoted(dialect.quote)}, escape = {_quoted(dialect.quote)}, nullstr = [{nulls}], "
        f"allow_quoted_nulls = true, auto_detect = false, strict_mode = true, max_line_size = {_MAX_LINE}, "
        f"buffer_size = {_MAX_LINE * 2}{more}"
    )
    chosen = ", ".join(f"c{n}" for n in columns) or "c0"
    # The order of the rows is their number: it has to survive the parallel reader.
    connection.execute("SET preserve_insertion_order = true")
    done = connection.execute(
        f"COPY (SELECT {chosen} FROM read_csv({_quoted(str(source))}, {options})) "
        f"TO {_quoted(str(target))} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {_ROW_GROUP})"
    ).fetchone()
    return int(done[0]) if done else 0


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class _Profile:
    """What the bytes of a file say about what DuckDB's reader would let pass."""

    is_suspect: bool
    has_quotes: bool
    has_open_ends: bool  # a row ends in a delimiter: its last cell is empty, or one too many
    delimiters: int
    lines: int

    def vouches_for(self, rows: int, width: int) -> bool:
        """Whether `rows` records (header included) of `width` cells are all that the file holds.

        Without quotes this is arithmetic: a line a record, a delimiter between two cells, and DuckDB refuses rows that
        are too short. With quotes the patterns that it lets pass must not occur.
        """
        if self.has_quotes:
            return not self.has_open_ends
        return rows == self.lines and self.delimiters == (width - 1) * rows


def _profile(table: Table) -> _Profile:
    delimiter, quote = table.dialect.delimiter.encode(), table.dialect.quote.encode()
    ends = tuple(delimiter + empty + end for empty in (b"", quote * 2) for end in (b"\n", b"\r"))
    suspects = (b"\n\n", b"\n\r", b"\r\r", b" " + quote, quote + b" ")
    decoder = codecs.getincrementaldecoder("utf-8")()
    quoted = _holds(table, quote)
    delimiters, lines, suspect, open_ends, tail = 0, 0, False, False, b""
    with table.path.open("rb") as file:
        while (block := file.read(_BLOCK)) and not suspect:
            delimiters += block.count(delimiter)
            lines += block.count(b"\n")
            suspect = b"\0" in block or not _is_text(decoder, block)
            joined = tail + block
            if quoted:
                suspect = suspect or any(each in joined for each in suspects)
                open_ends = open_ends or any(each in joined for each in ends)
            tail = joined[-3:]
    open_ends = open_ends or tail.endswith((delimiter, delimiter + quote * 2))
    lines += not tail.endswith(b"\n")
    return _Profile(suspect, quoted, open_ends, delimiters, lines)


def _holds(table: Table, wanted: bytes) -> bool:
    with table.path.open("rb") as file:
        return any(wanted in block for block in iter(lambda: file.read(_BLOCK), b""))


def _is_text(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True
