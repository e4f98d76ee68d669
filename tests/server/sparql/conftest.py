"""A small release and a real server over it, with limits of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad
from serving import serving, with_pool
from starlette.types import Receive, Scope, Send

from lod.release.release import Manifest, Release, Site
from lod.server.served import ServedRelease
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.protocol import serve_sparql
from lod.server.sparql.question import QueryLimits
from lod.store.snapshot import open_snapshot

BASE = "https://lod.example.org/"
THINGS = 3_000
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
NEXT = NamedNode(BASE + "def/next")
SITE = Site(
    name="test",
    base_iri=BASE,
    languages=("zh-Hant-TW", "en"),
    title={"zh-Hant-TW": "測試", "en": "Test"},
    description={"en": "A test."},
    agency_iri=BASE + "id/org/1",
    agency_name={"en": "Agency"},
    agency_email="a@example.org",
    licence_iri="https://data.gov.tw/license",
    licence_name={"en": "Licence"},
    attribution={"en": "Source."},
)


def thing(number: int) -> NamedNode:
    return NamedNode(f"{BASE}id/thing/{number}")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> ServedRelease:
    """A chain of labelled things in the default graph, and one quad in a named graph."""
    folder = tmp_path_factory.mktemp("release")
    store = pyoxigraph.Store(str(folder / "store"))
    store.bulk_extend(Quad(thing(i), NEXT, thing(i + 1), DefaultGraph()) for i in range(THINGS))
    store.bulk_extend(
        Quad(thing(i), LABEL, Literal(f'第{i}號 "}},{{" <a>\r\n', language="zh-Hant-TW"), DefaultGraph())
        for i in range(THINGS)
    )
    store.add(Quad(thing(0), LABEL, Literal("named"), NamedNode(BASE + "graph/a")))
    store.flush()
    del store
    manifest = Manifest("1-aaaa", 1, "d" * 64, None, "2026-01-01T00:00:00Z", "test", 2 * THINGS, SITE, {}, {}, ())
    return ServedRelease(Release(folder, manifest), open_snapshot(folder / "store"), pyoxigraph.Store())


@dataclass(frozen=True)
class Endpoint:
    """A server that runs; `url` is its endpoint."""

    url: str

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def ask(self, query: str, accept: str = "*/*", **fields: str) -> httpx.Response:
        fields = {"query": query, **fields}
        return httpx.get(self.url, params=fields, headers={"accept": accept}, timeout=60)


@contextmanager
def running(served: ServedRelease, limits: QueryLimits) -> Iterator[Endpoint]:
    """A real server on loopback with the endpoint alone."""
    pool = QueryPool(limits, has_network=bool(limits.services))

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        await serve_sparql(scope, receive, send, served=served, pool=pool, path=scope["path"])

    with serving(with_pool(pool, respond)) as address:
        yield Endpoint(f"{address}/sparql")


Start = Callable[[QueryLimits], AbstractContextManager[Endpoint]]


@pytest.fixture(scope="session")
def start(served: ServedRelease) -> Start:
    """Starts an endpoint over the release, with limits."""
    return lambda limits: running(served, limits)


@pytest.fixture(scope="module")
def endpoint(start: Start) -> Iterator[Endpoint]:
    """An endpoint with limits that tests reach."""
    with start(QueryLimits(seconds=5, rows=2_000, workers=2, client_seconds=1e6)) as found:
        yield found
