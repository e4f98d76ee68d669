"""The site in a real browser: every kind of page, in both languages, light, dark and narrow; and ways through it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from lod.diagnostics import Findings
from lod.validation.files import account_of_files
from lod.validation.reports.page import write_page

pytestmark = pytest.mark.browser

ATTRIBUTION = "本研究部分資料來源為行政院人事行政總處提供，文中任何闡釋或結論並不代表行政院人事行政總處之立場。"
COUNTIES = "/data/civil-servants-by-county"
PAGES = {
    "home": "/index",
    "catalogue": "/catalog",
    "dataset": COUNTIES,
    "wide dataset": "/data/civil-servants-by-rank",
    "dataset of two measures": "/data/civil-servants-mean-age",
    "view": f"{COUNTIES}/slice",
    "wide view": "/data/civil-servants-by-rank/slice",
    "observation": f"{COUNTIES}/obs/2012/63000/M",
    "code list": "/doc/code/rank",
    "part of a code list": "/codes",
    "values": "/links",
    "chosen datasets": "/datasets",
    "concept": "/doc/code/county/63000",
    "organisation": "/doc/org/2.16.886.101.20003.20072",
    "term": "/doc/def/dimension/county",
    "vocabulary": "/doc/def/personnel-statistics",
    "release": "/release",
    "validation": "/validation",
    "about": "/about",
    "accessibility": "/accessibility",
    "address that is not there": "/data/civil-servant-by-county",
    "api": "/api",
    "search": "/search",
    "query": "/sparql",
}
ASKED = {"/codes": "?of=id/code/rank&under=id/code/rank/03", "/links": "?of=id/code/rank/03&in=def/dimension/rank"}
MISSING = "address that is not there"
AXE = Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js"
CHARTS = {
    "map": f"{COUNTIES}/slice.{{}}.html?show=chart&chart=map",
    "grouped": f"{COUNTIES}/slice.{{}}.html?show=chart&chart=grouped",
    "stacked": f"{COUNTIES}/slice.{{}}.html?show=chart&chart=stacked",
    "heat": f"{COUNTIES}/slice.{{}}.html?show=chart&chart=heat",
    "pyramid": "/data/civil-servants-by-age/slice.{}.html?show=chart&chart=pyramid",
    "searched": "/search.{}.html?q=63000",
}


def address(name: str, language: str) -> str:
    """Where a kind of page is in a language."""
    if name in CHARTS:
        return CHARTS[name].format(language)
    return f"{PAGES[name]}.{language}.html{ASKED.get(PAGES[name], '')}"


NewVisit = Callable[..., Any]


def opened(reader: Any, name: str, language: str) -> Page:
    """A page of a kind, whole and in that language; one that is not there answers so, and the browser says it."""
    missing = name == MISSING
    page: Page = reader.open(address(name, language), status=404 if missing else 200)
    if missing:
        assert len(reader.complaints) == 1
        assert "404" in reader.complaints.pop()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("footer")).to_contain_text(ATTRIBUTION)
    return page


@pytest.mark.parametrize("name", [*PAGES, *CHARTS])
def test_a_page_in_chinese_by_day_and_by_night(regular: Any, name: str) -> None:
    """Whole, without a complaint of the browser or of axe, and its text stands out from its background."""
    regular.look(width=1280, color_scheme="light")
    page = opened(regular, name, "zh-Hant-TW")
    assert page.evaluate(CONTRAST) == []
    assert complaints_of_axe(page) == []
    regular.look(width=1280, color_scheme="dark")
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("name", [*PAGES, *CHARTS])
def test_a_page_in_english_at_night_on_a_small_telephone_and_a_wide_screen(regular: Any, name: str) -> None:
    regular.look(width=360, color_scheme="dark")
    page = opened(regular, name, "en")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if name in CHARTS:
        boxes = page.evaluate("[...document.querySelectorAll('.chart-box')].map(e => [e.scrollWidth, e.clientWidth])")
        assert all(inside <= outside for inside, outside in boxes), boxes
        shown = page.evaluate("[...document.querySelectorAll('svg.chart')].filter(e => e.checkVisibility()).length")
        assert shown == len(boxes)
    regular.look(width=1280, color_scheme="dark")
    assert complaints_of_axe(page) == []


def complaints_of_axe(page: Page) -> list[Any]:
    """https://github.com/dequelabs/axe-core ; WCAG 2.2 A and AA, and its best practices."""
    if not AXE.is_file():
        pytest.skip("axe-core is not fetched (make web, needs npm)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    run = "axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 160))]))"
    found: list[Any] = page.evaluate(run)
    return found


