"""Datatypes of cells, the formats in which their values are written, and the reading of one value.

Model for Tabular Data §4.6 and §6.4, https://www.w3.org/TR/tabular-data-model/#datatypes
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from lod.mapping.csvw.metadata.context import DATATYPE_IRIS
from lod.mapping.csvw.syntax.uax35 import DateFormat, FormatMismatch, NumberFormat, parse_date, parse_number
from lod.mapping.csvw.syntax.xsd import canonical, is_a, is_valid, order

# Metadata §5.11.1: other names of built-in datatypes
_ALIASES = {"any": "anyAtomicType", "binary": "base64Binary", "datetime": "dateTime", "number": "double"}


@dataclass(frozen=True, slots=True)
class BooleanFormat:
    """The words for true and false (Model §6.4.3)."""

    true: str
    false: str


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A regular expression that the whole text matches (Model §6.4.5, §6.4.6)."""

    source: str
    shape: re.Pattern[str]


Format = NumberFormat | DateFormat | BooleanFormat | TextFormat


@dataclass(frozen=True, slots=True)
class Datatype:
    """A datatype annotation. `base` is the canonical name of a built-in datatype, limits are in its lexical form."""

    base: str = "string"
    id: str | None = None
    format: Format | None = None
    length: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_inclusive: str | None = None
    max_inclusive: str | None = None
    min_exclusive: str | None = None
    max_exclusive: str | None = None

    @property
    def iri(self) -> str:
        """The datatype IRI of its literals (csv2rdf §4.3)."""
        return self.id or DATATYPE_IRIS[self.base]


STRING = Datatype()


def built_in(name: str) -> str | None:
    """The canonical name of a built-in datatype; None if there is none of that name (Metadata §5.11.1)."""
    return _ALIASES.get(name, name) if name in DATATYPE_IRIS else None


def parse_value(datatype: Datatype, text: str) -> str:
    """The value that `text` is, in the lexical form of XML Schema (Model §6.4, step 8). Limits are checked apart.

    Raises:
        FormatMismatch: it is no value of that datatype.
    """
    base, form = datatype.base, datatype.format
    match form:
        case NumberFormat():
            text, given = parse_number(form, text), text
        case DateFormat():
            text, given = parse_date(form, text), text
        case BooleanFormat():
            if text not in (form.true, form.false):
                raise FormatMismatch(f"is neither '{form.true}' nor '{form.false}'")
            return "true" if text == form.true else "false"
        case TextFormat():
            if form.shape.fullmatch(text) is None:
                raise FormatMismatch(f"does not match {form.source}")
            given = text
        case None:
            given = text
    if not is_valid(base, text):
        raise FormatMismatch(f"is no {base}" + (f" (read as {text})" if text != given else ""))
    return canonical(base, text) if base == "boolean" else text


def has_limits(datatype: Datatype) -> bool:
    """Whether it constrains the length or the range of values."""
    d = datatype
    limits = (d.length, d.min_length, d.max_length, d.min_inclusive, d.max_inclusive, d.min_exclusive, d.max_exclusive)
    return any(limit is not None for limit in limits)


def violated_limits(datatype: Datatype, lexical: str) -> list[str]:
    """What a value does against its datatype's constraints (Model §4.6.1, §4.6.2), to follow "the value … "."""
    return [*_wrong_length(datatype, lexical), *_out_of_range(datatype, lexical)]


def _wrong_length(datatype: Datatype, lexical: str) -> list[str]:
    limits = (datatype.length, datatype.min_length, datatype.max_length)
    if limits == (None, None, None):
        return []
    length = value_length(datatype.base, lexical)
    exact, least, most = limits
    wrong = []
    if exact is not None and length != exact:
        wrong.append(f"is {length} long, not {exact}")
    if least is not None and length < least:
        wrong.append(f"is {length} long, shorter than {least}")
    if most is not None and length > most:
        wrong.append(f"is {length} long, longer than {most}")
    return wrong


def value_length(base: str, lexical: str) -> int:
    """Characters of a string, bytes of a binary value (Model §4.6.1)."""
    if base == "hexBinary":
        return len(lexical) // 2
    if base == "base64Binary":
        return len(base64.b64decode(lexical.replace(" ", "")))
    return len(lexical)


def _out_of_range(datatype: Datatype, lexical: str) -> list[str]:
    base = datatype.base
    low, high = datatype.min_inclusive, datatype.max_inclusive
    above, below = datatype.min_exclusive, datatype.max_exclusive
    if low is high is above is below is None:
        return []
    value = order(base, lexical)
    wrong = []
    # NaN is in no range: the comparisons are written so that it fails them
    if low is not None and not value >= order(base, low):  # type: ignore[operator]
        wrong.append(f"is below the minimum {low}")
    if high is not None and not value <= order(base, high):  # type: ignore[operator]
        wrong.append(f"is above the maximum {high}")
    if above is not None and not value > order(base, above):  # type: ignore[operator]
        wrong.append(f"is not above {above}")
    if below is not None and not value < order(base, below):  # type: ignore[operator]
        wrong.append(f"is not below {below}")
    return wrong


def canonical_value(datatype: Datatype, lexical: str) -> str:
    """The canonical representation of a value, for URI templates (Metadata §5.1.3)."""
    return canonical(datatype.base, lexical)


def has_language(datatype: Datatype) -> bool:
    """Whether its literals carry the column's language: strings without a datatype of their own (Model §6.4)."""
    return datatype.base == "string" and datatype.id is None


def normalize_space(base: str, text: str) -> str:
    """A cell's text as its datatype sees white space (Model §6.4, steps 1 and 2)."""
    if base in ("string", "json", "xml", "html", "anyAtomicType"):
        return text
    text = text.translate({0x0D: " ", 0x0A: " ", 0x09: " "})
    return text if base == "normalizedString" else re.sub(r"\s{2,}", " ", text.strip())


def is_textual(base: str) -> bool:
    """Whether values have a length: strings and binaries."""
    return is_a(base, "string") or base in ("hexBinary", "base64Binary")
