"""What surrounds every page, and how a page is rendered.

A page is a frozen dataclass with a `frame`; its template is `templates/{name}.html`, which extends `base.html`. Jinja
escapes everything and stops at a name that the context does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from markupsafe import Markup

from lod.rdf import languages
from lod.rdf.formats import GRAPH_FORMATS, HTML, Format
from lod.server.addresses import Address
from lod.server.pages.labels import Text
from lod.server.pages.reader import Reader, Shown, safe_href
from lod.server.texts import Catalogue
from lod.server.theme import LOGOS, STYLE, Theme


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
    title: str = ""
    canonical: str | None = None
    switches: tuple[Switch, ...] = ()
    formats: tuple[FormatLink, ...] = ()
    crumbs: tuple[Crumb, ...] = ()
    current: str = ""  # the navigation entry that this page is
    present: str = ""  # on a page of a frozen release: the same page of the current one
    sheet: str = ""  # a second style sheet, for tables and charts of cubes


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
) -> Frame:
    """The frame of the page at `address` for a reader.

    `formats`: in which others the document exists; `canonical`: its IRI, when it is one that search engines should
    keep; `current`: the navigation entry that it is ('home', 'catalogue', 'sparql'); `sheet`: a further style sheet.
    """
    served = reader.served
    prefix = served.space.prefix
    return replace(
        served.memo.get(f"frame {reader.language} {reader.explicit}", lambda: _standing(reader)),
        title=title,
        canonical=safe_href(canonical) if canonical else None,
        switches=switches(address, served.site.languages, reader.language, prefix, served.theme),
        formats=tuple(FormatLink(item.name, item.media_type, prefix + address.variant(item).path) for item in formats),
        crumbs=crumbs,
        current=current,
        present=served.space.root + address.path if served.under else "",
        sheet=prefix + served.theme.asset_path(sheet) if sheet else "",
    )


def _standing(reader: Reader) -> Frame:
    """What of the frame is the same on every page that this reader sees, with the foot rendered."""
    site, manifest = reader.served.site, reader.served.release.manifest
    prefix, theme = reader.served.space.prefix, reader.served.theme
    logo, style = theme.asset_path_if_any(*LOGOS, "icon.svg"), theme.asset_path_if_any(STYLE)
    frame = Frame(
        theme=theme,
        language=reader.language,
        t=reader.t,
        site_title=languages.pick(site.title, reader.language),
        home=reader.page("/"),
        catalogue=reader.page("/catalog"),
        sparql=reader.page("/sparql"),
        agency=Shown(languages.pick(site.agency_name, reader.language), href=reader.href(site.agency_iri)),
        agency_email=site.agency_email,
        licence=Shown(
            languages.pick(site.licence_name, reader.language), href=reader.href(site.licence_iri), external=True
        ),
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
