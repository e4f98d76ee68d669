"""Older releases stay readable as they were, and are found by time (RFC 7089)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from starlette.types import ASGIApp

from lod.release.history.log import LOG, Record
from lod.server.app import create_app

BASE = "https://lod.example.org/"
SEX = "/doc/code/sex"
NEW = f'<{BASE}id/code/sex/X> <http://www.w3.org/2004/02/skos/core#prefLabel> "New"@en .'
TIMES = {"1-aaaaaaaa": "2024-01-10T08:00:00Z", "2-bbbbbbbb": "2025-01-10T08:00:00Z"}
Open = Callable[[Path], httpx.Client]
OpenApp = Callable[[ASGIApp], httpx.Client]


@pytest.fixture(scope="module")
def two(make: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases; the second knows one thing more. A third was never published."""
    releases = tmp_path_factory.mktemp("two releases")
    make(releases, "3-cccccccc")
    make(releases, "1-aaaaaaaa")
    make(releases, "2-bbbbbbbb", turtle=NEW)
    records = [Record("publish", name, None, time, "test") for name, time in TIMES.items()]
    (releases / LOG).write_text("".join(json.dumps(asdict(record)) + "\n" for record in records), encoding="utf-8")
    return releases


@pytest.fixture(scope="module")
def site(two: Path, open_for_module: Open) -> httpx.Client:
    """The site over them."""
    return open_for_module(two)


def test_a_frozen_release_answers_as_it_did(site: httpx.Client) -> None:
    assert site.get("/doc/code/sex/X.ttl").status_code == 200
    assert site.get("/release/1-aaaaaaaa/doc/code/sex/X.ttl").status_code == 404
    answer = site.get("/release/1-aaaaaaaa/doc/code/sex.ttl")
    assert answer.status_code == 200
    assert answer.headers["memento-datetime"] == "Wed, 10 Jan 2024 08:00:00 GMT"
    assert "immutable" in answer.headers["cache-control"]
    assert '</doc/code/sex.ttl>; rel="original timegate"' in answer.headers["link"]
    assert f"<{BASE}id/code/sex>" in answer.text
    thing = site.get("/release/1-aaaaaaaa/id/code/sex", follow_redirects=False)  # a redirection is a memento, too
    assert (thing.status_code, thing.headers["memento-datetime"]) == (303, "Wed, 10 Jan 2024 08:00:00 GMT")
    assert "/release/" not in answer.text


def test_a_frozen_page_leads_on_inside_its_release_and_says_so(site: httpx.Client) -> None:
    page = site.get(f"/release/1-aaaaaaaa{SEX}.en.html").text
    assert 'href="/release/1-aaaaaaaa/doc/code/sex/M.en.html"' in page
    assert "You see release 1-aaaaaaaa" in page
    assert f'href="{SEX}.en.html"' in page
    sheet = re.search(r'rel="stylesheet" href="([^"]*)"', page)
    assert sheet
    assert site.get(sheet[1]).status_code == 200
    assert site.get(f"/release/1-aaaaaaaa{SEX}.en.html").headers["etag"] != site.get(f"{SEX}.en.html").headers["etag"]


