"""The SPARQL endpoint: the protocol's query operation, its answers and its refusals.

SPARQL 1.1 Protocol: https://www.w3.org/TR/sparql11-protocol/ ; problem details: RFC 9457

The site calls `serve_sparql` for the path `/sparql` and its HTML variants (`/sparql.html`, `/sparql.en.html`), with the
release that is current and one `QueryPool` that lives as long as the process::

    pool = QueryPool()                      # in the lifespan: await pool.start(); at its end: await pool.stop()
    await serve_sparql(scope, receive, send, served=current.get(), pool=pool, path="/sparql")

It answers every method and sends all headers itself: hand it the server's own `send`. It never answers 200 for part of
an answer: what is longer than a limit is refused, and an answer that breaks after its first block ends without the last
chunk of its transfer coding, so that clients see it.
"""

from __future__ import annotations

import time
from functools import partial

import anyio.to_thread
from starlette.types import Receive, Scope, Send

from lod.errors import LodError
from lod.rdf.formats import GRAPH_FORMATS, HTML, Format
from lod.server import answers
from lod.server.addresses import parse_address
from lod.server.answers import Answer, header, request_header
from lod.server.documents.write import content_type
from lod.server.metrics import count_query
from lod.server.negotiation import choose_format
from lod.server.request_log import QUERY
from lod.server.sending import as_ready, send_answer
from lod.server.served import ServedRelease
from lod.server.sparql.answer_cache import request_key
from lod.server.sparql.exchange import ClientGone, Exchange, Watched, stream_answer
from lod.server.sparql.fairness import client_of
from lod.server.sparql.graphs import LONG, graphs_of
from lod.server.sparql.headers import (
    KEPT,
    VARY,
    answered_from,
    endpoint_headers,
    may_be_asked,
    shared_headers,
    validator_of,
)
from lod.server.sparql.operation import (
    MAX_BODY,
    Operation,
    ProtocolError,
    named_format,
    not_acceptable,
    parse_operation,
)
from lod.server.sparql.page import PAGE_FORMATS, PAGE_ROWS, Outcome, sparql_page
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.question import Question
from lod.server.sparql.refusals import METHODS, refuse
from lod.server.sparql.service_description import write_description
from lod.store.guard import Query, QueryError, inspect_query
from lod.store.query import offered_formats
from lod.wording import say

_NOTHING_YET = Operation()


async def serve_sparql(
    scope: Scope, receive: Receive, send: Send, *, served: ServedRelease, pool: QueryPool, path: str = "/sparql"
) -> None:
    """Answer one request to the endpoint. `path` is canonical and begins inside the site."""
    exchange = Exchange(scope, receive, send, served, pool, parse_address(path, served.site.languages, (HTML,)))
    operation = _NOTHING_YET
    try:
        if exchange.method == "OPTIONS":
            await send_answer(may_be_asked(METHODS), scope, send)
            return
        operation = await _read_posted(exchange) if exchange.method == "POST" else _read_asked(exchange)
        await _answer(exchange, operation)
    except ClientGone:
        return
    except LodError as error:
        is_page = exchange.address.format is HTML or HTML.suffix in operation.formats
        answer = partial(
            refuse,
            error,
            exchange.reader,
            exchange.limits,
            operation,
            HTML.media_type if is_page else exchange.accept,
            asks_language=exchange.asks_language,
        )
        await send_answer(await exchange.rendered(answer), scope, send)


def _read_asked(exchange: Exchange) -> Operation:
    if exchange.method in ("GET", "HEAD"):
        return parse_operation(exchange.method, exchange.scope["query_string"], "", b"")
    raise ProtocolError(
        405,
        say("{method} means nothing here", method=exchange.method),
        code="LOD9103",
        hint=say("the methods are {methods}", methods=METHODS),
    )


