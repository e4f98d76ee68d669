"""Forms of SPARQL 1.1 that the engine's parser refuses, in words that it reads.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §11.2 (GROUP BY), §18.2.4.4 (SELECT expressions)

`GROUP BY (?a AS ?b)` names a group by another variable; the engine forgets the name where the expression is a variable
alone. `SELECT ?a ?b ?a` shows two variables; the engine refuses one that stands twice. `(SUM(?x) AS ?n) (?n / 2 AS ?m)`
uses a name that the same SELECT gives (§16.1.2); the engine does not know it beside totals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lod.store.rewriting.tokens import Edit, closing, edited, instead_of
from lod.store.tokens import Token, tokens_of

AFTER_GROUPS = frozenset({"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})


def with_forms_that_are_read(text: str) -> str:
    """The query in such words; the text itself where nothing has to be said otherwise."""
    tokens = tokens_of(text)
    edits: list[Edit] = []
    for place, token in enumerate(tokens):
        word = token.text.upper() if token.kind == "word" else ""
        if word == "SELECT":
            edits += (instead_of(again, " " * len(again.text)) for again in _repeated(tokens, place))
            edits += _named_before(text, tokens, place)
        elif word == "GROUP":
            edits += (instead_of(one, f"COALESCE({one.text})") for one in _renamed(tokens, place + 2))
    return edited(text, edits)


def _repeated(tokens: Sequence[Token], select: int) -> Iterator[Token]:
    """Variables that a SELECT names once more."""
    seen, depth = set[str](), 0
    for token in tokens[select:]:
        if token.text == "{":
            return
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0 and token.kind == "variable":
            if token.text[1:] in seen:
                yield token
            seen.add(token.text[1:])


def _named_before(text: str, tokens: Sequence[Token], select: int) -> Iterator[Edit]:
    """Variables in the expressions of a SELECT that it has named before, and what they stand for."""
    named: dict[str, str] = {}
    place = select + 1
    while place < len(tokens) and tokens[place].text != "{":
        if tokens[place].text != "(":
            place += 1
            continue
        end = closing(tokens, place)
        found = [one for one in tokens[place + 1 : end - 2] if one.kind == "variable" and one.text[1:] in named]
        yield from (instead_of(one, named[one.text[1:]]) for one in found)
        if not found and end - place > 3:
            named[tokens[end - 1].text[1:]] = f"({text[tokens[place + 1].start : tokens[end - 2].start].strip()})"
        place = end + 1


def _renamed(tokens: Sequence[Token], start: int) -> Iterator[Token]:
    """The variables that the conditions of a GROUP BY only give another name."""
    depth = 0
    for place in range(start, len(tokens)):
        token = tokens[place]
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth < 0 or (depth == 0 and token.text.upper() in AFTER_GROUPS):
            return
        inside = tokens[place + 1 : place + 5]
        is_name = [one.kind for one in inside] == ["variable", "word", "variable", "close"]
        if depth == 1 and token.text == "(" and is_name and inside[1].text.upper() == "AS":
            yield inside[0]
