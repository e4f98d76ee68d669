"""A pool of killable query workers: every query under a deadline, a memory cap and limits of rows and bytes.

The question names the store, so a pool follows a new release by itself: the first question about another store lets
the workers that have nothing to do open it too, and let the one before go. An answer is read as fast as the worker
writes it, into memory and then into a file, so that a slow reader holds no worker; it is handed out only when it is
known good, or longer than what is held.

    async with QueryPool(QueryLimits()) as pool:
        answer = await pool.run(Question(release.store, inspect_query(text), RESULTS_JSON))
        async for block in answer.blocks: ...
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from lod.errors import LodError
from lod.server.metrics import observe_seconds
from lod.server.sparql.answer_cache import AnswerCache, KnownRequests
from lod.server.sparql.fairness import Budgets, EndedWorkers
from lod.server.sparql.fork_server_process import Workers
from lod.server.sparql.question import QueryLimits, Question
from lod.server.sparql.run import QueryAnswer, Run
from lod.server.sparql.spool import BLOCK, Shelf
from lod.server.sparql.worker_process import WorkerProcess
from lod.store.columns import has_cubes
from lod.store.remote import RemoteStore
from lod.wording import say

_LOG = logging.getLogger(__name__)

_TRY_AGAIN = 1.0  # seconds
_GROWS_AFTER = 0.1  # seconds of a query; sooner nothing takes much memory
_YIELDS_AFTER = 0.25  # seconds of a processor that a query has had before it goes behind others
_YIELDS_FOR_GOOD_AFTER = 1.0  # likewise, where its worker has to be replaced since its priority never comes back


class PoolBusy(LodError):
    """All workers are taken and enough queries wait already: come back in `retry_after` seconds."""

    retry_after = 5


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A client's query that waits for a worker."""

    client: str
    future: asyncio.Future[WorkerProcess]


