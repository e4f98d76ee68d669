"""A pool of killable query workers: every query under a deadline, a memory cap and limits of rows and bytes.

The question names the store, so a pool follows a new release by itself: each worker opens a store when it is first
asked about it, and lets the one before go. An answer is read as fast as the worker writes it, into memory and then into
a file, so that a slow reader holds no worker; it is handed out only when it is known good, or longer than what is held.

    async with QueryPool(QueryLimits()) as pool:
        answer = await pool.run(Question(release.store, inspect_query(text), RESULTS_JSON))
        async for block in answer.blocks: ...
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from lod.errors import LodError
from lod.server.metrics import observe_seconds
from lod.server.sparql.answer_cache import AnswerCache, KnownRequests
from lod.server.sparql.fairness import Budgets, EndedWorkers
from lod.server.sparql.question import QueryLimits, Question
from lod.server.sparql.spool import BLOCK, Spool
from lod.store.guard import QueryError
from lod.store.remote import RemoteStore
from lod.store.snapshot import StoreError
from lod.wording import Wording, say

_LOG = logging.getLogger(__name__)

READY = b"R\0\0\0\0"
"""The frame that a worker sends when it has started."""

_TRY_AGAIN = 1.0  # seconds
_YIELDS_AFTER = 0.25  # seconds that a query runs before it goes behind others
_YIELDING = 10  # of niceness


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """An answer that is known good so far. `blocks` raises QueryError where it breaks after all.

    Whoever has one closes it: `await answer.close()`.
    """

    blocks: AsyncIterator[bytes]
    size: int | None  # bytes, when the answer is whole
    rows: int | None  # likewise
    is_cut: bool  # there are more rows; only where the question allows it
    way: str  # what it was answered from: 'store' or 'columns'
    _spool: Spool
    _pump: asyncio.Task[None]

    async def close(self) -> None:
        """Stop the query if it still runs, and let go of what was kept of its answer."""
        self._pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._pump
        self._spool.close()


class PoolBusy(LodError):
    """All workers are taken and enough queries wait already: come back in `retry_after` seconds."""

    retry_after = 5


class QueryPool:
    """Query workers and the queue before them. Belongs to one event loop."""

    def __init__(self, limits: QueryLimits | None = None, *, has_network: bool = False) -> None:
        """`has_network`: the workers ask a remote store."""
        self._has_network = has_network
        self.limits = limits or QueryLimits()
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._waiting: deque[asyncio.Future[Process]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = 0  # workers that have a query
        self._stopped = False
        self.cache = AnswerCache()
        self.known = KnownRequests()
        self.budgets = Budgets(self.limits.client_seconds)
        self.ended = EndedWorkers()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the workers.

        Raises:
            LodError: LOD9111 they do not start.
        """
        spawned = (self._spawn() for _ in range(self.limits.workers + self.limits.spare))
        for outcome in await asyncio.gather(*spawned, return_exceptions=True):
            if isinstance(outcome, BaseException):
                await self.stop()
                raise outcome
            self._offer(outcome)

    async def stop(self) -> None:
        """Kill all workers and end what waits or runs."""
        self._stopped = True
        for future in self._waiting:
            future.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for process in list(self._all):
            await self._kill(process)

    @property
    def idle(self) -> int:
        """How many workers have nothing to do."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return sum(not future.done() for future in self._waiting)

    @property
    def process_ids(self) -> list[int]:
        """The processes of the workers, for those who watch them."""
        return sorted(process.pid for process in self._all)

    async def run(self, question: Question) -> QueryAnswer:
        """Evaluate a query. Returns when its answer is whole, or good and longer than what is held back.

        Raises:
            PoolBusy: LOD9110.
            QueryError: as `lod.store.query.evaluate`, and LOD9105 out of time, LOD9106 out of memory, LOD9107 it ended
                the worker, LOD9109 too many bytes.
            StoreError: the store cannot be opened.
        """
        process = await self._take()
        spool = Spool(self.limits.held_bytes)
        pump = asyncio.create_task(self._pump(process, question, spool))
        self._tasks.add(pump)
        pump.add_done_callback(self._tasks.discard)
        limit = question.query.limit
        is_bounded = limit is not None and limit <= self._rows(question) and not question.query.form.is_graph
        try:
            await spool.wait(BLOCK if is_bounded else self.limits.held_bytes)
        except asyncio.CancelledError:
            pump.cancel()
            spool.close()
            raise
        if spool.error is not None:
            spool.close()
            raise spool.error
        size = spool.size if spool.is_whole else None
        return QueryAnswer(spool.blocks(), size, spool.rows, spool.is_cut, spool.way, spool, pump)

    def _rows(self, question: Question) -> int:
        return self.limits.rows if question.rows is None else question.rows

    async def _take(self) -> Process:
        """An idle worker, or the next that becomes idle."""
        if not self._waiting and (process := self._idle_one()) is not None:
            return process
        if self._stopped or len(self._waiting) >= self.limits.waiting:
            raise _busy()
        future: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            async with asyncio.timeout(self.limits.waiting_seconds):
                return await future
        except TimeoutError:
            self._withdraw(future)
            raise _busy() from None
        except asyncio.CancelledError:
            self._withdraw(future)
            raise

    def _withdraw(self, future: asyncio.Future[Process]) -> None:
        """Wait no longer; a worker that came in this very moment goes to the next."""
        if future in self._waiting:
            self._waiting.remove(future)
        elif future.done() and not future.cancelled():
            self._running -= 1
            self._offer(future.result())

    def _idle_one(self) -> Process | None:
        """An idle worker, when one more may run; it counts as running."""
        while self._idle and self._running < self.limits.workers:
            process = self._idle.pop()
            assert process.stdout is not None
            if process.returncode is None and not process.stdout.at_eof():  # its end is seen before it is collected
                self._running += 1
                return process
            self._add(instead=process)
        return None

    def _offer(self, process: Process) -> None:
        """A worker is free."""
        self._idle.append(process)
        self._serve_waiting()

    def _serve_waiting(self) -> None:
        """Let the queries that wait longest run, as many as may."""
        while self._waiting:
            if self._waiting[0].done():
                self._waiting.popleft()
            elif (process := self._idle_one()) is not None:
                self._waiting.popleft().set_result(process)
            else:
                return

    def _add(self, *, instead: Process | None = None) -> None:
        """Start one more worker, or one in the place of one that has ended."""

        async def add() -> None:
            if instead is not None:
                await self._kill(instead)
            while not self._stopped:
                try:
                    self._offer(await self._spawn())
                except (LodError, OSError) as error:  # the machine is short of processes or memory just now
                    _LOG.error("a query worker does not start: %s", error)
                    await asyncio.sleep(_TRY_AGAIN)
                else:
                    return

        task = asyncio.create_task(add())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _spawn(self) -> Process:
        """A new worker that is ready: what it takes to start is not taken from its first query's time."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "lod.server.sparql.worker",
            str(self.limits.memory_bytes),
            *(["network"] if self._has_network else []),
            stdin=PIPE,
            stdout=PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},  # glibc reserves 64 MB of address space a thread otherwise
            limit=4 * BLOCK,
        )
        self._all.add(process)
        assert process.stdout is not None
        try:
            await process.stdout.readexactly(len(READY))
        except asyncio.IncompleteReadError:
            await self._kill(process)
            hint = say("allow them more memory, and look whether this machine still starts processes: lod doctor")
            raise LodError(say("the query workers do not start"), hint=hint, code="LOD9111") from None
        return process

    async def _kill(self, process: Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        self._all.discard(process)

    async def _pump(self, process: Process, question: Question, spool: Spool) -> None:
        """Ask the worker and take its answer in; afterwards it is free again, or dead and replaced."""
        is_reusable, began = False, time.monotonic()
        yields = asyncio.get_running_loop().call_later(_YIELDS_AFTER, _set_priority, process, _YIELDING)
        try:
            async with asyncio.timeout(self.limits.seconds):
                await _ask(process, question, self.limits, self._rows(question))
                await _receive(process, spool)
            is_reusable = True
        except TimeoutError:
            spool.fail(_out_of_time(self.limits.seconds))
        except (asyncio.IncompleteReadError, ConnectionError):
            spool.fail(_worker_ended(await process.wait(), self.limits))
        except (QueryError, StoreError) as error:
            is_reusable = True
            spool.fail(error)
        except asyncio.CancelledError:
            spool.fail(QueryError(say("the query was stopped"), code="LOD9105"))
            raise
        finally:
            seconds = time.monotonic() - began
            yields.cancel()
            if seconds >= _YIELDS_AFTER and is_reusable:
                _set_priority(process, 0)
            question.spent(seconds)
            observe_seconds(seconds, self)
            self._running -= 1
            if is_reusable:
                self._offer(process)
            elif self._stopped:
                await self._kill(process)
            else:
                self._add(instead=process)
                self._serve_waiting()


def _set_priority(process: Process, niceness: int) -> None:
    """Let the machine run the server and short queries before this worker, or like it again where it may.

    An unprivileged process cannot take back what it has yielded: its worker then goes on behind the others.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, niceness)


async def _ask(process: Process, question: Question, limits: QueryLimits, rows: int) -> None:
    text = json.dumps(
        {
            "store": question.store.to_json() if isinstance(question.store, RemoteStore) else str(question.store),
            "text": question.query.text,
            "form": question.query.form,
            "prefixes": question.query.prefixes,
            "is_stable": question.query.is_stable,
            "suffix": question.format.suffix,
            "default_graphs": question.dataset.default_graphs,
            "named_graphs": question.dataset.named_graphs,
            "base_iri": question.base_iri,
            "seconds": limits.seconds,
            "rows": rows,
            "is_cut": question.is_cut,
            "bytes": limits.bytes,
        }
    ).encode()
    assert process.stdin is not None
    process.stdin.write(b"Q" + len(text).to_bytes(4, "big") + text)
    await process.stdin.drain()


async def _receive(process: Process, spool: Spool) -> None:
    assert process.stdout is not None
    while True:
        header = await process.stdout.readexactly(5)
        payload = await process.stdout.readexactly(int.from_bytes(header[1:], "big"))
        match header[:1]:
            case b"B":
                spool.write(payload)
            case b"W":
                spool.way = payload.decode()
            case b"E":
                spool.end(**json.loads(payload))
                return
            case _:
                complaint = json.loads(payload)
                for said in ("message", "hint"):
                    complaint[said] = Wording(complaint[said]["template"], complaint[said]["fields"])
                if complaint["code"] in ("LOD5001", "LOD5002"):
                    raise StoreError(complaint["message"], hint=complaint["hint"], code=complaint["code"])
                raise QueryError(**complaint)


def _busy() -> PoolBusy:
    return PoolBusy(
        say("too many queries run at the moment"),
        hint=say("come back in {retry_after} seconds", retry_after=PoolBusy.retry_after),
        code="LOD9110",
    )


def _out_of_time(seconds: float) -> QueryError:
    return QueryError(
        say("the query was stopped after {seconds:g} seconds", seconds=seconds),
        code="LOD9105",
        hint=say("name more of what you look for (a dataset, a year, a code), or download the data and ask at home"),
    )


def _worker_ended(returncode: int, limits: QueryLimits) -> QueryError:
    """What the end of a worker says about its query: the engine aborts when memory is short, and so do others."""
    if returncode == -signal.SIGALRM:
        return _out_of_time(limits.seconds)
    if returncode in (-signal.SIGABRT, -signal.SIGKILL):
        return QueryError(
            say("the query needs more memory than {memory_bytes} MB", memory_bytes=limits.memory_bytes >> 20),
            code="LOD9106",
            hint=say("sort, group or compare less at once: name a dataset, a year or a code, or add LIMIT inside"),
        )
    return QueryError(
        say("the engine cannot evaluate this query"),
        code="LOD9107",
        hint=say("simplify it: shorter paths, fewer nested parts"),
    )
