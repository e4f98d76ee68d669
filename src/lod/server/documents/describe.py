"""The bounded description of a resource.

A description is the resource's outgoing triples with the blank nodes they lead to (Concise Bounded Description,
https://www.w3.org/Submission/CBD/), and a few triples about the document itself. It is found by patterns on one
subject: no scan, and never more than `MOST_QUADS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from lod.rdf.iris import canonical, to_uri
from lod.rdf.namespaces import DCT, FOAF, OWL, QB, RDF, RDFS, SKOS, VOID
from lod.server.pages.labels import LABEL_PROPERTIES
from lod.server.served import ServedRelease
from lod.store.remote import RemoteStore

PAGE = 500  # triples of its own: a thing that has more is told in part, and page by page
VALUES = 100  # of each property, where a thing is told in part
MOST_PAGES = 1_000
MOST_QUADS = 5_000  # with those of its nameless parts
MOST_LISTED = 20_000  # of the catalogue, which stands in one document

TYPE = NamedNode(RDF + "type")
_PRIMARY_TOPIC = NamedNode(FOAF + "primaryTopic")
_DOCUMENT = NamedNode(FOAF + "Document")
_LICENSE = NamedNode(DCT + "license")
_RIGHTS = NamedNode(DCT + "rights")
_IS_PART_OF = NamedNode(DCT + "isPartOf")
_COMMENT = NamedNode(RDFS + "comment")
_SEE_ALSO = NamedNode(RDFS + "seeAlso")
_NEXT = NamedNode("http://www.w3.org/ns/hydra/core#next")
_PROPERTY = NamedNode(VOID + "property")
_MOST_NOT_NORMAL = 10_000  # IRIs that are no NFC
_MOST_WHOLES = 50_000  # documents with parts that are known beforehand
_WHOLES = frozenset(NamedNode(iri) for iri in (OWL + "Ontology", SKOS + "ConceptScheme", FOAF + "Document"))


@dataclass(frozen=True, slots=True)
class Description:
    """What a release says about one IRI."""

    iri: str
    quads: tuple[Quad, ...]
    truncated: bool = False  # there is more
    cut: tuple[str, ...] = ()  # the properties that have more values than are here, where that is known
    page: int = 0  # of its triples in the order of the store, from 1; 0: the first values of each property
    next: int = 0  # the page that goes on; 0: none
    parts: tuple[str, ...] = ()  # what is told with it: its address, `#` and a name
    own: tuple[tuple[NamedNode, Any], ...] = ()  # predicates and objects of its own triples: reading a quad copies them
    _grouped: dict[str, list[NamedNode | BlankNode | Literal]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def types(self) -> list[str]:
        """The IRIs of its classes."""
        return [value.value for value in self.objects(RDF + "type") if isinstance(value, NamedNode)]

    @property
    def is_simple(self) -> bool:
        """Whether it leads to no blank node."""
        return len(self.own) == len(self.quads)

    def grouped(self) -> dict[str, list[NamedNode | BlankNode | Literal]]:
        """The values of each of its properties, each once."""
        if not self._grouped:
            found: dict[str, dict[NamedNode | BlankNode | Literal, None]] = {}
            for predicate, value in self.own:
                found.setdefault(predicate.value, {})[value] = None
            self._grouped.update({predicate: list(values) for predicate, values in found.items()})
        return self._grouped

    def objects(self, predicate: str) -> Sequence[NamedNode | BlankNode | Literal]:
        """The values of one of its properties, each once."""
        return self.grouped().get(predicate, ())


def describe(served: ServedRelease, iri: str, page: int = 0, *, whole: bool = False) -> Description | None:
    """What is said of an IRI, or None when the release does not know it as a subject, or `page` is behind the last.

    Of a thing with more than `PAGE` triples of its own: the first `VALUES` values of each property, or one `page` of
    all. An IRI that the data spells percent-encoded is found under its readable spelling too. `whole`: all of it, up
    to `MOST_LISTED`.
    """
    most = MOST_LISTED if whole else PAGE
    for node in _spellings(iri):
        if page > 1:
            quads = served.stretch(node, None, None, (page - 1) * PAGE, PAGE + 1)
        else:
            quads = list(islice(served.quads(node, None, None), most + 1))
        if not quads:
            continue
        more = len(quads) > most
        if page:
            follows = page + 1 if more and page < MOST_PAGES else 0
            named = [
                quad for prop in (TYPE, *LABEL_PROPERTIES) for quad in islice(served.quads(node, prop, None), VALUES)
            ]
            found = list(dict.fromkeys([*quads[:PAGE], *(named if page > 1 else ())]))
            told = {"truncated": page > 1 or more, "page": page, "next": follows}
            return _close(served, node.value, found, MOST_QUADS, (), **told)
        if not more:
            return _close(served, node.value, quads, most if whole else MOST_QUADS)
        first, cut = _first_values(served, node) or (quads[:most], ())
        return _close(served, node.value, first, MOST_QUADS, (), truncated=True, cut=cut, next=1)
    return None


def describe_otherwise(served: ServedRelease, iri: str, page: int = 0) -> Description | None:
    """What the index does not find under an IRI in our spelling: looks into the list of addresses, so in a thread.

    An IRI that is no NFC in the data; and `iri#…` where nothing is said of `iri` itself (hash URIs: Cool URIs §4.1).
    """
    if (spelt := _as_in_the_data(served, iri)) is not None:
        return describe(served, spelt, page)
    parts = () if page else parts_of(served, iri)
    return _close(served, iri, [], MOST_QUADS, parts) if parts else None


def exists_otherwise(served: ServedRelease, iri: str) -> bool:
    """Whether `describe_otherwise` has something to say."""
    return _as_in_the_data(served, iri) is not None or bool(parts_of(served, iri))


def _as_in_the_data(served: ServedRelease, iri: str) -> str | None:
    def read() -> dict[str, str]:
        known = served.addresses()
        return {canonical(uri): uri for uri in known.not_normal(_MOST_NOT_NORMAL)} if known else {}

    return None if iri.isascii() else served.memo.get("not in NFC", read).get(iri)


def parts_of(served: ServedRelease, iri: str) -> tuple[str, ...]:
    """IRIs that begin with an IRI and `#`: whoever asks for one asks a server for the document. The first `VALUES`."""
    known = served.addresses()
    if known is None:
        return ()
    wholes = served.memo.get("documents with parts", lambda: frozenset(known.before_hash(_MOST_WHOLES)))
    found: list[str] = []
    for node in _spellings(iri):
        if node.value in wholes or len(wholes) == _MOST_WHOLES:
            found += known.beside(f"{node.value}#", f"{node.value}#", VALUES)
    return tuple(dict.fromkeys(found))


def _told_with(served: ServedRelease, iri: str, own: Sequence[tuple[NamedNode, Any]]) -> tuple[str, ...]:
    """The parts of a document that tells of others than itself: a vocabulary with its terms."""
    if not any(predicate == TYPE and value in _WHOLES for predicate, value in own):
        return ()
    return served.memo.get(("parts", iri), lambda: parts_of(served, iri))


def properties_in_use(served: ServedRelease) -> tuple[str, ...]:
    """Every property that the release's statements use, as its VoID description says; () where it has none."""

    def read() -> tuple[str, ...]:
        found = served.metadata.quads_for_pattern(None, _PROPERTY, None, None)
        return tuple(sorted({quad.object.value for quad in found if isinstance(quad.object, NamedNode)}))

    return served.memo.get("properties in use", read)


