"""Twelve behaviours of linked-data sites, each of which was seen to fail somewhere; here each is one test.

The names say what is expected; what is known elsewhere by other names (formats, spellings, negotiation in depth) is
tested beside the code that does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
import raw_http
from pyoxigraph import NamedNode, RdfFormat, parse

from lod.rdf.formats import GRAPH_FORMATS, JSON

BASE = "https://lod.example.org/"
TAIPEI = "/doc/county/%E8%87%BA%E5%8C%97%E5%B8%82"
OBSERVATION = "/data/civil-servants-by-county/obs/2012/63000/M"
PAGES = ("/", "/catalog", "/about", "/api", "/release", "/sparql", "/search?q=x", "/doc/code/sex", OBSERVATION, TAIPEI)
ROUTES = (
    *PAGES,
    *("/void.ttl", "/doc/code/sex.json", "/context.jsonld", "/linkset/doc/code/sex", "/feed.atom"),
    *("/robots.txt", "/tpf", "/api/v1/datasets", "/api/openapi.json", "/apis.json", "/timemap/doc/code/sex"),
    *("/data/civil-servants-by-county/slice.csv", "/dump/1-aaaaaaaa/data.nt.gz", "/-/health", "/graph-store?default"),
    *("/.well-known/api-catalog", "/release/1-aaaaaaaa/doc/code/sex", "/sparql?query=ASK%7B%7D"),
)


def test_01_turtle_with_escaped_object_iris_is_turtle(site: httpx.Client) -> None:
    for path in (f"{TAIPEI}.ttl", "/doc/code/county/63000.ttl"):
        quads = list(parse(site.get(path).content, RdfFormat.TURTLE))
        objects = [quad.object.value for quad in quads if isinstance(quad.object, NamedNode)]
        assert any("%E8" in value for value in objects), path


@pytest.mark.parametrize("path", ROUTES)
def test_02_head_works_on_every_route(site: httpx.Client, path: str) -> None:
    got, head = site.get(path), site.head(path)
    assert (got.status_code, head.status_code) == (200, 200)
    assert head.content == b""
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("accept", ["", "text/html", *(f.media_type for f in (*GRAPH_FORMATS, JSON))])
def test_03_what_is_not_in_the_data_is_404_in_every_format(site: httpx.Client, accept: str) -> None:
    for path in (
        "/id/nothing",
        "/doc/nothing",
        "/def/nothing",
        "/data/nothing",
        "/linkset/doc/nothing",
        "/api/v1/datasets/nothing",
    ):
        answer = site.get(path, headers={"accept": accept} if accept else {})
        assert answer.status_code == 404, path
        kind = {"": "text/html", JSON.media_type: "application/problem+json"}.get(accept, accept)
        if path.startswith("/api/"):  # it is for programs
            kind = "application/problem+json"
        assert answer.headers["content-type"].startswith(kind)


def test_04_prefixes_and_slashes_never_scan(site: httpx.Client) -> None:
    for path in (
        "/id/",
        "/doc/",
        "/data/",
        "/def/",
        "/doc/code/",
        "/data/civil-servants-by-county/obs/",
        "/id/code/sex/",
    ):
        answer = site.get(path, headers={"accept": "text/turtle"})
        assert answer.status_code == (308 if path == "/id/code/sex/" else 404), path
        assert len(answer.content) < 2_000


def test_05_vary_lists_what_was_negotiated(site: httpx.Client) -> None:
    def vary(path: str) -> set[str]:
        named = set(site.get(path).headers["vary"].split(", "))
        assert "Accept-Datetime" in named  # every address is its own TimeGate
        return named - {"Accept-Datetime", "Accept-Encoding"}  # the latter where it matters: what is large enough

    assert vary("/doc/code/sex") == {"Accept", "Accept-Language"}
    assert vary("/doc/code/sex.html") == {"Accept-Language"}
    assert vary("/doc/code/sex.ttl") == vary("/doc/code/sex.en.html") == set()
    assert vary("/linkset/doc/code/sex") == vary("/tpf") == {"Accept"}
    observations = "/api/v1/datasets/civil-servants-by-county/observations"
    assert vary(observations) == {"Accept"}
    assert vary(f"{observations}?format=csv") == vary("/api/v1/datasets") == set()


def test_06_every_spelling_reaches_the_same_resource(site: httpx.Client, url: str) -> None:
    for spelling in ("/doc/county/臺北市", TAIPEI.lower(), f"/x/..{TAIPEI}", f"/{TAIPEI}", f"{TAIPEI}//"):
        status, headers = raw_http.ask(url, spelling, accept="text/turtle")
        assert (status, headers["location"]) == (308, TAIPEI), spelling
    assert site.get(TAIPEI).status_code == 200


@pytest.mark.parametrize(
    "form", ["DESCRIBE <https://lod.example.org/id/code/sex>", "CONSTRUCT { ?s a ?o } { ?s a ?o }"]
)
@pytest.mark.parametrize("wanted", GRAPH_FORMATS, ids=lambda item: item.suffix)
def test_07_graph_queries_answer_in_the_type_asked_for(site: httpx.Client, form: str, wanted: object) -> None:
    media_type: str = wanted.media_type  # type: ignore[attr-defined]
    answer = site.get("/sparql", params={"query": form}, headers={"accept": media_type})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    syntax = RdfFormat.from_media_type(media_type)
    assert syntax is not None
    assert list(parse(answer.content, syntax))


@pytest.mark.parametrize("path", ROUTES)
def test_08_link_headers_parse(site: httpx.Client, path: str) -> None:
    field = site.get(path).headers.get("link", "")
    element = r'<[^<>"\s]*>(?:; ?[a-z]+="[^"]*")+'
    assert re.fullmatch(f"(?:{element}(?:, {element})*)?", field), field


@pytest.mark.parametrize("path", ROUTES)
def test_09_cors_is_open_to_all_and_never_with_credentials(site: httpx.Client, path: str) -> None:
    answer = site.get(path, headers={"origin": "https://elsewhere.example", "cookie": "a=b"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers


def loaded(page: str) -> Iterator[str]:
    """What a browser fetches for a page by itself."""
    yield from re.findall(r'<(?:script|img|iframe|source|embed|use)\b[^>]*?\s(?:src|href)="([^"]*)"', page)
    for tag in re.findall(r"<link\b[^>]*>", page):
        if re.search(r'rel="(?:stylesheet|icon|preload|modulepreload|preconnect)"', tag):
            yield from re.findall(r'href="([^"]*)"', tag)


@pytest.mark.parametrize("path", PAGES)
def test_10_no_page_loads_anything_from_another_host(site: httpx.Client, path: str) -> None:
    page = site.get(path, headers={"accept": "text/html"}).text
    assert [address for address in loaded(page) if not address.startswith("/") or address.startswith("//")] == []
    assert list(loaded(page))
    assert "url(http" not in page


@pytest.mark.parametrize("path", PAGES)
def test_11_pages_say_their_language_and_foreign_values_theirs(site: httpx.Client, path: str) -> None:
    for language, other in (("zh-Hant-TW", "en"), ("en", "zh-Hant-TW")):
        page = site.get(path, headers={"accept": "text/html", "accept-language": language})
        assert f'<html lang="{language}">' in page.text
        assert page.headers["content-language"] == language
        assert f'lang="{other}"' in page.text  # the way to the other language at least
    lienchiang = site.get("/doc/code/county/09007.en.html").text
    assert re.search(r'lang="zh-Hant-TW"[^>]*>[^<]*連江縣', lienchiang)


def test_12_what_nobody_can_serve_is_406_and_lists_what_there_is(site: httpx.Client) -> None:
    for path in ("/doc/code/sex", "/data/civil-servants-by-county", "/catalog", "/sparql?query=ASK%7B%7D"):
        answer = site.get(path, headers={"accept": "image/png;q=0.5, application/x-none"})
        assert answer.status_code == 406, path
        assert "application/ld+json" in answer.text or "sparql-results" in answer.text
    listed = site.get("/doc/code/sex", headers={"accept": "image/png"})
    assert {item["type"] for item in listed.json()["alternatives"]} >= {"text/html", "text/turtle", "application/json"}
    for path, kind in (("/tpf", "application/trig"), ("/linkset/doc/code/sex", "application/linkset")):
        answer = site.get(path, headers={"accept": "image/png"})
        assert (answer.status_code, answer.headers["vary"]) == (406, "Accept")
        assert {"type": kind} in answer.json()["alternatives"]
