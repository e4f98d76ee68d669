"""The public site over a releases folder, as an ASGI application.

Documents are answered by `Site`, before any framework layer; Starlette carries the machinery beside them: assets,
dumps, the SPARQL endpoint, start and stop. https://www.starlette.io/
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lod.errors import LodError
from lod.rdf.formats import HTML
from lod.server import answers
from lod.server.addresses import DOCUMENT_FORMATS, canonical_path, parse_address
from lod.server.answers import Answer, request_header, send_answer
from lod.server.api.answer import Ask as Call
from lod.server.api.answer import is_api, respond_to_api
from lod.server.api.routes import ROOT as API
from lod.server.cubes.explorer import Ask as View
from lod.server.cubes.explorer import is_citation, is_view, respond_to_citation, respond_to_view
from lod.server.documents.archive import (
    RELEASE,
    Archive,
    answer_from_archive,
    as_memento,
    is_archived,
    split_release,
    time_gate,
    varied,
)
from lod.server.documents.context import respond_to_context, split_context
from lod.server.documents.dereference import DOCUMENTS, REDIRECTED, Ask, begin, respond
from lod.server.documents.dumps import Dumps
from lod.server.documents.fragments import respond_to_fragment
from lod.server.documents.signposts import API_CATALOG, LINKSET, respond_to_linkset
from lod.server.documents.sitemap import is_sitemap, respond_to_sitemap
from lod.server.machinery import respond_to_machinery
from lod.server.metrics import telling
from lod.server.negotiation import choose_format, prefers_html
from lod.server.pages.parts import is_part, respond_to_part
from lod.server.pages.root import respond_at_root
from lod.server.pages.search import is_search, respond_to_search
from lod.server.refusals import not_found, unavailable
from lod.server.request_log import RequestLog, RequestLogOptions
from lod.server.served import CurrentRelease, ServedRelease
from lod.server.sparql.answer_cache import may_be_known, request_key
from lod.server.sparql.graph_store import PATH as GRAPH_STORE
from lod.server.sparql.graph_store import serve_graph_store
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.protocol import serve_sparql
from lod.server.sparql.question import QueryLimits
from lod.server.theme import Theme, open_theme
from lod.store.remote import Endpoint, RemoteStore
from lod.wording import Wording

_LOG = logging.getLogger(__name__)

_PAGE = f".{HTML.suffix}"
_DATA = tuple(f".{item.suffix}" for item in DOCUMENT_FORMATS if item is not HTML)
# Pages that read the query string: whose path is whose.
WITH_QUERY: tuple[tuple[Callable[[str, ServedRelease], bool], Callable[[ServedRelease, View], Answer]], ...] = (
    (lambda path, _: is_view(path), respond_to_view),
    (lambda path, _: is_citation(path), respond_to_citation),
    (is_search, respond_to_search),
    (is_part, respond_to_part),
)

_MOST_PATH = 4096  # bytes; no address of ours comes near


def create_app(
    releases: Path,
    *,
    release: str | None = None,
    limits: QueryLimits | None = None,
    metrics: tuple[str, int] | None = None,
    elsewhere: Endpoint | None = None,
    theme: Path | None = None,
    log: RequestLogOptions | None = None,
) -> Starlette:
    """The site over `releases`: it serves the release that is current and follows the pointer; or stays on `release`.

    Nothing is opened here: an empty or damaged folder answers 503 until there is a release. `limits` hold for the
    queries of `/sparql`, whose workers live as long as the application. `elsewhere` may hold the statements.
    `theme`: the folder of a project's own templates, texts and static files. `log`: how each request is noted; else
    none is.

    Raises:
        FindingsError: the theme cannot be used.
    """
    current = CurrentRelease(releases, release, elsewhere, open_theme(theme))
    limits = limits or QueryLimits()
    pool = QueryPool(limits, has_network=elsewhere is not None or bool(limits.services))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            with suppress(LodError, OSError):  # nothing is published yet: requests say so
                pool.prepare(current.get().statements)
            with calm_collector(), telling(metrics):
                yield

    return Starlette(
        routes=[
            Route("/dump/{path:path}", Dumps(current)),
        ],
        middleware=[
            *([Middleware(RequestLog, options=log)] if log else []),
            Middleware(Site, current=current, pool=pool, archive=Archive(current)),
        ],
        exception_handlers={Exception: on_error},
        lifespan=lifespan,
    )


@contextmanager
def calm_collector() -> Iterator[None]:
    """While it serves, a process need not look through what start-up made, nor after every few requests for cycles.

    Answers are freed as they are sent; the collector's rounds cost a tenth to a fifth of the look-ups otherwise.
    """
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    sys.setswitchinterval(0.001)  # a thread that renders a page gives way to the loop sooner than after 5 ms
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
        gc.unfreeze()


def create_app_for(folder: Path) -> Starlette:
    """The site over one release folder, for a replica that was handed a copy."""
    return create_app(folder.parent, release=folder.name)


@dataclass(slots=True)
class Site:
    """Answers documents itself; passes machinery on, with the site's headers on every response."""

    app: ASGIApp
    current: CurrentRelease
    pool: QueryPool
    archive: Archive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if (known := self._known(scope)) is not None:
            await send_answer(known, scope, send)
            return
        path = canonical_path(scope.get("raw_path") or scope["path"].encode()) or ""
        if path.startswith("/-/"):
            await send_answer(self._machinery(scope, path), scope, send)
            return
        try:
            served = self.current.get()
        except (LodError, OSError) as error:  # nothing is published, or it cannot be opened
            await send_answer(refuse(error, scope, self.current.theme), scope, send)
            return
        inside = inside_path(path, served.space.prefix)
        if inside.startswith("/-/"):  # the base IRI has a path
            await send_answer(self._machinery(scope, inside), scope, send)
        elif is_sparql(inside, served):
            await serve_sparql(scope, receive, send, served=served, pool=self.pool, path=inside)
        elif inside == GRAPH_STORE or inside.startswith(GRAPH_STORE + "/"):
            await serve_graph_store(scope, receive, send, served=served, pool=self.pool, path=inside)
        elif inside.startswith("/dump/"):
            await self.app({**scope, "path": inside}, receive, with_headers(send))
        elif inside.startswith(RELEASE):
            await send_answer(await self._frozen(served, scope, path, inside), scope, send)
        elif (name := split_context(inside)) is not None:
            await send_answer(await self._context(served, scope, inside, name), scope, send)
        elif (asked := request_header(scope, b"accept-datetime")) or is_archived(inside):
            await send_answer(await self._past(served, scope, inside, asked), scope, send)
        else:
            answer = varied(await answer_document(served, scope, path, inside), served)
            if answer.status == 304 and scope["method"] == "GET":
                self.pool.known.keep(request_key(served.etag_prefix, scope), answer)
            await send_answer(answer, scope, send)

    def _known(self, scope: Scope) -> Answer | None:
        """The answer to a request that was answered before and is the same until the next release."""
        served = self.current.served
        if served is None or scope["method"] != "GET" or not may_be_known(scope) or not self.current.is_settled:
            return None
        return self.pool.known.get(request_key(served.etag_prefix, scope))

    def _machinery(self, scope: Scope, path: str) -> Answer:
        fresh = request_header(scope, b"if-none-match")
        return other_method(scope) or respond_to_machinery(self.current, path, fresh)

    async def _frozen(self, served: ServedRelease, scope: Scope, path: str, inside: str) -> Answer:
        """Answer from a release that was published before, as it was."""
        name, rest = split_release(inside)
        if rest.startswith("/-/"):
            return self._machinery(scope, rest)
        frozen = await anyio.to_thread.run_sync(self.archive.open, name) if rest else None
        if frozen is None:
            accept, languages = request_header(scope, b"accept"), request_header(scope, b"accept-language")
            return not_found(served, inside, accept, languages)
        if is_sparql(rest, frozen):  # one endpoint, over what is current
            return answers.redirect(307, f"{served.space.prefix}/sparql")
        answer = await answer_document(frozen, scope, path, rest)
        return as_memento(answer, self.archive, frozen, name, rest)

    async def _context(self, served: ServedRelease, scope: Scope, inside: str, name: str) -> Answer:
        """The JSON-LD context of a release, '' the current one."""
        if (refused := other_method(scope)) is not None:
            return refused
        known = not name or name == served.release.manifest.name
        of = served if known else await anyio.to_thread.run_sync(self.archive.open, name)
        if of is None:
            accept, languages = request_header(scope, b"accept"), request_header(scope, b"accept-language")
            return not_found(served, inside, accept, languages)
        return respond_to_context(of, request_header(scope, b"if-none-match"), current=not name)

    async def _past(self, served: ServedRelease, scope: Scope, inside: str, asked: str) -> Answer:
        """Answer what is asked of the past: when there were which versions, which one was it then."""
        if (refused := other_method(scope)) is not None:
            return refused
        if not is_archived(inside):
            return await anyio.to_thread.run_sync(time_gate, self.archive, served, inside, asked)
        answer = await anyio.to_thread.run_sync(answer_from_archive, self.archive, served, inside)
        if answer is None:
            accept, languages = request_header(scope, b"accept"), request_header(scope, b"accept-language")
            return not_found(served, inside, accept, languages)
        return answer


