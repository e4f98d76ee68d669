"""What a store elsewhere may answer instead of an answer: each is told as what it is, none is taken for an answer."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from ports import free_port

from lod.store.guard import QueryForm
from lod.store.remote import RemoteStore
from lod.store.remote_answers import count
from lod.store.transport import Auth, Endpoint, RemoteError, add, ask, hang_up, update

SELECT = "SELECT ?s { ?s ?p ?o }"
ROWS = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"7"}}]}}'
RESULTS = "application/sparql-results+json"


@pytest.fixture(autouse=True)
def _connections_end() -> Iterator[None]:
    yield
    hang_up()


@dataclass
class Store:
    """A server that does with each request what it is told, and remembers them."""

    act: Callable[[BaseHTTPRequestHandler, bytes], None]
    url: str = ""
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening(act: Callable[[BaseHTTPRequestHandler, bytes], None]) -> Iterator[Store]:
    store = Store(act)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            store.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            store.act(self, body)

        def do_GET(self) -> None:  # where a redirect that is followed would end
            store.seen.append((self.path, dict(self.headers), b""))
            answer(self, 200)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    store.url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)


def answer(
    handler: BaseHTTPRequestHandler,
    status: int = 200,
    body: bytes = ROWS,
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> None:
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)
    if length is not None:
        handler.close_connection = True


def endpoint(url: str, auth: Auth = "none", timeout: int = 60) -> Endpoint:
    return Endpoint(url, url, f"{url}data?db=a", auth, "editor", "STORE_SECRET", timeout)


def refused(call: Callable[[], object]) -> RemoteError:
    with pytest.raises(RemoteError) as told:
        call()
    return told.value


@pytest.mark.parametrize(
    ("status", "body", "headers", "length", "code"),
    [
        (206, ROWS, {}, None, "LOD8203"),
        (200, ROWS, {"X-SPARQL-MaxRows": "10000"}, None, "LOD8203"),
        (200, ROWS, {"X-SQL-State": "S1TAT"}, None, "LOD8203"),
        (200, ROWS, {}, 900, "LOD8203"),
        (200, ROWS[:-20], {}, None, "LOD8203"),
        (200, b"<html><title>Please sign in</title></html>", {"Content-Type": "text/html"}, None, "LOD8203"),
        (200, b'{"head":{},"boolean":true}', {}, None, "LOD8203"),
        (200, b"\x1f\x8bno gzip", {"Content-Encoding": "gzip"}, None, "LOD8203"),
        (301, b"", {"Location": "https://store.example/"}, None, "LOD8202"),
        (307, b"", {"Location": "/elsewhere"}, None, "LOD8202"),
        (400, b"<p>no such\n function</p>", {}, None, "LOD8202"),
        (401, b"", {"WWW-Authenticate": 'Basic realm="x"'}, None, "LOD8202"),
        (500, b"out of disk", {}, None, "LOD8202"),
        (503, b"", {"Retry-After": "1"}, None, "LOD8206"),
        (429, b"", {}, None, "LOD8206"),
    ],
)
def test_what_is_no_answer_is_an_error(
    status: int, body: bytes, headers: dict[str, str], length: int | None, code: str
) -> None:
    with listening(partial(_act, status, body, headers, length)) as store:
        mirror = RemoteStore(endpoint(store.url), ("urn:g",), "urn:b:")
        told = refused(lambda: mirror.evaluate(SELECT, QueryForm.SELECT, (), ()))
        assert (told.code, len(store.seen)) == (code, 1), told
        assert store.url in told.message


def _act(
    status: int,
    body: bytes,
    headers: dict[str, str],
    length: int | None,
    handler: BaseHTTPRequestHandler,
    _: bytes,
) -> None:
    answer(handler, status, body, headers, length)


def test_a_query_names_its_graphs_and_asks_the_same_connection_again() -> None:
    peers = set()

    def act(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        peers.add(handler.client_address)
        answer(handler)

    with listening(act) as store:
        for _ in range(3):
            assert count(endpoint(store.url), "urn:g") == 7
        path, headers, body = store.seen[0]
    assert (path, headers["accept"], len(peers)) == ("/", RESULTS, 1)
    assert parse_qs(body.decode())["default-graph-uri"] == ["urn:g"]


def test_a_query_that_looks_like_an_update_is_sent_as_a_query() -> None:
    text = "# a comment\nPREFIX insert: <urn:x#>\nSELECT (1 AS ?n) { } # DELETE"
    with listening(lambda handler, _: answer(handler)) as store:
        ask(endpoint(store.url), text, RESULTS)
        assert parse_qs(store.seen[0][2].decode()) == {"query": [text]}


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    def act(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        if len(store.seen) == 2:
            handler.close_connection = True  # without a word, as a server that restarts does
        else:
            answer(handler)

    with listening(act) as store:
        assert [count(endpoint(store.url), "urn:g") for _ in range(2)] == [7, 7]
        assert len(store.seen) == 3


def test_who_answers_too_slowly_is_not_waited_for() -> None:
    gone = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "1000000")
        handler.end_headers()
        try:
            while not gone.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        except OSError:
            handler.close_connection = True

    with listening(drip) as store:
        told = refused(lambda: ask(endpoint(store.url, timeout=1), SELECT, RESULTS))
        gone.set()
    assert (told.code, "1 seconds" in told.message) == ("LOD8201", True)


def test_while_a_store_is_silent_not_everybody_waits_for_it() -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    mirror = RemoteStore(endpoint(url), ("urn:g",), "urn:b:")
    first = refused(lambda: mirror.ask(SELECT, RESULTS))
    with listening(lambda handler, _: answer(handler)) as store:
        mirror.endpoint = endpoint(store.url)
        again = refused(lambda: mirror.ask(SELECT, RESULTS))
        assert (first.code, again.code, store.seen) == ("LOD8201", "LOD8201", [])


def test_statements_go_to_their_graph_whatever_else_the_address_says() -> None:
    triples = '<urn:s> <urn:p> "值\\n"@zh-Hant-TW .\n'.encode()
    with listening(lambda handler, _: answer(handler, 201, b"")) as store:
        add(endpoint(store.url), "urn:g/臺", triples)
        update(endpoint(store.url), "DROP SILENT GRAPH <urn:g>")
        add(Endpoint(store.url, store.url), "urn:g", triples)
    (path, headers, body), (_, _, dropped), (_, _, inserted) = store.seen
    assert parse_qs(path.partition("?")[2]) == {"db": ["a"], "graph": ["urn:g/臺"]}
    assert (headers["content-type"], body) == ("application/n-triples", triples)
    assert parse_qs(dropped.decode()) == {"update": ["DROP SILENT GRAPH <urn:g>"]}
    assert triples.decode() in parse_qs(inserted.decode())["update"][0]


def test_a_redirect_takes_no_secret_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_SECRET", "hush")
    with listening(lambda handler, _: answer(handler)) as other:
        away = partial(_act, 302, b"", {"Location": other.url}, None)
        with listening(away) as store:
            for call in (
                lambda: ask(endpoint(store.url, "bearer"), SELECT, RESULTS),
                lambda: update(endpoint(store.url, "basic"), "CLEAR ALL"),
                lambda: add(endpoint(store.url, "basic"), "urn:g", b""),
            ):
                told = refused(call)
                assert (told.code, other.url in told.message, "hush" in str(told)) == ("LOD8202", True, False)
        assert other.seen == []


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest_of_any_realm(monkeypatch: pytest.MonkeyPatch, algorithm: str) -> None:
    make = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]

    def digest(text: str) -> str:
        return make(text.encode()).hexdigest()

    def act(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        said = dict(re.findall(r'(\w+)="?([^",]+)', handler.headers.get("authorization", "")))
        who, what = digest("editor:Our Store:hush"), digest(f"POST:{handler.path}")
        if said and said["response"] == digest(
            f"{who}:{said['nonce']}:{said['nc']}:{said['cnonce']}:{said['qop']}:{what}"
        ):
            answer(handler)
            return
        challenge = f'Digest realm="Our Store", nonce="n1", qop="auth", algorithm={algorithm}'
        answer(handler, 401, b"", {"WWW-Authenticate": challenge})

    with listening(act) as store:
        monkeypatch.setenv("STORE_SECRET", "hush")
        assert [count(endpoint(store.url, "digest"), "urn:g") for _ in range(2)] == [7, 7]
        assert len(store.seen) == 3  # the challenge is answered beforehand, once it is known
        monkeypatch.setenv("STORE_SECRET", "wrong")
        told = refused(lambda: count(endpoint(store.url, "digest"), "urn:g"))
        assert (told.code, "user" in told.hint) == ("LOD8202", True)
        monkeypatch.delenv("STORE_SECRET")
        assert refused(lambda: count(endpoint(store.url, "digest"), "urn:g")).code == "LOD8204"


def test_without_the_packages_for_it_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "SPARQLWrapper", None)
    url = f"http://127.0.0.1:{free_port()}/"
    told = refused(lambda: ask(endpoint(url), SELECT, RESULTS))
    assert (told.code, told.hint) == ("LOD9250", "pip install 'lod[remote]'")
