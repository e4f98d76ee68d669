"""`lod preview`: rows beside the triples that they become."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
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


def test_which_rule_and_cells_made_a_statement(lod: Lod, project: Path) -> None:
    subject = "data/staff/obs/2023/B/M"
    result = lod("preview", MAPPING, "--subject", subject, "--predicate", "a", cwd=project)
    assert (result.returncode, result.stderr) == (0, "")
    head, statement, *cells = result.stdout.splitlines()
    assert head.startswith("tables/staff.csv, row ")
    assert statement == f"  → <{subject}> a qb:Observation"
    assert cells[:3] == ["      year = 2023", "      office = B", "      sex = M"]
    assert cells[3].strip().startswith(f"{MAPPING}:")
    assert "qb:Observation" in cells[4]


def test_one_triple_as_json(lod: Lod, project: Path) -> None:
    rows = json.loads(lod("preview", MAPPING, "--rows", 1, "--format", "json", cwd=project).stdout)["rows"]
    statement = next(each for each in rows[0]["statements"] if "headcount" in each["cells"])
    found = json.loads(lod("preview", MAPPING, "--triple", statement["line"], "--format", "json", cwd=project).stdout)
    (row,) = found["rows"]
    assert (row["row"], row["statements"]) == (rows[0]["row"], [statement])
    assert statement["cells"] == {"year": "2022", "office": "A", "sex": "F", "headcount": "14"}


def test_a_statement_that_no_row_makes(lod: Lod, project: Path) -> None:
    result = lod("preview", MAPPING, "--subject", "data/staff/obs/1999/A/F", cwd=project)
    assert result.returncode == 1
    assert "error LOD4046 no row makes such a statement" in result.stderr


def until(lines: Iterator[str], wanted: str) -> None:
    """Read on until a line holds the words."""
    assert any(wanted in line for line in lines), wanted


def test_watch_shows_it_again_when_a_file_is_saved(project: Path) -> None:
    command = [sys.executable, "-m", "lod", "preview", MAPPING, "--rows", "1", "--watch", "--lang", "en"]
    watching = subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=environment()
    )
    assert watching.stdout is not None
    lines = iter(watching.stdout.readline, "")
    try:
        until(lines, "headcount  14")
        until(lines, "Waiting for a change")
        text = (project / "tables" / "staff.csv").read_text(encoding="utf-8")
        (project / "tables" / "staff.csv").write_text(text.replace(",14", ",150"), encoding="utf-8")
        until(lines, "headcount  150")
        until(lines, "Waiting for a change")
        mapping = (project / MAPPING).read_text(encoding="utf-8")
        replaced = project / "mappings" / "new.tmp"
        replaced.write_text(mapping.replace("$(sex)", "$(sexe)"), encoding="utf-8")
        replaced.replace(project / MAPPING)  # as editors save
        until(lines, "error LOD4001")
        until(lines, "Waiting for a change")
        (project / MAPPING).write_text(mapping, encoding="utf-8")
        until(lines, "headcount  150")
        until(lines, "Waiting for a change")
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=60) == 0
        assert "Traceback" not in watching.stdout.read()
    finally:
        watching.kill()
        watching.wait()
        watching.stdout.close()


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1"}