def inside_path(path: str, prefix: str) -> str:
    """A path relative to the site's root, which is the path of its base IRI; '' outside."""
    if not prefix:
        return path
    return path.removeprefix(prefix) if path.startswith(prefix + "/") else ""


def is_sparql(inside: str, served: ServedRelease) -> bool:
    """Whether a path is the endpoint's, or its page's in some language."""
    return inside.startswith("/sparql") and parse_address(inside, served.site.languages, (HTML,)).stem == "/sparql"


async def answer_document(served: ServedRelease, scope: Scope, path: str, inside: str) -> Answer:
    """Answer a request for a document: its method, its spelling, then what it asks for."""
    if (refused := other_method(scope)) is not None:
        return refused
    accept, languages = request_header(scope, b"accept"), request_header(scope, b"accept-language")
    if len(path) > _MOST_PATH:
        return answers.problem(414, "URI Too Long", f"No address here has more than {_MOST_PATH:,} bytes.")
    if not inside or inside.startswith("//"):
        return not_found(served, "/", accept, languages)
    if path.encode("ascii") != scope.get("raw_path", scope["path"].encode()):
        query = scope["query_string"].decode("latin-1")
        return answers.redirect(308, path + (f"?{query}" if query else ""), cache=answers.LONG)
    if is_sitemap(inside):
        fresh = request_header(scope, b"if-none-match")
        found = await anyio.to_thread.run_sync(respond_to_sitemap, served, inside, fresh)
        return found or not_found(served, inside, accept, languages)
    if is_api(inside) or (inside == API and not prefers_html(accept)):
        query, fresh = scope["query_string"].decode("latin-1"), request_header(scope, b"if-none-match")
        return await anyio.to_thread.run_sync(respond_to_api, served, Call(inside, query, accept, fresh))
    if inside.startswith(LINKSET + "/") or inside == API_CATALOG:
        fresh = request_header(scope, b"if-none-match")
        return respond_to_linkset(served, inside, accept, fresh) or not_found(served, inside, accept, languages)
    if inside == "/tpf":
        query, fresh = scope["query_string"].decode("latin-1"), request_header(scope, b"if-none-match")
        return await anyio.to_thread.run_sync(respond_to_fragment, served, query, accept, fresh)
    asked = next((respond for mine, respond in WITH_QUERY if mine(inside, served)), None)
    if asked is not None:
        query = scope["query_string"].decode("latin-1")
        view = View(inside, query, accept, languages, request_header(scope, b"if-none-match"))
        return await anyio.to_thread.run_sync(asked, served, view)
    query = scope["query_string"].decode("latin-1")
    ask = Ask(inside, accept, languages, request_header(scope, b"if-none-match"), query)
    is_document = inside.startswith((*REDIRECTED, *DOCUMENTS))
    try:
        if wants_page(ask) and (not is_document or isinstance(served.store, RemoteStore)):
            return await anyio.to_thread.run_sync(respond if is_document else respond_at_root, served, ask)
        # a few look-ups in the index: faster here than the way to a thread
        made = begin(served, ask) if is_document else respond_at_root(served, ask)
        if isinstance(made, Answer):
            return made
        return await anyio.to_thread.run_sync(made)  # a page that may read a whole cube
    except OSError as error:  # the store was damaged while it was open
        return refuse(error, scope, served.theme)


