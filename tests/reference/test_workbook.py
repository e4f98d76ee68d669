"""The printed workbook of the reference project: what is committed is what the script prints; it holds every figure."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import python_calamine as calamine
from pyoxigraph import Literal, NamedNode, Store

Rows = list[dict[str, str]]
ReadTable = Callable[[str], Rows]

HERE = Path(__file__).parent
BASE = "https://lod.example.org/"


def _cells(path: Path) -> dict[str, object]:
    workbook = calamine.CalamineWorkbook.from_path(path)
    sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    return {each.name: (each.to_python(skip_empty_area=False), each.merged_cell_ranges) for each in sheets}


def test_the_committed_workbook_is_the_printed_one(repository: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, HERE / "print_workbook.py", tmp_path / "out.xlsx"], check=True, timeout=60)
    assert _cells(tmp_path / "out.xlsx") == _cells(repository / "tables" / "civil-servants.xlsx")


@pytest.mark.parametrize(
    ("dataset", "keys", "measure"),
    [
        ("civil-servants-by-rank", ("rank", "agency_level"), "headcount"),
        ("civil-servants-by-county", ("county", "sex"), "headcount"),
        ("civil-servants-by-age", ("age", "sex"), "headcount"),
        ("civil-servants-mean-age", ("sex",), "mean_age"),
    ],
)
def test_every_figure_comes_back_from_the_printed_sheet(
    dataset: str, keys: tuple[str, ...], measure: str, store: Store, table: ReadTable
) -> None:
    predicate = NamedNode(f"{BASE}def/measure/{measure.replace('_', '-')}")
    for row in table(dataset):
        subject = NamedNode(f"{BASE}data/{dataset}/obs/{row['period']}/{'/'.join(row[key] for key in keys)}")
        values = [quad.object for quad in store.quads_for_pattern(subject, predicate, None)]
        assert [value.value for value in values if isinstance(value, Literal)] == [row[measure]], subject
