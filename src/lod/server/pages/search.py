"""`/search?q=…`: what has that name, as a page and as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from lod.rdf.formats import HTML, Format
from lod.rdf.namespaces import DCT, RDFS, SKOS
from lod.server import answers
from lod.server.addresses import Address, parse_address
from lod.server.answers import Answer, header
from lod.server.ask import Ask, parameters
from lod.server.documents.describe import TYPE
from lod.server.negotiation import choose_format, choose_language
from lod.server.pages.frame import Crumb, Frame, make_frame, render
from lod.server.pages.reader import Reader, Shown
from lod.server.refusals import not_acceptable, not_found
from lod.server.search import search_index
from lod.server.served import ServedRelease

JSON = Format("JSON", "json", ("application/json",))
FORMATS = (HTML, JSON)
PAGE = 20
_MOST_TEXT = 200
_LONGEST = 200  # characters of a search
_PAGE_NUMBER = re.compile("[1-9][0-9]{0,3}")

STEM = "/search"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that has the name."""

    thing: Shown
    kind: Shown | None
    text: Shown | None
    code: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Context of `search.html`."""

    frame: Frame
    action: str
    query: str
    count: int
    hits: tuple[Hit, ...]
    previous: str
    next: str


def is_search(served: ServedRelease, ask: Ask) -> bool:
    """Whether the search is asked."""
    return ask.path.startswith(STEM) and parse_address(ask.path, served.site.languages, FORMATS).stem == STEM


def respond_to_search(served: ServedRelease, ask: Ask) -> Answer:
    """Answer a request that `is_search`."""
    address = parse_address(ask.path, served.site.languages, FORMATS)
    chosen = address.format or choose_format(ask.accept, FORMATS)
    if chosen is None:
        return not_acceptable(served, address, FORMATS, ask.accept, ask.accept_language)
    language = address.language or choose_language(ask.accept_language, served.site.languages)
    vary = "" if address.format is JSON or address.language else "Accept, Accept-Language"
    validator = answers.etag(served.etag_prefix, f"{bool(address.language)} {language} {chosen.suffix} {ask.query}")
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.SHORT, vary)
    given = {name: value for name, value in parameters(ask.query) if value}
    query, page = given.get("q", "")[:_LONGEST], given.get("page", "1")
    if not _PAGE_NUMBER.fullmatch(page):
        return not_found(served, ask.path, ask.accept, ask.accept_language, chosen)
    reader = Reader(served, language, explicit=address.language is not None)
    found = search_index(served).search(query, (int(page) - 1) * PAGE, PAGE)
    hits = tuple(_hit(reader, iri) for iri in found.iris)
    if chosen is HTML:
        body = render("search", _page(reader, query, int(page), found.count, hits))
    else:
        items = [{"iri": iri, "label": hit.thing.text} for iri, hit in zip(found.iris, hits, strict=True)]
        body = json.dumps({"query": query, "count": found.count, "results": items}, ensure_ascii=False).encode() + b"\n"
    headers = (
        header("content-type", f"{chosen.media_type}; charset=utf-8"),
        header("etag", validator),
        header("cache-control", answers.SHORT),
        header("content-language", language),
        *([header("vary", vary)] if vary else []),
    )
    return Answer(200, headers, body)


def _page(reader: Reader, query: str, number: int, count: int, hits: tuple[Hit, ...]) -> SearchPage:
    here = reader.page(STEM)
    title = f"{reader.t('search')}{reader.t('colon')}{query}" if query else reader.t("search")
    crumbs, asked = (Crumb(reader.t("search")),), urlencode({"q": query})
    frame = make_frame(reader, Address(STEM), title, crumbs=crumbs, formats=(), sheet="lists.css", query=asked)

    def at(page: int) -> str:
        return f"{here}?{urlencode({'q': query, 'page': page})}"

    return SearchPage(
        frame=frame,
        action=here,
        query=query,
        count=count,
        hits=hits,
        previous=at(number - 1) if number > 1 else "",
        next=at(number + 1) if number * PAGE < count else "",
    )


def _hit(reader: Reader, iri: str) -> Hit:
    served, node = reader.served, NamedNode(iri)
    kinds = [v.value for v in served.objects(node, TYPE) if isinstance(v, NamedNode)]
    told = (served.objects(node, NamedNode(p)) for p in (DCT + "description", SKOS + "definition", RDFS + "comment"))
    texts = next((texts for texts in told if texts), [])
    text = reader.text(texts)
    if text is not None and len(text.text) > _MOST_TEXT:
        text = replace(text, text=text.text[:_MOST_TEXT].rstrip() + "…")
    scheme = next((v for v in served.objects(node, NamedNode(SKOS + "inScheme")) if isinstance(v, NamedNode)), None)
    code = next((v.value for v in served.objects(node, NamedNode(SKOS + "notation"))), "")
    return Hit(
        reader.link(iri),
        reader.label(scheme.value) if scheme else (reader.label(kinds[0]) if kinds else None),
        text,
        code,
    )
