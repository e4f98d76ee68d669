"""Checks of figures against each other: what people do wrong is named at its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import workbooks

from lod.diagnostics import Diagnostic, Findings, FindingsError
from lod.lift.run import lift_files

Rows = list[list[str | int | float | None]]
CUBE = """\
base: https://example.org/
dataset: {id: staff, title: {en: Staff}}
source: 101.xlsx
layout:
  header: {from: /^地區/, labels: chinese}
  labels: {columns: A, hierarchy: none}
codelists:
  area:
    title: {en: Area}
    total: T
    codes:
      T: {en: Taiwan, zh-Hant-TW: 總計}
      TPQ: {en: Taipei County, zh-Hant-TW: 臺北縣, until: 2010-12-24, replaced-by: NTP}
      NTP: {en: New Taipei, zh-Hant-TW: 新北市, from: 2010-12-25}
      TXG1: {en: Taichung, zh-Hant-TW: 臺中市, until: 2010-12-24}
      TXG: {en: Taichung, zh-Hant-TW: 臺中市, from: 2010-12-25}
  sex:
    title: {en: Sex}
    total: T
    codes:
      T: {en: Total, zh-Hant-TW: 計}
      M: {en: Male, zh-Hant-TW: 男}
      F: {en: Female, zh-Hant-TW: 女}
dimensions:
  period: {period: true, from: title}
  area: {codes: area, from: rows}
  sex: {codes: sex, from: columns}
measures:
  headcount: {label: {en: Headcount}}
"""


def sheet(period: str, areas: Mapping[str, tuple[int, ...]], heads: Sequence[str] = ("計", "男", "女")) -> Rows:
    """A small table of one period."""
    rows: Rows = [[name, *numbers] for name, numbers in areas.items()]
    return [["表1 人數", period], ["地區", *heads], *rows]


NOW = {"總計": (100, 60, 40), "新北市": (70, 45, 25), "臺中市": (30, 15, 15)}
BEFORE = {"總計": (90, 55, 35), "台北縣": (65, 42, 23), "臺中市": (25, 13, 12)}


def check(
    folder: Path, books: Mapping[str, Rows], cubes: Mapping[str, str]
) -> tuple[Sequence[Diagnostic], frozenset[str]]:
    """Lift cube files over workbooks: findings, and lines of N-Quads."""
    for name, rows in books.items():
        workbooks.write_xlsx(folder / name, {"表1": rows})
    for name, text in cubes.items():
        (folder / name).write_text(text, encoding="utf-8")
    findings = Findings()
    try:
        lift_files([folder / name for name in cubes], folder / "out.nq", findings=findings)
    except FindingsError as error:
        return error.diagnostics, frozenset()
    lines = (folder / "out.nq").read_text("utf-8").splitlines()
    assert len(lines) == len(set(lines))
    return tuple(findings), frozenset(lines)


def two_years(folder: Path, later: Rows, earlier: Rows, more: str = "") -> tuple[Sequence[Diagnostic], frozenset[str]]:
    """Two editions of one dataset."""
    cube = CUBE + "editions: [{source: 98.xlsx}]\n" + more
    return check(folder, {"101.xlsx": later, "98.xlsx": earlier}, {"staff.cube.yml": cube})


def test_the_period_chooses_between_codes_of_one_label(tmp_path: Path) -> None:
    found, lines = two_years(tmp_path, sheet("101年底", NOW), sheet("98年底", BEFORE))
    assert list(found) == []  # codes that were not in force are no drift, and no lost part of a total
    subjects = {line.split(" ")[0] for line in lines if "/obs/" in line.split(" ")[0]}
    assert "<https://example.org/data/staff/obs/2012/TXG/M>" in subjects
    assert "<https://example.org/data/staff/obs/2009/TXG1/M>" in subjects
    assert "<https://example.org/data/staff/obs/2009/TPQ/M>" in subjects


def test_a_code_that_is_not_in_force_is_an_error(tmp_path: Path) -> None:
    wrong = {"總計": (90, 55, 35), "新北市": (65, 42, 23), "臺中市": (25, 13, 12)}
    (one,), _ = check(tmp_path, {"101.xlsx": sheet("98年底", wrong)}, {"staff.cube.yml": CUBE})
    assert (one.code, one.message.partition(": ")[0]) == ("LOD3621", "sheet 表1!B4")
    restated = CUBE.replace("from: rows}", "from: rows, valid-at: 2012-12-31}")
    found, lines = check(tmp_path, {"101.xlsx": sheet("98年底", wrong)}, {"staff.cube.yml": restated})
    assert list(found) == []
    assert any("/obs/2009/TXG/M>" in line for line in lines)


def test_a_code_that_began_in_the_figures_year_is_asked_about(tmp_path: Path) -> None:
    """The ministry's table of 2010-12-31 still counts by what was merged on 2010-12-25."""
    one = {"總計": (25, 13, 12), "臺中市": (25, 13, 12)}
    (said,), lines = check(tmp_path, {"101.xlsx": sheet("99年底", one)}, {"staff.cube.yml": CUBE})
    assert (said.code, said.severity.value, said.message.partition(":")[0]) == ("LOD3630", "warning", "sheet 表1!B4")
    assert any("/obs/2010/TXG/M>" in line for line in lines)
    for day, code in ("2010-12-24", "TXG1"), ("last", "TXG"):
        cube = CUBE.replace("from: rows}", f"from: rows, valid-at: {day}}}")
        found, lines = check(tmp_path, {"101.xlsx": sheet("99年底", one)}, {"staff.cube.yml": cube})
        assert list(found) == []
        assert any(f"/obs/2010/{code}/M>" in line for line in lines)


