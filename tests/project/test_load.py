"""`lod.toml`: what it says, and every way of getting it wrong, each at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import FindingsError
from lod.errors import UsageError
from lod.project.load import find_project, load_project
from lod.project.model import Project

GOOD = """\
[project]
name = "staff"
base_iri = "https://a.example/"
languages = ["zh-Hant-TW", "en"]
title.zh-Hant-TW = "人員"
title.en = "Staff"

[agency]
iri = "id/org/1"
name = "機關"

[licence]
iri = "https://data.gov.tw/license"
name.en = "OGDL"

[build]
mappings = ["mappings/*.yml"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "staff.yml").write_text("")
    return tmp_path


def _load(folder: Path, text: str | bytes) -> Project:
    file = folder / "lod.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_project(file)


def test_good(folder: Path) -> None:
    project = _load(folder, GOOD)
    assert project.agency.iri == "https://a.example/id/org/1"
    assert project.agency.name == {"zh-Hant-TW": "機關"}
    assert project.build.mappings == (folder / "mappings" / "staff.yml",)
    assert project.build.tables == folder / "tables"
    assert project.releases == folder / "releases"
    assert project.serve.port == 8080
    assert project.relative(folder / "mappings" / "staff.yml") == "mappings/staff.yml"
    assert project.origins["agency.iri"].line == 9


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "hint"),
    [
        ("[build]", "[bild]", "LOD1003", 16, "did you mean 'build'?"),
        ("mappings =", "mapings =", "LOD1003", 17, "did you mean 'mappings'?"),
        ('name = "staff"\n', 'name = "staff"\nnmae = "x"\n', "LOD1003", 3, "did you mean 'name'?"),
        ("title.en", "title.de", "LOD1003", 6, "known here: en, zh-Hant-TW"),
        ('name = "staff"', 'name = "staff', "LOD1002", 2, 'the text does not end: " is missing'),
        ('name = "staff"', "name = 7", "LOD1004", 2, ""),
        ('languages = ["zh-Hant-TW", "en"]', 'languages = "en"', "LOD1004", 4, ""),
        ("[build]", '[serve]\nport = "8080"\n[build]', "LOD1004", 17, ""),
        ('name = "staff"\n', "", "LOD1005", 1, ""),
        ('"https://a.example/"', '"https://a.example"', "LOD1005", 3, "write 'https://a.example/'"),
        ('"https://a.example/"', '"a.example/"', "LOD1005", 3, "an IRI begins with a scheme: https://…"),
        ("data.gov.tw/license", "data.gov.tw/a b", "LOD1005", 13, "' ' stands in no IRI"),
        ("https://data.gov.tw/license", "data.gov.tw/license", "LOD1005", 13, "write https://data.gov.tw/license"),
        ('["zh-Hant-TW", "en"]', '["zh_TW", "en"]', "LOD1005", 4, "did you mean 'zh-TW'?"),
        ('name = "staff"', "name = “staff”", "LOD1002", 2, 'write straight quotation marks: "…"'),
        ('name = "staff"', 'name ＝ "staff"', "LOD1002", 2, "write signs in half width: , = [ ]"),
        ('name = "staff"', 'name: "staff"', "LOD1002", 2, 'write: name = "value"'),
        (
            'name = "staff"',
            "name = staff",
            "LOD1002",
            2,
            'text stands between quotation marks: "…"; yes and no are true and false',
        ),
        (
            'name = "staff"',
            'name = "a\\data"',
            "LOD1002",
            2,
            "a backslash means something else in TOML: write / in paths",
        ),
        ('name = "staff"\n', 'name = "staff"\nname = "x"\n', "LOD1002", 3, "keep one of them"),
        ('["zh-Hant-TW", "en"]', '["zh-Hant-TW", "en"', "LOD1002", 5, ""),
        ("mappings/*.yml", "mapings/*.yml", "LOD1006", 17, "did you mean 'mappings'?"),
        ("mappings/*.yml", "mappings/*.ymll", "LOD1006", 17, "did you mean 'mappings/staff.yml'?"),
        ("[build]", '[build]\ntables = "tabels"', "LOD1006", 17, ""),
    ],
)
def test_bad(folder: Path, old: str, new: str, code: str, line: int, hint: str) -> None:
    assert old in GOOD
    with pytest.raises(FindingsError) as caught:
        _load(folder, GOOD.replace(old, new, 1))
    found = [item for item in caught.value.diagnostics if item.code == code]
    assert found, caught.value.diagnostics
    assert found[0].origin is not None
    assert str(found[0].origin).split(":")[-2 if str(found[0].origin).count(":") > 1 else -1] == str(line)
    assert found[0].hint == hint or not hint


def test_all_findings_in_one_pass(folder: Path) -> None:
    text = (
        GOOD.replace("title.en", "titel.en").replace("mappings =", "mapings =").replace('"https://a.example/"', '"x"')
    )
    with pytest.raises(FindingsError) as caught:
        _load(folder, text)
    assert {item.code for item in caught.value.diagnostics} == {"LOD1003", "LOD1005"}
    assert len(caught.value.diagnostics) >= 3


def test_a_byte_order_mark_is_passed_over(folder: Path) -> None:
    assert _load(folder, GOOD.encode("utf-8-sig")).name == "staff"


def test_not_utf8(folder: Path) -> None:
    with pytest.raises(FindingsError) as caught:
        _load(folder, GOOD.encode("big5"))
    assert caught.value.diagnostics[0].code == "LOD1002"


def test_find_project(folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_project(folder)
    assert caught.value.code == "LOD1001"
    assert caught.value.exit_code == 2
    (folder / "lod.toml").write_text(GOOD)
    assert find_project(folder / "mappings") == folder / "lod.toml"


def test_the_reference_project(repository: Path) -> None:
    project = load_project(repository / "lod.toml")
    sentence = "本研究部分資料來源為行政院人事行政總處提供，文中任何闡釋或結論並不代表行政院人事行政總處之立場。"
    assert project.attribution["zh-Hant-TW"] == sentence
    assert project.build.mappings
    assert project.build.shapes
