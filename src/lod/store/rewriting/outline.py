"""Where the parts of a query stand: its graph clauses, its triples, its calls of BNODE.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §19.8 (grammar)

Values only; `lod.store.rewriting.reader` finds them. A part is told by the places of its tokens, so that the text of a
query can be changed where it stands and is left as its author wrote it everywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lod.store.tokens import Token


class Unreadable(Exception):
    """A part of a query is not of SPARQL 1.1 as this reader knows it."""


class Unwritable(Exception):
    """A part of a query, at a place of its text, would have to be asked in other words, and there are none."""

    def __init__(self, text: str, place: int) -> None:
        self.text, self.place = text, place


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PathTriple:
    """`subject path object` (§9); `subject` is None where it is a blank node in square brackets."""

    subject: Span | None
    path: Span
    object: Span


@dataclass(frozen=True, slots=True)
class Block:
    """Triples of one subject (TriplesSameSubjectPath), and the name of the graph that they are asked of."""

    span: Span
    graph: int | None  # its token; None: the default graph
    subject: Span
    direct: tuple[PathTriple, ...]  # of the subject itself
    nested: tuple[PathTriple, ...]  # of blank nodes in brackets
    is_tested: bool  # it stands in EXISTS


@dataclass(frozen=True, slots=True)
class GraphClause:
    """`GRAPH name { … }` (§13.3): its first token, its name, its braces, what stands in them."""

    start: int
    name: int
    body: Span
    words: frozenset[str]  # keywords in the body, at any depth
    blocks: Span  # in `Outline.blocks`


@dataclass(frozen=True, slots=True)
class Call:
    """A call of BNODE with an argument, inside of what, and where that begins."""

    start: int
    scope: str  # BIND, FILTER, SELECT, GROUP; '' elsewhere
    owner: int
    group: int  # the brace of its group, or the SELECT


@dataclass(slots=True)
class Outline:
    """What was found in a query."""

    text: str
    tokens: list[Token]
    form: int = 0  # the token of the query's form
    datasets: list[Span] = field(default_factory=list)  # FROM clauses
    graphs: list[GraphClause] = field(default_factory=list)  # inner ones first
    blocks: list[Block] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    values: list[Span] = field(default_factory=list)  # VALUES with their blocks
    grouped: set[int] = field(default_factory=set)  # SELECTs with GROUP BY
    parts: list[Span] = field(default_factory=list)  # sub-queries of the default graph, EXISTS apart; inner ones first

    def written(self, span: Span) -> str:
        """The text of some tokens."""
        if span.start >= span.end:
            return ""
        last = self.tokens[span.end - 1]
        return self.text[self.tokens[span.start].start : last.start + len(last.text)]