def test_a_row_that_an_edition_lacks_is_drift(tmp_path: Path) -> None:
    lost = {name: numbers for name, numbers in BEFORE.items() if name != "臺中市"} | {"總計": (65, 42, 23)}
    found, _ = two_years(tmp_path, sheet("101年底", NOW), sheet("100年底", NOW | {"臺中市": (30, 15, 15)}))
    assert list(found) == []
    cube = CUBE.replace(", until: 2010-12-24}", "}").replace(", from: 2010-12-25}", "}")
    cube = cube.replace("      TXG: {en: Taichung, zh-Hant-TW: 臺中市}\n", "") + "editions: [{source: 98.xlsx}]\n"
    books = {"101.xlsx": sheet("101年底", NOW), "98.xlsx": sheet("98年底", lost)}
    found, _ = check(tmp_path, books, {"staff.cube.yml": cube})
    messages = {each.message for each in found if each.code == "LOD3623"}
    assert "sheet 表1!B5: 'TXG1' (Taichung) of 'area' is here, and not in 98.xlsx sheet 表1" in messages
    assert {str(each.severity) for each in found} == {"warning"}


def test_a_revision_holds_if_it_is_declared(tmp_path: Path) -> None:
    two: Rows = [["表1 人數"], ["地區", "民國98年"], ["總計", 90], ["台北縣", 65], ["臺中市", 25]]
    later: Rows = [
        ["表1 人數"],
        ["地區", "民國98年", "民國99年"],
        ["總計", 91, 95],
        ["台北縣", 66, None],
        ["臺中市", 25, None],
    ]
    cube = CUBE.replace("period: true, from: title", "period: true, from: columns").replace(
        "sex: {codes: sex, from: columns}", "sex: {codes: sex, value: T}"
    )
    cube += "values: {not-applicable: [empty]}\nchecks: {totals: none}\neditions: [{source: 98.xlsx}]\n"
    books = {"101.xlsx": later, "98.xlsx": two}
    found, _ = check(tmp_path, books, {"staff.cube.yml": cube})
    assert {each.code for each in found} == {"LOD3607"}
    found, lines = check(
        tmp_path, books, {"staff.cube.yml": cube.replace("totals: none", "totals: none, revisions: warning")}
    )
    assert [each.code for each in found] == ["LOD3622", "LOD3622"]
    assert found[0].message == "sheet 表1!B3: '90' was revised to '91' in sheet 表1!B3 (2009 / T / T)"
    figures = {line.split('"')[1] for line in lines if "/obs/2009/T/T> <https://example.org/def/measure" in line}
    assert figures == {"91"}


def test_datasets_that_print_the_same_figures_agree(tmp_path: Path) -> None:
    other = CUBE.replace("id: staff,", "id: staff-by-sex,").replace("101.xlsx", "sex.xlsx").replace(
        "  area: {codes: area, from: rows}\n", ""
    ).replace("from: columns}", "from: rows}")  # fmt: skip
    other = other.replace("/^地區/", "/^性別/") + "checks: {agrees-with: [staff]}\n"
    books: dict[str, Rows] = {
        "101.xlsx": sheet("101年底", NOW),
        "sex.xlsx": [["表2", "101年底"], ["性別", "人數"], ["計", 100], ["男", 60], ["女", 40]],
    }
    cubes = {"staff.cube.yml": CUBE, "sex.cube.yml": other.replace("en: Headcount}", "en: Headcount}, labels: [人數]")}
    assert list(check(tmp_path, books, cubes)[0]) == []
    books["sex.xlsx"][3][1], books["sex.xlsx"][4][1] = 59, 41
    found, _ = check(tmp_path, books, cubes)
    assert {each.code for each in found} == {"LOD3624"}
    assert "are both 'headcount' of 2012 / M" in "".join(each.message for each in found)


