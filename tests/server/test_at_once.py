"""What is answered at once is what is answered anyway: same bytes, same validators, in order, and to whom it is due."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from raw_http import exchange
from serving import serving

from lod.server.app import create_app
from lod.server.request_log import LOGGER, RequestLogOptions
from lod.server.sparql.question import QueryLimits

ID = "https://lod.example.org/id/"
LOOK_UPS = (
    "SELECT * { <IRI> ?p ?o }",
    "PREFIX s: <http://www.w3.org/2004/02/skos/core#>\nSELECT ?p ?o WHERE { <IRI> ?p ?o }",
    "PREFIX s: <http://www.w3.org/2004/02/skos/core#> SELECT ?o { <IRI> s:prefLabel ?o . } LIMIT 2",
    "ASK { ?s ?p <IRI> }",
    'SELECT ?s { ?s ?p "100 %s <of> it" }',
    'PREFIX x: <http://www.w3.org/2001/XMLSchema#> SELECT ?s { ?s ?p "1"^^x:integer } LIMIT 3',
    "SELECT * { ?s ?p ?o } LIMIT 5",
    "SELECT * { <IRI> a ?o }",
)


@pytest.fixture(scope="module")
def url(releases: Path) -> Iterator[str]:
    """A site whose clients may ask all they like."""
    app = create_app(releases, limits=QueryLimits(workers=1, spare=0, client_seconds=1e6))
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def site(url: str) -> Iterator[httpx.Client]:
    """A client of it."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def things(site: httpx.Client) -> list[str]:
    """IRIs that the release tells of, one of them in Chinese characters, and one that it knows nothing of."""
    found = site.get("/sparql", params={"query": "SELECT DISTINCT ?s { ?s ?p ?o }", "format": "csv"})
    own = [line for line in found.text.splitlines()[1:] if line.startswith(ID)]
    return [own[0], next(iri for iri in own if not iri.isascii()), ID + "no/such%20thing"]


def ask(site: httpx.Client, text: str, **headers: str) -> httpx.Response:
    """Two times: the first finds a site that has just been looked at."""
    for _ in range(2):
        found = site.get("/sparql", params={"query": text}, headers=headers)
    return found


@pytest.mark.parametrize("text", LOOK_UPS)
def test_a_look_up_is_what_a_worker_answers(site: httpx.Client, things: list[str], text: str) -> None:
    for iri, suffix in zip(things * 2, ("sparql-results+json", "sparql-results+xml", "json") * 2, strict=True):
        query, accept = {"query": text.replace("<IRI>", f"<{iri}>")}, {"accept": f"application/{suffix}"}
        found = ask(site, query["query"], **accept)
        posted = site.post("/sparql", data=query, headers=accept)
        assert (found.status_code, found.headers["content-type"]) == (200, posted.headers["content-type"]), query
        assert found.content == posted.content, query
        head = site.head("/sparql", params=query, headers=accept)
        assert found.headers["etag"].removeprefix("W/") == head.headers["etag"].removeprefix("W/"), query
        fresh = ask(site, query["query"], **accept, **{"if-none-match": found.headers["etag"]})
        assert (fresh.status_code, fresh.content) == (304, b"")


@pytest.mark.parametrize("piece", ["a b", 'a"b', "a{b", "a\\b", "a%00b", "relative", "a&b", "", "urn:x> ?p ?o } #"])
def test_what_is_no_iri_takes_no_place_of_one(site: httpx.Client, things: list[str], piece: str) -> None:
    asked = "SELECT * {{ <{}> ?p ?o }}"
    ask(site, asked.format(things[0]))
    found, posted = ask(site, asked.format(piece)), site.post("/sparql", data={"query": asked.format(piece)})
    assert (found.status_code, found.content) == (posted.status_code, posted.content)
    raw = site.get(f"/sparql?query=SELECT%20*%20%7B%20%3C{piece.replace(' ', '+')}%3E%20%3Fp%20%3Fo%20%7D")
    assert raw.status_code in (200, 400)


@pytest.mark.parametrize("iri", ["http://[", "http://a%zz"])
def test_prefixes_that_no_name_uses_are_looked_at(site: httpx.Client, iri: str) -> None:
    """They are not sent to the store with the look-up."""
    asked = "PREFIX a: <{}> SELECT * {{ <urn:no> ?p ?o }}"
    assert ask(site, asked.format("urn:a")).status_code == 200
    assert ask(site, asked.format(iri)).status_code == 400


