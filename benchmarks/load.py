"""Mixed load on `lod serve` while releases switch and killer queries run: answers, times and memory.

    python benchmarks/load.py [--minutes 10] [--things 20000] [--untimed]

A site with two releases of twelve triples a thing, a real `lod serve`, and beside each other: visitors who read things
in several formats, pages, search, queries by GET and POST and long answers; one who reads slowly; one who leaves early;
an operator who publishes the other release every few seconds; and one who asks a killer query after the other
(`killers.py`). Each answer must be whole and expected: 5xx only as 503 with Retry-After, and for killers in time. A
canary listens for calls that queries try to make.

The report: answers by kind and status with percentiles, the killers' log, health, memory. Exit code 1: an answer that
was not expected; without --untimed also a killer that was answered later than a second after its deadline, health above
50 ms (99th of a hundred), memory that does not come back.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import killers
from canary import canary
from processes import family_memory
from releases import BASE, write_things

DEADLINE = 2  # seconds of a query
VISITORS = 6
PAUSE = 0.01  # seconds that a visitor thinks
SWITCH_EVERY = 3.0
HEALTH_MS = 50.0
LINK = f"<{BASE}def/dimension0>"
PROJECT = """
[project]
name = "load"
base_iri = "https://lod.example.org/"
languages = ["en"]
title = "Load"
[agency]
iri = "https://lod.example.org/id/a"
name = "Agency"
[licence]
iri = "https://lod.example.org/l"
name = "Licence"
[serve]
query_seconds = 2
client_seconds = 1000000
query_rows = 100000
"""


@dataclass(slots=True)
class Seen:
    """What clients saw, by kind of request."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)
    killed: list[tuple[str, int, str, float]] = field(default_factory=list)
    releases: set[str] = field(default_factory=set)
    memory: list[int] = field(default_factory=list)  # MB of all processes of the server


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `is_whole`: it ended as it said that it would."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_whole: bool


