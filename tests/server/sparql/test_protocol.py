"""The endpoint over a real server on loopback: each form of query in each format, both POST forms, every refusal."""

from __future__ import annotations

import gzip
import http.client
from typing import Any
from urllib.parse import urlencode

import httpx
import pyoxigraph
import pytest
import raw_http
from pyoxigraph import QueryResultsFormat, RdfFormat

from lod.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from lod.rdf.tags import with_written_tags
from lod.server.served import ServedRelease
from lod.server.sparql.question import QueryLimits

BASE = "https://lod.example.org/"
THINGS = 3_000  # in the release of conftest: each has a label and a next one
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
NEXT = BASE + "def/next"


def thing(number: int) -> str:
    return f"{BASE}id/thing/{number}"


def by_suffix(item: Format) -> str:
    return item.suffix


SELECT = f"SELECT ?next ?label WHERE {{ <{thing(1)}> <{NEXT}> ?next ; <{LABEL}> ?label }}"
CONSTRUCT = f"CONSTRUCT {{ ?s <{LABEL}> ?o }} WHERE {{ ?s <{LABEL}> ?o }} LIMIT 7"


@pytest.mark.parametrize("offer", RESULT_FORMATS, ids=by_suffix)
@pytest.mark.parametrize("by", ["accept", "format"])
def test_select_in_each_format(endpoint: Any, served: ServedRelease, offer: Format, by: str) -> None:
    answer = (
        endpoint.ask(SELECT, offer.media_type) if by == "accept" else endpoint.ask(SELECT, "x/y", format=offer.suffix)
    )
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, offer.media_type)
    assert isinstance(served.store, pyoxigraph.Store)
    results = served.store.query(SELECT)
    assert isinstance(results, pyoxigraph.QuerySolutions)
    written = results.serialize(format=QueryResultsFormat.from_media_type(offer.media_type)) or b""
    assert answer.content == with_written_tags(written, offer)
    assert answer.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("offer", RESULT_FORMATS, ids=by_suffix)
def test_ask_in_each_format(endpoint: Any, offer: Format) -> None:
    for query, word in (("ASK { ?s ?p ?o }", "true"), ("ASK { <urn:x> ?p ?o }", "false")):
        answer = endpoint.ask(query, offer.media_type)
        assert answer.status_code == 200
        assert word in answer.text
        assert answer.headers["content-type"].startswith(offer.media_type)


@pytest.mark.parametrize("offer", GRAPH_FORMATS, ids=by_suffix)
@pytest.mark.parametrize("query", [CONSTRUCT, f"DESCRIBE <{thing(5)}>"], ids=["construct", "describe"])
def test_graphs_in_each_format(endpoint: Any, offer: Format, query: str) -> None:
    answer = endpoint.ask(query, offer.media_type)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, offer.media_type)
    syntax = RdfFormat.from_media_type(offer.media_type)
    assert syntax is not None
    quads = list(pyoxigraph.parse(answer.content, syntax))
    assert len(quads) == (7 if query is CONSTRUCT else 2)


def test_the_usual_formats(endpoint: Any) -> None:
    assert endpoint.ask("ASK {}").headers["content-type"] == "application/sparql-results+json"
    assert endpoint.ask(CONSTRUCT).headers["content-type"] == "text/turtle; charset=utf-8"


