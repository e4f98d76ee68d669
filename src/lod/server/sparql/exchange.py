"""One request to an endpoint over the query pool: who asks, what it costs, and how an answer leaves.

SPARQL 1.1 Protocol: https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import anyio.to_thread
from starlette.types import Receive, Scope, Send

from lod.errors import LodError
from lod.server import answers
from lod.server.addresses import Address
from lod.server.answers import Answer, header, request_header
from lod.server.at_once import TRAILER
from lod.server.metrics import count_query
from lod.server.negotiation import choose_language
from lod.server.pages.reader import Reader
from lod.server.refusals import unavailable
from lod.server.sending import send_answer
from lod.server.served import ServedRelease
from lod.server.sparql.answer_cache import Kept
from lod.server.sparql.fairness import ENDING, client_of, query_name
from lod.server.sparql.headers import answered_from
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.question import QueryLimits, Question
from lod.server.sparql.refusals import describe_failure
from lod.server.sparql.run import QueryAnswer
from lod.store.guard import QueryError
from lod.store.remote import RemoteStore
from lod.store.snapshot import StoreError
from lod.store.transport import RemoteError

_PROBLEM = "Query-Problem"


class ClientGone(Exception):
    """The client left before its answer was ready."""


@dataclass(slots=True)
class Exchange:
    """One request and what it is answered from."""

    scope: Scope
    receive: Receive
    send: Send
    served: ServedRelease
    pool: QueryPool
    address: Address

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def accept(self) -> str:
        return request_header(self.scope, b"accept")

    @property
    def language(self) -> str:
        wanted = request_header(self.scope, b"accept-language")
        return self.address.language or choose_language(wanted, self.served.site.languages)

    @property
    def asks_language(self) -> bool:
        """Whether the client has named languages."""
        return bool(request_header(self.scope, b"accept-language"))

    @property
    def reader(self) -> Reader:
        return Reader(self.served, self.language, self.address.language is not None)

    @property
    def limits(self) -> QueryLimits:
        return self.pool.limits

    async def rendered(self, make: Callable[[], Answer]) -> Answer:
        """An answer that may read labels: in a thread, where the store is elsewhere; 503, where that says nothing."""
        if not isinstance(self.served.store, RemoteStore):
            return make()
        try:
            return await anyio.to_thread.run_sync(make)
        except RemoteError as error:
            return unavailable(error, self.accept, self.language, self.served.theme)

    @property
    def services(self) -> tuple[str, ...]:
        """The endpoints that a query may call; what a store elsewhere would call is not ours to bound."""
        return () if isinstance(self.served.statements, RemoteStore) else self.limits.services


_WATCHED_AFTER = 0.05  # seconds: whoever is answered sooner has no time to leave


class Watched:
    """A query under way, stopped when its client leaves."""

    def __init__(self, exchange: Exchange, question: Question) -> None:
        self.exchange = exchange
        self._question = question
        self._asking: asyncio.Task[object] | None = None  # while it waits for the answer to begin
        self._listening: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.answer: QueryAnswer | None = None
        self.is_alone = False  # whether the client has left

    async def __aenter__(self) -> Self:
        pool, client = self.exchange.pool, client_of(self.exchange.scope)
        name = query_name(self._question)
        pool.ended.check(name)
        pool.budgets.check(client)
        question = replace(self._question, client=client, spent=partial(pool.budgets.charge, client))
        self._asking = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(_WATCHED_AFTER, self._listen)
        try:
            self.answer = await pool.run(question)
        except BaseException as error:
            self._stop_listening()
            if isinstance(error, QueryError) and error.code in ENDING:
                pool.ended.note(name)
            count_query(error.code if isinstance(error, LodError) else "left", "")
            if isinstance(error, asyncio.CancelledError) and self.is_alone and self._asking is not None:
                self._asking.uncancel()
                raise ClientGone from None
            raise
        finally:
            self._asking = None
        count_query("answered", self.answer.way)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_listening()
        if self.answer is not None:
            self.answer.close()

    def _listen(self) -> None:
        self._listening = asyncio.create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self.exchange.receive())["type"] != "http.disconnect":
            pass
        self.is_alone = True
        if self._asking is not None:
            self._asking.cancel()
        elif self.answer is not None:
            self.answer.close()

    def _stop_listening(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._listening is not None:
            self._listening.cancel()


async def stream_answer(watched: Watched, headers: list[tuple[bytes, bytes]], key: str | None = None) -> None:
    """Send an answer: as any other where it is whole and in memory, else block by block.

    Where it breaks, its end is never sent: the client must see it. A whole answer that is not large is kept under
    `key`, for who asks the same.
    """
    answer, exchange = watched.answer, watched.exchange
    assert answer is not None
    if exchange.scope.get("http_version") == "1.0":
        await answer.whole()  # without chunks only a length tells an end from a break
    tell = exchange.scope.get("extensions", {}).get(TRAILER)
    headers = [*headers, answered_from(answer.way)]
    body = answer.spool.whole()
    if body is not None:
        if key is not None:
            exchange.pool.cache.keep(key, Kept(body, answer.way))
        await send_answer(Answer(200, tuple(headers), body), exchange.scope, exchange.send)
        return
    headers += [*answers.SECURITY_HEADERS, *answers.CORS_HEADERS]
    if answer.size is not None:
        headers.append((b"content-length", str(answer.size).encode("ascii")))
    elif tell is not None:
        headers.append(header("trailer", _PROBLEM))
    await exchange.send({"type": "http.response.start", "status": 200, "headers": headers})
    if exchange.method != "HEAD":
        try:
            async for block in answer.blocks:
                if watched.is_alone:
                    return
                await exchange.send({"type": "http.response.body", "body": block, "more_body": True})
        except (QueryError, StoreError) as error:
            if tell is not None:
                tell(_trailer(error))
            return
    await exchange.send({"type": "http.response.body", "body": b""})


def _trailer(error: LodError) -> bytes:
    """The field that says why an answer ended before its end: as the status and code would have."""
    failure = describe_failure(error)
    said = " ".join(f"{failure.status} {failure.code} {failure.message}".split())
    return b"%s: %s" % header(_PROBLEM, said.encode("ascii", "replace").decode("ascii"))
