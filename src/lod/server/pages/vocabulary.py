"""Pages of vocabularies and of the terms in them: what a property or a class means, and how much it is used.

OWL 2: https://www.w3.org/TR/owl2-syntax/#Ontologies ; RDF Schema: https://www.w3.org/TR/rdf-schema/ ; how often a term
is used is told by the release's VoID description (https://www.w3.org/TR/void/#class-property-partitions): no scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Literal, NamedNode

from lod.rdf.iris import to_uri
from lod.rdf.namespaces import DCT, OWL, QB, RDF, RDFS, SDMX_ATTRIBUTE, SKOS, VOID
from lod.server.addresses import Address
from lod.server.cubes.codes import natural
from lod.server.cubes.cube import read_structure
from lod.server.documents.describe import TYPE, Description
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.home import datasets
from lod.server.pages.incoming import Incoming, incoming
from lod.server.pages.properties import Property, properties
from lod.server.pages.reader import Reader, Shown
from lod.server.pages.short import LINKS, query
from lod.server.pages.things import classes_of
from lod.server.served import ServedRelease

MOST_TERMS = 2_000  # of a vocabulary that are read
MOST_SHOWN = 300  # of a group
MOST_BELOW = 50  # terms that specialise one

PROPERTIES = (
    QB + "DimensionProperty", QB + "MeasureProperty", QB + "AttributeProperty", QB + "CodedProperty",
    QB + "ComponentProperty", RDF + "Property", OWL + "ObjectProperty", OWL + "DatatypeProperty",
    OWL + "AnnotationProperty", OWL + "FunctionalProperty", OWL + "InverseFunctionalProperty",
)  # fmt: skip
CLASSES = (RDFS + "Class", OWL + "Class", RDFS + "Datatype")

_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (  # a term stands in the first that it belongs to
    ("vocabulary_dimensions", frozenset({QB + "DimensionProperty"})),
    ("vocabulary_measures", frozenset({QB + "MeasureProperty"})),
    ("vocabulary_attributes", frozenset({QB + "AttributeProperty"})),
    ("vocabulary_properties", frozenset(PROPERTIES)),
    ("vocabulary_classes", frozenset(CLASSES)),
)
_REST = "vocabulary_rest"
_TEXTS = (SKOS + "definition", RDFS + "comment", DCT + "description")
_NAMES = (SKOS + "prefLabel", RDFS + "label", DCT + "title")
_DEFINED_BY = NamedNode(RDFS + "isDefinedBy")
_FACTS = (
    RDFS + "subPropertyOf", RDFS + "subClassOf", RDFS + "domain", RDFS + "range", QB + "codeList", QB + "concept",
    SDMX_ATTRIBUTE + "unitMeasure", RDFS + "isDefinedBy",
)  # fmt: skip
_SPECIALISES = (RDFS + "subPropertyOf", RDFS + "subClassOf")


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term in the table of its group."""

    label: Shown
    others: tuple[Shown, ...]  # its names in other languages
    meanings: tuple[Shown, ...]  # its definition, in the reader's language first
    code_list: Shown | None
    domain: tuple[Shown, ...]
    range: tuple[Shown, ...]
    uses: str  # '' where the release does not tell
    name: str = ""  # behind the `#` of its address, which leads here


@dataclass(frozen=True, slots=True)
class TermGroup:
    """The terms of one kind."""

    name: str
    id: str
    terms: tuple[TermRow, ...]
    more: int


