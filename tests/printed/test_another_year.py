"""Another year's workbook through the 14 cube files: what differs is the name of the workbook, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import another_year
import pytest
import workbooks
from pyoxigraph import RdfFormat, Store

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.validation.cubes.observations import check_cubes
from lod.validation.cubes.structure import Graph

HERE = Path(__file__).parent
CUBES = sorted((HERE / "mocs_101").glob("table-*.cube.yml"))
FIGURE = " 0123456789０１２３４５６７８９，．,.－"
ReadCube = Callable[[Path, Path], tuple[list[Any], list[Any]]]

pytestmark = pytest.mark.suite


@pytest.fixture(scope="module")
def grids(tables: Path) -> dict[str, Any]:
    """The sheets of the other year."""
    return another_year.year_91(tables / "mocs_raw" / "101.xls")


@pytest.fixture(scope="module")
def folder(grids: dict[str, Any], tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both workbooks, and for each cube file the two lines that the other year needs."""
    made = tmp_path_factory.mktemp("years")
    merged = {name: another_year.merges(grid) for name, grid in grids.items()}
    workbooks.write_xlsx(made / "91.xlsx", {name: grid.cells for name, grid in grids.items()}, merged)
    (made / "101.xls").write_bytes((tables / "mocs_raw" / "101.xls").read_bytes())
    for path in CUBES:
        (made / path.name).write_text(f"extends: {path}\nsource: 91.xlsx\n", encoding="utf-8")
    return made


@pytest.mark.parametrize("path", CUBES, ids=lambda path: path.name.split(".")[0])
def test_two_lines_read_a_sheet_of_another_year(
    path: Path, folder: Path, grids: dict[str, Any], read_cube: ReadCube
) -> None:
    figures, findings = read_cube(folder / path.name, folder)
    assert findings == []  # no total broken, every cell accounted for
    number = int(path.name.split("-")[1])
    printed = {
        f"{chr(ord('A') + column)}{row}"
        for row, cells in enumerate(grids[f"T{number}"].cells, start=1)
        for column, value in enumerate(cells)
        if column > 1 and isinstance(value, str) and not value.strip(FIGURE) and value.strip() != "2,012"  # a title
    }
    assert {cell for figure in figures for cell in figure.cells} == printed


def test_the_period_tells_a_city_before_a_merger_from_the_one_after_it(folder: Path, read_cube: ReadCube) -> None:
    before, _ = read_cube(folder / "table-10-county.cube.yml", folder)
    after, _ = read_cube(HERE / "mocs_101" / "table-10-county.cube.yml", folder)
    changed = {"65000": "10001", "66000": "10019", "67000": "10021", "64000": "64000-1979"}
    wanted = {("2002", changed.get(each.codes[1], each.codes[1]), *each.codes[2:]): each.text for each in after}
    assert {each.codes: each.text for each in before} == wanted


def test_years_are_one_dataset_that_breaks_no_constraint(folder: Path) -> None:
    findings = Findings()
    lift_files([*CUBES, *sorted(folder.glob("*.cube.yml"))], folder / "out.nq", tables=folder, findings=findings)
    assert list(findings) == []
    store = Store()
    store.load(path=str(folder / "out.nq"), format=RdfFormat.N_QUADS)
    assert list(check_cubes(Graph(store))) == []
    base, qb = "https://lod.example.org/", "http://purl.org/linked-data/cube#"
    counted = f"SELECT (COUNT(?o) AS ?n) {{ ?o <{qb}dataSet> <{base}data/civil-servants-by-rank> }}"
    assert [row["n"].value for row in store.query(counted)] == [str(45 * 9 + 45 * 6)]  # type: ignore[union-attr]
    doubled = "SELECT ?c { ?c <http://schema.org/position> ?a, ?b FILTER(?a < ?b) }"
    assert list(store.query(doubled)) == []  # type: ignore[arg-type]
    replaced = (
        f"ASK {{ <{base}id/code/agency/10001> <http://purl.org/dc/terms/isReplacedBy> <{base}id/code/agency/65000> }}"
    )
    assert store.query(replaced)
