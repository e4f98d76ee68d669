"""Dereferencing over HTTP, among it the behaviours that other publishers were seen to fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pyoxigraph
import pytest
import raw_http
from pyoxigraph import NamedNode, RdfFormat, parse

from lod.server import search

BASE = "https://lod.example.org/"
OBSERVATION = "/data/civil-servants-by-county/obs/2012/63000/M"
FORMATS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
    "trig": ("application/trig", RdfFormat.TRIG),
    "nq": ("application/n-quads", RdfFormat.N_QUADS),
}


def graph(response: httpx.Response, syntax: RdfFormat) -> set[pyoxigraph.Triple]:
    """The triples of an answer."""
    return {quad.triple for quad in pyoxigraph.parse(response.content, format=syntax)}


@pytest.mark.parametrize(
    ("thing", "document"),
    [
        ("/id/code/sex/M", "/doc/code/sex/M"),
        ("/def/dimension/sex", "/doc/def/dimension/sex"),
        ("/id/county/%E8%87%BA%E5%8C%97%E5%B8%82", "/doc/county/%E8%87%BA%E5%8C%97%E5%B8%82"),
    ],
)
def test_a_thing_leads_to_its_document(site: httpx.Client, thing: str, document: str) -> None:
    answer = site.get(thing)
    assert answer.status_code == 303
    assert answer.headers["location"] == document
    assert site.get(f"{thing}?page=2").headers["location"] == f"{document}?page=2"
    assert site.get(document).status_code == 200


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("path", ["/doc/code/county/63000", OBSERVATION, "/data/civil-servants-by-county", "/catalog"])
def test_every_format_says_the_same(site: httpx.Client, path: str, suffix: str) -> None:
    media_type, syntax = FORMATS[suffix]
    negotiated = site.get(path, headers={"accept": media_type})
    variant = site.get(f"{path}.{suffix}")
    assert negotiated.headers["content-type"].partition(";")[0] == media_type
    assert negotiated.headers["content-location"] == f"{path}.{suffix}"
    assert negotiated.content == variant.content
    described = {t for t in graph(variant, syntax) if not str(t.subject).endswith(f".{suffix}>")}
    plain = {t for t in graph(site.get(f"{path}.nt"), RdfFormat.N_TRIPLES) if not str(t.subject).endswith(".nt>")}
    named = {t for t in described if isinstance(t.subject, NamedNode) and isinstance(t.object, NamedNode)}
    assert named
    assert len(described) == len(plain)
    assert named <= plain


def test_turtle_of_an_object_with_percent_escapes_is_well_formed(site: httpx.Client) -> None:
    answer = site.get("/doc/county/%E8%87%BA%E5%8C%97%E5%B8%82.ttl")
    objects = {str(triple.object) for triple in graph(answer, RdfFormat.TURTLE)}
    assert "<http://example.org/%E8%87%BA>" in objects
    assert '"臺北市"@zh-hant' in objects
    seen = graph(site.get("/doc/code/county/63000.ttl"), RdfFormat.TURTLE)
    assert any(str(t.object) == f"<{BASE}id/county/%E8%87%BA%E5%8C%97%E5%B8%82>" for t in seen)


def test_the_document_is_described_and_told_from_the_thing(site: httpx.Client) -> None:
    triples = {str(t) for t in graph(site.get("/doc/code/sex/M.ttl"), RdfFormat.TURTLE)}
    document, thing = f"<{BASE}doc/code/sex/M>", f"<{BASE}id/code/sex/M>"
    assert f"{document} <http://xmlns.com/foaf/0.1/primaryTopic> {thing}" in triples
    assert f"{document} <http://purl.org/dc/terms/license> <https://data.gov.tw/license>" in triples
    observation = {str(t) for t in graph(site.get(OBSERVATION + ".ttl"), RdfFormat.TURTLE)}
    dataset = f"<{BASE}data/civil-servants-by-county>"
    assert f"<{BASE[:-1]}{OBSERVATION}.ttl> <http://purl.org/dc/terms/isPartOf> {dataset}" in observation


def test_descriptions_follow_blank_nodes(site: httpx.Client) -> None:
    triples = graph(site.get("/doc/def/structure/by-county.nt"), RdfFormat.N_TRIPLES)
    properties = {t.object for t in triples if "dimension" in str(t.predicate)}
    assert len(properties) == 3


def test_json_ld_is_compacted_with_a_context(site: httpx.Client) -> None:
    document = site.get("/doc/code/sex/M.jsonld").json()
    assert document["@context"]["prefLabel"]["@container"] == "@language"
    assert (document["id"], document["type"]) == (BASE + "id/code/sex/M", "skos:Concept")
    assert document["prefLabel"]["en"] == "Male"


@pytest.mark.parametrize("accept", ["", *(media_type for media_type, _ in FORMATS.values()), "text/html"])
@pytest.mark.parametrize("path", ["/id/code/nothing", "/doc/code/nothing", "/data/nothing", "/nothing", "/def/nothing"])
def test_what_is_not_there_is_404_in_every_format(site: httpx.Client, path: str, accept: str) -> None:
    answer = site.get(path, headers={"accept": accept} if accept else {})
    assert answer.status_code == 404
    expected = {"": "text/html", "application/json": "application/problem+json"}.get(accept, accept)
    assert answer.headers["content-type"].startswith(expected)
    assert "Accept" in answer.headers["vary"]
    if (syntax := RdfFormat.from_media_type(expected)) is not None:
        said = {quad.predicate.value.rpartition("#")[2] for quad in parse(answer.content, syntax)}
        assert "comment" in said


def test_a_404_names_what_is_near(site: httpx.Client) -> None:
    near = site.get("/doc/code/county/6300", headers={"accept": "application/json"}).json()["nearest"]
    assert near == [BASE + "doc/code/county/63000", BASE + "doc/code/county/65000", BASE + "doc/code/county"]
    assert 'href="/doc/code/county/63000"' in site.get("/doc/code/county/6300").text
    for path in ("/doc/code/county/6300.ttl", "/id/code/county/6300"):
        said = list(parse(site.get(path, headers={"accept": "text/turtle"}).content, RdfFormat.TURTLE))
        assert {q.object.value for q in said if q.predicate.value.endswith("#seeAlso")} == set(near)
        assert {q.object.value for q in said if q.predicate.value.endswith("#label")} >= {"臺北市"}
    for path in ("/doc/code/sxe", "/doc/code/sexx.json", "/def/sexx"):  # a list whose name is misspelt
        listed = site.get(path, headers={"accept": "application/json"}).json()["nearest"]
        assert BASE + "doc/code/sex" in listed, path
    for path in ("/id/code/sxe/M", "/doc/code/sxe/M.ttl"):  # a part in the middle is
        listed = site.get(path, headers={"accept": "application/json"})
        assert f"{BASE}doc/code/sex/M" in listed.text, path


def test_no_404_waits_for_the_names_of_a_large_release(
    tmp_path: Path, make: Any, open_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read beside it, and tell what is near as soon as they are there."""
    monkeypatch.setattr(search, "_AT_ONCE", 0)
    make(tmp_path)
    site, reading, may_read = open_site(tmp_path), Event(), Event()

    def rows(served: Any) -> Any:
        reading.set()
        assert may_read.wait(60)
        yield from read(served)

    read = search._rows
    monkeypatch.setattr(search, "_rows", rows)
    asked = {"headers": {"accept": "application/json"}, "timeout": 60}
    assert site.get("/doc/nowhere/臺北市", **asked).status_code == 404
    assert reading.wait(60)
    assert "nearest" not in site.get("/doc/nowhere/臺北市", **asked).json()
    may_read.set()
    assert site.get("/search.json?q=臺北市", **asked).status_code == 200
    assert f"{BASE}doc/code/county/63000" in site.get("/doc/nowhere/臺北市", **asked).json()["nearest"]


