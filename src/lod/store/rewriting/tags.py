"""Language tags in a query: compared in whichever case, told as they are written.

SPARQL 1.1 Query Language §17.4.2.2, LANG: https://www.w3.org/TR/sparql11-query/#func-lang

Tags mean the same in whichever case (RFC 5646 §2.1.1), and data says `zh-Hant-TW`, but `LANG` of our engine says
`zh-hant-tw`: `FILTER(LANG(?label) = "zh-Hant-TW")` would find nothing. So what it is compared with is put in lower
case, which costs nothing; wherever else its value is used, it is written as it should be. LANGMATCHES does not mind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from lod.rdf.languages import written
from lod.store.rewriting.tokens import Edit, closing, edited, instead_of
from lod.store.tokens import Token, tokens_of

WRITTEN = NamedNode("urn:x-lod:written-tag")
"""The function that queries written here call; whoever evaluates them gives the engine `written_tag` for it."""

_LANG = re.compile(r"\bLANG\b", re.IGNORECASE)
_PARTS = frozenset({"STRSTARTS", "STRENDS", "CONTAINS"})


def written_tag(tag: NamedNode | BlankNode | Literal | Triple) -> Literal | None:
    """A language tag as BCP 47 recommends to write it."""
    return Literal(written(tag.value)) if isinstance(tag, Literal) else None


def with_known_tags(text: str, *, of_any_engine: bool = False) -> str:
    """The query with the tags that it compares `LANG(…)` with in lower case, and other calls of LANG as written tags.

    A variable that is compared is wrapped in LCASE. `of_any_engine`: what LANG says may be in any case, so that is
    wrapped where it is compared, and other calls stay as they are.
    """
    if _LANG.search(text) is None:
        return text
    tokens = tokens_of(text)
    edits = set[Edit]()
    for place, token in enumerate(tokens[:-1]):
        if token.kind != "word" or token.text.upper() != "LANG" or tokens[place + 1].text != "(":
            continue
        end = closing(tokens, place + 1)
        compared = list(_compared(tokens, place, end))
        for one in compared:
            known = one.text.lower() if one.kind == "string" else f"LCASE({one.text})"
            edits.add(instead_of(one, known))
        if of_any_engine:
            around = "LCASE" if compared else ""
        else:
            around = "" if compared or _is_matched(tokens, place) else str(WRITTEN)
        if around:
            opened, closed = token.start, tokens[end].start
            edits |= {(opened, opened, f"{around}("), (closed, closed, ")")}
    return edited(text, edits)


def _is_matched(tokens: Sequence[Token], place: int) -> bool:
    """Whether a call of LANG is LANGMATCHES's first argument."""
    return [token.text.upper() for token in tokens[max(place - 2, 0) : place]] == ["LANGMATCHES", "("]


def _compared(tokens: Sequence[Token], start: int, end: int) -> Iterator[Token]:
    """The terms that the call of LANG from `start` to `end` is compared with."""
    after = [token.text.upper() for token in tokens[end + 1 : end + 4]]
    before = [token.text.upper() for token in reversed(tokens[max(start - 3, 0) : start])]
    places: list[int] = []
    if after[:1] == ["="]:
        places.append(end + 2)
    elif after[:2] == ["!", "="]:
        places.append(end + 3)
    elif after[:2] == ["IN", "("] or after == ["NOT", "IN", "("]:
        places += _members(tokens, end + 1 + after.index("("))
    elif after[:1] == [","] and before[:1] == ["("] and before[1:2] and before[1] in _PARTS:
        places.append(end + 2)
    if before[:1] == ["="]:
        places.append(start - (3 if before[1:2] == ["!"] else 2))
    for place in places:
        if 0 <= place < len(tokens) and _is_plain(tokens, place):
            yield tokens[place]


def _members(tokens: Sequence[Token], opened: int) -> Iterator[int]:
    """The terms of a list, but for those inside of its expressions."""
    depth = 0
    for place in range(opened, closing(tokens, opened)):
        depth += {"open": 1, "close": -1}.get(tokens[place].kind, 0)
        if depth == 1:
            yield place


def _is_plain(tokens: Sequence[Token], place: int) -> bool:
    """Whether a term is a variable, or a text without escapes, language and datatype."""
    token, after = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else None
    if token.kind == "variable":
        return token.text[0] in "?$"
    has_more = after is not None and (after.kind == "language" or after.text == "^")
    return token.kind == "string" and "\\" not in token.text and not has_more
