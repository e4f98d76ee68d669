"""CSV: opening a file, and the exact pass that says what is wrong with it and where.

RFC 4180, https://www.rfc-editor.org/rfc/rfc4180, with the dialect that the mapping declares.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lod.diagnostics import CellOrigin, Findings, Origin, did_you_mean
from lod.tables.encodings import UNMARKED, encoding_hint, is_text, lacks_mark, python_codec, user_defined
from lod.tables.table import Dialect, Table
from lod.wording import Wording, say

_BLOCK = 1 << 22
_HEADER_LIMIT = 1 << 20  # bytes in which the header has to end
_NUL = say("a NUL byte in a cell")
_REJECTED = 2000  # characters of a rejected row that are kept
_SHOWN = 10  # findings of one kind a table
NO_CELL = "\x01 no cell \x01"
"""What stands in a copy where the file has no cell, and in no file: a null. Told to DuckDB, empty text is none."""

csv.field_size_limit(1 << 24)


def open_csv(path: Path, name: str, dialect: Dialect, findings: Findings, declared: Origin | None) -> Table | None:
    """A handle on a CSV file: its header is read and its digest taken. None, and findings, when that fails.

    `declared` is where the mapping names the file.
    """
    try:
        digest, size = _digest(path)
        with path.open("rb") as file:
            head = file.read(_HEADER_LIMIT)
    except OSError as error:
        _unreadable(path, name, error, findings, declared)
        return None
    if not head:
        findings.error(
            "LOD2007",
            say("{name} is empty", name=name),
            declared,
            say("a table needs a header and a row"),
            [CellOrigin(name)],
        )
        return None
    if not is_text(head, name, declared, findings):
        return None
    if lacks_mark(head, dialect.encoding):
        origin = CellOrigin(name, 1)
        findings.error("LOD2002", UNMARKED, origin, encoding_hint(head))
        return None
    text = codecs.getincrementaldecoder(python_codec(dialect.encoding))(errors="replace").decode(head)
    try:
        records = enumerate(_records(iter(text.splitlines(keepends=True)), dialect), start=1)
        header_row, first = next((each for each in records if dialect.is_plain or each[1]), (1, []))
    except csv.Error as error:
        findings.error("LOD2005", say("the header cannot be read: {error}", error=error), CellOrigin(name, 1))
        return None
    columns = tuple(first) if dialect.header else tuple(str(n) for n in range(1, len(first) + 1))
    if "\ufffd" in "".join(columns):
        _wrong_encoding(path, name, dialect, findings)
        return None
    if "\0" in "".join(columns):
        hint = encoding_hint(head) or say("the file is damaged, or it is UTF-16: set 'encoding'")
        findings.error("LOD2003", say("a NUL byte in the header"), CellOrigin(name, 1), hint)
        return None
    check_header(columns, name, findings)
    return Table(name, path, columns, dialect, digest, size, header_row=header_row)


def check_encoding(table: Table, findings: Findings) -> None:
    """LOD2002 where a CSV's first bytes are not in its encoding: soon said, and a lift would stop there.

    Raises:
        OSError: it cannot be read.
    """
    with table.path.open("rb") as file:
        head = file.read(_HEADER_LIMIT)
    try:
        codecs.getincrementaldecoder(python_codec(table.dialect.encoding))().decode(head)
    except UnicodeDecodeError:
        _wrong_encoding(table.path, table.name, table.dialect, findings)


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def _unreadable(path: Path, name: str, error: OSError, findings: Findings, declared: Origin | None) -> None:
    if isinstance(error, FileNotFoundError):
        siblings = [each.name for each in path.parent.iterdir() if each.is_file()] if path.parent.is_dir() else []
        findings.error(
            "LOD2001", say("there is no table {name}", name=name), declared, did_you_mean(path.name, siblings)
        )
    else:
        findings.error("LOD2008", say("cannot read {name}: {strerror}", name=name, strerror=error.strerror), declared)


def check_header(columns: Sequence[str], name: str, findings: Findings, row: int = 1) -> None:
    """Findings for columns without a name and for names that occur twice: LOD2006."""
    for column, count in Counter(columns).items():
        places = [index + 1 for index, each in enumerate(columns) if each == column]
        if not column.strip():
            hint = say("give every column a name, or remove what stands beside the table")
            findings.error("LOD2006", say("column {places} has no name", places=places[0]), CellOrigin(name, row), hint)
        elif count > 1:
            where = " and ".join(str(place) for place in places)
            message = say(
                "the header says '{column}' {count} times: columns {where}", column=column, count=count, where=where
            )
            findings.error("LOD2006", message, CellOrigin(name, row, column), say("give each column its own name"))


def _wrong_encoding(path: Path, name: str, dialect: Dialect, findings: Findings) -> None:
    """Say which byte, in which row, does not fit the declared encoding, and which encoding would."""
    codec = python_codec(dialect.encoding)
    row, line = 0, 0
    decoder = codecs.getincrementaldecoder(codec)()
    with path.open("rb") as file:

        def decoded() -> Iterator[str]:
            nonlocal line
            for raw in iter(file.readline, b""):
                line += 1
                yield decoder.decode(raw)
            yield decoder.decode(b"", final=True)

        try:
            for _ in _records(decoded(), dialect):
                row += 1
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            with path.open("rb") as sample:
                hint = user_defined(error, codec) or encoding_hint(sample.read(_HEADER_LIMIT), codec)
            message = say(
                "byte {byte:#04x} (line {line}, byte {start}) does not fit {encoding}",
                byte=byte,
                line=line,
                start=error.start + 1,
                encoding=dialect.encoding,
            )
            findings.error("LOD2002", message, CellOrigin(name, row + 1), hint or say("set the source's 'encoding'"))
            return
        except csv.Error:
            pass
    findings.error(
        "LOD2002",
        say("the bytes do not fit {encoding}", encoding=dialect.encoding),
        CellOrigin(name),
        say("set the source's 'encoding'"),
    )


def _records(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    """The records; those that are none by the dialect are empty, as blank lines are."""
    if dialect.is_plain:
        return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
    return _chosen_records(lines, dialect)


def _chosen_records(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    """Comments are looked for where a record begins, before its quotes are read."""
    row, begins = 0, True
    strip = {"true": str.strip, "start": str.lstrip, "end": str.rstrip}.get(dialect.trim, str)

    def fed() -> Iterator[str]:
        nonlocal begins
        for line in lines:
            is_comment = bool(dialect.comment_prefix) and line.startswith(dialect.comment_prefix)
            is_none = begins and (row < dialect.skip_rows or is_comment)
            begins = False
            yield "\n" if is_none else line

    spaced = dialect.trim in ("true", "start")  # blanks before a quote do not count either
    quote, delimiter = dialect.quote, dialect.delimiter
    for record in csv.reader(fed(), delimiter=delimiter, quotechar=quote, strict=True, skipinitialspace=spaced):
        row, begins = row + 1, True
        yield [strip(cell) for cell in record]


def first_rows(table: Table, count: int) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    """(row number, cells) of the first data rows; empty cells and declared nulls are None. Stops at a broken row."""
    nulls = {"", *table.dialect.nulls}
    with table.path.open(encoding=python_codec(table.dialect.encoding), errors="replace", newline="") as file:
        records = enumerate(_records(file, table.dialect), start=1)
        data = ((row, record) for row, record in records if record and row >= table.first_row)
        try:
            for row, record in islice(data, count):
                cells = (*record, *("" for _ in range(len(table.columns) - len(record))))
                yield row, tuple(None if cell in nulls else cell for cell in cells)
        except csv.Error:
            return


@dataclass(slots=True)
class _Tally:
    """Findings of one kind: the first few are shown, the others counted."""

    findings: Findings
    code: str
    count: int = 0

    def add(self, message: Wording, origin: CellOrigin, hint: Wording) -> None:
        self.count += 1
        if self.count <= _SHOWN:
            self.findings.error(self.code, message, origin, hint)

    def close(self, name: str) -> None:
        if self.count > _SHOWN:
            self.findings.error(
                self.code, say("and {count} more rows like these", count=self.count - _SHOWN), CellOrigin(name)
            )


Reject = Callable[[str, Wording, str, int, str, str], None]
"""Sets a row aside: code, reason, source, row, column, text."""


def rewrite(table: Table, target: Path, findings: Findings, reject: Reject | None = None) -> bool:
    """The exact pass: check every record and write a clean UTF-8 copy without a header, one record a row.

    Blank lines inside the table become rows without cells, so that row numbers stay those of the file. Slow (about a
    million rows a second and a half); used where the fast reader met something, to say what and where. With `reject`,
    rows that are not well-formed are handed to it, and are rows without cells in the copy.
    """
    before = len(findings.errors)
    ragged, nul = _Tally(findings, "LOD2004"), _Tally(findings, "LOD2003")
    width, row, blank = len(table.columns), 0, 0
    try:
        with (
            table.path.open(encoding=python_codec(table.dialect.encoding), newline="") as source,
            target.open("w", encoding="utf-8", newline="") as file,
        ):
            write = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow
            for row, record in enumerate(_records(source, table.dialect), start=1):
                if not record:
                    blank += row >= table.first_row
                    continue
                while blank:
                    write([NO_CELL] * width)
                    blank -= 1
                if reject and (reason := _malformed(table, record)):
                    code, words, column = reason
                    reject(code, words, table.name, row, column, ",".join(record)[:_REJECTED])
                    write([NO_CELL] * width)
                    continue
                if any("\0" in cell for cell in record):
                    column_number = next(n for n, cell in enumerate(record) if "\0" in cell)
                    origin = CellOrigin(table.name, row, _column(table, column_number), record[column_number])
                    hint = say("the file is damaged, or it is UTF-16: set 'encoding'")
                    nul.add(_NUL, origin, hint)
                if len(record) != width:
                    hint = say("a cell that holds the delimiter has to be in quotes")
                    ragged.add(_ragged(table, record), CellOrigin(table.name, row), hint)
                elif row >= table.first_row:
                    write(record)
    except UnicodeDecodeError:
        _wrong_encoding(table.path, table.name, table.dialect, findings)
    except csv.Error as error:
        _broken_quote(table, row + 1, error, findings)
    ragged.close(table.name)
    nul.close(table.name)
    return len(findings.errors) == before


def _malformed(table: Table, record: Sequence[str]) -> tuple[str, Wording, str] | None:
    """Code, reason and column of what is wrong with a record; None if nothing is."""
    for number, cell in enumerate(record):
        if "\0" in cell:
            return "LOD2003", _NUL, _column(table, number)
    return ("LOD2004", _ragged(table, record), "") if len(record) != len(table.columns) else None


def _ragged(table: Table, record: Sequence[str]) -> Wording:
    count, width = len(record), len(table.columns)
    return say("the row has {count} {count:cell|cells}, the header {width}", count=count, width=width)


def _column(table: Table, index: int) -> str:
    return table.columns[index] if index < len(table.columns) else ""


def _broken_quote(table: Table, row: int, error: csv.Error, findings: Findings) -> None:
    quote = table.dialect.quote
    if "unexpected end of data" in str(error):
        message = say("a cell opens with {quote} and is never closed", quote=quote)
    elif "expected after" in str(error):
        message = say(
            "after a closing {quote} there is text before the next {delimiter!r}",
            quote=quote,
            delimiter=table.dialect.delimiter,
        )
    else:
        message = say("the row cannot be read: {error}", error=error)
    hint = say("inside a quoted cell a {quote} is written twice", quote=quote)
    findings.error("LOD2005", message, CellOrigin(table.name, row), hint)