class Client:
    """A connection that is kept open and opened again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, target: str, *, body: bytes = b"", more: str = "") -> Reply:
        """One request; asked again on a new connection when the kept one turns out to be closed."""
        method = "POST" if body else "GET"
        length = f"content-type: application/sparql-query\r\ncontent-length: {len(body)}\r\n" if body else ""
        request = f"{method} {target} HTTP/1.1\r\nhost: lod.example.org\r\n{more}{length}\r\n".encode() + body
        for attempt in (1, 2):
            is_new = self.streams is None
            if self.streams is None:
                self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
            try:
                self.streams[1].write(request)
                return await self._read(self.streams[0])
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
                if is_new or attempt == 2:
                    raise
        raise AssertionError

    async def _read(self, reader: asyncio.StreamReader) -> Reply:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        status = int(head[0].split()[1])
        blocks: list[bytes] = []
        is_whole = True
        try:
            if headers.get("transfer-encoding") == "chunked":
                while size := int(await reader.readline(), 16):
                    blocks.append((await reader.readexactly(size + 2))[:-2])
                await reader.readline()
            elif status not in (204, 304):
                blocks.append(await reader.readexactly(int(headers.get("content-length", "0"))))
        except (asyncio.IncompleteReadError, ValueError):
            is_whole = False
        if headers.get("connection") == "close" or not is_whole:
            self.close()
        return Reply(status, headers, b"".join(blocks), is_whole)

    def close(self) -> None:
        """Leave."""
        if self.streams is not None:
            self.streams[1].close()
        self.streams = None


def requests(things: int, chance: random.Random) -> Iterator[tuple[str, str, bytes, str]]:
    """What visitors ask: kind, target, body, headers."""
    while True:
        number = chance.randrange(things)
        thing = f"<{BASE}id/thing/{number}>"
        yield chance.choices(
            [
                ("/doc/….ttl", f"/doc/thing/{number}.ttl", b"", ""),
                ("/id/… 303", f"/id/thing/{number}", b"", "accept: text/turtle\r\n"),
                ("page", f"/doc/thing/{number % 50}.html", b"", ""),
                ("point query", f"/sparql?query={quote(f'SELECT * {{ {thing} ?p ?o }}')}&format=json", b"", ""),
                ("posted query", "/sparql", f"ASK {{ {thing} ?p ?o }} # {number}".encode(), ""),
                ("known query", f"/sparql?query={quote('SELECT * { ?s ?p ?o } LIMIT 3')}&format=csv", b"", ""),
                (
                    "10,000 rows",
                    f"/sparql?query={quote(f'SELECT * {{ ?s {LINK} ?o }} LIMIT 10000')}&format=tsv",
                    b"",
                    "",
                ),
                ("no such thing", f"/doc/nothing/{number}.ttl", b"", ""),
                ("bad query", f"/sparql?query={quote('SELECT ?x { ?x')}", b"", "accept: application/json\r\n"),
                ("home", "/", b"", "accept: text/html\r\n"),
            ],
            weights=[40, 8, 4, 20, 10, 10, 1, 3, 3, 1],
        )[0]


EMPTY = ("a graph elsewhere", "totals in every graph of a cross product")  # killers that find nothing here
EXPECTED = {"/id/… 303": {303}, "no such thing": {404}, "bad query": {400}}


def judge(seen: Seen, kind: str, reply: Reply) -> None:
    """Note what is wrong with an answer."""
    seen.statuses[kind][reply.status] += 1
    is_announced = reply.status == 503 and "retry-after" in reply.headers
    if not reply.is_whole:
        seen.wrong.append(f"{kind}: {reply.status}, and not whole")
    elif reply.status not in EXPECTED.get(kind, {200}) and not is_announced:
        seen.wrong.append(f"{kind}: {reply.status} {reply.body[:200]!r}")


async def visit(port: int, things: int, seen: Seen, chance: random.Random, until: float) -> None:
    """Ask, think, ask."""
    client = Client(port)
    for kind, target, body, more in requests(things, chance):
        if time.monotonic() > until:
            client.close()
            return
        began = time.perf_counter()
        try:
            reply = await client.ask(target, body=body, more=more)
        except (OSError, asyncio.IncompleteReadError) as error:
            seen.wrong.append(f"{kind}: no answer: {error!r}")
        else:
            seen.times[kind].append(time.perf_counter() - began)
            judge(seen, kind, reply)
        await asyncio.sleep(PAUSE * chance.random() * 2)


async def watch_health(port: int, pid: int, seen: Seen, until: float) -> None:
    """Ask how the server is, ten times a second, and look at its memory."""
    client = Client(port)
    for number in itertools.count():
        if time.monotonic() > until:
            client.close()
            return
        began = time.perf_counter()
        reply = await client.ask("/-/health")
        seen.times["health"].append(time.perf_counter() - began)
        judge(seen, "health", reply)
        seen.releases.add(json.loads(reply.body).get("release", ""))
        if number % 5 == 0:
            seen.memory.append(await asyncio.to_thread(family_memory, pid))
        await asyncio.sleep(0.1)


async def kill(port: int, url: str, seen: Seen, until: float) -> None:
    """Ask one killer query after the other, each time as a query that was never asked before."""
    corpus = {**killers.refused_unread(), **killers.endless(LINK)}
    corpus |= {
        "a call": f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        "a silent call": f"SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
        "a load": f"LOAD <{url}>",
        "a graph elsewhere": f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
    }
    for number, (name, text) in enumerate(itertools.cycle(corpus.items())):
        if time.monotonic() > until:
            return
        client, began = Client(port), time.perf_counter()
        reply = await client.ask("/sparql", body=f"{text} # {number}".encode())
        seconds = time.perf_counter() - began
        code = json.loads(reply.body).get("code", "") if reply.status != 200 else ""
        seen.killed.append((name, reply.status, code, seconds))
        is_expected = reply.status in {400, 403, 413, 422, 504} or code == "LOD9110"
        is_empty = name in EMPTY and b'"bindings":[]' in reply.body
        is_cut = reply.status == 200 and not reply.is_whole  # too long, and the client sees that it was cut
        if not is_cut and not (reply.is_whole and (is_expected or is_empty)):
            seen.wrong.append(f"killer '{name}': {reply.status} {reply.body[:200]!r}")
        client.close()


async def dawdle(port: int, until: float) -> None:
    """Read a long answer slowly, and leave another one unread."""
    target = f"/sparql?query={quote(f'SELECT * {{ ?s {LINK} ?o }} LIMIT 15000')}&format=xml"
    request = f"GET {target} HTTP/1.1\r\nhost: a\r\n\r\n".encode()
    while time.monotonic() < until:
        for size in (1024, 0):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2048)
            writer.write(request)
            for _ in range(20):
                if size:
                    await reader.read(size)
                await asyncio.sleep(0.05)
            writer.close()


async def switch(releases: Path, until: float) -> None:
    """Publish the other release, again and again."""
    from lod.release.publishing.publish import switch as publish

    names = itertools.cycle(("2-00000002", "1-00000001"))
    while time.monotonic() < until:
        await asyncio.sleep(SWITCH_EVERY)
        await asyncio.to_thread(publish, releases, next(names), "publish")


@asynccontextmanager
async def served(folder: Path, things: int) -> AsyncIterator[tuple[int, int]]:
    """`lod serve` over two releases: its port and process."""
    from lod.release.publishing.publish import switch as publish

    releases = folder / "releases"
    releases.mkdir()
    for version in (1, 2):
        write_things(releases, things, version)
        (releases / "part.nq").unlink()
        publish(releases, f"{version}-{version:08x}", "publish")
    (folder / "lod.toml").write_text(PROJECT, encoding="utf-8")
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "lod", "serve", "--port", "0", "--log", "json"]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=log
        )
    try:
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", (folder / "log").read_text(encoding="utf-8"))):
            if process.returncode is not None:
                raise SystemExit((folder / "log").read_text(encoding="utf-8"))
            await asyncio.sleep(0.05)
        yield int(found[1]), process.pid
    finally:
        process.terminate()
        await process.wait()


async def run(folder: Path, things: int, seconds: float) -> tuple[Seen, list[str], int, int]:
    """The load. What was seen, the canary's calls, and the server's memory before and after."""
    seen = Seen()
    with canary() as (url, calls):
        async with served(folder, things) as (port, pid):
            warm = Seen()
            chances = [random.Random(number) for number in range(VISITORS + 1)]
            await visit(port, things, warm, chances[-1], time.monotonic() + min(5, seconds / 4))
            before = family_memory(pid)
            until = time.monotonic() + seconds
            await asyncio.gather(
                *(visit(port, things, seen, chance, until) for chance in chances[:-1]),
                watch_health(port, pid, seen, until),
                kill(port, url, seen, until),
                dawdle(port, until),
                switch(folder / "releases", until),
            )
            await asyncio.sleep(3)  # killed workers are replaced
            after = family_memory(pid)
    return seen, calls, before, after


def report(seen: Seen, calls: list[str], before: int, after: int, *, is_timed: bool) -> bool:
    """Print what was seen. Whether all of it was as it has to be."""
    print(f"{'':16}{'answers':>9}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}  statuses")
    for kind, times in seen.times.items():
        cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [times[0]] * 99
        figures = "".join(f"{value * 1000:9.1f}" for value in (cuts[49], cuts[98], max(times)))
        print(f"{kind:16}{len(times):9,}{figures}  {dict(seen.statuses[kind])}")
    print(f"\nkillers, {len(seen.killed)} asked: the slowest answer to each (deadline {DEADLINE} s)")
    slowest: dict[str, tuple[float, int, str]] = {}
    for name, status, code, seconds in seen.killed:
        slowest[name] = max(slowest.get(name, (0.0, 0, "")), (seconds, status, code))
    for name, (seconds, status, code) in slowest.items():
        print(f"  {name:44}{status:5} {code:8}{seconds:7.2f} s")
    health = statistics.quantiles(seen.times["health"], n=100)[98] * 1000
    late = [name for name, (seconds, _, _) in slowest.items() if seconds > DEADLINE + 1]
    print(f"\nreleases served: {', '.join(sorted(seen.releases))}; calls of the canary: {len(calls)}")
    print(f"memory before, at most, after: {before}, {max(seen.memory, default=0)}, {after} MB")
    print(f"health, 99th of a hundred: {health:.1f} ms; killers answered late: {late or 'none'}")
    print(f"answers that were not expected: {len(seen.wrong)}", *seen.wrong[:20], sep="\n  ")
    is_met = not seen.wrong and not calls and len(seen.releases) == 2
    if is_timed:
        is_met = is_met and not late and health <= HEALTH_MS and after <= before * 1.5 + 50
    return is_met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--things", type=int, default=20_000)
    parser.add_argument("--untimed", action="store_true", help="judge answers, not how long they take")
    given = parser.parse_args()
    sys.setswitchinterval(0.0005)  # what this process does beside must not show in the times
    folder = Path(tempfile.mkdtemp(prefix="lod-load-"))
    try:
        seen, calls, before, after = asyncio.run(run(folder, given.things, given.minutes * 60))
    finally:
        shutil.rmtree(folder)
    return 0 if report(seen, calls, before, after, is_timed=not given.untimed) else 1


if __name__ == "__main__":
    sys.exit(main())
