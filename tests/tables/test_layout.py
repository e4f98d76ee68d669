"""Printed sheets by their layout: headers, hierarchy, pages, notes; and every cell accounted for."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lod.diagnostics import Findings
from lod.mapping.cube.layouts import USUAL_NOTES, USUAL_TITLES
from lod.mapping.cube.model import Layout, Marks
from lod.tables.area import Area
from lod.tables.printed.layout import Printed, Role
from lod.tables.printed.read import read_printed
from lod.tables.printed.values import State
from lod.tables.workbooks.sheets import Sheet, Value

LAYOUT = Layout(
    (2, 3),
    (2, 3),
    (1,),
    is_indented=True,
    title_patterns=tuple(re.compile(each) for each in USUAL_TITLES),
    note_patterns=tuple(re.compile(each) for each in USUAL_NOTES),
)

TITLE = ("表 1　人數", None, None, None, None)
GROUPS = ("機關別", "總計", "性別", None, "平均")
NAMES = (None, None, "男", "女", None)
MERGED = (Area(2, 1, 3, 1), Area(2, 2, 3, 2), Area(2, 3, 2, 4), Area(2, 5, 3, 5))
ROWS: tuple[tuple[Value | None, ...], ...] = (
    TITLE,
    GROUPS,
    NAMES,
    ("總計", 10, 6, 4, 40.5),
    ("　中央", 7, 4, 3, 41.5),
    ("　　甲", 7, 4, 3, 41.5),
    ("　地方", 3, 2, 1, 38.2),
)


def read(rows: tuple[tuple[Value | None, ...], ...], layout: Layout = LAYOUT) -> tuple[Printed, Findings]:
    findings = Findings()
    return read_printed(Sheet("表1", rows, MERGED), "1.xls", layout, findings), findings


def paths(printed: Printed) -> list[str]:
    return list(dict.fromkeys(" > ".join(label.text for label in cell.row_path) for cell in printed.cells))


def test_merged_headers_are_filled_and_rows_are_below_what_they_are_indented_under() -> None:
    printed, findings = read(ROWS)
    assert list(findings) == []
    assert paths(printed) == ["總計", "總計 > 中央", "總計 > 中央 > 甲", "總計 > 地方"]
    columns = [" > ".join(label.text for label in cell.column_path) for cell in printed.cells[:4]]
    assert columns == ["總計", "性別 > 男", "性別 > 女", "平均"]
    assert [(cell.row, cell.column, cell.text) for cell in printed.cells[:2]] == [(4, 2, "10"), (4, 3, "6")]


def test_spaces_indent_half_as_far_as_ideographic_ones() -> None:
    printed, _ = read((*ROWS[:5], ("    甲", 7, 4, 3, 41.5), ("  地方", 3, 2, 1, 38.2)))
    assert paths(printed) == ["總計", "總計 > 中央", "總計 > 中央 > 甲", "總計 > 地方"]


def test_every_cell_has_a_role() -> None:
    printed, findings = read((*ROWS, (None,) * 5, ("資料來源：銓敘部。", None, "Source: MOCS", None, None)))
    assert list(findings) == []
    assert {role: sum(each is role for each in printed.roles.values()) for role in Role} == {
        Role.TITLE: 1,
        Role.HEADER: 6,
        Role.LABEL: 4,
        Role.DATA: 16,
        Role.ATTRIBUTE: 0,
        Role.NOTE: 2,
        Role.IGNORED: 0,
        Role.OUTSIDE: 0,
    }
    assert [label.text for label in printed.notes] == ["資料來源：銓敘部。", "Source: MOCS"]


def test_a_header_repeated_on_another_page_is_dropped_with_its_title() -> None:
    page = (("表 1　人數(續)", None, None, None, None), GROUPS, NAMES, ("　　乙", 3, 2, 1, 38.2))
    printed, findings = read((*ROWS, (None,) * 5, *page))
    assert list(findings) == []
    assert paths(printed)[-1] == "總計 > 地方 > 乙"  # the page break does not end a group
    assert [label.text for label in printed.titles] == ["表 1　人數", "表 1　人數(續)"]


def test_a_header_repeated_without_its_merged_cells_is_as_long_as_the_first_one() -> None:
    layout = replace(LAYOUT, header_rows=(), label_rows=(), header_start=re.compile("^機關別"))
    printed, findings = read((*ROWS, GROUPS, NAMES, ("　　乙", 3, 2, 1, 38.2)), layout)
    assert list(findings) == []
    assert paths(printed)[-1] == "總計 > 地方 > 乙"


def test_a_header_repeated_differently_is_an_error_at_its_cell() -> None:
    _, findings = read((*ROWS, GROUPS, (None, None, "女", "男", None), ("　乙", 3, 2, 1, 38.2)))
    assert [each.code for each in findings] == ["LOD2505", "LOD2505"]
    assert findings.items[0].message.startswith("sheet 表1!C9: the header repeated here says '女', the first one '男'")


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        (("　丙", "－", 0, 0, 0), "LOD2504", "B8"),
        (("　丙", None, 0, 0, 0), "LOD2507", "B8"),
        ((None, 1, 0, 0, 0), "LOD2503", "B8"),
        (("　丙", None, None, None, None), "LOD2503", "A8"),
        (("　丙", 1, 0, 0, 0, "?"), "LOD2503", "F8"),
        (("附帶說明", None, None, None, None), "LOD2503", "A8"),
    ],
)
def test_what_is_declared_nowhere_is_an_error_at_its_cell(row: tuple[Value | None, ...], code: str, cell: str) -> None:
    _, findings = read((*ROWS, row))
    assert [each.code for each in findings] == [code]
    assert findings.items[0].message.startswith(f"sheet 表1!{cell}: ")
    assert findings.items[0].hint


def test_declared_signs_and_ignored_cells_are_no_errors() -> None:
    layout = replace(
        LAYOUT,
        marks=Marks(zero=("－",), not_applicable=("empty",)),
        ignored_areas=((8, 6, 8, 6),),
        ignored_patterns=(re.compile("^附帶"),),
    )
    printed, findings = read((*ROWS, ("　丙", "－", None, 0, 0, "?"), ("附帶說明", None, None, None, None)), layout)
    assert list(findings) == []
    assert [cell.state for cell in printed.cells[-4:-2]] == [State.ZERO, State.NOT_APPLICABLE]
    assert printed.roles[8, 6] is printed.roles[9, 1] is Role.IGNORED


def test_listed_parents_make_the_hierarchy_of_flat_rows() -> None:
    layout = replace(LAYOUT, is_indented=False, parents=(("/^民國/",),))
    rows = (("民國 92年", 10, 6, 4, 1), ("男  性", 6, 6, 0, 1), ("民國 93年", 9, 5, 4, 1), ("男  性", 5, 5, 0, 1))
    printed, _ = read((*ROWS[:3], *rows), layout)
    assert paths(printed) == ["民國 92年", "民國 92年 > 男性", "民國 93年", "民國 93年 > 男性"]


def test_several_label_columns_are_a_path_and_merged_labels_count_in_all_their_rows() -> None:
    layout = replace(LAYOUT, header_rows=(1,), label_rows=(1,), label_columns=(1, 2), is_indented=False)
    rows = (("縣市", "性別", "人數"), ("臺北市", "男", 1), (None, "女", 2))
    printed = read_printed(Sheet("表1", rows, (Area(2, 1, 3, 1),)), "1.xls", layout, Findings())
    assert paths(printed) == ["臺北市 > 男", "臺北市 > 女"]


def test_without_merged_ranges_a_declared_fill_repeats_group_headers() -> None:
    findings = Findings()
    printed = read_printed(Sheet("表1", ROWS[:4]), "1.csv", replace(LAYOUT, fill_header=True), findings)
    assert [" > ".join(label.text for label in cell.column_path) for cell in printed.cells] == [
        "總計", "性別 > 男", "性別 > 女", "平均",
    ]  # fmt: skip


def test_a_declared_fill_stays_within_its_group() -> None:
    rows = (
        ("機關別", "教育程度", None, None, "考試"),
        (None, "大專", None, "高中", None),
        (None, "男", "女", "男", "男"),
        ("總計", 1, 2, 3, 4),
    )
    layout = replace(LAYOUT, header_rows=(1, 2, 3), label_rows=(), fill_header=True)
    printed = read_printed(Sheet("表1", rows), "1.csv", layout, Findings())
    assert [" > ".join(label.text for label in cell.column_path) for cell in printed.cells] == [
        "教育程度 > 大專 > 男", "教育程度 > 大專 > 女", "教育程度 > 高中 > 男", "考試 > 男",
    ]  # fmt: skip


def test_a_header_beyond_the_sheet_and_a_sheet_without_figures_are_said() -> None:
    _, beyond = read(ROWS, replace(LAYOUT, header_rows=(90, 91), label_rows=(90,)))
    assert beyond.items[0].code == "LOD2508"
    _, none = read(ROWS[:3])
    assert [each.code for each in none] == ["LOD2508"]