def test_what_was_never_published_is_not_shown(site: httpx.Client) -> None:
    for path in (
        "/release/3-cccccccc/doc/code/sex",
        "/release/9-dddddddd/",
    ):
        assert site.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Thu, 01 Feb 2024 00:00:00 GMT", "1-aaaaaaaa"),
        ("Wed, 10 Jan 2024 08:00:00 GMT", "1-aaaaaaaa"),
        ("Thu, 01 Jan 2004 00:00:00 GMT", "1-aaaaaaaa"),
        ("Fri, 01 Jan 2027 00:00:00 GMT", "2-bbbbbbbb"),
    ],
)
def test_a_document_is_its_own_time_gate(site: httpx.Client, asked: str, name: str) -> None:
    answer = site.get(SEX, headers={"accept-datetime": asked}, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/release/{name}{SEX}"
    assert "Accept-Datetime" in answer.headers["vary"]
    assert 'rel="timemap"' in answer.headers["link"]


def test_a_time_gate_leads_to_what_there_is(site: httpx.Client) -> None:

    def at(path: str, asked: str = "Thu, 01 Feb 2024 00:00:00 GMT") -> str:
        answer = site.get(path, headers={"accept-datetime": asked}, follow_redirects=False)
        return str(answer.headers.get("location", answer.status_code))

    assert at("/doc/code/sex/X.ttl") == "/release/2-bbbbbbbb/doc/code/sex/X.ttl"  # the first that has it
    view = "/data/civil-servants-by-county/slice.csv?sex=F"
    assert at(view) == f"/release/1-aaaaaaaa{view}"  # with what was asked
    assert at("/search?q=a") == "/release/1-aaaaaaaa/search?q=a"
    for path in ("/doc/code/sex/nothing", "/nothing", "/data/nothing/slice", "/data/nothing.csv"):
        assert at(path) == "404", path


def test_no_time_gate_leads_into_a_release_that_is_damaged(two: Path, open_site: Open, tmp_path: Path) -> None:
    folder = shutil.copytree(two, tmp_path / "damaged")
    (folder / "1-aaaaaaaa" / "catalog.ttl").unlink()
    asked = {"accept-datetime": "Thu, 01 Feb 2024 00:00:00 GMT"}
    answer = open_site(folder).get(SEX, headers=asked, follow_redirects=False)
    assert answer.headers["location"] == f"/release/2-bbbbbbbb{SEX}"


def test_who_asks_for_now_is_led_to_what_is_served_now(two: Path, open_site: Open, tmp_path: Path) -> None:
    shutil.copytree(two, tmp_path / "back")
    with (tmp_path / "back" / LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(Record("rollback", "1-aaaaaaaa", "2-bbbbbbbb", "2025-03-01T00:00:00Z", "test"))))
    (tmp_path / "back" / "current").write_text("1-aaaaaaaa\n")
    site = open_site(tmp_path / "back")
    for asked, name in (
        ("Fri, 01 Jan 2027 00:00:00 GMT", "1-aaaaaaaa"),
        ("Sat, 01 Feb 2025 00:00:00 GMT", "2-bbbbbbbb"),
    ):
        answer = site.get(SEX, headers={"accept-datetime": asked}, follow_redirects=False)
        assert answer.headers["location"] == f"/release/{name}{SEX}"


def test_a_replica_with_one_release_knows_that_one(two: Path, open_app: OpenApp, tmp_path: Path) -> None:
    copy = shutil.copytree(two / "2-bbbbbbbb", tmp_path / "複本 of 2")
    site = open_app(create_app(copy.parent, release=copy.name))
    asked = {"accept-datetime": "Thu, 01 Feb 2024 00:00:00 GMT"}
    answer = site.get(SEX, headers=asked, follow_redirects=False)
    assert answer.headers["location"] == f"/release/2-bbbbbbbb{SEX}"
    frozen = site.get(answer.headers["location"], headers={"accept": "text/turtle"})
    assert frozen.headers["memento-datetime"] == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert site.get(f"/timemap{SEX}").text.count("first last memento") == 1
    assert f"<id>{BASE}release/2-bbbbbbbb/</id>" in site.get("/feed.atom").text


def test_a_time_that_is_none_is_refused(site: httpx.Client) -> None:
    answer = site.get(SEX, headers={"accept-datetime": "last year"})
    assert answer.status_code == 400
    assert "Accept-Datetime" in answer.json()["detail"]


def test_a_time_map_lists_every_version(site: httpx.Client) -> None:
    answer = site.get(f"/timemap{SEX}")
    assert answer.headers["content-type"] == "application/link-format"
    assert f'<{BASE}release/1-aaaaaaaa/doc/code/sex>; rel="first memento"' in answer.text
    assert f'<{BASE}release/2-bbbbbbbb/doc/code/sex>; rel="last memento"' in answer.text
    assert site.get("/timemap/doc/code/sex/X").text.count("memento") == 1
    assert site.get("/timemap/doc/code/sex/nothing").status_code == 404
    for path in (f"{SEX}.ttl", f"{SEX}.en.html", "/id/code/sex", "/data/civil-servants-by-county/slice.csv?sex=F"):
        if not path.startswith("/id/"):
            assert f'</timemap{path}>; rel="timemap"' in site.get(f"/release/1-aaaaaaaa{path}").headers["link"]
        listed = site.get(f"/timemap{path}").text
        assert listed.count("memento") == 2
        assert f"<{BASE}release/1-aaaaaaaa{path}>" in listed
    for asked in (SEX, f"{SEX}.ttl", f"{SEX}.en.html", "/catalog"):  # each variant is its own time gate
        links = site.get(asked).headers["link"]
        assert f'<{asked}>; rel="timegate", </timemap{asked}>; rel="timemap"' in links


