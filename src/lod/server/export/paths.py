"""Where a document of the site stands among the files of an export, and what its links become.

On the site a link begins at the root (`/doc/code/sex.en.html`). Files may lie under any path of any server, so in an
exported page the same link says how to get there from the page (`../../doc/code/sex.en.html`). A part of another page,
which the server finds by a query (`/codes.en.html?of=…`), and a view of a cube (`/data/staff/slice.en.html?rows=…`) are
files whose names hold a digest of the query. What a static copy cannot hold (a question in SPARQL, a view of codes that
a reader chooses) is linked where it lives, under the base IRI, and the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape, unescape
from urllib.parse import unquote

from lod.rdf.formats import HTML, Format
from lod.server.addresses import DOCUMENT_FORMATS, Address, UrlSpace, parse_address
from lod.server.cubes.explorer import ViewPath, split_view
from lod.server.cubes.whole import TABLES, WHOLE
from lod.server.export.views import WrittenViews
from lod.server.pages.search import STEM as SEARCH
from lod.server.pages.short import CODES, DATASETS, LINKS

ROOT_FORMATS: dict[str, tuple[Format, ...]] = {
    "/": DOCUMENT_FORMATS,
    "/catalog": DOCUMENT_FORMATS,
    "/void": DOCUMENT_FORMATS[1:],
    "/release": (HTML,),
    "/validation": (HTML,),
    "/about": (HTML,),
    "/accessibility": (HTML,),
    "/api": (HTML,),
}
"""What stands at the root, and in which formats."""

PARTS = frozenset({CODES, LINKS, DATASETS})
"""Pages that hold a part of what another has the beginning of, by their stems."""

_MOST_LINKS = 50_000  # kept as they were found: pages beside each other lead to the same places
_MOST_NAME = 255  # bytes of a file's name on every file system in use
_LINK = re.compile(rb'((?: (?:href|src|action)="| content="0; url=))(/[^"]*)"')
_ACTION = b' action="'
_ANCHOR = b'<a href="'
_ADDRESS = re.compile(
    rb'(<a href="|src=&#34;|<dd class="iri">)(https?://[^"<\s]*?/slice\.[^"<\s]*?\?[^"<\s]*?)(?="|&#34;|<)'
)
_LANGUAGE = re.compile(rb'<html lang="([^"]*)"')
_FORM = re.compile(rb"(<form\b[^<>]*>)(.*?)</form>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What an export holds: documents by their stems, in `formats`, their pages in `languages`.

    `views`: those of each dataset, by its path.
    """

    space: UrlSpace
    stems: Container[str]
    formats: tuple[Format, ...]
    languages: tuple[str, ...]
    files: Container[str] = ()  # paths of what is copied or made besides
    views: Mapping[str, WrittenViews] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)  # paths that lead on to a document, and its stem
    onward: Mapping[str, str] = field(default_factory=dict)  # by language: what a page says that leads to the site
    _links: dict[tuple[str, int], str] = field(default_factory=dict, compare=False, repr=False)

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
        """Where the part or the view that a query asks for lies; '' where the export has none of it."""
        if HTML not in self.formats:
            return ""
        if (view := split_view(path)) is not None:
            return self._view(view, unescape(query))
        address = parse_address(path, self.languages, (HTML,))
        if address.stem not in PARTS or address.format is not HTML or address.language not in self.languages:
            return ""
        if address.stem == DATASETS and "&" in unescape(query):
            return ""  # choices multiply: one at a time is written
        return f"{address.stem}/{_digest(unescape(query))}.{address.language}.html"

    def _view(self, view: ViewPath, query: str) -> str:
        """Where a view lies; '' where it is no file."""
        if view.format is None or view.language not in self.languages:
            return ""
        variant = f"{view.language}.{view.format.suffix}"
        if query == WHOLE:  # where the dataset's description says that the whole file is
            return f"{view.stem}.{variant}" if view.format in TABLES else ""
        views = self.views.get(view.dataset, WrittenViews())
        return f"{view.stem}/{_digest(query)}.{variant}" if views.has(view, query) else ""

    def parts_in(self, page: bytes) -> Iterator[tuple[str, str]]:
        """The parts that a page of the site links to: path and query."""
        for match in _LINK.finditer(page):
            path, _, query = unescape(match[2].decode("utf-8")).removeprefix(self.space.prefix).partition("?")
            query = query.partition("#")[0]
            if query and self.part(path, query):
                yield path, query
        for match in self._addresses(page):
            path, query = self._path_of(match)
            if self.part(path, query):
                yield path, query

    def link(self, link: str, depth: int) -> str:
        """What a link from the site's root becomes in a page that lies `depth` folders down."""
        found = self._links.get((link, depth))
        if found is None:
            if len(self._links) >= _MOST_LINKS:
                self._links.clear()
            found = self._links[link, depth] = self._find(link, depth)
        return found

    def _find(self, link: str, depth: int) -> str:
        inside = link.removeprefix(self.space.prefix) if self.space.prefix else link
        path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", inside, re.DOTALL).groups()  # type: ignore[union-attr]
        up = "../" * depth
        if mark == "?" and (part := self.part(path, rest.partition("#")[0])):
            return f"{up}{part[1:]}"
        if self.holds(path) and (mark != "?" or self._answers(path)):
            return f"{up}{path[1:]}{mark}{rest}"
        path = self.aliases.get(path, path)
        if mark != "?" and path in self.stems:
            return f"{up}{folder_of(path)}index.html{mark}{rest}"
        return self.space.base + inside[1:]

    def _answers(self, path: str) -> bool:
        """Whether a file answers questions: the search does, in the browser."""
        return path in self.files and parse_address(path, self.languages).stem == SEARCH

    def relative(self, page: bytes, path: str) -> bytes:
        """A page with the links that it needs at its place."""
        depth = path.count("/") - 1

        def changed(match: re.Match[bytes]) -> bytes:
            link = match[2].decode("utf-8")
            if match[1] == _ACTION and not self._answers(link.removeprefix(self.space.prefix)):
                link = self.space.base + link.removeprefix(self.space.prefix)[1:]
            else:
                link = self.link(link, depth)
            return match[1] + link.encode("utf-8") + b'"'

        return self._saying(self._with_addresses(_LINK.sub(changed, page), depth))

    def _addresses(self, page: bytes) -> Iterator[re.Match[bytes]]:
        """The addresses of views that a page tells in full, for frames on other sites and for readers."""
        return _ADDRESS.finditer(page) if b"/slice." in page else iter(())

    def _path_of(self, address: re.Match[bytes]) -> tuple[str, str]:
        """The path and query of an address of ours, which may be escaped twice; of another, what is no path."""
        path, _, query = unescape(unescape(address[2].decode("utf-8"))).partition("?")
        return f"/{path.removeprefix(self.space.base)}", query

    def _with_addresses(self, page: bytes, depth: int) -> bytes:
        """A page that tells where its view lies in the export: below the base IRI, if that is where it is put."""
        pieces, done = [], 0
        for match in self._addresses(page):
            if place := self.part(*self._path_of(match)):
                place = f"{'../' * depth if match[1] == _ANCHOR else self.space.base}{place[1:]}"
                pieces += [page[done : match.start(2)], place.encode()]
                done = match.end(2)
        return b"".join([*pieces, page[done:]])

    def _saying(self, page: bytes) -> bytes:
        """A page that leads to the site itself says so: in each form that the site answers, else at its end."""
        language = _LANGUAGE.search(page)
        said = self.onward.get(language[1].decode(), "") if language else ""
        leaving = f'="{escape(self.space.base)}'.encode()
        if not said or leaving not in page:
            return page
        sentence = f'<p class="quiet">{escape(said)}</p>\n'.encode()

        def told(form: re.Match[bytes]) -> bytes:
            return form[1] + form[2] + sentence + b"</form>" if b" action" + leaving in form[1] else form[0]

        with_forms = _FORM.sub(told, page)
        if with_forms != page or not re.search(rb"<a\b[^<>]* href" + re.escape(leaving), page):
            return with_forms
        return page.replace(b"</main>", b'<div class="wrap">' + sentence + b"</div>\n</main>", 1)


def _digest(query: str) -> str:
    return sha256(query.encode()).hexdigest()[:20]


def folder_of(stem: str) -> str:
    """The folder in which a document's entry lies: relative to the root, '' or ending with a slash."""
    return f"{stem[1:]}/" if stem != "/" else ""


def file_of(path: str) -> str | None:
    """The file for a path: web servers look for the unescaped name. None: no file system can have such a name."""
    names = [unquote(name) for name in path.lstrip("/").split("/")]
    if any(name in {"", ".", ".."} or "/" in name or "\0" in name or len(name.encode()) > _MOST_NAME for name in names):
        return None
    return "/".join(names)
