"""Views: rows made of a file's records before terms are made of them.

A mapping language may read files in its own way (CSVW: dialects, formats of datatypes, lists in cells, URI templates).
Its parser says so with a view: which records there are, and columns derived from their texts. A derivation depends on
texts alone, so an engine evaluates it once for each distinct combination of them, and joins. A derivation that is mere
spelling is said in the engine's terms, too, and costs no evaluation at all.

Views are compared by identity: one object, one view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin
from lod.wording import Wording, say

ROW = -1  # an input: the row's number among the rows, 1-based
SOURCE_ROW = -2  # an input: the number of its record in the file, 1-based

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlainCsv:
    """A file that an ordinary CSV reader reads as it is meant: one header row or none, quotes doubled."""

    encoding: str
    delimiter: str
    quote: str
    header: bool
    comment_prefix: str | None  # no record may begin with it
    trim: bool  # white space around cells does not count


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of a file: `width` cells each, '' where a record has none.

    `read` is the exact way: (source number, cells) for each row of data, what is wrong among the findings. `plain` says
    that an ordinary reader may do it, if the file turns out to be as plain as that.
    """

    path: Path
    name: str  # for people
    width: int
    titles: tuple[str, ...]  # of the cells, for people
    first_row: int  # the source number of the first row of data, where nothing is skipped
    read: Callable[[Findings], Iterator[tuple[int, Texts]]]
    plain: PlainCsv | None
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with a combination of texts: a finding's code and message, about an input's cell."""

    code: str
    message: Wording


@dataclass(frozen=True, slots=True)
class Derived:
    """What a derivation makes of one combination of texts: its outputs, once or, for lists, several times."""

    rows: tuple[tuple[str | None, ...], ...]
    violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """An input's text as it stands; null if it is empty."""

    input: int


@dataclass(frozen=True, slots=True)
class Made:
    """An output of another derivation of the view."""

    derivation: Derivation
    output: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """Texts, inputs and what other derivations made, concatenated.

    An input in it is percent-encoded as in a URI; it may be empty, and what was made may be null. The whole is null if
    the text of `unless_null` is.
    """

    parts: tuple[str | int | Made, ...]
    unless_null: int | Made | None = None


@dataclass(frozen=True, slots=True)
class Lacks:
    """The text `1` where one of the inputs is empty, or one of what was made is null; else null."""

    parts: tuple[int | Made, ...]


Native = Copy | Spelling | Lacks


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """Columns that are computed from texts. `native`: the same in an engine's terms, where there is one output."""

    inputs: tuple[int, ...]  # places of cells, ROW or SOURCE_ROW
    outputs: tuple[str, ...]  # names of columns of the view
    compute: Callable[[Texts], Derived]
    native: Native | None = None
    judges: bool = False  # its violations count, even if nobody needs its outputs


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Rows with derived columns. Every row of the records is one row of the view, unless `unnested` makes several.

    A view without records has one row, and no column: for statements that hold whatever the rows say.
    """

    name: str  # for people
    records: Records | None
    derivations: tuple[Derivation, ...] = ()
    unnested: Derivation | None = None  # its outputs stand in rows of their own, numbered by ITEM and NEXT
    origin: TextOrigin = field(default_factory=lambda: TextOrigin(""))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns that can be referred to."""
        made = [name for each in self.derivations for name in each.outputs]
        items = [*self.unnested.outputs, ITEM, NEXT, FIRST] if self.unnested else []
        return (ROW_NUMBER, SOURCE_NUMBER, *made, *items) if self.records else ()


ROW_NUMBER, SOURCE_NUMBER = "_row", "_sourceRow"  # columns that every view of records has
# of an unnested row: what tells it from all others; that of the next of its row, or null; its own if it is the first
ITEM, NEXT, FIRST = "_item", "_next", "_first"


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows of a view have the same text in a column."""

    view: View
    column: str
    shown: str  # the source's columns, for people
    origin: TextOrigin

    @property
    def columns(self) -> tuple[tuple[View, str], ...]:
        """The columns that it speaks of."""
        return ((self.view, self.column),)


@dataclass(frozen=True, slots=True)
class Refers:
    """Each row's text in a column stands in exactly one row of another view's column."""

    view: View
    column: str
    shown: str
    target: View
    target_column: str
    target_shown: str
    origin: TextOrigin

    @property
    def columns(self) -> tuple[tuple[View, str], ...]:
        """The columns that it speaks of."""
        return ((self.view, self.column), (self.target, self.target_column))


@dataclass(frozen=True, slots=True)
class Complete:
    """A column has a text in no row: in `shown`, a template, no value is missing. To miss one is a warning."""

    view: View
    column: str
    shown: str
    origin: TextOrigin

    @property
    def columns(self) -> tuple[tuple[View, str], ...]:
        """The columns that it speaks of."""
        return ((self.view, self.column),)


Constraint = Unique | Refers | Complete

INCOMPLETE = "LOD3061"
REQUIRE_IT = say("fill the column, or say that it is required")


def missing_value(template: str, count: int) -> Wording:
    """What is said of rows in which a template of a subject lacks a value."""
    return say(
        "in {n:,} {n:row|rows} a column of '{text}' is empty, so rows may share a subject that are not one thing",
        n=count,
        text=template,
    )


# A column that constraints speak of holds a combination of values as one text:
KEY_VALUES, KEY_ITEMS, KEY_NULL = "\x1e", "\x1f", "\x1d"  # between values, between items of a list, for no value


def shown_key(text: str | None) -> str:
    """A combination of values for people."""
    if text is None:
        return "null"
    parts = (
        "null" if part == KEY_NULL else "'" + part.replace(KEY_ITEMS, ";") + "'" for part in text.split(KEY_VALUES)
    )
    return " ".join(parts)
