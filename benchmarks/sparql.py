"""SPARQL over the worker pool: totals from columns, point questions, a long answer, and others beside a killer.

    python benchmarks/sparql.py [--observations 100000] [--virtuoso]      845000 make ten million triples

Everything is measured in one run over one release, on the event loop of `lod serve`, beside the engine in this process.
Exit code 1: below a bar.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph
import uvloop
import virtuoso

from lod.rdf.formats import RESULTS_JSON
from lod.rdf.namespaces import RDF
from lod.release.bulk.cubes import write_cubes
from lod.server.sparql.fork_server_process import Workers
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.question import QueryLimits, Question
from lod.store.guard import inspect_query

BASE = "https://lod.example.org/"
PREFIXES = f"PREFIX d: <{BASE}def/dimension/> PREFIX m: <{BASE}def/measure/>"
TOTALS = (
    f"{PREFIXES} SELECT ?y ?s (SUM(?n) AS ?t) {{ ?o d:year ?y ; d:sex ?s ; m:count ?n }} GROUP BY ?y ?s ORDER BY ?y ?s"
)
HEAVY = f"{PREFIXES} SELECT ?c (COUNT(*) AS ?n) {{ {{ ?o d:rank ?c }} UNION {{ ?o d:county ?c }} }} GROUP BY ?c"
LONG = f"{PREFIXES} SELECT ?o ?a ?y {{ ?o d:year ?y ; d:agency ?a }} LIMIT 100000"
CROSS = f"{PREFIXES} SELECT (COUNT(*) AS ?n) {{ ?a m:count ?x . ?b m:count ?y . FILTER(?x + ?y = 12345678) }}"
ASKED = 2_000  # point questions
PART = "part.nq"


def statements(observations: int) -> Iterator[str]:
    """Observations of twelve triples each, as N-Quads."""
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    for n in range(observations):
        this = f"<{BASE}obs/{n}>"
        yield f"{this} <{RDF}type> <http://purl.org/linked-data/cube#Observation> .\n"
        yield f"{this} <http://purl.org/linked-data/cube#dataSet> <{BASE}data/staff> .\n"
        yield f'{this} <{BASE}def/dimension/year> "{1990 + n % 25}"^^<{integer}> .\n'
        for name, members in (("agency", 600), ("sex", 2), ("rank", 14), ("education", 9), ("county", 22)):
            yield f"{this} <{BASE}def/dimension/{name}> <{BASE}code/{name}/{n * 7919 % 1_000_003 % members}> .\n"
        for name in ("count", "salary", "age", "leave"):
            yield f'{this} <{BASE}def/measure/{name}> "{n * 7919 % 100_003}"^^<{integer}> .\n'


def write_release(folder: Path, lines: Iterable[str]) -> Path:
    """Store and columns of some statements."""
    part = folder / PART
    with part.open("w", encoding="utf-8") as out:
        out.writelines(lines)
    release = folder / "release"
    release.mkdir()
    store = pyoxigraph.Store(str(release / "store"))
    store.bulk_load(path=str(part), format=pyoxigraph.RdfFormat.N_QUADS)
    store.flush()
    del store
    began = time.perf_counter()
    write_cubes([part], release)
    size = sum(file.stat().st_size for file in (release / "cubes").iterdir()) / 1e6
    print(f"columns written in {time.perf_counter() - began:.1f} s, {size:.1f} MB")
    return release


def point(number: int) -> str:
    """One observation's triples."""
    return f"SELECT ?p ?v {{ <{BASE}obs/{number}> ?p ?v }}"


