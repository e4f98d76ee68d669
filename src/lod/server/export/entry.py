"""What stands at an address without a suffix in a static copy: no server is there to negotiate, so a reader chooses."""

from __future__ import annotations

from dataclasses import dataclass

from lod.rdf.formats import HTML
from lod.server.addresses import Address
from lod.server.export.paths import Shelf
from lod.server.pages.frame import FormatLink, Switch, switches
from lod.server.pages.labels import Text
from lod.server.served import ServedRelease


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Context of `entry.html`. `onward` is where it leads: the page in the first language, else the first format."""

    language: str
    label: Text
    iri: str
    onward: str
    icon: str
    pages: tuple[Switch, ...]
    formats: tuple[FormatLink, ...]


def entry_page(served: ServedRelease, shelf: Shelf, stem: str) -> bytes:
    """The page, with links as the site has them."""
    prefix, theme = served.space.prefix, served.theme
    iri = served.space.described_by(stem)
    languages = served.site.languages
    variants = shelf.variants(stem)
    page = EntryPage(
        language=languages[0],
        label=served.labels.label(iri, languages[0]) if stem != "/" else Text(served.site.title[languages[0]]),
        iri=iri,
        icon=prefix + theme.asset_path("icon.svg"),
        onward=prefix + variants[0].path,
        pages=switches(Address(stem, HTML), languages, languages[0], prefix, served.theme)
        if variants[0].format is HTML
        else (),
        formats=tuple(
            FormatLink(item.format.name, item.format.media_type, prefix + item.path)
            for item in variants
            if item.format and item.format is not HTML
        ),
    )
    return theme.render("entry", page=page)