def test_a_lost_row_is_incomplete(tmp_path: Path) -> None:
    rows: Rows = [["表1 人數", "101年底"], ["地區", "人數"], ["總計", 100], ["男", 60], ["女", 40]]
    rows += [["新北市", 70], ["男", 45], ["女", "X"], ["臺中市", 30], ["男", 15]]
    cube = CUBE.replace("hierarchy: none", "hierarchy: {parents: [總計, 新北市, 臺中市]}")
    cube = cube.replace("sex: {codes: sex, from: columns}", "sex: {codes: sex, from: rows}")
    cube = cube.replace("en: Headcount}", "en: Headcount}, labels: [人數]")
    cube += "values: {suppressed: [X]}\nchecks: {complete: %s, totals: none}\n"
    assert list(check(tmp_path, {"101.xlsx": rows}, {"staff.cube.yml": cube % "none"})[0]) == []
    (found,), _ = check(tmp_path, {"101.xlsx": rows}, {"staff.cube.yml": cube % "error"})
    assert found.code == "LOD3625"
    assert found.message.startswith("sheet 表1!B5: there is no figure of 2012 / TXG / F; the nearest, 2012 / T / F")


BANDS = """\
  age:
    title: {en: Age}
    total: T
%s    codes:
      T: {en: Total}
      A: {en: Under 18, zh-Hant-TW: 未滿18歲}
      B: {en: 18 to 25, zh-Hant-TW: 18-25歲}
      C: {en: Third, zh-Hant-TW: %s}
      D: {en: 65 and over, zh-Hant-TW: 65歲以上}
"""


@pytest.mark.parametrize(
    ("said", "band", "words"),
    [
        ("", "25-30歲", "'B' and 'C' of list 'age' share the end 25: whose is it?"),
        ("    bands: closed\n", "25-30歲", "share the end 25"),
        ("    bands: half-open\n", "24-30歲", "overlap between 24 and 25"),
        ("    bands: half-open\n", "26-65歲", "leave a gap between 25 and 26"),
        ("    bands: half-open\n", "25-65歲", ""),
        ("    bands: closed\n", "26-64歲", ""),
        ("    bands: open\n", "25-65歲", "'open' cannot stand here"),
    ],
)
def test_ends_of_bands_have_an_owner(tmp_path: Path, said: str, band: str, words: str) -> None:
    cube = CUBE.replace("  sex:\n", BANDS % (said, band) + "  sex:\n", 1)
    cube = cube.replace("measures:", "  age: {codes: age, value: T}\nmeasures:")
    found, _ = check(tmp_path, {"101.xlsx": sheet("101年底", NOW)}, {"staff.cube.yml": cube})
    assert [words in each.message for each in found] == ([True] if words else [])


def test_a_sheet_of_two_tables(tmp_path: Path) -> None:
    rows: Rows = [*sheet("101年底", NOW), [None], *sheet("100年底", NOW), ["不明", 1]]
    area = CUBE.replace("layout:\n", "layout:\n  area: A1:D5\n")
    books = {"101.xlsx": rows}
    found, _ = check(tmp_path, books, {"staff.cube.yml": area})
    assert {each.code for each in found} == {"LOD2503"}
    assert found[0].message == "sheet 表1!A7: no table of this sheet takes this cell in"
    found, _ = check(tmp_path, books, {"staff.cube.yml": area + "editions: [{layout: {area: A7:D11}}]\n"})
    assert [each.message.partition(":")[0] for each in found] == ["sheet 表1!A12", "sheet 表1!B12"]
    found, lines = check(
        tmp_path, books, {"staff.cube.yml": area + "editions: [{layout: {area: A7:D12, ignored: [A12:B12]}}]\n"}
    )
    assert list(found) == []
    assert {line.split("/obs/")[1][:4] for line in lines if "/obs/" in line.split(" ")[0]} == {"2011", "2012"}


def test_an_edition_may_be_a_workbook_alone(tmp_path: Path) -> None:
    later = {name: tuple(n + 1 for n in numbers) if name == "總計" else numbers for name, numbers in NOW.items()}
    later["新北市"] = (71, 46, 25)
    later["總計"] = (101, 61, 40)
    cube = f"{CUBE}editions: [102.xlsx]\n"
    found, lines = check(
        tmp_path, {"101.xlsx": sheet("101年", NOW), "102.xlsx": sheet("102年", later)}, {"staff.cube.yml": cube}
    )
    assert found == ()
    for year, total in (("2012", 100), ("2013", 101)):
        assert any(f"/obs/{year}/T/T> " in line and f'"{total}"' in line for line in lines)
    assert sum("/slice/series/" in line and "cube#observation>" in line for line in lines) == 18
