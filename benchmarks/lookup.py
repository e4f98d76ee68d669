"""Point look-ups: `/doc/….ttl`, uncached and conditional, beside what could be had at best, in one run.

    python benchmarks/lookup.py [--things 100000] [--seconds 3] [--rounds 3]

Contenders, each one server process: 'hello', the least that the same server (uvicorn, as `lod serve` starts it) can do;
'describe', a bare application that answers the same DESCRIBE in its process; the site, uncached, as Turtle and as the
HTML page with its labels; the site asked with If-None-Match (304); a cached SPARQL answer; a point query; and
`oxigraph serve-read-only`, the engine's own server, asked for both, if it is there.
Eight connections that are kept open, a new address with every request, and a client that does nothing but count
answers. The rounds take turns, so that what else the machine does meets all alike, and the medians are compared:
answers a second of the server's processor time, because a client in Python cannot keep them all busy. The site
has the allocator that `lod serve` gives itself (`lod.server.allocator`), the others start as their users start them, or
with the same (`--same-allocator`).
Exit code 1: below a bar.
"""

from __future__ import annotations

import argparse
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from processes import end, peak_memory, processor_seconds
from releases import BASE, TRIPLES_A_THING, write_things
from starlette.types import ASGIApp, Receive, Scope, Send

from lod.server.allocator import tuned

