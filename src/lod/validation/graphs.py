"""Between pyoxigraph, which reads and writes, and rdflib, which pyshacl needs.

Only rdflib's memory store: pyshacl over an Oxigraph graph is slower by a factor of twenty and wrong on plain strings,
because "x" and "x"^^xsd:string, which are one term, are two to rdflib. Here both become "x".
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyoxigraph as ox
import rdflib
from rdflib.namespace import XSD
from rdflib.term import Node

from lod.validation.report import Term

_STRING = str(XSD.string)


@contextmanager
def quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Keep rdflib and pyshacl from writing to standard error: a value that its datatype refuses is theirs to log, ours
    to report. Gives the warnings that were raised meanwhile."""
    loggers = [logging.getLogger(name) for name in ("rdflib.term", "pyshacl-validate")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield caught
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def to_rdflib(quads: Iterable[ox.Quad], graph: rdflib.Graph) -> None:
    """Add the triples of all graphs to one memory graph. Literals keep their spelling."""
    known: dict[object, Node] = {}

    def term(value: object) -> Node:
        found = known.get(value)
        if found is None:
            found = known[value] = _to_node(value)
        return found

    with quiet():
        for quad in quads:
            graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))


def _to_node(value: object) -> Node:
    if isinstance(value, ox.NamedNode):
        return rdflib.URIRef(value.value)
    if isinstance(value, ox.BlankNode):
        return rdflib.BNode(value.value)
    if isinstance(value, ox.Literal):
        if value.language:
            return rdflib.Literal(value.value, lang=value.language)
        datatype = value.datatype.value
        kind = None if datatype == _STRING else rdflib.URIRef(datatype)
        return rdflib.Literal(value.value, datatype=kind, normalize=False)
    raise TypeError(f"no term of RDF 1.1: {value}")


def to_term(node: Node) -> Term:
    """The same term for pyoxigraph."""
    if isinstance(node, rdflib.URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return ox.BlankNode(str(node))
    assert isinstance(node, rdflib.Literal)
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype))) if node.datatype else ox.Literal(str(node))


def walk(graph: rdflib.Graph, roots: Iterable[Node]) -> Iterator[ox.Triple]:
    """The triples about `roots` and about the blank nodes they lead to, in a fixed order, blank nodes numbered.

    `roots` come in a fixed order; below them, order is that of predicates, then of values.
    """
    waiting = list(roots)
    labels = {node: ox.BlankNode(f"b{number}") for number, node in enumerate(waiting) if isinstance(node, rdflib.BNode)}
    signatures: dict[Node, str] = {}
    done: set[Node] = set()

    def named(node: Node) -> Term:
        if isinstance(node, rdflib.BNode):
            return labels.setdefault(node, ox.BlankNode(f"b{len(labels)}"))
        return to_term(node)

    def order(pair: tuple[Node, Node]) -> tuple[str, str]:
        predicate, value = pair
        label = labels.get(value) if isinstance(value, rdflib.BNode) else None
        return str(predicate), f"{int(label.value[1:]):09}" if label else signature(graph, value, signatures)

    waiting.reverse()
    while waiting:
        subject = waiting.pop()
        if subject in done:
            continue
        done.add(subject)
        pairs = sorted(graph.predicate_objects(subject), key=order)
        for predicate, value in pairs:
            yield ox.Triple(named(subject), named(predicate), named(value))  # type: ignore[arg-type]
        waiting += [value for _, value in reversed(pairs) if isinstance(value, rdflib.BNode)]


def signature(graph: rdflib.Graph, node: Node, known: dict[Node, str]) -> str:
    """A text that orders nodes: terms by their spelling, blank nodes by what they lead to."""
    if not isinstance(node, rdflib.BNode):
        return node.n3()
    if node not in known:
        known[node] = "_:"  # so that a circle ends
        pairs = sorted((str(p), signature(graph, value, known)) for p, value in graph.predicate_objects(node))
        known[node] = f"_:{pairs}"
    return known[node]
