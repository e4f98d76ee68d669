"""The pool: processes that are killed, replaced and followed to a new release."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
import uvloop
from canary import canary
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from lod.errors import LodError
from lod.rdf.formats import RESULTS_CSV
from lod.server.sparql.fork_server_process import Workers
from lod.server.sparql.pool import PoolBusy, QueryPool
from lod.server.sparql.question import QueryLimits, Question
from lod.store.guard import Query, QueryError, QueryForm, inspect_query
from lod.store.snapshot import StoreError

CROSS = "SELECT (COUNT(*) AS ?n) { " + "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
MANY = 300


def make_store(folder: Path, word: str) -> Path:
    store = pyoxigraph.Store(str(folder))
    store.extend(Quad(NamedNode(f"urn:{i}"), NamedNode("urn:p"), Literal(word), DefaultGraph()) for i in range(MANY))
    store.flush()
    del store
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "old", "old")


async def ask(pool: QueryPool, store: Path, text: str) -> bytes:
    answer = await pool.run(Question(store, inspect_query(text), RESULTS_CSV))
    try:
        return b"".join([block async for block in answer.blocks])
    finally:
        answer.close()


def yields_memory(pid: int) -> bool:
    """Whether the kernel ends a process before others where memory is short."""
    return Path(f"/proc/{pid}/oom_score_adj").read_text(encoding="ascii") == "1000\n"


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_question_names_the_store(store: Path, tmp_path: Path) -> None:
    """A new release needs no restart, and an answer is never of another release than its question."""
    new = make_store(tmp_path / "new", "new")

    async def run() -> list[bytes]:
        async with QueryPool(QueryLimits(workers=1)) as pool:
            return [await ask(pool, folder, "SELECT ?o { ?s ?p ?o } LIMIT 1") for folder in (store, new, store)]

    assert asyncio.run(run()) == [b"o\r\nold\r\n", b"o\r\nnew\r\n", b"o\r\nold\r\n"]


def test_a_missing_store_is_said_and_costs_no_worker(store: Path, tmp_path: Path) -> None:
    async def run() -> bytes:
        async with QueryPool(QueryLimits(workers=1, waiting=0)) as pool:
            with pytest.raises(StoreError) as caught:
                await ask(pool, tmp_path / "none", "ASK {}")
            assert caught.value.code == "LOD5001"
            return await ask(pool, store, "ASK {}")

    assert asyncio.run(run()) == b"true"


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not list open files in /proc")
def test_a_worker_that_is_called_off_while_it_starts_is_ended() -> None:
    """As when a site stops just then; what is left open is a warning, and so an error."""

    async def run() -> None:
        workers = Workers(QueryLimits().memory_bytes)
        for turns in range(8):
            starting = asyncio.create_task(workers.fork())
            for _ in range(turns):
                await asyncio.sleep(0)
            starting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await starting
            if turns == 3:  # from here on, while it is forked
                await (await workers.fork()).kill()
        await workers.end()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the loop of a site
        runner.run(run())
    gc.collect()


def test_killed_workers_are_replaced_and_nothing_is_left_behind(store: Path) -> None:
    seen: set[int] = set()

    async def run() -> None:
        async with QueryPool(QueryLimits(seconds=1.5, workers=2, waiting_seconds=60)) as pool:
            assert await ask(pool, store, "ASK {}") == b"true"
            descriptors = open_files()
            assert {yields_memory(pid) for pid in pool.process_ids} == {True}
            for _ in range(4):
                seen.update(pool.process_ids)
                with pytest.raises(QueryError) as caught:
                    await ask(pool, store, CROSS)
                assert caught.value.code == "LOD9105"
                assert await ask(pool, store, "ASK {}") == b"true"
            await settled(pool, 3)
            seen.update(pool.process_ids)
            assert len(pool.process_ids) == 3  # one of them spare
            await until(lambda: open_files() <= descriptors + 2, "files stay open")

    asyncio.run(run())
    assert len(seen) >= 6
    assert not [number for number in seen if Path(f"/proc/{number}").exists()]  # no zombie either


async def settled(pool: QueryPool, workers: int) -> None:
    """Until that many workers are idle."""
    await until(lambda: pool.idle == workers, "the pool did not come to rest")


async def until(condition: Callable[[], bool], complaint: str) -> None:
    """Wait, as long as a machine with much else to do may take."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, complaint
        await asyncio.sleep(0.02)


