"""Which module answers which address: one table for all but things, their documents, and the site's own pages.

Those are most requests, so they are asked first where that is safe: nothing else begins with `/id/`, `/def/`, `/doc/`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import anyio
import anyio.to_thread

from lod.server.answers import Answer
from lod.server.api.answer import is_api, respond_to_api
from lod.server.ask import Ask
from lod.server.cubes.explorer import is_citation, is_view, respond_to_citation, respond_to_view
from lod.server.documents.dereference import DOCUMENTS, REDIRECTED, Later, begin, respond
from lod.server.documents.fragments import is_fragment, respond_to_fragment
from lod.server.documents.signposts import is_linkset, respond_to_linkset
from lod.server.documents.sitemap import is_sitemap, respond_to_sitemap
from lod.server.documents.tables import is_table, respond_to_table
from lod.server.pages.parts import is_part, respond_to_part
from lod.server.pages.root import respond_at_root
from lod.server.pages.search import is_search, respond_to_search
from lod.server.refusals import not_found
from lod.server.served import ServedRelease
from lod.store.remote import RemoteStore


@dataclass(frozen=True, slots=True)
class Route:
    """Whose address it is, and who answers; None: there is nothing at it."""

    has: Callable[[ServedRelease, Ask], bool]
    respond: Callable[[ServedRelease, Ask], Answer | None]


def table_or_document(served: ServedRelease, ask: Ask) -> Answer:
    """A dataset's table, else whatever has such an address: a key may end like a file."""
    return respond_to_table(served, ask) or respond(served, ask)


ROUTES = (
    Route(is_view, respond_to_view),
    Route(is_citation, respond_to_citation),
    Route(is_table, table_or_document),
    Route(is_api, respond_to_api),
    Route(is_linkset, respond_to_linkset),
    Route(is_fragment, respond_to_fragment),
    Route(is_search, respond_to_search),
    Route(is_part, respond_to_part),
    Route(is_sitemap, respond_to_sitemap),
)

_ELSEWHERE = anyio.CapacityLimiter(40)
_ONLY_THINGS = (*REDIRECTED, "/doc/")


def route_of(served: ServedRelease, ask: Ask) -> Route | None:
    """The route whose address is asked for; None: it is a thing's, a document's, or one of the site's own pages."""
    return next((route for route in ROUTES if route.has(served, ask)), None)


async def answer_document(served: ServedRelease, ask: Ask, begun: Later | None = None) -> Answer:
    """Answer a request for whatever a release has at an address: in a thread, where that may take long.

    `begun`: what `begin_at_once` has left to do.

    Raises:
        OSError: the store was damaged while it was open.
    """
    if begun is not None:
        return await anyio.to_thread.run_sync(begun)
    if not ask.path.startswith(_ONLY_THINGS):
        route = route_of(served, ask)
        if route is not None:
            found = await anyio.to_thread.run_sync(route.respond, served, ask, limiter=threads_for(served))
            return found or await missing(served, ask)
    is_document = ask.path.startswith((*REDIRECTED, *DOCUMENTS))
    if not is_document:
        return await anyio.to_thread.run_sync(respond_at_root, served, ask, limiter=threads_for(served))
    if isinstance(served.store, RemoteStore):  # each look-up is a question to another machine
        return await anyio.to_thread.run_sync(respond, served, ask, limiter=threads_for(served))
    made = begin(served, ask)  # a few look-ups in the index: faster here than the way to a thread
    if isinstance(made, Answer):
        return made
    return await anyio.to_thread.run_sync(made)  # a page that may read a whole cube, or a refusal


def begin_at_once(served: ServedRelease, ask: Ask) -> Answer | Later | None:
    """The answer about a thing: where it leads, its data, a light page; else what is left to do, or None for the rest.

    Raises:
        OSError: the store was damaged while it was open.
    """
    if not ask.path.startswith(_ONLY_THINGS) or isinstance(served.store, RemoteStore):
        return None
    return begin(served, ask)


async def missing(served: ServedRelease, ask: Ask) -> Answer:
    """404, made where it keeps nobody waiting: what is near may have to be searched for."""
    answer = partial(not_found, served, ask.path, ask.accept, ask.accept_language)
    return await anyio.to_thread.run_sync(answer, limiter=threads_for(served))


def threads_for(served: ServedRelease) -> anyio.CapacityLimiter | None:
    """The threads that may read a release: those that wait for a store elsewhere are not taken from all others."""
    return _ELSEWHERE if isinstance(served.store, RemoteStore) else None
