"""Views of a cube: every one has an address, as page, CSV, JSON, SVG, embed; and what cannot be asked is said."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from small_release import write_columns

from lod.server.cubes import cube as cube_module
from lod.server.cubes import grid as cube_grid
from lod.server.cubes.cube import StoreFigures, read_cube
from lod.server.cubes.slices import default_view, parse_view, query_of
from lod.server.served import open_served
from lod.store.figures import ColumnFigures

BASE = "https://lod.example.org/"
VIEW = "/data/civil-servants-by-county/slice"
MakeRelease = Callable[..., Path]
Open = Callable[[Path], httpx.Client]

WIDE = f"""
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sdmx-attribute: <http://purl.org/linked-data/sdmx/2009/attribute#> .
@prefix sdmx-code: <http://purl.org/linked-data/sdmx/2009/code#> .
<{BASE}data/staff> a qb:DataSet ; qb:structure <{BASE}def/structure/staff> .
<{BASE}def/structure/staff> qb:component [ qb:dimension <{BASE}def/year> ; qb:order 1 ],
    [ qb:dimension <{BASE}def/office> ; qb:order 2 ], [ qb:measure <{BASE}def/heads> ; qb:order 3 ],
    [ qb:measure <{BASE}def/mean> ; qb:order 4 ] .
