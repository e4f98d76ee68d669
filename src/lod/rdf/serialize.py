"""Triples → Turtle for people and for digests: one block a subject, a fixed order, the same bytes each time.

https://www.w3.org/TR/turtle/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from lod.rdf.languages import written
from lod.rdf.namespaces import RDF, XSD
from lod.rdf.nquads import iri, literal

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?\Z")  # a safe part of PN_LOCAL
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_FIRST, _REST, _NIL = RDF + "first", RDF + "rest", NamedNode(RDF + "nil")
_STRING = XSD + "string"

Node = NamedNode | BlankNode | Literal | Triple


def to_turtle(triples: Iterable[Triple], prefixes: Mapping[str, str], header: Iterable[str] = ()) -> str:
    """Turtle with the prefixes that are used, below comment lines.

    Subjects stand in the order in which they are first named, values in the order given; language tags are written as
    BCP 47 recommends. Lists of blank nodes stand where they are named: `( … )`.
    """
    blocks: dict[str, dict[str, dict[str, None]]] = {}
    said = list(triples)
    names = _Names(prefixes, _collections(said))
    for triple in said:
        if triple.subject in names.cells:
            continue
        block = blocks.setdefault(names.of(triple.subject), {})
        is_type = triple.predicate.value == RDF + "type"
        block.setdefault("a" if is_type else names.of(triple.predicate), {}).setdefault(names.of(triple.object))
    head = "".join(f"# {line}\n" for line in header)
    head += "".join(f"@prefix {name}: {iri(prefixes[name])} .\n" for name in sorted(names.used))
    return head + "".join(f"\n{subject} {_block(pairs)} .\n" for subject, pairs in blocks.items())


def _collections(triples: Iterable[Triple]) -> dict[BlankNode, tuple[Node, BlankNode | None]]:
    """The cells of whole lists: their first, and the next cell. A cell is named once, and no more is said of it."""
    about: dict[Node, dict[str, list[Node]]] = {}
    named: dict[Node, int] = {}
    heads: list[BlankNode] = []
    for triple in triples:
        about.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
        if isinstance(triple.object, BlankNode):
            named[triple.object] = named.get(triple.object, 0) + 1
            heads += [triple.object] if triple.predicate.value != _REST else []
    found: dict[BlankNode, tuple[Node, BlankNode | None]] = {}
    for head in heads:
        cells, here = {}, head
        while True:
            facts = about.get(here, {})
            firsts, rests = facts.get(_FIRST, []), facts.get(_REST, [])
            if here in cells or named[here] != 1 or len(facts) != 2 or (len(firsts), len(rests)) != (1, 1):
                break
            rest = rests[0]
            cells[here] = (firsts[0], rest if isinstance(rest, BlankNode) else None)
            if not isinstance(rest, BlankNode):
                found |= cells if rest == _NIL else {}
                break
            here = rest
    return found


def turtle_blocks(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Turtle piece by piece, of graphs that are larger than a memory: all prefixes first, then a block for each run of
    triples about one subject."""
    yield "".join(f"@prefix {name}: {iri(prefixes[name])} .\n" for name in sorted(prefixes))
    names = _Names(prefixes, {})
    for subject, about in groupby(triples, key=lambda triple: names.of(triple.subject)):
        pairs: dict[str, dict[str, None]] = {}
        for triple in about:
            is_type = triple.predicate.value == RDF + "type"
            pairs.setdefault("a" if is_type else names.of(triple.predicate), {}).setdefault(names.of(triple.object))
        yield f"\n{subject} {_block(pairs)} .\n"


def _block(pairs: Mapping[str, Mapping[str, None]]) -> str:
    return " ;\n    ".join(f"{predicate} {', '.join(values)}" for predicate, values in pairs.items())


def nquad(quad: Quad) -> str:
    """A quad as one line of N-Quads, without the line feed; language tags as BCP 47 recommends."""
    value = quad.object
    text = str(value)
    if isinstance(value, Literal) and value.language:
        text = literal(value.value, language=written(value.language))
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else f" {quad.graph_name}"
    return f"{quad.subject} {quad.predicate} {text}{graph} ."


class _Names:
    """How terms are written; remembers which prefixes were needed."""

    def __init__(self, prefixes: Mapping[str, str], cells: Mapping[BlankNode, tuple[Node, BlankNode | None]]) -> None:
        self.used: set[str] = set()
        self.cells = cells
        self._by_iri = {namespace: name for name, namespace in prefixes.items()}

    def of(self, node: Node) -> str:
        if isinstance(node, NamedNode):
            return self._iri(node.value)
        if isinstance(node, Literal):
            return self._literal(node)
        if isinstance(node, BlankNode) and node in self.cells:
            return f"( {' '.join(self._members(node))} )"
        return str(node)

    def _members(self, cell: BlankNode | None) -> Iterator[str]:
        while cell is not None:
            first, cell = self.cells[cell]
            yield self.of(first)

    def _iri(self, value: str) -> str:
        cut = max(value.rfind("#"), value.rfind("/")) + 1
        name = self._by_iri.get(value[:cut])
        if name is None or not _LOCAL.match(value[cut:]):
            return iri(value)
        self.used.add(name)
        return f"{name}:{value[cut:]}"

    def _literal(self, node: Literal) -> str:
        if node.language:
            return literal(node.value, language=written(node.language))
        datatype = node.datatype.value
        if datatype == _STRING:
            return literal(node.value)
        if datatype == XSD + "boolean" and node.value in ("true", "false"):
            return node.value
        if datatype == XSD + "integer" and _INTEGER.match(node.value):
            return node.value
        return f"{literal(node.value)}^^{self._iri(datatype)}"
