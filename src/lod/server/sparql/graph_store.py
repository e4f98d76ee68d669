"""The graphs of the store one by one: the read side of the Graph Store HTTP Protocol.

SPARQL 1.1 Graph Store HTTP Protocol: https://www.w3.org/TR/sparql11-http-rdf-update/

`/graph-store?graph=IRI` and `/graph-store?default` (§4.2, indirect), or `/graph-store/…` for a graph of that very name
(§4.1, direct). A published release is read-only: whatever writes is answered with 405. A graph is a query like others,
under the same limits; for large ones there is the dump.
"""

from __future__ import annotations

import contextlib
from functools import partial

from starlette.types import Receive, Scope, Send

from lod.errors import LodError
from lod.rdf.formats import GRAPH_FORMATS
from lod.server import answers
from lod.server.addresses import Address
from lod.server.ask import parameters
from lod.server.documents.write import content_type
from lod.server.negotiation import choose_format
from lod.server.sending import send_answer
from lod.server.served import ServedRelease
from lod.server.sparql.exchange import ClientGone, Exchange, Watched, stream_answer
from lod.server.sparql.graphs import graphs_of, is_in_store
from lod.server.sparql.headers import VARY, endpoint_headers, may_be_asked
from lod.server.sparql.operation import Operation, ProtocolError, graph_name, not_acceptable
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.question import Question
from lod.server.sparql.refusals import refuse
from lod.store.dataset import Dataset
from lod.store.guard import inspect_query
from lod.wording import say

PATH = "/graph-store"
METHODS = "GET, HEAD, OPTIONS"

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


async def serve_graph_store(
    scope: Scope, receive: Receive, send: Send, *, served: ServedRelease, pool: QueryPool, path: str
) -> None:
    """Answer one request for a graph. `path` is canonical and begins inside the site."""
    exchange = Exchange(scope, receive, send, served, pool, Address(PATH))
    with contextlib.suppress(ClientGone):
        try:
            if exchange.method == "OPTIONS":
                await send_answer(may_be_asked(METHODS), scope, send)
                return
            if exchange.method not in answers.METHODS:
                message = say("graphs are only read here: what is published changes by a new release")
                raise ProtocolError(405, message, code="LOD9103", hint=say("the methods are {known}", known=METHODS))
            await _answer(exchange, _named_graph(exchange, path))
        except LodError as error:
            answer = partial(
                refuse,
                error,
                exchange.reader,
                exchange.limits,
                Operation(),
                exchange.accept,
                allow=METHODS,
                asks_language=exchange.asks_language,
            )
            await send_answer(await exchange.rendered(answer), scope, send)


def _named_graph(exchange: Exchange, path: str) -> str | None:
    """The IRI of the graph that is asked for; None for the default graph (§4)."""
    if path != PATH:
        return f"{exchange.served.space.base}{path[1:]}"
    fields = parameters(exchange.scope["query_string"].decode("latin-1"))
    named = [value for name, value in fields if name == "graph"]
    is_default = any(name == "default" for name, _ in fields)
    if len(named) + is_default != 1:
        hint = say("ask for ?default, or for ?graph= and the graph's IRI")
        raise ProtocolError(400, say("this request names no graph, or several"), code="LOD9101", hint=hint)
    if is_default:
        return None
    return graph_name("graph", named[0])


async def _answer(exchange: Exchange, graph: str | None) -> None:
    served = exchange.served
    query, dataset = inspect_query(_ALL), Dataset() if graph is None else Dataset((graph,))
    graphs = (await graphs_of(served, query, dataset)).files
    if graph is not None and not graphs and not is_in_store(served, graph):
        hint = say("the service description at {url} names the graphs", url=f"{served.space.base}sparql")
        raise ProtocolError(404, say("there is no graph '{iri}' here", iri=graph), code="LOD9206", hint=hint)
    chosen = choose_format(exchange.accept, GRAPH_FORMATS)
    if chosen is None:
        raise not_acceptable(say("the graph"), GRAPH_FORMATS)
    validator = answers.etag(served.etag_prefix, f"graph {chosen.suffix} {graph}")
    if answers.is_fresh(answers.request_header(exchange.scope, b"if-none-match"), validator):
        await send_answer(answers.not_modified(validator, answers.SHORT, VARY), exchange.scope, exchange.send)
        return
    question = Question(served.statements, query, chosen, dataset, served.space.base, graphs)
    async with Watched(exchange, question) as watched:
        await stream_answer(watched, [content_type(chosen), *endpoint_headers(served, exchange.limits, validator)])
