"""What an export holds beside documents and their parts: search, feed, site map, descriptions, citations, bulk files.

Each is what the server answers at the same path, but for the search, which works without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from lod.rdf.formats import HTML, Format
from lod.server.answers import Answer
from lod.server.api.openapi import APIS, OPENAPI
from lod.server.ask import Ask
from lod.server.current import CurrentRelease
from lod.server.documents.archive import FEED, TIMEMAP, Archive, respond_from_archive
from lod.server.documents.context import CONTEXT, context_path
from lod.server.documents.sitemap import sitemap_paths
from lod.server.export.search import search_makers
from lod.server.export.views import dataset_stems
from lod.server.pages.citation import CITATION_FORMATS, CITE
from lod.server.pages.reader import Reader
from lod.server.pages.root import robots
from lod.server.routes import route_of
from lod.server.served import ServedRelease, dump_files
from lod.server.sparql.operation import Operation
from lod.server.sparql.page import sparql_page
from lod.server.sparql.question import QueryLimits

Make = Callable[[], bytes]


def copied(served: ServedRelease) -> dict[str, Path]:
    """The files for bulk use: path → where they are in the release."""
    release = served.release
    root = f"/dump/{release.manifest.name}"
    return {f"{root}/{name}": release.folder / entry.path for name, entry in dump_files(release).items()}


def made(served: ServedRelease, formats: tuple[Format, ...], limits: QueryLimits) -> dict[str, Make]:
    """What is made besides: path → how. Nothing is made yet. `limits`: of the site's queries, which its form tells."""
    files: dict[str, Make] = {"/robots.txt": lambda: robots(served).body}
    files |= {path: partial(bytes, asset.body) for path, asset in served.theme.by_path.items()}
    for path in (*sitemap_paths(served), OPENAPI, APIS, *_citations(served)):
        files[path] = _body(answer_at, served, path)
    files |= _of_archive(served)
    if HTML in formats:
        files |= search_makers(served)
        for language in served.site.languages:
            reader = Reader(served, language, explicit=True)
            files[f"/sparql.{language}.html"] = partial(sparql_page, reader, limits, Operation())
    return files


def answer_at(served: ServedRelease, path: str, query: str = "") -> Answer | None:
    """What the server answers at an address that is no document's; None: there is nothing."""
    ask = Ask(path, query=query)
    route = route_of(served, ask)
    return route.respond(served, ask) if route else None


def _citations(served: ServedRelease) -> list[str]:
    """For reference managers."""
    return [
        f"{dataset}/{CITE}.{language}.{form.suffix}"
        for dataset in dataset_stems(served)
        for language in served.site.languages
        for form in CITATION_FORMATS
    ]


def _of_archive(served: ServedRelease) -> dict[str, Make]:
    """What is told of all releases: the feed, the JSON-LD context, when each dataset had which versions."""
    archive = Archive(CurrentRelease(served.release.folder.parent, theme=served.theme))
    feeds = [f"{FEED}atom", *(f"{FEED}{language}.atom" for language in served.site.languages)]
    contexts = [f"{CONTEXT}.jsonld", context_path(served).removeprefix(served.space.root)]
    times = [TIMEMAP + dataset[1:] for dataset in dataset_stems(served)]
    paths = (*feeds, *contexts, *times)
    return {path: _body(respond_from_archive, archive, served, Ask(path)) for path in paths}


def aliases(served: ServedRelease) -> Mapping[str, str]:
    """Addresses that lead on to a document: path → its stem."""
    variants = ("", *(f".{language}.html" for language in served.site.languages))
    name = served.release.manifest.name
    frozen = {f"{stem}/release/{name}{variant}": stem for stem in dataset_stems(served) for variant in variants}
    return {"/.well-known/void": "/void", f"/dump/{name}/": "/release", **frozen}


def onward(served: ServedRelease) -> dict[str, str]:
    """What a page says, in each language, that leads to the site itself."""
    return {tag: served.theme.catalogue(tag)("copy_onward", site=served.space.base) for tag in served.site.languages}


def _body(respond: Callable[..., Answer | None], *asked: Any) -> Make:
    def make() -> bytes:
        answer = respond(*asked)
        return answer.body if answer is not None and answer.status == 200 else b""

    return make
