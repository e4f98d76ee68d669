"""`lod lift`: without a project."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pyoxigraph
import pytest

Lod = Callable[..., CompletedProcess[str]]

BASE = "https://lod.example.org/"
MAPPING = "mappings/staff.yarrrml.yml"


def test_mapping_to_nquads(lod: Lod, project: Path) -> None:
    result = lod("lift", MAPPING, "-o", "out/staff.nq", "--tables", "tables", "--base", BASE, cwd=project)
    assert result.returncode == 0
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1] == "90 statements in out/staff.nq"
    quads = list(pyoxigraph.parse(path=str(project / "out" / "staff.nq"), format=pyoxigraph.RdfFormat.N_QUADS))
    assert len(set(quads)) == 90
    assert [path.name for path in (project / "out").iterdir()] == ["staff.nq"]


def test_sources_beside_the_mapping(lod: Lod, project: Path) -> None:
    for table in (project / "tables").iterdir():
        table.rename(project / "mappings" / table.name)
    result = lod("lift", project / MAPPING, "-o", "staff.nq", "--base", BASE, "--quiet", cwd=project.parent)
    assert (result.returncode, result.stderr) == (0, "")
    assert (project.parent / "staff.nq").stat().st_size > 0


def test_json(lod: Lod, project: Path) -> None:
    arguments = ("--tables", "tables", "--base", BASE, "--format", "json")
    result = lod("lift", MAPPING, "-o", "staff.nq", *arguments, cwd=project)
    assert result.stderr == ""
    report = json.loads(result.stdout)
    assert report["statements"] == 90
    assert sum(report["by_triples_map"].values()) == 90
    assert report["findings"] == []


def test_what_was_there_stays_when_it_fails(lod: Lod, project: Path) -> None:
    (project / "staff.nq").write_text("kept")
    result = lod("lift", MAPPING, "-o", "staff.nq", "--tables", "tables", cwd=project)
    assert result.returncode == 1
    assert "error LOD4010" in result.stderr
    assert (project / "staff.nq").read_text() == "kept"


@pytest.mark.parametrize("arguments", [(), (MAPPING,), ("-o", "x.nq"), (MAPPING, "-o", "x.nq", "--threads", "0")])
def test_usage(lod: Lod, project: Path, arguments: tuple[str, ...]) -> None:
    result = lod("lift", *arguments, cwd=project)
    assert result.returncode == 2
    assert "Usage: lod lift" in result.stderr


def test_the_plan_instead(lod: Lod, project: Path) -> None:
    arguments = ("lift", MAPPING, "--explain", "--tables", "tables", "--base", BASE)
    first, again = lod(*arguments, cwd=project), lod(*arguments, cwd=project)
    assert first.returncode == 0
    assert first.stdout == again.stdout
    assert first.stdout.startswith("passes fold_constants, ")
    assert "/staff.csv, read once\n  columns " in first.stdout
    assert not (project / "out").exists()
    report = json.loads(lod(*arguments, "--format", "json", cwd=project).stdout)
    assert report["plan"] + "\n" == first.stdout


def test_metadata_of_a_csv(lod: Lod, tmp_path: Path) -> None:
    """What a server's Link header would name: looked at before the document that lies beside the file."""
    (tmp_path / "a.csv").write_text("x\n1\n", encoding="utf-8")
    for name, title in {"csv-metadata.json": "beside", "linked.json": "linked"}.items():
        column = {"titles": "x", "propertyUrl": f"https://example.org/{title}"}
        table = {"@context": "http://www.w3.org/ns/csvw", "url": "a.csv", "tableSchema": {"columns": [column]}}
        (tmp_path / name).write_text(json.dumps(table), encoding="utf-8")
    for options, title in {(): "beside", ("--metadata", "linked.json"): "linked"}.items():
        result = lod("lift", "a.csv", "-o", "a.nq", "--minimal", "--base", BASE, *options, cwd=tmp_path)
        assert (result.returncode, f"https://example.org/{title}" in (tmp_path / "a.nq").read_text()) == (0, True)
    other = {"@context": "http://www.w3.org/ns/csvw", "url": "b.csv"}
    (tmp_path / "linked.json").write_text(json.dumps(other), encoding="utf-8")
    result = lod("lift", "a.csv", "-o", "a.nq", "--minimal", "--base", BASE, "--metadata", "linked.json", cwd=tmp_path)
    assert "LOD3511" in result.stderr, "a document that does not describe the file is passed over"