def test_a_frozen_dataset_by_its_version(site: httpx.Client) -> None:
    for version in ("1", "1-aaaaaaaa"):
        answer = site.get(f"/data/civil-servants-by-county/release/{version}", follow_redirects=False)
        assert answer.status_code == 308
        assert answer.headers["location"] == "/release/1-aaaaaaaa/data/civil-servants-by-county"
    page = site.get("/data/civil-servants-by-county/release/1.en.html", follow_redirects=False)
    assert page.headers["location"].endswith("/data/civil-servants-by-county.en.html")
    assert site.get("/data/civil-servants-by-county/release/7").status_code == 404
    for said, meant in {"/1/catalog?a=b": "/catalog?a=b", "/1": "/", "/1-aaaaaaaa": "/"}.items():
        answer = site.get(f"/release{said}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (308, f"/release/1-aaaaaaaa{meant}")
    assert site.get("/release/7/catalog").status_code == 404
    assert site.get("/release/", follow_redirects=False).headers["location"] == "/release"


def test_under_a_base_with_a_path(make: Callable[..., Path], tmp_path: Path, open_site: Open) -> None:
    make(tmp_path, base="https://lod.example.org/stat/")
    site = open_site(tmp_path)
    page = site.get("/stat/release/1-aaaaaaaa/catalog.en.html")
    assert page.status_code == 200
    for link in re.findall(
        r'(?:rel="stylesheet" href|src)="([^"]*)"', page.text + site.get("/stat/catalog.en.html").text
    ):
        assert site.get(link).status_code == 200, link


def test_what_hosts_are_asked_for_is_at_the_root_of_the_host(
    make: Callable[..., Path], tmp_path: Path, open_site: Open
) -> None:
    make(tmp_path, base="https://lod.example.org/stat/")
    site = open_site(tmp_path)
    assert "Sitemap: https://lod.example.org/stat/sitemap.xml" in site.get("/robots.txt").text
    for path, there in (("/", "/stat/"), ("/stat", "/stat/"), ("/.well-known/void", "/stat/void")):
        answer = site.get(path, follow_redirects=False)
        assert answer.headers["location"] == there, path
    assert site.get("/.well-known/api-catalog").json()["linkset"][0]["anchor"] == "https://lod.example.org/stat/api"
    for path in ("/doc/code/sex", "/void", "/statistics/"):
        assert site.get(path).status_code == 404, path
    asked = {"accept-datetime": "Thu, 01 Jan 2026 00:00:00 GMT"}
    assert site.get("/elsewhere", headers=asked).status_code == 404


def test_the_feed_tells_of_releases_newest_first(site: httpx.Client) -> None:
    answer = site.get("/feed.en.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    atom = "{http://www.w3.org/2005/Atom}"
    root = ElementTree.fromstring(answer.text)
    assert root.findtext(f"{atom}updated") == TIMES["2-bbbbbbbb"]
    entries = [entry.findtext(f"{atom}id") for entry in root.findall(f"{atom}entry")]
    assert entries == [f"{BASE}release/2-bbbbbbbb/", f"{BASE}release/1-aaaaaaaa/"]
    assert "公務人力" in site.get("/feed.atom").text
    assert site.get("/feed.fr.atom").status_code == 404
    again = {"if-none-match": answer.headers["etag"]}
    assert site.get("/feed.en.atom", headers=again).status_code == 304
    assert site.get("/feed.atom", headers=again).status_code == 200
    own = [item.get("href") for item in root.findall(f"{atom}link") if item.get("rel") == "self"]
    assert own == [f"{BASE}feed.en.atom"]
    assert 'href="/feed.en.atom"' in site.get("/catalog.en.html").text
