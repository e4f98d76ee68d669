"""Search without a server: a list of names for each language, and a page whose script looks through it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from html import escape

from pyoxigraph import NamedNode

from lod.rdf.namespaces import SKOS
from lod.server.ask import Ask
from lod.server.documents.describe import TYPE
from lod.server.export.paths import file_of
from lod.server.pages.reader import Reader
from lod.server.pages.search import STEM, respond_to_search
from lod.server.search import folded, search_index
from lod.server.served import ServedRelease

_SCRIPT = "static-search.js"


def search_makers(served: ServedRelease) -> dict[str, Callable[[], bytes]]:
    """The search pages and their lists, one a language: path → how they are made."""
    makers: dict[str, Callable[[], bytes]] = {}
    for language in served.site.languages:
        makers[f"{STEM}.{language}.html"] = partial(_page, served, language)
        makers[f"{STEM}.{language}.js"] = partial(_list, served, language)
    return makers


def _page(served: ServedRelease, language: str) -> bytes:
    """The server's page for those who have not asked yet, with the script that answers."""
    t = served.theme.catalogue(language)
    page = respond_to_search(served, Ask(f"{STEM}.{language}.html")).body
    source, count, nothing = served.theme.asset_path(_SCRIPT), t.text["search_count"], t("search_nothing")
    said = f'data-count="{escape(count)}" data-nothing="{escape(nothing)}"'
    script = f'<script src="{served.space.prefix}{source}" defer {said}></script>\n</head>'
    without = f"</form>\n<noscript><p>{escape(t('search_needs_script'))}</p></noscript>"
    return page.replace(b"</head>", script.encode(), 1).replace(b"</form>", without.encode(), 1)


def _list(served: ServedRelease, language: str) -> bytes:
    """The names as a script: a page that is opened from a disk may not read other files."""
    names = json.dumps(names_of(served, language), ensure_ascii=False, separators=(",", ":"))
    return f"globalThis.lodNames = {names}\n".encode()


def names_of(served: ServedRelease, language: str) -> list[dict[str, str]]:
    """What can be found: its label, the page that a search page links to, what it is, and its folded names."""
    reader = Reader(served, language, explicit=True)
    found = []
    for iri in search_index(served).iris():
        node = NamedNode(iri)
        href = reader.href(iri)
        kinds = [value.value for value in served.objects(node, TYPE) if isinstance(value, NamedNode)]
        scheme = next((v for v in served.objects(node, NamedNode(SKOS + "inScheme")) if isinstance(v, NamedNode)), None)
        codes = [value.value for value in served.objects(node, NamedNode(SKOS + "notation"))]
        kind = reader.label(scheme.value if scheme else kinds[0]).text if scheme or kinds else ""
        names = [text.value for text in served.labels.all(iri)]
        if href:
            text, here = folded(" ".join([*names, *codes])), _beside(served, href)
            found.append({"label": reader.label(iri).text, "href": here, "kind": kind, "text": text})
    return found


def _beside(served: ServedRelease, href: str) -> str:
    """A link of the site as it stands beside the search page, at the root; what is no file is linked on the site."""
    path = href.removeprefix(served.space.prefix)
    if not path.startswith("/"):
        return href
    return path[1:] if file_of(path) else served.space.base + path[1:]
