"""The W3C's tests of the Graph Store Protocol, its reads as they are and its writes by their refusal."""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph
from pyoxigraph import CanonicalizationAlgorithm, Dataset, DefaultGraph, NamedNode, Quad, RdfFormat
from rdflib import RDF, Graph
from rdflib.term import Node
from sparql_suite import CNT, HT, MF, Desk, items, running, seal

_BASE = "http://www.example/"


def graph_of(path: str) -> NamedNode | DefaultGraph:
    """The graph that a request is about; a POST to the store itself is about a new one."""
    parts = urlsplit(path)
    asked = parse_qs(parts.query, keep_blank_values=True)
    if "graph" in asked:
        return NamedNode(asked["graph"][0].replace("/gsp/", "/graph-store/"))
    if "default" in asked:
        return DefaultGraph()
    return NamedNode(_BASE + "graph-store/" + (parts.path.removeprefix("/gsp").strip("/") or "new-graph"))


def triples(body: bytes, media_type: str, base: str) -> list[pyoxigraph.Triple]:
    syntax = RdfFormat.from_media_type(media_type.partition(";")[0]) or RdfFormat.TURTLE
    return [quad.triple for quad in pyoxigraph.parse(body, format=syntax, base_iri=base)]


def canonical(statements: list[pyoxigraph.Triple]) -> str:
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in statements)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return "\n".join(sorted(map(str, dataset)))


def outcomes(shared: Path) -> Iterator[tuple[str, str]]:
    """The names of the cases, each with what is wrong, '' if nothing is."""
    folder = shared / "suites" / "sparql11" / "sparql" / "sparql11" / "graph-store-protocol"
    with running() as desk, tempfile.TemporaryDirectory() as scratch:
        for name in ("manifest-direct.ttl", "manifest-indirect.ttl"):
            manifest = Graph().parse(folder / name, publicID=_BASE)
            root = manifest.value(predicate=RDF.type, object=MF.Manifest)
            for number, entry in enumerate(items(manifest, manifest.value(root, MF.entries))):
                case = str(entry).rpartition("#")[2]
                yield case, _case(desk, manifest, entry, Path(scratch) / f"{name}-{number}")


def _case(desk: Desk, manifest: Graph, entry: Node, folder: Path) -> str:
    store = pyoxigraph.Store()
    folder.mkdir()
    action = manifest.value(entry, MF.action)
    for number, request in enumerate(items(manifest, manifest.value(action, HT.requests))):
        desk.served = seal(folder / str(number), store)
        if wrong := _exchange(desk, manifest, request, store):
            return f"request {number + 1}: {wrong}"
    return ""


def _exchange(desk: Desk, manifest: Graph, request: Node, store: pyoxigraph.Store) -> str:
    method, path = str(manifest.value(request, HT.methodName)), str(manifest.value(request, HT.absolutePath))
    path = path.replace("$LOCATION$", f"{_BASE}graph-store/new-graph")
    path = path.replace("%2Fgsp%2F", "%2Fgraph-store%2F").replace("example/gsp/", "example/graph-store/")
    headers = _headers(manifest, request)
    body = str(manifest.value(manifest.value(request, HT.body), CNT.chars) or "").encode()
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
    connection.request(method, path if path.startswith("/") else urlsplit(path).path, body or None, headers)
    answer = connection.getresponse()
    content, media_type = answer.read(), answer.getheader("content-type") or ""
    connection.close()
    if method not in ("GET", "HEAD"):
        _write(store, method, graph_of(path), body, headers.get("content-type", "text/turtle"))
        return "" if answer.status == 405 else f"{method} is answered with {answer.status}"
    response = manifest.value(request, HT.resp)
    wanted = {str(status).rpartition("#")[2] for status in manifest.objects(response, MF.expectedStatus)}
    expected = {"OK": 200, "NotFound": 404, "StatusCode2xx": 200, "StatusCode4xx": 404}
    if wanted and answer.status not in {expected.get(name, 200) for name in wanted}:
        return f"{method} {path}: {answer.status}, not {', '.join(sorted(wanted))}"
    told = manifest.value(manifest.value(response, HT.body), CNT.chars)
    if told is None or method == "HEAD":
        return ""
    sent = _headers(manifest, response).get("content-type", "text/turtle")
    base = f"{_BASE}gsp"
    same = canonical(triples(content, media_type, base)) == canonical(triples(str(told).encode(), sent, base))
    return "" if same else f"{method} {path}: another graph"


def _headers(manifest: Graph, node: Node | None) -> dict[str, str]:
    return {
        str(manifest.value(item, HT.fieldName)).lower(): str(manifest.value(item, HT.fieldValue))
        for item in items(manifest, manifest.value(node, HT.headers))
    }


def _write(store: pyoxigraph.Store, method: str, graph: NamedNode | DefaultGraph, body: bytes, media_type: str) -> None:
    """What the refused request would have done (§5)."""
    if method in ("PUT", "DELETE"):
        store.clear_graph(graph)
        if method == "DELETE":
            store.remove_graph(graph)
    if method != "DELETE":
        store.extend(
            Quad(t.subject, t.predicate, t.object, graph)
            for part in _parts(body, media_type)
            for t in triples(part, media_type, f"{_BASE}gsp")
        )


def _parts(body: bytes, media_type: str) -> list[bytes]:
    """The documents of a request: several in multipart/form-data (RFC 7578), each behind a blank line."""
    _, is_multipart, boundary = media_type.partition("boundary=")
    if not is_multipart:
        return [body]
    lines = b"\n".join(line.strip() for line in body.splitlines())
    return [part.partition(b"\n\n")[2] for part in lines.split(b"--" + boundary.encode()) if b"\n\n" in part]
