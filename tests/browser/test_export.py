"""An exported site, under some path of a plain web server, in a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
NewVisit = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(reference_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the reference project, exported below `stat/2012` of a folder for the web."""
    target = tmp_path_factory.mktemp("web") / "stat" / "2012"
    command = [sys.executable, "-m", "lod", "export", str(target), "--only", "html"]
    subprocess.run(command, cwd=reference_project, check=True, timeout=600, capture_output=True)
    return target


@pytest.fixture(scope="module")
def static_url(folder: Path) -> Iterator[str]:
    """Where it lies on a plain web server: not at the root."""
    root = folder.parents[1]
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        said = re.search(r"port (\d+)", server.stdout.readline())
        assert said
        yield f"http://127.0.0.1:{said[1]}/stat/2012"
        server.terminate()


def test_a_citizen_walks_through_the_files(visit: NewVisit, static_url: str) -> None:
    reader = visit(scripts=False)
    reader.url = static_url
    page: Page = reader.open("/")
    expect(page.locator("h1")).to_be_visible()
    assert page.url.endswith("/stat/2012/index.zh-Hant-TW.html")
    page.get_by_role("link", name="English").click()
    page.get_by_role("navigation").get_by_role("link", name="Datasets").click()
    page.get_by_role("link", name="Civil servants by county").first.click()
    expect(page.locator("h1")).to_contain_text("county")
    assert page.url.endswith("/stat/2012/data/civil-servants-by-county.en.html")
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px", "the style sheet is there"


@pytest.mark.parametrize("opened_from", ["server", "disk"])
def test_a_name_is_found_without_a_server(visit: NewVisit, static_url: str, folder: Path, opened_from: str) -> None:
    reader = visit()
    reader.url = static_url if opened_from == "server" else folder.as_uri()
    page: Page = reader.page
    page.goto(f"{reader.url}/index.zh-Hant-TW.html")
    page.get_by_role("searchbox").fill("台北")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("找到")
    page.get_by_role("link", name="臺北市", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("臺北市")


def test_a_researcher_pivots_and_draws_within_the_files(visit: NewVisit, static_url: str) -> None:
    reader = visit(scripts=False)
    reader.url = static_url
    page: Page = reader.open("/data/civil-servants-by-county.en.html")
    page.get_by_role("link", name="Grouped bars").click()
    expect(page.locator("svg.chart").first).to_be_visible()
    page.get_by_role("link", name="Exchange rows and columns").click()
    expect(page.locator("table.cube tbody th").first).to_contain_text("Both sexes")
    assert page.url.startswith(static_url)
    expect(page.locator("form")).to_contain_text("answered by the site itself")
