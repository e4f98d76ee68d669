"""Tables as other agencies print them: a draft reads each, every figure in an observation, and says what to decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import workbooks

from lod.diagnostics import Findings, FindingsError, Severity
from lod.lift.cubes.drafts.draft import draft_cube
from lod.lift.cubes.drafts.written import Source
from lod.lift.run import lift_files
from lod.tables.workbooks.sheets import open_workbook

N = None
Rows = list[list[Any]]
YEARS_AND_SEXES: Rows = [
    ["表3-2　身心障礙者人數按縣市別及性別分", N, N, N, N, N, N],
    ["中華民國100年底至101年底", N, N, N, N, N, "單位：人"],
    ["縣市別", "100年", N, N, "101年", N, N],
    [N, "計", "男", "女", "計", "男", "女"],
    ["總　計", 30, 16, 14, 36, 19, 17],
    *([[name, 6, n, 6 - n, 7, n, 7 - n] for n, name in enumerate(["新北市", "臺北市", "宜蘭縣", "花蓮縣"], start=2)]),
    ["基隆市", 6, 2, 4, 8, 5, 3],
    ["資料來源：本部統計處。", N, N, N, N, N, N],
    ["更新日期：102年3月1日", N, N, N, N, N, N],
]
YEARS_AND_SEXES[4][1:] = [sum(row[n] for row in YEARS_AND_SEXES[5:10]) for n in range(1, 7)]
MONTHS: Rows = [
    ["表1 商業登記家數及資本額", N, N, N],
    ["單位：家；千元；％", N, N, N],
    ["年月別", "登記家數", "資本額\n（千元）", "年增率（％）"],
    ["112年", 300, 9000, "…"],
    ["　1月", 100, 4000, 1.5],
    ["　2月", 200, 5000, 2.25],
    ["說明：年增率係與上年同期比較。", N, N, N],
]
CAUSES: Rows = [
    ["火災起火原因統計", N, N, N],
    ["民國112年", N, N, "單位：次"],
    ["類別", "起火原因", "次數", "百分比"],
    ["建築物", "電氣因素", 120, "30.0%"],
    [N, "遺留火種", 80, "20.0%"],
    [N, "小計", 200, "50.0%"],
    ["車輛", "電氣因素", 150, "37.5%"],
    [N, "遺留火種", 50, "12.5%"],
    [N, "小計", 200, "50.0%"],
    ["總計", N, 400, "100.0%"],
    ["註：百分比合計因四捨五入可能不等於100。", N, N, N],
]
EARNINGS: Rows = [
    ["表 5　薪資概況", N, N, N, N],
    ["Table 5  Earnings", N, N, N, N],
    ["113年第2季", N, N, N, "單位：新臺幣元"],
    ["行業別\nIndustry", "受僱員工人數\nEmployees", N, "平均薪資\nAverage earnings", N],
    [N, "男\nMale", "女\nFemale", "男\nMale", "女\nFemale"],
    ["工業部門 Industry", "１，２００", "８００", 45000, 40000],
    ["　製造業 Manufacturing", "1,000", "600", 46000, 41000],
    ["　營建工程業 Construction", "200", "200", "X", "X"],
    ["※ X 表示為保護個別資料不陳示數值。", N, N, N, N],
]
SCHOOLS: Rows = [
    ["各級學校學生人數", N, N, N, N],
    ["學年度", "總計", "公立", "私立", "生師比"],
    ["109學年度", 300, 200, 100, 15.2],
    ["110學年度", 330, 220, 110, 15.1],
    ["資料來源：教育部統計處", N, N, N, N],
]
QUARTERS: Rows = [
    ["表6 就業人數－按行業分", N, N, N],
    [N, N, "單位：千人", "Unit：Thousand Persons"],
    ["年季別", "農業", "工業", "Year & Quarter"],
    [N, "Agriculture", "Industry", N],
    ["110年", 100.25, 200.25, "2021"],
    ["　第1季", 25, 49, "Q1"],
    ["　第2季", 25, 50.5, "Q2"],
    ["資料來源：行政院主計總處。", N, N, N],
]
NUMBERED: Rows = [
    ["中央政府總決算歲出政事別", N, N],
    ["中華民國111年度", N, "單位：新臺幣千元"],
    ["科目", "決算數", "占比(%)"],
    ["合計", "2,000,000", "100.00"],
    ["一、一般政務支出", "800,000", "40.00"],
    ["（一）國務支出", "300,000", "15.00"],
    ["（二）行政支出", "500,000", "25.00"],
    ["二、國防支出", "1,200,000", "60.00"],
    ["（一）國防支出", "1,200,000", "60.00"],
]
MARKED: Rows = [
    ["消費者物價指數年增率", N, N],
    ["單位：％", N, N],
    ["年月別", "總指數", "食物類"],
    ["112年平均", "2.49", "3.70"],
    ["112年1月", "3.04", "(0.25)"],
    ["112年2月", "2.42 p", "▲0.3"],
]
GROUPED: Rows = [
    ["臺中市身心障礙者人數－按年齡別分", N, N, N, N],
    ["113年第2季底", N, N, N, N],
    ["年齡別", "人數(人)", N, "百分比(%)", N],
    [N, "男", "女", "男", "女"],
    ["總計", 50, 40, 55.56, 44.44],
    ["0-17歲", 10, 8, 55.56, 44.44],
    ["18歲以上", 40, 32, 55.56, 44.44],
]


def drafted(path: Path, encoding: str = "utf-8") -> tuple[str, set[str], list[str]]:
    """The draft for a file, the statements about observations that it makes, and the codes of what is in doubt."""
    workbook = open_workbook(path, path.name, encoding, Findings(), None)
    assert workbook is not None
    text = draft_cube(workbook.sheets[0], Source(path.name, encoding=encoding))
    assert text is not None
    (path.parent / "draft.cube.yml").write_text(text, encoding="utf-8")
    findings = Findings()
    out = path.parent / "out.nq"
    lift_files([path.parent / "draft.cube.yml"], out, base_iri="https://e.org/", findings=findings)
    lines = {line for line in out.read_text("utf-8").splitlines() if "/obs/" in line.split(" ")[0]}
    return text, lines, [each.code for each in findings if each.severity is not Severity.INFO]


@pytest.mark.parametrize(
    ("rows", "merged", "figures", "words"),
    [
        (YEARS_AND_SEXES, ("A3:A4", "B3:D3", "E3:G3"), 36, ["period: {period: true, from: columns}", '"10002": ']),
        (MONTHS, (), 9, ["missing: [\"…\"] # decide:", "period: {period: true, from: rows}", "measure-3:"]),
        (CAUSES, ("A4:A6", "A7:A9", "A10:B10"), 14, ["percent-sign", "columns: [A, B]"]),
        (EARNINGS, ("A4:A5", "B4:C4", "D4:E4"), 12, ["suppressed: [\"X\"] # decide:", "full-width", "from: title"]),
        (SCHOOLS, (), 8, ["type: decimal"]),
        (QUARTERS, ("A3:A4", "D3:D4"), 6, ["translations: D", "period: {period: true, from: rows}"]),
        (NUMBERED, (), 12, ["hierarchy: numbering", 'parent: "1"']),
        (MARKED, (), 6, ["provisional: [\"p\"] # decide:", "triangle", "period: {period: true, from: rows}"]),
        (GROUPED, ("A3:A4", "B3:C3", "D3:E3"), 12, ['labels: ["百分比(%)"]', "from: columns"]),
    ],
)  # fmt: skip
def test_a_draft(rows: Rows, merged: tuple[str, ...], figures: int, words: list[str], tmp_path: Path) -> None:
    workbooks.write_xlsx(tmp_path / "table.xlsx", {"表": rows}, merged)
    text, lines, found = drafted(tmp_path / "table.xlsx")
    assert [word for word in words if word not in text] == []
    assert found == []
    assert sum("/def/measure/" in line for line in lines) == figures


def test_a_tidy_file_in_big5_has_a_dimension_for_each_label_column(tmp_path: Path) -> None:
    counties = ("臺北市", "新北市", "桃園市", "臺中市", "臺南市")
    lines = [f"{year},{name},{sex},7" for year in (110, 111) for name in counties for sex in ("男", "女")]
    (tmp_path / "結婚.csv").write_bytes("\r\n".join(["年度,縣市別,性別,結婚對數", *lines]).encode("cp950"))
    text, made, found = drafted(tmp_path / "結婚.csv", "cp950")
    assert found == []
    assert "encoding: cp950" in text
    assert "period: {period: minguo, from: rows}" in text
    assert sum("/def/measure/" in line for line in made) == len(lines)
    assert any("/obs/2021/63000/F>" in line for line in made)


def test_empty_label_cells_repeat_what_stands_above_where_it_is_declared(tmp_path: Path) -> None:
    text = "類別,原因,次數\n建築物,電氣,12\n,火種,8\n車輛,電氣,15\n,火種,5\n"
    (tmp_path / "火災112.csv").write_text(text, encoding="utf-8")
    draft, made, found = drafted(tmp_path / "火災112.csv")
    assert "fill: down" in draft
    assert found == []
    figures = {line.split("/obs/")[1].split(">")[0]: line.split('"')[1] for line in made if "/def/measure/" in line}
    assert figures == {"2023/1/1": "12", "2023/1/2": "8", "2023/2/1": "15", "2023/2/2": "5"}


def test_stacked_tables_are_told_apart(tmp_path: Path) -> None:
    rows: Rows = []
    for title, factor in (("結婚對數統計", 10), ("離婚對數統計", 1)):
        rows += [[title, N, N], ["民國112年", N, "單位：對"], ["縣市", "男", "女"]]
        rows += [["臺北市", 3 * factor, 4 * factor], ["新北市", 5 * factor, 6 * factor], [N, N, N]]
    workbooks.write_xlsx(tmp_path / "table.xlsx", {"表": rows})
    workbook = open_workbook(tmp_path / "table.xlsx", "table.xlsx", "utf-8", Findings(), None)
    assert workbook is not None
    text = draft_cube(workbook.sheets[0], Source("table.xlsx"))
    assert text is not None
    assert 'area: A1:C6 # decide: another table begins in row 7, "離婚對數統計"' in text
    path, findings = tmp_path / "draft.cube.yml", Findings()
    path.write_text(text.replace("  area: A1:C6", "  # area: A1:C6"), encoding="utf-8")
    with pytest.raises(FindingsError):
        lift_files([path], tmp_path / "out.nq", base_iri="https://e.org/", findings=findings)
    assert {each.code for each in findings} == {"LOD2516", "LOD3607"}
    more = (
        "editions: [{source: table.xlsx, layout: {area: 'A7:C12'}, dimensions: {period: {value: '2024', from: value}}}]"
    )
    path.write_text(f"{text}{more}\n", encoding="utf-8")
    made = Findings()
    lift_files([path], tmp_path / "out.nq", base_iri="https://e.org/", findings=made)
    assert made.errors == []
    lines = (tmp_path / "out.nq").read_text("utf-8").splitlines()
    assert sum("/obs/" in line and "/def/measure/value> " in line for line in lines) == 8