def test_a_worker_that_died_while_idle_is_replaced(store: Path) -> None:
    async def run() -> bytes:
        async with QueryPool(QueryLimits(workers=1, spare=0, waiting_seconds=60)) as pool:
            await ask(pool, store, "ASK {}")
            await settled(pool, 1)
            (killed,) = pool.process_ids
            os.kill(killed, signal.SIGKILL)
            await until(lambda: killed not in pool.process_ids, "nobody missed it")
            return await ask(pool, store, "ASK {}")

    assert asyncio.run(run()) == b"true"


@pytest.mark.skipif(sys.platform != "linux", reason="the parent of a process is read from /proc")
def test_what_workers_are_forked_from_is_replaced_with_them(store: Path) -> None:
    """Whatever ends it; a query that its end cuts short is told so."""

    async def run() -> bytes:
        async with QueryPool(QueryLimits(seconds=60, workers=1, spare=0, waiting_seconds=60)) as pool:
            asked = asyncio.create_task(ask(pool, store, CROSS))
            await until(lambda: pool.idle == 0, "nobody asked")
            (worker,) = pool.process_ids
            os.kill(parent_of(worker), signal.SIGKILL)
            with pytest.raises(QueryError) as caught:
                await asked
            assert caught.value.code == "LOD9106"
            await until(lambda: not is_running(worker), "a worker outlived what it was forked from")
            return await ask(pool, store, "ASK {}")

    assert asyncio.run(run()) == b"true"


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_a_worker_that_keeps_much_memory_is_replaced(store: Path) -> None:
    """A query that took long may leave its process large; its answer leaves as ever."""

    async def replaced(kept_bytes: int) -> bool:
        limits = QueryLimits(seconds=60, workers=1, spare=0, kept_bytes=kept_bytes, waiting_seconds=60)
        async with QueryPool(limits) as pool:
            pool.grows_after = 0.0
            before = pool.process_ids
            assert await ask(pool, store, "ASK {}") == b"true"
            await settled(pool, 1)
            return pool.process_ids != before

    assert asyncio.run(replaced(1))
    assert not asyncio.run(replaced(1 << 40))


