"""What stands on the pages: labels, languages, the attribution sentence, tables; and that data cannot break out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from lod.release.release import Site

ATTRIBUTION = "本研究部分資料來源為行政院人事行政總處提供，文中任何闡釋或結論並不代表行政院人事行政總處之立場。"
DATASET = "/data/civil-servants-by-county"
PAGES = {
    "home": "/index",
    "catalogue": "/catalog",
    "dataset": DATASET,
    "dataset without figures": "/data/empty",
    "view": DATASET + "/slice",
    "observation": DATASET + "/obs/2012/63000/M",
    "code list": "/doc/code/county",
    "code list with a cycle": "/doc/code/loop",
    "concept": "/doc/code/county/63000",
    "organisation": "/doc/org/2.16.886.101.20003.20072",
    "term": "/doc/def/dimension/county",
    "structure": "/doc/def/structure/by-county",
    "thing with a Chinese key": "/doc/county/%E8%87%BA%E5%8C%97%E5%B8%82",
    "release": "/release",
    "search": "/search",
    "validation": "/validation",
    "about": "/about",
    "accessibility": "/accessibility",
    "query": "/sparql",
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """A page as a reader's program sees it: elements in order, and a word when tags do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []  # text and the language it is in
        self.headings: list[int] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self._open.append((tag, given.get("lang") or (self._open[-1][1] if self._open else "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1][0] == tag, f"</{tag}> closes <{self._open[-1][0]}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            self.texts.append((data.strip(), self._open[-1][1]))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such element."""
        return [given for name, given in self.elements if name == tag]

    def language_of(self, text: str) -> set[str]:
        """The languages in which a text stands here."""
        return {language for found, language in self.texts if found == text}


@pytest.fixture(
    scope="session", params=[f"{name} in {language}" for name in PAGES for language in ("zh-Hant-TW", "en")]
)
def page(request: pytest.FixtureRequest, site: httpx.Client) -> tuple[str, str, str]:
    """Every kind of page in both languages: its kind, language, HTML."""
    name, _, language = request.param.rpartition(" in ")
    answer = site.get(f"{PAGES[name]}.{language}.html")
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    return name, language, answer.text


def test_the_attribution_sentence_stands_on_every_page(page: tuple[str, str, str]) -> None:
    assert ATTRIBUTION in page[2]


def test_a_page_is_well_formed_and_has_its_landmarks(page: tuple[str, str, str]) -> None:
    _, language, html = page
    parsed = Page(html)
    assert parsed.all("html") == [{"lang": language}]
    assert len(parsed.all("main")) == 1
    assert parsed.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip([0, *parsed.headings], parsed.headings, strict=False))
    ids = [given["id"] for _, given in parsed.elements if "id" in given]
    assert len(ids) == len(set(ids))
    assert parsed.all("a")[0] == {"class": "skip", "href": "#content"}
    assert "content" in ids
    for given in (g for _, g in parsed.elements):
        for reference in (given.get("aria-labelledby", ""), given.get("aria-describedby", "")):
            assert set(reference.split()) <= set(ids)
    assert all(given.get("scope") for given in parsed.all("th"))


def test_no_page_loads_anything_from_elsewhere_or_runs_anything(page: tuple[str, str, str]) -> None:
    parsed = Page(page[2])
    data = {"application/json", "application/ld+json"}  # never run
    scripts = [given for given in parsed.all("script") if given.get("type") not in data]
    assert all(given["src"].startswith("/-/static/") for given in scripts)
    assert not scripts or page[0] == "query", "plain pages carry no script"
    assert not parsed.all("iframe")
    assert not any(name.startswith("on") or name == "style" for _, given in parsed.elements for name in given)
    for given in parsed.all("link"):
        if given["rel"] in {"stylesheet", "icon"}:
            assert given["href"].startswith("/-/static/")
    assert all(given["src"].startswith("/-/static/") for given in parsed.all("img"))
    assert all(re.match(r"/|#|https?://|mailto:", given["href"]) for given in parsed.all("a"))


def test_every_class_of_a_page_is_styled_by_its_sheets(page: tuple[str, str, str], site: httpx.Client) -> None:
    parsed = Page(page[2])
    sheets = [given["href"] for given in parsed.all("link") if given["rel"] == "stylesheet"]
    css = "".join(site.get(href).text for href in sheets)
    used = {name for _, given in parsed.elements for name in given.get("class", "").split()}
    unstyled = {name for name in used if f".{name}" not in css}
    assert unstyled <= {"ask", "chart", "files", "iri", "leaf", "level-0", "structure", "wide"}
    assert sum(len(site.get(href).content) for href in sheets if "sparql-editor" not in href) <= 15_000, (
        "as served, all together"
    )


def test_links_inside_lead_somewhere(page: tuple[str, str, str], site: httpx.Client) -> None:
    for given in [*Page(page[2]).all("a"), *Page(page[2]).all("link")]:
        href = given["href"]
        if href.startswith("/") and not href.startswith("/doc/code/period"):
            assert site.head(href.partition("#")[0]).status_code in {200, 303}, href


def test_the_language_switch_and_hreflang_name_the_same_page(page: tuple[str, str, str]) -> None:
    name, _, html = page
    parsed = Page(html)
    for tag in ("zh-Hant-TW", "en"):
        expected = f"{PAGES[name]}.{tag}.html"
        assert expected in {
            given["href"].partition("?")[0] for given in parsed.all("a") if given.get("hreflang") == tag
        }
        assert expected in {
            given["href"].partition("?")[0] for given in parsed.all("link") if given.get("hreflang") == tag
        }


def test_every_value_shows_its_label_in_the_language_of_the_page(site: httpx.Client) -> None:
    chinese, english = (site.get(f"{DATASET}/obs/2012/63000/M.{tag}.html").text for tag in ("zh-Hant-TW", "en"))
    for label in ("臺北市", "男性", "民國101年底", "人數", "縣市", "地方機關公務人員按縣市及性別分"):
        assert label in chinese
    for label in ("Taipei City", "Male", "End of 2012", "Headcount", "Local civil servants by county and sex"):
        assert label in english
    assert "14,022" in chinese
    assert "14,022" in english
    for text in (chinese, english):
        assert not {"63000", "qb:dataSet"} & {found for found, _ in Page(text).texts}


def test_a_value_in_another_language_says_so(site: httpx.Client) -> None:
    english = Page(site.get(f"{DATASET}.en.html").text)
    assert english.language_of("連江縣") == {"zh-Hant-TW"}
    assert english.language_of("Taipei City") == {"en"}
    assert english.language_of(ATTRIBUTION) == {"zh-Hant-TW"}
    concept = Page(site.get("/doc/code/county/63000.en.html").text)
    assert concept.language_of("臺北市") >= {"zh-Hant-TW"}


def test_traditional_comes_before_simplified(site: httpx.Client) -> None:
    page = site.get("/doc/county/%E8%87%BA%E5%8C%97%E5%B8%82.zh-Hant-TW.html").text
    assert re.search(r"<h1[^>]*>臺北市</h1>", page)


def test_the_table_of_a_cube_has_rows_columns_totals_and_gaps(site: httpx.Client) -> None:
    html = site.get(f"{DATASET}.en.html").text
    table = html.partition('<table class="cube">')[2].partition("</table>")[0]
    header, _, body = table.partition("<tbody>")
    assert re.findall(r">([^<>]+)</a>", header) == ["Both sexes", "Male", "Female"]
    rows = [re.findall(r">([^<>\s][^<>]*)</(?:a|span)>", row) for row in body.split("</tr>")[:-1]]
    assert rows == [
        ["All counties and cities", "156,191", "94,776", "61,415"],
        ["New Taipei City", "18,465", "11,200", "7,265"],
        ["Taipei City", "25,301", "14,022", "11,279"],
        ["連江縣", "312", "201", "–", "not applicable: there is no such figure"],
    ]
    assert 'class="level-0"' in body
    assert 'class="level-1"' in body
    assert f'href="{DATASET}/obs/2012/63000/M.en.html"' in body


def test_a_project_that_says_only_what_it_must_has_every_page(
    make: Callable[..., Path], open_site: Callable[[Path], httpx.Client], tmp_path: Path
) -> None:
    """No attribution, no description, no address of mail, one language, in which the agency has no name."""
    plain = Site(
        name="plain",
        base_iri="",
        languages=("en",),
        title={"en": "Plain"},
        description={},
        agency_iri="https://lod.example.org/id/org/1",
        agency_name={"zh-Hant-TW": "某機關"},
        agency_email="",
        licence_iri="https://data.gov.tw/license",
        licence_name={"en": "Licence"},
        attribution={},
    )
    make(tmp_path, site=plain)
    client = open_site(tmp_path)
    for path in PAGES.values():
        assert client.get(f"{path}.en.html").status_code == 200, path
    assert Page(client.get("/index.en.html").text).language_of("某機關") == {"zh-Hant-TW"}
    dataset = Page(client.get(f"{DATASET}.en.html").text)
    files = [str(each["href"]) for name, each in dataset.elements if name == "a" and "cite" in each.get("href", "")]
    assert files
    for path in (*files, "/feed.atom"):
        assert client.get(path).status_code == 200, path


def test_the_dataset_page_says_how_to_take_it_away_and_cite_it(site: httpx.Client) -> None:
    html = site.get(f"{DATASET}.en.html").text
    assert f'href="{DATASET}.ttl"' in html
    assert 'href="/dump/1-aaaaaaaa/data.nt.gz"' in html
    told = dict(re.findall(r'<a href="([^"]*)" type=[^\n]*\n[^\n]*\n[^\n]*<code class="digest">([0-9a-f]{64})<', html))
    assert {f"{DATASET}{suffix}" for suffix in (".ttl", ".nt", ".jsonld", ".rdf")} <= told.keys()
    for href, digest in told.items():
        assert hashlib.sha256(site.get(href).content).hexdigest() == digest, href
    assert "Directorate-General of Personnel Administration (2026). Local civil servants by county and sex." in html
    assert "Open Government Data License" in html
    assert 'href="https://www.mocs.gov.tw/"' in html


def test_neighbours_lie_along_each_dimension(site: httpx.Client) -> None:
    html = site.get(f"{DATASET}/obs/2012/63000/M.en.html").text
    along = html.partition('class="along"')[2].partition("</section>")[0]
    assert re.findall(r"<h3>([^<]*)</h3>", along) == ["By County or city", "By Sex"]
    assert f'href="{DATASET}/obs/2012/65000/M.en.html"' in along
    assert f'href="{DATASET}/obs/2012/63000/F.en.html"' in along
    assert f'href="{DATASET}/obs/2012/65000/F.en.html"' not in along


def test_a_code_list_is_a_tree_and_a_cycle_is_cut(site: httpx.Client) -> None:
    tree = site.get("/doc/code/sex.zh-Hant-TW.html").text.partition('class="tree"')[2].partition("</section>")[0]
    assert re.findall(r'class="code">(\w)<', tree) == ["T", "M", "F"]
    assert tree.index("<details") < tree.index("男性")
    loop = site.get("/doc/code/loop.en.html").text
    assert re.findall(r'class="code">(\w)<', loop) == ["a", "b"]


def test_a_concept_shows_mappings_and_where_it_is_used(site: httpx.Client) -> None:
    html = site.get("/doc/code/sex/M.en.html").text
    assert "http://purl.org/linked-data/sdmx/2009/code#sex-M" in html
    assert "exact match" in html
    assert "End of 2012, Taipei City, Male" in html


def test_data_cannot_break_out_of_the_page(site: httpx.Client) -> None:
    html = site.get("/doc/code/county/63000.en.html").text
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "javascript:alert(1)" in html
    assert 'href="javascript' not in html


def test_an_error_page_speaks_the_readers_language(site: httpx.Client) -> None:
    for header, language, text in (
        ("zh-TW", "zh-Hant-TW", "沒有這個網址"),
        ("en-GB", "en", "Nothing has this address"),
    ):
        answer = site.get("/doc/nothing", headers={"accept-language": header, "accept": "text/html"})
        assert f'<html lang="{language}">' in answer.text
        assert text in answer.text
        assert ATTRIBUTION in answer.text


def test_an_address_that_is_not_there_answers_in_the_language_of_its_suffix(site: httpx.Client) -> None:
    answer = site.get("/data/nothing.en.html", headers={"accept": "text/html", "accept-language": "zh-TW"})
    assert answer.status_code == 404
    assert '<html lang="en">' in answer.text


def test_an_address_that_is_spelt_nearly_right_leads_on(site: httpx.Client) -> None:
    headers = {"accept": "text/html", "accept-language": "en"}
    dataset = site.get("/data/civil-servant-by-county", headers=headers)
    assert dataset.status_code == 404
    assert f'href="{DATASET}"' in dataset.text
    named = site.get("/doc/taipei-city", headers=headers)
    assert named.status_code == 404
    assert 'href="/doc/code/county/63000"' in named.text
