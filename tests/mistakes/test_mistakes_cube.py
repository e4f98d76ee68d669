"""The same mistakes in cube files, from the text of the file to the cells of the table.

`§` in the file marks where the finding points; of a mistake in the table it is a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lod.diagnostics import CellOrigin, Diagnostic, Findings, FindingsError, TextOrigin
from lod.lift.run import lift_files

TABLE = "性別,101年,102年\n總計,22,24\n男,10,11\n女,12,13\n"
CUBE = """base: https://lod.example.org/
dataset: {id: staff, title: {zh-Hant-TW: 員額, en: Staff}}
source: staff.csv
layout:
  header: {rows: 1}
  labels: {columns: A, hierarchy: none}
codelists:
  sex:
    total: T
    codes:
      T: {zh-Hant-TW: 總計}
      M: {zh-Hant-TW: 男}
      F: {zh-Hant-TW: 女}
units:
  person: {label: {zh-Hant-TW: 人, en: Person}}
dimensions:
  period: {period: true, from: columns}
  sex: {codes: sex, from: rows}
measures:
  headcount: {label: {zh-Hant-TW: 人數, en: Headcount}, unit: person}
"""


@dataclass(frozen=True)
class Mistake:
    """What stands for what, in the file or in the table, and what is to be said."""

    old: str
    new: str
    code: str
    message: str
    hint: str = ""
    cell: str = ""  # where in the table


MISTAKES = {
    "key": Mistake("measures:", "§measuers:", "LOD3003", "unknown key 'measuers'", "did you mean 'measures'?"),
    "type": Mistake("total: T", "total: §[T]", "LOD3004", "text is expected here, not a list"),
    "syntax": Mistake("layout:\n", "layout: {\n", "LOD3001", "not YAML"),
    "identifier": Mistake("id: staff", "id: §Staff", "LOD3603", "'Staff' is no id of a dataset", "lower-case letters"),
    "code list": Mistake("codes: sex", "codes: §sx", "LOD3602", "no code list 'sx'", "did you mean 'sex'?"),
    "unit": Mistake("unit: person", "unit: §persn", "LOD3602", "no unit 'persn'", "did you mean 'person'?"),
    "code": Mistake("total: T", "total: §X", "LOD3602", "X"),
    "language": Mistake("人, en:", "人, §english:", "LOD3009", "'english' is no language tag", "write the texts by"),
    "table": Mistake(
        "source: staff.csv", "source: §staf.csv", "LOD2001", "no table staf.csv", "did you mean 'staff.csv'?"
    ),
    "label": Mistake(
        "T: {zh-Hant-TW: 總計}", "T: {zh-Hant-TW: 總計數}", "LOD3604", "'總計' is no label of", "'總計數'", "A2"
    ),
    "period": Mistake("102年", "民國", "LOD3604", "'民國' is no label of dimension 'period'", "", "C1"),
    "figure": Mistake(",11\n", ",十一\n", "LOD2504", "'十一' is no figure", "missing: ['十一']", "C3"),
    "total of figures": Mistake("24", "25", "LOD3609", "'總計' is 25, its parts add up to 24", "", "C2"),
    "empty rows": Mistake("12,13", ",", "LOD2503", "a label without a figure in its row", "ignored", "A4"),
}


def said_of(folder: Path, cube: str, table: str) -> list[Diagnostic]:
    (folder / "staff.cube.yml").write_text(cube, encoding="utf-8")
    (folder / "staff.csv").write_text(table, encoding="utf-8")
    findings = Findings()
    with pytest.raises(FindingsError):
        lift_files([folder / "staff.cube.yml"], folder / "out.nq", findings=findings)
    assert not (folder / "out.nq").exists()
    return list(findings)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_explained_at_its_place(name: str, tmp_path: Path) -> None:
    mistake = MISTAKES[name]
    assert (CUBE + TABLE).count(mistake.old) == 1
    cube = CUBE.replace(mistake.old, mistake.new)
    before, mark, _ = cube.partition("§")
    said = said_of(tmp_path, cube.replace("§", ""), TABLE.replace(mistake.old, mistake.new))
    item = next(each for each in said if each.code == mistake.code)
    assert mistake.message in item.message
    assert mistake.hint in item.hint
    if mistake.cell:
        assert isinstance(item.origin, CellOrigin)
        assert f"!{mistake.cell}" in item.message
        assert f"{item.origin.column}{item.origin.row}" == mistake.cell
    elif mark:
        assert isinstance(item.origin, TextOrigin)
        place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
        assert (item.origin.line, item.origin.column) == place


def test_all_in_one_pass(tmp_path: Path) -> None:
    cube = CUBE.replace("id: staff", "id: Staff").replace("codes: sex", "codes: sx").replace("unit: person", "unit: p")
    cube = cube.replace("source:", "sourc:").replace("人, en:", "人, english:")
    said = said_of(tmp_path, cube, TABLE)
    assert {each.code for each in said} == {"LOD3003", "LOD3009", "LOD3602", "LOD3603"}
    assert len(said) >= 5
    table = TABLE.replace("102年", "民國").replace(",10,", ",十,").replace("女", "婦")
    assert {each.code for each in said_of(tmp_path, CUBE, table)} >= {"LOD3604", "LOD2504"}