def test_accept_is_weighed(endpoint: Any) -> None:
    accept = "application/sparql-results+json;q=0.1, text/csv;q=0.9, application/sparql-results+xml;q=0"
    assert endpoint.ask("SELECT * {} LIMIT 1", accept).headers["content-type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("name", ["turtle", "application/ld+json", "json", "xml", "rdf+xml", "n3", "json-ld", "nquads"])
def test_names_that_clients_use_for_formats(endpoint: Any, name: str) -> None:
    assert endpoint.ask(CONSTRUCT, format=name).status_code == 200


def test_both_post_forms(endpoint: Any) -> None:
    direct = httpx.post(endpoint.url, content=SELECT, headers={"content-type": "application/sparql-query"})
    form = httpx.post(endpoint.url, data={"query": SELECT})
    assert direct.status_code == form.status_code == 200
    assert direct.json() == form.json() == endpoint.ask(SELECT).json()


def test_graphs_named_by_the_protocol(endpoint: Any) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"

    def counted(**fields: str) -> int:
        return int(endpoint.ask(count, **fields).json()["results"]["bindings"][0]["n"]["value"])

    assert counted() == 2 * THINGS
    assert counted(**{"default-graph-uri": BASE + "graph/a"}) == 1
    assert counted(**{"default-graph-uri": BASE + "graph/none"}) == 0
    assert counted(**{"named-graph-uri": BASE + "graph/a"}) == 0
    direct = httpx.post(
        f"{endpoint.url}?{urlencode({'default-graph-uri': BASE + 'graph/a'})}",
        content=count,
        headers={"content-type": "application/sparql-query"},
    )
    assert direct.json()["results"]["bindings"][0]["n"]["value"] == "1"


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "status", "code"),
    [
        ("GET", "query=ASK%20%7B%7D&query=ASK%20%7B%7D", None, b"", 400, "LOD9101"),
        ("GET", "query=", None, b"", 400, "LOD9101"),
        ("GET", "query=%FF%FE", None, b"", 400, "LOD9101"),
        ("GET", "query=ASK%20%7B%7D&default-graph-uri=no%20iri", None, b"", 400, "LOD9101"),
        ("POST", "", "application/x-www-form-urlencoded", b"", 400, "LOD9101"),
        ("POST", "", "application/sparql-query", b"\xff\xfe", 400, "LOD9101"),
        ("POST", "", "text/plain", b"ASK {}", 415, "LOD9102"),
        ("POST", "", None, b"query=ASK%20%7B%7D", 415, "LOD9102"),
        ("POST", "", "application/sparql-query; charset=UTF-16", "ASK {}".encode("utf-16"), 415, "LOD9102"),
        ("POST", "", "application/sparql-update", b"CLEAR ALL", 405, "LOD9103"),
        ("POST", "", "application/x-www-form-urlencoded", b"update=CLEAR%20ALL", 405, "LOD9103"),
        ("GET", "update=CLEAR%20ALL", None, b"", 405, "LOD9103"),
        ("PUT", "query=ASK%20%7B%7D", None, b"", 405, "LOD9103"),
        ("DELETE", "", None, b"", 405, "LOD9103"),
        ("GET", "query=INSERT%20DATA%20%7B%7D", None, b"", 400, "LOD5015"),
        ("GET", "query=ASK%20%7B%7D&format=ttl", None, b"", 406, "LOD9104"),
        ("GET", "query=hello", None, b"", 400, "LOD5010"),
        ("GET", "query=ASK%20%7B%20%3Fs", None, b"", 400, "LOD5010"),
        ("POST", "", "application/sparql-query", b"ASK {} #" + b"x" * 70_000, 413, "LOD5011"),
        ("POST", "", "application/sparql-query", b"ASK {} #" + b"x" * 300_000, 413, "LOD5011"),
    ],
)
def test_what_is_no_query_operation(
    endpoint: Any, method: str, query_string: str, content_type: str | None, body: bytes, status: int, code: str
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    answer = httpx.request(method, f"{endpoint.url}?{query_string}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert answer.headers["access-control-allow-origin"] == "*"
    if status == 405:
        assert "GET" in answer.headers["allow"]


def test_nothing_acceptable_lists_what_there_is(endpoint: Any) -> None:
    answer = endpoint.ask("ASK {}", "image/png")
    assert answer.status_code == 406
    for offer in RESULT_FORMATS:
        assert offer.media_type in answer.json()["hint"]


def test_a_syntax_error_says_where(endpoint: Any) -> None:
    answer = endpoint.ask("SELECT *\nWHERE { ?s skos:prefLabel ?o }")
    assert answer.status_code == 400
    assert (answer.json()["line"], answer.json()["column"]) == (2, 12)
    assert "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>" in answer.json()["hint"]
    as_text = endpoint.ask("SELECT * { ?s ?p }", "text/plain, text/csv;q=0.1")
    assert as_text.headers["content-type"] == "text/plain; charset=utf-8"
    assert as_text.text.startswith("LOD5010: line 1, column ")


def test_head_options_and_cors(endpoint: Any) -> None:
    head = httpx.head(endpoint.url, params={"query": SELECT})
    full = endpoint.ask(SELECT)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == full.headers["content-length"]
    options = httpx.options(endpoint.url)
    assert options.status_code == 204
    assert "POST" in options.headers["access-control-allow-methods"]
    assert options.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in options.headers


def test_the_service_describes_itself(endpoint: Any) -> None:
    for offer in GRAPH_FORMATS:
        answer = httpx.get(endpoint.url, headers={"accept": offer.media_type})
        assert answer.headers["content-type"].startswith(offer.media_type)
        syntax = RdfFormat.from_media_type(offer.media_type)
        assert syntax is not None
        store = pyoxigraph.Store()
        store.load(answer.content, format=syntax)
        sd = "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>"
        assert store.query(
            f"{sd} ASK {{ <{BASE}sparql> a sd:Service ; sd:endpoint <{BASE}sparql> ; sd:supportedLanguage "
            f"sd:SPARQL11Query ; sd:defaultDataset/sd:namedGraph/sd:name <{BASE}graph/a> }}"
        )


@pytest.mark.parametrize("accept", ["text/turtle", "text/html"])
def test_what_is_told_without_a_query_has_a_validator(endpoint: Any, accept: str) -> None:
    first = httpx.get(endpoint.url, headers={"accept": accept})
    assert "query-limits" in first.headers
    again = httpx.get(endpoint.url, headers={"accept": accept, "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("query", "accept", "others"),
    [
        ("CONSTRUCT { ?s <urn:year/2012> 1 } { ?s ?p ?o } LIMIT 1", "application/rdf+xml", GRAPH_FORMATS),
        ('SELECT ("a\\u0001" AS ?x) {}', "application/sparql-results+xml", RESULT_FORMATS),
    ],
)
def test_what_xml_cannot_say_is_told(endpoint: Any, query: str, accept: str, others: tuple[Format, ...]) -> None:
    refused = endpoint.ask(query, accept)
    assert (refused.status_code, refused.json()["code"]) == (406, "LOD9230")
    for offer in others:
        assert accept == offer.media_type or endpoint.ask(query, offer.media_type).status_code == 200


def test_conditional_requests(endpoint: Any) -> None:
    first = endpoint.ask(SELECT)
    etag = first.headers["etag"]
    again = httpx.get(endpoint.url, params={"query": SELECT}, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert endpoint.ask(SELECT, "text/csv").headers["etag"] != etag
    assert endpoint.ask(SELECT + " LIMIT 1").headers["etag"] != etag
    assert "etag" not in endpoint.ask("SELECT (NOW() AS ?now) {}").headers


def test_limits_are_announced_and_a_longer_answer_refused(endpoint: Any) -> None:
    exact = endpoint.ask(f"SELECT ?s WHERE {{ ?s <{NEXT}> ?o }} LIMIT 2000")
    assert len(exact.json()["results"]["bindings"]) == 2_000
    assert exact.headers["query-limits"] == "rows=2000, bytes=50000000, seconds=5"
    for query in (f"SELECT ?s WHERE {{ ?s <{NEXT}> ?o }}", "CONSTRUCT WHERE { ?s ?p ?o }"):
        longer = endpoint.ask(query)
        assert (longer.status_code, longer.json()["code"]) == (422, "LOD5018")
        assert longer.json()["limits"]["rows"] == 2_000
        assert "LIMIT 2000" in longer.json()["hint"]


def test_an_answer_that_breaks_after_its_first_block_is_seen_to(start: Any) -> None:
    """It was good for longer than is held back; then the limit of bytes came."""
    limits = QueryLimits(seconds=5, rows=1_000_000, bytes=400_000, held_bytes=50_000, workers=1)
    query = urlencode({"query": "SELECT * { ?s ?p ?o }"})
    with start(limits) as endpoint:
        connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=60)
        connection.request("GET", f"/sparql?{query}")
        answer = connection.getresponse()
        assert answer.status == 200
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
        connection.close()
        whole = endpoint.ask("SELECT * { ?s ?p ?o } LIMIT 5")
        assert len(whole.json()["results"]["bindings"]) == 5


def test_a_trailer_says_why_an_answer_broke(start: Any) -> None:
    """To who has said that it reads trailers; the end of the message is missing all the same."""
    limits = QueryLimits(seconds=60, rows=1_000_000, bytes=400_000, held_bytes=50_000, workers=1)
    with start(limits) as endpoint:
        said = told(endpoint.url, "HTTP/1.1", "te: trailers")
        assert b"\r\ntrailer: Query-Problem\r\n" in said
        assert said.endswith(b"\r\n0\r\nquery-problem: 422 LOD9109 the answer is longer than 0 MB\r\n")
        assert b"query-problem" not in told(endpoint.url, "HTTP/1.1", "x: y")
        refused = told(endpoint.url, "HTTP/1.0", "x: y")  # which has no chunks: held back until it is whole
        assert refused.startswith(b"HTTP/1.1 422 ")


def told(url: str, version: str, field: str) -> bytes:
    """All that is said to somebody who asks for more than there may be."""
    target = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o }"})
    return raw_http.exchange(url, f"GET {target} {version}\r\nhost: x\r\n{field}\r\n\r\n".encode())


def test_a_short_answer_is_held_back_until_it_is_whole(start: Any) -> None:
    """Its LIMIT keeps it short, so it can be known whole before its status is said: the limit of bytes is told."""
    limits = QueryLimits(seconds=60, rows=1_000_000, bytes=400_000, held_rows=6_000, workers=1)
    with start(limits) as endpoint:
        held = endpoint.ask("SELECT * { ?s ?p ?o } LIMIT 6000")
        assert (held.status_code, held.json()["code"]) == (422, "LOD9109")
        with pytest.raises(httpx.RemoteProtocolError):
            endpoint.ask("SELECT * { ?s ?p ?o } LIMIT 6001")


def test_a_packed_request_is_not_unpacked(endpoint: Any) -> None:
    headers = {"content-type": "application/sparql-query", "content-encoding": "gzip"}
    answer = httpx.post(endpoint.url, content=gzip.compress(b"ASK {}"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "LOD9102")
    assert "gzip" in answer.json()["detail"]
    plain = httpx.post(endpoint.url, content=b"ASK {}", headers={**headers, "content-encoding": "identity"})
    assert plain.status_code == 200


HTML_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_answers_are_compressed_the_first_time_too(endpoint: Any) -> None:
    """And say on what it depends, whoever asks first."""
    query = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 300 # compressed"
    plain = httpx.get(endpoint.url, params={"query": query}, headers={"accept-encoding": "identity"}, timeout=60)
    again = httpx.post(endpoint.url, data={"query": query + "!"}, headers={"accept-encoding": "gzip"}, timeout=60)
    assert "content-encoding" not in plain.headers
    assert again.headers["content-encoding"] == "gzip"
    assert int(again.headers["content-length"]) * 2 < len(again.content)
    assert len(plain.content) == len(again.content) > 1_000
    assert "Accept-Encoding" in plain.headers["vary"]


def test_the_page_for_people(endpoint: Any) -> None:
    empty = httpx.get(endpoint.url, headers={"accept": HTML_ACCEPT, "accept-language": "en"})
    assert (empty.status_code, empty.headers["content-language"]) == (200, "en")
    assert "<textarea" in empty.text
    assert "2,000 rows" in empty.text  # the limits
    chinese = httpx.get(f"{endpoint.url}.zh-Hant-TW.html", params={"query": SELECT})
    assert '<html lang="zh-Hant-TW">' in chinese.text
    assert "第2號" in chinese.text  # the label of ?next
    assert "format=csv" in chinese.text
    answer = httpx.get(f"{endpoint.url}.html", params={"query": "ASK {}"}, headers={"accept-language": "en"})
    assert "Yes" in answer.text


def test_the_page_says_when_there_is_more(endpoint: Any) -> None:
    for query in ("SELECT ?s ?o { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
        page = httpx.get(f"{endpoint.url}.en.html", params={"query": query})
        assert page.status_code == 200
        assert "The first 1,000 rows are shown" in page.text
        assert page.text.count("<tr>") == 1_001


def test_a_page_shows_no_more_than_it_can_bear(endpoint: Any) -> None:
    """Of many columns fewer rows, of long texts likewise."""
    wide = "SELECT " + " ".join(f"(1 AS ?c{n})" for n in range(400)) + " { ?s ?p ?o } LIMIT 900"
    long = f"SELECT ('{'x' * 9_000}' AS ?t) {{ ?s ?p ?o }} LIMIT 900"
    for query, rows in ((wide, 50), (long, 116)):
        page = httpx.post(f"{endpoint.url}.en.html", data={"query": query}, timeout=60)
        assert f"The first {rows} rows are shown" in page.text
        assert page.text.count("<tr>") == rows + 1


def test_the_page_says_what_went_wrong(endpoint: Any) -> None:
    page = httpx.get(f"{endpoint.url}.en.html", params={"query": "SELECT * { ?s ?p <script> )"})
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")
    assert "LOD5010" in page.text
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
