"""Properties of a resource, grouped and labelled: of many values the first, and where all of them are."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.rdf import languages
from lod.rdf.namespaces import DCT, FOAF, ORG, QB, RDF, RDFS, SKOS
from lod.server.cubes.codes import natural
from lod.server.documents.describe import Description
from lod.server.pages.observed import named as link_of
from lod.server.pages.reader import Reader, Shown
from lod.server.pages.short import LINKS, query
from lod.server.pages.things import linked_term
from lod.server.served import Node

_OBSERVATIONS = frozenset({QB + "observation", "https://cube.link/observation"})
MOST_VALUES = 20
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


@dataclass(frozen=True, slots=True, eq=False)
class Property:
    """One property: its label, its first values, how many more there are."""

    label: Shown
    values: tuple[Shown, ...]
    nested: tuple[tuple[Property, ...], ...] = ()  # values that have no name: their own properties
    more: int = 0
    count: int = 0
    all: str = ""  # where every value is, when there are more
    is_common: bool = False  # the same one stands on many pages
    bounded: bool = False  # the description was cut: there are at least `count`

    @property
    def is_single(self) -> bool:
        """Whether it has one value, with a name."""
        return len(self.values) == 1 and not self.more and not self.nested

    @property
    def is_short(self) -> bool:
        """Whether its values are a few words each, so that they fit beside each other: keywords, other names."""
        return all(len(value.text) <= MOST_WORDS and value.href is None for value in self.values)


def properties(reader: Reader, description: Description, leave_out: Container[str] = ()) -> tuple[Property, ...]:
    """A resource's properties in a reader's order: what it is and is called, then the rest by label."""
    return _properties(reader, description, NamedNode(description.iri), leave_out, 0)


def _properties(
    reader: Reader, description: Description, subject: NamedNode | BlankNode, leave_out: Container[str], depth: int
) -> tuple[Property, ...]:
    grouped = _grouped(description, subject) if depth else description.grouped()
    found = [
        (_PLACE.get(iri, len(_PLACE)), _property(reader, description, iri, values, depth))
        for iri, values in grouped.items()
        if iri not in leave_out
    ]
    found.sort(key=lambda item: (item[0], item[1].label.text))
    return tuple([item for _, item in found])


def _grouped(description: Description, subject: NamedNode | BlankNode) -> dict[str, list[Node]]:
    found: dict[str, dict[Node, None]] = {}
    for quad in description.quads:
        if quad.subject == subject:
            found.setdefault(quad.predicate.value, {})[quad.object] = None  # type: ignore[index]
    return {predicate: list(values) for predicate, values in found.items()}


def _property(reader: Reader, description: Description, iri: str, values: list[Node], depth: int) -> Property:
    if len(values) == 1 and not isinstance(values[0], BlankNode):
        value = values[0]
        if isinstance(value, NamedNode) and iri not in _OBSERVATIONS:  # the same on many pages
            key = ("property", iri, value.value, reader.language, reader.explicit)
            return reader.served.links.get(key, lambda: _common(reader, iri, value.value))
        return Property(linked_term(reader, iri), (_shown(reader, iri, value),), count=1)
    blank = [value for value in values if isinstance(value, BlankNode)]
    named = [value for value in values if not isinstance(value, BlankNode)]
    shown = _in_order(reader, iri, named)
    followed = blank[:MOST_VALUES] if depth < MOST_NESTED else []
    nested = [_properties(reader, description, node, (), depth + 1) for node in followed]
    more = max(len(named) - MOST_VALUES, 0) + max(len(blank) - MOST_VALUES, 0)
    return Property(
        label=linked_term(reader, iri),
        values=tuple(shown),
        nested=tuple(group for group in nested if group),
        more=more,
        count=len(values),
        all=query(reader, LINKS, of=description.iri, out=iri) if more and not depth else "",
        bounded=description.truncated and more > 0,
    )


def _in_order(reader: Reader, predicate: str, values: list[NamedNode | Literal]) -> list[Shown]:
    """The first values: in the reader's language first, then as people sort; of many those that a list begins with."""
    if len(values) > MOST_VALUES:
        first = sorted(values, key=lambda value: value.value)[:MOST_VALUES]
        return [_shown(reader, predicate, value) for value in first]
    pairs = [(_language_rank(value, reader.language), _shown(reader, predicate, value)) for value in values]
    return [shown for _, shown in sorted(pairs, key=lambda pair: (pair[0], natural(pair[1].text)))]


def _common(reader: Reader, iri: str, value: str) -> Property:
    return Property(linked_term(reader, iri), (reader.link(value),), count=1, is_common=True)


def _shown(reader: Reader, predicate: str, value: NamedNode | Literal) -> Shown:
    if predicate in _OBSERVATIONS and isinstance(value, NamedNode):
        return link_of(reader, value.value)
    return reader.show(value)


def _language_rank(value: Node, language: str) -> int:
    if isinstance(value, Literal) and value.language:
        return languages.rank(value.language, language)
    return 0
