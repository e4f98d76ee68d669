"""The endpoint's page on the whole site: its examples are made from what the store holds, and each is answered."""

from __future__ import annotations

import html
import re

import httpx
import pytest

LINK = re.compile(r'<li><a href="(/sparql[^"?]*\?query=[^"]*)">([^<]*)</a>')


@pytest.mark.parametrize("language", ["en", "zh-Hant-TW"])
def test_every_example_is_answered(site: httpx.Client, language: str) -> None:
    page = site.get(f"/sparql.{language}.html")
    found = [(html.unescape(href), title) for href, title in LINK.findall(page.text)]
    assert len(found) >= 4
    for href, title in found:
        answer = site.get(href)
        assert answer.status_code == 200, title
        assert "<tbody>" in answer.text, title


def test_the_page_opens_with_a_query_that_can_be_asked(site: httpx.Client) -> None:
    page = site.get("/sparql.en.html")
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page.text, re.DOTALL)
    assert found is not None
    query = html.unescape(found[1])
    assert site.get("/sparql", params={"query": query}, headers={"accept": "text/csv"}).status_code == 200


def test_the_language_switch_keeps_the_query(site: httpx.Client) -> None:
    page = site.get("/sparql.en.html", params={"query": "ASK { ?s ?p '台' }"})
    assert 'href="/sparql.zh-Hant-TW.html?query=ASK+%7B+%3Fs+%3Fp+%27%E5%8F%B0%27+%7D"' in page.text


def test_labels_stand_in_the_language_of_the_page(site: httpx.Client) -> None:
    query = "SELECT DISTINCT ?class { ?s a ?class } ORDER BY ?class"
    pages = {tag: site.get(f"/sparql.{tag}.html", params={"query": query}).text for tag in ("en", "zh-Hant-TW")}
    observation = 'title="http://purl.org/linked-data/cube#Observation"'
    assert all(observation in page for page in pages.values())
    english, chinese = (page.partition(observation)[2].partition("</td>")[0] for page in pages.values())
    assert english != chinese


def test_what_went_wrong_is_told_in_the_language_of_the_page(site: httpx.Client) -> None:
    pages = {
        language: site.get(f"/sparql.{language}.html", params={"query": "SELECT ?s WHERE { ?s ?p ?o } ORDRE BY ?s"})
        for language in ("zh-Hant-TW", "en")
    }
    chinese, english = (page.text.partition('id="failure"')[2].partition("</section>")[0] for page in pages.values())
    assert {page.status_code for page in pages.values()} == {400}
    assert "the query cannot be read" in english
    assert "the query cannot be read" not in chinese
    assert 'lang="en"' not in chinese + english
