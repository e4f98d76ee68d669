"""The W3C's tests of SPARQL 1.1, over HTTP against a real server: protocol, and what the other suites share.

https://www.w3.org/TR/sparql11-protocol/ ; the cases are in `suites/sparql11/sparql/sparql11/protocol/manifest.ttl`.

A release is read-only. So each request of the suite that would write is judged by its refusal, 405; what it would have
written is put into the store that the test serves, so that the reads that follow are judged by the suite's own words.
"""

from __future__ import annotations

import http.client
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node
from serving import serving, with_pool
from starlette.types import Receive, Scope, Send

from lod.release.release import Manifest, Release, Site
from lod.server.served import ServedRelease
from lod.server.sparql.graph_store import PATH, serve_graph_store
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.protocol import serve_sparql
from lod.server.sparql.question import QueryLimits
from lod.store.snapshot import open_snapshot

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RDFS_LABEL = URIRef("http://www.w3.org/2000/01/rdf-schema#label")

UPDATES = frozenset(
    {
        "update_dataset_default_graph",
        "update_dataset_default_graphs",
        "update_dataset_named_graphs",
        "update_dataset_full",
        "update_post_form",
        "update_post_direct",
        "update_base_uri",
    }
)
FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {"application/sparql-results+json", "application/sparql-results+xml", "text/csv"},
    "RDF": {"text/turtle", "application/rdf+xml", "application/n-triples"},
}


@dataclass(frozen=True)
class Exchange:
    """One request of a case and what is expected of its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: frozenset[int]  # hundreds
    boolean: bool | None
    format: str | None


@dataclass(frozen=True)
class Case:
    """One entry of the manifest; `graphs` are the named graphs that the store must hold."""

    name: str
    exchanges: tuple[Exchange, ...]
    graphs: tuple[tuple[str, Path], ...]


def cases(shared: Path) -> list[Case]:
    folder = shared / "suites" / "sparql11" / "sparql" / "sparql11" / "protocol"
    manifest = Graph().parse(folder / "manifest.ttl", publicID=folder.as_uri() + "/manifest.ttl")
    root = manifest.value(predicate=RDF.type, object=MF.Manifest)
    assert root is not None
    return [_case(manifest, entry, folder) for entry in items(manifest, manifest.value(root, MF.entries))]


def items(graph: Graph, head: Node | None) -> list[Node]:
    """The members of an RDF list."""
    return list(Collection(graph, head)) if head is not None else []


def _case(graph: Graph, entry: Node, folder: Path) -> Case:
    action = graph.value(entry, MF.action)
    assert action is not None
    requests = items(graph, graph.value(action, HT.requests))
    graphs = tuple(
        (str(graph.value(data, RDFS_LABEL)), folder / str(graph.value(data, UT.graph)).rpartition("/")[2])
        for data in graph.objects(entry, UT.graphData)
    )
    return Case(str(entry).rpartition("#")[2], tuple(_exchange(graph, request) for request in requests), graphs)


def _exchange(graph: Graph, request: Node) -> Exchange:
    def text(subject: Node | None, predicate: URIRef) -> str | None:
        value = graph.value(subject, predicate) if subject is not None else None
        return None if value is None else str(value)

    body, response = graph.value(request, HT.body), graph.value(request, HT.resp)
    assert response is not None
    content = (text(body, CNT.chars) or "").encode(text(body, CNT.characterEncoding) or "utf-8")
    headers = {
        text(item, HT.fieldName) or "": text(item, HT.fieldValue) or ""
        for item in items(graph, graph.value(request, HT.headers))
    }
    statuses = frozenset(int(str(status)[-3]) for status in graph.objects(response, MF.expectedStatus))
    boolean = text(response, MF.expectedBoolean)
    return Exchange(
        text(request, HT.methodName) or "GET",
        (text(request, HT.absolutePath) or "").replace("/sparql/", "/sparql", 1),
        headers,
        content,
        statuses,
        None if boolean is None else boolean == "true",
        text(response, MF.expectedFormat),
    )


def write_release(folder: Path, graphs: tuple[tuple[str, Path], ...]) -> ServedRelease:
    """A release whose store holds these named graphs and nothing else."""
    store = pyoxigraph.Store()
    for name, path in graphs:
        store.load(path=str(path), format=RdfFormat.N_TRIPLES, to_graph=NamedNode(name))
    return seal(folder, store)


def seal(folder: Path, quads: Iterable[Quad], base: str = "http://www.example/") -> ServedRelease:
    """A release whose store holds these statements and nothing else."""
    folder.mkdir()
    store = pyoxigraph.Store(str(folder / "store"))
    store.extend(quads)
    store.flush()
    del store
    texts = {"en": "Test"}
    site = Site("test", base, ("en",), texts, texts, base + "a", texts, "", base + "l", texts, texts)
    manifest = Manifest(folder.name, 1, "0" * 64, None, "2026-01-01T00:00:00Z", "test", 0, site, {}, {}, ())
    return ServedRelease(Release(folder, manifest), open_snapshot(folder / "store"), pyoxigraph.Store())


class Desk:
    """A running server that answers from whatever release was put on it last."""

    served: ServedRelease
    port: int
    status: int = 0  # of the last answer


@contextmanager
def running() -> Iterator[Desk]:
    desk, pool = Desk(), QueryPool(QueryLimits(workers=1, seconds=20.0, client_seconds=1e6))

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].replace("/gsp", PATH, 1)
        if path.startswith(PATH):
            await serve_graph_store(scope, receive, send, served=desk.served, pool=pool, path=path)
        else:
            await serve_sparql(scope, receive, send, served=desk.served, pool=pool)

    with serving(with_pool(pool, respond)) as address:
        desk.port = urlsplit(address).port or 0
        yield desk


def fault(desk: Desk, exchange: Exchange) -> str:
    """What is wrong with the answer to one request; '' if nothing is."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
    try:
        connection.request(exchange.method, exchange.path, exchange.body or None, exchange.headers)
        answer = connection.getresponse()
        body, media_type = answer.read(), (answer.getheader("content-type") or "").partition(";")[0]
    finally:
        connection.close()
    desk.status = answer.status
    if answer.status // 100 not in exchange.statuses:
        return f"status {answer.status}, not {'/'.join(f'{n}xx' for n in sorted(exchange.statuses))}"
    if exchange.format and media_type not in FORMATS[exchange.format]:
        return f"{media_type} is not {exchange.format}"
    if exchange.boolean is not None and json.loads(body)["boolean"] is not exchange.boolean:
        return f"the answer is not {exchange.boolean}"
    return ""


def outcomes(shared: Path) -> Iterator[tuple[str, str]]:
    """The names of the cases, each with what is wrong, '' if nothing is."""
    with running() as desk, tempfile.TemporaryDirectory() as folder:
        for case in cases(shared):
            desk.served = write_release(Path(folder) / case.name, case.graphs)
            if case.name in UPDATES:
                refused = fault(desk, replace(case.exchanges[0], statuses=frozenset({4}), format=None, boolean=None))
                yield case.name, refused or ("" if desk.status == 405 else f"an update is answered with {desk.status}")
                continue
            found = (fault(desk, exchange) for exchange in case.exchanges)
            yield case.name, next((wrong for wrong in found if wrong), "")