class QueryPool:
    """Query workers and the queue before them. Belongs to one event loop."""

    def __init__(self, limits: QueryLimits | None = None, *, has_network: bool = False) -> None:
        """`has_network`: the workers ask a remote store."""
        self.limits = limits or QueryLimits()
        self._workers = Workers(self.limits.memory_bytes, has_network=has_network)
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._waiting: list[_Waiting] = []  # the longest first
        self._taken: dict[WorkerProcess, str] = {}  # workers that have a query, and whose it is
        self._tasks: set[asyncio.Task[None]] = set()
        self._store: Path | RemoteStore | None = None  # that is asked about now
        self._stopped = False
        self.yields_after = _YIELDS_AFTER
        self.grows_after = _GROWS_AFTER
        self.cache = AnswerCache()
        self.known = KnownRequests()
        self.shelf = Shelf()
        self.guarding = asyncio.Lock()  # held while a thread looks a long query over
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
        self._know_columns()
        spawned = (self._spawn() for _ in range(self.limits.workers + self.limits.spare))
        for outcome in await asyncio.gather(*spawned, return_exceptions=True):
            if isinstance(outcome, BaseException):
                await self.stop()
                raise outcome
            self._idle.append(outcome)
        if not all(worker.can_be_raised() for worker in self._idle[:1]):
            self.yields_after = _YIELDS_FOR_GOOD_AFTER
        idle, self._idle = self._idle, []
        await asyncio.gather(*(self._offer_prepared(worker) for worker in idle))

    async def stop(self) -> None:
        """Kill all workers and end what waits or runs."""
        self._stopped = True
        for one in self._waiting:
            one.future.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(self._kill(worker) for worker in list(self._all)))
        await self._workers.end()

    @property
    def idle(self) -> int:
        """How many workers have nothing to do."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return sum(not one.future.done() for one in self._waiting)

    @property
    def process_ids(self) -> list[int]:
        """The processes of the workers, for those who watch them."""
        return sorted(worker.pid for worker in self._all)

    async def run(self, question: Question) -> QueryAnswer:
        """Evaluate a query. Returns when its answer is whole, or good and longer than what is held back.

        Raises:
            PoolBusy: LOD9110.
            QueryError: as `lod.store.query.evaluate`, and LOD9105 out of time, LOD9106 out of memory, LOD9107 it ended
                the worker, LOD9109 too many bytes.
            StoreError: the store cannot be opened.
        """
        seconds = self.limits.seconds
        worker = self._idle_one(question.client)
        if worker is None:
            began = time.monotonic()
            worker = await self._wait_for_one(question.client)
            seconds = self.limits.seconds_left(time.monotonic() - began)
        if question.store != self._store:
            self._store = question.store
            self._prepare()
        run = Run(self, worker, question, seconds)
        limit = question.query.limit
        is_bounded = limit is not None and self.limits.held_rows < limit <= run.rows
        begins_early = is_bounded and not question.query.form.is_graph
        try:
            await run.spool.wait(BLOCK if begins_early else self.limits.held_bytes)
        except asyncio.CancelledError:
            run.stop()
            run.spool.close()
            raise
        if run.spool.error is not None:
            run.spool.close()
            raise run.spool.error
        run.promise()
        return QueryAnswer(run.spool, run)

    def prepare(self, store: Path | RemoteStore) -> None:
        """Let the workers open a store before anybody asks about it; also those that are yet to start."""
        self._store = store
        if self._all:
            self._prepare()

    def _know_columns(self) -> None:
        """Let workers from now on have imported what questions about the cubes of the store need, if it has any."""
        if isinstance(self._store, Path) and has_cubes(self._store.parent):
            self._workers.import_columns()

    def _prepare(self) -> None:
        """Let those who have nothing to do open the store that is asked about now, one after the other."""
        self._know_columns()

        async def prepare() -> None:
            while self._store is not None and len(self._taken) < self.limits.workers and not self._waiting:
                unprepared = next((worker for worker in self._idle if worker.knows != self._store), None)
                if unprepared is None:
                    return
                self._idle.remove(unprepared)
                await self._offer_prepared(unprepared)

        self._begin(prepare())

    async def _offer_prepared(self, worker: WorkerProcess) -> None:
        """Offer a worker, with the store open that is asked about now."""
        if self._store is not None and worker.is_alive:
            worker.open(self._store)
            try:
                await worker.ready
            except ConnectionError:
                await self._replace(worker)
                return
        self._offer(worker)

    async def _wait_for_one(self, client: str) -> WorkerProcess:
        """The next worker that becomes idle for a client."""
        of_client = sum(one.client == client for one in self._waiting)
        most = max(1, self.limits.waiting // 2)  # of one client: there is room for another's
        if self._stopped or len(self._waiting) >= self.limits.waiting or of_client >= most:
            raise _busy()
        waiting = _Waiting(client, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(self.limits.waiting_seconds):
                return await waiting.future
        except TimeoutError:
            self._withdraw(waiting)
            raise _busy() from None
        except asyncio.CancelledError:
            self._withdraw(waiting)
            raise

    def _withdraw(self, waiting: _Waiting) -> None:
        """Wait no longer; a worker that came in this very moment goes to the next."""
        if waiting in self._waiting:
            self._waiting.remove(waiting)
        elif waiting.future.done() and not waiting.future.cancelled():
            worker = waiting.future.result()
            self._taken.pop(worker, None)
            self._offer(worker)

    def _may_run(self, client: str) -> bool:
        """Whether one more query may run; the last place is for who has none, however much another client asks."""
        if len(self._taken) < self.limits.workers:
            return True
        return len(self._taken) < self.limits.workers + self.limits.spare and client not in self._taken.values()

    def _idle_one(self, client: str) -> WorkerProcess | None:
        """An idle worker, when one more query of a client may run; it counts as running."""
        while self._idle and self._may_run(client):
            worker = self._idle.pop()
            if worker.is_alive:
                self._taken[worker] = client
                return worker
            self._begin(self._replace(worker))
        return None

    def _offer(self, worker: WorkerProcess) -> None:
        """A worker is free."""
        self._idle.append(worker)
        self._serve_waiting()

    def _serve_waiting(self) -> None:
        """Let the queries that wait longest run, as many as may."""
        for one in list(self._waiting):
            if one.future.done():
                self._waiting.remove(one)
            elif (worker := self._idle_one(one.client)) is not None:
                self._waiting.remove(one)
                one.future.set_result(worker)

    def over(self, worker: WorkerProcess, *, is_reusable: bool, seconds: float) -> None:
        """A worker has a query no longer: it is free, or another takes its place."""
        self._taken.pop(worker, None)
        if is_reusable and worker.yields:
            is_reusable = worker.set_priority(0)
        if is_reusable and seconds > self.grows_after:
            is_reusable = worker.resident_bytes() <= self.limits.kept_bytes
        if is_reusable:
            self._offer(worker)
        else:
            self._begin(self._replace(worker))
            self._serve_waiting()
        observe_seconds(seconds, self)

    async def _replace(self, worker: WorkerProcess) -> None:
        """Start one worker in the place of one that has ended, or must."""
        await self._kill(worker)
        while not self._stopped:
            try:
                new = await self._spawn()
            except (LodError, OSError) as error:  # the machine is short of processes or memory just now
                _LOG.error("a query worker does not start: %s", error)
                await asyncio.sleep(_TRY_AGAIN)
                continue
            if self._waiting:
                self._offer(new)
            else:
                await self._offer_prepared(new)
            return

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _spawn(self) -> WorkerProcess:
        worker = await self._workers.fork()
        self._all.add(worker)
        worker.ended.add_done_callback(lambda _: self._on_ended(worker))
        return worker

    def _on_ended(self, worker: WorkerProcess) -> None:
        """A worker has ended; one that had nothing to do is missed by nobody else."""
        if worker in self._idle and not self._stopped:
            self._idle.remove(worker)
            self._begin(self._replace(worker))

    async def _kill(self, worker: WorkerProcess) -> None:
        await worker.kill()
        self._all.discard(worker)


def _busy() -> PoolBusy:
    return PoolBusy(
        say("too many queries run at the moment"),
        hint=say("come back in {retry_after} seconds", retry_after=PoolBusy.retry_after),
        code="LOD9110",
    )
