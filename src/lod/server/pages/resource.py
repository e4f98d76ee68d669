"""The page of anything: organisations, vocabulary terms, whatever has no page of its own kind."""

from __future__ import annotations

from dataclasses import dataclass

from lod.rdf.iris import to_uri
from lod.rdf.namespaces import DCT, FOAF, ORG, RDF, RDFS, SKOS
from lod.server.addresses import Address
from lod.server.documents.describe import Description, describe
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.history import HistoryEvent, history
from lod.server.pages.incoming import Incoming, incoming
from lod.server.pages.key_figures import KeyFigures, key_figures
from lod.server.pages.labels import LABEL_PROPERTIES
from lod.server.pages.properties import Property, properties
from lod.server.pages.reader import Reader, Shown
from lod.server.pages.things import classes_of

_TEXTS = (SKOS + "definition", DCT + "description", RDFS + "comment")
_SHOWN_ABOVE = {RDF + "type", *_TEXTS, *(name.value for name in LABEL_PROPERTIES)}
_LINKS_OF_AN_ORGANISATION = (ORG + "subOrganizationOf", ORG + "hasSubOrganization")


@dataclass(frozen=True, slots=True)
class Part:
    """What is told on the page of the document that its address begins with."""

    name: str  # behind the `#`
    title: Shown
    iri: str
    kinds: tuple[Shown, ...]
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """Context of `resource.html` and `organisation.html`."""

    frame: Frame
    title: Shown
    others: tuple[Shown, ...]
    kinds: tuple[Shown, ...]
    definitions: tuple[Shown, ...]  # in the reader's language first
    iri: str
    homepage: Shown | None
    parents: tuple[Shown, ...]
    parts: tuple[Shown, ...]
    properties: tuple[Property, ...]
    incoming: tuple[Incoming, ...]
    figures: tuple[KeyFigures, ...]
    history: tuple[HistoryEvent, ...]
    told: tuple[Part, ...] = ()


def resource_page(reader: Reader, description: Description, address: Address) -> ResourcePage:
    """What the data says of a resource and what points to it."""
    title, figures = reader.label(description.iri), key_figures(reader, description.iri)
    organisation = {FOAF + "homepage", *_LINKS_OF_AN_ORGANISATION}
    texts = [text for predicate in _TEXTS for text in description.objects(predicate)]
    homepage = next((reader.show(v) for v in description.objects(FOAF + "homepage")), None)
    return ResourcePage(
        frame=make_frame(
            reader,
            address,
            title.text,
            crumbs=(Crumb(title.text, title.language),),
            canonical=reader.served.space.base + address.stem.lstrip("/"),
            sheet="cube.css" if figures else "",  # tables and charts
        ),
        title=title,
        figures=figures,
        history=history(reader, description),
        others=reader.other_names(description.iri, title),
        kinds=classes_of(reader, description.types),
        definitions=reader.in_all_languages(texts),
        iri=description.iri,
        homepage=homepage,
        parents=tuple(reader.show(v) for v in description.objects(ORG + "subOrganizationOf")),
        parts=tuple(reader.show(v) for v in description.objects(ORG + "hasSubOrganization")),
        properties=properties(reader, description, leave_out=_SHOWN_ABOVE | organisation),
        incoming=incoming(reader, description.iri, leave_out=set(_LINKS_OF_AN_ORGANISATION)),
        told=tuple(_part(reader, each) for iri in description.parts if (each := describe(reader.served, iri))),
    )


def _part(reader: Reader, described: Description) -> Part:
    iri, kinds = described.iri, classes_of(reader, described.types)
    said = properties(reader, described, leave_out={RDF + "type"})
    return Part(to_uri(iri.partition("#")[2]), reader.label(iri), iri, kinds, said)
