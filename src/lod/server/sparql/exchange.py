"""One request to an endpoint over the query pool: who asks, what it costs, and how an answer leaves.

SPARQL 1.1 Protocol: https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

from starlette.types import Receive, Scope, Send

from lod.errors import LodError
from lod.server import answers
from lod.server.addresses import Address
from lod.server.answers import header, link, request_header
from lod.server.metrics import count_query
from lod.server.negotiation import choose_language
from lod.server.pages.reader import Reader
from lod.server.served import ServedRelease
from lod.server.sparql.answer_cache import Kept
from lod.server.sparql.fairness import ENDING, client_of, query_name
from lod.server.sparql.pool import QueryAnswer, QueryPool
from lod.server.sparql.question import QueryLimits, Question
from lod.store.guard import QueryError
from lod.store.remote import RemoteStore
from lod.store.snapshot import StoreError


class ClientGone(Exception):
    """The client left before its answer was ready."""


@dataclass(frozen=True, slots=True)
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

    @property
    def services(self) -> tuple[str, ...]:
        """The endpoints that a query may call; what a store elsewhere would call is not ours to bound."""
        return () if isinstance(self.served.statements, RemoteStore) else self.limits.services


def endpoint_headers(exchange: Exchange, validator: str | None) -> list[tuple[bytes, bytes]]:
    """The headers of every answer that was evaluated."""
    limits = exchange.limits
    prefix = exchange.served.space.prefix
    links = (link(f"{prefix}/catalog", "describedby"), link(exchange.served.site.licence_iri, "license"))
    return [
        header("vary", "Accept, Accept-Language"),
        header("cache-control", answers.SHORT if validator else answers.NO_STORE),
        *([header("etag", validator)] if validator else []),
        header("link", ", ".join(links)),
        header("query-limits", f"rows={limits.rows}, bytes={limits.bytes}, seconds={limits.seconds:g}"),
        header("access-control-expose-headers", "Answered-From, Query-Limits"),
    ]


class Watched:
    """A query under way, stopped when its client leaves (nobody else watches before an answer begins)."""

    def __init__(self, exchange: Exchange, question: Question) -> None:
        self.exchange = exchange
        self._question = question
        self._gone = asyncio.create_task(_until_gone(exchange.receive))
        self.answer: QueryAnswer | None = None

    async def __aenter__(self) -> Self:
        pool, client = self.exchange.pool, client_of(self.exchange.scope)
        name = query_name(self._question)
        try:
            pool.ended.check(name)
            pool.budgets.check(client)
        except BaseException:
            self._gone.cancel()
            raise
        question = replace(self._question, spent=partial(pool.budgets.charge, client))
        running = asyncio.create_task(pool.run(question))
        try:
            await asyncio.wait({running, self._gone}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                raise ClientGone
            self.answer = running.result()
        except BaseException as error:
            self._gone.cancel()
            running.cancel()
            if isinstance(error, QueryError) and error.code in ENDING:
                pool.ended.note(name)
            count_query(error.code if isinstance(error, LodError) else "left", "")
            raise
        count_query("answered", self.answer.way)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.cancel()
        if self.answer is not None:
            await self.answer.close()

    @property
    def is_alone(self) -> bool:
        """Whether the client has left."""
        return self._gone.done()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def stream_answer(watched: Watched, headers: list[tuple[bytes, bytes]], key: str | None = None) -> None:
    """Send an answer block by block. Where it breaks, the last chunk is never sent: the client must see it.

    A whole answer that is not large is kept under `key`, for who asks the same.
    """
    answer, exchange = watched.answer, watched.exchange
    assert answer is not None
    headers = [*headers, header("answered-from", answer.way), *answers.SECURITY_HEADERS, *answers.CORS_HEADERS]
    if answer.size is not None:
        headers.append((b"content-length", str(answer.size).encode("ascii")))
    await exchange.send({"type": "http.response.start", "status": 200, "headers": headers})
    if answer.size is not None and key is not None and answer.size <= exchange.pool.cache.largest:
        body = b"".join([block async for block in answer.blocks])
        exchange.pool.cache.keep(key, Kept(body, answer.way))
        await exchange.send({"type": "http.response.body", "body": b"" if exchange.method == "HEAD" else body})
        return
    if exchange.method != "HEAD":
        try:
            async for block in answer.blocks:
                if watched.is_alone:
                    return
                await exchange.send({"type": "http.response.body", "body": block, "more_body": True})
        except (QueryError, StoreError):
            return
    await exchange.send({"type": "http.response.body", "body": b""})
