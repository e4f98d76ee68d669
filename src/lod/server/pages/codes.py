"""Pages of code lists and of the concepts in them.

SKOS: https://www.w3.org/TR/skos-reference/ ; trees are cut where a hierarchy closes on itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import Literal, NamedNode

from lod.rdf.formats import GRAPH_FORMATS
from lod.rdf.namespaces import DCT, QB, RDF, RDFS, SKOS
from lod.release.descriptions.evidence import read_evidence
from lod.server.addresses import Address
from lod.server.cubes.codes import notation, order_codes
from lod.server.cubes.cube import MOST_ALONG
from lod.server.cubes.whole import CSV
from lod.server.documents.describe import Description
from lod.server.pages.code_tree import MAPPINGS, Branch, branch, read_tree
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.history import HistoryEvent, history
from lod.server.pages.incoming import Incoming, incoming
from lod.server.pages.key_figures import KeyFigures, key_figures
from lod.server.pages.labels import last_segment
from lod.server.pages.properties import Property, properties
from lod.server.pages.reader import Reader, Shown
from lod.server.served import Node

_JUSTIFIED = {  # https://w3id.org/semapv/vocab/
    "ManualMappingCuration": "match_manual",
    "MappingReview": "match_reviewed",
    "LexicalMatching": "match_lexical",
    "LogicalReasoning": "match_logical",
    "BackgroundKnowledgeBasedMatching": "match_knowledge",
    "UnspecifiedMatching": "match_unspecified",
}
_LABELS = (SKOS + "prefLabel", RDFS + "label", DCT + "title")
_STRUCTURAL = {RDF + "type", *_LABELS, SKOS + "notation", SKOS + "inScheme", SKOS + "topConceptOf", *MAPPINGS}


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
    part: Branch
    used_by: tuple[Shown, ...]  # dimensions
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A thing elsewhere, and why it is said to be the same or near."""

    thing: Shown
    reasons: tuple[str, ...]  # how, by whom, when, how sure
    comment: Shown | None
    linkset: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """Links by one mapping property."""

    label: Shown
    targets: tuple[Target, ...]


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
    scheme, tree = NamedNode(description.iri), read_tree(reader.served, description.iri)
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
            formats=(*GRAPH_FORMATS, CSV),
            sheet="lists.css",
        ),
        title=title,
        others=reader.other_names(description.iri, title),
        description=reader.text(_definitions(description)),
        iri=description.iri,
        count=len(tree.terms),
        truncated=not tree.complete,
        part=branch(reader, tree, description.iri),
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


def _labels(description: Description) -> Sequence[Node]:
    return next((found for iri in _LABELS if (found := description.objects(iri))), ())


def _definitions(description: Description) -> Sequence[Node]:
    names = (SKOS + "definition", DCT + "description", RDFS + "comment", SKOS + "scopeNote")
    return next((found for iri in names if (found := description.objects(iri))), ())


def _canonical(reader: Reader, address: Address) -> str:
    return reader.served.space.base + address.stem.lstrip("/")


def concept_page(reader: Reader, description: Description, address: Address) -> ConceptPage:
    """A concept: its code and names, its place in the list, what it is the same as elsewhere, where it is used."""
    title, figures = reader.label(description.iri), key_figures(reader, description.iri)
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
            sheet="cube.css" if figures else "",  # tables and charts
        ),
        title=title,
        others=reader.other_names(description.iri, title),
        figures=figures,
        history=history(reader, description),
        notation=next((v.value for v in description.objects(SKOS + "notation") if isinstance(v, Literal)), ""),
        definition=reader.text(_definitions(description)),
        iri=description.iri,
        scheme=reader.link(scheme) if scheme else None,
        broader=_related(reader, description, SKOS + "broader", SKOS + "narrower"),
        narrower=narrower,
        mappings=tuple(
            Mapping(reader.link(iri), tuple(_target(reader, description.iri, iri, target) for target in targets))
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


def _target(reader: Reader, subject: str, predicate: str, target: Node) -> Target:
    """A link with the evidence that its table has."""
    served, t, shown = reader.served, reader.t, reader.show(target)
    told = served.memo.get("evidence of links", lambda: read_evidence(served.release.folder))
    evidence = told.get((subject, predicate, target.value))
    if evidence is None:
        return Target(shown, (), None, "")
    if evidence.label and not served.labels.all(target.value):
        name = last_segment(target.value)
        called, note = reader.unmarked(evidence.label), name if name != evidence.label else ""
        shown = replace(shown, text=called.text, language=called.language, note=note)
    kind = evidence.justification.rpartition("/")[2]
    valid = (evidence.valid_from, evidence.valid_to)
    reasons = (
        t(_JUSTIFIED[kind]) if kind in _JUSTIFIED else kind,
        t("reviewed_by", name=evidence.reviewer) if evidence.reviewer else "",
        evidence.date,
        t("confidence", value=evidence.confidence) if evidence.confidence else "",
        t("valid_in", start=valid[0] or "…", end=valid[1] or "…") if any(valid) else "",
    )
    comment = reader.unmarked(evidence.comment) if evidence.comment else None
    return Target(
        shown,
        tuple(reason for reason in reasons if reason),
        comment,
        evidence.linkset,
    )


def _related(reader: Reader, description: Description, forward: str, inverse: str) -> tuple[Shown, ...]:
    """Neighbours in the hierarchy, whichever way the data states them, in the order of the list."""
    node = NamedNode(description.iri)
    found = [v for v in description.objects(forward) if isinstance(v, NamedNode)]
    found += [
        q.subject
        for q in islice(reader.served.quads(None, NamedNode(inverse), node), MOST_ALONG)
        if isinstance(q.subject, NamedNode)
    ]
    return tuple(
        reader.link(place.term.value, notation(reader.served, place.term.value))
        for place in order_codes(reader.served, found)
    )
