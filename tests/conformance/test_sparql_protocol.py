"""The W3C's tests of the SPARQL 1.1 Protocol, over HTTP against a real server.

    python tests/conformance/test_sparql_protocol.py SHARED      one line, then the cases that are not passed and why

https://www.w3.org/TR/sparql11-protocol/ ; the cases are in `suites/sparql11/sparql/sparql11/protocol/manifest.ttl`.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
import pytest
import uvicorn
from pyoxigraph import NamedNode, RdfFormat
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node
from starlette.types import Receive, Scope, Send

from lod.release.release import Manifest, Release, Site
from lod.server.served import ServedRelease
from lod.server.sparql_protocol import serve_sparql
from lod.server.workers import QueryLimits, QueryPool
from lod.store.snapshot import open_snapshot

pytestmark = pytest.mark.suite

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RDFS_LABEL = URIRef("http://www.w3.org/2000/01/rdf-schema#label")

NO_UPDATES = "a published release is read-only: updates are answered with 405"
NOT_EXPECTED = dict.fromkeys(
    (
        "update_dataset_default_graph",
        "update_dataset_default_graphs",
        "update_dataset_named_graphs",
        "update_dataset_full",
        "update_post_form",
        "update_post_direct",
        "update_base_uri",
    ),
    NO_UPDATES,
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
    return [_case(manifest, entry, folder) for entry in _list(manifest, manifest.value(root, MF.entries))]


def _list(graph: Graph, head: Node | None) -> list[Node]:
    return list(Collection(graph, head)) if head is not None else []


def _case(graph: Graph, entry: Node, folder: Path) -> Case:
    action = graph.value(entry, MF.action)
    assert action is not None
    requests = _list(graph, graph.value(action, HT.requests))
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
        for item in _list(graph, graph.value(request, HT.headers))
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
    folder.mkdir()
    store = pyoxigraph.Store(str(folder / "store"))
    for name, path in graphs:
        store.load(path=str(path), format=RdfFormat.N_TRIPLES, to_graph=NamedNode(name))
    store.flush()
    del store
    texts = {"en": "Test"}
    base = "http://www.example/"
    site = Site("test", base, ("en",), texts, texts, base + "a", texts, "", base + "l", texts, texts)
    manifest = Manifest(folder.name, 1, "0" * 64, None, "2026-01-01T00:00:00Z", "test", 0, site, {}, {}, ())
    return ServedRelease(Release(folder, manifest), open_snapshot(folder / "store"), pyoxigraph.Store())


class Desk:
    """A running server that answers from whatever release was put on it last."""

    served: ServedRelease
    port: int


@contextmanager
def running() -> Iterator[Desk]:
    desk, pool = Desk(), QueryPool(QueryLimits(workers=1))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await serve_sparql(scope, receive, send, served=desk.served, pool=pool)
            return
        for word, act in (("startup", pool.start), ("shutdown", pool.stop)):
            await receive()
            await act()
            await send({"type": f"lifespan.{word}.complete"})

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        desk.port = server.servers[0].sockets[0].getsockname()[1]
        yield desk
    finally:
        server.should_exit = True
        thread.join(20)


def fault(desk: Desk, exchange: Exchange) -> str:
    """What is wrong with the answer to one request; '' if nothing is."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    try:
        connection.request(exchange.method, exchange.path, exchange.body or None, exchange.headers)
        answer = connection.getresponse()
        body, media_type = answer.read(), (answer.getheader("content-type") or "").partition(";")[0]
    finally:
        connection.close()
    if answer.status // 100 not in exchange.statuses:
        return f"status {answer.status}, not {'/'.join(f'{n}xx' for n in sorted(exchange.statuses))}"
    if exchange.format and media_type not in FORMATS[exchange.format]:
        return f"{media_type} is not {exchange.format}"
    if exchange.boolean is not None and json.loads(body)["boolean"] is not exchange.boolean:
        return f"the answer is not {exchange.boolean}"
    return ""


def outcomes(shared: Path) -> Iterator[tuple[Case, str]]:
    """The cases, each with what is wrong, '' if nothing is."""
    with running() as desk, tempfile.TemporaryDirectory() as folder:
        for case in cases(shared):
            desk.served = write_release(Path(folder) / case.name, case.graphs)
            found = (fault(desk, exchange) for exchange in case.exchanges)
            yield case, next((wrong for wrong in found if wrong), "")


def test_every_case_is_passed_or_listed_with_its_reason(shared: Path) -> None:
    found = list(outcomes(shared))
    assert len(found) == 34
    assert {case.name for case, wrong in found if wrong} == set(NOT_EXPECTED)
    assert {wrong for case, wrong in found if wrong} == {"status 405, not 2xx/3xx"}


def main() -> int:
    found = list(outcomes(Path(sys.argv[1])))
    print(f"sparql11-protocol {sum(not wrong for _, wrong in found)}/{len(found)}")  # noqa: T201
    for case, wrong in found:
        if wrong:
            print(f"  {case.name}: {NOT_EXPECTED.get(case.name, wrong)}")  # noqa: T201
    return int(any(wrong and case.name not in NOT_EXPECTED for case, wrong in found))


if __name__ == "__main__":
    sys.exit(main())
