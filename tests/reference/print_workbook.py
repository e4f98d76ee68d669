"""Prints the reference project's figures as the ministry does: tables/civil-servants.xlsx.

    python tests/reference/print_workbook.py [OUT.xlsx]

The figures are those of `figures/*.csv`, cited from the Ministry of Civil Service's statistics of the end of ROC 101;
the labels are those of the code lists in `tables/codes`. The sheets have what makes printed tables hard to read: titles
with unit and period, headers of several rows with merged cells in two languages, a hierarchy that is an indentation, a
page break with title and header again, a dash for 0, numbers stored as text, a mean among counts, notes.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCE = ("資料來源：銓敘部全國公務人力資料庫。", "Source: All Civil Servants Database, Ministry of Civil Service.")
TOTAL = ("總　　計", "Grand Total")

Rows = list[dict[str, str]]
Write = Callable[[Worksheet, int, int, int, Format], None]


def read(path: Path) -> Rows:
    """The rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures(name: str, *keys: str, value: str = "headcount") -> dict[tuple[str, ...], str]:
    """The figures of a dataset by their codes."""
    return {tuple(row[key] for key in keys): row[value] for row in read(HERE / "figures" / f"{name}.csv")}


def codes(name: str) -> Rows:
    """A code list, in its order."""
    return read(ROOT / "tables" / "codes" / f"{name}.csv")


