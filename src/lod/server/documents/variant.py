"""A document in a format for machines: what is said of a thing, and of the document itself."""

from __future__ import annotations

from pyoxigraph import NamedNode

from lod.rdf.formats import NTRIPLES, RDFXML, TURTLE
from lod.server.addresses import Address
from lod.server.documents.context import context_of
from lod.server.documents.describe import Description, document_triples
from lod.server.documents.write import write, write_whole
from lod.server.served import ServedRelease

_OF_TRIPLES = frozenset({TURTLE, NTRIPLES, RDFXML})


def document_bytes(served: ServedRelease, description: Description, address: Address) -> bytes:
    """The document about a thing at an address that names its format, byte for byte as it is served."""
    assert address.format is not None
    # A dataset's own URL answers 200: the document about it is the variant. A thing's document is the generic one.
    path = address.stem if address.stem.startswith("/doc/") else address.path
    document = served.space.base + path.lstrip("/") + (f"?page={description.page}" if description.page else "")
    about = document_triples(served, description, document)
    if address.format in _OF_TRIPLES and description.is_simple and not description.truncated:
        node = NamedNode(description.iri)
        if served.graph is not None and node not in served.described_beside and document != description.iri:
            return write_whole(description, about, address.format, served.space.base)
    return write(description.quads, about, address.format, served.space.base, context_of(served), description.iri)
