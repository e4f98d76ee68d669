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
from lod.server.documents.describe import Description, describe, exists
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


def signposts(served: ServedRelease, description: Description, stem: str) -> Iterator[Signpost]:
    """Every link from the document at `stem`."""
    space, site, iri = served.space, served.site, description.iri
    root = space.base.removesuffix("/")
    yield Signpost("cite-as", iri)
    yield Signpost("describes", iri)
    yield Signpost("license", site.licence_iri)
    yield Signpost("author", site.agency_iri)
    yield from (Signpost("type", each) for each in description.types)
    yield from (Signpost("collection", each) for each in collections_of(description))
    yield from islice(items_of(served, iri), MOST_ITEMS)
    for item in (*GRAPH_FORMATS, JSON):
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
    if path != API_CATALOG and not (stem.startswith("/") and exists(served, served.space.described_by(stem))):
        return None
    chosen = choose_format(ask.accept, _FORMATS)
    if chosen is None:
        return answers.problem(406, "Not Acceptable", extra={"available": [item.media_type for item in _FORMATS]})
    validator = answers.etag(served.etag_prefix, f"{path} {chosen.suffix}")
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.SHORT, "Accept")
    if path == API_CATALOG:
        anchor, links = served.space.base + API[1:], _of_api(served)
    else:
        description = describe(served, served.space.described_by(stem))
        if description is None:
            return None
        anchor, links = served.space.base + stem[1:], signposts(served, description, stem)
    body = _as_json(anchor, links) if chosen is LINKSET_JSON else _as_text(anchor, links)
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


def _of_api(served: ServedRelease) -> Iterator[Signpost]:
    base = served.space.base
    yield Signpost("service-desc", base + OPENAPI[1:], JSON.media_type)
    yield Signpost("service-doc", base + API[1:], HTML.media_type)
    yield Signpost("license", served.site.licence_iri)


def _as_json(anchor: str, links: Iterable[Signpost]) -> bytes:
    """RFC 9264 §4.2."""
    context: dict[str, Any] = {"anchor": answers.safe_target(anchor)}
    for post in links:
        context.setdefault(post.rel, []).append({"href": answers.safe_target(post.href), **_json_attributes(post)})
    return json.dumps({"linkset": [context]}, ensure_ascii=False, indent=1).encode() + b"\n"


def _json_attributes(post: Signpost) -> dict[str, Any]:
    """`hreflang` may be given several times, so it is an array (§4.2.4.1)."""
    return {name: [value] if name == "hreflang" else value for name, value in post.attributes.items()}


def _as_text(anchor: str, links: Iterable[Signpost]) -> bytes:
    """RFC 9264 §4.1: as in the header `Link`, with line breaks."""
    told = (answers.link(post.href, post.rel, anchor=answers.safe_target(anchor), **post.attributes) for post in links)
    return ",\n".join(told).encode() + b"\n"
