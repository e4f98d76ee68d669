"""The public site over a releases folder, as an ASGI application.

`lod.server.site.Site` stands before any framework layer and answers itself; Starlette carries what is left: dumps,
start and stop. https://www.starlette.io/
"""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from math import ceil
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from lod.errors import LodError
from lod.server.current import CurrentRelease
from lod.server.documents.archive import Archive
from lod.server.documents.dumps import Dumps
from lod.server.metrics import observed, telling
from lod.server.request_log import RequestLog, RequestLogOptions
from lod.server.site import DUMP, Site
from lod.server.sparql.look_ups import LookUps
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.question import QueryLimits
from lod.server.theme import open_theme
from lod.store.transport import Endpoint


def create_app(
    releases: Path,
    *,
    release: str | None = None,
    limits: QueryLimits | None = None,
    metrics: tuple[str, int] | None = None,
    elsewhere: Endpoint | None = None,
    theme: Path | None = None,
    log: RequestLogOptions | None = None,
) -> ASGIApp:
    """The site over `releases`: it serves the release that is current and follows the pointer; or stays on `release`.

    Nothing is opened here: an empty or damaged folder answers 503 until there is a release. `limits` hold for the
    queries of `/sparql`, whose workers live as long as the application. `elsewhere` may hold the statements.
    `theme`: the folder of a project's own templates, texts and static files. `log`: how each request is noted; else
    none is.

    Raises:
        FindingsError: the theme cannot be used.
    """
    limits = limits or QueryLimits()
    if elsewhere is not None:  # a visitor waits no longer for a page than for a query
        elsewhere = replace(elsewhere, timeout=min(elsewhere.timeout, ceil(limits.seconds)))
    current = CurrentRelease(releases, release, elsewhere, open_theme(theme))
    pool = QueryPool(limits, has_network=elsewhere is not None or bool(limits.services))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with suppress(LodError, OSError):  # nothing is published yet: requests say so
            pool.prepare(current.get().statements)
        async with pool, observed(pool, metrics):
            with calm_collector(), telling(metrics):
                yield

    rest = Starlette(routes=[Route(DUMP + "{path:path}", Dumps(current))], lifespan=lifespan)
    site = Site(rest, current, pool, Archive(current), LookUps(pool.limits, pool.budgets))
    return RequestLog(site, log) if log else site


@contextmanager
def calm_collector() -> Iterator[None]:
    """While it serves, a process need not look through what start-up made, nor after every few requests for cycles.

    Answers are freed as they are sent; the collector's rounds cost a tenth to a fifth of the look-ups otherwise.
    """
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    sys.setswitchinterval(0.001)  # a thread that renders a page gives way to the loop sooner than after 5 ms
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
        gc.unfreeze()
