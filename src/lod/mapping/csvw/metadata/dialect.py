"""Dialects: how a tabular data file is to be parsed.

Metadata Vocabulary §5.9, https://www.w3.org/TR/tabular-metadata/#dialect-descriptions ;
the flags are those of the Model for Tabular Data §8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lod.mapping.csvw.metadata.properties import (
    UNKNOWN,
    Reading,
    boolean,
    encoding,
    identifier,
    members,
    natural_number,
    string,
)
from lod.mapping.csvw.syntax.json_document import Json
from lod.wording import say

Trim = Literal["true", "false", "start", "end"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The flags of a parser, as the metadata vocabulary sets them where a description does not."""

    comment_prefix: str | None = "#"
    delimiter: str = ","
    double_quote: bool = True
    encoding: str = "utf-8"
    header_row_count: int = 1
    line_terminators: tuple[str, ...] = ("\r\n", "\n")
    quote_char: str | None = '"'
    skip_blank_rows: bool = False
    skip_columns: int = 0
    skip_rows: int = 0
    trim: Trim = "true"

    @property
    def escape_char(self) -> str | None:
        """What escapes a quote character; without quoting there is nothing to escape."""
        if self.quote_char is None:
            return None
        return self.quote_char if self.double_quote else "\\"


# The specifications differ: for the vocabulary "#" begins a comment, for the model (§8) nothing does. Where somebody
# wrote a dialect we follow the one. Where nobody did, a row that begins with "#" is data: no row vanishes unasked.
DEFAULT = Dialect(comment_prefix=None)
TAB_SEPARATED = Dialect(comment_prefix=None, delimiter="\t")


def default_dialect(url: str) -> Dialect:
    """The dialect of a file that no metadata gives one: by its name, for lack of a Content-Type (Model §6.1)."""
    path = url.partition("?")[0].partition("#")[0].lower()
    return TAB_SEPARATED if path.endswith((".tsv", ".tab")) else DEFAULT


_KNOWN = frozenset(
    {
        "@id", "@context", "commentPrefix", "delimiter", "doubleQuote", "encoding", "header", "headerRowCount",
        "lineTerminators", "quoteChar", "skipBlankRows", "skipColumns", "skipInitialSpace", "skipRows", "trim",
    }
)  # fmt: skip


def read_dialect(reading: Reading, json: Json) -> Dialect:
    """A dialect from its description, an object; what it does not give has the default."""
    kept, annotations = members(reading, json, _KNOWN, "a dialect", "Dialect")
    if annotations:
        reading.findings.warning(UNKNOWN, say("a dialect has no common properties: they are ignored"), json.at)
    if "@id" in kept:
        identifier(reading, kept["@id"], "a dialect")
    flags: dict[str, Any] = {
        "comment_prefix": _string_or_null(reading, kept, "commentPrefix"),
        "delimiter": _text(reading, kept, "delimiter"),
        "double_quote": _flag(reading, kept, "doubleQuote"),
        "encoding": encoding(reading, kept["encoding"], "encoding") if "encoding" in kept else None,
        "header_row_count": _header_rows(reading, kept),
        "line_terminators": _line_terminators(reading, kept),
        "quote_char": _string_or_null(reading, kept, "quoteChar"),
        "skip_blank_rows": _flag(reading, kept, "skipBlankRows"),
        "skip_columns": _count(reading, kept, "skipColumns"),
        "skip_rows": _count(reading, kept, "skipRows"),
        "trim": _trim(reading, kept),
    }
    nulls = {name for name in ("commentPrefix", "quoteChar") if name in kept and kept[name].value is None}
    chosen = {name: value for name, value in flags.items() if value is not None}
    if "commentPrefix" in nulls:
        chosen["comment_prefix"] = None
    if "quoteChar" in nulls:
        chosen["quote_char"] = None
    return Dialect(**chosen)


def _flag(reading: Reading, kept: Mapping[str, Json], name: str) -> bool | None:
    return boolean(reading, kept[name], name) if name in kept else None


def _count(reading: Reading, kept: Mapping[str, Json], name: str) -> int | None:
    return natural_number(reading, kept[name], name) if name in kept else None


def _text(reading: Reading, kept: Mapping[str, Json], name: str) -> str | None:
    if name not in kept:
        return None
    if kept[name].value == "":
        reading.not_permitted(kept[name], name, "a string that is not empty")
        return None
    return string(reading, kept[name], name)


def _string_or_null(reading: Reading, kept: Mapping[str, Json], name: str) -> str | None:
    return None if name in kept and kept[name].value is None else _text(reading, kept, name)


def _header_rows(reading: Reading, kept: Mapping[str, Json]) -> int | None:
    count, header = _count(reading, kept, "headerRowCount"), _flag(reading, kept, "header")
    if count is not None:
        return count
    return None if header is None else int(header)


def _line_terminators(reading: Reading, kept: Mapping[str, Json]) -> tuple[str, ...] | None:
    if "lineTerminators" not in kept:
        return None
    json = kept["lineTerminators"]
    items = json.value if isinstance(json.value, tuple) else (json,)
    texts = tuple(item.value for item in items if isinstance(item.value, str) and item.value)
    if texts and len(texts) == len(items):
        return texts
    reading.not_permitted(json, "lineTerminators", "a string, or an array of strings")
    return None


def _trim(reading: Reading, kept: Mapping[str, Json]) -> str | None:
    initial = _flag(reading, kept, "skipInitialSpace")
    if "trim" in kept:
        value = kept["trim"].value
        if isinstance(value, bool):
            return "true" if value else "false"
        if value in ("true", "false", "start", "end"):
            return str(value)
        reading.not_permitted(kept["trim"], "trim", "true, false, 'start' or 'end'")
        return None
    return None if initial is None else ("start" if initial else "false")