""" + "".join(
    f"<{BASE}data/staff/obs/{year}/{office}> a qb:Observation ; qb:dataSet <{BASE}data/staff> ;"
    f' <{BASE}def/year> "{year}" ; <{BASE}def/office> <{BASE}id/code/office/{office}>'
    + ("" if (year, office) == (2012, "B") else f" ; <{BASE}def/heads> {n * 7} ; <{BASE}def/mean> {n}.50 ")
    + (" ; sdmx-attribute:confStatus sdmx-code:confStatus-C" if (year, office) == (2012, "B") else "")
    + " .\n"
    for n, (year, office) in enumerate((y, o) for y in (2010, 2011, 2012) for o in "ABC")
    if (year, office) != (2010, "C")
)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory, make: MakeRelease) -> Path:
    """A release with columns beside the store, as `lod build` makes them."""
    releases = tmp_path_factory.mktemp("wide")
    folder = make(releases, turtle=WIDE)
    write_columns(folder, WIDE)
    return folder


def test_columns_and_store_tell_the_same_figures(wide: Path, tmp_path: Path, make: MakeRelease) -> None:
    with_columns = read_cube(open_served(wide), BASE + "data/staff")
    without = read_cube(open_served(make(tmp_path, turtle=WIDE)), BASE + "data/staff")
    assert isinstance(with_columns.figures, ColumnFigures)
    assert isinstance(without.figures, StoreFigures)
    assert with_columns.codes == without.codes
    assert with_columns.figures.count == without.figures.count == 8
    for dimension in with_columns.dimensions:
        for place in with_columns.codes[dimension.iri]:
            here, there = (cube.where({dimension.iri: place.term}, 99) for cube in (with_columns, without))
            assert here
            assert {o.iri: o.values for o in here} == {o.iri: o.values for o in there}
    assert (
        with_columns.where({with_columns.dimensions[0].iri: with_columns.codes[BASE + "def/office"][0].term}, 9) == []
    )


def test_zero_not_told_and_not_applicable_are_three_things(wide: Path, open_site: Open) -> None:
    site = open_site(wide.parent)
    html = site.get("/data/staff/slice.en.html?rows=office&cols=year&measure=heads").text
    rows = {
        row[0]: row[1:]
        for row in (
            re.findall(r">([^<>\s][^<>]*)</(?:a|span)>", row) for row in html.partition("<tbody>")[2].split("</tr>")
        )
        if row
    }
    assert rows["A"] == ["0", "21", "42"]
    assert rows["B"] == ["7", "28", "c", "kept back, to protect persons"]
    assert rows["C"] == ["–", "not applicable: there is no such figure", "35", "56"]
    assert 'class="signs quiet"' in html
    found = list(
        csv.DictReader(io.StringIO(site.get("/data/staff/slice.csv?rows=office&cols=year&measure=heads").text))
    )
    states = {(row["office"], row["year"]): (row["value"], row["status"]) for row in found}
    assert states["A", "2010"] == ("0", "value")
    assert states["B", "2012"] == ("", "confidential")
    assert states["C", "2010"] == ("", "inapplicable")


def test_a_view_is_a_page_with_a_form_that_needs_no_script(site: httpx.Client) -> None:
    answer = site.get(f"{VIEW}.en.html?rows=sex&cols=county&totals=no")
    assert answer.status_code == 200
    html = answer.text
    assert re.search(r'<select id="f-rows" name="rows">.*?<option value="sex" selected>', html, re.DOTALL)
    head = html.partition("<thead>")[2].partition("</thead>")[0]
    assert re.findall(r">([^<>]+)</a>", head) == ["New Taipei City", "Taipei City", "連江縣"]
    assert 'lang="zh-Hant-TW">連江縣' in head
    assert html.count("<h1") == 1
    assert "<script" not in html


def test_what_a_form_sends_is_redirected_to_the_views_own_address(site: httpx.Client) -> None:
    answer = site.get(f"{VIEW}.en.html?rows=county&cols=-&measure=&sex=M&totals=")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{VIEW}.en.html?rows=county&cols=-&sex=M"
    html = site.get(answer.headers["location"]).text
    assert '<option value="M" selected>' in html
    assert ">14,022<" in html
    assert ">11,279<" not in html


def test_a_view_can_be_taken_away(site: httpx.Client) -> None:
    query = "rows=county&cols=sex"
    answer = site.get(f"{VIEW}.en.csv?{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    taipei = next(row for row in rows if (row["county"], row["sex"]) == ("63000", "F"))
    assert taipei["county_label"] == "Taipei City"
    assert taipei["value"] == "11279"
    assert taipei["observation"] == f"{BASE}data/civil-servants-by-county/obs/2012/63000/F"
    data = site.get(f"{VIEW}.zh-Hant-TW.json?{query}").json()
    assert data["figures"][0]["county"] == {"code": "T", "label": "各縣市合計"}
    assert data["figures"][0]["value"] == 156191
    svg = site.get(f"{VIEW}.zh-Hant-TW.svg?{query}&show=chart&chart=grouped")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert ">臺北市<" in svg.text
    assert 'class="s0"' not in svg.text


def test_the_query_behind_a_view_finds_its_figures(site: httpx.Client) -> None:
    html = site.get(f"{VIEW}.en.html?rows=county&cols=sex").text
    href = re.search(r'href="([^"]*/sparql[^"]*query=[^"]*)"', html)
    assert href is not None
    query = parse_qs(urlsplit(href[1].replace("&amp;", "&")).query)["query"][0]
    found = site.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
    assert found.status_code == 200
    assert f"{BASE}id/code/county/63000,{BASE}id/code/sex/F,11279" in found.text
    assert len(found.text.strip().splitlines()) == 12


def test_only_an_embedded_view_may_stand_in_a_frame(site: httpx.Client) -> None:
    framed = site.get(f"/embed{VIEW}.en.html?rows=county&cols=sex&show=chart")
    assert framed.status_code == 200
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "x-frame-options" not in framed.headers
    assert "<svg" in framed.text
    page = site.get(f"{VIEW}.en.html?rows=county")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("rows=conty", "did you mean county"),
        ("yaer=2012", "nothing here is called"),
        ("sex=X", "sex=X: there is no such thing"),
        ("chart=pie", "one of bar, grouped"),
        ("page=0", "no number from 1"),
    ],
)
def test_what_a_view_cannot_be_is_said(site: httpx.Client, query: str, said: str) -> None:
    page = site.get(f"{VIEW}.en.html?{query}")
    assert page.status_code == 400
    assert said in page.text
    problem = site.get(f"{VIEW}.json?{query}")
    assert problem.status_code == 400
    assert problem.json()["findings"][0]["code"] in {"LOD9301", "LOD9302"}
    assert said in problem.json()["detail"]


def test_every_mistake_of_an_address_is_said_at_once(site: httpx.Client) -> None:
    findings = site.get(f"{VIEW}.json?rows=conty&sxe=F&measure=heads").json()["findings"]
    assert [finding["code"] for finding in findings] == ["LOD9302", "LOD9302", "LOD9301"]


def test_a_view_is_negotiated_cached_and_found_only_where_there_is_a_cube(site: httpx.Client) -> None:
    answer = site.get(VIEW, headers={"accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Datetime, Accept-Encoding"
    again = site.get(VIEW, headers={"accept": "text/csv", "if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert site.get("/data/nothing/slice.en.html").status_code == 404
    assert site.get("/data/empty/slice.en.html").status_code == 404
    assert site.get(VIEW, headers={"accept": "image/gif"}).status_code == 406


def test_a_dataset_without_figures_has_empty_files_and_leads_to_its_page(
    tmp_path: Path, make: MakeRelease, open_site: Open
) -> None:
    told = "<http://purl.org/linked-data/cube#structure> <https://lod.example.org/def/structure/by-county>"
    make(tmp_path, turtle=f"<{BASE}data/empty> a <http://purl.org/linked-data/cube#DataSet> ; {told} .")
    site = open_site(tmp_path)
    for query in ("", "?all=yes"):
        assert len(site.get(f"/data/empty/slice.csv{query}").text.splitlines()) == 1
        assert site.get(f"/data/empty/slice.json{query}").json()["figures"] == []
    page = site.get("/data/empty/slice", headers={"accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/data/empty")
    assert site.get("/data/empty", headers={"accept": "text/html"}).status_code == 200
    for path in ("/embed/data/empty/slice", "/data/empty/slice.svg", "/data/nothing/slice.csv"):
        assert site.get(path).status_code == 404, path


def test_the_same_view_has_the_same_address(releases: Path) -> None:
    cube = read_cube(open_served(releases / "1-aaaaaaaa"), BASE + "data/civil-servants-by-county")
    view = default_view(cube)
    assert view is not None
    query = query_of(cube, view)
    assert query == "rows=county&cols=sex"
    again, findings = parse_view(cube, query)
    assert not findings
    assert again == view


def test_a_long_hierarchy_begins_folded_and_opens_by_a_link(tmp_path: Path, make: MakeRelease, open_site: Open) -> None:
    skos = "http://www.w3.org/2004/02/skos/core#"
    codes = [(f"{a}", None) for a in range(3)] + [(f"{a}{b}", f"{a}") for a in range(3) for b in range(10, 20)]
    codes += [(f"{a}{b}{c}", f"{a}{b}") for a in range(3) for b in range(10, 20) for c in range(2)]
    turtle = f"""
    @prefix qb: <http://purl.org/linked-data/cube#> .
    <{BASE}data/deep> a qb:DataSet ; qb:structure [ qb:component [ qb:dimension <{BASE}def/unit> ],
        [ qb:measure <{BASE}def/m> ] ] .
    """ + "".join(
        f"<{BASE}data/deep/obs/{code}> qb:dataSet <{BASE}data/deep> ; <{BASE}def/unit> <{BASE}id/code/u/{code}> ;"
        f" <{BASE}def/m> 1 .\n" + (f"<{BASE}id/code/u/{code}> <{skos}broader> <{BASE}id/code/u/{up}> .\n" if up else "")
        for code, up in codes
    )
    make(tmp_path, turtle=turtle)
    site = open_site(tmp_path)
    html = site.get("/data/deep/slice.en.html").text
    rows = html.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr")
    assert rows == 33
    href = re.search(r'class="fold" href="([^"]*open=010[^"]*)"', html)
    assert href is not None
    opened = site.get(href[1].replace("&amp;", "&")).text
    assert opened.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr") == 35


def test_a_dataset_is_cited_in_the_forms_of_reference_managers(site: httpx.Client) -> None:
    stem = "/data/civil-servants-by-county/cite"
    bib = site.get(f"{stem}.en.bib")
    assert bib.headers["content-type"].startswith("application/x-bibtex")
    assert "title = {{Local civil servants by county and sex}}" in bib.text
    assert "author = {{Directorate-General of Personnel Administration}}" in bib.text
    ris = site.get(f"{stem}.zh-Hant-TW.ris").text.split("\r\n")
    assert ris[0] == "TY  - DATA"
    assert "TI  - 地方機關公務人員按縣市及性別分" in ris
    assert any(line.startswith("N1  - 本研究部分資料來源為行政院人事行政總處提供") for line in ris)
    item = site.get(f"{stem}.en.csl.json").json()[0]
    assert item["issued"] == {"date-parts": [[2026, 1, 2]]}
    assert item["URL"] == BASE + "data/civil-servants-by-county"
    assert site.get("/data/nothing/cite.en.bib").status_code == 404


def test_a_datasets_page_tells_search_engines_what_it_is(site: httpx.Client) -> None:
    html = site.get("/data/civil-servants-by-county.en.html").text
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert block is not None
    told = json.loads(block[1])
    assert told["@type"] == "Dataset"
    assert told["name"] == "Local civil servants by county and sex"
    assert told["variableMeasured"][0]["name"] == "Headcount"
    files = {file["encodingFormat"]: file["contentUrl"] for file in told["distribution"] if file["encodingFormat"]}
    assert files["text/turtle"] == BASE + "data/civil-servants-by-county.ttl"
    csv_file = site.get(files["text/csv"].removeprefix(BASE.rstrip("/")))
    assert len(list(csv.DictReader(io.StringIO(csv_file.text)))) == 11


def test_the_release_tells_its_files_and_what_was_found(site: httpx.Client) -> None:
    html = site.get("/release.en.html").text
    assert "/dump/1-aaaaaaaa/data.nt.gz" in html
    assert "There is no validation report in this release." in html
    assert site.get("/release.ttl").status_code == 404


def test_a_view_above_the_limit_shows_right_cells_and_its_files_say_where_they_end(
    wide: Path, open_site: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "?rows=office&cols=year&measure=heads"
    site = open_site(wide.parent)
    whole = site.get(f"/data/staff/slice.en.html{query}")
    figures = json.loads(site.get(f"/data/staff/slice.en.json{query}").text)["figures"]
    assert len(figures) == 9
    assert "truncated" not in whole.headers
    monkeypatch.setattr(cube_grid, "MOST_CELLS", 7)
    site = open_site(wide.parent)
    page = site.get(f"/data/staff/slice.en.html{query}")
    assert page.text == whole.text  # the table asks for the rows that it shows
    assert "truncated" not in page.headers
    assert "truncated" not in site.get(f"/data/staff/slice.en.svg{query}").headers
    told = site.get(f"/data/staff/slice.en.json{query}")
    assert told.headers["truncated"] == "rows=2"
    assert told.json()["truncated"] == "rows=2"
    assert told.json()["figures"] == figures[:6]
    lines = site.get(f"/data/staff/slice.en.csv{query}").text.splitlines()
    assert len(lines) == 1 + 6 + 1
    assert lines[-1] == ",,,,,,truncated,"


def test_a_view_with_too_many_columns_says_so(wide: Path, open_site: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cube_grid, "MOST_CELLS", 7)
    monkeypatch.setattr(cube_grid, "MOST_ACROSS", 2)
    site = open_site(wide.parent)
    query = "?rows=office&cols=year&measure=heads"
    page = site.get(f"/data/staff/slice.en.html{query}")
    assert "The first 2 columns are here; there are more." in page.text
    assert page.headers["truncated"] == "columns=2"
    assert "這裡只有前 2 欄" in site.get(f"/data/staff/slice.zh-Hant-TW.svg{query}&show=chart").text


def test_figures_of_a_store_that_were_not_all_read_say_so_everywhere(
    tmp_path: Path, make: MakeRelease, open_site: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cube_module, "MOST_OBSERVATIONS", 5)
    make(tmp_path, turtle=WIDE)
    site = open_site(tmp_path)
    for suffix in ("html", "csv", "json", "svg"):
        answer = site.get(f"/data/staff/slice.en.{suffix}?rows=office&cols=year&measure=heads")
        assert answer.headers["truncated"] == "observations=5", suffix
        assert ("truncated" if suffix == "csv" else "The figures come from the first 5 observations") in answer.text
    assert site.get("/data/staff/slice.en.csv?all=yes").headers["truncated"] == "observations=5"
    assert "all=yes" not in site.get("/data/staff.en.html").text