@dataclass(frozen=True, slots=True)
class VocabularyPage:
    """Context of `vocabulary.html`."""

    frame: Frame
    title: Shown
    others: tuple[Shown, ...]
    descriptions: tuple[Shown, ...]
    iri: str
    count: int
    truncated: bool  # there are more than `count` terms
    groups: tuple[TermGroup, ...]
    all: str  # where all terms are, page by page; '' where nothing says that they belong to it
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a term says of its place among others: its domain, what it specialises."""

    label: Shown
    values: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class TermPage:
    """Context of `term.html`."""

    frame: Frame
    kinds: tuple[Shown, ...]
    title: Shown
    others: tuple[Shown, ...]
    definitions: tuple[Shown, ...]
    iri: str
    uses: str  # '' where the release does not tell
    is_class: bool
    facts: tuple[Fact, ...]
    below: tuple[Shown, ...]  # terms that specialise it
    datasets: tuple[Shown, ...]
    properties: tuple[Property, ...]
    incoming: tuple[Incoming, ...]


def vocabulary_page(reader: Reader, description: Description, address: Address) -> VocabularyPage:
    """A vocabulary: its terms by kind, each with its names, its meaning and how often it is used."""
    iri, title = description.iri, reader.label(description.iri)
    terms, complete = _terms(reader.served, iri)
    texts = [value for predicate in _TEXTS for value in description.objects(predicate)]
    return VocabularyPage(
        frame=make_frame(
            reader,
            address,
            title.text,
            crumbs=(_crumb(reader), Crumb(title.text, title.language)),
            canonical=reader.served.space.base + address.stem.lstrip("/"),
        ),
        title=title,
        others=reader.other_names(iri, title),
        descriptions=reader.in_all_languages(texts),
        iri=iri,
        count=len(terms),
        truncated=not complete,
        groups=tuple(_groups(reader, terms)),
        all=query(reader, LINKS, **{"of": iri, "in": _DEFINED_BY.value}) if _says_its_terms(reader, iri) else "",
        properties=properties(reader, description, leave_out={RDF + "type", *_NAMES, *_TEXTS}),
    )


def _says_its_terms(reader: Reader, vocabulary: str) -> bool:
    return any(reader.served.quads(None, _DEFINED_BY, NamedNode(vocabulary)))


def _crumb(reader: Reader) -> Crumb:
    return Crumb(reader.t("vocabularies"), href=reader.page("/catalog") + "#vocabularies")


def _terms(served: ServedRelease, vocabulary: str) -> tuple[list[str], bool]:
    """What says that the vocabulary defines it, then properties and classes below its IRI; whether these are all."""

    def read() -> tuple[list[str], bool]:
        node = NamedNode(vocabulary)
        found = [q.subject for q in islice(served.quads(None, _DEFINED_BY, node), MOST_TERMS + 1)]
        below = vocabulary if vocabulary.endswith(("#", "/")) else (f"{vocabulary}#", f"{vocabulary}/")
        for kind in (*PROPERTIES, *CLASSES):
            typed = islice(served.quads(None, TYPE, NamedNode(kind)), MOST_TERMS)
            found += [
                q.subject for q in typed if isinstance(q.subject, NamedNode) and q.subject.value.startswith(below)
            ]
        named = dict.fromkeys(term.value for term in found if isinstance(term, NamedNode) and term != node)
        return list(named)[:MOST_TERMS], len(named) <= MOST_TERMS

    return served.memo.get(f"terms {vocabulary}", read)


def _groups(reader: Reader, terms: Iterable[str]) -> Iterator[TermGroup]:
    grouped: dict[str, list[str]] = {key: [] for key in (*(key for key, _ in _GROUPS), _REST)}
    for iri in terms:
        types = {value.value for value in reader.served.objects(NamedNode(iri), TYPE)}
        grouped[next((key for key, kinds in _GROUPS if types & kinds), _REST)].append(iri)
    for key, members in grouped.items():
        if members:
            shown = sorted(members, key=lambda iri: (natural(reader.label(iri).text), iri))[:MOST_SHOWN]
            rows = tuple(_row(reader, iri) for iri in shown)
            yield TermGroup(reader.t(key), key.replace("_", "-"), rows, len(members) - len(rows))


def _row(reader: Reader, iri: str) -> TermRow:
    label, node, served = reader.link(iri), NamedNode(iri), reader.served

    def named(predicate: str) -> tuple[Shown, ...]:
        values = served.objects(node, NamedNode(predicate))
        return tuple(reader.show(value) for value in values if isinstance(value, NamedNode))

    return TermRow(
        label=label,
        others=reader.other_names(iri, label),
        meanings=reader.in_all_languages([t for p in _TEXTS for t in served.objects(node, NamedNode(p))]),
        code_list=next(iter(named(QB + "codeList")), None),
        domain=named(RDFS + "domain"),
        range=named(RDFS + "range"),
        uses=_uses(served, iri),
        name=to_uri(iri.partition("#")[2]),
    )


def uses_of_terms(served: ServedRelease) -> dict[str, int]:
    """How many statements a property has, and how many things are of a class, as the VoID description counts them."""

    def read() -> dict[str, int]:
        found: dict[str, int] = {}
        for kind, unit in (("property", "triples"), ("class", "entities")):
            for quad in served.metadata.quads_for_pattern(None, NamedNode(VOID + kind), None, None):
                counts = served.metadata.quads_for_pattern(quad.subject, NamedNode(VOID + unit), None, None)
                number = next((q.object.value for q in counts if isinstance(q.object, Literal)), "")
                if number.isascii() and number.isdigit() and isinstance(quad.object, NamedNode):
                    found[quad.object.value] = max(int(number), found.get(quad.object.value, 0))
        return found

    return served.memo.get("uses of terms", read)


def _uses(served: ServedRelease, iri: str) -> str:
    counted = uses_of_terms(served)
    return f"{counted.get(iri, 0):,}" if counted else ""


def term_page(reader: Reader, description: Description, address: Address) -> TermPage:
    """A property or a class: what it means, what it specialises and takes, which datasets use it."""
    iri, title, types = description.iri, reader.label(description.iri), set(description.types)
    node, served = NamedNode(iri), reader.served
    facts = {predicate: description.objects(predicate) for predicate in _FACTS}
    told = {p: values for p, values in facts.items() if values and all(isinstance(v, NamedNode) for v in values)}
    vocabulary = next((v.value for v in facts[RDFS + "isDefinedBy"] if isinstance(v, NamedNode)), "")
    crumbs = [_crumb(reader)]
    if vocabulary:
        label = reader.label(vocabulary)
        crumbs.append(Crumb(label.text, label.language, reader.href(vocabulary)))
    texts = [value for predicate in _TEXTS for value in description.objects(predicate)]
    return TermPage(
        frame=make_frame(
            reader,
            address,
            title.text,
            crumbs=(*crumbs, Crumb(title.text, title.language)),
            canonical=served.space.base + address.stem.lstrip("/"),
        ),
        kinds=classes_of(reader, description.types),
        title=title,
        others=reader.other_names(iri, title),
        definitions=reader.in_all_languages(texts),
        iri=iri,
        uses=_uses(served, iri),
        is_class=not types & set(PROPERTIES),
        facts=tuple(Fact(reader.link(p), tuple(reader.show(v) for v in values)) for p, values in told.items()),
        below=tuple(
            reader.link(q.subject.value)
            for predicate in _SPECIALISES
            for q in islice(served.quads(None, NamedNode(predicate), node), MOST_BELOW)
            if isinstance(q.subject, NamedNode)
        ),
        datasets=tuple(reader.link(dataset) for dataset in _datasets(served, iri)),
        properties=properties(reader, description, leave_out={RDF + "type", *_NAMES, *_TEXTS, *told}),
        incoming=incoming(reader, iri, leave_out=_SPECIALISES),
    )


def _datasets(served: ServedRelease, iri: str) -> list[str]:
    """The datasets whose structure has the property, or whose observations do."""
    columns = served.columns()
    in_columns = {
        cube.dataset for cube in (columns.index.cubes if columns else ()) if iri in {c.property for c in cube.columns}
    }
    return [
        dataset
        for dataset in datasets(served)
        if dataset in in_columns or iri in {c.iri for c in read_structure(served, dataset)[1]}
    ]
