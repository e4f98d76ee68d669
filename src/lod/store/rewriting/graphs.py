"""`GRAPH ?g { … }` asked of each graph by its name.

SPARQL 1.1 Query Language §13.3, §18.6: the pattern is evaluated in each named graph by itself, and ?g joined to what it
finds, so that inside ?g has no value of its own. The engine hands ?g to the patterns inside instead: sub-queries,
VALUES and MINUS lose it or count across graphs, FILTER, BIND and OPTIONAL see it. There the clause is written once for
each graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lod.store.rewriting.outline import GraphClause, Outline, Unwritable
from lod.store.rewriting.reader import outline
from lod.store.rewriting.tokens import Edit, edited
from lod.store.rewriting.zero_length import has_path_of_no_step

MOST_COPIES = 20_000  # of a clause, those inside it included: two seconds of the engine's time
MOST = 1 << 22  # characters that a clause may grow to
_SIDE_BY_SIDE = 32
_LOSING = frozenset({"SELECT", "VALUES", "MINUS", "GRAPH"})
_WITHOUT_TRIPLES = frozenset({"SELECT", "VALUES", "BIND", "OPTIONAL", "UNION"})  # what has solutions in no graph at all
_SEEING = frozenset({"FILTER", "BIND", "OPTIONAL"})


class TooManyGraphs(Unwritable):
    """A clause would have to be written too often."""


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


def without_missing_graphs(text: str, is_there: Callable[[str], bool]) -> str:
    """The query with nothing in the place of each graph that is not in its dataset (§18.6); the engine asks them too.

    `is_there`: whether a graph is, by its name as written.

    Raises:
        Unreadable: it is not SPARQL 1.1.
    """
    found = outline(text)
    edits: list[Edit] = []
    for clause in found.graphs:
        name = found.tokens[clause.name]
        if name.kind != "variable" and clause.words & _WITHOUT_TRIPLES and not is_there(name.text):
            start, end = found.tokens[clause.body.start].start, found.tokens[clause.body.end - 1].start + 1
            edits += [(start, start, "{ "), (end, end, " FILTER(false) }")]
    return edited(text, edits)


def _is_losing(found: Outline, clause: GraphClause) -> bool:
    if found.tokens[clause.name].kind != "variable":
        return False
    inside = (token for token in found.tokens[clause.body.start : clause.body.end] if token.kind == "variable")
    name = found.tokens[clause.name].text[1:]
    if clause.words & _SEEING and any(token.text[1:] == name for token in inside):
        return True
    return bool(clause.words & _LOSING) or has_path_of_no_step(found, clause.blocks)


def _written_out(found: Outline, clause: GraphClause, names: Sequence[str]) -> str:
    variable, start = found.tokens[clause.name].text, found.tokens[clause.start].start
    brace = found.tokens[clause.body.end - 1]
    length = brace.start - start
    inside = sum(
        token.text.upper() in ("UNION", "GRAPH") for token in found.tokens[clause.body.start : clause.body.end]
    )
    if length * len(names) > MOST or (1 + inside) * len(names) > MOST_COPIES:
        raise TooManyGraphs(found.text, start)
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
