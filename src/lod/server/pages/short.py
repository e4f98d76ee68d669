"""Addresses of pages that read a query: IRIs of ours are shortened in them, so that links stay short.

`/codes?of=id/code/occupation&under=id/code/occupation/2` names two IRIs below the base; others stand in full.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from lod.rdf import iris
from lod.server.addresses import UrlSpace
from lod.server.pages.reader import Reader

CODES = "/codes"  # a part of a code list: of, under, after
LINKS = "/links"  # a property's values, or what points here by it: of, out or in, after; behind a literal, from a place
DATASETS = "/datasets"  # the catalogue, narrowed down: theme, publisher, frequency, format, stars
BEHIND, PLACE, STARS = "behind", "from", "stars"
PLAIN = frozenset({BEHIND, PLACE, STARS})  # are texts, and no IRIs


def shorten(space: UrlSpace, iri: str) -> str:
    """An IRI as it stands in a query: without the base, where nobody could take the rest for an IRI."""
    rest = iri.removeprefix(space.base)
    return rest if rest != iri and rest and not urlsplit(rest).scheme else iri


def lengthen(space: UrlSpace, text: str) -> str:
    """The IRI that a query means."""
    return iris.canonical(text) if urlsplit(text).scheme else space.base + iris.canonical(text)


def query(reader: Reader, stem: str, **asked: str) -> str:
    """The address of the page at `stem` that is asked these things; empty ones are left out."""
    space = reader.served.space
    texts = ((name, text if name in PLAIN else shorten(space, text)) for name, text in asked.items() if text)
    pairs = (f"{name}={quote(text, safe='/:@,;')}" for name, text in texts)
    return f"{reader.page(stem)}?{'&'.join(pairs)}"
