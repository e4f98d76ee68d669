"""Which way from a document: FAIR Signposting in `Link`, all of it as a link set under `/linkset/…`.

FAIR Signposting: https://signposting.org/FAIR/ ; link sets: RFC 9264 (`application/linkset`, and the same `+json`);
catalogue of APIs: RFC 9727 (`/.well-known/api-catalog`)

A header block has to stay small, since proxies limit it: it has a few of many links. The link set has every one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from lod.rdf.formats import GRAPH_FORMATS, HTML, JSON, TURTLE, Format
from lod.rdf.namespaces import DCAT, QB, SKOS
from lod.server import answers
from lod.server.addresses import Address, has_page
from lod.server.answers import Answer, header
from lod.server.api.openapi import OPENAPI
from lod.server.api.routes import ROOT as API
from lod.server.ask import Ask
from lod.server.cubes.whole import CSV
from lod.server.documents.code_table import CODE_LIST
from lod.server.documents.describe import (
    Description,
    describe,
    describe_otherwise,
    exists,
    exists_otherwise,
)
from lod.server.negotiation import choose_format
from lod.server.served import ServedRelease

LINKSET = "/linkset"
API_CATALOG = "/.well-known/api-catalog"
LINKSET_JSON = Format("Link set in JSON", "json", ("application/linkset+json", "application/json"))
LINKSET_TEXT = Format("Link set", "linkset", ("application/linkset",))
_FORMATS = (LINKSET_JSON, LINKSET_TEXT)

MOST_ITEMS = 1_000
_COLLECTIONS = (QB + "dataSet", SKOS + "inScheme")
_DISTRIBUTION, _DOWNLOAD, _MEDIA_TYPE = (
    NamedNode(DCAT + name) for name in ("distribution", "downloadURL", "mediaType")
)
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
DATASETS = frozenset({DCAT + "Dataset", QB + "DataSet"})
ABOUT_PAGE, SCHEMA_DATASET = "https://schema.org/AboutPage", "https://schema.org/Dataset"


@dataclass(frozen=True, slots=True)
class Signpost:
    """A link from a document (RFC 8288 §2)."""

    rel: str
    href: str
    type: str = ""
    hreflang: str = ""
    title: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """Its target attributes that are told."""
        pairs = {"type": self.type, "hreflang": self.hreflang, "title": self.title}
        return {name: value for name, value in pairs.items() if value}


LinkSet = dict[str, list[Signpost]]
"""Links by the address that they are from."""


def collections_of(description: Description) -> list[str]:
    """What a thing is an item of: the dataset of an observation, the list of a code."""
    found = (value for predicate in _COLLECTIONS for value in description.objects(predicate))
    return [value.value for value in found if isinstance(value, NamedNode)]


def items_of(served: ServedRelease, iri: str) -> Iterator[Signpost]:
    """The files of a dataset, each with its type."""
    for distribution in served.objects(NamedNode(iri), _DISTRIBUTION):
        if isinstance(distribution, Literal):
            continue
        types = [_type_of(value.value) for value in served.objects(distribution, _MEDIA_TYPE)]
        for file in served.objects(distribution, _DOWNLOAD):
            if isinstance(file, NamedNode):
                yield Signpost("item", file.value, next(iter(types), ""))


def _type_of(told: str) -> str:
    """A media type, whether told as a text or as IANA's address for it."""
    return told.removeprefix(_MEDIA_TYPES).removeprefix(_MEDIA_TYPES.replace("https", "http"))


def files_datasets(served: ServedRelease, file: str) -> Iterator[str]:
    """The datasets that a file is an item of, by its IRI, as the catalogue beside the store has it."""
    beside = served.metadata
    for found in beside.quads_for_pattern(None, _DOWNLOAD, NamedNode(file), None):
        for quad in beside.quads_for_pattern(None, _DISTRIBUTION, found.subject, None):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject.value


def page_types(types: Iterable[str]) -> Iterator[str]:
    """What the page about something of these classes is, in the words that FAIR Signposting asks for."""
    yield ABOUT_PAGE
    if not DATASETS.isdisjoint(types):
        yield SCHEMA_DATASET


def link_set(served: ServedRelease, description: Description, stem: str) -> LinkSet:
    """Every link from the document at `stem`, and from what it leads to back to it (FAIR Signposting level 2).

    It is the landing page of a thing; its data variants are the metadata, the files of a dataset are the content.
    """
    root, licence = served.space.base.removesuffix("/"), Signpost("license", served.site.licence_iri)
    page = root + stem
    found = {page: list(signposts(served, description, stem))}
    for item in _formats_of(description):
        found[root + Address(stem, item).path] = [Signpost("describes", page, HTML.media_type)]
    for post in islice(items_of(served, description.iri), MOST_ITEMS):
        found.setdefault(post.href, []).extend([Signpost("collection", page, HTML.media_type), licence])
    return found


