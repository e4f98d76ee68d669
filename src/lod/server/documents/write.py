"""How statements are written: RDF syntaxes by the library of the store, JSON as trees of our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from lod.rdf.formats import JSON, JSONLD, NQUADS, NTRIPLES, RDFXML, TRIG, TURTLE, Format
from lod.rdf.namespaces import PREFIXES, RDF
from lod.rdf.tags import with_written_tags
from lod.server.answers import header
from lod.server.documents.context import GENERAL, Context
from lod.server.documents.describe import ABOUT_TERMS, TYPE, Description
from lod.server.documents.tree import write_tree

_OXIGRAPH = {
    NTRIPLES: RdfFormat.N_TRIPLES,
    NQUADS: RdfFormat.N_QUADS,
    TURTLE: RdfFormat.TURTLE,
    TRIG: RdfFormat.TRIG,
    RDFXML: RdfFormat.RDF_XML,
}


@lru_cache(maxsize=32)
def content_type(format: Format) -> tuple[bytes, bytes]:  # noqa: A002 - the term
    """Content-Type; text types say their charset."""
    charset = "; charset=utf-8" if format.media_type.startswith("text/") else ""
    return header("content-type", format.media_type + charset)


def write(
    quads: Iterable[Quad],
    extra: Iterable[Triple],
    format: Format,  # noqa: A002 - the term
    base: str,
    context: Context = GENERAL,
    root: str = "",
) -> bytes:
    """Serialise quads and extra triples, each triple once; TriG and N-Quads keep the graphs.

    `context` and `root` are for JSON: its names, and what the tree is about.
    """
    if format in {TRIG, NQUADS}:
        added = (Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in extra)
        all_quads = list(dict.fromkeys([*quads, *added]))
        return _serialize(all_quads, format, prefixes_for(all_quads, base))
    triples = list(dict.fromkeys([*[quad.triple for quad in quads], *extra]))
    if format is JSONLD:
        return write_tree(triples, prefixes_for(triples, base), context, root)
    if format is JSON:
        return write_tree(triples, PREFIXES, context, root, bare=True)
    return _serialize(triples, format, {} if format is NTRIPLES else prefixes_for(triples, base))


def write_whole(description: Description, about: Iterable[Triple], format: Format, base: str) -> bytes:  # noqa: A002
    """Serialise a whole description without blank nodes, in one of the syntaxes for triples: `write`, but sooner.

    The caller knows that each triple stands there once.
    """
    prefixes: dict[str, str] = {}
    if format is not NTRIPLES:
        literals = [value for _, value in description.own if isinstance(value, Literal)]
        datatypes = {literal.datatype.value for literal in literals} - {RDF + "langString"}
        prefixes = _prefixes_of(ABOUT_TERMS.union(description.grouped(), description.types, datatypes), base)
    return _serialize([*description.quads, *about], format, prefixes)


def _serialize(statements: Sequence[Triple | Quad], format: Format, prefixes: dict[str, str]) -> bytes:  # noqa: A002
    """Write a document. The store knows language tags in lower case; they leave as BCP 47 recommends."""
    document = serialize(statements, format=_OXIGRAPH[format], prefixes=prefixes or None) or b""  # type: ignore[arg-type]  # a mixture is taken too
    return with_written_tags(document, format)


def prefixes_for(statements: Iterable[Triple | Quad], base: str) -> dict[str, str]:
    """The prefixes that the predicates, classes and datatypes of a document need, and no others.

    Only vocabulary is abbreviated: data IRIs may hold anything, and `county:\\%E8…` helps nobody.
    """
    terms: set[str] = set()
    for statement in statements:
        predicate, value = statement.predicate, statement.object
        terms.add(predicate.value)
        if isinstance(value, Literal):
            if value.language is None:
                terms.add(value.datatype.value)
        elif predicate == TYPE and isinstance(value, NamedNode):
            terms.add(value.value)
    return _prefixes_of(frozenset(terms), base)


_KNOWN = {namespace: prefix for prefix, namespace in PREFIXES.items()}


@lru_cache(maxsize=1024)
def _prefixes_of(terms: frozenset[str], base: str) -> dict[str, str]:
    """Kept by the terms: things of one kind use the same ones. Nobody changes the answer."""
    found: dict[str, str] = {}
    for iri in sorted(terms):
        if (known := _prefix_of(iri, base)) is not None:
            found.setdefault(*known)
    return found


def _prefix_of(iri: str, base: str) -> tuple[str, str] | None:
    """The prefix and namespace of a term: a known vocabulary's, or one made from the name of ours."""
    namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    if namespace in _KNOWN:
        return _KNOWN[namespace], namespace
    if not namespace.startswith(base) or namespace == base:
        return None
    name = namespace[len(base) : -1].rpartition("/")[2]
    return (name, namespace) if name.isascii() and name.isalpha() and name not in PREFIXES else None
