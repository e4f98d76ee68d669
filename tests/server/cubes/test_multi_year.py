"""A cube of many years: table, lines, map and pyramid; three kinds of nothing; more columns than a page has."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import httpx
import multi_year
import pytest
from python_calamine import CalamineWorkbook
from small_release import write_columns

from lod.server.charts.map import atlas
from lod.server.cubes.cube import read_cube
from lod.server.cubes.whole import MOST_MADE, TABLES, told
from lod.server.pages.reader import Reader
from lod.server.served import open_served

BASE = "https://lod.example.org/"
WIDE = 2_500
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _wide() -> str:
    head = "<data/wide> a qb:DataSet ; qb:structure <dsd/wide> .\n<dsd/wide> qb:component [ qb:dimension <def/year> ],"
    body = "".join(
        f"<data/wide/obs/{year}/{n}> a qb:Observation ; qb:dataSet <data/wide> ; <def/year> <id/year/{year}> ;"
        f" <def/village> <id/village/{n}> ; <def/staff> {n} .\n"
        for n in range(WIDE)
        for year in (2011, 2012)
    )
    return f"{head} [ qb:dimension <def/village> ], [ qb:measure <def/staff> ] .\n{body}"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path]) -> Path:
    """A release with cubes of many years, and one of many columns."""
    folder, turtle = tmp_path_factory.mktemp("years"), multi_year.turtle() + _wide()
    release = make(folder, turtle=turtle)
    write_columns(release, turtle)
    return folder


@pytest.fixture(scope="module")
def years(releases: Path, open_for_module: Callable[[Path], httpx.Client]) -> httpx.Client:
    """The site over it."""
    return open_for_module(releases)


def view(site: httpx.Client, query: str, dataset: str = "years", suffix: str = "html") -> httpx.Response:
    """A view of a dataset in English."""
    answer = site.get(f"/data/{dataset}/slice.en.{suffix}?{query}")
    assert answer.status_code == 200
    return answer


def test_years_go_along_a_line(years: httpx.Client) -> None:
    page = view(years, "rows=year&cols=gender&place=63000&show=chart").text
    assert 'aria-current="true">Line' in page
    chart = page.partition("<svg")[2].partition("</svg>")[0]
    assert len(re.findall("<circle", chart)) == 20  # ten years of two sexes; the total is no part
    assert "End of 2003" in chart


def test_ages_by_sex_are_a_pyramid(years: httpx.Client) -> None:
    page = view(years, "rows=band&cols=gender&year=2012&show=chart", "bands").text
    assert 'aria-current="true">Age pyramid' in page


def test_what_is_not_published_zero_and_not_applicable_are_three_things_in_the_table(years: httpx.Client) -> None:
    table = view(years, "rows=place&cols=gender&year=2012").text.partition("<tbody>")[2]
    rows = {row.partition("level-1")[2][:40]: row for row in table.split("</tr>") if "level-1" in row}
    text = {place: next(row for row in rows.values() if place in row) for place in ("Nantou", "Lienchiang", "Penghu")}
    assert text["Nantou"].count(">not published<") == 3
    assert text["Lienchiang"].count(">kept back, to protect persons<") == 2
    assert ">0</a>" in text["Penghu"]
    early = view(years, "rows=place&cols=gender&year=2003").text
    kinmen = next(row for row in early.split("</tr>") if "Kinmen" in row)
    assert "not applicable" in kinmen


@pytest.mark.parametrize(
    ("place", "words"),
    [("10008/T", "not published"), ("10008/F", "not published"), ("09007/F", "kept back, to protect persons")],
)
def test_the_page_of_a_figure_that_is_not_told_says_so(years: httpx.Client, place: str, words: str) -> None:
    page = years.get(f"/data/years/obs/2012/{place}.en.html").text
    assert f'<span class="missing">{words}</span>' in page
    assert f" {words}</span>" in page.partition('class="sentence"')[2].partition("</p>")[0]
    here = page.partition('class="neighbours"')[2].partition('aria-current="true"')[2]
    assert re.search(r'class="number">(…|c)<', here.partition("</li>")[0])


def test_they_are_three_things_in_the_chart_and_in_the_map(years: httpx.Client) -> None:
    heat = view(years, "rows=place&cols=year&gender=T&show=chart&chart=heat").text
    assert re.search(r'class="p"><title>Nantou County · End of 2012: not published', heat)
    assert re.search(r'-o\)" class="p"><title>Kinmen County · End of 2012: not applicable', heat)
    if atlas() is None:
        pytest.skip("the atlas is not fetched (make web, needs npm)")
    found = view(years, "rows=place&cols=-&year=2012&gender=T&show=chart&chart=map").text
    chart = found.partition("<svg")[2].partition("</svg>")[0]
    assert re.search(r'-h\)" class="p"><title>Nantou County: not published', chart)
    assert re.search(r'-o\)" class="p"><title>Kinmen County: not applicable', chart)
    legend = re.findall(r"<text[^>]*>([^<]*)</text>", chart)
    assert {"not published", "not applicable: there is no such figure"} <= set(legend)


def test_a_view_can_be_had_in_every_form(years: httpx.Client) -> None:
    page = view(years, "rows=place&cols=gender&year=2012&show=chart").text
    taken = page.partition('id="take"')[2]
    links = dict(re.findall(r'<a href="([^"]+)" type="([^"]+)"', taken))
    assert {"text/csv", "application/json", "image/svg+xml", "image/png", EXCEL} == set(links.values())
    for href, media_type in links.items():
        answer = years.get(unescape(href))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
    assert "/sparql" in taken
    assert "/embed/data/years/slice" in taken


def test_a_workbook_has_numbers_codes_labels_and_says_what_it_is(years: httpx.Client) -> None:
    answer = years.get("/data/years/slice.zh-Hant-TW.xlsx?rows=place&cols=gender&year=2012")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    figures, about = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert figures[0][2:4] == ["縣市別 (代碼)", "縣市別"]
    by_place = {(row[2], row[4]): row for row in figures[1:]}
    assert by_place["10016", "F"][6:9] == ["人數", 0.0, ""]
    assert by_place["10008", "T"][7:9] == ["", "未發布"]
    assert by_place["09007", "F"][8] == "不公開（保護當事人）"
    assert by_place["63000", "M"][9] == f"{BASE}data/years/obs/2012/63000/M"
    told = {str(row[0]): str(row[1]) for row in about}
    assert told["名稱"] == "歷年各縣市公務人員人數"
    assert "本研究部分資料來源為" in "".join(str(row[1]) for row in about)
    again = years.get("/data/years/slice.zh-Hant-TW.xlsx?rows=place&cols=gender&year=2012")
    assert again.content == answer.content


def test_the_page_of_a_dataset_tells_size_and_digest_of_each_table(years: httpx.Client) -> None:
    import hashlib

    page = years.get("/data/years.en.html").text
    rows = re.findall(r'<a href="([^"]+all=yes)"[^>]*>.*?<code class="digest">([0-9a-f]{64})</code>', page, re.DOTALL)
    assert len(rows) == 3
    for href, digest in rows:
        assert hashlib.sha256(years.get(unescape(href)).content).hexdigest() == digest


def test_columns_beyond_a_page_are_said_and_reached(years: httpx.Client) -> None:
    first = view(years, "rows=year&cols=village", "wide").text
    assert "Columns 1 to 120 of 2,500." in first
    (link,) = re.findall(r'<a href="([^"]+)">Further columns', first)
    second = years.get(unescape(link)).text
    assert "Columns 121 to 240 of 2,500." in second
    last = view(years, "rows=year&cols=village&across=21", "wide").text
    assert "Columns 2401 to 2500 of 2,500." in last
    assert "Further columns" not in last
    assert "2,499" in last
    assert view(years, "rows=year&cols=village", "wide", "csv").text.count("\r\n") == 1 + 2 * WIDE


def test_a_code_of_a_long_list_is_written_into_the_form(years: httpx.Client) -> None:
    page = view(years, "rows=year&cols=-&village=77", "wide").text
    assert re.search(r'<input id="[^"]+" name="village" value="77"', page)
    assert len(page) < 60_000


def test_lines_worked_out_at_once_are_those_asked_for_one_by_one(releases: Path) -> None:
    (release,) = (folder for folder in releases.iterdir() if folder.is_dir())
    for dataset in ("years", "bands"):
        cube = read_cube(open_served(release), f"{BASE}data/{dataset}")
        observations = cube.where({}, 1_000)
        asked = [cube.along(each, dimension) for each in observations for dimension in cube.dimensions]
        cube.hold_lines()
        held = [cube.along(each, dimension) for each in observations for dimension in cube.dimensions]
        assert held == asked
        assert any(len(line) > 2 for line in held)


def test_of_a_file_that_takes_long_to_make_the_size_is_estimated(
    releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (release,) = (folder for folder in releases.iterdir() if folder.is_dir())
    sizes = []
    for _ in range(2):
        served = open_served(release)
        reader, cube = Reader(served, "en", explicit=True), read_cube(served, f"{BASE}data/wide")
        sizes.append([told(reader, cube, form, "Wide") for form in TABLES])
        for form in TABLES:
            monkeypatch.setitem(MOST_MADE, form, 1)
    assert [bool(each.sha256) for each in (*sizes[0], *sizes[1])] == [True] * 3 + [False] * 3
    assert all(0.9 < estimated.bytes / made.bytes < 1.1 for made, estimated in zip(*sizes, strict=True))
