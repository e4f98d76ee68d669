"""Tables of others: the cleaned one that lost rows, years as columns, a period in a file's name."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ReadCube = Callable[[Path, Path], tuple[list[Any], list[Any]]]

pytestmark = pytest.mark.suite


def test_the_cleaned_table_fails_where_it_lost_rows(tables: Path, read_cube: ReadCube) -> None:
    _, findings = read_cube(HERE / "cleaned" / "rank.cube.yml", tables / "mocs")
    assert {each.code for each in findings} == {"LOD3609"}
    assert {each.origin.row for each in findings} == {42}
    assert {each.hint for each in findings} == {"not in the table: 師(二)級、師(三)級、士(生)級"}
    assert "'醫事人員' is 16751, its parts add up to 413" in findings[0].message
    # one finding for each column in which medical personnel were lost
    assert [each.origin.column for each in findings] == ["C", "D", "E", "F", "G", "J", "K"]


def test_the_workbook_says_the_same_as_the_cleaned_table(tables: Path, read_cube: ReadCube) -> None:
    """An independent reading of the same table: a third party's, by labels instead of codes."""
    figures, _ = read_cube(HERE / "mocs_101" / "table-02-rank.cube.yml", tables / "mocs_raw")
    by_point = {figure.codes: figure.text for figure in figures}
    columns = ["T", "C", "TW", "65000", "63000", "66000", "67000", "64000", "FJ"]
    labels = {
        "總計": "T", "直轄市長": "0102", "縣(市)長": "0103", "雇員": "0307", "法官、檢察官": "04", "警佐": "0503",
        "7至13職等5級(8至11職等)": "0602", "副長級": "0702", "14(13)職等以上": "0801", "師(一)級": "0901",
    }  # fmt: skip
    with next((tables / "mocs").glob("101_1_*.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = {row[0]: row[2:] for row in csv.reader(file)}
    for label, rank in labels.items():
        cleaned = ["0" if text == "－" else text for text in rows[label]]
        assert [by_point["2012", rank, column] for column in columns] == cleaned


def test_years_as_columns(tables: Path, read_cube: ReadCube) -> None:
    figures, findings = read_cube(HERE / "others" / "birth-rate.cube.yml", tables / "population")
    assert findings == []
    assert len(figures) == 391 * 6
    by_point = {figure.codes: (figure.text, figure.cells) for figure in figures}
    assert by_point["2015", "T"] == ("9.1", ("B2",))
    assert by_point["2020", "10008"] == ("6.38", ("G3",))


def test_a_period_in_the_name_of_the_file(tables: Path, read_cube: ReadCube) -> None:
    figures, findings = read_cube(HERE / "others" / "supervisors.cube.yml", tables / "people")
    assert findings == []
    assert {(figure.measure, figure.codes, figure.text) for figure in figures} == {
        ("supervisors", ("2024-10", "F"), "2457"),
        ("supervisors", ("2024-10", "M"), "1930"),
        ("share", ("2024-10", "F"), "56.01"),
        ("share", ("2024-10", "M"), "43.99"),
    }


def test_two_editions_of_the_calendar_differ_by_the_changed_days(tables: Path, read_cube: ReadCube) -> None:
    figures, findings = read_cube(HERE / "others" / "office-calendar.cube.yml", tables / "calendar")
    assert {each.code for each in findings} == {"LOD3622"}
    days = [each.message.rpartition("(")[2].rstrip(")") for each in findings]
    assert days == ["2025-09-29", "2025-10-24"]
    assert all("'2, ' was revised to '2, 補假'" in each.message for each in findings)
    by_day = {figure.codes: figure.text for figure in figures}
    assert len(by_day) == 365
    assert (by_day["2025-01-01",], by_day["2025-01-02",]) == ("2", "0")
