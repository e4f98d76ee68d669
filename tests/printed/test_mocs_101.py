"""The ministry's workbook of ROC 101: every number of its 14 sheets in exactly one observation, totals silent.

The workbook is read here a second time, by nothing but calamine, to know which numbers there are.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import python_calamine as calamine

from lod.diagnostics import Findings
from lod.lift.lineage import find_cells
from lod.lift.run import lift_files

FOLDER = Path(__file__).parent / "mocs_101"
CUBES = sorted(FOLDER.glob("table-*.cube.yml"))
# Numbers that are no figures: years, in a column that translates the labels and in titles.
NO_FIGURES = {"表1按年別分": {f"B{row}" for row in range(8, 38, 3)}, "表14人事異動狀況按縣市別分": {"I2", "I35"}}

ReadCube = Callable[[Path, Path], tuple[list[Any], list[Any]]]

pytestmark = pytest.mark.suite


def _sheet_name(path: Path, tables: Path) -> str:
    """The sheet of a cube file: table-03-… is of the third one."""
    workbook = calamine.CalamineWorkbook.from_path(tables / "mocs_raw" / "101.xls")
    return str(workbook.sheet_names[int(path.name.split("-")[1]) - 1])


def _numbers(tables: Path, sheet: str) -> dict[str, Decimal]:
    """Every number of a sheet by its cell, but for those that are no figures."""
    rows = calamine.CalamineWorkbook.from_path(tables / "mocs_raw" / "101.xls").get_sheet_by_name(sheet)
    return {
        cell: Decimal(repr(value))
        for row, cells in enumerate(rows.to_python(skip_empty_area=False), start=1)
        for column, value in enumerate(cells)
        if isinstance(value, float) and (cell := f"{chr(ord('A') + column)}{row}") not in NO_FIGURES.get(sheet, set())
    }


def test_there_is_a_cube_file_for_each_sheet(tables: Path) -> None:
    workbook = calamine.CalamineWorkbook.from_path(tables / "mocs_raw" / "101.xls")
    assert [_sheet_name(path, tables) for path in CUBES] == workbook.sheet_names


@pytest.mark.parametrize("path", CUBES, ids=lambda path: path.name.split(".")[0])
def test_every_number_lands_in_exactly_one_observation(path: Path, tables: Path, read_cube: ReadCube) -> None:
    figures, findings = read_cube(path, tables / "mocs_raw")
    assert findings == []
    numbers = _numbers(tables, _sheet_name(path, tables))
    assert Counter(cell for figure in figures for cell in figure.cells) == Counter(list(numbers))
    assert len(numbers) > 100
    for figure in figures:
        assert figure.text is not None
        assert {numbers[cell] for cell in figure.cells} == {Decimal(figure.text)}
    points = Counter((figure.dataset, figure.codes, figure.measure) for figure in figures)
    assert points.most_common(1)[0][1] == 1


@pytest.mark.parametrize("path", CUBES, ids=lambda path: path.name.split(".")[0])
def test_every_observation_is_the_expected_one(path: Path, tables: Path, read_cube: ReadCube) -> None:
    figures, _ = read_cube(path, tables / "mocs_raw")
    expected = FOLDER / "expected" / f"{path.name.split('.')[0]}.csv"
    with expected.open(encoding="utf-8", newline="") as file:
        wanted = [tuple(row) for row in csv.reader(file)][1:]
    made = [(f.dataset, "/".join(f.codes), f.measure, f.text or "", " ".join(f.cells)) for f in figures]
    assert made == wanted


def test_lineage_names_sheet_and_cell(tables: Path, tmp_path: Path) -> None:
    findings = Findings()
    result = lift_files(
        [FOLDER / "table-03-age.cube.yml"],
        tmp_path / "out.nq",
        tables=tables / "mocs_raw",
        findings=findings,
        lineage=tmp_path / "lineage",
    )
    base = "https://lod.example.org/"
    subject = f"{base}data/civil-servants-by-age/obs/2012/T/T/T/F"
    cells = find_cells(result.lineage, subject, f"{base}def/measure/headcount")
    assert [(cell.row, cell.column, cell.text) for cell in cells] == [(7, "P", "137077"), (9, "C", "137077")]
    assert {cell.source.rpartition("/")[2] for cell in cells} == {"101.xls sheet 表3按年齡分"}
    assert list(findings) == []


@pytest.mark.parametrize("path", CUBES, ids=lambda path: path.name.split(".")[0])
def test_a_sheet_saved_as_csv(path: Path, tables: Path, tmp_path: Path) -> None:
    """Merged cells are lost in CSV: two words about the header make up for them, and the statements are the same."""
    book = tmp_path / "101.xls"
    book.write_bytes((tables / "mocs_raw" / "101.xls").read_bytes())
    read = calamine.CalamineWorkbook.from_path(book).get_sheet_by_name(_sheet_name(path, tables))
    rows = read.to_python(skip_empty_area=False)
    with (tmp_path / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    lifted = {}
    start = next(n for n, row in enumerate(rows) if n > 1 and row[0])
    length = next(n for n, row in enumerate(rows) if n > start and row[0]) - start
    header = f"sheet: ~\nlayout: {{header: {{rows: 1-{length}, fill: right}}}}\n"
    for source, more in ("101.xls", ""), ("sheet.csv", header):
        cube = tmp_path / "t.cube.yml"
        cube.write_text(f"extends: {path}\nsource: {source}\n{more}", encoding="utf-8")
        findings = Findings()
        lift_files([cube], tmp_path / "out.nq", findings=findings)
        assert list(findings) == []
        lifted[source] = sorted((tmp_path / "out.nq").read_text(encoding="utf-8").splitlines())
    assert lifted["101.xls"] == lifted["sheet.csv"]
