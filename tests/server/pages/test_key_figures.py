"""What the cubes say of a place or an organisation: a number, a chart, the way to all of it; and what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx

BASE = "https://lod.example.org/"
MakeRelease = Callable[..., Path]
Open = Callable[[Path], httpx.Client]


def test_a_place_shows_its_number_a_chart_and_the_view_behind_it(site: httpx.Client) -> None:
    html = site.get("/doc/code/county/63000.en.html").text
    section = html.partition('id="key-figures"')[2].partition("<h2")[0]
    assert re.search(r'class="amount">25,301</a> persons', section)
    assert "<title>Male: 14,022 persons</title>" in section
    view = re.search(r'href="([^"]*/slice[^"]*)"', section)
    assert view is not None
    shown = site.get(view[1].replace("&amp;", "&"))
    assert shown.status_code == 200
    assert "Taipei City" in shown.text
    assert ">14,022<" in shown.text


def test_time_goes_along_a_line_and_age_by_sex_is_a_pyramid(tmp_path: Path, make: MakeRelease, open_site: Open) -> None:
    qb = "http://purl.org/linked-data/cube#"
    text = f"@prefix qb: <{qb}> . @prefix org: <http://www.w3.org/ns/org#> .\n"
    text += (
        f"<{BASE}id/office/A> a org:FormalOrganization ; <http://purl.org/dc/terms/replaces> <{BASE}id/office/Z> .\n"
    )
    for name, dimensions in (("years", ("office", "year")), ("ages", ("office", "age", "sex"))):
        components = ", ".join(f"[ qb:dimension <{BASE}def/{d}> ]" for d in dimensions)
        structure = f"[ qb:component {components}, [ qb:measure <{BASE}def/m> ] ]"
        text += f"<{BASE}data/{name}> a qb:DataSet ; qb:structure {structure} .\n"
    for number in range(6):
        text += (
            f"<{BASE}data/years/obs/{number}> a qb:Observation ; qb:dataSet <{BASE}data/years> ;"
            f' <{BASE}def/office> <{BASE}id/office/A> ; <{BASE}def/year> "{2010 + number}" ; <{BASE}def/m> {number} .\n'
        )
        for sex in "MF":
            text += (
                f"<{BASE}data/ages/obs/{number}{sex}> a qb:Observation ; qb:dataSet <{BASE}data/ages> ;"
                f" <{BASE}def/office> <{BASE}id/office/A> ; <{BASE}def/sex> <{BASE}id/code/s/{sex}> ;"
                f' <{BASE}def/age> "{20 + number}" ; <{BASE}def/m> {number * 3} .\n'
            )
    make(tmp_path, turtle=text)
    html = open_site(tmp_path).get("/doc/office/A.en.html").text
    charts = re.findall(r'aria-label="([^"]*)"><svg', html)
    assert charts == ["Lines", "Age pyramid"]
    history = html.partition('id="history"')[2].partition("</section>")[0]
    assert f"{BASE}id/office/Z".rpartition("/")[2] in history
    assert 'id="chart-1-t"' in html
    assert 'id="chart-2-t"' in html


QB = "http://purl.org/linked-data/cube#"


def yearly(*, with_totals: bool) -> str:
    """A cube of two offices in three years; the total of the newest is not published yet."""
    text = f"@prefix qb: <{QB}> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    parts = f"[ qb:dimension <{BASE}def/year> ], [ qb:dimension <{BASE}def/office> ], [ qb:measure <{BASE}def/heads> ]"
    text += f"<{BASE}data/yearly> a qb:DataSet ; qb:structure [ qb:component {parts} ] .\n"
    text += f'<{BASE}id/o/T> skos:prefLabel "All offices"@en ; skos:narrower <{BASE}id/o/A>, <{BASE}id/o/B> .\n'
    for year in (2009, 2010, 2011):
        for office, heads in (("T", 1_500 + year), ("A", year), ("B", 1_500)):
            if office != "T" or (with_totals and year < 2011):
                text += (
                    f"<{BASE}data/yearly/obs/{year}{office}> a qb:Observation ; qb:dataSet <{BASE}data/yearly> ;"
                    f' <{BASE}def/year> "{year}" ; <{BASE}def/office> <{BASE}id/o/{office}> ;'
                    f" <{BASE}def/heads> {heads} .\n"
                )
    return text


def test_a_dataset_begins_with_its_newest_total_and_the_periods(
    tmp_path: Path, make: MakeRelease, open_site: Open
) -> None:
    make(tmp_path, turtle=yearly(with_totals=True))
    head = open_site(tmp_path).get("/data/yearly.en.html").text.partition("</header>\n<section")[0]
    headline = re.sub(r"<[^>]*>", "", head.partition('class="headline">')[2].partition("</p>")[0])
    assert headline == "3,510 heads · All offices · 2010"
    assert 'href="/data/yearly/obs/2010T.en.html" class="amount">' in head
    assert "<dt>Periods</dt><dd>2009 – 2011 " in head
    assert "3 periods" in head


def test_no_total_is_made_up_where_none_is_published(tmp_path: Path, make: MakeRelease, open_site: Open) -> None:
    make(tmp_path, turtle=yearly(with_totals=False))
    html = open_site(tmp_path).get("/data/yearly.en.html").text
    assert 'class="headline"' not in html
    assert "3 periods" in html


HISTORY = f"""@base <{BASE}> . @prefix dct: <http://purl.org/dc/terms/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<def/last> rdfs:subPropertyOf schema:validThrough ; rdfs:label "Last day"@en .
<id/o/county> a skos:Concept ; skos:prefLabel "County"@en ; dct:isReplacedBy <id/o/city> ; <def/last> "2014-12-24" .
<id/o/town> a skos:Concept ; skos:prefLabel "Town"@en ; dct:isReplacedBy <id/o/old> ; <def/last> "1980-01-31" .
<id/o/old> a skos:Concept ; skos:prefLabel "Old city"@en ; schema:foundingDate "1950-01-01" .
<id/o/city> a skos:Concept ; skos:prefLabel "City"@en ; schema:validFrom "2014-12-25" .
<id/o/first> a org:Organization ; skos:prefLabel "First"@en .
<id/o/second> a org:Organization ; skos:prefLabel "Second"@en ; org:resultedFrom <id/o/event> .
<id/o/event> a org:ChangeEvent ; rdfs:label "Merger"@en ; dct:date "2017-07-07" ;
    org:originalOrganization <id/o/first> ; org:resultingOrganization <id/o/second> .
"""


def test_changes_are_told_on_both_sides_with_their_day(tmp_path: Path, make: MakeRelease, open_site: Open) -> None:
    make(tmp_path, turtle=HISTORY)
    client = open_site(tmp_path)

    def told(name: str) -> str:
        part = client.get(f"/doc/o/{name}.en.html").text.partition('id="history">')[2].partition("</section>")[0]
        return " ".join(re.sub(r"<[^>]*>", " ", part).split())

    assert told("county") == "History replaced by City 2014-12-25 Last day 2014-12-24"
    assert told("city").endswith("2014-12-25 replaces County 2014-12-25")
    assert "replaced by Old city 1980-01-31" in told("town"), "merged into what was there before"
    assert "replaces Town 1980-01-31" in told("old")
    assert told("first") == "History changed by Merger 2017-07-07 Second"
    assert told("second") == "History came out of Merger 2017-07-07 First"
