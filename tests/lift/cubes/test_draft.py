"""Drafts of cube files: made by looking, they read the sheet that they were made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.lift.cubes.drafts.draft import draft_cube
from lod.lift.run import lift_files
from lod.tables.sheets import Sheet, open_workbook


def _lifted(text: str, folder: Path, tables: Path) -> tuple[set[str], Findings]:
    (folder / "draft.cube.yml").write_text(text, encoding="utf-8")
    findings = Findings()
    lift_files(
        [folder / "draft.cube.yml"], folder / "out.nq", tables=tables, base_iri="https://e.org/", findings=findings
    )
    return set((folder / "out.nq").read_text("utf-8").splitlines()), findings


@pytest.mark.suite
@pytest.mark.parametrize(
    "name", ["表2按官等分", "表4按教育程度分", "表10按縣市別分", "表7按年齡與年資分", "表9按職系分"]
)
def test_a_draft_of_a_printed_sheet_reads_it(name: str, shared: Path, tmp_path: Path) -> None:
    path = shared / "tables" / "mocs_raw" / "101.xls"
    workbook = open_workbook(path, path.name, "utf-8", Findings(), None)
    assert workbook is not None
    sheet = next(each for each in workbook.sheets if each.name == name)
    text = draft_cube(sheet, path.name, True)
    assert text is not None
    lines, findings = _lifted(text, tmp_path, path.parent)
    assert {each.code for each in findings} <= {"LOD3609"}
    assert findings.errors == []
    numbers = sum(isinstance(value, float) for row in sheet.rows for value in row)
    assert sum("/def/measure/value>" in line and "/obs/" in line for line in lines) == numbers


def test_a_draft_of_a_plain_csv_reads_it(tmp_path: Path) -> None:
    (tmp_path / "人數11310.csv").write_text('縣市,男,女\n臺北市,"1,012",10\n合計,"1,012",10\n', encoding="utf-8")
    workbook = open_workbook(tmp_path / "人數11310.csv", "人數11310.csv", "utf-8", Findings(), None)
    assert workbook is not None
    text = draft_cube(workbook.sheets[0], "人數11310.csv", False)
    assert text is not None
    lines, findings = _lifted(text, tmp_path, tmp_path)
    assert list(findings) == []
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    figure = f'<https://e.org/data/my-dataset/obs/2024-10/T/M> <https://e.org/def/measure/value> "1012"^^<{integer}> .'
    assert figure in lines


def test_a_sheet_without_figures_has_no_draft() -> None:
    assert draft_cube(Sheet("x", (("a", "b"), ("c", "d"))), "x.csv", False) is None


def test_a_draft_of_a_table_that_goes_on_beside_itself_reads_both(tmp_path: Path) -> None:
    rows = ("警察人數,,,,民國98年底,,", "縣市別,男,女,,縣市別,男,女", "總計,9,5,,　臺中縣,4,2", "　臺北縣,5,3,,,,")
    (tmp_path / "police.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    workbook = open_workbook(tmp_path / "police.csv", "police.csv", "utf-8", Findings(), None)
    assert workbook is not None
    text = draft_cube(workbook.sheets[0], "police.csv", False)
    assert text is not None
    assert "area: A1:D4" in text
    assert "  - layout: {area: E1:G4, labels: {columns: [E]}}" in text
    lines, findings = _lifted(text, tmp_path, tmp_path)
    assert list(findings) == []
    assert sum("/def/measure/value>" in line and "/obs/" in line for line in lines) == 6
