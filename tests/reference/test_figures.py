"""Every figure of the tables against the ministry's workbook, sheet by sheet, cell by cell."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

Rows = list[dict[str, str]]
ReadTable = Callable[[str], Rows]
Sheet = list[list[str]]

pytestmark = pytest.mark.suite

AGENCY_LEVELS = ["T", "10", "20", "31", "32", "33", "34", "35", "40"]  # the columns of table 2, left to right
AGE_BANDS = ["T", "18-25", "25-30", "30-35", "35-40", "40-45", "45-50", "50-55", "55-60", "60-65", "65-"]
SEX_BY_LABEL = {"總計": "T", "男性": "M", "女性": "F"}


def read_sheet(shared: Path, number: str) -> Sheet:
    """A sheet's rows that hold a figure; headers, notes and repeated headers fall away."""
    path = shared / "tables" / "mocs_raw" / f"101_sheet{number}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.reader(file) if len(row) > 2 and is_figure(row[2])]


def is_figure(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit()


def whole(cell: str) -> int:
    assert float(cell).is_integer(), cell
    return int(float(cell))


def squeezed(label: str) -> str:
    """A printed label without the spaces inside it."""
    return "".join(unicodedata.normalize("NFC", label).split())


def labels(rows: Rows) -> dict[str, str]:
    return {row["label_zh"]: row["code"] for row in rows}


def figures(rows: Rows, *keys: str, measure: str = "headcount") -> dict[tuple[str, ...], int]:
    found = {tuple(row[key] for key in keys): int(row[measure]) for row in rows}
    assert len(found) == len(rows), "two rows of one cell"
    return found


def test_by_county(shared: Path, table: ReadTable) -> None:
    codes = labels(table("codes/county"))
    printed = {}
    for row in read_sheet(shared, "09")[2:]:  # after the grand total and the central government's agencies
        label = squeezed(row[0])
        county = "T" if label == "地方各機關" else codes[label.removesuffix("各機關")]
        for sex, cell in zip("TMF", row[2:5], strict=True):
            printed[(county, sex)] = whole(cell)
    assert len(printed) == 23 * 3
    assert figures(table("civil-servants-by-county"), "county", "sex") == printed


def test_by_rank(shared: Path, table: ReadTable) -> None:
    """Row by row in the printed order, since labels alone do not name a place in the hierarchy."""
    concepts = table("codes/rank")
    rows = read_sheet(shared, "01")
    assert [squeezed(row[0]) for row in rows[1:]] == [squeezed(concept["label_zh"]) for concept in concepts[1:]]
    printed = {}
    group = ""
    for concept, row in zip(concepts, rows, strict=True):
        code, is_indented = concept["code"], row[0].startswith("\u3000")
        assert concept["broader"] == ("" if code == "T" else group if is_indented else "T"), code
        group = group if is_indented else code
        for level, cell in zip(AGENCY_LEVELS, row[2:11], strict=True):
            printed[(code, level)] = whole(cell)
    assert len(printed) == 45 * 9
    assert figures(table("civil-servants-by-rank"), "rank", "agency_level") == printed


def test_by_age(shared: Path, table: ReadTable) -> None:
    by_age = {}
    by_sex = {}
    for row in read_sheet(shared, "02")[:3]:
        sex = SEX_BY_LABEL[squeezed(row[0])]
        for band, cell in zip(AGE_BANDS, row[2:13], strict=True):
            by_age[(band, sex)] = whole(cell)
        by_sex[sex] = (str(whole(row[2])), row[13])
    assert len(by_age) == 11 * 3
    assert figures(table("civil-servants-by-age"), "age", "sex") == by_age
    assert {row["sex"]: (row["headcount"], row["mean_age"]) for row in table("civil-servants-mean-age")} == by_sex


def test_age_bands_are_the_printed_ones(shared: Path, table: ReadTable) -> None:
    path = shared / "tables" / "mocs_raw" / "101_sheet02.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(row for row in csv.reader(file) if len(row) > 2 and row[2] == "總計")
    assert [squeezed(cell) for cell in header[3:13]] == [row["label_zh"] for row in table("codes/age")[1:]]
