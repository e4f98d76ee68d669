"""Where a cube's periods stand: months below years, in rows and in columns, and years as bare digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import workbooks

from lod.diagnostics import Findings
from lod.lift.run import lift_files

CUBE = """\
base: https://example.org/
dataset: {id: visits, title: {en: Visits}}
source: visits.xlsx
layout:
  header: {from: /^月別|^年別/}
  labels: {columns: A, hierarchy: %s}
dimensions:
  period: {period: %s, from: %s}
measures:
  visits: {label: {en: Visits}, labels: [人次]}
"""


@pytest.mark.parametrize(
    ("rows", "hierarchy", "kind", "source", "codes"),
    [
        ([["民國101年"], ["月別", "人次"], ["1月", 5], ["2月", 6]], "none", "true", "title", {"2012-01", "2012-02"}),
        ([["年別", "人次"], ["101年", 11], ["　1月", 5], ["　2月", 6]], "indentation", "true", "rows",
         {"2012", "2012-01", "2012-02"}),
        ([["月別", "100年", "101年"], ["第1季", 5, 6], ["第2季", 7, 8]], "none", "true", "labels",
         {"2011-Q1", "2011-Q2", "2012-Q1", "2012-Q2"}),
        ([["年別", "人次"], [100, 5], [101, 6]], "none", "minguo", "rows", {"2011", "2012"}),
    ],
)  # fmt: skip
def test_periods(
    tmp_path: Path, rows: list[list[Any]], hierarchy: str, kind: str, source: str, codes: set[str]
) -> None:
    workbooks.write_xlsx(tmp_path / "visits.xlsx", {"表1": rows})
    (tmp_path / "visits.cube.yml").write_text(CUBE % (hierarchy, kind, source), encoding="utf-8")
    findings = Findings()
    lift_files([tmp_path / "visits.cube.yml"], tmp_path / "out.nq", findings=findings)
    assert list(findings) == []
    lines = (tmp_path / "out.nq").read_text("utf-8").splitlines()
    assert {line.partition("/obs/")[2].partition(">")[0] for line in lines if "/obs/" in line.split(" ")[0]} == codes
