"""Budgets, queries that end workers, answers that are known already, and the figures for supervisors."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from ports import free_port

from lod.server.at_once import Ready
from lod.server.metrics import telling
from lod.server.sparql.answer_cache import AnswerCache, Kept, KnownRequests, request_key
from lod.server.sparql.fairness import Budgets, BudgetSpent, client_of
from lod.server.sparql.question import QueryLimits
from lod.server.sparql.spool import Shelf, Spool

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def test_a_client_that_used_its_time_up_waits(start: Any) -> None:
    with start(QueryLimits(seconds=4, workers=1, client_seconds=3)) as endpoint:
        for _ in range(2):  # what takes no time is known from the second time on
            assert endpoint.ask("ASK { ?s ?p ?o }").status_code == 200
        assert endpoint.ask(CROSS).status_code == 504
        refused = endpoint.ask("ASK { ?s ?p ?x }")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["code"] == "LOD9204"
        known = endpoint.ask("ASK { ?s ?p ?o }")  # known: free
        assert known.status_code == 200


def test_one_client_leaves_a_place_to_others(start: Any) -> None:
    """It has taken all workers, and as much of the queue as it may."""

    async def answers(url: str) -> tuple[httpx.Response, httpx.Response]:
        async with httpx.AsyncClient(timeout=120) as client:

            async def ask(query: str, visitor: str) -> httpx.Response:
                return await client.get(url, params={"query": query}, headers={"x-forwarded-for": visitor})

            greedy = [asyncio.create_task(ask(f"{CROSS} # {number}", "203.0.113.5")) for number in range(4)]
            refused, _ = await asyncio.wait(greedy, return_when=asyncio.FIRST_COMPLETED)
            other = await ask("ASK { ?s ?p ?o . ?o ?q ?r }", "198.51.100.7")
            assert [one.done() for one in greedy].count(False) == 3
            for one in greedy:
                one.cancel()
            return refused.pop().result(), other

    with start(QueryLimits(seconds=60, workers=1, waiting=4, waiting_seconds=60)) as endpoint:
        refused, other = asyncio.run(answers(endpoint.url))
    assert (refused.status_code, refused.json()["code"]) == (503, "LOD9110")
    assert other.status_code == 200, other.text


def test_every_query_counts_and_time_comes_back() -> None:
    budgets = Budgets(seconds=60.0)  # a second of work each second
    for _ in range(100):
        budgets.charge("net", 0.7)
    with pytest.raises(BudgetSpent) as raised:
        budgets.check("net")
    assert 9 <= raised.value.retry_after <= 11
    budgets.check("another")
    budgets.charge("net", -11)
    budgets.check("net")


def test_a_client_is_a_network() -> None:
    def client(host: str) -> str:
        return client_of({"client": (host, 1)})

    assert client("192.0.2.1") == client("192.0.2.255") != client("192.0.3.1")
    assert client("2001:db8::1") == client("2001:db8::2:1") != client("2001:db8:0:1::1")
    assert client_of({"client": None}) == ""


def test_a_query_that_ended_two_workers_is_refused(start: Any) -> None:
    with start(QueryLimits(seconds=1.5, workers=1, waiting_seconds=60, client_seconds=1e6)) as endpoint:
        codes = [(answer := endpoint.ask(CROSS)).status_code, endpoint.ask(CROSS).status_code]
        assert codes == [504, 504]
        answer = endpoint.ask(CROSS)
        assert (answer.status_code, answer.json()["code"]) == (422, "LOD9205")
        assert answer.headers["query-limits"] == "rows=10000, bytes=50000000, seconds=1.5"
        page = httpx.get(f"{endpoint.url}.en.html", params={"query": CROSS})
        assert "This query has twice been too much" in page.text
        assert '<a href="/catalog.en.html">' in page.text.partition('id="failure"')[2].partition("</section>")[0]
        assert endpoint.ask("ASK { ?s ?p ?o }").status_code == 200


def test_an_answer_is_known_the_second_time(start: Any) -> None:
    with start(QueryLimits(workers=1)) as endpoint:
        query = "SELECT ?s { ?s ?p ?o } LIMIT 3"
        first, second = endpoint.ask(query, "text/csv"), endpoint.ask(query, "text/csv")
        assert first.content == second.content
        assert first.headers["etag"] == second.headers["etag"]
        posted = httpx.post(endpoint.url, data={"query": query}, headers={"accept": "text/csv"})
        assert (posted.content, "etag" in posted.headers) == (first.content, False)
        assert httpx.head(endpoint.url, params={"query": query}, headers={"accept": "text/csv"}).content == b""


def test_the_cache_keeps_the_latest_and_nothing_large() -> None:
    cache = AnswerCache(capacity=3 * 600, largest=5)  # each takes some 500 bytes beside its own
    for number in range(4):
        cache.keep(str(number), Kept(b"abc", "store"))
        cache.get("1")
    cache.keep("large", Kept(b"123456", "store"))
    assert [key for key in ("0", "1", "2", "3", "large") if cache.get(key)] == ["1", "2", "3"]


def test_a_request_in_many_words_is_not_kept() -> None:
    """It would fill the memory with what is never asked again."""
    known, answer = KnownRequests(), Ready(200, b"", b"abc")
    for length in (10, 5_000):
        key = request_key("release", {"path": "/", "query_string": b"x" * length, "headers": []})
        known.keep(key, answer)
        assert (known.get(key) is answer) == (length == 10)


def test_the_oldest_of_long_answers_makes_room() -> None:
    shelf = Shelf(most=25)
    spools = [Spool(in_memory=5, shelf=shelf) for _ in range(3)]
    for spool in spools:
        spool.write(b"0123456789")
    assert [spool.error and spool.error.code for spool in spools] == ["LOD9110", None, None]
    spools[1].close()
    spools[2].write(b"0123456789")
    assert spools[2].error is None
    spools[2].close()


def test_an_answer_that_finds_no_room_on_the_disk_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    spool = Spool(in_memory=5, shelf=Shelf())
    spool.write(b"0123456789")
    assert spool.error is not None
    assert spool.error.code == "LOD9110"


def test_the_cache_keeps_what_is_cheap_when_it_is_asked_for_again() -> None:
    known, answer = KnownRequests(), Ready(200, b"", b"abc")
    known.keep_if_again("once", answer)
    assert known.get("once") is None
    known.keep_if_again("once", answer)
    assert known.get("once") is answer


def test_refusals_speak_the_readers_language(endpoint: Any) -> None:
    asked = {"params": {"query": "SELECT ?x { ?x"}, "headers": {"accept": "application/json"}}
    for language, word in (("en", "is not closed"), ("zh-TW", "沒有結束"), ("", "is not closed")):
        asked["headers"]["accept-language"] = language
        answer = httpx.get(endpoint.url, **asked)  # type: ignore[arg-type]
        assert answer.status_code == 400
        assert word in answer.json()["detail"]
        assert "沒有結束" in answer.json()["in_each_language"]["zh-Hant-TW"]


def test_figures_are_told_on_a_port_of_their_own(make: Any, open_site: Any, tmp_path: Path) -> None:
    make(tmp_path)
    site: httpx.Client = open_site(tmp_path)
    for query, status in (("ASK { ?s ?p ?o }", 200), ("ASK { SERVICE <urn:x> { ?s ?p ?o } }", 403)):
        assert site.get("/sparql", params={"query": query}, headers={"accept": "*/*"}).status_code == status
    port = free_port()
    with telling(("127.0.0.1", port)), telling(("127.0.0.1", port)):  # the second finds the port taken
        told = httpx.get(f"http://127.0.0.1:{port}/-/metrics").text
    assert 'lod_queries_total{outcome="answered",way="store"}' in told
    assert 'lod_queries_total{outcome="LOD5014",way=""}' in told
    assert "lod_query_seconds_bucket" in told
    assert site.get("/-/metrics").status_code == 404


def test_what_a_worker_says_is_translated_too(endpoint: Any) -> None:
    answer = endpoint.ask("SELECT ?s { ?s ?p ?o , ?o2 . ?s2 ?p2 ?o3 }")
    assert (answer.status_code, answer.json()["code"]) == (422, "LOD5018")
    assert answer.json()["detail"] == "the answer has more than 2,000 rows"
    assert answer.headers["link"] == '</void>; rel="related", </catalog>; rel="related"'
    assert answer.json()["in_each_language"]["zh-Hant-TW"].startswith("結果超過 2,000 列")
