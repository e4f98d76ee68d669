"""How a column's values are terms, and how terms and comparisons are said in SQL.

SPARQL 1.1 §17.3 (operators): comparisons are said in SQL only where both engines are known to judge alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Literal, URIRef, Variable

from lod.rdf.datatypes import LEXICAL_SPACES
from lod.rdf.namespaces import XSD
from lod.store.columns import Column, quoted

_INTEGER = LEXICAL_SPACES[XSD + "integer"].pattern
INTEGERS = frozenset(iri for iri, space in LEXICAL_SPACES.items() if space.pattern == _INTEGER)
NUMBERS = ("integer", "decimal")
_COMPARISONS = {"=", "!=", "<", ">", "<=", ">="}


@dataclass(frozen=True, slots=True)
class Kind:
    """What the values of a variable are: `iri`, `integer`, `decimal`, `double`, `float`, `boolean`, `text`; or `term`.

    A `text` has a datatype and perhaps a language. A `term` is any, spelled as in N-Triples.
    """

    name: str
    datatype: str = ""
    language: str = ""


IRI, INTEGER, DECIMAL, TERM = Kind("iri"), Kind("integer"), Kind("decimal"), Kind("term")


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


def condition_sql(value: Any, names: dict[str, tuple[str, Kind]]) -> str | None:
    """A filter as SQL: comparisons of numbers, IRIs and plain texts with constants, BOUND, and their logic (§17.2).

    An error of SPARQL is NULL: the truth tables of `&&`, `||` and `!` are those of SQL. None: the engine has to judge.
    """
    if not isinstance(value, CompValue):
        return None
    if value.name in ("ConditionalOrExpression", "ConditionalAndExpression"):
        parts = [condition_sql(part, names) for part in (value.expr, *(value.other or ()))]
        if any(part is None for part in parts):
            return None
        return "(" + (" OR " if "Or" in value.name else " AND ").join(map(str, parts)) + ")"
    if value.name == "UnaryNot":
        part = condition_sql(value.expr, names)
        return None if part is None else f"(NOT {part})"
    if value.name == "Builtin_BOUND" and str(value.arg) in names:
        return f"({names[str(value.arg)][0]} IS NOT NULL)"
    if value.name == "RelationalExpression":
        return _comparison(value, names)
    return None


def _comparison(value: CompValue, names: dict[str, tuple[str, Kind]]) -> str | None:
    left, sign = value.expr, value.op
    if not isinstance(left, Variable) or str(left) not in names:
        return None
    column, kind = names[str(left)]
    if sign in ("IN", "NOT IN") and isinstance(value.other, list):
        constants = [_constant(kind, other, is_order=False) for other in value.other]
        if not constants or any(constant is None for constant in constants):
            return None
        return f"({column} {sign} ({', '.join(map(str, constants))}))"
    if sign not in _COMPARISONS:
        return None
    constant = _constant(kind, value.other, is_order=sign not in ("=", "!="))
    return None if constant is None else f"({column} {sign.replace('!=', '<>')} {constant})"


def _constant(kind: Kind, term: Any, *, is_order: bool) -> str | None:
    if kind == IRI:
        return quoted(str(term)) if isinstance(term, URIRef) and not is_order else None
    if not isinstance(term, Literal) or term.language:
        return None
    if kind.name in NUMBERS and str(term.datatype) in (XSD + "integer", XSD + "decimal"):
        text = str(term)
        is_plain = len(text) <= 18 and text.lstrip("+-").replace(".", "", 1).isascii()
        digits = text.lstrip("+-").replace(".", "", 1)
        return f"CAST({quoted(text)} AS DECIMAL(38,18))" if is_plain and digits.isdigit() else None
    is_string = kind == Kind("text", XSD + "string") and term.datatype in (None, URIRef(XSD + "string"))
    return quoted(str(term)) if is_string else None
