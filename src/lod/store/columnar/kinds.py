"""Of which kind a column's values are as terms, and how terms are said in SQL and in N-Triples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lod.rdf.datatypes import LEXICAL_SPACES
from lod.rdf.namespaces import XSD
from lod.store.columns import Column, quoted

_INTEGER = LEXICAL_SPACES[XSD + "integer"].pattern
INTEGERS = frozenset(iri for iri, space in LEXICAL_SPACES.items() if space.pattern == _INTEGER)
NUMBERS = ("integer", "decimal")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the values of a variable are: `iri`, `integer`, `decimal`, `double`, `float`, `boolean`, `text`; or `term`.

    A `text` has a datatype and perhaps a language. A `term` is any, spelled as in N-Triples.
    """

    name: str
    datatype: str = ""
    language: str = ""


IRI, INTEGER, DECIMAL, TERM = Kind("iri"), Kind("integer"), Kind("decimal"), Kind("term")
STRING = Kind("text", XSD + "string")


def kind_of(column: Column) -> Kind:
    """The kind of an exact column's values, as the store has them."""
    if column.kind == "iri":
        return IRI
    if column.datatype in INTEGERS:
        return INTEGER
    if column.type == "VARCHAR":
        return Kind("text", column.datatype, column.language)
    return Kind(column.datatype.removeprefix(XSD))


def term_sql(kind: Kind, value: str) -> str:
    """The SQL expression of a value's N-Triples spelling; UNDEF for NULL."""
    match kind.name:
        case "iri":
            text = f"'<' || {value} || '>'"
        case "text":
            escaped = f"replace(replace({value}, '\\', '\\\\'), '\"', '\\\"')"
            escaped = f"replace(replace({escaped}, chr(10), '\\n'), chr(13), '\\r')"
            end = f"@{kind.language}" if kind.language else f"^^<{kind.datatype}>"
            text = f"""'"' || {escaped} || {quoted('"' + end)}"""
        case "term":
            text = value
        case name:
            text = f"""'"' || CAST({value} AS VARCHAR) || '"^^<{XSD}{name}>'"""
    return f"coalesce({text}, 'UNDEF')"


def constant_sql(kind: Kind, term: Any) -> str | None:
    """A constant (of the engine's, so in its canonical spelling) as a value of a kind; None when it is none of it."""
    if kind == IRI:
        return quoted(term.value) if type(term).__name__ == "NamedNode" else None
    if type(term).__name__ != "Literal":
        return None
    datatype, language = term.datatype.value, (term.language or "").lower()
    if kind.name == "text":
        return quoted(term.value) if (datatype, language) == (kind.datatype, kind.language) else None
    if datatype != XSD + kind.name:
        return None
    return (
        f"CAST({quoted(term.value)} AS {'HUGEINT' if kind == INTEGER else 'DECIMAL(38,18)'})"
        if kind.name in NUMBERS
        else term.value
    )
