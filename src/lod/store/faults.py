"""Questions that the engine is known to answer wrongly: refused plainly, with another way to ask.

Oxigraph 0.5.13, measured against https://www.w3.org/TR/sparql11-query/ : a path of length zero from or to a term that
the graph does not hold (§9.3), BNODE with an argument (§17.4.2.9), and, inside `GRAPH ?g`, totals, MINUS and VALUES of
?g itself (§13.3, §18.6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode

from lod.rdf.iris import resolve
from lod.store.guard import Query, QueryError, Token, refusal, tokens_of
from lod.wording import Wording, say

_CODE = "LOD9203"
_TOTALS = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"})
_PATH_SIGNS = frozenset("/|^!*+?()a")
_TERMS = frozenset({"iri", "name", "string", "number"})


def refuse_faults(store: pyoxigraph.Store, query: Query, base_iri: str) -> None:
    """Refuse a query that would be answered wrongly.

    Raises:
        QueryError: LOD9203.
    """
    text = query.text
    if not any(sign in text for sign in "*?") and "BNODE" not in text.upper():
        return
    tokens = tokens_of(text)
    for place, token in enumerate(tokens):
        word = token.text.upper() if token.kind == "word" else ""
        if word == "BNODE" and [t.text for t in tokens[place + 1 : place + 2]] == ["("]:
            if tokens[place + 2].text != ")":
                hint = say("make an IRI of the name: IRI(CONCAT('urn:x:', name))")
                raise _refuse(text, token, say("BNODE with a name gives one node for all rows here"), hint)
        elif word == "GRAPH" and tokens[place + 1].kind == "variable":
            _check_graph(text, tokens, place + 1)
        elif token.kind == "other" and token.text in "*?":
            _check_path(store, query, base_iri, tokens, place)


def _refuse(text: str, token: Token, message: Wording, hint: Wording) -> QueryError:
    return refusal(text, token.start, _CODE, message, hint)


def _check_graph(text: str, tokens: Sequence[Token], place: int) -> None:
    """What stands in the braces behind `GRAPH ?g`."""
    name = tokens[place].text
    for inside, following in _block(tokens, place + 1):
        word = inside.text.upper() if inside.kind == "word" else ""
        is_own = word == "VALUES" and any(t.text[1:] == name[1:] for t in following if t.kind == "variable")
        if word == "MINUS" or word in _TOTALS or is_own:
            message = say("{word} inside GRAPH {name} loses rows here", word=word, name=name)
            hint = say("name the graph, or write that part outside: { GRAPH ?g { … } } MINUS { GRAPH ?g { … } }")
            raise _refuse(text, inside, message, hint)


def _block(tokens: Sequence[Token], place: int) -> Iterator[tuple[Token, Sequence[Token]]]:
    """The tokens of a block in braces, each with those up to the next brace."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[at].text, 0)
        if depth == 0:
            return
        end = next((n for n in range(at + 1, len(tokens)) if tokens[n].text == "{"), len(tokens))
        yield tokens[at], tokens[at + 1 : end]


def _check_path(store: pyoxigraph.Store, query: Query, base_iri: str, tokens: Sequence[Token], place: int) -> None:
    """`path* term` and `term path*`: the term must be in the graph, or the row for it alone would be missing."""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    start = _path_start(tokens, place - 1)
    if start is None:
        return
    for token in (after, tokens[start - 1] if start > 0 else None):
        if token is None or token.kind not in _TERMS or token.start == tokens[start].start:
            continue
        if token.kind in ("string", "number") or not _is_there(store, _iri(query, base_iri, token)):
            message = say(
                "'{term}' may not be in the graph; a path of no step to it is not found here", term=token.text
            )
            hint = say("write '+' instead of '*', and add the term itself: UNION { BIND(term AS ?x) }")
            raise _refuse(query.text, token, message, hint)


def _path_start(tokens: Sequence[Token], end: int) -> int | None:
    """Where the path that ends here begins: at its one predicate, or at the bracket around it. None: it is none."""
    if tokens[end].kind in ("iri", "name") or tokens[end].text == "a":
        return end
    if tokens[end].text != ")":
        return None
    depth, start = 0, end
    while start > 0:
        depth += {")": 1, "(": -1}.get(tokens[start].text, 0)
        if depth == 0:
            break
        start -= 1
    inside = tokens[start + 1 : end]
    is_path = all(token.kind in ("iri", "name") or token.text in _PATH_SIGNS for token in inside)
    return start if inside and is_path and start > 0 and tokens[start - 1].kind != "word" else None


def _iri(query: Query, base_iri: str, token: Token) -> str:
    if token.kind == "iri":
        return resolve(base_iri, token.text[1:-1]) if base_iri else token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    return query.prefixes.get(prefix, "") + local


def _is_there(store: pyoxigraph.Store, iri: str) -> bool:
    try:
        node = NamedNode(iri)
    except ValueError:
        return True  # escapes in a name: the engine's to read
    graph = DefaultGraph()
    found = chain(store.quads_for_pattern(node, None, None, graph), store.quads_for_pattern(None, None, node, graph))
    return next(found, None) is not None
