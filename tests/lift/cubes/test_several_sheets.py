"""A pattern that several sheets fit: a table each, told apart by their titles; codes that stand in a title."""

from __future__ import annotations

from pathlib import Path

import workbooks

from lod.diagnostics import Diagnostic, Findings, FindingsError
from lod.lift.run import lift_files

CUBE = """\
base: https://example.org/
dataset: {id: staff, title: {zh-Hant-TW: 人數, en: Staff}}
source: staff.xlsx
sheet: /職員人數/
layout:
  header: {from: /^性別/}
  labels: {columns: A, hierarchy: none}
codelists:
  area: {codes: {TPE: {zh-Hant-TW: 臺北市}, TPQ: {zh-Hant-TW: 新北市}, N: {zh-Hant-TW: 北}}}
  sex: {total: T, codes: {T: {zh-Hant-TW: 計}, M: {zh-Hant-TW: 男}, F: {zh-Hant-TW: 女}}}
dimensions:
  period: {period: true, from: title}
  sex: {codes: sex, from: rows}
measures:
  headcount: {label: {en: Headcount}, labels: [人數]}
"""
AREA = "  area: {codes: area, from: title}\n  sex: {codes"
Rows = list[list[str | int | float | None]]


def sheet(title: str, period: str, men: int, women: int) -> Rows:
    """A small table of one period."""
    return [[title, period], ["性別", "人數"], ["計", men + women], ["男", men], ["女", women]]


def lift(folder: Path, cube: str, sheets: dict[str, Rows]) -> tuple[list[Diagnostic], set[str]]:
    """Lift a cube file over a workbook: findings, and what observations there are."""
    workbooks.write_xlsx(folder / "staff.xlsx", sheets)
    (folder / "staff.cube.yml").write_text(cube, encoding="utf-8")
    findings = Findings()
    try:
        lift_files([folder / "staff.cube.yml"], folder / "out.nq", findings=findings)
    except FindingsError as error:
        return list(error.diagnostics), set()
    lines = (folder / "out.nq").read_text("utf-8").splitlines()
    values = [line.split(" ") for line in lines if "/measure/headcount>" in line and "/obs/" in line]
    return list(findings), {f"{s.partition('/obs/')[2][:-1]} {o.split('^^')[0]}" for s, _, o, *_ in values}


def test_each_sheet_is_a_table_of_the_period_in_its_title(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "說明": [["職員統計"]],
        "甲": sheet("表1 職員人數", "中華民國101年底", 3, 4),
        "乙": sheet("表1 職員人數", "中華民國100年底", 5, 6),
        "99": sheet("表1 職員人數", "單位：人", 7, 8),  # the period stands in the sheet's name alone
    }
    findings, made = lift(tmp_path, CUBE, sheets)
    assert [each.code for each in findings] == ["LOD2514"]
    assert "甲, 乙, 99" in str(findings[0].message)
    years = {"2012": (7, 3, 4), "2011": (11, 5, 6), "2010": (15, 7, 8)}
    assert made == {f'{y}/{sex} "{n}"' for y, all_ in years.items() for sex, n in zip("TMF", all_, strict=True)}
    assert "/data/staff/slice/series/T>" in (tmp_path / "out.nq").read_text("utf-8")


def test_codes_may_stand_in_titles(tmp_path: Path) -> None:
    sheets = {
        "1": sheet("職員人數－台北市", "101年", 3, 4),  # 北 stands there, too: the longest counts
        "2": sheet("職員人數－新北市", "101年", 5, 6),
    }
    findings, made = lift(tmp_path, CUBE.replace("  sex: {codes: sex", f"{AREA}: sex"), sheets)
    assert [each.code for each in findings] == ["LOD2514"]
    assert {'2012/TPE/T "7"', '2012/TPQ/T "11"'} <= made


