"""Point look-ups: `/doc/….ttl`, uncached, beside the same server's bare 'hello', in one run.

    python benchmarks/lookup.py [--things 100000] [--seconds 4] [--rounds 3]

One server process (uvicorn, as `lod serve` starts it), eight connections that are kept open, a new address with every
request, and a client in a process of its own that does nothing but count answers. The rounds take turns, so that what
else the machine does meets both alike, and the medians are compared: answers a second of the server's processor time,
because a client in Python cannot keep 'hello' busy. Exit code 1: below the bar.
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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

BAR = 0.1  # of the rate of 'hello'
CONNECTIONS = 8
BASE = "https://lod.example.org/"
TRIPLES_A_THING = 12
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


def write_release(folder: Path, things: int) -> Path:
    """A release with that many things of twelve triples each, like the observations of a cube."""
    from lod.release.release import Manifest, Site, StoreRecord
    from lod.release.seal import MANIFEST, seal, write_store_files
    from lod.store.load import load

    parts = folder / "part.nq"
    with parts.open("w", encoding="utf-8") as out:
        for number in range(things):
            subject = f"<{BASE}id/thing/{number}>"
            out.write(f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}def/Thing> .\n")
            out.write(f'{subject} <http://www.w3.org/2000/01/rdf-schema#label> "第{number}號"@zh-Hant-TW .\n')
            for place in range(TRIPLES_A_THING - 4):
                out.write(f"{subject} <{BASE}def/dimension{place}> <{BASE}id/code/{place}/{number % (7 + place)}> .\n")
            integer = "http://www.w3.org/2001/XMLSchema#integer"
            out.write(f'{subject} <{BASE}def/count> "{number * 7919 % 1_000_003}"^^<{integer}> .\n')
            out.write(f'{subject} <{BASE}def/year> "{1990 + number % 35}" .\n')
    name = "1-benchmark"
    snapshot = load([parts], folder / name / "store")
    texts = {"en": "Benchmark"}
    site = Site("benchmark", BASE, ("en",), texts, texts, BASE + "id/a", texts, "", BASE + "l", texts, texts)
    store = StoreRecord(snapshot.quads, snapshot.digest)
    when = "2026-01-01T00:00:00Z"
    manifest = Manifest(name, 1, "0" * 64, None, when, "benchmark", snapshot.quads, site, {}, {}, (), store)
    (folder / name / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    write_store_files(folder / name, snapshot.folder)
    seal(folder / name)
    return folder / name


async def hello(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
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


def serve(what: str) -> None:
    """Run one server process on a free port, which it prints: 'hello', or the site over a release folder."""
    import uvicorn

    from lod.server.app import create_app_for
    from lod.server.http_protocol import TolerantProtocol

    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    app = hello if what == "hello" else create_app_for(Path(what))
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
    used = _processor_seconds(pid)
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
                counted.wrong += not connection.received.startswith(b"HTTP/1.1 200")
                connection.received = b""
                _send(connection, requests)
    counted.rate = len(counted.times) / (now - began)
    counted.busy = (_processor_seconds(pid) - used) / (now - began)
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
    start = received.find(_LENGTH, 0, head) + len(_LENGTH)
    length = int(received[start : received.index(b"\r", start)])
    return len(received) >= head + len(_HEAD_END) + length


def _requests(paths: Iterator[str]) -> Iterator[bytes]:
    for path in paths:
        yield f"GET {path} HTTP/1.1\r\nhost: lod.example.org\r\naccept: */*\r\n\r\n".encode()


def _hello_paths() -> Iterator[str]:
    while True:
        yield "/"


def _thing_paths(things: int, first: int) -> Iterator[str]:
    """Each thing once, far apart in the store, before any comes again."""
    number = first
    while True:
        number = (number + 7919) % things
        yield f"/doc/thing/{number}.ttl"


@contextmanager
def _server(what: str) -> Iterator[tuple[int, int]]:
    """A server process: its port and process id."""
    command = [sys.executable, __file__, "--serve", what]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        _wait(port)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _wait(port: int) -> None:
    """Until the server answers."""
    for _ in range(200):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            if connection.recv(12).startswith(b"HTTP/1.1"):
                return
        time.sleep(0.05)
    raise SystemExit("the server does not answer")


def _processor_seconds(pid: int) -> float:
    """Processor time of a process so far; 0 where the system does not say."""
    status = Path(f"/proc/{pid}/stat")
    if not status.is_file():
        return 0.0
    fields = status.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    """Peak resident memory of a process in MB; 0 where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return 0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) // 1024


def measure(things: int, seconds: float, rounds: int) -> bool:
    """Run the rounds and print them. Whether the bar was met."""
    greetings: list[Counted] = []
    lookups: list[Counted] = []
    with tempfile.TemporaryDirectory() as folder:
        release = write_release(Path(folder), things)
        with _server("hello") as (hello_port, hello_pid), _server(str(release)) as (port, pid):
            for number in range(rounds):
                greetings.append(load_server(hello_port, hello_pid, _requests(_hello_paths()), seconds))
                paths = _thing_paths(things, number * things // rounds)
                lookups.append(load_server(port, pid, _requests(paths), seconds))
            memory = {"hello": _memory(hello_pid), "/doc/….ttl": _memory(pid)}
    print(f"{things:,} things, {things * TRIPLES_A_THING:,} triples; {CONNECTIONS} connections, one process")
    print(
        f"{'':14}{'a second':>10}{'busy':>7}{'a busy second':>17}{'p50 ms':>9}{'p99 ms':>9}{'not 200':>9}{'peak MB':>9}"
    )
    possible = {}
    for name, found in (("hello", greetings), ("/doc/….ttl", lookups)):
        rate = statistics.median(counted.rate for counted in found)
        possible[name] = statistics.median(counted.rate / (counted.busy or 1.0) for counted in found)
        p50 = statistics.median(counted.p50 for counted in found)
        p99 = statistics.median(counted.p99 for counted in found)
        wrong = sum(counted.wrong for counted in found)
        busy = statistics.median(counted.busy for counted in found)
        print(
            f"{name:14}{rate:>10,.0f}{busy:>7.0%}{possible[name]:>17,.0f}"
            f"{p50:>9.2f}{p99:>9.2f}{wrong:>9}{memory[name]:>9}"
        )
    ratio = possible["/doc/….ttl"] / possible["hello"]
    is_met = ratio >= BAR and not any(counted.wrong for counted in lookups)
    print(f"ratio {ratio:.2f}, bar {BAR}: {'met' if is_met else 'MISSED'}")
    return is_met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", metavar="WHAT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return 0
    return 0 if measure(given.things, given.seconds, given.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