def main(out: Path) -> None:
    """Write the workbook; twice the same bytes for the same figures."""
    with xlsxwriter.Workbook(out) as book:
        book.set_properties({"title": "公務人員統計（民國101年底）", "created": datetime(2026, 11, 23, tzinfo=UTC)})
        styles = {
            "head": book.add_format({"align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}),
            "number": book.add_format({"num_format": '#,##0;-#,##0;"－"', "border": 1}),
            "text": book.add_format({"align": "right", "border": 1}),
            "mean": book.add_format({"num_format": "0.00", "border": 1}),
            "plain": book.add_format({"text_wrap": False}),
        }
        _rank(book.add_worksheet("表2按官等分"), styles)
        _age(book.add_worksheet("表3按年齡分"), styles)
        _county(book.add_worksheet("表10按縣市別分"), styles)


def _titles(sheet: Worksheet, row: int, number: int, names: tuple[str, str], width: int) -> int:
    """Title, unit and period; returns the row below them."""
    sheet.write(row, 0, f"表 {number}　{names[0]}")
    sheet.write(row, width // 2, f"Table {number}   {names[1]}")
    sheet.write(row + 1, 0, "單位：人")
    sheet.write(row + 1, 1, "中華民國101年底")
    sheet.write(row + 1, width // 2, "End of 2012")
    sheet.write(row + 1, width - 1, "Unit：Person")
    return row + 2


def _heads(sheet: Worksheet, row: int, corner: str, labels: Sequence[tuple[str, str]], head: Format) -> int:
    """A header of four rows: Chinese above, English below, both merged; returns the row below it."""
    sheet.merge_range(row, 0, row + 3, 1, corner, head)
    for column, (chinese, english) in enumerate(labels, start=2):
        sheet.merge_range(row, column, row + 1, column, chinese, head)
        sheet.merge_range(row + 2, column, row + 3, column, english, head)
    return row + 4


def _notes(sheet: Worksheet, row: int, width: int, *notes: str) -> None:
    sheet.write(row + 1, 0, SOURCE[0])
    sheet.write(row + 1, width // 2, SOURCE[1])
    for n, note in enumerate(notes, start=2):
        sheet.write(row + n, 0, note)


def _spaced(text: str) -> str:
    """A label as printers set it: two characters are spread."""
    return f"{text[0]}　　{text[1]}" if len(text) == 2 else text


def _rank(sheet: Worksheet, styles: dict[str, Format]) -> None:
    """Ranks by level of government, on two pages."""
    levels, ranks = codes("agency-level"), codes("rank")
    data = figures("civil-servants-by-rank", "rank", "agency_level")
    depth = {row["code"]: 0 if row["code"] == "T" else 1 + (row["broader"] != "T") for row in ranks}
    names = ("全國公務人員人數按官等分", "Number of All Civil Servants, by Rank")
    labels = [TOTAL if each["code"] == "T" else (each["label_zh"], each["label_en"]) for each in levels]
    width, half = len(levels) + 2, 24
    row = _heads(sheet, _titles(sheet, 0, 2, names, width), "官 等 別\nRank", labels, styles["head"])
    for n, rank in enumerate(ranks):
        if n == half:  # the page ends here
            again = (f"{names[0]}(續)", f"{names[1]} (Cont.)")
            row = _heads(sheet, _titles(sheet, row + 1, 2, again, width), "官 等 別\nRank", labels, styles["head"])
        chinese, english = TOTAL if rank["code"] == "T" else (_spaced(rank["label_zh"]), rank["label_en"])
        sheet.write(row, 0, "　" * depth[rank["code"]] + chinese)
        sheet.write(row, 1, english)
        for column, level in enumerate(levels, start=2):
            sheet.write_number(row, column, int(data[rank["code"], level["code"]]), styles["number"])
        row += 1
    _notes(sheet, row, width, "註：「－」表示無此項數值。")


def _age(sheet: Worksheet, styles: dict[str, Format]) -> None:
    """Sexes by age, with the mean age in the last column."""
    ages, sexes = codes("age"), codes("sex")
    data = figures("civil-servants-by-age", "age", "sex")
    means = figures("civil-servants-mean-age", "sex", value="mean_age")
    labels = [TOTAL if each["code"] == "T" else (each["label_zh"], "Years") for each in ages]
    labels.append(("平均年齡\n（歲）", "Average\nAge(Year)"))
    names = ("全國公務人員人數按年齡分", "Number of All Civil Servants, by Age")
    width = len(labels) + 2
    row = _heads(sheet, _titles(sheet, 0, 3, names, width), "性  別\nSex", labels, styles["head"])
    for sex in sexes:
        chinese, english = TOTAL if sex["code"] == "T" else (f"  {_spaced(sex['label_zh'])}", sex["label_en"])
        sheet.write(row, 0, chinese)
        sheet.write(row, 1, english)
        for column, age in enumerate(ages, start=2):
            sheet.write_number(row, column, int(data[age["code"], sex["code"]]), styles["number"])
        sheet.write_number(row, len(ages) + 2, float(means[sex["code"],]), styles["mean"])
        row += 1
    _notes(sheet, row, width, "註：年齡組含下限、不含上限。")


def _county(sheet: Worksheet, styles: dict[str, Format]) -> None:
    """Counties by sex, below one heading in two languages; the numbers are text, padded as for a typewriter."""
    counties, sexes = codes("county"), codes("sex")
    data = figures("civil-servants-by-county", "county", "sex")
    names = ("全國公務人員人數按縣市別分", "Number of All Civil Servants, by County(City)")
    row, head = _titles(sheet, 0, 10, names, 5), styles["head"]
    sheet.merge_range(row, 0, row + 3, 1, "縣 市 別\nCounty(City)", head)
    sheet.merge_range(row, 2, row + 1, 2, TOTAL[0], head)
    sheet.merge_range(row, 3, row, 4, "性  別  Sex", head)
    sheet.merge_range(row + 2, 2, row + 3, 2, TOTAL[1], head)
    for column, sex in enumerate(sexes[1:], start=3):
        sheet.write(row + 1, column, _spaced(sex["label_zh"]), head)
        sheet.merge_range(row + 2, column, row + 3, column, sex["label_en"], head)
    row += 4
    for county in counties:
        if (county["code"], "T") not in data:
            continue  # a city of later years
        chinese, english = TOTAL if county["code"] == "T" else (f"　{county['label_zh']}各機關", county["label_en"])
        sheet.write(row, 0, chinese)
        sheet.write(row, 1, english)
        for column, sex in enumerate(sexes, start=2):
            sheet.write_string(row, column, f" {int(data[county['code'], sex['code']]):>7,} ", styles["text"])
        row += 1
    _notes(sheet, row, 5, "註：不含中央各機關。")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tables" / "civil-servants.xlsx")
