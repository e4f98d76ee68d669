"""Prefixes that data declares for the queries in it.

SHACL §5.2.1, Prefix Declarations for SPARQL Queries: https://www.w3.org/TR/shacl/#sparql-prefixes
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from lod.rdf.namespaces import OWL, SH

Term = NamedNode | BlankNode | Literal | Triple
Objects = Callable[[Term, str], Sequence[Term]]
"""The objects of a subject and of the IRI of a predicate."""


def declared_prefixes(query: Term, objects: Objects) -> Iterator[tuple[str, str]]:
    """(prefix, namespace) of what `sh:prefixes` leads to from the node that has a query."""
    waiting, seen = list(objects(query, SH + "prefixes")), set[Term]()
    while waiting:
        ontology = waiting.pop()
        if ontology in seen:
            continue
        seen.add(ontology)
        waiting += objects(ontology, OWL + "imports")
        for declaration in objects(ontology, SH + "declare"):
            for name, iri in zip(
                objects(declaration, SH + "prefix"), objects(declaration, SH + "namespace"), strict=False
            ):
                if isinstance(name, Literal) and isinstance(iri, Literal | NamedNode):
                    yield name.value, iri.value


def prefix_lines(prefixes: Iterable[tuple[str, str]]) -> str:
    """As they stand before a query."""
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(dict(prefixes).items()))
