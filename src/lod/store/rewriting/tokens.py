"""What the tokens of a query say by themselves: which bracket closes which, where a path ends, what is a sign.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §19.8 (grammar)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lod.store.rewriting.outline import Unreadable
from lod.store.tokens import Token, tokens_of

VERBS = frozenset({"iri", "name"})  # the kinds of token that a predicate may be, beside `a`
MODIFIERS = frozenset("*?+")

Edit = tuple[int, int, str]
"""Characters of a query, from, up to (not including), and what is written instead of them."""


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with its edits made. None may reach into another."""
    for start, end, instead in sorted(edits, reverse=True):  # from the end, so that places before stay what they are
        text = text[:start] + instead + text[end:]
    return text


def instead_of(token: Token, instead: str) -> Edit:
    """The edit that writes something in the place of a token."""
    return token.start, token.start + len(token.text), instead


def path_end(tokens: Sequence[Token], start: int) -> int:
    """Where the path that begins at a token ends (§9.1).

    Raises:
        Unreadable: no path begins there.
    """
    place = start
    while True:
        while tokens[place].text in ("^", "!"):
            place += 1
        token = tokens[place]
        if token.text == "(":
            place = closing(tokens, place) + 1
        elif token.kind in VERBS or token.text == "a":
            place += 1
        else:
            raise Unreadable
        place += len(modifier_at(tokens, place))
        if place >= len(tokens) or tokens[place].text not in ("/", "|"):
            return place
        place += 1


def modifier_at(tokens: Sequence[Token], place: int) -> str:
    """How often a path may be taken: '*', '?', '+' where one of them stands here, else ''."""
    if place >= len(tokens) or tokens[place].text not in MODIFIERS or is_sign(tokens, place):
        return ""
    return tokens[place].text


def closing(tokens: Sequence[Token], start: int) -> int:
    """The bracket that closes the one at `start`."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += {"open": 1, "close": -1}.get(tokens[place].kind, 0)
        if depth == 0:
            return place
    raise Unreadable


def is_sign(tokens: Sequence[Token], place: int) -> bool:
    """Whether this is the sign of a number: `+1`."""
    follows = tokens[place + 1] if place + 1 < len(tokens) else None
    return follows is not None and follows.kind == "number" and follows.start == tokens[place].start + 1


def refined(text: str) -> list[Token]:
    """Tokens without the full stop that ends a triple: a name or number does not end in one (§19.8)."""
    fine = []
    for token in tokens_of(text):
        bare = token.text.rstrip(".") if token.kind in ("name", "number", "variable") else token.text
        if bare == token.text:
            fine.append(token)
            continue
        fine.append(Token(token.kind, bare, token.start))
        fine += (Token("other", ".", token.start + at) for at in range(len(bare), len(token.text)))
    return fine
