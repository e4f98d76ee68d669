"""`lod preview`: rows beside the triples that they become."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Lod = Callable[..., CompletedProcess[str]]

MAPPING = "mappings/staff.yarrrml.yml"


def test_row_and_triples(lod: Lod, project: Path) -> None:
    result = lod("preview", MAPPING, "--rows", 1, cwd=project)
    assert result.returncode == 0
    assert result.stderr == ""
    assert result.stdout.startswith(
        "tables/staff.csv, row 2\n"
        "    year       2022\n"
        "    office     A\n"
        "    sex        F\n"
        "    headcount  14\n"
        "  → <data/staff/obs/2022/A/F>\n"
        "      a                        qb:Observation      mappings/staff.yarrrml.yml:21:9\n"
    )
    assert '"綜合規劃組"@zh-Hant-TW' in result.stdout


def test_json_is_what_the_lift_writes(lod: Lod, project: Path) -> None:
    rows = json.loads(lod("preview", MAPPING, "--rows", 100, "--format", "json", cwd=project).stdout)["rows"]
    assert len(rows) == 12 + 3
    assert rows[0]["cells"] == {"year": "2022", "office": "A", "sex": "F", "headcount": "14"}
    lod("lift", MAPPING, "-o", "out.nq", "--tables", "tables", "--base", "https://lod.example.org/", cwd=project)
    lifted = (project / "out.nq").read_text(encoding="utf-8").splitlines()
    assert sorted(statement["line"] for row in rows for statement in row["statements"]) == sorted(lifted)


def test_outside_a_project(lod: Lod, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code,name\n1,<\x1b[31m\n")
    (tmp_path / "m.yml").write_text(
        "mappings:\n  m:\n    sources: [['t.csv~csv']]\n    s: http://e/$(code)\n    po: [[rdfs:label, $(name)]]\n"
    )
    result = lod("preview", "m.yml", cwd=tmp_path)
    assert result.returncode == 0
    assert "  → <http://e/1>\n      rdfs:label  " in result.stdout
    assert "\x1b" not in result.stdout


def test_mistakes(lod: Lod, project: Path) -> None:
    text = (project / MAPPING).read_text(encoding="utf-8").replace("$(sex)", "$(sexe)")
    (project / MAPPING).write_text(text, encoding="utf-8")
    result = lod("preview", MAPPING, cwd=project)
    assert result.returncode == 1
    assert "error LOD4001" in result.stderr
    assert result.stdout == ""
