"""Expressions and filters of SPARQL said in SQL, where both engines are known to judge alike.

SPARQL 1.1 §17: https://www.w3.org/TR/sparql11-query/#expressions . An error of SPARQL is NULL in SQL: the truth tables
of `&&`, `||` and `!` (§17.2) are then those of SQL, and an operation over an error is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Literal, URIRef, Variable

from lod.rdf.namespaces import XSD
from lod.store.columnar.algebra import iri_of
from lod.store.columnar.kinds import DECIMAL, INTEGER, IRI, NUMBERS, STRING, Kind
from lod.store.columns import quoted

_COMPARISONS = {"=", "!=", "<", ">", "<=", ">="}
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,17}|(?=[0-9.]{2,18}$)[0-9]*\.[0-9]+)")
_MOST = 10**20 - 1  # of decimals, as DECIMAL(38, 18) holds them; somewhat above it they overflow in the store

Names = Mapping[str, tuple[str, Kind]]
Value = tuple[str, Kind]


def condition_sql(value: Any, names: Names) -> str | None:
    """A filter as SQL: comparisons of numbers, IRIs and plain texts, BOUND, and their logic. None: the engine's."""
    if isinstance(value, Variable):
        column, kind = names.get(str(value), ("", IRI))
        return column if kind == Kind("boolean") else None
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


def value_sql(value: Any, names: Names) -> Value | None:
    """The value of an expression as SQL, and its kind: arithmetic of numbers, IF and COALESCE. None: the engine's."""
    if isinstance(value, Variable):
        return names.get(str(value))
    if isinstance(value, URIRef):
        return quoted(iri_of(value)), IRI
    if isinstance(value, Literal):
        return _literal(value)
    if not isinstance(value, CompValue):
        return None
    match value.name:
        case "AdditiveExpression" | "MultiplicativeExpression":
            return _arithmetic(value, names)
        case "UnaryMinus":
            return _applied("-", ("CAST(0 AS BIGINT)", INTEGER), value_sql(value.expr, names))
        case "Builtin_IF":
            return _if(value, names)
        case "Builtin_COALESCE":
            return _coalesce(value, names)
        case "Builtin_STR":
            return _text(value_sql(value.arg, names))
        case "Builtin_CONCAT" if len(value.arg) == 1:
            alone = value_sql(value.arg[0], names)
            return alone if alone and (alone[1] == STRING or alone[1].language) else None
    return None


def _comparison(value: CompValue, names: Names) -> str | None:
    sign, left = value.op, value_sql(value.expr, names)
    if left is None:
        return None
    if sign in ("IN", "NOT IN") and isinstance(value.other, list) and value.other:
        others = [value_sql(other, names) for other in value.other]
        if not all(other and _is_comparable(left[1], other[1]) for other in others):
            return None
        return f"({left[0]} {sign} ({', '.join(other[0] for other in others if other)}))"
    right = value_sql(value.other, names) if sign in _COMPARISONS else None
    if right is None or not _is_comparable(left[1], right[1]) or (left[1] == IRI and sign not in ("=", "!=")):
        return None
    return f"({left[0]} {sign.replace('!=', '<>')} {right[0]})"


def _is_comparable(one: Kind, other: Kind) -> bool:
    return (one.name in NUMBERS and other.name in NUMBERS) or (one == other and one in (IRI, STRING))


def _literal(term: Literal) -> Value | None:
    text, datatype = str(term), str(term.datatype or "")
    if term.language:
        return None
    if datatype in ("", STRING.datatype):
        return quoted(text), STRING
    if datatype not in (XSD + "integer", XSD + "decimal") or _NUMBER.fullmatch(text) is None:
        return None
    if datatype == XSD + "integer":
        return None if "." in text else (f"CAST({quoted(text)} AS BIGINT)", INTEGER)
    return f"CAST({quoted(text)} AS DECIMAL(38,{len(text.partition('.')[2])}))", DECIMAL


def _arithmetic(value: CompValue, names: Names) -> Value | None:
    total = value_sql(value.expr, names)
    for sign, other in zip(value.op or (), value.other or (), strict=True):
        if total and total[1] == DECIMAL and total[0].startswith("CASE"):
            return None  # its text would grow with each step
        total = _applied(sign, total, value_sql(other, names))
    return total


def _applied(sign: str, left: Value | None, right: Value | None) -> Value | None:
    """One operation. Integers that overflow are errors, as in the store; decimals that might are left to it."""
    if left is None or right is None or sign not in "+-*":
        return None
    kinds = {left[1], right[1]}
    if kinds == {INTEGER}:
        return f"TRY_CAST(CAST({left[0]} AS HUGEINT) {sign} {right[0]} AS BIGINT)", INTEGER
    is_told = kinds == {INTEGER, DECIMAL} or (kinds == {DECIMAL} and sign != "*")  # no more places than there were
    if not is_told or "CASE" in left[0] + right[0]:
        return None
    value = f"({left[0]} {sign} {right[0]})"
    return (
        f"CASE WHEN {value} BETWEEN -{_MOST} AND {_MOST} THEN {value} WHEN {value} IS NOT NULL "
        f"THEN error('out of range') END",
        DECIMAL,
    )


def _if(value: CompValue, names: Names) -> Value | None:
    condition = condition_sql(value.arg1, names)
    then, other = value_sql(value.arg2, names), value_sql(value.arg3, names)
    if condition is None or then is None or other is None or then[1] != other[1]:
        return None
    return f"CASE WHEN {condition} THEN {then[0]} WHEN NOT {condition} THEN {other[0]} END", then[1]


def _coalesce(value: CompValue, names: Names) -> Value | None:
    parts = [value_sql(part, names) for part in value.arg]
    if not parts or not all(part and parts[0] and part[1] == parts[0][1] for part in parts):
        return None
    first = parts[0]
    assert first is not None
    return f"coalesce({', '.join(part[0] for part in parts if part)})", first[1]


def _text(value: Value | None) -> Value | None:
    """STR (§17.4.2.5). How numbers with a fraction are written is the store's to say."""
    if value is None or not (value[1] in (IRI, INTEGER) or value[1].name == "text"):
        return None
    return (f"CAST({value[0]} AS VARCHAR)" if value[1] == INTEGER else value[0]), STRING