def test_compressed_for_those_who_read_that(site: httpx.Client) -> None:
    text = "SELECT * { ?s ?p ?o } LIMIT 30"
    deadline = time.monotonic() + 60
    while True:  # a site that has not been looked at for a second lets a worker answer, which compresses nothing
        plain, packed = (ask(site, text, **{"accept-encoding": coding}) for coding in ("identity", "gzip"))
        if "Accept-Encoding" in plain.headers["vary"] and "Accept-Encoding" in packed.headers["vary"]:
            break
        assert time.monotonic() < deadline, "no look-up was answered at once"
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    assert plain.headers["answered-from"] == packed.headers["answered-from"] == "store"


def read(client: socket.socket, count: int) -> bytes:
    """What comes until that many answers have come whole; each is short and tells its length."""
    received = b""
    while len(received.split(b"HTTP/1.1 ")) <= count or not _ends_whole(received):
        more = client.recv(1 << 16)
        assert more, received
        received += more
    return received


def _ends_whole(received: bytes) -> bool:
    head, _, body = (b"HTTP/1.1 " + received.rsplit(b"HTTP/1.1 ", 1)[1]).partition(b"\r\n\r\n")
    found = re.search(rb"content-length: (\d+)", head)
    return bool(body or b" 304 " in head or b" 303 " in head) and (found is None or len(body) >= int(found[1]))


def _get(path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: a\r\n{more}\r\n".encode()


def _query(text: str) -> str:
    return f"/sparql?query={quote(text, safe='')}&format=csv"


def test_answers_keep_the_order_of_their_requests(url: str) -> None:
    """Some need a worker or a thread, some do not; all are sent before any is answered."""
    asked = [
        _query("SELECT (1 AS ?n) { ?s ?p ?o } LIMIT 1"),
        _query("SELECT ?nowhere { <urn:no> ?p ?nowhere }"),
        "/about.en.html",
        _query("ASK { <urn:no> ?p ?o }"),
        "/-/health",
    ]
    with closing(socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=60)) as client:
        client.sendall(b"".join(map(_get, asked)))
        found = read(client, len(asked))
    marks = (b"\r\n\r\nn\r\n", b"nowhere\r\n", b"<!doctype html", b"false", b'"status"')
    places = [found.index(each) for each in marks]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        ("connection: close\r\n", True),
        ("connection: keep-alive\r\n", False),
        ("expect: 100-continue\r\n", False),
        ("content-length: 3\r\n", False),
        ("transfer-encoding: chunked\r\n", False),
    ],
)
def test_what_a_request_says_of_its_connection_holds(url: str, more: str, ends: bool) -> None:
    body = {"content-length: 3\r\n": b"abc", "transfer-encoding: chunked\r\n": b"3\r\nabc\r\n0\r\n\r\n"}.get(more, b"")
    path = _query("ASK { <urn:no> ?p ?o }")
    with closing(socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=60)) as client:
        client.sendall(_get(path, more) + body)
        first = read(client, 1)
        assert b" 200 OK\r\n" in first
        if ends:
            assert client.recv(1) == b""
            return
        client.sendall(_get(path))
        assert read(client, 1).startswith(b"HTTP/1.1 200 OK\r\n")


def test_http_1_0_is_answered_and_its_connection_ends(url: str) -> None:
    received = exchange(url, _get(_query("ASK { <urn:no> ?p ?o }")).replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(b"false")


def test_behind_a_proxy_each_client_has_its_own_time(releases: Path) -> None:
    limits = QueryLimits(workers=1, spare=0, client_seconds=1e-9)
    statuses: dict[str, list[int]] = {}
    with serving(create_app(releases, limits=limits)) as url, httpx.Client(base_url=url, timeout=60) as site:
        for client in ("192.0.2.7", "198.51.100.7"):
            for number in range(3):
                query = {"query": f"SELECT * {{ <urn:{client}:{number}> ?p ?o }}"}
                found = site.get("/sparql", params=query, headers={"x-forwarded-for": client})
                statuses.setdefault(client, []).append(found.status_code)
    assert list(statuses.values()) == [[200, 429, 429]] * 2  # the first question is always answered


def test_each_is_noted(make: Callable[..., Path], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", LOGGER)
    make(tmp_path, base="https://lod.example.org/stat/")
    app = create_app(tmp_path, limits=QueryLimits(workers=1, spare=0), log=RequestLogOptions(b"key"))
    asked = ("ASK { <urn:no> ?p ?o }", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")  # a look-up; one that a worker has first
    with serving(app) as url, httpx.Client(base_url=url, timeout=60) as site:
        for query in asked:
            for _ in range(3):
                site.get("/stat/sparql", params={"query": query})
    lines = [record.getMessage() for record in caplog.records if record.name == LOGGER]
    assert len(lines) == 6
    names = [re.search('"query": "([0-9a-f]+)"', line)[1] for line in lines]  # type: ignore[index]
    assert names == [names[0]] * 3 + [names[3]] * 3
    assert names[0] != names[3]
    assert all('"status": 200' in line and '"way": "store"' in line for line in lines)