def _first_values(served: ServedRelease, node: NamedNode) -> tuple[list[Quad], tuple[str, ...]] | None:
    """The first values of each property, and which properties have more; None where nobody knows the properties.

    One look into the index a property; what a store elsewhere would be asked too often is not asked.
    """
    known = () if isinstance(served.store, RemoteStore) else properties_in_use(served)
    quads: list[Quad] = []
    cut: list[str] = []
    for prop in dict.fromkeys((RDF + "type", *known)):
        found = list(islice(served.quads(node, NamedNode(prop), None), VALUES + 1))
        quads += found[:VALUES]
        if len(found) > VALUES:
            cut.append(prop)
    return (quads[:MOST_QUADS], tuple(cut)) if known and cut else None


def exists(served: ServedRelease, iri: str) -> bool:
    """Whether the release says anything of an IRI: one look into the index."""
    return any(next(served.quads(node, None, None), None) is not None for node in _spellings(iri))


def is_in(store: Store, iri: str) -> bool:
    """Likewise of a store alone."""
    return any(next(store.quads_for_pattern(node, None, None, None), None) is not None for node in _spellings(iri))


def _spellings(iri: str) -> Iterator[NamedNode]:
    """The readable spelling, then the percent-encoded one; nothing for what is no IRI."""
    for spelling in (iri,) if iri.isascii() else (iri, to_uri(iri)):
        try:
            yield NamedNode(spelling)
        except ValueError:
            return


