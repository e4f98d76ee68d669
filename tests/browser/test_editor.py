"""The SPARQL editor in a real browser: it completes from the release alone and leaves the form what it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lod.server.assets import own_assets

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("sparql-editor.js" not in own_assets(), reason="not built: `make web` needs npm"),
]
NewVisit = Callable[..., Any]


def type_query(page: Page, text: str) -> None:
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def test_it_completes_terms_of_the_release_with_their_labels(visit: NewVisit) -> None:
    page: Page = visit().open("/sparql.zh-Hant-TW.html")
    type_query(page, "SELECT * WHERE { ?o qb:dataS")
    page.keyboard.press("Control+Space")
    expect(page.locator(".CodeMirror-hint")).to_have_text("qb:dataSet  資料集")
    page.keyboard.press("Enter")
    expect(page.locator(".CodeMirror")).to_contain_text("?o qb:dataSet")


def test_what_was_written_is_sent_by_the_form_and_stands_in_the_link(visit: NewVisit) -> None:
    page: Page = visit(locale="en-GB").open("/sparql.en.html")
    type_query(page, "ASK { ?s ?p ?o }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("Yes")
    assert "query=ASK" in page.url
    expect(page.locator(".CodeMirror")).to_contain_text("ASK")


def test_a_mistake_is_underlined_at_its_place(visit: NewVisit) -> None:
    reader = visit(locale="en-GB")
    page: Page = reader.open("/sparql.en.html?query=SELECT%20*%20WHERE%20%7B%20%3Fs%20%3Fp%20%7D", status=400)
    reader.complaints.clear()  # the browser reports the status
    expect(page.get_by_role("alert")).to_contain_text("Line 1")
    expect(page.locator(".mistake").first).to_be_visible()


def test_the_keyboard_can_leave_it(visit: NewVisit) -> None:
    page: Page = visit().open("/sparql.en.html")
    page.locator(".CodeMirror").click()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask")).to_be_focused()
