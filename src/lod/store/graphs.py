"""Graphs that a query names and the store does not hold: read from packed files into memory, for as long as it asks.

SPARQL 1.1 Query Language §13 (RDF dataset): https://www.w3.org/TR/sparql11-query/#rdfDataset

Which IRI stands for which file is not known here (`lod.release.history.graphs`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urljoin

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from lod.store.guard import Query, QueryError, refusal
from lod.store.tokens import Token, tokens_of
from lod.wording import Wording, say

MOST_STATEMENTS = 1_000_000
"""Of all graphs of one query: some 600 MB of memory, 3 seconds of one core."""

_LONGEST_BASE = 2_000  # characters: each BASE stands on the one before, and thousands of them take seconds to read
_GRAPHS = re.compile(r"\b(?:FROM|GRAPH)\b", re.IGNORECASE)
_BEFORE_A_GRAPH = frozenset({"FROM", "NAMED", "GRAPH", "VALUES"})
_VALUES = frozenset({"iri", "name", "string", "number", "word"})
_SYNTAX = {".nq": RdfFormat.N_QUADS, ".ttl": RdfFormat.TURTLE}


@dataclass(frozen=True, slots=True)
class GraphFile:
    """Statements in a packed file (`….ttl.zst`, `….nq.zst`) as the graph `iri`; '': as the default graph."""

    iri: str
    path: Path
    statements: int = 0


@dataclass(frozen=True, slots=True)
class NamedGraphs:
    """The IRIs that a query may mean graphs by: `asked` stand where a graph does, `said` anywhere.

    `is_chosen`: it chooses its dataset by FROM, so that the store's own default graph is not asked.
    """

    asked: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    is_chosen: bool = False


def graphs_in(query: Query, base_iri: str) -> NamedGraphs:
    """What a query says about graphs: after FROM, FROM NAMED and GRAPH, among the VALUES of GRAPH ?g, and anywhere.

    Raises:
        QueryError: LOD5011 its BASE is too long.
    """
    if _GRAPHS.search(query.text) is None:
        return NamedGraphs()
    asked, said, is_chosen = dict[str, None](), dict[str, None](), False
    for iri, before in iris_in(query, base_iri):
        (asked if before in _BEFORE_A_GRAPH else said)[iri] = None
        is_chosen = is_chosen or before in ("FROM", "NAMED")
    return NamedGraphs(tuple(asked), tuple(said), is_chosen)


def iris_in(query: Query, base_iri: str) -> Iterator[tuple[str, str]]:
    """The IRIs of a query in order, names spelt out, each with the word before it in capitals; '' where none is.

    Before one that a variable of GRAPH may have as its value, that is VALUES.

    Raises:
        QueryError: LOD5011 its BASE is too long.
    """
    tokens = tokens_of(query.text)
    words = [token.text.upper() if token.kind == "word" else "" for token in tokens]
    values = set(_graph_values(tokens, words)) if "VALUES" in words else ()
    base = base_iri
    for place, token in enumerate(tokens):
        before = words[place - 1] if place else ""
        if token.kind == "iri" and before == "BASE":
            base = _resolved(base, token.text[1:-1]) or base
            if len(base) > _LONGEST_BASE:
                message = say("the BASE of a query may have {most:,} characters", most=_LONGEST_BASE)
                raise refusal(query.text, token.start, "LOD5011", message)
        elif "PREFIX" in words[max(place - 2, 0) : place]:
            continue
        elif (iri := _iri(token, query, base)) is not None:
            yield iri, "VALUES" if place in values else before


def _graph_values(tokens: list[Token], words: list[str]) -> Iterator[int]:
    """Where values stand of the variables that GRAPH has: `VALUES ?g { … }`, `VALUES (?n ?g) { (1 …) }`."""
    of_graphs = {token.text[1:] for word, token in zip(words, tokens[1:], strict=False) if word == "GRAPH"}
    steps = iter(enumerate(tokens))  # one for all loops: a text of nothing but VALUES takes linear time
    for start, _ in steps:
        if words[start] != "VALUES":
            continue
        head = takewhile(lambda step: step[1].text != "{", steps)
        variables = [token.text[1:] for _, token in head if token.kind == "variable"]
        column = 0
        for place, token in takewhile(lambda step: step[1].text != "}", steps):
            if token.kind == "open":
                column = 0
            elif token.kind in _VALUES and tokens[place - 1].text != "^":  # a datatype
                if column < len(variables) and variables[column] in of_graphs:
                    yield place
                column += len(variables) > 1


def _iri(token: Token, query: Query, base: str) -> str | None:
    if token.kind == "iri":
        return _resolved(base, token.text[1:-1])
    prefix, colon, rest = token.text.partition(":")
    if token.kind != "name" or not colon or prefix not in query.prefixes:
        return None
    return _resolved(base, query.prefixes[prefix] + re.sub(r"\\(.)", r"\1", rest))


def _resolved(base: str, reference: str) -> str | None:
    """An absolute IRI; None for what is none, `http://[`: the engine says so."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return None


def empty_graph(iri: str) -> Wording:
    """What is said of a graph that is nowhere (LOD6110)."""
    return say("there is no graph <{iri}> here, so it is empty", iri=iri)


def check_size(files: Collection[GraphFile]) -> None:
    """Refuse graphs that are too much for memory.

    Raises:
        QueryError: LOD6090 they hold more than `MOST_STATEMENTS`.
    """
    if any(not file.iri for file in files):
        hint = say("choose the graphs by FROM and FROM NAMED, so that the current release is not read beside them")
    else:
        hint = say("name fewer graphs, or download the files of these datasets and ask at home")
    refuse_too_many(sum(file.statements for file in files), hint)


def refuse_too_many(held: int, hint: Wording) -> None:
    """Refuse graphs that hold too many statements.

    Raises:
        QueryError: LOD6090.
    """
    if held <= MOST_STATEMENTS:
        return
    raise QueryError(
        say("the graphs of this query hold {held:,} statements, more than {most:,}", held=held, most=MOST_STATEMENTS),
        code="LOD6090",
        hint=hint,
    )


def load_graphs(files: Sequence[GraphFile]) -> pyoxigraph.Store:
    """A store in memory that holds these graphs.

    Raises:
        QueryError: LOD6091 a file is missing or damaged.
    """
    import zstandard  # here, since few questions name graphs

    store = pyoxigraph.Store()
    for file in files:
        graph = NamedNode(file.iri) if file.iri else None
        try:
            with file.path.open("rb") as packed:
                unpacked = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
                store.bulk_load(cast("BinaryIO", unpacked), _SYNTAX[file.path.suffixes[-2]], to_graph=graph)
        except (OSError, RuntimeError, ValueError, SyntaxError, zstandard.ZstdError) as error:
            raise QueryError(
                say("the statements of '{iri}' cannot be read: {error}", iri=file.iri or file.path.name, error=error),
                code="LOD6091",
                hint=say("'lod verify --full {release}' says what is damaged", release=file.path.parents[1].name),
            ) from None
    return store