def _close(
    served: ServedRelease, iri: str, quads: list[Quad], most: int, parts: tuple[str, ...] | None = None, **told: Any
) -> Description:
    """Add what is said of its parts and of the blank nodes that the description leads to, `most` triples in all.

    `parts`: None where they have to be looked for.
    """
    own = tuple([(quad.predicate, quad.object) for quad in quads])
    waiting = [value for _, value in own if isinstance(value, BlankNode)]
    if parts is None:
        parts = _told_with(served, iri, own)
    for part in parts:
        found = list(islice(served.quads(NamedNode(part), None, None), VALUES))
        quads += found
        waiting += [quad.object for quad in found if isinstance(quad.object, BlankNode)]
    seen = set(waiting)
    while waiting and len(quads) <= most:
        for quad in served.quads(waiting.pop(), None, None):
            quads.append(quad)
            if isinstance(quad.object, BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
            if len(quads) > most:
                break
    told["truncated"] = told.get("truncated", False) or len(quads) > most
    return Description(iri, tuple(quads[:most]), own=own[:most], parts=parts, **told)


ABOUT_TERMS = frozenset(term.value for term in (TYPE, _PRIMARY_TOPIC, _LICENSE))
"""IRIs of terms that the triples about a whole document use: one of each namespace."""


def document_triples(served: ServedRelease, description: Description, document: str) -> Iterator[Triple]:
    """What is to be said of the document itself: what it is about, its terms of use, what it belongs to."""
    this = NamedNode(document)
    yield Triple(this, TYPE, _DOCUMENT)
    yield Triple(this, _PRIMARY_TOPIC, NamedNode(description.iri))
    for predicate, value in _terms_of_use(served.site.licence_iri, tuple(served.site.attribution.items())):
        yield Triple(this, predicate, value)
    for dataset in description.objects(QB + "dataSet"):
        yield Triple(this, _IS_PART_OF, dataset)
    if description.truncated:
        yield from _rest(served, description, this, document)


def _rest(served: ServedRelease, description: Description, this: NamedNode, document: str) -> Iterator[Triple]:
    """That a document is a part, and where the rest is: the next page, and each property that was cut by itself."""
    part = f"A page of {PAGE} triples" if description.page else f"The first {VALUES} values of each property"
    yield Triple(this, _COMMENT, Literal(f"{part}; the dump has all.", language="en"))
    if description.next:
        plain = document.partition("?")[0]
        yield Triple(this, _NEXT, NamedNode(f"{plain}?page={description.next}"))
    for prop in description.cut:
        pattern = urlencode({"subject": description.iri, "predicate": prop})
        yield Triple(this, _SEE_ALSO, NamedNode(f"{served.space.base}tpf?{pattern}"))


@lru_cache(maxsize=16)
def _terms_of_use(
    licence: str, attribution: tuple[tuple[str, str], ...]
) -> tuple[tuple[NamedNode, NamedNode | Literal], ...]:
    """What every document says of its licence and of naming the source."""
    sentences = tuple((_RIGHTS, Literal(sentence, language=language)) for language, sentence in attribution)
    return ((_LICENSE, NamedNode(licence)), *sentences)