async def _read_posted(exchange: Exchange) -> Operation:
    body = bytearray()
    while True:
        message = await exchange.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            hint = say("put long lists of values into several queries, or download the data")
            raise ProtocolError(
                413, say("a request may have {max_body} kB", max_body=MAX_BODY // 1024), code="LOD5011", hint=hint
            )
        if not message.get("more_body"):
            break
    coding = request_header(exchange.scope, b"content-encoding").strip().lower()
    if coding not in ("", "identity"):
        said = say("a request comes unpacked; this one says that it is {coding}", coding=coding)
        raise ProtocolError(415, said, code="LOD9102", hint=say("send it without Content-Encoding"))
    sent_as = request_header(exchange.scope, b"content-type")
    return parse_operation("POST", exchange.scope["query_string"], sent_as, bytes(body))


async def _answer(exchange: Exchange, operation: Operation) -> None:
    if not operation.query:
        described = await exchange.rendered(partial(_describe, exchange, operation))
        await send_answer(described, exchange.scope, exchange.send)
        return
    exchange.scope[QUERY] = operation.query
    query = await _inspected(exchange, operation.query)
    chosen = _choose(exchange, operation, query)
    if chosen is HTML:
        await _answer_page(exchange, operation, query)
        return
    served, limits = exchange.served, exchange.limits
    key = validator_of(served, limits, query.text, chosen, operation.dataset) if query.is_stable else None
    validator = key if exchange.method != "POST" else None
    if validator and answers.is_fresh(request_header(exchange.scope, b"if-none-match"), validator):
        await send_answer(answers.not_modified(validator, answers.SHORT, VARY), exchange.scope, exchange.send)
        return
    graphs = await graphs_of(served, query, operation.dataset)
    headers = [content_type(chosen), *endpoint_headers(served, limits, validator), *graphs.headers]
    if key is not None and (kept := exchange.pool.cache.get(key)) is not None:
        count_query("cached", kept.way)
        known = Answer(200, (*headers, answered_from(kept.way)), kept.body)
        if exchange.method == "GET":
            ready = as_ready(known, exchange.scope)
            exchange.pool.known.keep(request_key(served.etag_prefix, exchange.scope), ready)
        await send_answer(known, exchange.scope, exchange.send)
        return
    question = Question(served.statements, query, chosen, operation.dataset, served.space.base, graphs.files)
    async with Watched(exchange, question) as watched:
        await stream_answer(watched, headers, key)


async def _inspected(exchange: Exchange, text: str) -> Query:
    """A query that the guard lets pass. It takes up to a tenth of a second for the longest: their clients' time."""
    inspect = partial(inspect_query, text, services=exchange.services)
    try:
        if len(text) <= LONG:
            return inspect()
        async with exchange.pool.guarding:
            began = time.monotonic()
            try:
                return await anyio.to_thread.run_sync(inspect)
            finally:
                exchange.pool.budgets.charge(client_of(exchange.scope), time.monotonic() - began)
    except QueryError as error:
        count_query(error.code, "")
        raise


def _choose(exchange: Exchange, operation: Operation, query: Query) -> Format:
    if exchange.address.format is HTML:
        return HTML
    if operation.formats:
        return named_format(operation.formats, query)
    offers = (*offered_formats(query), HTML)
    chosen = choose_format(exchange.accept, offers)
    if chosen is None:
        raise not_acceptable(say("the answer of {form}", form=query.form), offers)
    return chosen


async def _answer_page(exchange: Exchange, operation: Operation, query: Query) -> None:
    """The answer as a page: the first rows, and a word where there are more."""
    chosen = PAGE_FORMATS[query.form.is_graph]
    graphs = await graphs_of(exchange.served, query, operation.dataset)
    question = Question(
        exchange.served.statements,
        query,
        chosen,
        operation.dataset,
        exchange.served.space.base,
        graphs.files,
        rows=min(PAGE_ROWS, exchange.limits.rows),
        is_cut=True,
    )
    async with Watched(exchange, question) as watched:
        answer = watched.answer
        assert answer is not None
        body = b"".join([block async for block in answer.blocks])
        outcome, way = Outcome(query.form, body, answer.is_cut, graphs.said), answer.way
    # many labels are read for a long table: not on the event loop
    page = await anyio.to_thread.run_sync(sparql_page, exchange.reader, exchange.limits, operation, outcome)
    headers = (
        content_type(HTML),
        header("content-language", exchange.language),
        *endpoint_headers(exchange.served, exchange.limits, None),
    )
    headers = (*headers, answered_from(way), *graphs.headers)
    await send_answer(Answer(200, headers, page), exchange.scope, exchange.send)


def _describe(exchange: Exchange, operation: Operation) -> Answer:
    """No query: the form for people, the service description for programs."""
    if operation.query is not None:
        raise ProtocolError(
            400, say("the parameter 'query' is empty"), code="LOD9101", hint=say("write a query into it")
        )
    chosen: Format | None = HTML
    if exchange.address.format is not HTML:
        if exchange.method == "POST":
            raise ProtocolError(400, say("this request holds no query"), code="LOD9101", hint=say("send it as 'query'"))
        chosen = choose_format(exchange.accept, (*GRAPH_FORMATS, HTML))
    if chosen is None:
        raise not_acceptable(say("the service description"), (*GRAPH_FORMATS, HTML))
    served, limits = exchange.served, exchange.limits
    headers = (content_type(chosen), KEPT, *shared_headers(served, limits))
    if chosen is HTML:
        page = sparql_page(exchange.reader, limits, operation)
        answer = Answer(200, (*headers, header("content-language", exchange.language)), page)
    else:
        answer = Answer(200, headers, write_description(served, limits, chosen))
    return answers.validated(answer, request_header(exchange.scope, b"if-none-match"))
