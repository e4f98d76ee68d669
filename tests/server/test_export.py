"""The site as files: whole, the same as served, and every link leads somewhere."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from multiprocessing import active_children
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from lod.diagnostics import Findings
from lod.errors import UsageError
from lod.events import StageAdvanced
from lod.rdf.formats import HTML, TURTLE
from lod.server.addresses import DOCUMENT_FORMATS, UrlSpace
from lod.server.export.beside import made
from lod.server.export.paths import Shelf, file_of
from lod.server.export.write import MARK, export_site, know, open_shelf
from lod.server.served import open_served
from lod.server.sparql.question import QueryLimits

LINK = re.compile(r'(?:href|src|action)="([^"]*)"')
BASE = "https://lod.example.org/"


@pytest.fixture(scope="session")
def exported(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the published release, under a path of its own."""
    target = tmp_path_factory.mktemp("web server") / "資料"
    done = export_site(releases / "1-aaaaaaaa", target, findings=Findings())
    assert done.documents > 30
    assert not done.left_out
    return target


def test_every_link_leads_to_a_file_or_to_another_site(exported: Path) -> None:
    pages = list(exported.rglob("*.html"))
    assert len(pages) > 100
    missing = []
    for page in pages:
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            if re.match(r"https?://|mailto:|#", link):
                continue
            assert not link.startswith("/"), (page, link)
            file = (page.parent / unquote(re.split("[?#]", link)[0])).resolve()
            if not file.is_file():
                missing.append((str(page.relative_to(exported)), link))
    assert missing == []


def test_a_file_is_what_the_server_answers(exported: Path, releases: Path, site: httpx.Client) -> None:
    served = open_served(releases / "1-aaaaaaaa")
    known = know(served, DOCUMENT_FORMATS)
    stems, shelf = known.stems, open_shelf(served, known, DOCUMENT_FORMATS)
    compared = 0
    for path in made(served, DOCUMENT_FORMATS, QueryLimits()):
        if not path.startswith("/search."):  # has a script that answers without the server
            answer = site.get(path)
            assert answer.status_code == 200, path
            body = shelf.relative(answer.content, path) if path.endswith(".html") else answer.content
            assert (exported / path[1:]).read_bytes() == body, path
            compared += 1
    for stem in stems:
        for address in shelf.variants(stem):
            answer = site.get(address.path)
            body = shelf.relative(answer.content, address.path) if address.format is HTML else answer.content
            assert answer.status_code == 200, address.path
            assert (exported / (file_of(address.path) or "")).read_bytes() == body, address.path
            compared += 1
    assert compared > 300


def test_parts_of_pages_are_files_and_lead_on(exported: Path) -> None:
    catalogue = (exported / "catalog.en.html").read_text(encoding="utf-8")
    (chosen,) = set(re.findall(r'href="(datasets/[0-9a-f]{20}\.en\.html)">4 ★', catalogue))
    page = (exported / chosen).read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert 'href="../catalog.en.html"' in page
    other = chosen.replace(".en.", ".zh-Hant-TW.")
    assert f'href="../{other}" lang="zh-Hant-TW"' in page
    assert "4 ★" in (exported / other).read_text(encoding="utf-8")


def linked(page: Path, name: str) -> list[Path]:
    """The files that the links of a name lead to."""
    links = re.findall(rf'<a href="([^"]*)"[^>]*>{name}<', page.read_text(encoding="utf-8"))
    return [page.parent / unquote(link.partition("#")[0]) for link in links]


def test_the_main_views_of_a_cube_are_files(exported: Path, site: httpx.Client) -> None:
    dataset = exported / "data" / "civil-servants-by-county.en.html"
    for name in ("Heat table", "Grouped bars"):
        (view,) = linked(dataset, name)
        assert "<svg" in view.read_text(encoding="utf-8")
        (table,) = linked(view, "Table")
        (turned,) = linked(table, "Exchange rows and columns")
        assert linked(turned, "Exchange rows and columns")[0].resolve() == table.resolve()
        for name in (r"CSV \(codes and labels\)", "JSON", "Excel", "SVG"):
            (file,) = linked(turned, name)
            assert file.is_file()
    whole = exported / "data" / "civil-servants-by-county" / "slice.en.csv"
    assert whole.read_bytes() == site.get("/data/civil-servants-by-county/slice.en.csv?all=yes").content


def test_a_view_tells_the_address_of_its_file_and_of_its_frame(exported: Path) -> None:
    (chart,) = linked(exported / "data" / "civil-servants-by-county.en.html", "Heat table")
    page = unescape(unescape(chart.read_text(encoding="utf-8")))
    (address,) = re.findall(rf'<dd class="iri">{BASE}([^<]*)</dd>', page)
    assert (exported / address).resolve() == chart.resolve()
    (frame,) = re.findall(rf'<iframe src="{BASE}([^"]*)"', page)
    framed = (exported / frame).read_text(encoding="utf-8")
    assert "<svg" in framed
    (back,) = re.findall(r'<a href="([^"]*)" target="_top">', framed)
    assert ((exported / frame).parent / back).resolve() == chart.resolve()


