"""Workbooks as grids, whatever their format."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import workbooks

from lod.diagnostics import Findings
from lod.tables.area import Area
from lod.tables.workbooks.opendocument import merged_ranges
from lod.tables.workbooks.sheets import Workbook, cell_name, column_letters, open_workbook

ROWS: list[list[workbooks.Cell]] = [["縣市", "人數"], ["　臺北市", 26089], [None, "  12 "], ["平均", 40.5]]


def opened(path: Path, encoding: str = "utf-8") -> Workbook:
    findings = Findings()
    workbook = open_workbook(path, path.name, encoding, findings, None)
    assert list(findings) == []
    assert workbook is not None
    return workbook


def test_xlsx_and_ods_keep_numbers_texts_and_spaces(tmp_path: Path) -> None:
    for path in (
        workbooks.write_xlsx(tmp_path / "a.xlsx", {"表1": ROWS}, ("A2:A3",)),
        workbooks.write_ods(tmp_path / "a.ods", "表1", ROWS),
    ):
        (sheet,) = opened(path).sheets
        assert sheet.name == "表1"
        assert sheet.is_typed
        assert (sheet.height, sheet.width) == (4, 2)
        assert sheet.text(2, 1) == "　臺北市"
        assert sheet.value(2, 2) == 26089
        assert sheet.value(4, 2) == 40.5
        assert sheet.value(3, 1) is None
        assert isinstance(sheet.value(3, 2), str)


def test_a_merged_range_shows_its_first_cell(tmp_path: Path) -> None:
    (sheet,) = opened(workbooks.write_xlsx(tmp_path / "a.xlsx", {"表1": ROWS}, ("A2:A3",))).sheets
    assert sheet.merged == (Area(2, 1, 3, 1),)
    assert sheet.anchor(3, 1) == (2, 1)
    assert sheet.anchor(3, 2) == (3, 2)


def test_merged_ranges_of_opendocument_count_repeated_cells(tmp_path: Path) -> None:
    path = workbooks.write_ods(tmp_path / "a.ods", "表1", ROWS)
    assert merged_ranges(path.read_bytes()) == {"表1": ()}
    table = "xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"
    cells = "<table:table-cell table:number-columns-repeated='2'/><table:table-cell table:number-columns-spanned='3'/>"
    rows = f"<table:table-row table:number-rows-repeated='4'/><table:table-row>{cells}</table:table-row>"
    with zipfile.ZipFile(tmp_path / "b.ods", "w") as file:
        file.writestr("content.xml", f"<d {table}><table:table table:name='x'>{rows}</table:table></d>")
    assert merged_ranges((tmp_path / "b.ods").read_bytes()) == {"x": (Area(5, 3, 5, 5),)}


def test_a_csv_is_a_workbook_of_one_untyped_sheet(tmp_path: Path) -> None:
    path = tmp_path / "人數11310.csv"
    path.write_bytes('縣市,人數\r\n臺北市,"26,089"\r\n'.encode("cp950"))
    (sheet,) = opened(path, "big5").sheets
    assert sheet.name == "人數11310"
    assert not sheet.is_typed
    assert sheet.text(2, 2) == "26,089"


def test_letters_of_columns() -> None:
    assert [column_letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert cell_name(17, 3) == "C17"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("page.xls", b"<html><table><tr><td>1</td></tr></table></html>", "LOD2501"),
        ("empty.xlsx", b"", "LOD2501"),
        ("cut.xlsx", b"PK\x03\x04 cut off", "LOD2501"),
        ("big5.csv", "縣市".encode("cp950"), "LOD2002"),
        ("quote.csv", b'a,"b\n', "LOD2005"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    findings = Findings()
    assert open_workbook(path, name, "utf-8", findings, None) is None
    assert [each.code for each in findings] == [code]


def test_a_missing_workbook_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "101.xls").write_bytes(b"")
    findings = Findings()
    assert open_workbook(tmp_path / "100.xls", "100.xls", "utf-8", findings, None) is None
    assert (findings.items[0].code, findings.items[0].hint) == ("LOD2001", "did you mean '101.xls'?")


def test_the_ministrys_workbook_has_its_sheets_and_merged_cells(shared: Path) -> None:
    workbook = opened(shared / "tables" / "mocs_raw" / "101.xls")
    assert len(workbook.sheets) == 14
    sheet = workbook.sheets[1]
    assert sheet.name == "表2按官等分"
    assert Area(3, 1, 7, 2) in sheet.merged
    assert sheet.value(8, 3) == 343861
    assert sheet.text(20, 1) == "　簡　  任"
