"""Between pyoxigraph, which reads and writes, and rdflib, which pyshacl needs.

"x" and "x"^^xsd:string, which are one term, are two to rdflib: here both become "x".
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

from lod.validation.shapes.graph import Term

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
            found = known[value] = to_node(value)
        return found

    with quiet():
        for quad in quads:
            graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))


def to_node(value: object) -> Node:
    """A term of pyoxigraph as one of rdflib."""
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
