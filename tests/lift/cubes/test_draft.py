"""Drafts of cube files: made by looking, they read the sheet that they were made of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import workbooks

from lod.diagnostics import Findings
from lod.lift.cubes.drafts.draft import draft_cube
from lod.lift.cubes.drafts.lists import quoted
from lod.lift.cubes.drafts.workbook import draft_of_first
from lod.lift.cubes.drafts.written import Source
from lod.lift.run import lift_files
from lod.tables.workbooks.sheets import Sheet, open_workbook


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
    text = draft_cube(sheet, Source(path.name, quoted(name)))
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
    text = draft_cube(workbook.sheets[0], Source("人數11310.csv"))
    assert text is not None
    lines, findings = _lifted(text, tmp_path, tmp_path)
    assert list(findings) == []
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    figure = f'<https://e.org/data/my-dataset/obs/2024-10/T/M> <https://e.org/def/measure/value> "1012"^^<{integer}> .'
    assert figure in lines


def test_a_draft_asks_in_the_language_of_whoever_corrects_it() -> None:
    sheet = Sheet("x", (("地區", "男", "女"), ("北", "1", "…"), ("南", "3", "4")))
    english, chinese = (draft_cube(sheet, Source("x.csv", language=each)) for each in ("en", "zh-Hant-TW"))
    assert english is not None
    assert chinese is not None
    plain = [[line.partition(" #")[0] for line in text.splitlines() if line[0] != "#"] for text in (english, chinese)]
    assert plain[0] == plain[1]
    comments = [line.partition("#")[2].partition("decide:")[2] for line in chinese.splitlines() if "decide:" in line]
    assert len(comments) > 4
    assert all(re.search(r"[\u4e00-\u9fff]", each) for each in comments[1:]), comments


def test_a_sheet_without_figures_has_no_draft() -> None:
    assert draft_cube(Sheet("x", (("a", "b"), ("c", "d"))), Source("x.csv")) is None


def test_a_draft_of_a_table_that_goes_on_beside_itself_reads_both(tmp_path: Path) -> None:
    rows = ("警察人數,,,,民國98年底,,", "縣市別,男,女,,縣市別,男,女", "總計,9,5,,　臺中縣,4,2", "　臺北縣,5,3,,,,")
    (tmp_path / "police.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    workbook = open_workbook(tmp_path / "police.csv", "police.csv", "utf-8", Findings(), None)
    assert workbook is not None
    text = draft_cube(workbook.sheets[0], Source("police.csv"))
    assert text is not None
    assert "area: A1:D4" in text
    assert "  - layout: {area: E1:G4, labels: {columns: [E]}}" in text
    lines, findings = _lifted(text, tmp_path, tmp_path)
    assert list(findings) == []
    assert sum("/def/measure/value>" in line and "/obs/" in line for line in lines) == 6


def _draft(path: Path) -> str:
    workbook = open_workbook(path, path.name, "utf-8", Findings(), None)
    assert workbook is not None
    text = draft_of_first(workbook.sheets, workbook.sheets, Source(path.name, dataset="beds"))
    assert text is not None
    return text


def test_a_total_below_a_heading_is_the_heading_and_signs_of_footnotes_are_no_part_of_labels(tmp_path: Path) -> None:
    rows: list[list[workbooks.Cell]] = [
        ["病床數", None, None, None, None],
        ["縣市別", "總計", "一般病床", None, None],
        [None, None, "合計", "急性病床", "精神病床¹"],
        ["總計", 9, 9, 5, 4],
        ["臺北市", 6, 6, 3, 3],
        ["連江縣（註2）", 3, 3, 2, 1],
    ]
    merged = ("A2:A3", "B2:B3", "C2:E2")
    path = workbooks.write_xlsx(tmp_path / "beds112.xlsx", {"表": rows}, merged)
    text = _draft(path)
    assert '"1": {zh-Hant-TW: "一般病床", labels: ["一般病床 > 合計"]}' in text
    assert '"3": {zh-Hant-TW: "精神病床", parent: "1"}' in text
    assert '"09007": {zh-Hant-TW: "連江縣"}' in text  # all labels are counties
    assert 'title: {zh-Hant-TW: "縣市別", en: Row}' in text
    lines, findings = _lifted(text, tmp_path, tmp_path)
    assert [each.code for each in findings] == []  # the totals add up
    assert sum("/def/measure/value>" in line and "/obs/" in line for line in lines) == 12


def test_latin_headers_that_translate_nothing_are_labels(tmp_path: Path) -> None:
    rows: list[list[workbooks.Cell]] = [["行政區", "水銀燈", "LED"], ["東區", 3, 4], ["西區", 5, 6]]
    path = workbooks.write_xlsx(tmp_path / "lamps112.xlsx", {"表": rows})
    text = _draft(path)
    assert "labels: chinese" not in text
    lines, findings = _lifted(text, tmp_path, tmp_path)
    assert [each.code for each in findings] == []
    assert sum("/def/measure/value>" in line and "/obs/" in line for line in lines) == 4


def test_a_yearbook_is_drafted_from_its_first_table_and_those_that_are_alike(tmp_path: Path) -> None:
    sheets: dict[str, list[list[workbooks.Cell]]] = {"目次": [["統計年報目次"], ["表1 機車"]]}
    for year in (112, 113):
        sheets[f"{year}年"] = [
            ["表1 機車數"],
            [f"中華民國{year}年底"],
            ["縣市", "機車"],
            ["臺北市", year],
            ["高雄市", 2],
        ]
    sheets["114年"] = [["表2"], ["別的表", "甲", "乙"], ["x", 1, 2]]
    text = _draft(workbooks.write_xlsx(tmp_path / "yearbook.xlsx", sheets))
    assert 'sheet: "/^\\\\d+年$/" # decide: these are alike, a table each: 112年, 113年' in text


def test_a_number_in_a_file_name_is_no_year_unless_it_is_likely(tmp_path: Path) -> None:
    (tmp_path / "utf16.csv").write_text("縣市,人數\n臺北市,1\n高雄市,2\n", encoding="utf-8")
    assert "value: '?'} # decide: nothing says of when" in _draft(tmp_path / "utf16.csv")
