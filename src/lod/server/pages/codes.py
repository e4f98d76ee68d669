"""Pages of code lists and of the concepts in them.

SKOS: https://www.w3.org/TR/skos-reference/ ; trees are cut where a hierarchy closes on itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Literal, NamedNode

from lod.rdf.namespaces import DCT, QB, RDF, RDFS, SKOS
from lod.server.addresses import Address
from lod.server.cubes.cube import MOST_CODES, notation, order_codes
from lod.server.documents.describe import Description
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.key_figures import HistoryEvent, KeyFigures, history, key_figures
from lod.server.pages.properties import Incoming, Property, incoming, properties
from lod.server.pages.reader import Reader, Shown
from lod.server.served import Node

MAPPINGS = tuple(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))
_IN_SCHEME = NamedNode(SKOS + "inScheme")
_LABELS = (SKOS + "prefLabel", RDFS + "label", DCT + "title")
_STRUCTURAL = {RDF + "type", *_LABELS, SKOS + "notation", SKOS + "inScheme", SKOS + "topConceptOf", *MAPPINGS}


@dataclass(frozen=True, slots=True)
class Code:
    """One code in the tree of its list."""

    notation: str
    label: Shown
    others: tuple[Shown, ...]  # its labels in the site's other languages
    mapped: int  # links to codes elsewhere
    children: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class CodeListPage:
    """Context of `code_list.html`."""

    frame: Frame
    title: Shown
    others: tuple[Shown, ...]
    description: Shown | None
    iri: str
    count: int
    truncated: bool
    codes: tuple[Code, ...]
    used_by: tuple[Shown, ...]  # dimensions
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Links by one mapping property."""

    label: Shown
    targets: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """Context of `concept.html`."""

    frame: Frame
    title: Shown
    others: tuple[Shown, ...]
    notation: str
    definition: Shown | None
    iri: str
    scheme: Shown | None
    broader: tuple[Shown, ...]
    narrower: tuple[Shown, ...]
    mappings: tuple[Mapping, ...]
    properties: tuple[Property, ...]
    incoming: tuple[Incoming, ...]
    figures: tuple[KeyFigures, ...]
    history: tuple[HistoryEvent, ...]


def code_list_page(reader: Reader, description: Description, address: Address) -> CodeListPage:
    """A code list as a tree, every code with its notation and its labels."""
    scheme = NamedNode(description.iri)
    members = [q.subject for q in islice(reader.served.quads(None, _IN_SCHEME, scheme), MOST_CODES + 1)]
    members += [v for v in description.objects(SKOS + "hasTopConcept") if isinstance(v, NamedNode)]
    terms = list(dict.fromkeys(m for m in members if isinstance(m, NamedNode)))
    title = reader.text(_labels(description)) or reader.label(description.iri)
    return CodeListPage(
        frame=make_frame(
            reader,
            address,
            title.text,
            crumbs=(
                Crumb(reader.t("code_lists"), href=reader.page("/catalog") + "#code-lists"),
                Crumb(title.text, title.language),
            ),
            canonical=_canonical(reader, address),
        ),
        title=title,
        others=_other_labels(reader, description.iri, title),
        description=reader.text(_definitions(description)),
        iri=description.iri,
        count=min(len(terms), MOST_CODES),
        truncated=len(terms) > MOST_CODES,
        codes=code_tree(reader, terms[:MOST_CODES]),
        used_by=tuple(
            reader.link(q.subject.value)
            for q in islice(reader.served.quads(None, NamedNode(QB + "codeList"), scheme), 50)
            if isinstance(q.subject, NamedNode)
        ),
        properties=properties(
            reader,
            description,
            leave_out={*_STRUCTURAL, SKOS + "hasTopConcept", DCT + "description", SKOS + "definition"},
        ),
    )


def _labels(description: Description) -> list[Node]:
    return next((found for iri in _LABELS if (found := description.objects(iri))), [])