@pytest.mark.parametrize(
    "path", ["/id/", "/doc/", "/data/", "/id/code/", "/doc/code/sex/", "/data/civil-servants-by-county/obs/"]
)
def test_prefixes_never_scan(site: httpx.Client, path: str) -> None:
    for suffix in ("", ".ttl"):
        answer = site.get(path + suffix, headers={"accept": "text/turtle"})
        assert answer.status_code == (308 if path + suffix == "/doc/code/sex/" else 404)
        assert len(answer.content) < 1_000


@pytest.mark.parametrize(
    ("path", "vary"),
    [
        ("/doc/code/sex", {"Accept", "Accept-Language"}),
        ("/doc/code/sex.html", {"Accept-Language"}),
        ("/doc/code/sex.en.html", set()),
        ("/doc/code/sex.ttl", set()),
        ("/", {"Accept", "Accept-Language"}),
        ("/catalog.html", {"Accept-Language"}),
    ],
)
def test_vary_lists_what_was_negotiated(site: httpx.Client, path: str, vary: set[str]) -> None:
    for accept in ("text/html", "*/*"):
        answer = site.get(path, headers={"accept": accept})
        named = {name.strip() for name in answer.headers["vary"].split(",")}
        assert named - {"Accept-Datetime", "Accept-Encoding"} == vary