def test_what_is_wrong_is_said_of_its_sheet(tmp_path: Path) -> None:
    cube = CUBE.replace("  sex: {codes: sex", f"{AREA}: sex")
    sheets = {"1": sheet("職員人數", "101年", 3, 4), "2": sheet("職員人數 臺北市及新北市", "101年", 5, 6)}
    findings, _ = lift(tmp_path, cube, sheets)
    assert [(each.code, getattr(each.origin, "source", "")) for each in findings if each.code == "LOD2515"] == [
        ("LOD2515", "staff.xlsx sheet 1"),
        ("LOD2515", "staff.xlsx sheet 2"),
    ]
    findings, _ = lift(tmp_path, CUBE, {"甲": sheet("職員人數", "101年", 3, 4), "乙": sheet("職員人數", "101年", 3, 9)})
    assert {each.code for each in findings} == {"LOD2514", "LOD3607"}
    findings, _ = lift(
        tmp_path, CUBE, {"甲": sheet("職員人數", "101年", 3, 4), "乙": [["職員人數 另一種表", "101年"], ["x", 1]]}
    )
    assert "LOD2508" in {each.code for each in findings}
    assert all("乙" in f"{each.origin}{each.message}" for each in findings if each.code == "LOD2508")


def test_every_workbook_that_a_pattern_fits_is_an_edition(tmp_path: Path) -> None:
    for name, year in (("m-100.xlsx", 100), ("m-99.xlsx", 99), ("~$m-99.xlsx", 98)):
        workbooks.write_xlsx(tmp_path / name, {"甲": sheet("職員人數", f"{year}年", year, 1)})
    cube = CUBE.replace("source: staff.xlsx", "source: m-*.xlsx")
    findings, made = lift(tmp_path, cube, {"甲": sheet("職員人數", "101年", 3, 4)})
    assert [each.code for each in findings] == ["LOD2514"]
    assert "m-100.xlsx, m-99.xlsx" in str(findings[0].message)
    assert {'2011/M "100"', '2010/M "99"'} <= made
    assert len(made) == 6
    findings, _ = lift(tmp_path, cube.replace("m-*", "n-**x*"), {"甲": sheet("職員人數", "101年", 3, 4)})
    assert {each.code for each in findings if each.severity == "error"} == {"LOD2001"}


def test_a_table_that_goes_on_in_the_next_sheet_adds_up(tmp_path: Path) -> None:
    first: Rows = [["職員人數", "101年"], ["性別", "人數"], ["計", 7], ["男", 3]]
    rest: Rows = [["職員人數（續）", "101年"], ["性別", "人數"], ["女", 4]]
    findings, made = lift(tmp_path, CUBE, {"甲": first, "乙": rest})
    assert [each.code for each in findings] == ["LOD2514"]
    assert len(made) == 3
    later: dict[str, Rows] = {"丙": [["職員人數", "102年"], *first[1:]], "丁": [["職員人數（續）", "102年"], *rest[1:]]}
    findings, made = lift(tmp_path, CUBE, {"甲": first, "乙": rest, **later})
    assert [each.code for each in findings] == ["LOD2514"]  # no drift: the sheets of a year are a whole
    assert len(made) == 6
    del later["丁"]
    findings, _ = lift(
        tmp_path, CUBE.replace("dimensions:", "checks: {totals: none}\ndimensions:"), {"甲": first, "乙": rest, **later}
    )
    assert [each.code for each in findings] == ["LOD2514", "LOD3623"]
    findings, _ = lift(tmp_path, CUBE, {"甲": first, "乙": [*rest[:2], ["女", 5]]})
    [broken] = [each for each in findings if each.code == "LOD3609"]
    assert str(broken.origin) == "staff.xlsx sheet 甲, row 3, column B"
    assert [str(each) for each in broken.related] == ["staff.xlsx sheet 甲, row 4, column B"]


def test_a_table_that_goes_on_beside_itself(tmp_path: Path) -> None:
    rows: Rows = [
        ["職員人數"],
        ["101年底"],
        ["性別", "人數", None, "性別", "人數"],
        ["計", 7, None, "女", 4],
        ["男", 3],
    ]
    layout = "layout:\n  area: A1:C5\n"
    right = "editions:\n  - layout: {area: D3:E5, labels: {columns: D}}\n"
    cube = CUBE.replace("layout:\n", layout).replace("sheet: /職員人數/\n", "") + right
    findings, made = lift(tmp_path, cube, {"甲": rows})
    assert findings == []
    assert made == {'2012/T "7"', '2012/M "3"', '2012/F "4"'}
    rows[3][4] = 5
    findings, _ = lift(tmp_path, cube, {"甲": rows})
    assert [each.code for each in findings] == ["LOD3609"]
    rows[3][3] = "不詳"  # one table cannot be read: what it takes in is not said to be nobody's
    findings, _ = lift(tmp_path, cube, {"甲": rows})
    assert {each.code for each in findings} == {"LOD3604", "LOD3609"}