BARS = (  # contender, beside which other, at least this share of its rate
    ("/doc/….ttl", "describe", 0.6),
    ("/doc/….ttl", "oxigraph", 0.4),
    ("/doc/….html", "describe", 0.25),
    ("304", "hello", 0.5),
    ("cached query", "hello", 0.5),
    ("point query", "oxigraph query", 0.6),
)
CONNECTIONS = 8
_APART = 7919  # a prime: each thing once
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """The least that an application can do: the ceiling of the server under it."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def describing(release: Path) -> ASGIApp:
    """A bare application over the store: DESCRIBE in the process, Turtle out."""
    import pyoxigraph

    store = pyoxigraph.Store.read_only(str(release / "store"))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await hello(scope, receive, send)
            return
        name = scope["path"].removeprefix("/doc").removesuffix(".ttl")
        found = store.query(f"DESCRIBE <{BASE}id{name}>")
        body = pyoxigraph.serialize(found, format=pyoxigraph.RdfFormat.TURTLE)  # type: ignore[arg-type]
        headers = [(b"content-type", b"text/turtle"), (b"content-length", str(len(body or b"")).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def serve(what: str) -> None:
    """Run one server process on a free port, which it prints: 'hello', or the site over a release folder."""
    import uvicorn

    from lod.server.app import create_app
    from lod.server.http_protocol import TolerantProtocol

    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    kind, _, folder = what.partition(":")
    release = Path(folder)
    if kind == "hello":
        app: ASGIApp = hello
    else:
        app = describing(release) if kind == "describe" else create_app(release.parent, release=release.name)
    config = uvicorn.Config(app, http=TolerantProtocol, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


@dataclass(slots=True)
class _Connection:
    """One connection of the client and the answer that is on its way."""

    socket: socket.socket
    received: bytes = b""
    sent: float = 0.0


@dataclass(slots=True)
class Counted:
    """What a client saw: answers a second, how long the slowest in a hundred took (ms), and what was no 200."""

    rate: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    wrong: int = 0
    busy: float = 0.0  # share of one processor that the server used; well below 1, the client is the limit
    times: list[float] = field(default_factory=list)


def load_server(port: int, pid: int, requests: Iterator[bytes], seconds: float) -> Counted:
    """Ask as fast as the server answers, one request at a time on each connection."""
    used = processor_seconds(pid)
    selector, counted = selectors.DefaultSelector(), Counted()
    for _ in range(CONNECTIONS):
        connection = _Connection(socket.create_connection(("127.0.0.1", port)))
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        _send(connection, requests)
    began = time.perf_counter()
    while (now := time.perf_counter()) - began < seconds:
        for key, _ in selector.select(1.0):
            connection = key.data
            connection.received += connection.socket.recv(1 << 18)
            if _is_whole(connection.received):
                counted.times.append(time.perf_counter() - connection.sent)
                counted.wrong += not connection.received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304"))
                connection.received = b""
                _send(connection, requests)
    counted.rate = len(counted.times) / (now - began)
    counted.busy = (processor_seconds(pid) - used) / (now - began)
    percentiles = statistics.quantiles(counted.times, n=100)
    counted.p50, counted.p99 = percentiles[49] * 1000, percentiles[98] * 1000
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    return counted


def _send(connection: _Connection, requests: Iterator[bytes]) -> None:
    connection.sent = time.perf_counter()
    connection.socket.sendall(next(requests))


def _is_whole(received: bytes) -> bool:
    head = received.find(_HEAD_END)
    if head < 0:
        return False
    if received.startswith(b"HTTP/1.1 304"):
        return True
    if b"chunked" in received[:head].lower():
        return received.endswith(b"0\r\n\r\n")
    start = received.lower().find(_LENGTH, 0, head) + len(_LENGTH)
    length = int(received[start : received.index(b"\r", start)])
    return len(received) >= head + len(_HEAD_END) + length


def _requests(paths: Iterator[str], more: str = "") -> Iterator[bytes]:
    for path in paths:
        yield f"GET {path} HTTP/1.1\r\nhost: lod.example.org\r\naccept: */*\r\n{more}\r\n".encode()


def _same(path: str) -> Iterator[str]:
    while True:
        yield path


def _thing_paths(things: int, first: int, shape: str = "/doc/thing/{}.ttl") -> Iterator[str]:
    """Each thing once, far apart in the store, before any comes again."""
    number = first
    while True:
        number = (number + _APART) % things
        yield shape.format(number)


def _etag(port: int, path: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(next(_requests(_same(path))))
        head = connection.recv(1 << 16).decode("latin-1")
    return next(line[6:] for line in head.splitlines() if line.lower().startswith("etag: "))


@contextmanager
def _server(what: str, *, is_tuned: bool) -> Iterator[tuple[int, int]]:
    """A server process: its port and process id."""
    native = Path(sys.executable).with_name("oxigraph")
    command: list[str] = [sys.executable, __file__, "--serve", what]
    chosen = 0
    if what.startswith("oxigraph:"):
        with socket.create_server(("127.0.0.1", 0)) as free:
            chosen = free.getsockname()[1]
        store = f"{what.partition(':')[2]}/store"
        command = [str(native), "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{chosen}"]
    environment = tuned(os.environ) if is_tuned or what.startswith("site:") else dict(os.environ)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    try:
        port = chosen or int(process.stdout.readline())
        _wait(port)
        yield port, process.pid
    finally:
        end(process, patience=10)
        process.stdout.close()


def _wait(port: int) -> None:
    """Until the server answers."""
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            if connection.recv(12).startswith(b"HTTP/1.1"):
                return
        time.sleep(0.05)
    raise SystemExit("the server does not answer")


# As the shared workload writes it (bench/sparql/02-point-select.rq), prefixes and all.
_POINT = f"""PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX dim: <{BASE}def/dimension/>
PREFIX mea: <{BASE}def/measure/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX org: <http://www.w3.org/ns/org#>
SELECT ?p ?o WHERE {{ <{BASE}id/thing/NUMBER> ?p ?o }}
"""
_QUERY = "query=SELECT%20%2A%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%203&format=csv"


def measure(things: int, seconds: float, rounds: int, *, is_tuned: bool) -> bool:
    """Run the rounds and print them. Whether the bars were met."""
    found: dict[str, list[Counted]] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        release = str(write_things(Path(folder), things))
        kinds = ["hello", "describe", "site"]
        if Path(sys.executable).with_name("oxigraph").is_file():
            kinds.append("oxigraph")
        else:
            print("oxigraph: not installed, not measured (pip install oxigraph)")
        servers = {kind: stack.enter_context(_server(f"{kind}:{release}", is_tuned=is_tuned)) for kind in kinds}
        site = servers["site"][0]
        known = f"if-none-match: {_etag(site, '/doc/thing/5.ttl')}\r\n"
        describe = "/query?query=DESCRIBE%20%3C" + BASE.replace(":", "%3A").replace("/", "%2F") + "id%2Fthing%2F{}%3E"
        point = f"?query={quote(_POINT, safe='')}".replace("NUMBER", "{}")
        for number in range(rounds):
            first = number * (things // rounds) * _APART % things  # no round asks again what another has asked
            turns = {
                "hello": ("hello", _requests(_same("/"))),
                "describe": ("describe", _requests(_thing_paths(things, first))),
                "/doc/….ttl": ("site", _requests(_thing_paths(things, first))),
                "/doc/….html": ("site", _requests(_thing_paths(things, first + 7, "/doc/thing/{}.en.html"))),
                "304": ("site", _requests(_same("/doc/thing/5.ttl"), known)),
                "cached query": ("site", _requests(_same(f"/sparql?{_QUERY}"))),
                "point query": ("site", _requests(_thing_paths(things, first + 11, f"/sparql{point}"))),
                "oxigraph query": ("oxigraph", _requests(_thing_paths(things, first + 11, f"/query{point}"))),
                "oxigraph": ("oxigraph", _requests(_thing_paths(things, first, describe))),
            }
            for name, (kind, requests) in turns.items():
                if kind in servers:
                    found.setdefault(name, []).append(load_server(*servers[kind], requests, seconds))
        memory = {name: peak_memory(servers[turns[name][0]][1]) for name in found}
    return _report(found, memory, things)


def _report(found: dict[str, list[Counted]], memory: dict[str, int], things: int) -> bool:
    print(f"{things:,} things, {things * TRIPLES_A_THING:,} triples; {CONNECTIONS} connections, one process each")
    heading = ("a second", "busy", "a busy second", "p50 ms", "p99 ms", "wrong", "peak MB")
    print(f"{'':14}" + "".join(f"{name:>15}" for name in heading))
    possible, is_met = {}, True
    for name, rounds in found.items():
        rate, busy, p50, p99 = (
            statistics.median(getattr(counted, field) for counted in rounds) for field in ("rate", "busy", "p50", "p99")
        )
        possible[name] = statistics.median(counted.rate / (counted.busy or 1.0) for counted in rounds)
        wrong = sum(counted.wrong for counted in rounds)
        is_met = is_met and not wrong
        figures = (
            f"{rate:,.0f}",
            f"{busy:.0%}",
            f"{possible[name]:,.0f}",
            f"{p50:.2f}",
            f"{p99:.2f}",
            wrong,
            memory[name],
        )
        print(f"{name:14}" + "".join(f"{figure:>15}" for figure in figures))
    for name, other, bar in BARS:
        if name in possible and other in possible:
            ratio = possible[name] / possible[other]
            is_met = is_met and ratio >= bar
            print(f"{name} / {other}: {ratio:.2f}, bar {bar}: {'met' if ratio >= bar else 'MISSED'}")
    return is_met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--same-allocator", action="store_true", help="the others have the site's, too")
    parser.add_argument("--serve", metavar="WHAT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return 0
    return 0 if measure(given.things, given.seconds, given.rounds, is_tuned=given.same_allocator) else 1


if __name__ == "__main__":
    sys.exit(main())
