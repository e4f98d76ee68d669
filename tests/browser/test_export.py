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
def static_url(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the exported reference project lies: under `/stat/2012`, not at the root."""
    root = tmp_path_factory.mktemp("web")
    command = [sys.executable, "-m", "lod", "export", str(root / "stat" / "2012"), "--only", "html", "--only", "ttl"]
    subprocess.run(command, cwd=project, check=True, timeout=300, capture_output=True)
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


def test_a_name_is_found_without_a_server(visit: NewVisit, static_url: str) -> None:
    reader = visit()
    reader.url = static_url
    page: Page = reader.open("/index.zh-Hant-TW.html")
    page.get_by_role("searchbox").fill("台北")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="臺北市", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("臺北市")
