"""Nothing divided by something, which is nothing.

SPARQL 1.1 Query Language §17.3, numeric-divide: https://www.w3.org/TR/sparql11-query/#OperatorMapping

`0 / 2.5` has no value in the engine: it cannot divide zero by a decimal with a fraction, so that a density or a share
of nothing would be blank. There nothing is multiplied instead; what fails for other reasons (`1 / 0`) goes on failing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lod.store.guard import Token
from lod.store.rewriting.outline import Outline, Unreadable, closing, outline

_MAY_DIVIDE = re.compile(r"(?:[?$]\w+|\)|[\"']|(?<![\w/.:#%\-])\d[\d.]*(?:[eE][+-]?\d+)?)(?:\s|\#[^\n]*\n)*/")
_MARK = "\ue000"  # for the divisions that are written already
_MOST = 1 << 17  # characters: what is divided is written four times
_SIGNS = frozenset("+-!")
_BEFORE_A_GROUP = frozenset(
    {"AS", "FILTER", "BIND", "HAVING", "BY", "SELECT", "DISTINCT", "REDUCED", "IN", "ASC", "DESC"}
)


def with_quotients(text: str) -> str:
    """The query with its divisions so; the text itself where it has none, or is not SPARQL 1.1."""
    if _MAY_DIVIDE.search(text) is None or _MARK in text:
        return text
    written = text
    try:
        while (place := _division(found := outline(written))) is not None:
            start, end = _first(found.tokens, place - 1), _last(found.tokens, place + 1)
            last = found.tokens[end]
            over = written[found.tokens[start].start : found.tokens[place].start].strip()
            under = written[found.tokens[place + 1].start : last.start + len(last.text)]
            none = f"IF({over} = 0, ({over}) * (1 {_MARK} {under}), 1 {_MARK} 0)"
            quotient = f"COALESCE({over} {_MARK} {under}, {none})"
            written = written[: found.tokens[start].start] + quotient + written[last.start + len(last.text) :]
            if len(written) > _MOST:
                return text
    except (Unreadable, IndexError):
        return text
    return written.replace(_MARK, "/")


def _division(found: Outline) -> int | None:
    """The first division; a slash in a pattern is a path."""
    paths = {place for block in found.blocks for place in range(block.span.start, block.span.end)}
    slashes = (place for place, token in enumerate(found.tokens) if token.text == "/" and place > found.form)
    return next((place for place in slashes if place not in paths and not _is_in_template(found, place)), None)


def _is_in_template(found: Outline, place: int) -> bool:
    """Whether a token stands in what CONSTRUCT makes."""
    opened = found.form + 1
    is_construct = found.tokens[found.form].text.upper() == "CONSTRUCT" and found.tokens[opened].text == "{"
    return is_construct and place < closing(found.tokens, opened)


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