def other_method(scope: Scope) -> Answer | None:
    """The answer to anything but GET and HEAD; None for those."""
    if scope["method"] in answers.METHODS:
        return None
    return answers.options() if scope["method"] == "OPTIONS" else answers.method_not_allowed()


def wants_page(ask: Ask) -> bool:
    """Whether the answer will be an HTML page, as far as can be told without looking closer."""
    if ask.path.startswith(REDIRECTED) or ask.path.endswith(_DATA):
        return False
    return ask.path.endswith(_PAGE) or choose_format(ask.accept, DOCUMENT_FORMATS) is HTML


def refuse(error: LodError | OSError, scope: Scope, theme: Theme) -> Answer:
    """503, logged for the operator; the visitor learns nothing of the machine."""
    _LOG.error("no release can be served: %s", error)
    known = error if isinstance(error, LodError) else LodError(Wording(str(error)), code="LOD9001")
    return unavailable(known, request_header(scope, b"accept"), request_header(scope, b"accept-language"), theme)


def with_headers(send: Send) -> Send:
    """A `send` that adds the site's headers to a response that does not set them itself."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            site = (*answers.SECURITY_HEADERS, *answers.CORS_HEADERS)
            message = {**message, "headers": [*message["headers"], *(h for h in site if h[0] not in given)]}
        await send(message)

    return send_with_headers


def on_error(_request: Request, _error: Exception) -> Response:
    """500: our fault. The log has the traceback, the visitor has not."""
    answer = answers.problem(500, "Internal Server Error", "The fault is ours; it has been logged.")
    headers = {name.decode(): value.decode() for name, value in (*answer.headers, *answers.SECURITY_HEADERS)}
    return Response(answer.body, 500, headers)
