"""`BNODE("name")`, which is another node in each solution.

SPARQL 1.1 Query Language §17.4.2.9: calls with the same text give the same node within one solution and different ones
in different solutions. The engine gives one node for all. So each solution gets a random text of its own first, and the
node's name is made of both.
"""

from __future__ import annotations

from collections.abc import Sequence

from lod.store.rewriting.outline import Call, Outline, Unreadable
from lod.store.rewriting.reader import outline
from lod.store.rewriting.tokens import Edit, closing, edited, instead_of

_OWN = "?xLodSolution"


def with_nodes_of_each_solution(text: str) -> str:
    """The query with the calls of BNODE written so; the text itself where it has none.

    What it returns may have variables more than the query had (`only_these` takes them away).

    Raises:
        Unreadable: it cannot be written so.
    """
    found = outline(text)
    calls = [call for call in found.calls if call.scope]  # in HAVING and ORDER BY any node will do
    if not calls:
        return text
    edits: list[Edit] = []
    first: dict[int, int] = {}
    for call in calls:
        if _stands_for_itself(found, call):
            edits += _alone(found, call, calls)
            continue
        first.setdefault(call.group, call.owner)
        edits += _call(found, call, f"{_OWN}{call.group}")
    for call in {one.group: one for one in reversed(calls) if one.group in first}.values():
        edits.append(_own(found, call, first[call.group]))
    return edited(text, edits)


def _call(found: Outline, call: Call, own: str) -> list[Edit]:
    opening = found.tokens[call.start + 1].start
    end = found.tokens[closing(found.tokens, call.start + 1)].start
    return [(opening, opening + 1, f"(MD5(CONCAT({own}, "), (end, end + 1, ")))")]


def _stands_for_itself(found: Outline, call: Call) -> bool:
    """Whether no variable can be had for a call's solution: it is a group, or is to be made distinct."""
    if call.scope != "SELECT":
        return call.scope == "GROUP"
    return call.owner in found.grouped or found.tokens[call.owner + 1].text.upper() == "DISTINCT"


def _alone(found: Outline, call: Call, calls: Sequence[Call]) -> list[Edit]:
    """A text of its own in the call itself, where no other call of its solution has to give the same node.

    What has a new node in each row is distinct: the word goes.
    """
    if any(other is not call and (other.scope, other.group) == (call.scope, call.group) for other in calls):
        raise Unreadable
    edits = _call(found, call, "STRUUID()")
    after = found.tokens[call.owner + 1]
    if call.scope == "SELECT" and after.text.upper() == "DISTINCT":
        around = [token.text.upper() for token in found.tokens[call.start - 1 : call.start + 5]]
        if [*around[:1], *around[4:]] != ["(", ")", "AS"] or found.tokens[call.start + 2].kind != "string":
            raise Unreadable  # it might have no value
        edits.append(instead_of(after, ""))
    return edits


def _own(found: Outline, call: Call, owner: int) -> Edit:
    """Where a solution gets its own text: before the first BIND or FILTER of the group, or first in the projection."""
    variable = f"{_OWN}{call.group}"
    if call.scope in ("BIND", "FILTER"):
        place = found.tokens[owner].start
        return place, place, f"BIND(STRUUID() AS {variable}) "
    after = found.tokens[call.owner + 1]
    place = after.start + (len(after.text) if after.text.upper() == "REDUCED" else 0)
    return place, place, f" (STRUUID() AS {variable}) "


def only_these(text: str, variables: Sequence[str]) -> str:
    """A SELECT with these variables and no others."""
    found = outline(text)
    start = found.tokens[found.form].start
    body = text[start:]
    clauses: list[str] = []
    for span in reversed(found.datasets):
        clause = found.written(span)
        clauses.insert(0, clause)
        at = found.tokens[span.start].start - start
        body = body[:at] + " " * len(clause) + body[at + len(clause) :]
    names = " ".join(f"?{name}" for name in variables)
    return f"{text[:start]}SELECT {names} {' '.join(clauses)} {{ {body}\n}}"


def has_more(text: str) -> bool:
    """Whether a rewritten SELECT shows variables that its query did not have."""
    found = outline(text)
    brace = next(place for place in range(found.form, len(found.tokens)) if found.tokens[place].text == "{")
    head = [token.text for token in found.tokens[found.form : brace]]
    return "*" in head[1:3] or any(word.startswith(_OWN) for word in head)
