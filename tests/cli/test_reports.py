"""Findings for programs: SARIF, GitHub annotations, and the language that messages are in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from lod.cli.reports import github, sarif
from lod.diagnostics import CellOrigin, Diagnostic, Severity, TextOrigin
from lod.wording import ENGLISH, say

Lod = Callable[..., CompletedProcess[str]]

MAPPING = """mappings:
  person:
    sources: [[staff.csv~csv]]
    s: https://example.org/$(id)
    po: [[rdfs:label, $(nmae)]]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "員額.yarrrml.yml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("id,name\n1,Lin\n", encoding="utf-8")
    return tmp_path


def test_sarif_of_a_mistyped_column(lod: Lod, folder: Path) -> None:
    result = lod("check", "員額.yarrrml.yml", "--format", "sarif", cwd=folder)
    assert result.returncode == 1
    log = json.loads(result.stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["tool"]["driver"]["name"] == "lod"
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["help"]["markdown"].splitlines()[0]) == (
        "LOD4001",
        f"# LOD4001: {rule['shortDescription']['text']}",
    )
    (found,) = run["results"]
    assert (found["ruleId"], found["ruleIndex"], found["level"]) == ("LOD4001", 0, "error")
    assert "did you mean 'name'?" in found["message"]["text"]
    physical = found["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "%E5%93%A1%E9%A1%8D.yarrrml.yml"
    assert physical["region"] == {"startLine": 5, "startColumn": 23, "endColumn": 30}
    assert found["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "staff.csv"


def test_github_annotation(lod: Lod, folder: Path) -> None:
    result = lod("check", "員額.yarrrml.yml", "--format", "github", cwd=folder)
    assert result.returncode == 1
    assert result.stdout == (
        "::error file=員額.yarrrml.yml,line=5,col=23,endColumn=30,title=LOD4001::"
        "staff.csv has no column 'nmae'%0Adid you mean 'name'?\n"
    )


def test_files_are_named_from_the_working_folder(lod: Lod, folder: Path) -> None:
    result = lod("lift", f"{folder.name}/員額.yarrrml.yml", "-o", "out.nq", "--format", "github", cwd=folder.parent)
    assert f"::error file={folder.name}/員額.yarrrml.yml,line=5," in result.stdout


def test_a_sheet_is_told_at_its_workbook(tmp_path: Path) -> None:
    (tmp_path / "staff.xlsx").touch()
    item = Diagnostic("LOD3609", Severity.ERROR, say("no rows"), CellOrigin("staff.xlsx sheet 表1", 9, "E"))
    (result,) = sarif([item], ENGLISH, [tmp_path])["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == str(tmp_path / "staff.xlsx")
    assert f"file={tmp_path}/staff.xlsx,line=9" in github([item], ENGLISH, [tmp_path])


def test_what_is_escaped_for_github() -> None:
    item = Diagnostic("LOD1", Severity.WARNING, say("100 %\nnot"), CellOrigin("a,b:c.csv", 7, "c"))
    bare = Diagnostic("", Severity.INFO, say("words"))
    assert github([item, bare], ENGLISH, []) == (
        "::warning file=a%2Cb%3Ac.csv,line=7,title=LOD1::c: 100 %25%0Anot\n::notice::words"
    )


def test_sarif_of_cells_files_and_nothing() -> None:
    items = [
        Diagnostic("LOD1", Severity.INFO, say("a"), CellOrigin("t.csv", 3, "headcount", "x")),
        Diagnostic("LOD2", Severity.WARNING, say("b"), TextOrigin("m.yml"), related=(TextOrigin("n.yml"),) * 2),
        Diagnostic("LOD1", Severity.ERROR, say("c")),
        Diagnostic("", Severity.ERROR, say("d")),
    ]
    (run,) = sarif(items, ENGLISH, [])["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["LOD1", "LOD2"]
    cell, file, nowhere, codeless = run["results"]
    assert cell["level"] == "note"
    assert cell["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert cell["locations"][0]["logicalLocations"] == [{"name": "headcount", "kind": "member"}]
    assert "region" not in file["locations"][0]["physicalLocation"]
    assert len(file["relatedLocations"]) == 1
    assert (nowhere["ruleIndex"], "locations" in nowhere) == (0, False)
    assert "ruleId" not in codeless
    assert sarif([], ENGLISH, [])["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("option", "environment"),
    [
        (("--lang", "zh"), {}),
        ((), {"LOD_LANG": "zh-TW"}),
        ((), {"LOD_LANG": "", "LC_ALL": "zh_TW.UTF-8"}),
    ],
)
def test_the_language_is_chosen(lod: Lod, folder: Path, option: tuple[str, ...], environment: dict[str, str]) -> None:
    result = lod("check", "員額.yarrrml.yml", *option, cwd=folder, env=environment)
    assert "錯誤 LOD4001" in result.stdout


def test_a_language_that_is_not_spoken(lod: Lod, folder: Path) -> None:
    result = lod("check", "--lang", "tlh", cwd=folder)
    assert (result.returncode, "'tlh'" in result.stderr) == (2, True)
