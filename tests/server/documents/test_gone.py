"""Retired URIs: 301 to a single successor, else 410 that names what replaced them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest

from lod.release.release import Manifest
from lod.release.seal import MANIFEST, file_record, seal
from lod.release.uris.tombstones import Tombstone, write_tombstones

BASE = "https://lod.example.org/"
STONES = (
    Tombstone(BASE + "id/code/county/10003", "2014-12-25", {"en": "became 68000"}, (BASE + "id/code/county/65000",)),
    Tombstone(BASE + "id/code/old/*", "2020-01-01", {}, (BASE + "id/code/county/*",)),
    Tombstone(
        BASE + "id/code/county/10001",
        "2010-12-25",
        {"zh-Hant-TW": "改制", "en": "<b>split</b>"},
        (BASE + "id/code/county/65000", "https://else.example/x"),
    ),
)


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path], open_for_module: Callable[..., httpx.Client]
) -> httpx.Client:
    """The site over a release with tombstones."""
    releases = tmp_path_factory.mktemp("gone")
    folder = make(releases)
    write_tombstones(folder, STONES)
    manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    data = json.loads(manifest.to_json())
    data["files"].append(asdict(file_record(folder, folder / "retired.json")))
    (folder / MANIFEST).write_text(json.dumps(data), encoding="utf-8")
    seal(folder)
    return open_for_module(releases)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/id/code/county/10003", "/id/code/county/65000"),
        ("/doc/code/county/10003", "/doc/code/county/65000"),
        ("/doc/code/county/10003.ttl", "/doc/code/county/65000.ttl"),
        ("/doc/code/county/10003.en.html", "/doc/code/county/65000.en.html"),
        ("/id/code/old/65000", "/id/code/county/65000"),
    ],
)
def test_moved(site: httpx.Client, old: str, new: str) -> None:
    answer = site.get(old, headers={"accept": "text/turtle"})
    assert (answer.status_code, answer.headers["location"]) == (301, new)
    assert site.get(new, follow_redirects=True).status_code == 200


def test_gone(site: httpx.Client) -> None:
    page = site.get("/id/code/county/10001", headers={"accept": "text/html", "accept-language": "en"})
    assert page.status_code == 410
    assert "retired on 2010-12-25" in page.text
    assert "&lt;b&gt;split&lt;/b&gt;" in page.text
    assert 'href="/doc/code/county/65000"' in page.text
    assert 'href="https://else.example/x"' in page.text
    chinese = site.get("/doc/code/county/10001", headers={"accept": "text/html", "accept-language": "zh-TW"})
    assert "改制" in chinese.text
    data = site.get("/doc/code/county/10001.ttl")
    assert (data.status_code, data.headers["content-type"].partition(";")[0]) == (410, "text/turtle")
    assert "isReplacedBy" in data.text
    assert f"<{BASE}id/code/county/65000>" in data.text or "county:65000" in data.text
    assert 'rel="successor-version"' in data.headers["link"]


def test_what_never_was_is_not_gone(site: httpx.Client) -> None:
    assert site.get("/id/code/county/99999").status_code == 404
