"""A handle on rows, never the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written. The defaults are RFC 4180 in UTF-8."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    nulls: tuple[str, ...] = ()  # cells that mean «no value», besides the empty one
    header: bool = True
    empty_is_null: bool = True  # else an empty cell is the empty text
    comment_prefix: str = ""  # records that begin with it are none
    skip_rows: int = 0  # records before the header
    trim: str = ""  # white space around cells that does not count: true, start or end

    @property
    def is_plain(self) -> bool:
        """Whether every record of the file is the header or a row, and every cell is as it stands."""
        return not (self.comment_prefix or self.skip_rows or self.trim)


class Aspect(StrEnum):
    """What a column of a JSON table says about the values of a reference."""

    TEXT = ""  # as text
    NATURAL = "natural"  # as the literal that it naturally is is spelled
    DOUBLE = "double"  # as xsd:double spells it, if it is a number
    DATATYPE = "datatype"  # the IRI of its natural datatype, '' for text


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """A column of a JSON table: a reference, and what about its values."""

    reference: str
    aspect: Aspect = Aspect.TEXT

    def __str__(self) -> str:
        return f"{self.reference} ({self.aspect})" if self.aspect else self.reference


@dataclass(frozen=True, slots=True)
class JsonRows:
    """How a document is a table. `unnested`: the references whose several values are rows of their own."""

    iterator: str
    columns: tuple[JsonColumn, ...]
    unnested: tuple[str, ...] = ()
    is_xml: bool = False  # then the queries are XPath, else JSONPath
    namespaces: tuple[tuple[str, str], ...] = ()  # of XPath: prefix and IRI


@dataclass(frozen=True, slots=True)
class Computed:
    """A column that is made of others of its row.

    An argument is texts and places of columns, concatenated; it is null if one of them is, None if it is not given.
    Without a function the one argument is the value. `if_true`: only the value `true` is one.
    """

    name: str  # for people
    function: str  # an IRI of `lod.mapping.functions`, or ''
    arguments: tuple[tuple[str | int, ...] | None, ...]
    if_true: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A source table: what it is called, where it is, its columns, and the SHA-256 of its bytes.

    A source row's number is the number of its record, 1-based: the header is row 1 and the first data row is row 2
    (row 1 where there is no header). A record that spans several lines of the file is one row.
    """

    name: str  # as people know it: a path relative to the project
    path: Path
    columns: tuple[str, ...]
    dialect: Dialect
    digest: str  # SHA-256, hexadecimal
    size: int  # bytes
    json: JsonRows | None = None  # else it is CSV
    computed: tuple[Computed, ...] = ()  # the last of `columns`
    exploded: tuple[int, ...] = ()  # computed columns that are lists: a row for each item
    may_be_empty: bool = False  # no rows, and rows that make nothing, are no mistake
    may_lack: bool = False  # nor is a reference that no item has
    header_row: int = 1

    @property
    def first_row(self) -> int:
        """The number of the first data row."""
        return self.header_row + 1 if self.dialect.header and not self.json else 1

    @property
    def stored(self) -> int:
        """How many of the columns the source itself has."""
        return len(self.columns) - len(self.computed)

    @property
    def is_numbered(self) -> bool:
        """Whether its Parquet file has a column `row`; else a row's place in the file is its number."""
        return bool(self.json or self.computed)

    @property
    def inputs(self) -> Mapping[Table, frozenset[int]]:
        """The tables that have to be read before, and the columns of them that it is made of."""
        return {}

    def __str__(self) -> str:
        return self.name
