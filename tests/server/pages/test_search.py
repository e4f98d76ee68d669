"""Search: Chinese words of two characters, 台 and 臺, widths; and a page that works without scripts."""

from __future__ import annotations

import re

import httpx
import pytest

from lod.server.search import folded, query_of, tokens


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("臺北", "/id/code/county/63000"),
        ("台北市", "/id/code/county/63000"),
        ("ＴＡＩＰＥＩ", "/id/code/county/63000"),
        ("taip", "/id/code/county/63000"),
        ("63000", "/id/code/county/63000"),
        ("女", "/id/code/sex/F"),
        ("女性", "/id/code/sex/F"),
        ("地方 公務人員", "/data/civil-servants-by-county"),
        ("DGPA", "/id/org/2.16.886.101.20003.20072"),
    ],
)
def test_a_name_is_found(site: httpx.Client, query: str, first: str) -> None:
    found = site.get("/search.json", params={"q": query}).json()
    iris = [item["iri"].removeprefix("https://lod.example.org") for item in found["results"]]
    assert first in iris[:3]


@pytest.mark.parametrize("query", ["", '"', "*", "AND", "北臺", "中央研究院", "a" * 500, "NEAR(", "臺\x00北"])
def test_what_has_no_name_finds_nothing_and_breaks_nothing(site: httpx.Client, query: str) -> None:
    answer = site.get("/search.json", params={"q": query})
    assert answer.status_code == 200
    assert answer.json()["results"] == [] or query in {"AND", "臺\x00北"}


def test_what_is_asked_stands_on_the_page_and_cannot_break_out(site: httpx.Client) -> None:
    html = site.get("/search.zh-Hant-TW.html", params={"q": '臺北"><script>'}).text
    assert 'value="臺北&#34;&gt;&lt;script&gt;"' in html
    assert "<script>" not in html
    page = site.get("/search.zh-Hant-TW.html", params={"q": "新北"}).text
    hits = page.partition('class="hits"')[2].partition("</ul>")[0]
    assert re.findall(r"<h2><a [^>]*>([^<]*)</a>", hits) == ["新北市"]
    assert "找到 1 筆" in page


def test_datasets_come_before_codes_with_the_same_word(site: httpx.Client) -> None:
    found = site.get("/search.json", params={"q": "性別"}).json()["results"]
    assert found[0]["iri"].endswith("/data/civil-servants-by-county")


def test_texts_become_tokens() -> None:
    assert folded("ＡＢＣ　台東縣") == "abc 臺東縣"
    assert tokens("臺北市 ABC12") == ["臺北", "北市", "市", "abc12"]
    assert tokens("第12屆") == ["第", "12", "屆"]
    assert query_of("台北 abc") == '"臺北" AND "abc"*'
    assert query_of("臺北市") == '"臺北 北市"'
    assert query_of("，。") == ""
