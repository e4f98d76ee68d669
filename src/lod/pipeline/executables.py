"""Example queries that a project offers (`sh:SPARQLExecutable`): each must be a query, or no reader gets an answer.

The terms are those of SHACL (https://www.w3.org/TR/shacl/#dfn-sparql-based-constraint), as other endpoints
use them to publish tried queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

import pyoxigraph
from pyoxigraph import Literal, NamedNode

from lod.diagnostics import Findings, TextOrigin
from lod.rdf.declared_prefixes import Objects, Term, declared_prefixes, prefix_lines
from lod.rdf.namespaces import OWL, RDF, SH
from lod.rdf.parse import Document
from lod.store.guard import QueryError
from lod.store.query import query

_EXECUTABLES = frozenset(
    NamedNode(SH + name)
    for name in ("SPARQLExecutable", "SPARQLAskExecutable", "SPARQLConstructExecutable", "SPARQLSelectExecutable")
)
_QUERIES = frozenset(NamedNode(SH + name) for name in ("select", "ask", "construct"))
_ABOUT_PREFIXES = frozenset((*(SH + name for name in ("prefixes", "declare", "prefix", "namespace")), OWL + "imports"))
_TYPE = NamedNode(RDF + "type")


def check_executables(documents: Iterable[Document], findings: Findings) -> None:
    """Ask every example of an empty store, which reads it and answers at once.

    Findings: LOD5010 to LOD5017, as the endpoint would refuse it, at the query's line in the document.
    """
    nothing = pyoxigraph.Store()
    known = list(documents)
    objects = _declarations(known)
    for document in known:
        examples = {quad.subject for quad in document.quads if quad.predicate == _TYPE and quad.object in _EXECUTABLES}
        for quad in document.quads:
            if quad.subject in examples and quad.predicate in _QUERIES and isinstance(quad.object, Literal):
                lines = prefix_lines(declared_prefixes(quad.subject, objects))
                try:
                    query(nothing, lines + quad.object.value, BytesIO(), base_iri=document.base)
                except QueryError as error:
                    origin = _origin(document, quad.object.value, error, lines.count("\n"))
                    findings.error(error.code, error.message, origin, error.hint)


def _declarations(documents: Iterable[Document]) -> Objects:
    """What documents say about prefixes, in whichever of them."""
    index: dict[tuple[Term, str], list[Term]] = {}
    for quad in (quad for document in documents for quad in document.quads if quad.predicate.value in _ABOUT_PREFIXES):
        index.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)
    return lambda subject, predicate: index.get((subject, predicate), [])


def _origin(document: Document, text: str, error: QueryError, added: int) -> TextOrigin:
    """Where a place in a query stands in the document; the document as a whole where the text is escaped there.

    `added`: how many lines were written before it.
    """
    line = error.line - added
    source = document.path.read_text(encoding="utf-8", errors="replace")
    start = source.find(text)
    if start < 0 or line < 1:
        return TextOrigin(document.shown)
    first = source.count("\n", 0, start) + 1
    indent = start - (source.rfind("\n", 0, start) + 1) if line == 1 else 0
    return TextOrigin(document.shown, first + line - 1, error.column + indent)