@pytest.mark.parametrize(
    "spelling",
    [
        b"/id/county/%e8%87%ba%e5%8c%97%e5%b8%82",
        "/id/county/臺北市".encode(),  # as it is typed
        "/%69d/county/臺北市".encode(),
        b"/%69d/county/%E8%87%BA%E5%8C%97%E5%B8%82",
    ],
)
def test_other_spellings_lead_to_the_canonical_one(url: str, spelling: bytes) -> None:
    status, headers = raw_http.ask(url, spelling + b"?a=b")
    assert (status, headers["location"]) == (308, "/id/county/%E8%87%BA%E5%8C%97%E5%B8%82?a=b")


def test_a_subject_that_the_data_spells_with_escapes_is_found(site: httpx.Client) -> None:
    answer = site.get("/doc/county/%E5%8F%B0%E4%B8%AD.ttl")
    assert answer.status_code == 200
    assert '"臺中"@zh-Hant' in answer.text


def test_a_key_that_looks_like_a_suffix_is_still_found(site: httpx.Client) -> None:
    answer = site.get("/doc/file.ttl", headers={"accept": "text/turtle"})
    assert answer.status_code == 200
    assert "A key that looks like a suffix" in answer.text


@pytest.mark.parametrize("path", ["/doc/code/sex", "/data/civil-servants-by-county", "/", "/catalog", "/void"])
def test_what_nobody_can_serve_is_406_with_alternatives(site: httpx.Client, path: str) -> None:
    answer = site.get(path, headers={"accept": "image/png"})
    assert answer.status_code == 406
    alternatives = answer.json()["alternatives"]
    assert {"text/turtle", "application/ld+json"} <= {item["type"] for item in alternatives}
    for item in alternatives:
        assert site.get(item["href"], follow_redirects=True).headers["content-type"].startswith(item["type"])
        assert f"<{item['href']}>" in answer.headers["link"]


def test_406_of_what_does_not_exist_is_404(site: httpx.Client) -> None:
    assert site.get("/doc/nothing", headers={"accept": "image/png"}).status_code == 404


LINK = re.compile(r'<[!-;=?-~]*>(?:; [a-z]+="[^"]*")+')