def test_a_page_that_leads_to_the_site_says_so(exported: Path) -> None:
    dataset = (exported / "data" / "civil-servants-by-county.en.html").read_text(encoding="utf-8")
    form = re.search(
        rf'<form method="get" action="{BASE}data/civil-servants-by-county/slice.en.html".*?</form>', dataset, re.DOTALL
    )
    assert form
    assert f"answered by the site itself, {BASE}" in form[0]
    asked = (exported / "sparql.zh-Hant-TW.html").read_text(encoding="utf-8")
    assert f"由線上網站 {BASE} 回答" in asked
    term = (exported / "doc" / "def" / "dimension" / "county.en.html").read_text(encoding="utf-8")
    assert "answered by the site" not in term


def test_an_address_without_a_suffix_leads_to_the_page(exported: Path) -> None:
    for folder in ("", "id/code/county/63000", "doc/code/county/63000", "def/dimension/county", "id/county/臺北市"):
        entry = (exported / folder / "index.html").read_text(encoding="utf-8")
        target = re.search(r'content="0; url=([^"]*)"', entry)
        assert target, folder
        page = exported / folder / unquote(target[1])
        assert "<html lang=" in page.read_text(encoding="utf-8")


def test_names_can_be_searched_without_a_server(exported: Path) -> None:
    script = (exported / "search.zh-Hant-TW.js").read_text(encoding="utf-8")
    names = json.loads(script.removeprefix("globalThis.lodNames = "))
    (taipei,) = [name for name in names if name["label"] == "臺北市" and "code/county" in name["href"]]
    assert (exported / taipei["href"]).is_file()
    assert "taipei city" in taipei["text"]
    assert "static-search" in (exported / "search.en.html").read_text(encoding="utf-8")


def test_bulk_files_come_along(exported: Path) -> None:
    assert (exported / "dump" / "1-aaaaaaaa" / "data.nt.gz").is_file()
    assert (exported / "robots.txt").is_file()
    assert list((exported / "-" / "static").glob("site.*.css"))


def test_what_needs_a_server_is_linked_where_it_lives() -> None:
    shelf = Shelf(UrlSpace(BASE), {"/", "/doc/a"}, (HTML, TURTLE), ("en",))
    assert shelf.link("/sparql?query=ASK%20%7B%7D", 2) == f"{BASE}sparql?query=ASK%20%7B%7D"
    assert shelf.link("/doc/b.en.html", 2) == f"{BASE}doc/b.en.html"
    assert shelf.link("/doc/a.nt", 0) == f"{BASE}doc/a.nt"
    assert shelf.link("/doc/a.en.html#more", 2) == "../../doc/a.en.html#more"
    assert shelf.link("/doc/a", 1) == "../doc/a/index.html"
    assert shelf.link("/codes.en.html?of=id/code/a&amp;under=b", 1) == shelf.link(
        "/codes.en.html?of=id/code/a&under=b", 1
    )
    assert re.fullmatch(r"\.\./links/[0-9a-f]{20}\.en\.html", shelf.link("/links.en.html?of=doc/a&amp;in=doc/b", 1))
    assert shelf.link("/datasets.en.html?theme=a&amp;stars=4", 1) == f"{BASE}datasets.en.html?theme=a&amp;stars=4"
    assert shelf.link("/codes.de.html?of=id/code/a", 1) == f"{BASE}codes.de.html?of=id/code/a"


def test_only_an_export_is_replaced(releases: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").write_text("years", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        export_site(releases / "1-aaaaaaaa", tmp_path / "work", findings=Findings())
    assert refused.value.code == "LOD9401"
    assert [file.name for file in (tmp_path / "work").iterdir()] == ["thesis.txt"]


def test_a_new_export_takes_the_place_of_the_old(exported: Path, releases: Path, tmp_path: Path) -> None:
    target = Path(shutil.copytree(exported, tmp_path / "site"))
    (target / "doc" / "gone.ttl").write_text("", encoding="utf-8")
    export_site(releases / "1-aaaaaaaa", target, formats=(TURTLE,), processes=1, findings=Findings())
    assert (target / MARK).is_file()
    assert not (target / "doc" / "gone.ttl").exists()
    assert not list(target.rglob("*.html"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


def test_an_interrupted_export_leaves_the_one_before_and_nothing_else(
    exported: Path, releases: Path, tmp_path: Path
) -> None:
    target = Path(shutil.copytree(exported, tmp_path / "site"))

    def interrupt(event: object) -> None:
        if isinstance(event, StageAdvanced):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_site(releases / "1-aaaaaaaa", target, formats=(HTML,), report=interrupt, findings=Findings())
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]
    assert (target / "doc" / "code" / "sex.ttl").is_file()
    assert not active_children()


def test_an_address_that_no_file_can_have(make: object, tmp_path: Path) -> None:
    long = "x" * 300
    turtle = (
        f'<{BASE}id/a%2Fb> <http://www.w3.org/2000/01/rdf-schema#label> "slash" . <{BASE}id/{long}> a <{BASE}def/C> .'
    )
    release = make(tmp_path / "releases", turtle=turtle)  # type: ignore[operator]
    findings = Findings()
    done = export_site(release, tmp_path / "site", formats=(TURTLE,), processes=1, findings=findings)
    assert done.left_out == ("/doc/a%2Fb", f"/doc/{long}")
    assert [finding.code for finding in findings] == ["LOD9402"]
