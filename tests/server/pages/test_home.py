"""The front door names the newest releases, what each changed in a line, and where its notes are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx
import pytest

from lod.release.release import open_release
from lod.release.seal import MANIFEST, seal

Make = Callable[..., Path]
Open = Callable[[Path], httpx.Client]
NONE = {"count": 0, "examples": []}


def news(client: httpx.Client, language: str) -> list[tuple[str, str]]:
    """What the list says of each release, and where it leads."""
    html = client.get(f"/index.{language}.html").text.partition('id="releases"')[2].partition("</section>")[0]
    rows = re.findall(r"<dd>(.*?)</dd>", html)
    return [(unescape(re.sub(r"<[^>]*>", "", row)), re.findall(r'href="([^"]+)"', row)[0]) for row in rows]


def follow(folder: Path, before: str, **counts: int) -> None:
    """Make a release say that it follows another, and what it added of each kind."""
    kinds = ("datasets", "triples", "observations", "codes", "uris")
    changes = {
        kind: {"added": {**NONE, "count": counts.get(kind, 0)}, "removed": NONE, "changed": NONE} for kind in kinds
    }
    told = {"before": before, "after": folder.name, "changes": changes}
    (folder / "changes.json").write_text(json.dumps(told), encoding="utf-8")
    manifest = replace(open_release(folder).manifest, previous=before)
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    seal(folder)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["7 statements added", "1 dataset added; 1,200 figures added", "First release"]),
        ("zh-Hant-TW", ["新增 7 筆陳述", "新增 1 個資料集；新增 1,200 個數字", "首次發布"]),
    ],
)
def test_the_newest_releases_say_what_they_changed(
    tmp_path: Path, make: Make, open_site: Open, language: str, lines: list[str]
) -> None:
    make(tmp_path, "1-aaaaaaaa")
    follow(make(tmp_path, "2-bbbbbbbb"), "1-aaaaaaaa", datasets=1, observations=1_200, uris=1_300, triples=9_000)
    follow(make(tmp_path, "3-cccccccc"), "2-bbbbbbbb", triples=7)
    client = open_site(tmp_path)
    told = news(client, language)
    assert [line.partition(" · ")[0] for line, _ in told] == lines
    assert [href for _, href in told] == [
        f"/release.{language}.html",
        f"/release/2-bbbbbbbb/release.{language}.html",
        f"/release/1-aaaaaaaa/release.{language}.html",
    ]
    for name, (line, href) in zip(("3-cccccccc", "2-bbbbbbbb", "1-aaaaaaaa"), told, strict=True):
        assert name in line
        assert f"<h1>{name}</h1>" in client.get(href).text


def test_a_release_in_which_nothing_differs_says_so(tmp_path: Path, make: Make, open_site: Open) -> None:
    make(tmp_path, "1-aaaaaaaa")
    follow(make(tmp_path, "2-bbbbbbbb"), "1-aaaaaaaa")
    assert news(open_site(tmp_path), "en")[0][0].startswith("nothing differs in the published data.")
