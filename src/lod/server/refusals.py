"""When there is no answer: 404, 406, 503, as a page for people and problem+json for programs.

Problem details: https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from lod.diagnostics import Diagnostic
from lod.errors import LodError
from lod.rdf import iris
from lod.rdf.formats import GRAPH_FORMATS, HTML, Format
from lod.rdf.namespaces import RDFS
from lod.release.uris.tombstones import Tombstone
from lod.server import answers
from lod.server.addresses import DOCUMENT_FORMATS, Address, parse_address
from lod.server.answers import Answer, header, link
from lod.server.documents import gone
from lod.server.documents.nearest import nearest
from lod.server.documents.write import content_type, write
from lod.server.negotiation import choose_format, choose_language, prefers_html
from lod.server.pages.frame import Crumb, Frame, make_frame, render
from lod.server.pages.observed import named
from lod.server.pages.reader import Reader, Shown
from lod.server.served import ServedRelease
from lod.server.texts import Catalogue
from lod.server.theme import Theme
from lod.wording import ENGLISH, translated

_NOTHING = "Nothing published has this address."


@dataclass(frozen=True, slots=True)
class Alternative:
    """A variant that exists."""

    name: str
    media_type: str
    href: str


@dataclass(frozen=True, slots=True)
class RefusalPage:
    """Context of `refusal.html`."""

    frame: Frame
    status: int
    title: str
    detail: str
    near: tuple[Shown, ...] = ()
    near_title: str = ""  # else that these are near
    alternatives: tuple[Alternative, ...] = ()
    said: tuple[str, ...] = ()  # findings


@dataclass(frozen=True, slots=True)
class UnavailablePage:
    """Context of `unavailable.html`: no release, so no site to speak for."""

    t: Catalogue
    other: Catalogue
    stylesheet: str


def not_found(
    served: ServedRelease, path: str, accept: str, accept_language: str, asked: Format | None = None
) -> Answer:
    """404 in the form asked for, with what is near. `path` is canonical; `asked` the format its suffix named.

    What is retired answers 301 or 410 instead. The first one may make the search index: called in a thread.
    """
    language = parse_address(path, served.site.languages).language  # its suffix may say it
    reader = _reader(served, language or accept_language)
    if (found := gone.retired(served, path)) is not None:
        return _negotiated(_gone(reader, path, *found, accept, asked))
    near = nearest(served, path)
    form = asked or choose_format(accept, DOCUMENT_FORMATS)
    if form in GRAPH_FORMATS:
        answer = _nothing_said(reader, path, near, form)
    elif form is not HTML:
        base = served.space.base
        extra = {"nearest": [base + stem.lstrip("/") for stem in near]} if near else {}
        answer = answers.problem(404, "Not Found", _NOTHING, extra=extra)
    else:
        page = RefusalPage(
            frame=_frame(reader, reader.t("not_found")),
            status=404,
            title=reader.t("not_found"),
            detail=reader.t("not_found_detail"),
            near=tuple(_near(reader, stem) for stem in near),
        )
        answer = _page(404, page)
    return _negotiated(answer)


def _nothing_said(reader: Reader, path: str, near: list[str], form: Format) -> Answer:
    """404 as data: the address, that nothing has it, and what is near with its names."""
    served = reader.served
    about = NamedNode(iris.to_uri(served.space.base + path.lstrip("/")))
    triples = [Triple(about, NamedNode(RDFS + "comment"), Literal(_NOTHING, language="en"))]
    for stem in near:
        document, thing = NamedNode(served.space.base + stem.lstrip("/")), served.space.described_by(stem)
        triples.append(Triple(about, NamedNode(RDFS + "seeAlso"), document))
        if (label := served.labels.label(thing, reader.language)).language:
            triples.append(Triple(document, NamedNode(RDFS + "label"), Literal(label.value, language=label.language)))
    body = write((), triples, form, served.space.base, root=about.value)
    return Answer(404, (content_type(form), header("cache-control", answers.NO_STORE)), body)


def _gone(reader: Reader, path: str, iri: str, entry: Tombstone, accept: str, asked: Format | None) -> Answer:
    """301, or 410 as data or as a page."""
    served = reader.served
    answer = gone.moved(served, path, iri, entry) or gone.described(served, iri, entry, accept, asked)
    if answer is not None:
        return answer
    page = RefusalPage(
        frame=_frame(reader, reader.t("gone")),
        status=410,
        title=reader.t("gone"),
        detail=reader.t("gone_detail", date=entry.date),
        near=gone.successors(reader, iri, entry),
        near_title=reader.t("replaced_by"),
        said=tuple(filter(None, [gone.reason(reader, entry)])),
    )
    return _page(410, page)


def not_acceptable(
    served: ServedRelease, address: Address, formats: tuple[Format, ...], accept: str, accept_language: str
) -> Answer:
    """406 with every variant that exists, in the body and as Link alternates (RFC 9110 §15.5.7)."""
    prefix = served.space.prefix
    alternatives = tuple(
        Alternative(item.name, item.media_type, prefix + address.variant(item).path) for item in formats
    )
    reader = _reader(served, accept_language)
    if prefers_html(accept):
        title, detail = reader.t("not_acceptable"), reader.t("not_acceptable_detail")
        page = RefusalPage(_frame(reader, title), 406, title, detail, alternatives=alternatives)
        answer = _page(406, page)
    else:
        offers = [{"href": item.href, "type": item.media_type} for item in alternatives]
        detail = "This document exists in the formats listed under 'alternatives'."
        answer = answers.problem(406, "Not Acceptable", detail, extra={"alternatives": offers})
    links = ", ".join(link(item.href, "alternate", type=item.media_type) for item in alternatives)
    return _negotiated(answer, header("link", links))


def bad_request(reader: Reader, findings: list[Diagnostic], *, for_people: bool) -> Answer:
    """400: the address asks for what there is not. Every finding at once."""
    language = reader.language if for_people else ENGLISH
    pairs = [(translated(item.message, language), translated(item.hint, language)) for item in findings]
    said = [f"{message}: {hint}" if hint else message for message, hint in pairs]
    if not for_people:
        listed = [{"code": item.code, "message": item.message, "hint": item.hint} for item in findings]
        return answers.problem(400, "Bad Request", "; ".join(said), extra={"findings": listed})
    title = reader.t("bad_view")
    page = RefusalPage(_frame(reader, title), 400, title, reader.t("bad_view_detail"), said=tuple(said))
    return _page(400, page)


def unavailable(error: LodError, accept: str, accept_language: str, theme: Theme) -> Answer:
    """503: nothing is published, or what is cannot be read. Says what to do, never where on the disk."""
    retry = header("retry-after", "30")
    if not prefers_html(accept):
        code = {"code": error.code} if error.code else {}
        return _negotiated(
            answers.problem(503, "Service Unavailable", "No release can be served now.", extra=code), retry
        )
    known = theme.texts.catalogues
    language = choose_language(accept_language, tuple(known))
    other = next((texts for tag, texts in known.items() if tag != language), known[language])
    page = UnavailablePage(known[language], other, theme.asset_path("site.css"))
    return _negotiated(_html(503, theme.render("unavailable", page=page, t=page.t)), retry)


def _reader(served: ServedRelease, accept_language: str) -> Reader:
    return Reader(served, choose_language(accept_language, served.site.languages), explicit=False)


def _frame(reader: Reader, title: str) -> Frame:
    """The frame of a page that has no address of its own: its language switch leads home."""
    return make_frame(reader, Address("/"), title, crumbs=(Crumb(title),), formats=())


def _page(status: int, page: RefusalPage) -> Answer:
    return _html(status, render("refusal", page))


def _html(status: int, body: bytes) -> Answer:
    return Answer(
        status, (header("content-type", "text/html; charset=utf-8"), header("cache-control", "no-store")), body
    )


def _negotiated(answer: Answer, *more: tuple[bytes, bytes]) -> Answer:
    return Answer(answer.status, (*answer.headers, header("vary", "Accept, Accept-Language"), *more), answer.body)


def _near(reader: Reader, stem: str) -> Shown:
    name = named(reader, reader.served.space.described_by(stem))
    return Shown(name.text, name.language, reader.page(stem), note=reader.served.space.prefix + stem)
