"""What stands at the root of the site: home, catalogue, VoID, robots.txt.

DCAT 3: https://www.w3.org/TR/vocab-dcat-3/ ; VoID: https://www.w3.org/TR/void/ §6.2 (`/.well-known/void`)
"""

from __future__ import annotations

from pyoxigraph import Quad

from lod.rdf.formats import HTML, JSON, TURTLE, Format
from lod.server import answers
from lod.server.addresses import DOCUMENT_FORMATS, Address, parse_address
from lod.server.answers import Answer, header, link
from lod.server.ask import Ask
from lod.server.documents.context import context_link, context_of, context_path
from lod.server.documents.dereference import (
    Choice,
    choose,
    known_already,
    validator_of,
    variant_headers,
    version_links,
)
from lod.server.documents.describe import describe
from lod.server.documents.signposts import ABOUT_PAGE, LINKSET, LINKSET_JSON
from lod.server.documents.write import write
from lod.server.pages.api import api_page
from lod.server.pages.frame import render
from lod.server.pages.home import about_page, catalogue_page, home_page
from lod.server.pages.reader import Reader
from lod.server.pages.release import release_page
from lod.server.pages.validation import validation_page
from lod.server.refusals import not_acceptable, not_found
from lod.server.served import ServedRelease, read_description

_PAGES = ("/release", "/validation", "/about", "/accessibility", "/api")  # for people alone
_FORMATS: dict[str, tuple[Format, ...]] = {
    "/": DOCUMENT_FORMATS,
    "/catalog": DOCUMENT_FORMATS,
    "/void": DOCUMENT_FORMATS[1:],
    **dict.fromkeys(_PAGES, (HTML,)),
}
_FILES = {"/": "catalog.ttl", "/catalog": "catalog.ttl", "/void": "void.ttl"}


def respond_at_root(served: ServedRelease, ask: Ask) -> Answer:
    """Answer a path that is none of a thing, document, dump or service."""
    if ask.path == "/.well-known/void":
        return answers.redirect(303, served.space.prefix + "/void")
    if ask.path == "/robots.txt":
        return robots(served)
    address = parse_address(ask.path, served.site.languages)
    formats = _FORMATS.get(address.stem, ())
    if address.path == "/index" or not formats or (address.format is not None and address.format not in formats):
        return not_found(served, ask.path, ask.accept, ask.accept_language, address.format)
    choice = choose(address, ask, served.site.languages, formats)
    if choice is None:
        return not_acceptable(served, address, formats, ask.accept, ask.accept_language)
    validator = validator_of(served, choice)
    if answers.is_fresh(ask.if_none_match, validator) or ask.if_none_match.strip() == "*":
        return known_already(served, choice, validator)
    body = _body(served, choice)
    if body is None:
        return not_found(served, ask.path, ask.accept, ask.accept_language, address.format)
    links = header("link", _links(served, choice, formats))
    return Answer(200, (*variant_headers(served, choice, validator), links), body)


def _body(served: ServedRelease, choice: Choice) -> bytes | None:
    """The page, or the description file in another format; None when the release has no such file."""
    address = choice.address
    assert address.format is not None
    if address.format is not HTML:
        quads = _described(served, address.stem)
        root = served.space.base + _FILES[address.stem].removesuffix(".ttl")
        if not quads:
            return None
        return write(quads, (), address.format, served.space.base, context_of(served), root)
    reader = Reader(served, address.language or served.site.languages[0], choice.explicit)
    if address.stem == "/":
        return render("home", home_page(reader, address))
    if address.stem == "/release":
        return render("release", release_page(reader, address))
    if address.stem == "/validation":
        return render("validation", validation_page(reader, address))
    if address.stem == "/accessibility":
        return render("accessibility", about_page(reader, address, "accessibility"))
    if address.stem == "/about":
        return render("about", about_page(reader, address))
    if address.stem == "/api":
        return render("api", api_page(reader, address))
    return render("catalogue", catalogue_page(reader, address))


def _described(served: ServedRelease, stem: str) -> tuple[Quad, ...]:
    """What the release's description file and its store say of the catalogue or the VoID dataset."""
    file = served.release.folder / _FILES[stem]

    def read() -> tuple[Quad, ...]:
        found: list[Quad] = []
        if file.is_file():
            found += read_description(file, served.space.base)
        own = describe(served, served.space.base + _FILES[stem].removesuffix(".ttl"), whole=True)
        return (*found, *(quad for quad in (own.quads if own else ()) if quad not in found))

    return served.memo.get(f"described {_FILES[stem]}", read)


def _links(served: ServedRelease, choice: Choice, formats: tuple[Format, ...]) -> str:
    address, prefix, site = choice.address, served.space.prefix, served.site
    here = site.base_iri + address.stem.lstrip("/")
    stem = "/catalog" if address.stem == "/" else address.stem
    links = [link(here, "canonical"), link(site.licence_iri, "license")]
    stem = "/catalog" if stem in _PAGES else stem
    links.append(link(prefix + Address(stem, TURTLE).path, "describedby", type=TURTLE.media_type))
    links += [
        link(prefix + Address(address.stem, item).path, "alternate", type=item.media_type)
        for item in formats
        if item is not address.format
    ]
    if address.format is JSON:
        links.append(context_link(context_path(served)))
    if address.stem == "/catalog":
        links += [link(here, "cite-as"), link(ABOUT_PAGE, "type"), link(site.agency_iri, "author")]
        links.append(link(f"{prefix}{LINKSET}{address.stem}", "linkset", type=LINKSET_JSON.media_type))
    return ", ".join([*links, *version_links(served, choice)])


def robots(served: ServedRelease) -> Answer:
    """robots.txt (RFC 9309): everything may be read but the endpoint's queries and the machinery."""
    prefix = served.space.prefix
    text = f"User-agent: *\nDisallow: {prefix}/sparql\nDisallow: {prefix}/-/\nSitemap: {served.space.base}sitemap.xml\n"
    return Answer(
        200, (header("content-type", "text/plain; charset=utf-8"), header("cache-control", answers.LONG)), text.encode()
    )
