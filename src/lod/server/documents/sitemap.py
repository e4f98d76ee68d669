"""`/sitemap.xml`: every document of the site, for those who index it, in packed parts of bounded size.

Sitemaps: https://www.sitemaps.org/protocol.html (at most 50,000 addresses a file; an index over the files)
"""

from __future__ import annotations

import gzip
import re
from xml.sax.saxutils import escape

from lod.rdf import iris
from lod.server import answers
from lod.server.answers import Answer, header
from lod.server.ask import Ask
from lod.server.served import ServedRelease
from lod.store.uris import URIS, count_uris, read_uris

PART = 50_000  # addresses
_NUMBERED = re.compile(r"/sitemap-(\d{1,6})\.xml\.gz\Z")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def is_sitemap(_: ServedRelease, ask: Ask) -> bool:
    """Whether the index is asked for, or what may be a part."""
    return ask.path.startswith("/sitemap")


def sitemap_paths(served: ServedRelease) -> list[str]:
    """The index and its parts; nothing where a release has no list of its addresses."""
    file = served.release.folder / URIS
    if not file.is_file():
        return []
    return ["/sitemap.xml", *(f"/sitemap-{number}.xml.gz" for number in range(1, _parts(served) + 1))]


def _parts(served: ServedRelease) -> int:
    return served.memo.get("sitemap parts", lambda: -(-count_uris(served.release.folder / URIS) // PART))


def respond_to_sitemap(served: ServedRelease, ask: Ask) -> Answer | None:
    """The index or one of its parts; None when there is none at that path."""
    path, file = ask.path, served.release.folder / URIS
    if not file.is_file():
        return None
    parts = _parts(served)
    found = _NUMBERED.match(path)
    number = int(found[1]) if found else 0
    if path != "/sitemap.xml" and not 1 <= number <= parts:
        return None
    validator = answers.etag(served.etag_prefix, path)
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.LONG)
    body = served.pages.get(path, lambda: _part(served, number) if found else _index(served, parts))
    media_type = "application/gzip" if found else "application/xml"
    headers = (
        header("content-type", media_type),
        header("etag", validator),
        header("cache-control", answers.LONG),
    )
    return Answer(200, headers, body)


def _index(served: ServedRelease, parts: int) -> bytes:
    base, changed = served.space.base, served.release.manifest.created
    entries = "".join(
        f"<sitemap><loc>{escape(base)}sitemap-{n}.xml.gz</loc><lastmod>{changed}</lastmod></sitemap>\n"
        for n in range(1, parts + 1)
    )
    return f'{_HEAD}<sitemapindex xmlns="{_NAMESPACE}">\n{entries}</sitemapindex>\n'.encode()


def _part(served: ServedRelease, number: int) -> bytes:
    """One part: the documents about the things of a stretch of the list, each once."""
    space, root = served.space, served.space.base.removesuffix("/")
    uris = read_uris(served.release.folder / URIS, (number - 1) * PART, PART)
    stems = dict.fromkeys(stem for uri in uris if (stem := space.document_of(uri.partition("#")[0])))
    entries = "".join(f"<url><loc>{escape(iris.to_uri(root + stem))}</loc></url>\n" for stem in stems)
    text = f'{_HEAD}<urlset xmlns="{_NAMESPACE}">\n{entries}</urlset>\n'
    return gzip.compress(text.encode(), 6, mtime=0)
