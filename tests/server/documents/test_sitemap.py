"""Every document stands in the site map, in packed parts, and nothing else does."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import httpx
import pytest

from lod.server.documents import sitemap

BASE = "https://lod.example.org/"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
URIS = [
    "id/code/sex",
    "id/code/sex/M",
    "def/dimension/sex",
    "data/staff",
    "data/staff/obs/2012/M",
    "id/county/臺北市",
    "catalog#x",
]
Open = Callable[[Path], httpx.Client]


@pytest.fixture
def site(make: Callable[..., Path], tmp_path: Path, open_site: Open, monkeypatch: pytest.MonkeyPatch) -> httpx.Client:
    """A release with a list of URIs, in parts of three."""
    monkeypatch.setattr(sitemap, "PART", 3)
    folder = make(tmp_path)
    rows = ", ".join(f"('{BASE}{uri}')" for uri in URIS)
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) AS t(uri)) TO '{folder / 'uris.parquet'}' (FORMAT parquet)")
    return open_site(tmp_path)


def locations(text: bytes | str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(text).iter(LOC)]


def test_the_parts_name_every_document_once(site: httpx.Client) -> None:
    parts = locations(site.get("/sitemap.xml").text)
    assert parts == [f"{BASE}sitemap-{n}.xml.gz" for n in (1, 2, 3)]
    found = [
        url for part in parts for url in locations(gzip.decompress(site.get("/" + part.removeprefix(BASE)).content))
    ]
    assert found == [
        f"{BASE}doc/code/sex",
        f"{BASE}doc/code/sex/M",
        f"{BASE}doc/def/dimension/sex",
        f"{BASE}data/staff",
        f"{BASE}data/staff/obs/2012/M",
        f"{BASE}doc/county/%E8%87%BA%E5%8C%97%E5%B8%82",
        f"{BASE}catalog",
    ]
    assert f"Sitemap: {BASE}sitemap.xml" in site.get("/robots.txt").text


def test_there_are_no_other_parts(site: httpx.Client) -> None:
    for path in ("/sitemap-0.xml.gz", "/sitemap-4.xml.gz", "/sitemap-x.xml.gz", "/sitemaps"):
        assert site.get(path).status_code == 404, path


def test_a_part_can_be_kept(site: httpx.Client) -> None:
    first = site.get("/sitemap-1.xml.gz")
    assert first.headers["content-type"] == "application/gzip"
    again = site.get("/sitemap-1.xml.gz", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
