"""Dereferencing: `/id/…`, `/def/…`, `/doc/…` and `/data/…`, before any framework layer. The site's hot path.

303 redirects: https://www.w3.org/TR/cooluris/ §4.2; negotiation and conditional requests: RFC 9110 §12, §13;
Signposting: https://signposting.org/FAIR/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice

from lod.rdf.formats import HTML, JSON, RDFXML, TURTLE, Format
from lod.rdf.in_xml import NotInXml
from lod.server import answers
from lod.server.addresses import DOCUMENT_FORMATS, Address, parse_address
from lod.server.answers import Answer, header, link
from lod.server.ask import Ask, parameters
from lod.server.cubes.whole import CSV
from lod.server.documents.code_table import CODE_LIST, code_table, is_code_list
from lod.server.documents.context import context_link, context_path
from lod.server.documents.describe import (
    MOST_PAGES,
    Description,
    describe,
    describe_otherwise,
    exists,
    exists_otherwise,
)
from lod.server.documents.signposts import DATASETS, LINKSET, collections_of, items_of, page_types
from lod.server.documents.tables import tables_of
from lod.server.documents.variant import document_bytes
from lod.server.documents.write import content_type
from lod.server.negotiation import choose_format, choose_language
from lod.server.pages.code_tree import MOST_READ, read_tree
from lod.server.pages.kinds import is_light, render_document
from lod.server.pages.reader import Reader
from lod.server.refusals import not_acceptable, not_found
from lod.server.served import ServedRelease

Later = Callable[[], Answer]
Teller = Callable[[ServedRelease, str, int], Description | None]

REDIRECTED = ("/id/", "/def/")
DOCUMENTS = ("/doc/", "/data/")
_MOST_TYPES = 3  # in the Link header: proxies limit header blocks
_MOST_ITEMS = 6  # the link set has them all

_STEM = "\0"
_CACHE = {value: header("cache-control", value) for value in (answers.SHORT, answers.LONG)}


@dataclass(frozen=True, slots=True)
class Choice:
    """The variant that answers a request, whether its links name the language, and what it was negotiated on."""

    address: Address
    explicit: bool
    vary: str


def choose(
    address: Address, ask: Ask, languages: tuple[str, ...], formats: tuple[Format, ...] = DOCUMENT_FORMATS
) -> Choice | None:
    """Settle the format and the language; None: nothing on offer is acceptable."""
    if address.format is None:
        chosen = choose_format(ask.accept, formats)
        if chosen is None:
            return None
        language = choose_language(ask.accept_language, languages) if chosen is HTML else None
        return Choice(address.variant(chosen, language), False, "Accept, Accept-Language")
    if address.format is HTML and address.language is None:
        language = choose_language(ask.accept_language, languages)
        return Choice(address.variant(HTML, language), False, "Accept-Language")
    return Choice(address, True, "")


def variant_headers(served: ServedRelease, choice: Choice, validator: str, page: int = 0) -> list[tuple[bytes, bytes]]:
    """The headers of a variant that was chosen."""
    chosen = choice.address.format
    assert chosen is not None
    language = choice.address.language
    return [
        content_type(chosen),
        header("etag", validator),
        _CACHE[answers.kept_for(choice.vary)],
        header("content-location", location_of(served, choice, page)),
        *([header("vary", choice.vary)] if choice.vary else []),
        *([header("content-language", language)] if language else []),
    ]


def location_of(served: ServedRelease, choice: Choice, page: int = 0) -> str:
    """Where the variant that was chosen is by itself."""
    return served.space.prefix + choice.address.path + (f"?page={page}" if page else "")


def known_already(served: ServedRelease, choice: Choice, validator: str, page: int = 0) -> Answer:
    """304 about a variant that was chosen."""
    return answers.not_modified(
        validator, answers.kept_for(choice.vary), choice.vary, location_of(served, choice, page)
    )


def validator_of(served: ServedRelease, choice: Choice, page: int = 0) -> str:
    """The strong validator of a variant; negotiated pages differ from explicit ones by their links."""
    return answers.etag(served.etag_prefix, f"{choice.explicit} {choice.address.path}{page or ''}")


def respond(served: ServedRelease, ask: Ask) -> Answer:
    """Answer a path under `/id/`, `/def/`, `/doc/` or `/data/`."""
    found = begin(served, ask)
    return found if isinstance(found, Answer) else found()


def begin(served: ServedRelease, ask: Ask) -> Answer | Later:
    """As `respond`, where that is quick; else, for a page that may read much or a refusal, what makes the answer."""
    if ask.path.startswith(REDIRECTED):
        return _see_other(served, ask)
    if ask.path.startswith("/doc/") and (ask.path.endswith(".csv") or "text/csv" in ask.accept.lower()):
        return partial(_as_table, served, ask)
    if "page=" in ask.query:  # what stands before a page is passed over, which may be much
        return partial(_in_full, served, ask)
    return _begin(served, ask)


def _as_table(served: ServedRelease, ask: Ask) -> Answer:
    """A code list as CSV; else, or where something else is preferred, the document."""
    address = parse_address(ask.path, served.site.languages, (*DOCUMENT_FORMATS, CSV))
    iri = served.space.described_by(address.stem)
    choice = choose(address, ask, served.site.languages, (*DOCUMENT_FORMATS, CSV))
    if choice is None or choice.address.format is not CSV or not is_code_list(served, iri):
        return _in_full(served, ask)
    validator = validator_of(served, choice)
    if answers.is_fresh(ask.if_none_match, validator):
        return known_already(served, choice, validator)
    description = describe(served, iri)
    assert description is not None
    headers = variant_headers(served, choice, validator)
    if not read_tree(served, iri).complete:
        headers.append(header("truncated", f"codes={MOST_READ}"))
    headers.append(header("link", document_links(served, description, choice)))
    return Answer(200, tuple(headers), code_table(served, iri))


def _in_full(served: ServedRelease, ask: Ask) -> Answer:
    found = _begin(served, ask)
    return found if isinstance(found, Answer) else found()


def _begin(served: ServedRelease, ask: Ask) -> Answer | Later:
    address = parse_address(ask.path, served.site.languages)
    answer = _document(served, ask, address)
    if answer is None and address.format is not None:  # the suffix may belong to the key: /doc/report.html
        answer = _document(served, ask, Address(ask.path))
    return answer or partial(_otherwise, served, ask, address)


def _otherwise(served: ServedRelease, ask: Ask, address: Address) -> Answer:
    """The document of what one look into the index does not find, else 404."""
    found = _document(served, ask, address, describe_otherwise)
    if found is None:
        languages = address.language or ask.accept_language
        return not_found(served, ask.path, ask.accept, languages, address.format)
    return found if isinstance(found, Answer) else found()


def _see_other(served: ServedRelease, ask: Ask) -> Answer | Later:
    """303 from a thing to the generic document about it."""
    iri = served.space.iri_of_path(ask.path)
    document = served.space.prefix + (served.space.document_of(iri) or "/")
    there = answers.redirect(303, document + (f"?{ask.query}" if ask.query else ""))
    if exists(served, iri):
        return there
    refusal = partial(not_found, served, ask.path, ask.accept, ask.accept_language)
    return lambda: there if exists_otherwise(served, iri) else refusal()


def _document(served: ServedRelease, ask: Ask, address: Address, tell: Teller = describe) -> Answer | Later | None:
    """The document at an address; None when the release has none there."""
    choice = choose(address, ask, served.site.languages)
    if choice is None:
        known = tell(served, served.space.described_by(address.stem), 0) is not None
        formats = (*DOCUMENT_FORMATS, *tables_of(served, address.stem))
        return not_acceptable(served, address, formats, ask.accept, ask.accept_language) if known else None
    page = _page(ask.query) if ask.query and choice.address.format is not HTML else 0
    if page is None:
        return answers.problem(400, "Bad Request", f"page is a number from 1 to {MOST_PAGES}.")
    validator = validator_of(served, choice, page)
    if answers.is_fresh(ask.if_none_match, validator):
        return known_already(served, choice, validator, page)
    description = tell(served, served.space.described_by(address.stem), page)
    if description is None:
        return None
    if ask.if_none_match.strip() == "*":
        return known_already(served, choice, validator, page)
    headers = variant_headers(served, choice, validator, page)
    links = document_links(served, description, choice)
    if description.truncated:
        links += _page_links(served, description, choice.address)
        headers.append(header("truncated", f"triples={len(description.quads)}"))
    headers.append(header("link", links))
    if choice.address.format is not HTML:
        try:
            body = document_bytes(served, description, choice.address)
        except NotInXml:
            others = tuple(item for item in DOCUMENT_FORMATS if item is not RDFXML)
            return not_acceptable(served, address, others, ask.accept, ask.accept_language)
        return Answer(200, tuple(headers), body)
    key = f"{choice.explicit} {choice.address.path}"
    known = served.pages.peek(key)
    if known is not None:
        return Answer(200, tuple(headers), known)

    def answer() -> Answer:
        return Answer(200, tuple(headers), served.pages.get(key, lambda: _render(served, description, choice)))

    return answer() if is_light(served, description) else answer


def _render(served: ServedRelease, description: Description, choice: Choice) -> bytes:
    reader = Reader(served, choice.address.language or served.site.languages[0], choice.explicit)
    return render_document(reader, description, choice.address)


def _page(query: str) -> int | None:
    """The page that a query asks for, 0 if for none; None: it is no page. Other parameters mean nothing here."""
    page = {name: value for name, value in parameters(query) if value}.get("page")
    if page is None:
        return 0
    return int(page) if re.fullmatch("[1-9][0-9]{0,3}", page) and int(page) <= MOST_PAGES else None


def _page_links(served: ServedRelease, description: Description, address: Address) -> str:
    """Where the pages are that tell all of a thing (RFC 8288; the relations of RFC 5005)."""
    if address.format is HTML:
        return ""
    here, page = served.space.prefix + address.path, description.page
    steps = (("first", 1), ("prev", page - 1), ("next", description.next))
    return "".join(f", {link(f'{here}?page={number}', rel)}" for rel, number in steps if number > 0)


@lru_cache(maxsize=16)
def _license_link(licence: str) -> str:
    return link(licence, "license")


@lru_cache(maxsize=16)
def _author_link(agency: str) -> str:
    return link(agency, "author")


@lru_cache(maxsize=1024)
def _collection_link(iri: str) -> str:
    return link(iri, "collection")


@lru_cache(maxsize=256)
def _type_link(iri: str) -> str:
    return link(iri, "type")


def document_links(served: ServedRelease, description: Description, choice: Choice) -> str:
    """The Link header: what it is about, its other formats, terms of use, class (FAIR Signposting level 1)."""
    address, prefix, types = choice.address, served.space.prefix, description.types
    about, page = answers.safe_target(description.iri), answers.safe_target(served.space.base + address.stem[1:])
    links = [
        f'<{page}>; rel="canonical"',
        f'<{about}>; rel="cite-as"',
        _license_link(served.site.licence_iri),
        *(_type_link(iri) for iri in types[:_MOST_TYPES]),
    ]
    if address.format is HTML:
        links.append(link(prefix + address.variant(TURTLE).path, "describedby", type=TURTLE.media_type))
        links += [_type_link(iri) for iri in page_types(types)]
    else:
        links.append(f'<{about}>; rel="describes"')
        if page != about:
            links.append(f'<{page}>; rel="describes"; type="text/html"')
    links.append(_author_link(served.site.agency_iri))
    links += [_collection_link(each) for each in collections_of(description)[:_MOST_TYPES]]
    if not DATASETS.isdisjoint(types):
        items = islice(items_of(served, description.iri), _MOST_ITEMS)
        links += [link(item.href, "item", **item.attributes) for item in items]
    if CODE_LIST in types and address.format is not CSV:
        links.append(link(prefix + address.variant(CSV).path, "alternate", type=CSV.media_type))
    context = context_path(served) if address.format is JSON else ""
    stem = answers.safe_target("/index" if address.stem == "/" else address.stem)
    links += version_links(served, choice)
    links.append(_ways(prefix, address.format, context).replace(_STEM, stem))
    return ", ".join(links)


def version_links(served: ServedRelease, choice: Choice) -> list[str]:
    """Where other versions are of what was asked for (RFC 7089 §2.2): a frozen one says so as a memento."""
    if served.under:
        return []
    address, prefix = choice.address, served.space.prefix
    if not choice.explicit:  # what was asked for: any language of a page, or the document
        address = address.variant(HTML if choice.vary == "Accept-Language" else None)
    asked = answers.safe_target(address.path)
    return [
        f'<{prefix}{asked}>; rel="timegate"',
        f'<{prefix}/timemap{asked}>; rel="timemap"; type="application/link-format"',
    ]


@lru_cache(maxsize=128)
def _ways(prefix: str, format: Format | None, context: str) -> str:  # noqa: A002 - the term
    """The links from one variant of any document to what else there is of it; `_STEM` stands for the document's."""
    links = [f'<{prefix}{LINKSET}{_STEM}>; rel="linkset"; type="application/linkset+json"']
    if context:
        links.append(context_link(context))
    others = (item for item in DOCUMENT_FORMATS if item is not format)
    links += [f'<{prefix}{_STEM}.{item.suffix}>; rel="alternate"; type="{item.media_type}"' for item in others]
    return ", ".join(links)
