"""The reference project, built and served as its README says, and a real Chromium that may talk to nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from sites import running_site

HEIGHT = 800  # of every window, in pixels
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=60_000)  # milliseconds; five seconds are too few on a machine with much else to do


@pytest.fixture(scope="session")
def url(reference_project: Path) -> Iterator[str]:
    """Where `lod serve` listens; without a slash at the end."""
    with running_site(reference_project) as site:
        yield site.address.removesuffix("/")


@pytest.fixture(scope="module")  # its event loop runs while it lives, and other tests have loops of their own
def browser() -> Iterator[Browser]:
    """Debian's Chromium; the tests skip, visibly, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@dataclass
class Visit:
    """A page under watch: what the console said, what was asked of other hosts, what failed."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open a path of the site and expect a status."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == status, path
        return self.page

    def watch(self) -> None:
        """Collect every complaint from now on."""
        self.page.on("console", lambda message: self.complaints.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on("request", self._host)

    def look(self, *, width: int, color_scheme: Literal["light", "dark"]) -> None:
        """Look with a window of that width in pixels, at night or by day; colours change at once, without motion."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=color_scheme, reduced_motion="reduce")

    def _host(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"another host: {request.url}")


def new_visit(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    locale: str = "zh-TW",
    color_scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
) -> Visit:
    """A new reader, without cookies and with an empty cache."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        locale=locale,
        color_scheme=color_scheme,
        java_script_enabled=scripts,
    )
    context.set_default_timeout(60_000)
    visit = Visit(context.new_page(), url)
    visit.watch()
    return visit


NewVisit = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[NewVisit]:
    """`visit(width=360, color_scheme="dark")`: a new reader, who must have had nothing to complain about at the end."""
    visits: list[Visit] = []

    def new(**manner: Any) -> Visit:
        visits.append(new_visit(browser, url, **manner))
        return visits[-1]

    yield new
    for each in visits:
        each.page.context.close()
    assert [complaint for each in visits for complaint in each.complaints] == []


@pytest.fixture(scope="module")
def reader(browser: Browser, url: str) -> Iterator[Visit]:
    """One reader of many pages, which costs a third of a new one for each: see `regular`."""
    visit = new_visit(browser, url)
    yield visit
    visit.page.context.close()


@pytest.fixture
def regular(reader: Visit) -> Iterator[Visit]:
    """A reader who has been here before, and has nothing to complain about in this test either."""
    reader.complaints.clear()
    yield reader
    assert reader.complaints == []
