"""`ORDER BY ?value` where values are of many kinds: numbers, texts and dates beside each other.

SPARQL 1.1 Query Language §15.1 leaves open how literals of different kinds stand to each other. The engine compares
some by value and the others by their letters (2 < 10, "10…" < "15" < "2"), which is no order, and its sorting ends the
process once it notices: `?s ?p ?o … ORDER BY ?o` over numbers and texts, for one. So such a query is sorted by kinds
first: numbers as doubles, then texts and the rest by datatype, those with a time zone behind those without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lod.rdf.namespaces import XSD
from lod.store.rewriting.tokens import Edit, edited, instead_of
from lod.store.tokens import Token, tokens_of

_OF_ANY_PROPERTY = re.compile(r"[?$]\w+\s+[?$]\w+\s*[.;,}]")
_ORDER = re.compile(r"\bORDER\s", re.IGNORECASE)
_KEYS = (
    'IF(isNumeric({v}), "", STR(DATATYPE({v})))',
    f"IF(isNumeric({{v}}), <{XSD}double>({{v}}), 0)",
    'COALESCE(IF(TZ({v}) = "", 1, 2), 0)',
    "{v}",
)
_ENDS = frozenset({"LIMIT", "OFFSET", "VALUES", "HAVING"})
_DIRECTIONS = ("ASC", "DESC")


def may_sort_many_kinds(text: str) -> bool:
    """Whether a query may sort by values of whatever property, by its words alone."""
    return _ORDER.search(text) is not None and _OF_ANY_PROPERTY.search(text) is not None


def with_kinds_apart(text: str) -> str:
    """The query with what it sorts by taken kind by kind, where that is the value of whatever property."""
    tokens = tokens_of(text)
    values = set(_of_any_property(tokens))
    edits: list[Edit] = []
    for place in range(len(tokens) - 2):
        if _is_word(tokens[place], "ORDER") and _is_word(tokens[place + 1], "BY"):
            edits += _apart(tokens, place + 2, values)
    return edited(text, edits)


def _of_any_property(tokens: Sequence[Token]) -> Iterator[str]:
    """The names of variables that stand behind another one and end a triple."""
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.kind == token.kind == "variable" and after.text in (".", ";", ",", "}"):
            yield _name(token)


def _apart(tokens: Sequence[Token], start: int, values: set[str]) -> Iterator[Edit]:
    """The edits of the conditions that begin at a token (§15.1: OrderCondition)."""
    place, depth = start, 0
    while place < len(tokens):
        token = tokens[place]
        if depth == 0 and (token.text == "}" or token.text.upper() in _ENDS):
            return
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0 and token.kind == "variable" and _name(token) in values:
            yield instead_of(token, _keys("ASC", token.text))
        elif depth == 0 and token.text.upper() in _DIRECTIONS and token.kind == "word":
            around = tokens[place + 1 : place + 4]
            if [one.text for one in around[::2]] == ["(", ")"] and _name(around[1]) in values:
                yield token.start, around[2].start + 1, _keys(token.text, around[1].text)
                place += 3
        place += 1


def _keys(direction: str, variable: str) -> str:
    return " ".join(f"{direction}({key.format(v=variable)})" for key in _KEYS)


def _name(token: Token) -> str:
    return token.text[1:] if token.kind == "variable" else ""


def _is_word(token: Token, word: str) -> bool:
    return token.kind == "word" and token.text.upper() == word