@pytest.mark.parametrize(
    "path", ["/doc/code/county/63000", "/doc/county/%E8%87%BA%E5%8C%97%E5%B8%82.ttl", OBSERVATION, "/", "/void"]
)
def test_link_headers_parse_and_lead_somewhere(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    elements = re.split(r", (?=<)", answer.headers["link"])
    assert all(LINK.fullmatch(element) for element in elements), elements
    relations = {re.search(r'rel="([^"]*)"', element)[1] for element in elements}  # type: ignore[index]
    assert {"canonical", "alternate", "license"} <= relations
    for element in elements:
        target = element[1 : element.index(">")]
        if target.startswith("/"):
            assert site.get(target).status_code == 200, target


def test_validators_are_strong_and_304_has_no_body(site: httpx.Client) -> None:
    seen, plain = set(), {"accept-encoding": "identity"}  # compressed ones are weak: tests/server/test_encoding.py
    for path in (
        "/doc/code/sex.ttl",
        "/doc/code/sex.nt",
        "/doc/code/sex.en.html",
        "/doc/code/sex",
        OBSERVATION,
        "/",
        "/catalog.ttl",
    ):
        answer = site.get(path, headers=plain)
        tag = answer.headers["etag"]
        assert re.fullmatch(r'"[0-9a-f-]+"', tag)
        assert tag not in seen
        seen.add(tag)
        again = site.get(path, headers={"if-none-match": f'"other", W/{tag}'})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == f"W/{tag}"  # as it was asked
        assert again.headers["vary"].startswith(answer.headers["vary"])
        assert again.headers["content-location"] == answer.headers["content-location"]  # §15.4.5
        assert site.get(path, headers={"if-none-match": "*"}).status_code == 304
        assert site.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    assert site.get("/doc/nothing", headers={"if-none-match": "*"}).status_code == 404


def test_bodies_keep_canonical_iris_and_pages_link_locally(site: httpx.Client) -> None:
    turtle = site.get("/doc/code/sex/M.ttl", headers={"host": "evil.example"}).text
    assert f"<{BASE}id/code/sex/M>" in turtle
    assert "evil.example" not in turtle
    page = site.get("/doc/code/sex/M", headers={"host": "evil.example"})
    assert 'href="/doc/code/sex"' in page.text
    assert "evil.example" not in page.text + str(page.headers)


def test_links_keep_the_readers_choice_of_language(site: httpx.Client) -> None:
    explicit = site.get("/doc/code/sex/M.en.html").text
    assert 'href="/doc/code/sex.en.html"' in explicit
    assert 'href="/index.en.html"' in explicit
    assert 'href="/doc/code/sex"' not in explicit
    negotiated = site.get("/doc/code/sex/M", headers={"accept-language": "en"}).text
    assert 'href="/doc/code/sex"' in negotiated
    assert 'href="/doc/code/sex.en.html"' not in negotiated


def test_void_is_where_crawlers_look(site: httpx.Client) -> None:
    answer = site.get("/.well-known/void")
    assert (answer.status_code, answer.headers["location"]) == (303, "/void")
    assert any("void#Dataset" in str(t.object) for t in graph(site.get("/void"), RdfFormat.TURTLE))


def test_named_graphs_are_described_too_and_kept_where_the_format_can(
    tmp_path: Path, make: Callable[..., Path], open_site: Callable[[Path], httpx.Client]
) -> None:
    trig = f'GRAPH <{BASE}graph/a> {{ <{BASE}id/code/sex> <http://purl.org/dc/terms/source> "elsewhere" }}'
    make(tmp_path, trig=trig)
    site = open_site(tmp_path)
    assert '"elsewhere"' in site.get("/doc/code/sex.ttl").text
    assert f'"elsewhere" <{BASE}graph/a> .' in site.get("/doc/code/sex.nq").text
    assert "elsewhere" in site.get("/doc/code/sex.en.html").text


def test_one_slash_too_many(site: httpx.Client) -> None:
    """Whoever writes slashes too many gets there, with the method and the query, and never to another host."""
    for path in ("/catalog", "/doc/code/sex", "/id/code/sex", "/api", "/sparql"):
        answer = site.get(f"{path}/?a=b", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (308, f"{path}?a=b")
    assert site.post("/sparql/", data={"query": "ASK {}"}, follow_redirects=True).json()["boolean"] is True
    assert site.get("/doc/code/nobody/", follow_redirects=False).status_code == 404
    with httpx.Client(trust_env=False) as client:
        for path, leads_to in (
            ("///doc//code/sex//?a=b", "/doc/code/sex?a=b"),
            ("//elsewhere.example", None),
            ("/.//elsewhere.example/doc/code/sex", None),
        ):
            answer = client.get(httpx.URL(site.base_url).copy_with(raw_path=path.encode()))
            assert (answer.status_code, answer.headers.get("location")) == (308 if leads_to else 404, leads_to), path
