"""Language tags that a query compares with: in lower case, as the engine knows them.

SPARQL 1.1 Query Language §17.4.2.2, LANG: https://www.w3.org/TR/sparql11-query/#func-lang

Tags mean the same in whichever case (RFC 5646 §2.1.1), and data says `zh-Hant-TW`, but `LANG` of our engine says
`zh-hant-tw`: `FILTER(LANG(?label) = "zh-Hant-TW")` would find nothing. LANGMATCHES does not mind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lod.store.guard import Token, tokens_of
from lod.store.rewriting.outline import closing

_LANG = re.compile(r"\bLANG\b", re.IGNORECASE)
_PARTS = frozenset({"STRSTARTS", "STRENDS", "CONTAINS"})


def with_known_tags(text: str) -> str:
    """The query with the tags that it compares `LANG(…)` with in lower case; a variable there is wrapped in LCASE."""
    if _LANG.search(text) is None:
        return text
    tokens = tokens_of(text)
    edits: dict[int, Token] = {}
    for place, token in enumerate(tokens[:-1]):
        if token.kind == "word" and token.text.upper() == "LANG" and tokens[place + 1].text == "(":
            edits |= {each.start: each for each in _compared(tokens, place, closing(tokens, place + 1))}
    for start, token in sorted(edits.items(), reverse=True):
        known = token.text.lower() if token.kind == "string" else f"LCASE({token.text})"
        text = text[:start] + known + text[start + len(token.text) :]
    return text


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
        opened = end + 1 + after.index("(")
        places += range(opened + 1, closing(tokens, opened))
    elif after[:1] == [","] and before[:1] == ["("] and before[1:2] and before[1] in _PARTS:
        places.append(end + 2)
    if before[:1] == ["="]:
        places.append(start - (3 if before[1:2] == ["!"] else 2))
    for place in places:
        if 0 <= place < len(tokens) and _is_plain(tokens, place):
            yield tokens[place]


def _is_plain(tokens: Sequence[Token], place: int) -> bool:
    """Whether a term is a variable, or a text without escapes, language and datatype."""
    token, after = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else None
    if token.kind == "variable":
        return token.text[0] in "?$"
    has_more = after is not None and (after.kind == "language" or after.text == "^")
    return token.kind == "string" and "\\" not in token.text and not has_more
