"""An answer as a chart: what is drawn of which terms, and when nothing is."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx
import pytest

PREFIXES = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
COUNTY = "https://lod.example.org/id/code/county/"


def kinds(site: httpx.Client, query: str) -> list[str]:
    page = site.get("/sparql.en.html", params={"query": PREFIXES + query}).text
    return [part.partition('"')[0] for part in page.split("&amp;chart=")[1:]]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ('SELECT * { VALUES (?a ?n) { ("x" 1) ("y" 2) } }', "bar"),
        ('SELECT * { VALUES (?a ?n ?m) { ("x" 1 2) ("y" 2 3) } }', "grouped"),
        ('SELECT * { VALUES (?y ?n) { ("2011"^^xsd:gYear 1) ("2012"^^xsd:gYear 2) } }', "line"),
        ("SELECT * { VALUES (?year ?n) { (2011 1) (2012 2) } }", "line"),
        ('SELECT * { VALUES (?a ?b ?n) { ("x" "f" 1) ("x" "m" 2) ("y" "f" 3) ("y" "m" 4) } }', "grouped"),
        ('SELECT * { VALUES (?age ?sex ?n) { ("0-9" "f" 1) ("0-9" "m" 2) ("10+" "f" 3) ("10+" "m" 4) } }', "pyramid"),
        ("SELECT ?c ?l (STRLEN(?l) AS ?n) { ?c skos:inScheme <https://lod.example.org/id/code/sex> ; "
         "skos:prefLabel ?l FILTER(LANG(?l) = 'en') }", "bar"),
    ],
)  # fmt: skip
def test_the_terms_decide_what_suits(site: httpx.Client, query: str, best: str) -> None:
    assert kinds(site, query)[0] == best


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { VALUES ?n { 1 2 } }",  # figures of nothing
        'SELECT * { VALUES (?a ?b) { ("x" "y") } }',  # no figures
        'SELECT * { VALUES (?a ?n) { ("x" 1) ("x" 2) } }',  # a name twice
        'SELECT * { VALUES (?a ?n) { ("x" "NaN"^^xsd:double) ("y" 2.0) } }',  # not a number
        "ASK {}",
        "CONSTRUCT WHERE { ?s skos:broader ?o }",
        'SELECT * { VALUES (?a ?n) { ("x" UNDEF) } }',
        "SELECT * { FILTER(false) }",
    ],
)
def test_what_is_no_table_of_figures_is_not_drawn(site: httpx.Client, query: str) -> None:
    assert not kinds(site, query)


def test_a_chart_stands_above_the_table_and_says_what_it_shows(site: httpx.Client) -> None:
    query = 'SELECT ?county ?n { VALUES (?county ?n) { ("<b>臺北市" 26089) ("新北市" 18465) } }'
    page = site.get(f"/sparql.en.html?{urlencode({'query': query, 'chart': 'bar'})}").text
    assert "<svg" in page
    assert "n by County or city." in page  # as the dimension of that name is called
    assert "&lt;b&gt;臺北市" in page
    assert "<b>臺" not in page
    unknown = site.get(f"/sparql.en.html?{urlencode({'query': query, 'chart': 'pie'})}")
    assert unknown.status_code == 200
    assert 'class="figure"' not in unknown.text
    assert "<tbody>" in unknown.text
