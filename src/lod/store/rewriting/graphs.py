"""`GRAPH ?g { … }` asked of each graph by its name.

SPARQL 1.1 Query Language §13.3, §18.6: the pattern is evaluated in each named graph by itself, and ?g joined to what it
finds. The engine hands ?g to the patterns inside instead, so that sub-queries, VALUES and MINUS lose it or count across
graphs. There the clause is written once for each graph.
"""

from __future__ import annotations

from collections.abc import Sequence

from lod.store.rewriting.outline import GraphClause, Outline, outline
from lod.store.rewriting.paths import has_path_of_no_step

MOST_COPIES = 20_000  # of a clause, those inside it included: two seconds of the engine's time
MOST = 1 << 22  # characters that a clause may grow to
_SIDE_BY_SIDE = 32
_LOSING = frozenset({"SELECT", "VALUES", "MINUS", "GRAPH"})


class TooManyGraphs(Exception):
    """A clause would have to be written too often."""

    def __init__(self, place: int) -> None:
        self.place = place


def with_graphs_named(text: str, names: Sequence[str]) -> str:
    """The query with each clause that would lose rows written once a graph; `names` as they stand in a query.

    Raises:
        Unreadable: it is not SPARQL 1.1.
        TooManyGraphs: it would grow too long.
    """
    found = outline(text)
    while (clause := next((one for one in found.graphs if _is_losing(found, one)), None)) is not None:
        text = _written_out(found, clause, names)
        found = outline(text)
    return text


def _is_losing(found: Outline, clause: GraphClause) -> bool:
    if found.tokens[clause.name].kind != "variable":
        return False
    return bool(clause.words & _LOSING) or has_path_of_no_step(found, clause.blocks)


def _written_out(found: Outline, clause: GraphClause, names: Sequence[str]) -> str:
    variable, start = found.tokens[clause.name].text, found.tokens[clause.start].start
    brace = found.tokens[clause.body.end - 1]
    length = brace.start - start
    inside = sum(
        token.text.upper() in ("UNION", "GRAPH") for token in found.tokens[clause.body.start : clause.body.end]
    )
    if length * len(names) > MOST or (1 + inside) * len(names) > MOST_COPIES:
        raise TooManyGraphs(start)
    copies = [
        f"{{ GRAPH {name} {_body(found, clause, str(number))} VALUES {variable} {{ {name} }} }}"
        for number, name in enumerate(names)
    ]
    nothing = f"{{ GRAPH <urn:x-lod:none> {found.written(clause.body)} VALUES {variable} {{ }} }}"
    return f"{found.text[:start]}{{ {_alternatives(copies or [nothing])} }}{found.text[brace.start + 1 :]}"


def _alternatives(copies: Sequence[str]) -> str:
    """One of them or another, in halves of halves: the engine's stack bears a thousand side by side."""
    if len(copies) <= _SIDE_BY_SIDE:
        return " UNION ".join(copies)
    middle = len(copies) // 2
    return f"{{ {_alternatives(copies[:middle])} }} UNION {{ {_alternatives(copies[middle:])} }}"


def _body(found: Outline, clause: GraphClause, number: str) -> str:
    """The braces of a clause; a blank node's label may stand in one graph pattern only (§4.1.4)."""
    start = found.tokens[clause.body.start].start
    body, shift = found.written(clause.body), 0
    for token in found.tokens[clause.body.start : clause.body.end]:
        if token.kind == "variable" and token.text.startswith("_:"):
            at = token.start - start + len(token.text) + shift
            body = f"{body[:at]}_{number}{body[at:]}"
            shift += len(number) + 1
    return body
