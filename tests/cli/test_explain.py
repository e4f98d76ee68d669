"""`lod explain`: every code, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from lod.diagnostics import explanation, known_codes

Lod = Callable[..., CompletedProcess[str]]


def test_one_code_in_any_spelling(lod: Lod, tmp_path: Path) -> None:
    result = lod("explain", "lod0002", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout == explanation("LOD0002")


def test_list_of_all(lod: Lod, tmp_path: Path) -> None:
    result = lod("explain", cwd=tmp_path)
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == known_codes()
    assert "LOD0002  the port is taken\n" in result.stdout


def test_json(lod: Lod, tmp_path: Path) -> None:
    page = json.loads(lod("explain", "LOD0002", "--format", "json", cwd=tmp_path).stdout)
    assert page["code"] == "LOD0002"
    assert page["title"] == "the port is taken"
    listed = json.loads(lod("explain", "--format", "json", cwd=tmp_path).stdout)
    assert [entry["code"] for entry in listed] == known_codes()


def test_no_such_code(lod: Lod, tmp_path: Path) -> None:
    for given in ("LOD00002", "../LOD0002", "port"):
        result = lod("explain", given, cwd=tmp_path)
        assert result.returncode == 2
        assert f"error LOD0007 no finding has the code '{given}'" in result.stderr
    assert "begin alike: LOD4001, LOD4002" in lod("explain", "LOD40", cwd=tmp_path).stderr
    assert "did you mean 'LOD0002'?" in lod("explain", "LOD00002", cwd=tmp_path).stderr


def test_rendered_on_a_terminal(lod: Lod, tmp_path: Path) -> None:
    result = lod("explain", "LOD0002", cwd=tmp_path, env={"FORCE_COLOR": "1"})
    assert result.returncode == 0
    assert "## What it means" not in result.stdout
    assert "What it means" in result.stdout
