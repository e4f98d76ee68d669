"""What is long is shown in part, and every part has an address: code lists, values, what points to a thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import httpx
import pytest
from small_release import write_columns

BASE = "https://lod.example.org/"
STAFF = 150
PREFIXES = f"""@base <{BASE}> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix qb: <http://purl.org/linked-data/cube#> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix ex: <http://example.org/> .
"""
BIG = '<id/code/big> a skos:ConceptScheme ; skos:prefLabel "Trades"@en .\n' + "".join(
    f'<id/code/big/{code}> a skos:Concept ; skos:inScheme <id/code/big> ; skos:notation "{code}" ; '
    f'skos:prefLabel "Trade {code}"@en, "職業{code}"@zh-Hant-TW'
    + (f" ; skos:broader <id/code/big/{code[:-2] or code[:-1]}>" if len(code) > 1 else "")
    + " .\n"
    for code in (
        *(f"{n}" for n in range(1, 10)),
        *(f"{n}{m:02}" for n in range(1, 10) for m in range(99)),
        *(f"{n}{m:02}{k:02}" for n in range(1, 10) for m in range(99) for k in range(10)),
    )
)
FLAT = "<id/code/flat> a skos:ConceptScheme .\n" + "".join(
    f'<id/code/flat/{n}> skos:inScheme <id/code/flat> ; skos:notation "{n}" .\n' for n in range(300)
)
DOWN = """<id/code/down> a skos:ConceptScheme ; skos:hasTopConcept <id/code/down/top> .
<id/code/down/top> a skos:Concept ; skos:notation "0" ; skos:narrower <id/code/down/a>, <id/code/down/b> .
<id/code/down/a> skos:inScheme <id/code/down> ; skos:notation "1" ; skos:narrower <id/code/down/top> .
<id/code/down/b> skos:inScheme <id/code/down> ; skos:notation "2" .
"""
CUBE = """<data/staff> a qb:DataSet ; qb:structure <def/structure/staff> ;
    <http://www.w3.org/ns/dcat#theme> <http://publications.europa.eu/resource/authority/data-theme/GOVE> ;
    dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/ANNUAL> .
<def/structure/staff> qb:component [ qb:dimension <def/office> ], [ qb:dimension <def/person> ],
    [ qb:measure <def/heads> ] .
