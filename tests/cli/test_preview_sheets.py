"""`lod preview` of a cube file: the sheet with the role of each cell, also where the layout is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CUBE = """\
base: https://example.org/
dataset: {id: staff, title: {en: Staff}}
source: 人數11310.csv
layout:
  header: {rows: 1}
  labels: {columns: A}
codelists: {sex: {codes: {M: {zh-Hant-TW: 男}, F: {zh-Hant-TW: 女}}}}
dimensions: {period: {period: true, from: file-name}, sex: {codes: sex}}
measures: {headcount: {label: {en: Headcount}, labels: [人數]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "staff.cube.yml").write_text(CUBE, encoding="utf-8")
    (tmp_path / "人數11310.csv").write_text("性別,人數\n男,12\n女,10\n資料來源：人事處,\n", encoding="utf-8")
    return tmp_path


def test_each_cell_shows_its_role(lod: Any, folder: Path) -> None:
    shown = lod("preview", "staff.cube.yml", "--rows", "1", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert lines[1:5] == ["1 H 性別 H 人數", "2 L 男 D 12", "3 L 女 D 10", "4 N 資料來源："]
    assert "→ <https://example.org/data/staff/obs/2024-10/M>" in lines
    told = "a qb:DataStructureDefinition staff.cube.yml:2:15"
    assert told not in lines
    more = lod("preview", "staff.cube.yml", "--rows", "1", "--verbose", cwd=folder).stdout
    assert told in [" ".join(line.split()) for line in more.splitlines()]


def test_a_cell_without_a_role_is_shown_with_the_mistake(lod: Any, folder: Path) -> None:
    with (folder / "人數11310.csv").open("a", encoding="utf-8") as file:
        file.write("女,9,?\n")
    shown = lod("preview", "staff.cube.yml", cwd=folder)
    assert shown.returncode == 1
    assert "5 L 女 D 9 ? ?" in " ".join(shown.stdout.split())
    assert "C5: nothing declares what this cell is" in shown.stderr


def test_as_json_roles_are_by_cell(lod: Any, folder: Path) -> None:
    shown = lod("preview", "staff.cube.yml", "--format", "json", cwd=folder)
    (sheet,) = json.loads(shown.stdout)["sheets"]
    assert sheet["roles"] == {
        "A1": "header", "B1": "header", "A2": "label", "B2": "data", "A3": "label", "B3": "data", "A4": "note",
    }  # fmt: skip


def test_tables_may_be_elsewhere(lod: Any, folder: Path) -> None:
    (folder / "tables").mkdir()
    (folder / "人數11310.csv").rename(folder / "tables" / "人數11310.csv")
    assert lod("preview", "staff.cube.yml", cwd=folder).returncode == 1
    shown = lod("preview", "staff.cube.yml", "--tables", "tables", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    assert lod("check", "staff.cube.yml", "--tables", "tables", cwd=folder).returncode == 0
    (folder / "tables" / "人數11310.csv").write_text("性別,人數\n男,12\n不明,10\n", encoding="utf-8")
    checked = lod("check", "staff.cube.yml", "--tables", "tables", cwd=folder)
    assert checked.returncode == 1
    assert "A3: '不明' is no label of dimension 'sex'" in checked.stdout + checked.stderr
