"""What surrounds every page, and how a page is rendered.

A page is a frozen dataclass with a `frame`; its template is `templates/{name}.html`, which extends `base.html`. Jinja
escapes everything and stops at a name that the context does not have.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from markupsafe import Markup, escape

from lod.rdf import languages
from lod.rdf.formats import GRAPH_FORMATS, HTML, Format
from lod.server.addresses import Address
from lod.server.pages.labels import Text
from lod.server.pages.reader import Reader, Shown, safe_href
from lod.server.texts import Catalogue
from lod.server.theme import LOGOS, STYLE, Theme

_NOWHERE = "/\ue000"  # no path of ours: those are ASCII


@dataclass(frozen=True, slots=True)
class Switch:
    """One language of the switch: its own name, where this page is in it."""

    language: str
    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class FormatLink:
    """This document for machines."""

    name: str
    media_type: str
    href: str


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way from home to this page; the last has no link."""

    text: str
    language: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything on a page that is not its subject: what is the same on all of them, then what is this page's own."""

    theme: Theme
    language: str
    t: Catalogue
    site_title: str
    site_language: str  # of the title, where it is not the page's
    home: str
    catalogue: str
    sparql: str
    agency: Shown
    agency_email: str
    licence: Shown
    attributions: tuple[Text, ...]  # the page's language first
    release: str
    release_page: str
    about: str
    api: str
    released: str  # ISO 8601 date
    stylesheet: str
    icon: str
    logo: str
    own_style: str  # the project's own style sheet
    feed: str
    colophon: Markup = Markup("")  # noqa: RUF009 - a string; the foot, as HTML
    prefix: str = ""  # of the paths of this release
    languages: tuple[str, ...] = ()  # of the site
    title: str = ""
    canonical: str | None = None
    address: Address = Address("/")  # noqa: RUF009 - a frozen value
    query: str = ""  # what the page was asked, which it is asked in other languages too
    offered: tuple[Format, ...] = ()  # in which others the document exists
    crumbs: tuple[Crumb, ...] = ()
    current: str = ""  # the navigation entry that this page is
    present: str = ""  # on a page of a frozen release: the same page of the current one
    sheet: str = ""  # a second style sheet, for tables and charts of cubes
    kept: dict[Hashable, str] = field(default_factory=dict, compare=False, repr=False)  # pieces that are rendered

    @property
    def switches(self) -> tuple[Switch, ...]:
        """This page in every language of the site."""
        found = switches(self.address, self.languages, self.language, self.prefix, self.theme)
        return tuple(replace(s, href=f"{s.href}?{self.query}") for s in found) if self.query else found

    @property
    def formats(self) -> tuple[FormatLink, ...]:
        """This document for machines."""
        variants = ((item, self.prefix + self.address.variant(item).path) for item in self.offered)
        return tuple(FormatLink(item.name, item.media_type, path) for item, path in variants)

    @property
    def styles(self) -> Markup:
        """The style sheets."""
        return self._piece("styles")

    @property
    def alternates(self) -> Markup:
        """Where else and in what else this page is, in its head."""
        return self._piece("alternates")

    @property
    def masthead(self) -> Markup:
        """The head of the page as people see it: name, navigation, languages."""
        return self._piece("masthead")

    @property
    def other_formats(self) -> Markup:
        """The line with this document's other formats."""
        return self._piece("other_formats")

    def _piece(self, name: str) -> Markup:
        """A piece of the page by its template: the same on all pages of a kind but for the document's address.

        It is rendered once, for a place that is nowhere, where each page puts its own.
        """
        if self.query:
            return Markup(self.theme.render(name, frame=self, t=self.t).decode())  # noqa: S704
        key = (name, self.sheet, self.current, self.offered)
        text = self.kept.get(key)
        if text is None:
            frame = replace(self, address=Address(_NOWHERE))
            text = self.kept[key] = self.theme.render(name, frame=frame, t=self.t).decode()
        stem = "/index" if self.address.stem == "/" else str(escape(self.address.stem))
        return Markup(text.replace(_NOWHERE, stem))  # noqa: S704 - a template's own, escaped there