CONTRAST = """() => {
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color[3] > 0) return color;
    }
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest('.skip, [aria-hidden], .visually-hidden')) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const [a, b] = [light(parse(style.color)), light(behind(element))].sort((x, y) => y - x);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5))
      found.push([walker.currentNode.data.trim().slice(0, 30), style.color, ((a + 0.05) / (b + 0.05)).toFixed(2)]);
  }
  return found;
}"""


def test_the_keyboard_reaches_the_content_first(visit: NewVisit) -> None:
    page: Page = visit().open("/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_focus_can_be_seen(visit: NewVisit) -> None:
    page: Page = visit().open(f"{COUNTIES}.en.html")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert outline == "solid"
        assert width >= 2


def test_a_readers_language_is_negotiated_and_their_choice_sticks(visit: NewVisit) -> None:
    page: Page = visit(locale="zh-TW").open(COUNTIES)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant-TW")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="26,089").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Taipei City")
    assert visit(locale="en-GB").open("/").locator("html").get_attribute("lang") == "en"


CITIZEN = {
    "zh-TW": ("瀏覽資料集", "縣市別", "臺北市", "資料來源", "儲存格 D9", "女性", "人工比對"),
    "en-GB": ("See the datasets", "by county", "Taipei City", "Source", "Cell D9", "Female", "Matched by a person"),
}


@pytest.mark.parametrize("locale", CITIZEN)
def test_a_citizen_finds_a_number_and_where_it_comes_from(visit: NewVisit, locale: str) -> None:
    browse, title, place, source, cell_name, women, matched = CITIZEN[locale]
    page: Page = visit(scripts=False, locale=locale).open("/")
    page.get_by_role("link", name=browse).click()
    page.get_by_role("link", name=re.compile(title)).first.click()
    row = page.get_by_role("row", name=re.compile(f"^{place}"))
    row.get_by_role("link", name="14,468").click()
    expect(page.locator(".big .value")).to_have_text("14,468")
    expect(page.locator(".sentence")).to_contain_text(place)
    expect(page.locator("main")).to_contain_text(source)
    cell = page.locator(".origins li")
    expect(cell).to_have_count(1)
    for part in ("14468", cell_name, "表10按縣市別分", "tables/civil-servants.xlsx", "SHA-256"):
        expect(cell).to_contain_text(part)
    page.locator(".neighbours").get_by_role("link", name=women, exact=True).click()
    expect(page.locator(".big .value")).to_have_text("11,621")
    page.get_by_role("link", name=place, exact=True).first.click()
    expect(page.locator("h1")).to_have_text(place)
    elsewhere = page.locator(".evidence li", has_text="Q1867")
    called = elsewhere.get_by_role("link", name="臺北市")
    expect(called).to_have_attribute("href", re.compile("wikidata"))
    expect(called).to_have_js_property("lang", "" if locale == "zh-TW" else "zh-Hant-TW")
    expect(elsewhere).to_contain_text(matched)


def test_a_researcher_asks_in_sparql_without_scripts(visit: NewVisit) -> None:
    page: Page = visit(scripts=False, locale="en-GB").open("/")
    page.get_by_role("link", name="Open the query page").click()
    page.get_by_label("Query").fill(
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
        "SELECT ?c WHERE { ?c skos:inScheme <https://lod.example.org/id/code/sex> } ORDER BY ?c"
    )
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("tbody")).to_contain_text("Female")
    assert page.locator("tbody tr").count() == 3


def test_things_that_are_no_figures_are_found_from_the_home_page(visit: NewVisit) -> None:
    page: Page = visit(scripts=False, locale="en-GB").open("/")
    page.get_by_role("region", name="Things").get_by_role("link").first.click()
    page.get_by_role("link", name="Directorate-General of Personnel Administration", exact=False).first.click()
    expect(page.locator("h1")).to_contain_text("Directorate-General of Personnel Administration")


def test_an_address_that_is_not_there_leads_on(visit: NewVisit) -> None:
    reader = visit(locale="en-GB")
    page: Page = reader.open("/doc/code/county/6300", status=404)
    assert len(reader.complaints) == 1  # the browser itself reports the 404
    assert "404" in reader.complaints.pop()
    page.get_by_role("link", name="Taipei City").click()
    expect(page.locator("h1")).to_have_text("Taipei City")


def test_a_wide_table_scrolls_in_its_own_box_by_keyboard(visit: NewVisit) -> None:
    page: Page = visit(width=360).open("/data/civil-servants-by-rank.en.html")
    region = page.get_by_role("region", name="Civil servants by rank and agency level: table")
    region.focus()
    expect(region).to_be_focused()
    before = region.evaluate("e => e.scrollLeft")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("e => e.scrollLeft > 0", arg=region.element_handle())
    assert before == 0


