"""Figures for supervisors, in the Prometheus text format, on a port of their own: nothing of them is public.

https://prometheus.io/docs/instrumenting/exposition_formats/

Several server processes add up in one folder (`PROMETHEUS_MULTIPROC_DIR`, set by `lod serve`), and the process that has
started them tells for all: they may be replaced.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, multiprocess, start_http_server
from prometheus_client.metrics_core import Metric

_SHARED = "PROMETHEUS_MULTIPROC_DIR"  # names the folder of several processes
_LOOK_EVERY = 1  # seconds

_QUERIES = Counter(
    "lod_queries", "Queries, by outcome (answered, cached, left, or a code) and source", ["outcome", "way"]
)
_SECONDS = Histogram(
    "lod_query_seconds", "How long workers were busy with a query", buckets=(0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 11)
)
_IDLE = Gauge("lod_query_workers_idle", "Query workers without work", multiprocess_mode="livesum")
_WAITING = Gauge("lod_queries_waiting", "Queries that wait for a worker", multiprocess_mode="livesum")


class Pool(Protocol):
    """What is looked at of the query pool."""

    @property
    def idle(self) -> int:
        """Workers without work."""

    @property
    def waiting(self) -> int:
        """Queries that wait."""


def count_query(outcome: str, way: str) -> None:
    """One more query: `answered`, `cached`, `left` by its client, or refused with a code."""
    counter(outcome, way).inc()


@lru_cache(maxsize=64)
def counter(outcome: str, way: str) -> Counter:
    """What counts queries of one outcome."""
    return _QUERIES.labels(outcome, way)


def observe_seconds(seconds: float, pool: Pool) -> None:
    """How long a worker was busy, and how the pool stands now."""
    _SECONDS.observe(seconds)
    _observe(pool)


def _observe(pool: Pool) -> None:
    _IDLE.set(pool.idle)
    _WAITING.set(pool.waiting)


@asynccontextmanager
async def observed(pool: Pool, address: tuple[str, int] | None) -> AsyncIterator[None]:
    """Look every second how the pool stands, where that is told: no query may begin or end for long."""

    async def look() -> None:
        while True:
            _observe(pool)
            await asyncio.sleep(_LOOK_EVERY)

    if address is None and not os.environ.get(_SHARED):
        yield
        return
    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()


class _Living(multiprocess.MultiProcessCollector):
    """The figures of all processes; how full a pool is, of those alone that have not ended."""

    def collect(self) -> Iterable[Metric]:
        for file in Path(os.environ[_SHARED]).glob("gauge_live*.db"):
            number = file.stem.rpartition("_")[2]
            try:
                os.kill(int(number), 0)
            except OSError:  # or its number is another user's now
                multiprocess.mark_process_dead(number)  # type: ignore[no-untyped-call]
        return super().collect()  # type: ignore[no-any-return, no-untyped-call]


@contextmanager
def telling(address: tuple[str, int] | None) -> Iterator[None]:
    """Tell the figures at an address while the application runs."""
    if address is None:
        yield
        return
    registry = REGISTRY
    if os.environ.get(_SHARED):
        registry = CollectorRegistry()
        _Living(registry)  # type: ignore[no-untyped-call]
    server = None
    with suppress(OSError):
        server, _ = start_http_server(address[1], address[0], registry)
    try:
        yield
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()
