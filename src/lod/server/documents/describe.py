"""The bounded description of a resource, and how it is written.

A description is the resource's outgoing triples with the blank nodes they lead to (Concise Bounded Description,
https://www.w3.org/Submission/CBD/), and a few triples about the document itself. It is found by patterns on one
subject: no query text, no scan, and never more than `MOST_QUADS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from lod.rdf.iris import to_uri
from lod.rdf.namespaces import DCT, FOAF, QB, RDF, RDFS
from lod.server.served import ServedRelease

MOST_QUADS = 20_000

TYPE = NamedNode(RDF + "type")
_DATASET = NamedNode(QB + "dataSet")
_PRIMARY_TOPIC = NamedNode(FOAF + "primaryTopic")
_DOCUMENT = NamedNode(FOAF + "Document")
_LICENSE = NamedNode(DCT + "license")
_RIGHTS = NamedNode(DCT + "rights")
_IS_PART_OF = NamedNode(DCT + "isPartOf")
_COMMENT = NamedNode(RDFS + "comment")


@dataclass(frozen=True, slots=True)
class Description:
    """What a release says about one IRI."""

    iri: str
    quads: tuple[Quad, ...]
    truncated: bool = False  # there is more than MOST_QUADS

    @property
    def types(self) -> list[str]:
        """The IRIs of its classes."""
        return [quad.object.value for quad in self._own(TYPE) if isinstance(quad.object, NamedNode)]

    def objects(self, predicate: str) -> list[NamedNode | BlankNode | Literal]:
        """The values of one of its properties, each once."""
        return list(dict.fromkeys(quad.object for quad in self._own(NamedNode(predicate))))  # type: ignore[misc]

    def _own(self, predicate: NamedNode) -> Iterator[Quad]:
        return (q for q in self.quads if q.predicate == predicate and getattr(q.subject, "value", "") == self.iri)


def describe(served: ServedRelease, iri: str) -> Description | None:
    """Everything said of an IRI, or None when the release does not know it as a subject.

    An IRI that the data spells percent-encoded is found under its readable spelling too.
    """
    for node in _spellings(iri):
        quads = list(islice(served.quads(node, None, None), MOST_QUADS + 1))
        if quads:
            return _close(served, node.value, quads)
    return None


def exists(served: ServedRelease, iri: str) -> bool:
    """Whether the release says anything of an IRI: one look into the index."""
    return any(next(served.quads(node, None, None), None) is not None for node in _spellings(iri))


def _spellings(iri: str) -> Iterator[NamedNode]:
    """The readable spelling, then the percent-encoded one; nothing for what is no IRI."""
    for spelling in (iri,) if iri.isascii() else (iri, to_uri(iri)):
        try:
            yield NamedNode(spelling)
        except ValueError:
            return


def _close(served: ServedRelease, iri: str, quads: list[Quad]) -> Description:
    """Add what is said of the blank nodes that the description leads to."""
    waiting = [quad.object for quad in quads if isinstance(quad.object, BlankNode)]
    seen = set(waiting)
    while waiting and len(quads) <= MOST_QUADS:
        for quad in served.quads(waiting.pop(), None, None):
            quads.append(quad)
            if isinstance(quad.object, BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
            if len(quads) > MOST_QUADS:
                break
    return Description(iri, tuple(quads[:MOST_QUADS]), truncated=len(quads) > MOST_QUADS)


def document_triples(served: ServedRelease, description: Description, document: str) -> Iterator[Triple]:
    """What is to be said of the document itself: what it is about, its terms of use, what it belongs to."""
    this = NamedNode(document)
    yield Triple(this, TYPE, _DOCUMENT)
    yield Triple(this, _PRIMARY_TOPIC, NamedNode(description.iri))
    for predicate, value in _terms_of_use(served.site.licence_iri, tuple(served.site.attribution.items())):
        yield Triple(this, predicate, value)
    for quad in description.quads:
        if quad.predicate == _DATASET:
            yield Triple(this, _IS_PART_OF, quad.object)
    if description.truncated:
        yield Triple(this, _COMMENT, Literal(f"The first {MOST_QUADS} triples; the dump has all.", language="en"))


@lru_cache(maxsize=16)
def _terms_of_use(
    licence: str, attribution: tuple[tuple[str, str], ...]
) -> tuple[tuple[NamedNode, NamedNode | Literal], ...]:
    """What every document says of its licence and of naming the source."""
    sentences = tuple((_RIGHTS, Literal(sentence, language=language)) for language, sentence in attribution)
    return ((_LICENSE, NamedNode(licence)), *sentences)
