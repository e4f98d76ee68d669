"""Totals add up: along every hierarchy, in every row and column, and from table to table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest

Rows = list[dict[str, str]]
ReadTable = Callable[[str], Rows]

DIMENSIONS = [
    ("civil-servants-by-county", "county", "county"),
    ("civil-servants-by-county", "sex", "sex"),
    ("civil-servants-by-rank", "rank", "rank"),
    ("civil-servants-by-rank", "agency_level", "agency-level"),
    ("civil-servants-by-age", "age", "age"),
    ("civil-servants-by-age", "sex", "sex"),
    ("civil-servants-mean-age", "sex", "sex"),
]
NOT_DIMENSIONS = {"headcount", "mean_age"}


def broken_totals(rows: Rows, column: str, concepts: Rows) -> list[str]:
    """Each cell whose figure is not the sum of the cells below it along one dimension's hierarchy."""
    broader = {concept["code"]: concept["broader"] for concept in concepts}
    figures: dict[tuple[tuple[str, str], ...], dict[str, int]] = defaultdict(dict)
    for row in rows:
        others = tuple((key, row[key]) for key in row if key != column and key not in NOT_DIMENSIONS)
        figures[others][row[column]] = int(row["headcount"])
    broken = []
    for others, by_code in figures.items():
        sums: dict[str, int] = defaultdict(int)
        for code, figure in by_code.items():
            sums[broader[code]] += figure
        broken += [
            f"{others} {code}: {by_code[code]} is not {sums[code]}"
            for code in sums
            if code and by_code[code] != sums[code]
        ]
    return broken


@pytest.mark.parametrize(("name", "column", "scheme"), DIMENSIONS)
def test_parents_are_the_sum_of_their_children(table: ReadTable, name: str, column: str, scheme: str) -> None:
    assert broken_totals(table(name), column, table(f"codes/{scheme}")) == []


@pytest.mark.parametrize(("name", "column", "scheme"), DIMENSIONS)
def test_a_changed_figure_is_noticed(table: ReadTable, name: str, column: str, scheme: str) -> None:
    """The check itself: one person more in any single cell breaks a total."""
    rows, concepts = table(name), table(f"codes/{scheme}")
    for row in rows:
        row["headcount"] = str(int(row["headcount"]) + 1)
        assert broken_totals(rows, column, concepts), row
        row["headcount"] = str(int(row["headcount"]) - 1)


def test_lost_rows_are_noticed(table: ReadTable) -> None:
    """Medical personnel without three of their four grades, as a cleaned copy of the table once had it."""
    rows = [row for row in table("civil-servants-by-rank") if row["rank"] not in {"0902", "0903", "0904"}]
    broken = broken_totals(rows, "rank", table("codes/rank"))
    assert any(" 09: 16751 is not 413" in text for text in broken)


def test_tables_agree_with_each_other(table: ReadTable) -> None:
    county = {(r["county"], r["sex"]): int(r["headcount"]) for r in table("civil-servants-by-county")}
    level = {r["agency_level"]: int(r["headcount"]) for r in table("civil-servants-by-rank") if r["rank"] == "T"}
    age = {r["sex"]: int(r["headcount"]) for r in table("civil-servants-by-age") if r["age"] == "T"}
    mean = {r["sex"]: int(r["headcount"]) for r in table("civil-servants-mean-age")}
    places = {r["code"]: r["county"] for r in table("codes/agency-level") if r["county"]}

    assert len(places) == 5
    for code, place in places.items():
        assert level[code] == county[(place, "T")], code
    assert level["40"] == county[("09020", "T")] + county[("09007", "T")]
    assert level["T"] - level["10"] == county[("T", "T")]
    assert level["T"] == age["T"] == 343_861
    assert age == mean


def test_cross_products_are_complete(table: ReadTable) -> None:
    """Every code of a list meets every code of the other; the city of 2014 has no figure of 2012."""
    for name in dict.fromkeys(name for name, _, _ in DIMENSIONS):
        rows, expected = table(name), 1
        for _, column, scheme in (each for each in DIMENSIONS if each[0] == name):
            codes = {row["code"] for row in table(f"codes/{scheme}")} - {"68000"}
            assert {row[column] for row in rows} == codes
            expected *= len(codes)
        assert len(rows) == expected
