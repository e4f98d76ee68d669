"""`lod validate`: SHACL without a project."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pyoxigraph
import pytest

from lod.cli.commands.validate import _repeated

Lod = Callable[..., CompletedProcess[str]]

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<http://e/Shape> a sh:NodeShape ; sh:targetClass <http://e/Thing> ;
    sh:property [ sh:path <http://e/name> ; sh:minCount 1 ;
        sh:message "a thing has a name"@en, "名稱必填"@zh-Hant-TW ] .
"""
GOOD = '<http://e/1> a <http://e/Thing> ; <http://e/name> "one" .\n'
BAD = "<http://e/2> a <http://e/Thing> .\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Good and bad data and their shapes."""
    for name, text in (("shapes.ttl", SHAPES), ("good.ttl", GOOD), ("bad.ttl", BAD)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_conforms(lod: Lod, folder: Path) -> None:
    result = lod("validate", "good.ttl", "--shapes", "shapes.ttl", cwd=folder)
    assert result.returncode == 0
    assert result.stdout == ""
    assert result.stderr.startswith("conforms (")


def test_violation(lod: Lod, folder: Path) -> None:
    result = lod("validate", "bad.ttl", "good.ttl", "--shapes", "shapes.ttl", "-o", "report.ttl", cwd=folder)
    assert result.returncode == 1
    assert result.stdout.startswith("bad.ttl:1")
    assert "error LOD6001 2, name: a thing has a name\n" in result.stdout
    assert "<http://e/2> a <http://e/Thing> ." in result.stdout
    report = list(pyoxigraph.parse(path=str(folder / "report.ttl"), format=pyoxigraph.RdfFormat.TURTLE))
    focus = [q.object.value for q in report if q.predicate.value == "http://www.w3.org/ns/shacl#focusNode"]
    assert focus == ["http://e/2"]


def test_forms_and_threshold(lod: Lod, folder: Path) -> None:
    (folder / "shapes.ttl").write_text(SHAPES.replace("minCount 1", "minCount 1 ; sh:severity sh:Warning"))
    common = ("validate", "bad.ttl", "--shapes", "shapes.ttl", "--fail-on")
    files = ("-o", "r.csv", "-o", "r.sarif", "-o", "r.jsonld", "-o", "r.ttl")
    assert lod(*common, "violation", *files, cwd=folder).returncode == 0
    assert lod(*common, "warning", cwd=folder).returncode == 1
    head, row = (folder / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert head.startswith("severity,file,row,column")
    assert row.startswith("Warning,bad.ttl,1,")
    assert json.loads((folder / "r.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "LOD6001"
    graphs = [pyoxigraph.Dataset(pyoxigraph.parse(path=str(folder / name))) for name in ("r.jsonld", "r.ttl")]
    for graph in graphs:
        graph.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    assert graphs[0] == graphs[1]
    assert lod(*common, "info", "-o", "r.docx", cwd=folder).returncode == 2


def test_what_changed_since_an_older_report(lod: Lod, folder: Path) -> None:
    common = ("validate", "bad.ttl", "--shapes", "shapes.ttl", "--format")
    assert lod(*common, "text", "-o", "old.ttl", "-o", "r.html", "-o", "r.xml", cwd=folder).returncode == 1
    assert (folder / "r.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert 'failures="1"' in (folder / "r.xml").read_text(encoding="utf-8")
    (folder / "bad.ttl").write_text(BAD + "<http://e/3> a <http://e/Thing> .\n")
    told = lod(*common, "text", "--before", "old.ttl", "-o", "r.csv", cwd=folder)
    assert "error LOD6001 ×2 2, name: a thing has a name" in told.stdout
    assert "Compared with old.ttl: 1 new, 0 fixed, 1 unchanged." in told.stderr
    assert [row.rpartition(",")[2] for row in (folder / "r.csv").read_text().splitlines()] == ["new", "", "yes"]
    facts = json.loads(lod(*common, "json", "--before", "old.ttl", cwd=folder).stdout)
    assert facts["change"] == {"since": "old.ttl", "new": 1, "fixed": 0, "unchanged": 1}
    assert [(group["count"], group["new"]) for group in facts["groups"]] == [(2, 1)]


def test_json(lod: Lod, folder: Path) -> None:
    result = lod("validate", "bad.ttl", "--shapes", "shapes.ttl", "--format", "json", cwd=folder)
    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert report["conforms"] is False
    assert report["results"] == 1
    assert [item["code"] for item in report["findings"]] == ["LOD6001"]


def test_broken_data(lod: Lod, folder: Path) -> None:
    (folder / "bad.ttl").write_text("<http://e/2> a ;\n")
    result = lod("validate", "bad.ttl", "--shapes", "shapes.ttl", cwd=folder)
    assert result.returncode == 1
    assert "bad.ttl:1:" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("a --shapes x y", "a --shapes x --shapes y"),
        ("a -s x y -o r z", "a -s x --shapes y -o r z"),
        ("--shapes x a b", "--shapes x a b"),
        ("-q a --shapes x y", "-q a --shapes x --shapes y"),
        ("-o r --shapes x a", "-o r --shapes x a"),
        ("a --shapes=x y", "a --shapes=x y"),
    ],
)
def test_several_shapes_after_one_option(given: str, read: str) -> None:
    assert " ".join(_repeated(given.split())) == read
