"""The URL contract: from a request's path to what it asks for, from an IRI to the link on a page.

Cool URIs for the Semantic Web: https://www.w3.org/TR/cooluris/ §4.2 (303 URIs forwarding to one generic document)

==========================  ==============================================================
`/id/…`                      a thing: 303 to `/doc/…`
`/def/…`                     a term: 303 to `/doc/def/…`
`/doc/…`, `/data/…`          generic documents: negotiate format and language
`….ttl .nt .jsonld .rdf …`   one format, no negotiation
`….html`                     HTML, language negotiated
`….en.html`                  HTML in that language
==========================  ==============================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lod.rdf import iris
from lod.rdf.formats import GRAPH_FORMATS, HTML, JSON, NTRIPLES, TURTLE, Format, by_suffix

DOCUMENT_FORMATS = (HTML, TURTLE, NTRIPLES, JSON, *(f for f in GRAPH_FORMATS if f not in {TURTLE, NTRIPLES}))
"""What every document exists in, the default first. Plain JSON comes before JSON-LD, whose other name is its type."""

_PLAIN = re.compile(rb"/[A-Za-z0-9\-._~/:@!$&'()*+,;=]*\Z")
_NOT_IN_A_PATH = re.compile(r"[^!$&'()*+,\-./0-9:;=@A-Z_a-z~%]|%(?![0-9A-F]{2})")


@dataclass(frozen=True, slots=True)
class Address:
    """One document of the site and the variant asked for. `stem` is its path without any suffix: `/doc/code/sex`."""

    stem: str
    format: Format | None = None  # None: negotiate
    language: str | None = None  # of HTML; None: negotiate

    @property
    def path(self) -> str:
        """The path of exactly this variant."""
        if self.format is None:
            return self.stem
        stem = "/index" if self.stem == "/" else self.stem
        language = f".{self.language}" if self.language else ""
        return f"{stem}{language}.{self.format.suffix}"

    def variant(self, format: Format | None, language: str | None = None) -> Address:  # noqa: A002 - the term
        """The same document in another format and language."""
        return Address(self.stem, format, language)


def parse_address(path: str, languages: tuple[str, ...], formats: tuple[Format, ...] = DOCUMENT_FORMATS) -> Address:
    """Split a path's suffixes off. What names no format or language belongs to the key (`/doc/org/2.16.886`)."""
    stem, dot, suffix = path.rpartition(".")
    found = by_suffix(suffix, formats) if dot and "/" not in suffix else None
    if found is None or stem.endswith("/"):
        return Address(path)
    language = None
    if found is HTML:
        shorter, dot, tag = stem.rpartition(".")
        if dot and tag in languages and not shorter.endswith("/"):
            stem, language = shorter, tag
    return Address("/" if stem == "/index" else stem, found, language)


def canonical_path(raw: bytes) -> str | None:
    """The one spelling of a request's path: NFC, ASCII, escapes in upper case, without dot segments (RFC 3986 §6.2.2).

    None: no path of ours (not UTF-8). The caller compares it with what was asked, and answers 308 where they differ.
    """
    if b"/." not in raw and _PLAIN.match(raw):
        return raw.decode("ascii")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not text.startswith("/"):
        return None
    path = iris.to_uri(iris.canonical(text))
    path = re.sub(_NOT_IN_A_PATH, lambda m: f"%{ord(m.group()):02X}", path)
    return _without_dot_segments(path) if "/." in path else path


def _without_dot_segments(path: str) -> str:
    """RFC 3986 §5.2.4, for a path that begins with a slash."""
    segments = path.split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


_AT_ROOT = frozenset(
    {"/", "/catalog", "/sparql", "/release", "/validation", "/search", "/about", "/accessibility", "/codes", "/links"}
) | {"/api", "/datasets"}


def has_page(stem: str) -> bool:
    """Whether the document at a stem exists as HTML, and so in every language of the site."""
    return stem in _AT_ROOT or stem.startswith(("/doc/", "/data/", "/embed/"))


@dataclass(frozen=True, slots=True)
class UrlSpace:
    """The site's own IRIs: `base` from the release, never from a request's Host."""

    base: str  # ends with '/'
    under: str = ""  # where in the site a frozen release stands: '/release/1-3f2a9c1b'
    root: str = field(init=False)  # the path that all of ours begin with, without the last slash; often ''
    prefix: str = field(init=False)  # the same for links of this release: `root` and `under`
    endpoint: bytes = field(init=False)  # the path of queries, as a request writes it

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", urlsplit(self.base).path.rstrip("/"))
        object.__setattr__(self, "prefix", self.root + self.under)
        object.__setattr__(self, "endpoint", iris.to_uri(f"{self.prefix}/sparql").encode("ascii"))

    def iri_of_path(self, path: str) -> str:
        """The IRI, in our canonical spelling, of a path inside the site."""
        return self.base + iris.canonical(path.lstrip("/"))

    def described_by(self, stem: str) -> str:
        """The IRI of what the document at `stem` is about."""
        if stem.startswith("/doc/def/"):
            return self.iri_of_path(stem.removeprefix("/doc"))
        if stem.startswith("/doc/"):
            return self.iri_of_path("/id" + stem.removeprefix("/doc"))
        return self.iri_of_path(stem)

    def document_of(self, iri: str) -> str | None:
        """The stem of the document about an IRI of ours, ASCII; None if it is not ours."""
        if not iri.startswith(self.base):
            return None
        path = iris.to_uri("/" + iri[len(self.base) :].partition("#")[0])
        if path.startswith("/id/"):
            return "/doc" + path.removeprefix("/id")
        if path.startswith("/def/"):
            return "/doc" + path
        return path