def _definitions(description: Description) -> list[Node]:
    names = (SKOS + "definition", DCT + "description", RDFS + "comment", SKOS + "scopeNote")
    return next((found for iri in names if (found := description.objects(iri))), [])


def _canonical(reader: Reader, address: Address) -> str:
    return reader.served.space.base + address.stem.lstrip("/")


def _other_labels(reader: Reader, iri: str, shown: Shown) -> tuple[Shown, ...]:
    return tuple(reader.mark(t) for t in reader.served.labels.all(iri) if t.value != shown.text and t.language)


def code_tree(reader: Reader, terms: list[NamedNode]) -> tuple[Code, ...]:
    """Codes under their broader ones, in the order of the list."""
    stack: list[tuple[int, Code]] = []
    for place in reversed(order_codes(reader.served, terms)):
        children = []
        while stack and stack[-1][0] > place.level:
            children.append(stack.pop()[1])
        stack.append((place.level, _code(reader, place.term, tuple(children))))
    return tuple(code for _, code in reversed(stack))


def _code(reader: Reader, term: Node, children: tuple[Code, ...]) -> Code:
    iri = term.value
    label = reader.link(iri)
    mapped = sum(len(reader.served.objects(NamedNode(iri), NamedNode(mapping))) for mapping in MAPPINGS)
    return Code(notation(reader.served, iri), label, _other_labels(reader, iri, label), mapped, children)


def concept_page(reader: Reader, description: Description, address: Address) -> ConceptPage:
    """A concept: its code and names, its place in the list, what it is the same as elsewhere, where it is used."""
    title = reader.label(description.iri)
    scheme = next((v.value for v in description.objects(SKOS + "inScheme") if isinstance(v, NamedNode)), None)
    crumbs = [Crumb(reader.t("code_lists"), href=reader.page("/catalog") + "#code-lists")]
    if scheme:
        label = reader.label(scheme)
        crumbs.append(Crumb(label.text, label.language, reader.href(scheme)))
    narrower = _related(reader, description, SKOS + "narrower", SKOS + "broader")
    return ConceptPage(
        frame=make_frame(
            reader,
            address,
            title.text,
            crumbs=(*crumbs, Crumb(title.text, title.language)),
            canonical=_canonical(reader, address),
            sheet="cube.css",
        ),
        title=title,
        others=_other_labels(reader, description.iri, title),
        figures=key_figures(reader, description.iri),
        history=history(reader, description),
        notation=next((v.value for v in description.objects(SKOS + "notation") if isinstance(v, Literal)), ""),
        definition=reader.text(_definitions(description)),
        iri=description.iri,
        scheme=reader.link(scheme) if scheme else None,
        broader=_related(reader, description, SKOS + "broader", SKOS + "narrower"),
        narrower=narrower,
        mappings=tuple(
            Mapping(reader.link(iri), tuple(reader.show(target) for target in targets))
            for iri in MAPPINGS
            if (targets := description.objects(iri))
        ),
        properties=properties(
            reader, description, leave_out={*_STRUCTURAL, SKOS + "broader", SKOS + "narrower", SKOS + "definition"}
        ),
        incoming=incoming(
            reader, description.iri, leave_out={SKOS + "broader", SKOS + "narrower", SKOS + "hasTopConcept"}
        ),
    )


def _related(reader: Reader, description: Description, forward: str, inverse: str) -> tuple[Shown, ...]:
    """Neighbours in the hierarchy, whichever way the data states them, in the order of the list."""
    node = NamedNode(description.iri)
    found = [v for v in description.objects(forward) if isinstance(v, NamedNode)]
    found += [
        q.subject
        for q in islice(reader.served.quads(None, NamedNode(inverse), node), MOST_CODES)
        if isinstance(q.subject, NamedNode)
    ]
    return tuple(
        reader.link(place.term.value, notation(reader.served, place.term.value))
        for place in order_codes(reader.served, found)
    )
