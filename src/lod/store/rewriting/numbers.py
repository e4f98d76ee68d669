"""Arithmetic that the engine gets wrong.

SPARQL 1.1 Query Language §17.1, §17.3: https://www.w3.org/TR/sparql11-query/#OperatorMapping

`0 / 2.5` has no value in the engine: it cannot divide zero by a decimal with a fraction, so that a density or a share
of nothing would be blank. There nothing is multiplied instead; what fails for other reasons (`1 / 0`) goes on failing.
`xsd:integer(1e5)` is 99999: doubles lose something on their way to decimals. There their texts are cast, which lose
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from lod.rdf.namespaces import XSD
from lod.store.rewriting.outline import Outline, Span, Unreadable
from lod.store.rewriting.reader import outline
from lod.store.rewriting.tokens import closing
from lod.store.tokens import Token

_INTEGER = XSD + "integer"
_CASTS = frozenset({_INTEGER, XSD + "decimal"})

_MAY_DIVIDE = re.compile(r"(?:[?$]\w+|\)|[\"']|(?<![\w/.:#%\-])\d[\d.]*(?:[eE][+-]?\d+)?)(?:\s|\#[^\n]*\n)*/")
_MAY_CAST = re.compile(r"(?:integer|decimal)>?(?:\s|\#[^\n]*\n)*\(")
_MARK, _DONE = "\ue000", "\ue001"  # a division that is written already; behind the name of a cast that is
_MOST = 1 << 17  # characters: what is divided is written four times
_SIGNS = frozenset("+-!")
_BEFORE_A_GROUP = frozenset(
    {"AS", "FILTER", "BIND", "HAVING", "BY", "SELECT", "DISTINCT", "REDUCED", "IN", "ASC", "DESC"}
)


def with_numbers(text: str, prefixes: Mapping[str, str]) -> str:
    """The query with its divisions and casts so; the text itself where it has none, or is not SPARQL 1.1."""
    if (_MAY_DIVIDE.search(text) or _MAY_CAST.search(text)) is None or _MARK in text or _DONE in text:
        return text
    written = text
    try:
        while len(written) < _MOST and (place := _division(found := outline(written))) is not None:
            written = _divided(found, place)
        while len(written) < _MOST and (place := _cast(found := outline(written), prefixes)) is not None:
            written = _of_texts(found, place, prefixes)
    except (Unreadable, IndexError):
        return text
    return text if len(written) >= _MOST else written.replace(_MARK, "/").replace(_DONE, "")


def _divided(found: Outline, place: int) -> str:
    start, end = _first(found.tokens, place - 1), _last(found.tokens, place + 1)
    over, under = found.written(Span(start, place)), found.written(Span(place + 1, end + 1))
    none = f"IF({over} = 0, ({over}) * (1 {_MARK} {under}), 1 {_MARK} 0)"
    return _instead(found, start, end, f"COALESCE({over} {_MARK} {under}, {none})")


def _of_texts(found: Outline, place: int, prefixes: Mapping[str, str]) -> str:
    end = closing(found.tokens, place + 1)
    name, value = found.tokens[place].text + _DONE, found.written(Span(place + 2, end))
    whole = f"IF({value} < 0, CEIL({value}), FLOOR({value}))" if _iri(found, place, prefixes) == _INTEGER else value
    told = f"IF(DATATYPE({value}) IN (<{XSD}double>, <{XSD}float>), {name}(STR({whole})), {name}({value}))"
    return _instead(found, place, end, told)


def _instead(found: Outline, start: int, end: int, expression: str) -> str:
    """The query with an expression in the place of the tokens from one to another."""
    last = found.tokens[end]
    return found.text[: found.tokens[start].start] + expression + found.text[last.start + len(last.text) :]


def _iri(found: Outline, place: int, prefixes: Mapping[str, str]) -> str:
    text = found.tokens[place].text
    prefix, _, local = text.partition(":")
    return text[1:-1] if text.startswith("<") else prefixes.get(prefix, "") + local


def _cast(found: Outline, prefixes: Mapping[str, str]) -> int | None:
    """The first cast to an integer or a decimal; in a pattern such a name is a property before a list."""
    calls = (
        place
        for place, (token, following) in enumerate(pairwise(found.tokens))
        if token.kind in ("iri", "name") and following.text == "(" and place > found.form
    )
    casts = (place for place in calls if _iri(found, place, prefixes) in _CASTS)
    return next((place for place in casts if _is_in_expression(found, place)), None)


def _division(found: Outline) -> int | None:
    """The first division; a slash in a pattern is a path."""
    slashes = (place for place, token in enumerate(found.tokens) if token.text == "/" and place > found.form)
    return next((place for place in slashes if _is_in_expression(found, place)), None)


def _is_in_expression(found: Outline, place: int) -> bool:
    """Whether a token stands neither in a pattern nor in what CONSTRUCT makes."""
    if any(block.span.start <= place < block.span.end for block in found.blocks):
        return False
    opened = found.form + 1
    is_construct = found.tokens[found.form].text.upper() == "CONSTRUCT" and found.tokens[opened].text == "{"
    return not is_construct or place > closing(found.tokens, opened)


def _first(tokens: Sequence[Token], end: int) -> int:
    """Where the factors begin that end at a token."""
    start = _operand(tokens, end)
    while tokens[start - 1].text in ("*", "/", _MARK):
        start = _operand(tokens, start - 2)
    return start


def _operand(tokens: Sequence[Token], end: int) -> int:
    """Where the term, the call or the brackets begin that end at a token."""
    token, start = tokens[end], end
    if token.text == ")":
        depth = 1
        while depth:
            start -= 1
            depth += {"open": -1, "close": 1}.get(tokens[start].kind, 0)
        before = tokens[start - 1]
        is_call = before.kind in ("iri", "name") or (
            before.kind == "word" and before.text.upper() not in _BEFORE_A_GROUP
        )
        return start - is_call
    if token.kind == "language":
        return end - 1
    if token.kind in ("iri", "name") and tokens[end - 1].text == "^":
        return end - 3
    return start


def _last(tokens: Sequence[Token], start: int) -> int:
    """The last token of the term, the call or the brackets that begin at a token, signs before them."""
    while tokens[start].text in _SIGNS:
        start += 1
    token, following = tokens[start], tokens[start + 1]
    if token.text == "(":
        return closing(tokens, start)
    if token.kind in ("word", "iri", "name") and following.text == "(":
        return closing(tokens, start + 1)
    if token.kind == "string" and following.text == "^":
        return start + 3
    return start + (token.kind == "string" and following.kind == "language")
