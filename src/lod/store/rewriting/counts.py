"""`COUNT` as the specification counts.

SPARQL 1.1 Query Language §18.5.1.2: https://www.w3.org/TR/sparql11-query/#defn_aggCount

COUNT passes over what has no value or fails; the engine has no count at all where its expression fails once, as
`COUNT(STR(?label))` does where a label is missing. `COUNT(DISTINCT *)` is over the variables of the query; the engine's
is also over those that it makes for `[]` and for paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lod.store.rewriting.tokens import Edit, closing, edited
from lod.store.tokens import Token, tokens_of

_NONE = "<urn:x-lod:none>"


def with_counts_of_values(text: str) -> str:
    """The query with its counts so; the text itself where the engine counts rightly.

    Raises:
        Unreadable: brackets do not close.
    """
    tokens = tokens_of(text)
    edits: list[Edit] = []
    for place, token in enumerate(tokens[:-1]):
        if token.text.upper() != "COUNT" or token.kind != "word" or tokens[place + 1].text != "(":
            continue
        end = closing(tokens, place + 1)
        is_distinct = tokens[place + 2].text.upper() == "DISTINCT"
        inside = tokens[place + 2 + is_distinct : end]
        if len(inside) == 1 and (inside[0].text == "*" or inside[0].kind == "variable"):
            continue
        expression = text[inside[0].start : tokens[end].start].strip()
        edits.append((token.start, tokens[end].start + 1, _count(expression, is_distinct=is_distinct)))
    for select, group in _groups(tokens):
        if _counts_solutions(tokens, select, group):
            start, end = tokens[group].start, tokens[closing(tokens, group)].start
            edits += [(start, start + 1, "{ { SELECT * {"), (end, end + 1, "} } }")]
    return edited(text, edits)


def _count(expression: str, *, is_distinct: bool) -> str:
    if not is_distinct:
        return f"SUM(COALESCE(IF(ISBLANK({expression}), 1, 1), 0))"
    without = f"COALESCE(MAX(COALESCE(IF(ISBLANK({expression}), 0, 0), 1)), 0)"
    return f"(COUNT(DISTINCT COALESCE({expression}, {_NONE})) - {without})"


def _groups(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Each SELECT, and the brace of its group."""
    for select, token in enumerate(tokens):
        if token.kind == "word" and token.text.upper() == "SELECT":
            yield select, next(place for place in range(select, len(tokens)) if tokens[place].text == "{")


def _counts_solutions(tokens: Sequence[Token], select: int, group: int) -> bool:
    """Whether a SELECT says COUNT(DISTINCT *) before its group or after it."""
    stop = end = closing(tokens, group)
    while stop + 1 < len(tokens) and tokens[stop + 1].text != "}":
        stop += 1
        if tokens[stop].text == "{":
            stop = closing(tokens, stop)
    own = [token.text.upper() for token in (*tokens[select:group], *tokens[end : stop + 1])]
    wanted = ["COUNT", "(", "DISTINCT", "*", ")"]
    return any(own[at : at + 5] == wanted for at in range(len(own)))
