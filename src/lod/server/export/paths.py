"""Where a document of the site stands among the files of an export, and what its links become.

On the site a link begins at the root (`/doc/code/sex.en.html`). Files may lie under any path of any server, so in an
exported page the same link says how to get there from the page (`../../doc/code/sex.en.html`). A part of another page,
which the server finds by a query (`/codes.en.html?of=…`), is a file whose name holds a digest of the query. What a
static copy cannot hold (a question in SPARQL, a view that is chosen) is linked where it lives: under the base IRI.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from urllib.parse import unquote

from lod.rdf.formats import HTML, Format
from lod.server.addresses import DOCUMENT_FORMATS, Address, UrlSpace, parse_address
from lod.server.pages.short import CODES, DATASETS, LINKS

ROOT_FORMATS: dict[str, tuple[Format, ...]] = {
    "/": DOCUMENT_FORMATS,
    "/catalog": DOCUMENT_FORMATS,
    "/void": DOCUMENT_FORMATS[1:],
    "/release": (HTML,),
    "/validation": (HTML,),
    "/about": (HTML,),
    "/accessibility": (HTML,),
}
"""What stands at the root, and in which formats."""

PARTS = frozenset({CODES, LINKS, DATASETS})
"""Pages that hold a part of what another has the beginning of, by their stems."""

_MOST_NAME = 255  # bytes of a file's name on every file system in use
_LINK = re.compile(rb'((?: (?:href|src|action)="| content="0; url=))(/[^"]*)"')


@dataclass(frozen=True, slots=True)
class Shelf:
    """What an export holds: documents by their stems, in `formats`, their pages in `languages`."""

    space: UrlSpace
    stems: Container[str]
    formats: tuple[Format, ...]
    languages: tuple[str, ...]
    files: Container[str] = ()  # paths of what is copied or made besides

    def variants(self, stem: str) -> list[Address]:
        """Every variant of a document, pages first."""
        offered = [item for item in ROOT_FORMATS.get(stem, DOCUMENT_FORMATS) if item in self.formats]
        pages = [Address(stem, HTML, language) for language in self.languages if HTML in offered]
        return [*pages, *(Address(stem, item) for item in offered if item is not HTML)]

    def holds(self, path: str) -> bool:
        """Whether a path of the site (below its prefix) is a file of the export."""
        if path in self.files:
            return True
        address = parse_address(path, self.languages)
        if address.stem not in self.stems or address.format not in ROOT_FORMATS.get(address.stem, self.formats):
            return False
        return address.format in self.formats and (address.format is not HTML or address.language is not None)

    def part(self, path: str, query: str) -> str:
        """Where the part that a query asks for lies; '' where the path is no part's page of the export."""
        if HTML not in self.formats:
            return ""
        address = parse_address(path, self.languages, (HTML,))
        if address.stem not in PARTS or address.format is not HTML or address.language not in self.languages:
            return ""
        if address.stem == DATASETS and "&" in unescape(query):
            return ""  # choices multiply: one at a time is written
        return f"{address.stem}/{sha256(unescape(query).encode()).hexdigest()[:20]}.{address.language}.html"

    def parts_in(self, page: bytes) -> Iterator[tuple[str, str]]:
        """The parts that a page of the site links to: path and query."""
        for match in _LINK.finditer(page):
            path, _, query = unescape(match[2].decode("utf-8")).removeprefix(self.space.prefix).partition("?")
            query = query.partition("#")[0]
            if query and self.part(path, query):
                yield path, query

    def link(self, link: str, depth: int) -> str:
        """What a link from the site's root becomes in a page that lies `depth` folders down."""
        inside = link.removeprefix(self.space.prefix) if self.space.prefix else link
        path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", inside, re.DOTALL).groups()  # type: ignore[union-attr]
        up = "../" * depth
        if mark == "?" and (part := self.part(path, rest.partition("#")[0])):
            return f"{up}{part[1:]}"
        if self.holds(path) and (mark != "?" or path in self.files):
            return f"{up}{path[1:]}{mark}{rest}"
        if mark != "?" and path in self.stems:
            return f"{up}{folder_of(path)}index.html{mark}{rest}"
        return self.space.base + inside[1:]

    def relative(self, page: bytes, path: str) -> bytes:
        """A page with the links that it needs at its place."""
        depth = path.count("/") - 1

        def changed(match: re.Match[bytes]) -> bytes:
            return match[1] + self.link(match[2].decode("utf-8"), depth).encode("utf-8") + b'"'

        return _LINK.sub(changed, page)


def folder_of(stem: str) -> str:
    """The folder in which a document's entry lies: relative to the root, '' or ending with a slash."""
    return f"{stem[1:]}/" if stem != "/" else ""


def file_of(path: str) -> str | None:
    """The file for a path: web servers look for the unescaped name. None: no file system can have such a name."""
    names = [unquote(name) for name in path.lstrip("/").split("/")]
    if any(name in {"", ".", ".."} or "/" in name or "\0" in name or len(name.encode()) > _MOST_NAME for name in names):
        return None
    return "/".join(names)
