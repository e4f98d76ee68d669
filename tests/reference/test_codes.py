"""The code lists: codes that stay, a hierarchy without holes, names in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

Rows = list[dict[str, str]]
ReadTable = Callable[[str], Rows]

SCHEMES = ["county", "sex", "rank", "agency-level", "age", "period", "unit"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_list_is_well_formed(table: ReadTable, scheme: str) -> None:
    rows = table(f"codes/{scheme}")
    codes = [row["code"] for row in rows]
    assert {row["scheme"] for row in rows} == {scheme}
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[0-9A-Za-z-]+", code) for code in codes)
    for row in rows:
        assert bool(row["broader"]) != bool(row["top_of"]), row
        assert row["broader"] in {"", *codes}
        assert row["top_of"] in {"", scheme}
    positions = [int(row["position"]) for row in rows]
    assert all(before < after for before, after in pairwise(positions))


@pytest.mark.parametrize("scheme", [*SCHEMES, "schemes"])
def test_names_are_in_both_languages(table: ReadTable, scheme: str) -> None:
    for row in table(f"codes/{scheme}"):
        for chinese, english in (("label_zh", "label_en"), ("note_zh", "note_en"), ("title_zh", "title_en")):
            if chinese not in row:
                continue
            assert bool(row[chinese]) == bool(row[english]), row
            assert not CHINESE.search(row[english]), row
    labels = [(row.get("label_zh"), row.get("label_en")) for row in table(f"codes/{scheme}") if "label_zh" in row]
    assert len(set(labels)) == len(labels)


def test_the_lists_are_the_listed_ones(table: ReadTable) -> None:
    assert {row["code"] for row in table("codes/schemes")} == set(SCHEMES)


def test_counties_are_those_of_2012_and_the_city_after_them(table: ReadTable) -> None:
    counties = {row["code"]: row for row in table("codes/county")}
    assert len(counties) == 1 + 22 + 1
    assert counties["10003"]["label_zh"] == "桃園縣"
    assert counties["10003"]["valid_to"] == "2014-12-24"
    assert counties["10003"]["replaced_by"] == "68000"
    assert counties["68000"]["label_zh"] == "桃園市"
    assert counties["68000"]["valid_from"] == "2014-12-25"
    assert counties["09020"]["label_zh"] == "金門縣"
    iso = [row["iso_3166_2"] for code, row in counties.items() if code not in {"T", "10003"}]
    assert len(set(iso)) == 22
    assert all(re.fullmatch(r"TW-[A-Z]{3}", code) for code in iso)


def test_age_bands_meet_without_gap_or_overlap(table: ReadTable) -> None:
    bands = [(row["code"], row["from"], row["to"]) for row in table("codes/age") if row["code"] != "T"]
    assert [code for code, _, _ in bands] == [f"{start}-{end}" for _, start, end in bands]
    assert all(before[2] == after[1] for before, after in pairwise(bands))
    assert bands[0][1] == "18"
    assert bands[-1][2] == ""
