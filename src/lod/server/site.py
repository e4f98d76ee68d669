"""Who answers a request: from its path to the service, the document or the file that is meant."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, replace

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lod.errors import LodError
from lod.server import answers
from lod.server.addresses import canonical_path
from lod.server.answers import Answer
from lod.server.ask import Ask, read_ask
from lod.server.at_once import Ready
from lod.server.current import CurrentRelease
from lod.server.documents.archive import (
    RELEASE,
    Archive,
    as_memento,
    is_archived,
    respond_from_archive,
    split_release,
    time_gate,
    varied,
)
from lod.server.documents.dereference import Later
from lod.server.machinery import HEALTH, health, respond_to_machinery
from lod.server.refusals import unavailable
from lod.server.routes import answer_document, begin_at_once, missing
from lod.server.sending import MOST_AT_ONCE, as_ready, send_answer, send_ready
from lod.server.served import ServedRelease
from lod.server.sparql.answer_cache import is_conditional, request_key
from lod.server.sparql.graph_store import PATH as GRAPH_STORE
from lod.server.sparql.graph_store import serve_graph_store
from lod.server.sparql.look_ups import LookUps
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.protocol import serve_sparql
from lod.server.spelling import (
    MOST_PATH,
    inside_path,
    is_sparql,
    other_method,
    refuse_as_asked,
    to_path,
    too_long,
    without_slashes,
)
from lod.server.theme import Theme
from lod.store.remote import RemoteStore
from lod.wording import Wording

_LOG = logging.getLogger(__name__)

MACHINERY, DUMP = "/-/", "/dump/"
_BEGUN = "lod.begun"  # under this name a scope has what `at_once` has made or begun, or None


@dataclass(slots=True)
class Site:
    """Answers requests; what `app` answers leaves with the site's headers, too."""

    app: ASGIApp
    current: CurrentRelease
    pool: QueryPool
    archive: Archive
    look_ups: LookUps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            if _BEGUN not in scope and (found := self.at_once(scope)) is not None:
                await send_ready(found, send)
            elif isinstance(made := scope[_BEGUN], Answer):
                await send_answer(made, scope, send)
            else:
                await self._respond(scope, receive, send)
        except Exception:
            with suppress(RuntimeError):  # where an answer has begun, the server ends the connection
                await send_answer(_fault(), scope, send)
            raise  # the server logs it

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request be answered where its path leads."""
        raw = scope.get("raw_path") or scope["path"].encode()
        if len(raw) > 3 * MOST_PATH:  # three bytes may stand for one
            await send_answer(too_long(), scope, send)
            return
        path = canonical_path(raw) or ""
        if path.startswith(MACHINERY):
            await send_answer(await self._machinery(scope, read_ask(scope, path)), scope, send)
            return
        try:
            served = self.current.get()
        except (LodError, OSError) as error:  # nothing is published, or it cannot be opened
            await send_answer(refuse(error, read_ask(scope, path), self.current.theme), scope, send)
            return
        inside = inside_path(path, served.space.prefix)
        if is_sparql(inside, served):
            await serve_sparql(scope, receive, send, served=served, pool=self.pool, path=inside)
        elif inside == GRAPH_STORE or inside.startswith(GRAPH_STORE + "/"):
            await serve_graph_store(scope, receive, send, served=served, pool=self.pool, path=inside)
        elif inside.startswith(DUMP):
            refused = refuse_as_asked(served, scope, path, read_ask(scope, inside))
            if refused is None:
                await self.app({**scope, "path": inside}, receive, with_headers(send))
            else:
                await send_answer(refused, scope, send)
        else:
            ask = read_ask(scope, inside)
            try:
                answer = await self._document(served, scope, path, ask)
            except (LodError, OSError) as error:  # the store was damaged while it was open, or one elsewhere is gone
                answer = refuse(error, ask, served.theme)
            await send_answer(answer, scope, send)

    def at_once(self, scope: Scope) -> Ready | None:
        """The answer to a look-up, about a thing, or to what was asked before and stays until the next release."""
        scope[_BEGUN] = None
        served, path = self.current.served, scope.get("raw_path")
        if served is None or path is None or scope["method"] != "GET" or not self.current.is_settled:
            return None
        if path == served.space.endpoint:
            found = self.look_ups.answer(scope, served)
            return found or self.pool.known.get(request_key(served.etag_prefix, scope))
        key = request_key(served.etag_prefix, scope) if is_conditional(scope) else None
        if key is not None and (found := self.pool.known.get(key)) is not None:
            return found
        answer = scope[_BEGUN] = self._about_a_thing(served, scope, path)
        if not isinstance(answer, Answer) or len(answer.body) > MOST_AT_ONCE:
            return None
        found = as_ready(answer, scope)
        if key is not None and answer.status == 304:
            self.pool.known.keep(key, found)
        return found

    def _about_a_thing(self, served: ServedRelease, scope: Scope, path: bytes) -> Answer | Later | None:
        """The document or the redirection at a canonical path, as it is now, or what is left to do for it."""
        canonical = canonical_path(path) if len(path) <= MOST_PATH else None
        if canonical is None or canonical.encode("ascii") != path:
            return None
        ask = read_ask(scope, inside_path(canonical, served.space.prefix))
        if ask.accept_datetime or is_archived(ask):
            return None
        try:
            made = begin_at_once(served, ask)
        except (LodError, OSError):  # whoever is called next tells
            return None
        return varied(made, served) if isinstance(made, Answer) else made

    async def _machinery(self, scope: Scope, ask: Ask) -> Answer:
        """Answer a path under `/-/`: in a thread, where the health of a store elsewhere is asked for."""
        if (refused := other_method(scope)) is not None:
            return refused
        served = self.current.served
        if ask.path == HEALTH and served is not None and isinstance(served.store, RemoteStore):
            return await anyio.to_thread.run_sync(health, self.current)
        return respond_to_machinery(self.current, ask.path, ask.if_none_match)

    async def _document(self, served: ServedRelease, scope: Scope, path: str, ask: Ask) -> Answer:
        """Answer all but services: from what is current, as it was, or where that is."""
        if ask.path.startswith(MACHINERY):  # the base IRI has a path
            return await self._machinery(scope, ask)
        if ask.path.startswith("//"):  # never led on as it is: to a client it would name another host
            refused = other_method(scope) or await without_slashes(served, ask)
            return refused or await missing(served, replace(ask, path="/"))
        if (refused := refuse_as_asked(served, scope, path, ask)) is not None:
            return refused
        if ask.path.startswith(RELEASE):
            return await self._frozen(served, scope, ask)
        if is_archived(ask):
            found = await anyio.to_thread.run_sync(respond_from_archive, self.archive, served, ask)
            return found or await missing(served, ask)
        if ask.accept_datetime:
            return await anyio.to_thread.run_sync(time_gate, self.archive, served, ask)
        answer = varied(await answer_document(served, ask, scope.get(_BEGUN)), served)
        if answer.status == 404 and (ask.path.endswith("/") or "//" in ask.path):
            return await without_slashes(served, ask) or answer
        if answer.status == 304 and scope["method"] == "GET":
            self.pool.known.keep(request_key(served.etag_prefix, scope), as_ready(answer, scope))
        return answer

    async def _frozen(self, served: ServedRelease, scope: Scope, ask: Ask) -> Answer:
        """Answer from a release that was published before, as it was."""
        name, rest = split_release(ask.path)
        if not name:
            return to_path(served, replace(ask, path=RELEASE.rstrip("/")))
        asked = replace(ask, path=rest)
        if rest.startswith(MACHINERY):
            return await self._machinery(scope, asked)
        frozen = await anyio.to_thread.run_sync(self.archive.open, name) if rest else None
        if frozen is None:
            whole = await anyio.to_thread.run_sync(self.archive.whole_name, name)
            if whole is None or (whole == name and rest):
                return await missing(served, ask)
            return to_path(served, replace(ask, path=f"{RELEASE}{whole}{rest or '/'}"))
        if is_sparql(rest, frozen):  # one endpoint, over what is current
            return answers.redirect(307, f"{served.space.prefix}/sparql")
        return as_memento(await answer_document(frozen, asked), self.archive, frozen, name, asked)


def refuse(error: LodError | OSError, ask: Ask, theme: Theme) -> Answer:
    """503, logged for the operator; the visitor learns nothing of the machine."""
    known = error if isinstance(error, LodError) else LodError(Wording(str(error)), code="LOD9001")
    _LOG.error("no release can be served: %s%s", error, f" ({known.hint})" if known.hint else "")
    return unavailable(known, ask.accept, ask.accept_language, theme)


def with_headers(send: Send) -> Send:
    """A `send` that adds the site's headers to a response that does not set them itself."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            site = (*answers.SECURITY_HEADERS, *answers.CORS_HEADERS)
            message = {**message, "headers": [*message["headers"], *(h for h in site if h[0] not in given)]}
        await send(message)

    return send_with_headers


def _fault() -> Answer:
    """500: ours. The log has the traceback, the visitor has not."""
    return answers.problem(500, "Internal Server Error", "The fault is ours; it has been logged.")