class Page(Protocol):
    """What every template gets."""

    @property
    def frame(self) -> Frame:
        """What surrounds the page."""
        ...


def render(template: str, page: Page) -> bytes:
    """A page as HTML. `template` is the file's name in `templates/` without `.html`."""
    return page.frame.theme.render(template, page=page, frame=page.frame, t=page.frame.t)


def make_frame(
    reader: Reader,
    address: Address,
    title: str,
    *,
    crumbs: tuple[Crumb, ...] = (),
    formats: tuple[Format, ...] = GRAPH_FORMATS,
    canonical: str | None = None,
    current: str = "",
    sheet: str = "",
    query: str = "",
) -> Frame:
    """The frame of the page at `address` for a reader.

    `formats`: in which others the document exists; `canonical`: its IRI, when it is one that search engines should
    keep; `current`: the navigation entry that it is ('home', 'catalogue', 'sparql'); `sheet`: a further style sheet;
    `query`: what the page was asked.
    """
    served = reader.served
    prefix = served.space.prefix
    return replace(
        served.memo.get(f"frame {reader.language} {reader.explicit}", lambda: _standing(reader)),
        title=title,
        canonical=safe_href(canonical) if canonical else None,
        address=address,
        offered=formats,
        query=query,
        crumbs=crumbs,
        current=current,
        present=served.space.root + address.path if served.under else "",
        sheet=prefix + served.theme.asset_path(sheet) if sheet else "",
    )


def _standing(reader: Reader) -> Frame:
    """What of the frame is the same on every page that this reader sees, with the foot rendered."""
    site, manifest = reader.served.site, reader.served.release.manifest
    prefix, theme = reader.served.space.prefix, reader.served.theme
    title = reader.said(site.title)
    logo, style = theme.asset_path_if_any(*LOGOS, "icon.svg"), theme.asset_path_if_any(STYLE)
    frame = Frame(
        theme=theme,
        language=reader.language,
        t=reader.t,
        site_title=title.text,
        site_language=title.language,
        home=reader.page("/"),
        catalogue=reader.page("/catalog"),
        sparql=reader.page("/sparql"),
        agency=replace(reader.said(site.agency_name), href=reader.href(site.agency_iri)),
        agency_email=site.agency_email,
        licence=replace(reader.said(site.licence_name), href=reader.href(site.licence_iri), external=True),
        attributions=attributions(site.attribution, reader.language),
        release=manifest.name,
        release_page=reader.page("/release"),
        about=reader.page("/about"),
        api=reader.page("/api"),
        released=manifest.created[:10],
        stylesheet=prefix + theme.asset_path("site.css"),
        icon=prefix + theme.asset_path("icon.svg"),
        logo=prefix + logo,
        own_style=prefix + style if style else "",
        prefix=prefix,
        languages=site.languages,
        feed=f"{reader.served.space.root}/feed.{reader.language}.atom",
    )
    foot = theme.render("colophon", frame=frame, t=frame.t).decode()
    return replace(frame, colophon=Markup(foot))  # noqa: S704 - a template's own, escaped there


def switches(
    address: Address, offered: tuple[str, ...], language: str, prefix: str, theme: Theme
) -> tuple[Switch, ...]:
    """The same page in every language of the site."""
    return tuple(
        Switch(tag, language_name(tag, theme), prefix + address.variant(HTML, tag).path, tag == language)
        for tag in offered
    )


def language_name(tag: str, theme: Theme) -> str:
    """A language's name in itself; its tag when no texts in it exist."""
    texts = theme.catalogue(tag)
    same = languages.canonical(texts.language).split("-")[0] == languages.canonical(tag).split("-")[0]
    return texts("language_name") if same else tag


def attributions(sentences: Mapping[str, str], language: str) -> tuple[Text, ...]:
    """The sentence that users are asked to print, byte for byte, in the page's language first."""
    order = sorted(sentences.items(), key=lambda pair: languages.rank(pair[0], language))
    return tuple(Text(sentence, tag) for tag, sentence in order)