def _formats_of(description: Description) -> tuple[Format, ...]:
    """In which formats for machines a document exists: a code list is a table, too."""
    return (*GRAPH_FORMATS, JSON, *([CSV] if CODE_LIST in description.types else []))


def signposts(served: ServedRelease, description: Description, stem: str) -> Iterator[Signpost]:
    """Every link from the document at `stem`."""
    space, site, iri = served.space, served.site, description.iri
    root = space.base.removesuffix("/")
    yield Signpost("cite-as", iri)
    yield Signpost("describes", iri)
    yield Signpost("license", site.licence_iri)
    yield Signpost("author", site.agency_iri)
    yield from (Signpost("type", each) for each in (*page_types(description.types), *description.types))
    yield from (Signpost("collection", each) for each in collections_of(description))
    yield from islice(items_of(served, iri), MOST_ITEMS)
    for item in _formats_of(description):
        href = root + Address(stem, item).path
        yield (
            Signpost("describedby", href, item.media_type)
            if item is TURTLE
            else Signpost("alternate", href, item.media_type)
        )
    if has_page(stem):
        for language in site.languages:
            yield Signpost("alternate", root + Address(stem, HTML, language).path, HTML.media_type, language)
    yield Signpost("timegate", root + stem)
    yield Signpost("timemap", f"{root}/timemap{stem}", "application/link-format")
    yield Signpost("related", f"{root}/tpf?object={quote(iri, safe='')}", "application/trig", title="What points here")


def is_linkset(_: ServedRelease, ask: Ask) -> bool:
    """Whether a link set is asked for."""
    return ask.path.startswith(LINKSET + "/") or ask.path == API_CATALOG


def respond_to_linkset(served: ServedRelease, ask: Ask) -> Answer | None:
    """The link set of the document at `/linkset{stem}`, or the catalogue of APIs; None where there is no document."""
    path, stem = ask.path, ask.path.removeprefix(LINKSET)
    if path != API_CATALOG:
        iri = served.space.described_by(stem)
        if not stem.startswith("/") or not (exists(served, iri) or exists_otherwise(served, iri)):
            return None
        document = served.space.document_of(iri)
        if document != stem:  # a thing's; the links are its document's
            return answers.redirect(303, f"{served.space.prefix}{LINKSET}{document}")
    chosen = choose_format(ask.accept, _FORMATS)
    if chosen is None:
        return answers.in_no_such_type(item.media_type for item in _FORMATS)
    validator = answers.etag(served.etag_prefix, f"{path} {chosen.suffix}")
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.SHORT, "Accept")
    if path == API_CATALOG:
        links = dict([_of_api(served)])
    else:
        description = describe(served, iri) or describe_otherwise(served, iri)
        if description is None:
            return None
        links = link_set(served, description, stem)
    body = _as_json(links) if chosen is LINKSET_JSON else _as_text(links)
    return Answer(
        200,
        (
            header("content-type", chosen.media_type),
            header("etag", validator),
            header("cache-control", answers.SHORT),
            header("vary", "Accept"),
        ),
        body,
    )


def _of_api(served: ServedRelease) -> tuple[str, list[Signpost]]:
    base = served.space.base
    return base + API[1:], [
        Signpost("service-desc", base + OPENAPI[1:], JSON.media_type),
        Signpost("service-doc", base + API[1:], HTML.media_type),
        Signpost("license", served.site.licence_iri),
    ]


def _as_json(links: LinkSet) -> bytes:
    """RFC 9264 §4.2: an object for each address that links are from."""
    contexts = []
    for anchor, posts in links.items():
        context: dict[str, Any] = {"anchor": answers.safe_target(anchor)}
        for post in posts:
            context.setdefault(post.rel, []).append({"href": answers.safe_target(post.href), **_json_attributes(post)})
        contexts.append(context)
    return json.dumps({"linkset": contexts}, ensure_ascii=False, indent=1).encode() + b"\n"


def _json_attributes(post: Signpost) -> dict[str, Any]:
    """`hreflang` may be given several times, so it is an array (§4.2.4.1)."""
    return {name: [value] if name == "hreflang" else value for name, value in post.attributes.items()}


def _as_text(links: LinkSet) -> bytes:
    """RFC 9264 §4.1: as in the header `Link`, with line breaks."""
    told = (
        answers.link(post.href, post.rel, anchor=answers.safe_target(anchor), **post.attributes)
        for anchor, posts in links.items()
        for post in posts
    )
    return ",\n".join(told).encode() + b"\n"
