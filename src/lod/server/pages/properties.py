"""Properties of a resource, grouped and labelled, and what points to it, counted."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.rdf import languages
from lod.rdf.namespaces import DCT, FOAF, ORG, QB, RDF, RDFS, SKOS, VOID
from lod.server.cubes.cube import DATA_SET, read_observation, read_structure
from lod.server.documents.describe import Description
from lod.server.pages.reader import Reader, Shown
from lod.server.served import Node

MOST_VALUES = 20
MOST_INCOMING = 1_000
MOST_WORDS = 24  # characters of a value that stands beside others
MOST_NESTED = 3  # blank nodes inside blank nodes

_FIRST = (
    RDF + "type",
    SKOS + "prefLabel",
    RDFS + "label",
    DCT + "title",
    FOAF + "name",
    SKOS + "altLabel",
    SKOS + "notation",
    DCT + "identifier",
    SKOS + "definition",
    DCT + "description",
    SKOS + "scopeNote",
    RDFS + "comment",
    QB + "dataSet",
    SKOS + "inScheme",
    SKOS + "topConceptOf",
    SKOS + "broader",
    SKOS + "narrower",
    ORG + "subOrganizationOf",
    ORG + "hasSubOrganization",
    RDFS + "subClassOf",
    RDFS + "subPropertyOf",
    RDFS + "domain",
    RDFS + "range",
)
_PLACE = {iri: place for place, iri in enumerate(_FIRST)}


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its label, its first values, how many more there are."""

    label: Shown
    values: tuple[Shown, ...]
    nested: tuple[tuple[Property, ...], ...] = ()  # values that have no name: their own properties
    more: int = 0

    @property
    def is_short(self) -> bool:
        """Whether its values are a few words each, so that they fit beside each other: keywords, other names."""
        return all(len(value.text) <= MOST_WORDS and value.href is None for value in self.values)


@dataclass(frozen=True, slots=True)
class Incoming:
    """What points here by one property: how many, the first of them."""

    label: Shown
    count: int
    values: tuple[Shown, ...]
    bounded: bool  # counting stopped; there may be more


def properties(reader: Reader, description: Description, leave_out: Container[str] = ()) -> tuple[Property, ...]:
    """A resource's properties in a reader's order: what it is and is called, then the rest by label."""
    return _properties(reader, description, NamedNode(description.iri), leave_out, 0)


def _properties(
    reader: Reader, description: Description, subject: NamedNode | BlankNode, leave_out: Container[str], depth: int
) -> tuple[Property, ...]:
    grouped: dict[str, dict[Node, None]] = {}
    for quad in description.quads:
        if quad.subject == subject and quad.predicate.value not in leave_out:
            grouped.setdefault(quad.predicate.value, {})[quad.object] = None  # type: ignore[index]
    found = [_property(reader, description, iri, list(values), depth) for iri, values in grouped.items()]
    order = {
        id(item): (_PLACE.get(iri, len(_PLACE)), item.label.text) for item, iri in zip(found, grouped, strict=True)
    }
    return tuple(sorted(found, key=lambda item: order[id(item)]))


def _property(reader: Reader, description: Description, iri: str, values: list[Node], depth: int) -> Property:
    blank = [value for value in values if isinstance(value, BlankNode)]
    named = [value for value in values if not isinstance(value, BlankNode)]
    if len(named) <= MOST_VALUES:
        named.sort(key=lambda value: _language_rank(value, reader.language))
    followed = blank[:MOST_VALUES] if depth < MOST_NESTED else []
    nested = [_properties(reader, description, node, (), depth + 1) for node in followed]
    shown = [reader.show(value) for value in named[:MOST_VALUES]]
    return Property(
        label=reader.link(iri),
        values=tuple(shown),
        nested=tuple(group for group in nested if group),
        more=max(len(named) - MOST_VALUES, 0) + max(len(blank) - MOST_VALUES, 0),
    )


def _language_rank(value: Node, language: str) -> int:
    if isinstance(value, Literal) and value.language:
        return languages.rank(value.language, language)
    return 0


def incoming(reader: Reader, iri: str, leave_out: Container[str] = ()) -> tuple[Incoming, ...]:
    """What points to a resource, grouped by property; at most `MOST_INCOMING` links are counted."""
    quads = list(islice(reader.served.quads(None, None, NamedNode(iri)), MOST_INCOMING + 1))
    bounded = len(quads) > MOST_INCOMING
    grouped: dict[str, dict[str, None]] = {}
    for quad in quads[:MOST_INCOMING]:
        predicate = quad.predicate.value
        if predicate.startswith(VOID) or predicate in leave_out:
            continue  # statistics about the data are no use of it
        if isinstance(quad.subject, NamedNode):
            grouped.setdefault(predicate, {})[quad.subject.value] = None
    return tuple(
        Incoming(
            label=reader.link(predicate),
            count=len(subjects),
            values=tuple(named(reader, subject) for subject in list(subjects)[:MOST_VALUES]),
            bounded=bounded,
        )
        for predicate, subjects in sorted(grouped.items())
    )


def named(reader: Reader, iri: str) -> Shown:
    """A link to a resource of ours that may have no label: an observation is called by its place in the cube."""
    shown = reader.link(iri)
    if reader.served.labels.all(iri) or not iri.startswith(reader.served.space.base):
        return shown
    observation = read_observation(reader.served, NamedNode(iri))
    dataset = observation.values.get(DATA_SET.value)
    if not isinstance(dataset, NamedNode):
        return replace(shown, text=iri[len(reader.served.space.base) :])
    _, components = read_structure(reader.served, dataset.value)
    places = [observation.values[c.iri] for c in components if c.kind == "dimension" and c.iri in observation.values]
    figures = [observation.values[c.iri] for c in components if c.kind == "measure" and c.iri in observation.values]
    place = reader.t("comma").join(reader.show(term).text for term in places)
    figure = reader.t("comma").join(reader.show(term).text for term in figures)
    return replace(shown, text=place or shown.text, note=figure)
