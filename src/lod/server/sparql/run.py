"""One query on its way through a worker: its deadline, its turn among others, and its answer."""

from __future__ import annotations

import asyncio
import math
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from lod.server.sparql.question import QueryLimits, Question
from lod.server.sparql.spool import Shelf, Spool
from lod.server.sparql.worker_process import WorkerProcess, encoded
from lod.store.guard import QueryError
from lod.store.snapshot import StoreError
from lod.wording import say

_LEAST_LOOK = 0.01  # seconds; sooner it is not looked at again
_GRACE = 0.5  # seconds beyond its deadline for an answer that has begun to leave: it still ends within one more
_YIELDING = 10  # of niceness: at 19 a busy machine would starve long answers until their deadline


class Owner(Protocol):
    """Whose worker it is: the pool."""

    limits: QueryLimits
    shelf: Shelf
    yields_after: float  # seconds of a processor

    def over(self, worker: WorkerProcess, *, is_reusable: bool, seconds: float) -> None:
        """The worker has the query no longer, which took so long."""


class Run:
    """One query on its way through a worker (a `Listener`)."""

    __slots__ = ("_began", "_deadline", "_pool", "_question", "_timer", "_used", "_worker", "rows", "spool")

    def __init__(self, pool: Owner, worker: WorkerProcess, question: Question, seconds: float) -> None:
        self._pool, self._question = pool, question
        self._worker: WorkerProcess | None = worker  # while it has the query
        self.rows = pool.limits.rows if question.rows is None else question.rows
        self.spool = Spool(pool.limits.held_bytes, pool.shelf)
        self._began = time.monotonic()
        self._deadline = self._began + seconds
        text = encoded(question, seconds=seconds, rows=self.rows, max_bytes=pool.limits.bytes)
        worker.ask(text, self, question.store)  # it wakes up while the rest is seen to; what it says is heard later
        self._used = worker.processor_seconds()
        self._timer = asyncio.get_running_loop().call_later(min(pool.yields_after, seconds), self._lasts)

    def on_block(self, block: bytes) -> None:
        self.spool.write(block)
        if self.spool.error is not None:
            self._over(is_reusable=False)

    def on_way(self, way: str) -> None:
        self.spool.way = way

    def on_end(self, rows: int, *, is_cut: bool) -> None:
        self.spool.end(rows, is_cut=is_cut)
        self._over(is_reusable=True)

    def on_complaint(self, error: QueryError | StoreError) -> None:
        self.spool.fail(error)
        self._over(is_reusable=True)

    def on_lost(self, returncode: int) -> None:
        self.spool.fail(_worker_ended(returncode, self._pool.limits))
        self._over(is_reusable=False)

    def _lasts(self) -> None:
        """It takes long: once it has had as much of a processor, it goes behind others. Its deadline is watched."""
        if self._worker is None:
            return
        left = self._deadline - time.monotonic()
        missing = self._pool.yields_after - (self._worker.processor_seconds() - self._used)
        if _LEAST_LOOK < missing < left:
            self._timer = asyncio.get_running_loop().call_later(missing, self._lasts)
            return
        if missing <= _LEAST_LOOK:
            self._worker.set_priority(_YIELDING)
        self._timer = asyncio.get_running_loop().call_later(max(0.0, left), self._out_of_time)

    def promise(self) -> None:
        """Its answer begins to leave: it is not put back any more, and has what others have until they are killed."""
        if self._worker is None:
            return
        if self._worker.yields:
            self._worker.set_priority(0)
        self._timer.cancel()
        left = self._deadline + _GRACE - time.monotonic()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, left), self._out_of_time)

    def _out_of_time(self) -> None:
        self.spool.fail(_out_of_time(self._pool.limits.seconds))
        self._over(is_reusable=False)

    def stop(self) -> None:
        """Nobody wants the answer any more; nothing, when it has come already."""
        if self._worker is not None:
            self.spool.fail(QueryError(say("the query was stopped"), code="LOD9105"))
            self._over(is_reusable=False)

    def _over(self, *, is_reusable: bool) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        self._timer.cancel()
        seconds = time.monotonic() - self._began
        self._question.spent(seconds)
        self._pool.over(worker, is_reusable=is_reusable, seconds=seconds)


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """An answer that is known good so far. `blocks` raises QueryError where it breaks after all.

    Whoever has one closes it.
    """

    spool: Spool
    _run: Run

    @property
    def blocks(self) -> AsyncIterator[bytes]:
        """The answer, block by block; asked for once."""
        return self.spool.blocks()

    async def whole(self) -> None:
        """Wait until all of it is here.

        Raises:
            QueryError, StoreError: it broke.
        """
        await self.spool.wait(math.inf)
        if self.spool.error is not None:
            raise self.spool.error

    @property
    def size(self) -> int | None:
        """Bytes, when the answer is whole."""
        return self.spool.size if self.spool.is_whole else None

    @property
    def rows(self) -> int | None:
        """Likewise."""
        return self.spool.rows

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows; only where the question allows it."""
        return self.spool.is_cut

    @property
    def way(self) -> str:
        """What it was answered from: 'store' or 'columns'."""
        return self.spool.way

    def close(self) -> None:
        """Stop the query if it still runs, and let go of what was kept of its answer."""
        self._run.stop()
        self.spool.close()


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
