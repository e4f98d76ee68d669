"""Tabular data files, parsed exactly by their dialect: records, titles in header rows, comments.

Model for Tabular Data §8, https://www.w3.org/TR/tabular-data-model/#parsing . One rule is read as it is meant: that an
escape character followed by a quote is a quote holds inside quoted cells only, or `""` could not be an empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import CellOrigin, Findings
from lod.mapping.csvw.metadata.dialect import Dialect

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
    prefix = dialect.comment_prefix
    for number, text in enumerate(_record_texts(blocks, dialect), start=1):
        if prefix is not None and text.startswith(prefix):
            yield Record(number, text, (), text.removeprefix(prefix))
        elif number <= dialect.skip_rows:
            yield Record(number, text, (), text)
        else:
            yield Record(number, text, _cells(text, dialect, CellOrigin(name, number), findings))


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


def _record_texts(blocks: Iterable[str], dialect: Dialect) -> Iterator[str]:
    """The texts of records: lines, or several where a quoted cell holds line ends."""
    quote, escape = dialect.quote_char, dialect.escape_char
    pending = ""
    for line in _lines(blocks, dialect.line_terminators):
        pending += line
        if quote is not None and _is_open(pending, quote, escape, dialect):
            continue
        yield _chomp(pending, dialect.line_terminators)
        pending = ""
    if pending:
        yield _chomp(pending, dialect.line_terminators)


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


def _is_open(text: str, quote: str, escape: str | None, dialect: Dialect) -> bool:
    """Whether a quoted cell goes on after this text."""
    if quote not in text:
        return False
    if dialect.comment_prefix is not None and text.startswith(dialect.comment_prefix):
        return False
    if escape is not None and escape != quote:
        text = re.sub(re.escape(escape) + r"(?s:.)", "", text)
    return text.count(quote) % 2 == 1


def _cells(text: str, dialect: Dialect, origin: CellOrigin, findings: Findings) -> tuple[str, ...]:
    """A record's cells (§8, parse a row)."""
    quote = dialect.quote_char
    if "\0" in text:
        findings.error(
            BROKEN_ROW, "a NUL byte in a row", origin, "the file is damaged, or it is UTF-16: set 'encoding'"
        )
        text = text.replace("\0", "\ufffd")
    if (quote is None or quote not in text) and (dialect.escape_char in (quote, None) or "\\" not in text):
        found = text.split(dialect.delimiter)
    else:
        found = _quoted_cells(text, dialect, origin, findings)
    match dialect.trim:
        case "true":
            return tuple(cell.strip(_SPACE) for cell in found)
        case "start":
            return tuple(cell.lstrip(_SPACE) for cell in found)
        case "end":
            return tuple(cell.rstrip(_SPACE) for cell in found)
        case _:
            return tuple(found)


def _quoted_cells(text: str, dialect: Dialect, origin: CellOrigin, findings: Findings) -> list[str]:
    quote, escape, delimiter = dialect.quote_char or "", dialect.escape_char, dialect.delimiter
    cells, cell, quoted, at = list[str](), "", False, 0
    while at < len(text):
        if escape is not None and text.startswith(escape, at) and _escapes(text, at, quote, escape, quoted):
            cell += text[at + len(escape) : at + len(escape) + 1]
            at += len(escape) + 1
        elif quote and text.startswith(quote, at):
            at += len(quote)
            rest = text[at:].lstrip(_SPACE)
            if quoted and rest and not rest.startswith(delimiter) and not text.startswith(delimiter, at):
                message = f"after a closing {quote} there is text before the next {delimiter!r}"
                findings.error(BROKEN_ROW, message, origin, "inside a quoted cell a quote is written twice")
            elif not quoted and cell.strip(_SPACE):
                message = f"a {quote} stands in the middle of a cell that does not begin with one"
                findings.error(BROKEN_ROW, message, origin, "put the whole cell in quotes and write the quote twice")
            elif not quoted:
                cell = ""
            quoted = not quoted
        elif not quoted and text.startswith(delimiter, at):
            cells.append(cell)
            cell, at = "", at + len(delimiter)
        else:
            cell += text[at]
            at += 1
    if quoted:
        findings.error(BROKEN_ROW, f"a cell opens with {quote} and is never closed", origin)
    return [*cells, cell]


def _escapes(text: str, at: int, quote: str, escape: str, quoted: bool) -> bool:
    """Whether the escape character at `at` escapes what follows."""
    if escape == quote:
        return quoted and text.startswith(quote, at + len(escape))
    return at + len(escape) < len(text)
