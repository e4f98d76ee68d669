"""A project's own look and words: what it lays over ours, and what is said when it cannot be used."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from lod.diagnostics import Findings, FindingsError, TextOrigin
from lod.server.app import create_app
from lod.server.theme import open_theme, own_theme, read_theme

OpenApp = Callable[[ASGIApp], httpx.Client]
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    """A theme that uses everything a theme may have."""
    folder = tmp_path / "主題 theme"
    for name, text in {
        "static/theme.css": ":root { --seal: #7a1f1f } header { background: url('paper.svg') } p { color: url(#no) }",
        "static/paper.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "static/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "texts/ja.po": HEAD
        + 'msgctxt "language_name"\nmsgid "English"\nmsgstr "日本語"\n\n'
        + 'msgctxt "home"\nmsgid "Home"\nmsgstr "ホーム"\n\n'
        + '#, fuzzy\nmsgctxt "catalogue"\nmsgid "Datasets"\nmsgstr "表"\n',
        "texts/zh_Hant_TW.po": HEAD + 'msgctxt "door_number"\nmsgid "Find a number"\nmsgstr "查人事統計"\n',
        "templates/home.html": "{% extends 'lod/home.html' %}{% block main %}<p id='own'>{{ t('home') }}</p>"
        "{{ super() }}{% include 'part.html' %}{% endblock %}",
        "templates/part.html": "<p>{{ '<&>' }}</p>",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def test_a_theme_lies_over_the_site(releases: Path, theme: Path, open_app: OpenApp) -> None:
    site = open_app(create_app(releases, theme=theme))
    home = site.get("/index.zh-Hant-TW.html").text
    assert "<p id='own'>首頁</p>" in home
    assert "查人事統計" in home
    assert "以 SPARQL" in home or "SPARQL" in home  # the rest of the page is ours
    assert "&lt;&amp;&gt;" in home
    own = open_theme(theme)
    for name in ("theme.css", "logo.svg"):
        assert own.asset_path(name) in home
    assert site.get(own.asset_path("logo.svg")).content == (theme / "static/logo.svg").read_bytes()
    style = site.get(own.asset_path("theme.css")).text
    assert style.endswith("p { color: url(#no) }")
    beside = httpx.URL(f"http://site{own.asset_path('theme.css')}").join(re.findall(r"url\('([^']*)'\)", style)[0])
    assert site.get(beside.path).headers["content-type"] == "image/svg+xml"
    assert "查人事統計" not in site.get("/index.en.html").text


def test_a_further_language_says_in_english_what_it_does_not_say(theme: Path) -> None:
    texts = open_theme(theme).texts
    japanese = texts.catalogue("ja-JP")
    assert (japanese.language, japanese("home"), japanese("catalogue")) == ("ja", "ホーム", "Datasets")
    assert texts.catalogue("de").language == "en"
    assert own_theme().texts.catalogue("ja").language == "en"


def test_validators_change_with_the_theme(releases: Path, theme: Path, open_app: OpenApp, site: httpx.Client) -> None:
    plain = site.get("/index.en.html").headers["etag"]
    worn = open_app(create_app(releases, theme=theme)).get("/index.en.html").headers["etag"]
    (theme / "static" / "theme.css").write_text(":root { --seal: #123456 }")
    changed = open_app(create_app(releases, theme=theme)).get("/index.en.html").headers["etag"]
    assert len({plain, worn, changed}) == 3


def test_answers_are_as_old_as_their_release_or_their_look(releases: Path, theme: Path, open_app: OpenApp) -> None:
    ours = own_theme().changed
    for file in theme.rglob("*"):
        os.utime(file, (ours - 60, ours - 60))

    def date() -> str:
        return open_app(create_app(releases, theme=theme)).get("/index.en.html").headers["last-modified"]

    assert date() == formatdate(ours, usegmt=True)
    os.utime(theme / "static" / "theme.css", (ours + 1, ours + 1))
    assert date() == formatdate(ours + 1, usegmt=True)


@pytest.mark.parametrize(
    "attack",
    [
        "{{ page.__class__.__mro__ }}",
        "{{ t.__call__.__globals__ }}",
        "{{ frame.theme.environment.loader }}{{ ''.__class__ }}",
        "{{ lipsum.__globals__ }}",
    ],
)
def test_templates_of_a_theme_run_in_a_sandbox(releases: Path, theme: Path, open_app: OpenApp, attack: str) -> None:
    (theme / "templates" / "home.html").write_text(attack + "{% include 'part.html' %}")
    site = open_app(create_app(releases, theme=theme))
    answer = site.get("/index.en.html")
    assert answer.status_code == 500
    assert "object" not in answer.text


def test_everything_that_is_wrong_is_said_at_once(theme: Path) -> None:
    (theme / "texts" / "fr.po").write_text("\nhome = Accueil\n")
    (theme / "texts" / "de.po").write_text(
        HEAD
        + 'msgctxt "catalog"\nmsgid "Datasets"\nmsgstr "Daten"\n\n'
        + 'msgctxt "feed_entry"\nmsgid "x"\nmsgstr "{titel}"\n'
    )
    (theme / "templates" / "home.html").write_text("<p>\n{% if %}\n")
    (theme / "templates" / "datasett.html").write_text("")
    (theme / "static" / "evil.js").write_text("alert(1)")
    (theme / "template").mkdir()
    findings = Findings()
    read_theme(theme, findings)
    said = {
        (item.code, Path(item.origin.path).name, item.origin.line)
        for item in findings.errors
        if isinstance(item.origin, TextOrigin)
    }
    assert said >= {
        ("LOD9502", "de.po", 6),
        ("LOD9502", "de.po", 10),
        ("LOD9503", "home.html", 2),
        ("LOD9503", "datasett.html", 0),
        ("LOD9504", "evil.js", 0),
        ("LOD9504", "template", 0),
    }
    hints = [str(item.hint) for item in findings]
    assert {"did you mean 'catalogue'?", "did you mean 'dataset.html'?", "did you mean 'templates'?"} <= set(hints)
    with pytest.raises(FindingsError):
        open_theme(theme)


def test_a_theme_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as caught:
        open_theme(tmp_path / "them")
    assert caught.value.code == "LOD9504"
