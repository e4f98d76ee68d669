"""The JSON-LD context of a release: plain names for the terms that its documents use. `/context.jsonld`.

JSON-LD 1.1: https://www.w3.org/TR/json-ld11/ §3.1 (context), §4.6 (language maps), §6.1 (JSON with a Link to a context)

A document as `application/ld+json` carries the names that it uses, so that nothing has to be fetched; the same tree as
`application/json` links to the context of its release. That stands under `/context/{release}.jsonld` for as long as the
release does, and never changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

from pyoxigraph import NamedNode

from lod.rdf.namespaces import DCAT, DCT, FOAF, ORG, PREFIXES, PROV, QB, RDF, RDFS, SCHEMA, SKOS
from lod.server import answers
from lod.server.answers import Answer, header
from lod.server.served import ServedRelease

CONTEXT = "/context"
LINK = "http://www.w3.org/ns/json-ld#context"
DOCUMENT = "document"  # what says of itself that it is about a thing: foaf:primaryTopic, backwards

Way = Literal["text", "id", ""]
"""How a term's values stand: texts by language, IRIs as strings, or as they are."""

_TEXTS = {
    SKOS: ("prefLabel", "altLabel", "hiddenLabel", "definition", "scopeNote", "note", "changeNote", "historyNote"),
    RDFS: ("label", "comment"),
    DCT: ("title", "description", "rights"),
    FOAF: ("name",),
    DCAT: ("keyword",),
}
_IDS = {
    SKOS: (
        *("broader", "narrower", "related", "inScheme", "topConceptOf", "hasTopConcept", "member"),
        *("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"),
    ),
    RDFS: ("seeAlso", "isDefinedBy", "subClassOf", "subPropertyOf", "domain", "range"),
    DCT: (
        *("license", "publisher", "creator", "source", "isPartOf", "hasPart", "isReplacedBy", "replaces", "references"),
        *("accessRights", "accrualPeriodicity", "spatial", "conformsTo", "provenance"),
    ),
    DCAT: ("dataset", "distribution", "accessURL", "downloadURL", "landingPage", "contactPoint", "theme", "mediaType"),
    FOAF: ("homepage", "page", "primaryTopic"),
    ORG: ("subOrganizationOf", "hasSubOrganization", "unitOf", "hasUnit"),
    QB: ("dataSet", "structure", "component", "dimension", "measure", "attribute", "codeList", "slice", "concept"),
    PROV: ("wasDerivedFrom", "wasGeneratedBy", "wasRevisionOf", "wasAttributedTo"),
}
_PLAIN = {
    SKOS: ("notation",),
    DCT: ("identifier", "issued", "modified", "created", "temporal", "format"),
    SCHEMA: ("position",),
    QB: ("order",),
}
_OWN = (QB + "DimensionProperty", QB + "MeasureProperty", QB + "AttributeProperty")
_MOST_OWN = 1_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}\Z")


@dataclass(frozen=True, slots=True)
class Term:
    """A name for a property, and how its values stand under it."""

    name: str
    way: Way = ""


def _well_known() -> dict[str, Term]:
    found: dict[str, Term] = {}
    ways: tuple[tuple[Way, Mapping[str, tuple[str, ...]]], ...] = (("text", _TEXTS), ("id", _IDS), ("", _PLAIN))
    for way, table in ways:
        for namespace, names in table.items():
            for name in names:
                found[namespace + name] = Term(name, way)
    return found


WELL_KNOWN: Mapping[str, Term] = _well_known()
"""Terms by the IRI of their property. No two have one name."""

KEYWORDS = {"id": "@id", "type": "@type"}


@dataclass(frozen=True, slots=True)
class Context:
    """The names of a release: terms by the IRI of their property."""

    terms: Mapping[str, Term]

    def definition(self, iri: str) -> object:
        """A term's definition in a context (§9.15.1)."""
        way = self.terms[iri].way
        if way == "text":
            return {"@id": iri, "@container": "@language"}
        return {"@id": iri, "@type": "@id"} if way == "id" else iri

    def document(self) -> dict[str, object]:
        """The whole context, to be published."""
        terms = {term.name: self.definition(iri) for iri, term in sorted(self.terms.items())}
        reverse = {DOCUMENT: {"@reverse": FOAF + "primaryTopic"}}
        return {"@context": {"@version": 1.1, **KEYWORDS, **PREFIXES, **terms, **reverse}}


GENERAL = Context(WELL_KNOWN)
"""The names that every release knows."""


def context_of(served: ServedRelease) -> Context:
    """The names of a release: the well-known ones, and its own dimensions, measures and attributes."""

    def read() -> Context:
        taken = {term.name for term in WELL_KNOWN.values()} | set(PREFIXES) | set(KEYWORDS) | {DOCUMENT}
        own: dict[str, Term] = {}
        for kind in _OWN:
            quads = islice(served.quads(None, NamedNode(RDF + "type"), NamedNode(kind)), _MOST_OWN)
            for iri in sorted({quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}):
                name = re.split("[/#]", iri)[-1]
                if iri.startswith(served.space.base) and _NAME.match(name) and name not in taken:
                    taken.add(name)
                    own[iri] = Term(name, "" if kind.endswith("MeasureProperty") else "id")
        return Context({**WELL_KNOWN, **own})

    return served.memo.get("json-ld context", read)


def context_path(served: ServedRelease) -> str:
    """Where the context of a release is."""
    return f"{served.space.root}{CONTEXT}/{served.release.manifest.name}.jsonld"


@lru_cache(maxsize=64)
def context_link(path: str) -> str:
    """The element of a Link header that says which context a JSON document has."""
    return f'<{path}>; rel="{LINK}"; type="application/ld+json"'


def split_context(path: str) -> str | None:
    """The release whose context a path asks for; '' the current one; None: the path is no context's."""
    if path == f"{CONTEXT}.jsonld":
        return ""
    name = path.removeprefix(f"{CONTEXT}/")
    return name.removesuffix(".jsonld") if name != path and name.endswith(".jsonld") and "/" not in name else None


def respond_to_context(served: ServedRelease, if_none_match: str, *, current: bool) -> Answer:
    """The context of a release. `current`: under the address that follows the releases."""
    cache = answers.SHORT if current else answers.IMMUTABLE
    validator = answers.etag(served.etag_prefix, "context")
    if answers.is_fresh(if_none_match, validator):
        return answers.not_modified(validator, cache)
    body = json.dumps(context_of(served).document(), ensure_ascii=False, indent=1).encode() + b"\n"
    return Answer(
        200,
        (header("content-type", "application/ld+json"), header("etag", validator), header("cache-control", cache)),
        body,
    )
