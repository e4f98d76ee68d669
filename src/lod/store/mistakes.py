"""What people write wrong in queries, told at its place and with the way out.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §11.4 (what may be projected), §19.8 (grammar)

The engine's parser says where it gave up and which characters it had liked to see. What it gives up at is often far
behind the mistake: a variable that is not grouped is noticed at the end of the query. These are the mistakes that are
made most; they are looked for only in a query that the engine has refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lod.store.guard import QueryError, refusal, undeclared_prefix
from lod.store.tokens import Token, tokens_of
from lod.wording import say

_CODE = "LOD5010"
_AFTER_GROUPS = frozenset({"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})
_TOTALS = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"})
_AFTER_NAMES = frozenset({"WHERE", "FROM"})


@dataclass(frozen=True, slots=True)
class _Select:
    """One SELECT: what it shows, and the variables that it groups by."""

    shown: Sequence[Token]
    groups: tuple[str, ...]

    @property
    def is_grouped(self) -> bool:
        """Whether a row is a group, not a solution."""
        return bool(self.groups) or any(token.text.upper() in _TOTALS for token in self.shown if token.kind == "word")


def mistake(text: str, said: str) -> QueryError | None:
    """The mistake in a query, where it is one of those; `said`: the engine's words about it."""
    if undeclared := undeclared_prefix(text):
        return undeclared
    tokens = tokens_of(text)
    for select in _selects(tokens):
        if found := _in_what_is_shown(text, select, said):
            return found
    return _without_by(text, tokens) or _bound_twice(text, tokens)


def _in_what_is_shown(text: str, select: _Select, said: str) -> QueryError | None:
    depth, seen = 0, set[str]()
    ungrouped: Token | None = None
    for place, token in enumerate(select.shown):
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0 and token.text == ",":
            message = say("variables after SELECT stand without commas")
            return refusal(text, token.start, _CODE, message, say("SELECT ?year ?sex"))
        if depth == 0 and token.kind == "word" and place and token.text.upper() not in ("DISTINCT", "REDUCED"):
            message = say("'{function}' after SELECT needs brackets and a name", function=token.text)
            return refusal(text, token.start, _CODE, message, say("as in SELECT (COUNT(*) AS ?n)"))
        if depth == 0 and token.text == ")" and not _is_named(select.shown[:place]):
            message = say("what stands in brackets after SELECT needs a name")
            return refusal(text, token.start, _CODE, message, say("as in SELECT (COUNT(*) AS ?n)"))
        if depth == 0 and token.text == "*" and "not authorized with GROUP BY" in said:
            message = say("SELECT * cannot show groups")
            return refusal(text, token.start, _CODE, message, say("name what you group by, and the totals"))
        is_name = token.kind == "variable" and (depth == 0 or select.shown[place - 1].text.upper() == "AS")
        if is_name and token.text[1:] in seen:
            return refusal(text, token.start, _CODE, say("{name} stands twice after SELECT", name=token.text))
        if is_name:
            seen.add(token.text[1:])
        if depth == 0 and is_name and select.is_grouped and token.text[1:] not in select.groups:
            ungrouped = ungrouped or token
    if ungrouped is not None:
        message = say("{name} is neither in GROUP BY nor inside a total", name=ungrouped.text)
        hint = say("add it to GROUP BY, or take one of its values: (SAMPLE({name}) AS …)", name=ungrouped.text)
        return refusal(text, ungrouped.start, _CODE, message, hint)
    if "expression with a variable that is unbound" in said:
        message = say("an expression after SELECT uses a variable that is neither in GROUP BY nor inside a total")
        hint = say("give the group a name, as in GROUP BY (?n > 2 AS ?many), and show that")
        return refusal(text, select.shown[0].start, _CODE, message, hint)
    return None


def _selects(tokens: list[Token]) -> Iterator[_Select]:
    for start, token in enumerate(tokens):
        if token.kind != "word" or token.text.upper() != "SELECT":
            continue
        brace = next((at for at in range(start, len(tokens)) if tokens[at].text == "{"), len(tokens))
        end = next((at for at in range(start, brace) if tokens[at].text.upper() in _AFTER_NAMES), brace)
        yield _Select(tokens[start:end], tuple(_groups(tokens, _behind(tokens, brace))))


def _behind(tokens: list[Token], brace: int) -> int:
    """What follows the group that a brace opens."""
    depth = 0
    for place in range(brace, len(tokens)):
        depth += {"open": 1, "close": -1}.get(tokens[place].kind, 0)
        if depth == 0:
            return place + 1
    return len(tokens)


def _groups(tokens: list[Token], place: int) -> Iterator[str]:
    """The variables of the GROUP BY at a place; none where there is none."""
    if [token.text.upper() for token in tokens[place : place + 2]] != ["GROUP", "BY"]:
        return
    depth = 0
    for before, token in zip(tokens[place + 1 :], tokens[place + 2 :], strict=False):
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth < 0 or (depth == 0 and token.text.upper() in _AFTER_GROUPS):
            return
        if token.kind == "variable" and (depth == 0 or before.text.upper() == "AS"):
            yield token.text[1:]


def _is_named(shown: Sequence[Token]) -> bool:
    """Whether what a closing bracket follows is `… AS ?name`."""
    return len(shown) > 2 and shown[-2].text.upper() == "AS" and shown[-1].kind == "variable"


def _without_by(text: str, tokens: list[Token]) -> QueryError | None:
    for word, following in zip(tokens, [*tokens[1:], None], strict=True):
        name = word.text.upper() if word.kind == "word" else ""
        if name in ("GROUP", "ORDER") and (following is None or following.text.upper() != "BY"):
            return refusal(text, word.start, _CODE, say("BY is missing after {word}", word=name))
    return None


def _bound_twice(text: str, tokens: list[Token]) -> QueryError | None:
    """`BIND(… AS ?x)` where ?x has a value already (§10.1)."""
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.text == "{":
            opened.append(place)
        elif token.text == "}" and opened:
            opened.pop()
        elif token.text.upper() == "BIND" and opened:
            end = _behind(tokens, place + 1) - 1
            name = tokens[end - 1]
            before = tokens[opened[-1] : place]
            if name.kind == "variable" and any(
                one.text[1:] == name.text[1:] for one in before if one.kind == "variable"
            ):
                message = say("{name} has a value before this BIND gives it one", name=name.text)
                hint = say("choose another name, or compare: FILTER({name} = …)", name=name.text)
                return refusal(text, name.start, _CODE, message, hint)
    return None