def test_a_printed_page_keeps_the_figures_and_the_attribution(visit: NewVisit) -> None:
    page: Page = visit().open(f"{COUNTIES}.zh-Hant-TW.html")
    page.emulate_media(media="print")
    expect(page.locator("table.cube")).to_be_visible()
    expect(page.locator("footer")).to_contain_text(ATTRIBUTION)
    expect(page.locator("header.site nav").first).to_be_hidden()


def test_a_release_shows_its_validation_report(visit: NewVisit) -> None:
    """With its own style sheet, which the site's policy would not let in."""
    page: Page = visit().open("/release.en.html")
    page.get_by_role("link", name="The report").click()
    page.get_by_role("link", name="The whole report").click()
    expect(page.get_by_role("heading", name="各形狀由哪個引擎檢查")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about_in_a_validation_report(
    browser: Browser, scheme: Literal["light", "dark"], tmp_path: Path
) -> None:
    """A file of its own, opened without a server; each language hides the other."""
    (tmp_path / "s.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> . "
        "e:S a sh:NodeShape ; sh:targetClass e:T ; sh:property [ sh:path e:n ; sh:minCount 1 ] . "
        "e:Idle a sh:NodeShape ; sh:targetClass e:N ; sh:nodeKind sh:IRI ."
    )
    (tmp_path / "d.ttl").write_text("<http://e/1> a <http://e/T> . <http://e/2> a <http://e/T> .")
    account = account_of_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"], Findings())
    (tmp_path / "r.html").write_text(write_page(account, language="zh-Hant-TW"), encoding="utf-8")
    page = browser.new_page(color_scheme=scheme)
    page.goto((tmp_path / "r.html").as_uri())
    expect(page.locator("h1")).to_contain_text("驗證報告")
    expect(page.get_by_text("Validation report")).to_be_hidden()
    page.get_by_label("English").check()
    expect(page.get_by_text("Validation report")).to_be_visible()
    expect(page.get_by_text("驗證報告")).to_be_hidden()
    found = complaints_of_axe(page)
    page.close()
    assert found == []


RESEARCHER = {
    "zh-Hant-TW": "台北市 搜尋 臺北市 全國公務人員人數按縣市別及性別分 自選列、欄與項目 列 欄 顯示 男女合計 熱圖 "
    "CSV（代碼與名稱） 以_SPARQL_查詢 查詢 查詢語句",
    "en": "taipei_city Search Taipei_City Civil_servants_by_county_and_sex Choose_rows,_columns_and_codes Rows Columns "
    "Show Both_sexes Heat_table CSV_(codes_and_labels) The_query_in_SPARQL Ask Query",
}


@pytest.mark.parametrize("language", RESEARCHER)
def test_a_researcher_pivots_charts_and_asks_behind_it_without_scripts(visit: NewVisit, language: str) -> None:
    said = [words.replace("_", " ") for words in RESEARCHER[language].split(" ")]
    asked, search, place, dataset, choose, rows, columns, show, total, heat, csv, behind, ask, query = said
    page: Page = visit(scripts=False).open(f"/index.{language}.html")
    page.get_by_role("searchbox").fill(asked)
    page.get_by_role("button", name=search).click()
    page.get_by_role("link", name=place, exact=True).first.click()
    expect(page.locator("h1")).to_have_text(place)
    page.get_by_role("link", name=dataset).first.click()
    page.get_by_text(choose).click()
    page.get_by_label(rows, exact=True).select_option("sex")
    page.get_by_label(columns, exact=True).select_option("county")
    page.get_by_role("button", name=show).click()
    expect(page).to_have_url(re.compile(r"rows=sex&cols=county"))
    expect(page.locator("table.cube tbody th").first).to_contain_text(total)
    page.get_by_role("link", name=heat).click()
    expect(page.locator("svg.chart").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=csv).click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 70
    assert any("14468" in line and place in line for line in lines)
    page.get_by_role("link", name=behind).click()
    expect(page.get_by_role("region").locator("tbody tr")).to_have_count(69)
    page.get_by_label(query, exact=True).fill(page.get_by_label(query, exact=True).input_value() + " LIMIT 5")
    page.get_by_role("button", name=ask, exact=True).click()
    expect(page.get_by_role("region").locator("tbody tr")).to_have_count(5)
    other: Page = visit(scripts=False).open(
        page.url.removeprefix(page.url.partition("/sparql")[0])
    )  # as a friend opens it
    expect(other.get_by_role("region").locator("tbody tr")).to_have_count(5)
    expect(other.locator("html")).to_have_attribute("lang", language)


def test_the_explorer_can_be_walked_by_keyboard(visit: NewVisit) -> None:
    page: Page = visit(locale="en-GB").open(f"{COUNTIES}/slice.en.html")
    page.get_by_label("Rows", exact=True).focus()
    page.keyboard.press("ArrowDown")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("rows=sex"))