""" + "".join(
    f"<data/staff/obs/{n:03}> a qb:Observation ; qb:dataSet <data/staff> ; <def/office> <id/org/A> ;"
    f" <def/person> <id/code/flat/{n}> ; <def/heads> {n} .\n"
    for n in range(STAFF)
)
THING = (
    '<id/org/A> a org:Organization ; skos:prefLabel "Office A"@en ; ex:said '
    + ", ".join([*(f'"word {n:03}"@en' for n in range(120)), '"第一"@zh-Hant-TW', "<id/org/B>"])
    + " ; ex:few 1, 2 .\n"
    + "".join(f"<id/org/under{n:02}> org:subOrganizationOf <id/org/A> .\n" for n in range(30))
    + '<id/station/1> a <def/Station> ; skos:prefLabel "Alpha"@en ; <def/height> 12 .\n'
)
LINK = re.compile(r'<a[^>]* href="([^"]+)"[^>]*>')


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path]) -> Path:
    """A release whose things have more of everything than a page shows."""
    folder = tmp_path_factory.mktemp("long")
    release = make(folder, turtle=PREFIXES + BIG + FLAT + DOWN + CUBE + THING)
    write_columns(release, PREFIXES + CUBE + THING)
    return folder


@pytest.fixture(scope="module")
def long(releases: Path, open_for_module: Callable[[Path], httpx.Client]) -> httpx.Client:
    """The site over it."""
    return open_for_module(releases)


def links(html: str, label: str) -> list[str]:
    """Where the links with a text lead."""
    return [unescape(href) for href in re.findall(rf'<a[^>]* href="([^"]+)"[^>]*>{re.escape(label)}', html)]


def codes(html: str) -> list[str]:
    """The codes of the tree on a page."""
    return re.findall(r'class="code">([^<]*)<', html.partition('class="tree"')[2])


def test_of_a_list_of_ten_thousand_codes_the_top_is_shown_and_branches_are_linked(long: httpx.Client) -> None:
    for language in ("en", "zh-Hant-TW"):
        top = long.get(f"/doc/code/big.{language}.html")
        assert len(top.content) < 60_000
    page = long.get("/doc/code/big.en.html").text
    assert "9,810 codes" in page
    assert codes(page) == [str(n) for n in range(1, 10)]
    (branch,) = links(page, "1,089 below")[:1]
    under = long.get(branch)
    assert under.status_code == 200
    assert len(under.content) < 60_000
    assert codes(under.text)[:2] == ["100", "101"]
    deeper = long.get(links(under.text, "10 below")[0]).text
    assert codes(deeper) == [f"100{n:02}" for n in range(10)]
    assert "<details" not in deeper


def test_a_list_without_levels_is_paged_by_its_last_code(long: httpx.Client) -> None:
    href, met = "/doc/code/flat.en.html", []
    for _ in range(3):
        page = long.get(href).text
        met += codes(page)
        href = (links(page, "Next") or [""])[0]
    assert met == [str(n) for n in range(300)]
    assert not href
    assert "241 to 300 of 300" in page
    assert codes(long.get(links(page, "Previous")[0]).text) == [str(n) for n in range(120, 240)]


def test_a_hierarchy_that_is_told_from_above_is_a_tree_too(long: httpx.Client) -> None:
    page = long.get("/doc/code/down.en.html").text
    assert codes(page) == ["0", "1", "2"]
    assert page.count("<details") == 1


@pytest.mark.parametrize(
    "query",
    [
        "",
        "of=id/code/nothing",
        "of=id/code/big&under=id/code/flat/1",
        "of=id/code/big&after=id/code/big/100",
        "of=%00 <",
    ],
)
def test_a_part_of_what_is_not_there_is_not_found(long: httpx.Client, query: str) -> None:
    assert long.get(f"/codes.en.html?{query}").status_code == 404
    assert long.get(f"/links.en.html?{query}").status_code == 404


def test_of_many_values_twenty_are_shown_and_all_can_be_walked(long: httpx.Client) -> None:
    page = long.get("/doc/org/A.en.html").text
    said = page.partition(">said<")[2].partition("</dd>")[0]
    assert said.count("<li>") == 20
    (href,) = links(page, "See all (122)")
    met: list[str] = []
    while href:
        part = long.get(href)
        assert part.status_code == 200
        listed = part.text.partition('class="values listed"')[2].partition("</ul>")[0]
        met += re.findall(r"<li>(?:<[^>]*>)*([^<]*)", listed)
        href = (links(part.text, "Next") or [""])[0]
    assert len(met) == 122
    assert {"word 000", "word 119", "第一", "id/org/B"} <= set(met)


def test_what_points_to_a_thing_is_counted_in_columns_and_walked_by_iri(long: httpx.Client) -> None:
    page = long.get("/doc/org/A.en.html").text
    assert f'<span class="note">{STAFF}</span>' in page
    (href,) = links(page, f"See all ({STAFF})")
    first = long.get(href)
    assert re.findall(r"/data/staff/obs/(\d+)", first.text) == [f"{n:03}" for n in range(100)]
    (after,) = links(first.text, "Next")
    second = long.get(after)
    assert re.findall(r"/data/staff/obs/(\d+)", second.text) == [f"{n:03}" for n in range(100, STAFF)]
    assert links(second.text, "First page") == [href]
    assert not links(second.text, "Next")


def test_what_points_to_a_thing_and_is_no_observation_is_walked_too(long: httpx.Client) -> None:
    page = long.get("/links.en.html?of=id/org/A&in=http://www.w3.org/ns/org%23subOrganizationOf").text
    assert re.findall(r'href="/doc/org/(under\d+)', page) == [f"under{n:02}" for n in range(30)]


def test_a_part_has_a_validator_and_a_language(long: httpx.Client) -> None:
    there = long.get("/codes?of=id/code/flat", headers={"accept-language": "zh-TW"})
    assert there.headers["content-language"] == "zh-Hant-TW"
    again = long.get(
        "/codes?of=id/code/flat", headers={"accept-language": "zh-TW", "if-none-match": there.headers["etag"]}
    )
    assert again.status_code == 304
    switch = re.search(r'<a href="([^"]+)" lang="en"', there.text)
    assert switch is not None
    assert unescape(switch[1]) == "/codes.en.html?of=id/code/flat"


def test_the_catalogue_is_narrowed_down_by_what_datasets_say_of_themselves(long: httpx.Client) -> None:
    theme = "http://publications.europa.eu/resource/authority/data-theme/GOVE"
    page = long.get("/catalog.en.html").text
    facets = page.partition('class="facets"')[2].partition("</dl>")[0]
    (href,) = (unescape(h) for h in re.findall(r'href="([^"]+)"[^>]*>Government and public sector', facets))
    assert href == f"/datasets.en.html?theme={theme}"
    chosen = long.get(href).text
    assert "1 in all" in chosen
    assert 'href="/data/staff.en.html"' in chosen
    assert 'aria-label="4 of 5 stars for open data"' in chosen
    assert "every year" in chosen
    (back,) = re.findall(r'href="([^"]+)" aria-current="true">Government', chosen)
    assert back == "/catalog.en.html"
    (count,) = re.findall(r'href="/datasets.en.html\?stars=4">4 ★ <span class="note">(\d+)<', facets)
    assert f"{count} in all" in long.get("/datasets.en.html?stars=4").text
    assert "0 in all" in long.get("/datasets.en.html?stars=5").text
    nothing = long.get("/datasets.en.html?theme=id/nothing").text
    assert "0 in all" in nothing


def test_terms_of_ours_that_nothing_describes_lead_to_no_address_that_is_not_there(long: httpx.Client) -> None:
    page = long.get("/doc/station/1.en.html").text
    assert "/doc/def/" not in page
    assert "height" in page
    (listed,) = links(page, "Station")
    found = long.get(listed)
    assert found.status_code == 200
    assert "Station: all things of this kind" in found.text
    assert links(found.text, "Alpha") == ["/doc/station/1.en.html"]
