"""Property paths of SHACL, written as SPARQL writes them.

https://www.w3.org/TR/shacl/#property-paths §2.3.1
"""

from __future__ import annotations

from rdflib import RDF, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

SH = Namespace("http://www.w3.org/ns/shacl#")

_SUFFIXES = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


def written_path(graph: Graph, path: Node) -> str:
    """A path as text: an IRI bare where it is the whole path, in angle brackets inside a longer one."""
    return str(path) if isinstance(path, URIRef) else _step(graph, path, depth=0)


def _step(graph: Graph, path: Node, depth: int) -> str:
    if isinstance(path, URIRef) or depth > 20:  # a path may not lead back to itself; its text must end all the same
        return f"<{path}>"
    if (path, RDF.first, None) in graph:
        return "(" + "/".join(_step(graph, step, depth + 1) for step in Collection(graph, path)) + ")"
    for predicate, inner in graph.predicate_objects(path):
        if predicate == SH.inversePath:
            return "^" + _step(graph, inner, depth + 1)
        if predicate == SH.alternativePath:
            return "(" + "|".join(_step(graph, step, depth + 1) for step in Collection(graph, inner)) + ")"
        if isinstance(predicate, URIRef) and predicate in _SUFFIXES:
            return "(" + _step(graph, inner, depth + 1) + ")" + _SUFFIXES[predicate]
    return f"_:{path}" if isinstance(path, BNode) else str(path)
