"""Queries that bring endpoints down: each is answered by a plain error in time, and the next query is answered."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import killers
import pytest
from canary import canary

from lod.server.sparql.question import QueryLimits

SECONDS = 1.0
NEXT = "<https://lod.example.org/def/next>"
MEMORY = 512 << 20
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def endpoint(start: Any) -> Iterator[Any]:
    """One worker, so that a query that is left running would block the next."""
    limits = QueryLimits(
        seconds=SECONDS, memory_bytes=MEMORY, rows=1_000, workers=1, waiting_seconds=60, client_seconds=1e6
    )
    with start(limits) as found:
        yield found


REFUSED_UNREAD = killers.refused_unread()
STOPPED = killers.endless(NEXT)


def check_answered(endpoint: Any, query: str) -> None:
    """An error that says what happened, in time; then an answer to somebody else's query."""
    began = time.monotonic()
    answer = httpx.post(endpoint.url, content=query, headers={"content-type": "application/sparql-query"}, timeout=60)
    took = time.monotonic() - began
    assert answer.status_code in (400, 413, 422, 504), answer.text
    problem = answer.json()
    assert problem["code"].startswith("LOD")
    assert problem["detail"]
    assert took <= SECONDS + 15  # one second beyond the deadline on a machine at rest: benchmarks/load.py
    after = endpoint.ask(f"ASK {{ BIND({next(NUMBERS)} AS ?n) }}")  # not asked before: a worker has to answer
    assert after.status_code == 200, after.text
    assert after.json()["boolean"] is True


@pytest.mark.parametrize("name", REFUSED_UNREAD)
def test_refused_before_any_parser_sees_it(endpoint: Any, name: str) -> None:
    check_answered(endpoint, REFUSED_UNREAD[name])


@pytest.mark.parametrize("name", STOPPED)
def test_stopped_in_time(endpoint: Any, name: str) -> None:
    check_answered(endpoint, STOPPED[name])


def test_others_are_answered_while_a_killer_runs(start: Any) -> None:
    with start(QueryLimits(seconds=4, workers=2)) as endpoint, ThreadPoolExecutor() as threads:
        killer = threads.submit(endpoint.ask, STOPPED["cross product"])
        answered = 0
        while not killer.done():
            assert endpoint.ask("ASK {}").status_code == 200
            answered += 1
        assert answered > 1
        assert killer.result().json()["code"] == "LOD9105"


def test_a_full_house_says_when_to_come_back(start: Any) -> None:
    limits = QueryLimits(seconds=60, workers=1, waiting=1, waiting_seconds=0.2)

    async def all_answers_but_one(url: str) -> list[httpx.Response]:
        async with httpx.AsyncClient(timeout=120) as client:
            fields = {"query": STOPPED["cross product"]}
            asked = [asyncio.create_task(client.get(url, params=fields)) for _ in range(4)]
            answered: set[asyncio.Task[httpx.Response]] = set()
            running = set(asked)
            while len(running) > 1:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                answered |= done
            for one in running:
                one.cancel()  # its client leaves
            return [one.result() for one in answered]

    with start(limits) as endpoint:
        busy = asyncio.run(all_answers_but_one(endpoint.url))
        assert len(busy) == 3
        assert {(answer.status_code, answer.json()["code"]) for answer in busy} == {(503, "LOD9110")}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in busy)


def test_a_query_stops_when_its_client_leaves(start: Any) -> None:
    """The only worker is free long before the deadline of the query that was left behind."""
    with start(QueryLimits(seconds=60, workers=1, waiting_seconds=50)) as endpoint:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(endpoint.url, params={"query": STOPPED["cross product"]}, timeout=0.5)
        assert httpx.get(endpoint.url, params={"query": "ASK {}"}, timeout=60).json()["boolean"] is True


def test_a_slow_reader_holds_no_worker(start: Any) -> None:
    """One worker: the next query is answered while the first answer has not been read."""
    query = "SELECT ?s ?o ?x { ?s ?p ?o BIND('" + "x" * 2_000 + "' AS ?x) } LIMIT 5000"
    with (
        start(QueryLimits(seconds=20, workers=1)) as endpoint,
        httpx.stream("GET", endpoint.url, params={"query": query}, timeout=60) as slow,
    ):
        assert slow.status_code == 200
        assert endpoint.ask("ASK {}").status_code == 200
        assert len(slow.read()) > 5_000 * 2_000


CALLS = [
    "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ service\n#\n<{url}>{{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?v {{ <{url}> }} SERVICE ?v {{ ?s ?p ?o }} }}",
    "SELECT * {{ {{ SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }}",
    "PREFIX x: <{url}> SELECT * {{ SERVICEx:y {{ ?s ?p ?o }} }}",
    "PREFIX : <{url}> SELECT * {{ SERVICE:y {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 1SERVICE<{url}>{{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p trueSERVICE<{url}>{{ ?s ?p ?o }} }}",
    "SELECT * {{ FILTER(1<?b)SERVICE#>\n<{url}>{{ ?s ?p ?o }} }}",
    'SELECT * {{ FILTER(1<?b)#>"""\nSERVICE <{url}>{{ ?s ?p ?o }} #"""\n}}',
    'SELECT * {{ FILTER(1<#>"""\n2)SERVICE <{url}>{{ ?s ?p ?o }} #"""\n}}',
    'PREFIX a: <urn:a> SELECT * {{ FILTER(1<a:b#>"""\n)SERVICE <{url}>{{ ?s ?p ?o }} #"""\n}}',
    'SELECT * {{ FILTER(EXISTS{{}}<?b)#>"""\nSERVICE <{url}>{{ ?s ?p ?o }} #"""\n}}',
    "SELECT * {{ BIND(1 AS ?x)SERVICE<{url}>{{ ?s ?p ?o }} }}",
    "SELECT * FROM <{url}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "LOAD <{url}>",
    "ASK {{}} ; LOAD <{url}>",
    "# SELECT\nLOAD <{url}>",
]


def test_no_query_makes_the_server_call_anybody(endpoint: Any) -> None:
    with canary() as (url, calls):
        for template in CALLS:
            query = template.format(url=url)
            answer = endpoint.ask(query)
            called = "FROM" in query  # a graph that is not ours is empty, nothing is fetched
            assert (answer.status_code == 200) if called else (answer.status_code in (400, 403)), (query, answer.text)
            assert not (called and answer.json()["results"]["bindings"])
        assert calls == []
        httpx.get(url)
        assert len(calls) == 1  # the canary does sing


def test_iris_and_texts_may_speak_of_services(endpoint: Any) -> None:
    for query in (
        "ASK { ?service a <http://www.w3.org/ns/sparql-service-description#Service> }",
        "PREFIX service: <http://example.org/service#> ASK { ?s a service:Service ; service:label 'SERVICE <x> {}' }",
        "ASK { # SERVICE <http://example.org/> { ?s ?p ?o }\n}",
    ):
        assert endpoint.ask(query).status_code == 200, query
