"""Tabular data files, parsed exactly by their dialect: records, titles in header rows, comments.

Model for Tabular Data §8, https://www.w3.org/TR/tabular-data-model/#parsing . Two rules are read as they are meant:
an escape character followed by a quote is a quote inside quoted cells only, or `""` could not be an empty cell; and a
quote in the middle of a cell is a character like others, as all readers of CSV have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lod.diagnostics import CellOrigin, Findings
from lod.mapping.csvw.metadata.dialect import Dialect
from lod.wording import NOTHING, Wording, say

BROKEN_ROW = "LOD3516"

_SPACE = " \t\r\n\f\v"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the file: its 1-based source number and, unless it is a comment, its cells."""

    number: int
    text: str  # as it stands, without the line terminator
    cells: tuple[str, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about itself (embedded metadata): titles column by column, comments, where its rows begin."""

    titles: tuple[tuple[str, ...], ...]
    comments: tuple[str, ...]
    rows: int  # records before the first row of data


def read_text(path: Path, dialect: Dialect) -> Iterator[str]:
    """The file's text in blocks; bytes that do not fit the encoding become U+FFFD (§8, step 5)."""
    encoding = "utf-8-sig" if dialect.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else dialect.encoding
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while block := file.read(_BLOCK):
            yield block


def records(blocks: Iterable[str], dialect: Dialect, name: str, findings: Findings) -> Iterator[Record]:
    """All records of a file, header and comments included. A cell whose quotes are wrong is an error."""
    prefix, terminators = dialect.comment_prefix, dialect.line_terminators
    special = {mark for mark in (dialect.quote_char, dialect.escape_char, "\0") if mark}
    lines = _lines(blocks, terminators)
    for number, line in enumerate(lines, start=1):
        text = _chomp(line, terminators)
        if prefix is not None and text.startswith(prefix):
            yield Record(number, text, (), text.removeprefix(prefix))
        elif number <= dialect.skip_rows:
            yield Record(number, text, (), text)
        elif not any(mark in text for mark in special):
            yield Record(number, text, tuple(_trimmed(cell, dialect) for cell in text.split(dialect.delimiter)))
        else:
            row = _Row(dialect, CellOrigin(name, number), findings)
            while not row.feed(text, line[len(text) :]):
                following = next(lines, None)
                if following is None:
                    row.end()
                    break
                line, text = following, _chomp(following, terminators)
            yield Record(number, row.text, tuple(_trimmed(cell, dialect) for cell in row.cells))


def header(found: Iterator[Record], dialect: Dialect) -> Header:
    """The header that stands before the data; takes just those records from `found`.

    Comments do not count as header rows (§8 as written would take a comment in the first line for the header).
    """
    comments: list[str] = []
    titles: list[list[str]] = []
    taken = wanted = 0
    while taken < dialect.skip_rows or wanted < dialect.header_row_count:
        record = next(found, None)
        if record is None:
            break
        taken += 1
        if record.comment is not None:
            comments += [record.comment.strip(_SPACE)] if record.comment.strip(_SPACE) else []
            continue
        wanted += 1
        for index, cell in enumerate(record.cells[dialect.skip_columns :]):
            while len(titles) <= index:
                titles.append([])
            if cell.strip(_SPACE):
                titles[index].append(cell)
    return Header(tuple(tuple(each) for each in titles), tuple(comments), taken)


def _lines(blocks: Iterable[str], terminators: tuple[str, ...]) -> Iterator[str]:
    longest_first = sorted(terminators, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    longest = len(longest_first[0])
    rest = ""
    for block in blocks:
        rest += block
        at = 0
        # a terminator at the very end may be the beginning of a longer one
        while (found := pattern.search(rest, at)) and found.end() <= len(rest) - longest + 1:
            yield rest[at : found.end()]
            at = found.end()
        rest = rest[at:]
    at = 0
    while found := pattern.search(rest, at):
        yield rest[at : found.end()]
        at = found.end()
    if rest[at:]:
        yield rest[at:]


def _chomp(text: str, terminators: tuple[str, ...]) -> str:
    for terminator in sorted(terminators, key=len, reverse=True):
        if text.endswith(terminator):
            return text.removesuffix(terminator)
    return text


@dataclass(slots=True)
class _Row:
    """A record being read, line by line (§8, parse a row). A quote opens a quoted cell where the cell begins."""

    dialect: Dialect
    origin: CellOrigin
    findings: Findings
    cells: list[str] = field(default_factory=list)
    cell: str = ""
    is_quoted: bool = False  # now
    was_quoted: bool = False  # this cell, and the quote is closed
    text: str = ""

    def feed(self, text: str, terminator: str) -> bool:
        """Take a line; False if a quoted cell goes on after it."""
        self.text += text
        if "\0" in text:
            self._error(say("a NUL byte in a row"), say("the file is damaged, or it is UTF-16: set 'encoding'"))
            text = text.replace("\0", "\ufffd")
        at: int | None = 0
        while at is not None:
            at = self._inside(text, at) if self.is_quoted else self._outside(text, at)
        if self.is_quoted:
            self.cell += terminator
            self.text += terminator
        return not self.is_quoted

    def end(self) -> None:
        """The file ends within a quoted cell."""
        self._error(
            say("a cell opens with {quote_char} and is never closed", quote_char=self.dialect.quote_char), NOTHING
        )
        self._push()

    def _inside(self, text: str, at: int) -> int | None:
        """Read on in a quoted cell; where to go on, None at the end of the line."""
        quote, escape = self.dialect.quote_char or "", self.dialect.escape_char or ""
        here = text.find(quote, at)
        if escape != quote and (found := text.find(escape, at)) >= 0 and (found < here or here < 0):
            self.cell += text[at:found] + text[found + len(escape) : found + len(escape) + 1]
            return found + len(escape) + 1
        if here < 0:
            self.cell += text[at:]
            return None
        after = here + len(quote)
        if escape == quote and text.startswith(quote, after):
            self.cell += text[at:after]
            return after + len(quote)
        self.cell += text[at:here]
        self.is_quoted, self.was_quoted = False, True
        return after

    def _outside(self, text: str, at: int) -> int | None:
        """Read a cell that is not quoted, or what follows a closing quote; where to go on, None at the end."""
        dialect = self.dialect
        begins = text[at:].lstrip(_SPACE) if dialect.trim in ("true", "start") else text[at:]
        if dialect.quote_char and not self.cell and not self.was_quoted and begins.startswith(dialect.quote_char):
            self.is_quoted = True
            return len(text) - len(begins) + len(dialect.quote_char)
        escape = dialect.escape_char
        here = text.find(dialect.delimiter, at)
        if (
            escape
            and escape != dialect.quote_char
            and (found := text.find(escape, at)) >= 0
            and (found < here or here < 0)
        ):
            self.cell += text[at:found] + text[found + len(escape) : found + len(escape) + 1]
            return found + len(escape) + 1
        rest = text[at:] if here < 0 else text[at:here]
        if self.was_quoted and rest.strip(_SPACE):
            message = say(
                "after a closing {quote_char} there is text before the next {delimiter!r}",
                quote_char=dialect.quote_char,
                delimiter=dialect.delimiter,
            )
            self._error(message, say("inside a quoted cell a quote is written twice"))
        self.cell += rest if not self.was_quoted or rest.strip(_SPACE) else ""
        self._push()
        return None if here < 0 else here + len(dialect.delimiter)

    def _push(self) -> None:
        self.cells.append(self.cell)
        self.cell, self.was_quoted = "", False

    def _error(self, message: Wording, hint: Wording) -> None:
        self.findings.error(BROKEN_ROW, message, self.origin, hint)


def _trimmed(cell: str, dialect: Dialect) -> str:
    match dialect.trim:
        case "true":
            return cell.strip(_SPACE)
        case "start":
            return cell.lstrip(_SPACE)
        case "end":
            return cell.rstrip(_SPACE)
        case _:
            return cell
