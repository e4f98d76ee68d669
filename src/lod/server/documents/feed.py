"""`/feed.atom`: the published releases, newest first. Atom: RFC 4287."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from xml.etree import ElementTree

from lod.rdf import languages
from lod.server import answers
from lod.server.answers import Answer, header
from lod.server.ask import Ask
from lod.server.served import ServedRelease

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NEWEST = 50


@dataclass(frozen=True, slots=True)
class Edition:
    """A published release: its name, and since when it was the one (UTC)."""

    name: str
    since: datetime


def feed(served: ServedRelease, editions: list[Edition], ask: Ask, language: str) -> Answer:
    """The feed in a language of the site. `editions`: the published releases, oldest first."""
    ElementTree.register_namespace("", _ATOM)
    site, base, t = served.site, served.space.base, served.theme.catalogue(language)
    title = languages.pick(site.title, language)
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {_XML_LANG: language})
    add = partial(_add, root)
    add("id", text=base)
    add("title", text=title)
    add("subtitle", text=languages.pick(site.description, language))
    add("updated", text=_moment(editions[-1].since if editions else datetime.fromtimestamp(0, UTC)))
    add("link", rel="self", type=MEDIA_TYPE, href=f"{base}{ask.path[1:]}", hreflang=language)
    add("link", rel="alternate", type="text/html", href=f"{base}index.{language}.html", hreflang=language)
    for other in site.languages:
        if other != language:
            add("link", rel="alternate", type=MEDIA_TYPE, href=f"{base}feed.{other}.atom", hreflang=other)
    add("link", rel="license", href=site.licence_iri)
    add("rights", text=languages.pick(site.attribution, language))
    author = _add(root, "author")
    _add(author, "name", text=languages.pick(site.agency_name, language))
    _add(author, "uri", text=site.agency_iri)
    for edition in reversed(editions[-_NEWEST:]):
        entry = _add(root, "entry")
        here = f"{base}release/{edition.name}/"
        _add(entry, "id", text=here)
        _add(entry, "title", text=t("feed_entry", title=title, release=edition.name))
        _add(entry, "published", text=_moment(edition.since))
        _add(entry, "updated", text=_moment(edition.since))
        _add(entry, "link", rel="alternate", type="text/html", href=here)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    headers = (
        header("content-type", MEDIA_TYPE),
        header("cache-control", answers.SHORT),
        header("content-language", language),
    )
    return answers.validated(Answer(200, headers, body + b"\n"), ask.if_none_match)  # releases leave it, too


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text or None
    return element


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
