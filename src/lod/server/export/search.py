"""Search without a server: a list of names for each language, and a page whose script looks through it."""

from __future__ import annotations

import json

from pyoxigraph import NamedNode

from lod.rdf.namespaces import SKOS
from lod.server.ask import Ask
from lod.server.documents.describe import TYPE
from lod.server.export.paths import Shelf
from lod.server.pages.reader import Reader
from lod.server.pages.search import STEM, respond_to_search
from lod.server.search import folded, search_index
from lod.server.served import ServedRelease

_SCRIPT = "static-search.js"


def search_paths(served: ServedRelease) -> list[str]:
    """The search pages, one a language."""
    return [f"{STEM}.{language}.html" for language in served.site.languages]


def search_files(served: ServedRelease, shelf: Shelf) -> dict[str, bytes]:
    """The search pages and their lists, by path."""
    files: dict[str, bytes] = {}
    for language, path in zip(served.site.languages, search_paths(served), strict=True):
        page = respond_to_search(served, Ask(path)).body
        script = (
            f'<script src="{served.space.prefix}{served.theme.asset_path(_SCRIPT)}" defer></script>\n</head>'.encode()
        )
        files[path] = shelf.relative(page.replace(b"</head>", script, 1), path)
        names = names_of(served, shelf, language)
        files[path.removesuffix("html") + "json"] = json.dumps(names, ensure_ascii=False).encode() + b"\n"
    return files


def names_of(served: ServedRelease, shelf: Shelf, language: str) -> list[dict[str, str]]:
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
            text = folded(" ".join([*names, *codes]))
            found.append({"label": reader.label(iri).text, "href": shelf.link(href, 0), "kind": kind, "text": text})
    return found
