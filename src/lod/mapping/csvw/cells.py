"""Cells: a text of the file becomes a value, a list of values or none, and what is wrong with it.

Model for Tabular Data §6.4, https://www.w3.org/TR/tabular-data-model/#parsing-cells . Everything here depends on the
column and the text alone, so it is done once for each distinct text of a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lod.mapping.csvw.metadata.datatypes import (
    canonical_value,
    has_language,
    has_limits,
    normalize_space,
    parse_value,
    violated_limits,
)
from lod.mapping.csvw.metadata.model import Column
from lod.mapping.csvw.syntax.uax35 import FormatMismatch
from lod.mapping.csvw.syntax.uri_template import Value as Variable
from lod.mapping.view import KEY_ITEMS, KEY_NULL, KEY_VALUES

_UNSTRIPPED = ("string", "anyAtomicType")


@dataclass(frozen=True, slots=True)
class Value:
    """One value: in the lexical form of XML Schema, or the text as it is when it does not fit the datatype."""

    lexical: str
    fits: bool = True  # its datatype; else it counts as a string


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's value annotation and its errors."""

    values: tuple[Value, ...]  # none: null, or an empty list
    is_list: bool = False
    errors: tuple[str, ...] = ()  # each to follow "the value … "; see `is_missing`
    is_missing: bool = False  # required, and there is none

    @property
    def is_null(self) -> bool:
        """Whether there is no value at all; an empty list is one."""
        return not self.values and not self.is_list


def parse_cell(column: Column, text: str) -> Cell:
    """The cell that `text` makes in a column (§6.4)."""
    given, base = column.inherited, column.datatype.base
    text = normalize_space(base, text) or (given.default or "")
    if not given.separator:
        return _single(column, text)
    if text == "":
        return Cell((), is_list=True, is_missing=bool(given.required))
    if text in column.null:
        return Cell((), is_missing=bool(given.required))
    parts = text.split(given.separator)
    if base not in _UNSTRIPPED:
        parts = [part.strip() for part in parts]
    values: list[Value] = []
    errors: list[str] = []
    for part in parts:
        item = _single(column, part or (given.default or ""))
        values += item.values
        errors += item.errors
    return Cell(tuple(values), is_list=True, errors=tuple(errors))


def _single(column: Column, text: str) -> Cell:
    """Steps 7 to 9, for a cell without a separator or an item of a list."""
    given = column.inherited
    if text in column.null:
        return Cell((), is_missing=bool(given.required) and not given.separator)
    try:
        lexical = parse_value(column.datatype, text)
    except FormatMismatch as mismatch:
        return Cell((Value(text, fits=False),), errors=(str(mismatch),))
    errors = violated_limits(column.datatype, lexical)
    # the specification leaves the datatype of a value that breaks a limit open; the suite expects a string
    return Cell((Value(text, fits=False),), errors=tuple(errors)) if errors else Cell((Value(lexical),))


def variable_value(column: Column, cell: Cell) -> Variable:
    """What a column's name stands for in URI templates (Metadata §5.1.3)."""
    if cell.is_null:
        return None
    texts = [canonical_value(column.datatype, v.lexical) if v.fits else v.lexical for v in cell.values]
    return texts if cell.is_list else texts[0]


def literal_type(column: Column, value: Value) -> tuple[str, str]:
    """The datatype IRI and the language of a value's literal; both '' for a plain string (csv2rdf §4.3)."""
    datatype = column.datatype
    if has_language(datatype):
        return "", column.language
    if not value.fits or (datatype.base == "string" and datatype.id is None):
        return "", ""
    return datatype.iri, ""


def is_plain_text(column: Column) -> bool:
    """Whether cells are strings as they stand: no format, limit, list or default, and only '' is null."""
    datatype, given = column.datatype, column.inherited
    plain_type = datatype.base == "string" and datatype.format is None and not has_limits(datatype)
    return plain_type and not given.separator and not given.default and column.null == ("",)


def key_text(columns: Sequence[Column], cells: Sequence[Cell]) -> str | None:
    """The values of the cells that make a key, as one text; None for one cell without a value (Model §6.6)."""
    texts = [_key_part(column, cell) for column, cell in zip(columns, cells, strict=True)]
    if len(texts) == 1:
        return texts[0]
    return KEY_VALUES.join(KEY_NULL if text is None else text for text in texts)


def _key_part(column: Column, cell: Cell) -> str | None:
    value = variable_value(column, cell)
    return value if value is None or isinstance(value, str) else KEY_ITEMS.join(value)