def resident() -> int:
    """Resident MB of this process now, which stands for the server; 0 where the system does not say."""
    status = Path("/proc/self/status")
    text = status.read_text(encoding="ascii") if status.is_file() else ""
    found = re.search(r"^VmRSS:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) // 1024 if found else 0


async def answered(pool: QueryPool, release: Path, text: str) -> tuple[float, float, str, int]:
    """Seconds to the first block and to the last, from where, and how many bytes."""
    began, size, first = time.perf_counter(), 0, 0.0
    answer = await pool.run(Question(release / "store", inspect_query(text), RESULTS_JSON))
    async for block in answer.blocks:
        first = first or time.perf_counter() - began
        size += len(block)
    answer.close()
    return first, time.perf_counter() - began, answer.way, size


def in_process(store: pyoxigraph.Store, text: str) -> float:
    """Seconds of the same in this process."""
    began = time.perf_counter()
    found = store.query(text)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    found.serialize(format=pyoxigraph.QueryResultsFormat.JSON)
    return time.perf_counter() - began


async def measure(release: Path, observations: int) -> bool:
    """Print the figures. Whether the bars were met."""
    store = pyoxigraph.Store.read_only(str(release / "store"))
    bars = []

    def bar(name: str, value: float, limit: float, *, show: Callable[[float], str]) -> None:
        bars.append(value <= limit)
        print(f"  {name}: {show(value)}, bar {show(limit)}: {'met' if bars[-1] else 'MISSED'}")

    pool = QueryPool(QueryLimits(rows=200_000, seconds=120, client_seconds=1e9, workers=2))
    pool.prepare(release / "store")  # as the server does when it starts
    async with pool:
        await answered(pool, release, point(0))
        runs = [await answered(pool, release, f"{TOTALS} # {n}") for n in range(5)]
        alone = in_process(store, TOTALS)
        print(f"totals over {observations * 12:,} triples, from {runs[-1][2]}; the store alone {alone:.2f} s")
        bar("first time", runs[0][1], 0.1, show=lambda s: f"{s:.3f} s")
        bar("then", statistics.median(run[1] for run in runs[1:]), 0.1, show=lambda s: f"{s:.3f} s")
        pairs = [(await answered(pool, release, f"{HEAVY} # {n}"), in_process(store, HEAVY)) for n in range(3)]
        print(f"totals that columns do not know, from {pairs[0][0][2]}; in this process {pairs[0][1]:.2f} s")
        through = statistics.median(run[1] / here for run, here in pairs)
        bar("through a worker / in this process", through, 1.05, show=lambda r: f"{r:.2f}")
        numbers = itertools.cycle(range(1, observations, 7919))
        direct = statistics.median(in_process(store, point(next(numbers))) for _ in range(ASKED))
        pooled = [(await answered(pool, release, point(next(numbers))))[1] for _ in range(ASKED)]
        print(f"point questions: in this process {direct * 1000:.3f} ms")
        bar("over in-process", statistics.median(pooled) - direct, 0.0003, show=lambda s: f"{s * 1000:.3f} ms")
        before = resident()
        first, whole, _, size = await answered(pool, release, LONG)
        grown = resident() - before
        began = time.perf_counter()
        store.query(f"{LONG} OFFSET 1".replace("LIMIT 100000", "LIMIT 1"))
        engine, alone = time.perf_counter() - began, in_process(store, LONG)
        print(f"{size / 1e6:.0f} MB: whole {whole:.2f} s, here {alone:.2f} s")
        bar("first block after the engine's", first - engine, 0.05, show=lambda s: f"{s:.3f} s")
        bar("the server's memory meanwhile", grown, 16, show=lambda megabytes: f"+{megabytes:.0f} MB")
        quiet = statistics.quantiles(pooled, n=100)[98]
        killer = asyncio.create_task(answered(pool, release, CROSS))
        await asyncio.sleep(0.5)
        beside = [(await answered(pool, release, point(next(numbers))))[1] for _ in range(ASKED)]
        killer.cancel()
        print("point questions while one query runs away, the 99th of a hundred")
        bar("beside / alone", statistics.quantiles(beside, n=100)[98] / quiet, 2.0, show=lambda r: f"{r:.1f}")
    async with Workers(QueryLimits().memory_bytes) as workers:
        await (await workers.fork()).kill()
        starts = [await seconds_to_replace(workers) for _ in range(9)]
    bar("a killed worker is replaced", statistics.median(starts), 0.1, show=lambda s: f"{s * 1000:.0f} ms")
    return all(bars)


async def seconds_to_replace(workers: Workers) -> float:
    """From a kill until another worker takes questions; a spare one stands in for it meanwhile."""
    worker = await workers.fork()
    began = time.perf_counter()
    await worker.kill()
    other = await workers.fork()
    seconds = time.perf_counter() - began
    await other.kill()
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=int, default=100_000)
    parser.add_argument("--virtuoso", action="store_true", help="load Virtuoso 7, too, and ask it for the totals")
    given = parser.parse_args()
    if given.virtuoso and shutil.which("virtuoso-t") is None:
        parser.error("there is no Virtuoso here: apt-get install virtuoso-opensource-7-bin")
    with tempfile.TemporaryDirectory() as folder:
        release = write_release(Path(folder), statements(given.observations))
        if given.virtuoso:
            ask_virtuoso(Path(folder))
        return 0 if uvloop.run(measure(release, given.observations)) else 1


def ask_virtuoso(folder: Path) -> None:
    """Print what the totals take there."""
    (folder / "virtuoso").mkdir()
    began = time.perf_counter()
    with virtuoso.loaded(folder / "virtuoso", folder / PART) as ask:
        print(f"Virtuoso 7 has loaded them in {time.perf_counter() - began:.0f} s")
        (first, rows), *others = (ask(f"{TOTALS} # {n}") for n in range(5))
        then = statistics.median(seconds for seconds, _ in others)
        print(f"  totals, {rows} rows, first time: {first:.3f} s; then: {then:.3f} s")


if __name__ == "__main__":
    sys.exit(main())
