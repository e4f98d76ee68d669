"""Other endpoints: called when they are on the list, within the limits of every query, and else never."""

from __future__ import annotations

import socket
import time
from typing import Any

import httpx
import pytest
from ports import free_port

from lod.server.sparql.question import QueryLimits

OTHER = "<https://lod.example.org/graph/a>"


@pytest.fixture(scope="module")
def pair(start: Any) -> Any:
    """An endpoint that may call another one, and that other one."""
    with (
        start(QueryLimits(workers=1)) as other,
        start(QueryLimits(workers=1, seconds=3, services=(other.url,))) as mine,
    ):
        yield mine, other


def test_an_endpoint_of_the_list_is_called(pair: Any) -> None:
    mine, other = pair
    query = f"SELECT ?s ?l {{ SERVICE <{other.url}> {{ GRAPH {OTHER} {{ ?s ?p ?l }} }} }}"
    answer = mine.ask(query)
    assert answer.status_code == 200, answer.text
    assert [row["l"]["value"] for row in answer.json()["results"]["bindings"]] == ["named"]
    assert "etag" not in answer.headers  # what others say may change
    described = httpx.get(mine.url, headers={"accept": "application/n-triples"}).text
    assert "service-description#BasicFederatedQuery" in described
    assert "BasicFederatedQuery" not in httpx.get(other.url, headers={"accept": "application/n-triples"}).text


@pytest.mark.parametrize(
    "call",
    [
        "SERVICE <{url}/> {{ ?s ?p ?o }}",
        "SERVICE <{url}?x> {{ ?s ?p ?o }}",
        "VALUES ?v {{ <{url}> }} SERVICE ?v {{ ?s ?p ?o }}",
        "SERVICE SILENT <http://127.0.0.1:9/> {{ ?s ?p ?o }}",
        "SERVICE <{url}> {{ SERVICE <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}",
        "SERVICE x:y {{ ?s ?p ?o }}",
    ],
)
def test_others_are_refused_and_the_list_is_told(pair: Any, call: str) -> None:
    mine, other = pair
    answer = mine.ask("PREFIX x: <http://127.0.0.1:9/> SELECT * { " + call.format(url=other.url) + " }")
    assert (answer.status_code, answer.json()["code"]) == (403, "LOD5014")
    assert f"<{other.url}>" in answer.json()["hint"]


def test_one_that_does_not_answer_costs_no_more_than_the_deadline(start: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/sparql"
        with start(QueryLimits(workers=1, seconds=1, services=(url,))) as mine:
            began = time.monotonic()
            answer = mine.ask(f"SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}")
            assert (answer.status_code, answer.json()["code"]) == (504, "LOD9105")
            assert time.monotonic() - began < 1 + 15  # it would wait as long as the other does
            assert mine.ask("ASK {}").status_code == 200


def test_one_that_fails_is_said(pair: Any, start: Any) -> None:
    url = f"http://127.0.0.1:{free_port()}/sparql"
    with start(QueryLimits(workers=1, services=(url,))) as mine:
        answer = mine.ask(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}")
        assert (answer.status_code, answer.json()["code"]) == (502, "LOD9121")
        assert mine.ask(f"SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}").status_code == 200