def parent_of(process_id: int) -> int:
    return int(Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


def test_ctrl_c_is_not_for_workers(store: Path) -> None:
    """A terminal sends it to all; the server lets their queries end."""

    async def run() -> None:
        async with QueryPool(QueryLimits(workers=1, spare=0, waiting_seconds=60)) as pool:
            await ask(pool, store, "ASK {}")
            (worker,) = pool.process_ids
            os.kill(worker, signal.SIGINT)
            assert await ask(pool, store, "ASK {}") == b"true"
            assert pool.process_ids == [worker]

    asyncio.run(run())


def test_leaving_stops_the_query(store: Path) -> None:
    async def run() -> bytes:
        async with QueryPool(QueryLimits(seconds=60, workers=1, waiting_seconds=60)) as pool:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(ask(pool, store, CROSS), 0.3)
            return await ask(pool, store, "ASK {}")

    assert asyncio.run(run()) == b"true"


def test_workers_open_a_store_before_they_are_asked(store: Path, tmp_path: Path) -> None:
    """The first question after a release costs one worker its opening, and the others open it beside."""
    new = make_store(tmp_path / "new", "new")

    async def run() -> None:
        async with QueryPool(QueryLimits(workers=2, spare=1)) as pool:
            pool.prepare(store)
            await opened(pool, store, 3)
            assert await ask(pool, new, "SELECT ?o { ?s ?p ?o } LIMIT 1") == b"o\r\nnew\r\n"
            await opened(pool, new, 3)
            killed = pool.process_ids[0]
            os.kill(killed, signal.SIGKILL)
            await until(lambda: killed not in pool.process_ids, "nobody missed it")
            await opened(pool, new, 3)

    asyncio.run(run())


async def opened(pool: QueryPool, store: Path, workers: int) -> None:
    """Until that many workers have a store open."""
    await until(
        lambda: pool.idle == workers and sum(str(store) in open_folders(pid) for pid in pool.process_ids) == workers,
        "not all workers have opened the store",
    )


def open_folders(pid: int) -> list[str]:
    """The folders of the files that a process has open."""
    with contextlib.suppress(OSError):
        return [str(link.readlink().parent) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return []


def test_a_missing_store_cannot_be_prepared_and_costs_nothing(store: Path, tmp_path: Path) -> None:
    async def run() -> bytes:
        async with QueryPool(QueryLimits(workers=1)) as pool:
            pool.prepare(tmp_path / "none")
            await settled(pool, 2)
            return await ask(pool, store, "ASK {}")

    assert asyncio.run(run()) == b"true"


def test_a_query_that_waited_has_less_time_left() -> None:
    """Its client hears of it within the deadline and a second, however long it waited for a worker."""
    limits = QueryLimits(seconds=10, waiting_seconds=2)
    assert [limits.seconds_left(waited) for waited in (0, 2, 9.5)] == [10, 8, 1]
    assert QueryLimits(seconds=0.5).seconds_left(2) == 0.5


def test_waiting_is_bounded(store: Path) -> None:
    async def run() -> list[object]:
        async with QueryPool(QueryLimits(seconds=1, workers=1, waiting=1, waiting_seconds=60)) as pool:
            asked = [ask(pool, store, text) for text in (CROSS, "ASK {}", "ASK {}", "ASK {}")]
            return list(await asyncio.gather(*asked, return_exceptions=True))

    killed, waited, *refused = asyncio.run(run())
    assert isinstance(killed, QueryError)
    assert waited == b"true"
    assert [type(error) for error in refused] == [PoolBusy, PoolBusy]


def test_workers_end_with_the_process_that_started_them(store: Path) -> None:
    """Even when it is killed, and even in the middle of a query."""
    if sys.platform != "linux":
        pytest.skip("the end of a parent is only noticed on Linux")
    script = (
        "import asyncio, pathlib, sys\n"
        "from lod.rdf.formats import RESULTS_CSV\n"
        "from lod.server.sparql.question import QueryLimits, Question\n"
        "from lod.server.sparql.pool import QueryPool\n"
        "from lod.store.guard import inspect_query\n"
        "async def main():\n"
        "    async with QueryPool(QueryLimits(seconds=60, workers=2, spare=0)) as pool:\n"
        "        print(*pool.process_ids, flush=True)\n"
        "        await pool.run(Question(pathlib.Path(sys.argv[1]), inspect_query(sys.argv[2]), RESULTS_CSV))\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(store), CROSS], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        workers = [int(number) for number in parent.stdout.readline().split()]
        assert len(workers) == 2
        time.sleep(0.5)  # the query is under way
        parent.kill()
    deadline = time.monotonic() + 60
    while any(is_running(number) for number in workers):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)


def is_running(process_id: int) -> bool:
    stat = Path(f"/proc/{process_id}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_worker_has_no_network(store: Path) -> None:
    """The second wall: a call that no guard has seen goes nowhere."""
    if sys.platform != "linux":
        pytest.skip("only Linux lets a process give up its network; the guard stands alone here")

    async def run(unseen: Query) -> None:
        async with QueryPool(QueryLimits(workers=1)) as pool:
            with pytest.raises(QueryError) as caught:
                await pool.run(Question(store, unseen, RESULTS_CSV))
            assert caught.value.code == "LOD9121"
            assert {first_to_go(number) for number in pool.process_ids} == {"1000"}

    with canary() as (url, calls):
        unseen = Query(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}", QueryForm.SELECT)
        asyncio.run(run(unseen))
        assert calls == []
        with pytest.raises(OSError, match=r".+"):
            list(pyoxigraph.Store().query(unseen.text))  # type: ignore[arg-type]
        assert len(calls) == 1  # without the wall it does call


def first_to_go(process_id: int) -> str:
    """How soon a process is ended where the machine runs out of memory."""
    return Path(f"/proc/{process_id}/oom_score_adj").read_text().strip()


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")
def test_a_process_gives_up_sockets_where_it_may_have_no_network_of_its_own() -> None:
    """As in containers and under hardened units. What it starts has none either."""
    script = (
        "import os, socket, subprocess, sys\n"
        "from lod.server.sparql.confinement import refuse_sockets\n"
        "assert refuse_sockets()\n"
        "ask = 'import socket; socket.create_connection((\"127.0.0.1\", 9))'\n"
        "print(subprocess.run([sys.executable, '-c', ask], capture_output=True, text=True).stderr)\n"
        "socket.socket()\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    for said in (told.stdout, told.stderr):
        assert said.rstrip().endswith("PermissionError: [Errno 13] Permission denied")


def test_workers_that_cannot_start_are_said(store: Path) -> None:
    async def run() -> None:
        async with QueryPool(QueryLimits(memory_bytes=1 << 20)):
            raise AssertionError("started in one megabyte")

    with pytest.raises(LodError) as caught:
        asyncio.run(run())
    assert caught.value.code == "LOD9111"
