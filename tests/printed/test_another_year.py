"""Another year's workbook, made from the real one: numbers as padded text, a county of before 2010, another title."""

from __future__ import annotations

from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, Store

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.tables.sheets import Value, cell_name, open_workbook
from lod.validation.cube_observations import check_cubes
from lod.validation.cube_structure import Graph

HERE = Path(__file__).parent
_SPEC = util.spec_from_file_location("workbooks", HERE.parent / "tables" / "workbooks.py")
assert _SPEC is not None
assert _SPEC.loader is not None
workbooks: Any = util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(workbooks)

ReadCube = Callable[[Path, Path], tuple[list[Any], list[Any]]]

DIFFERS = """\
extends: {base}
source: 98.xlsx
values: {{numbers: [padded, thousands], zero: [－]}}
codelists:
  agency:
    codes:
      "10001": {{zh-Hant-TW: 臺北縣各機關, en: Taipei County agencies, parent: L}}
"""

pytestmark = pytest.mark.suite


def _as_printed_before(value: Value | None) -> Value | None:
    if isinstance(value, float):
        return f"  {value:,.0f} " if value else " － "
    text = str(value) if value else None
    return text.replace("101年", "98年").replace("2012", "2009").replace("新 北 市", "台 北 縣") if text else None


@pytest.fixture
def folder(tables: Path, tmp_path: Path) -> Path:
    """A folder with the workbook of another year and the few lines that differ."""
    path = tables / "mocs_raw" / "101.xls"
    workbook = open_workbook(path, path.name, "utf-8", Findings(), None)
    assert workbook is not None
    sheet = workbook.sheets[1]
    rows = [[_as_printed_before(value) for value in row] for row in sheet.rows]
    merged = tuple(f"{cell_name(a.top, a.left)}:{cell_name(a.bottom, a.right)}" for a in sheet.merged)
    workbooks.write_xlsx(tmp_path / "98.xlsx", {sheet.name: rows}, merged)
    base = HERE / "mocs_101" / "table-02-rank.cube.yml"
    (tmp_path / "rank-98.cube.yml").write_text(DIFFERS.format(base=base), encoding="utf-8")
    return tmp_path


def test_a_few_lines_read_another_year(folder: Path, tables: Path, read_cube: ReadCube) -> None:
    figures, findings = read_cube(folder / "rank-98.cube.yml", folder)
    assert findings == []
    now, _ = read_cube(HERE / "mocs_101" / "table-02-rank.cube.yml", tables / "mocs_raw")
    wanted = {(code, agency.replace("65000", "10001")): each.text for each in now for _, code, agency in [each.codes]}
    assert {each.codes[1:]: each.text for each in figures} == wanted
    assert {each.codes[0] for each in figures} == {"2009"}


def test_two_years_are_one_dataset_that_breaks_no_constraint(folder: Path, tables: Path) -> None:
    findings = Findings()
    cubes = [folder / "rank-98.cube.yml", HERE / "mocs_101" / "table-02-rank.cube.yml"]
    (folder / "101.xls").write_bytes((tables / "mocs_raw" / "101.xls").read_bytes())
    lift_files(cubes, folder / "out.nq", tables=folder, findings=findings)
    assert list(findings) == []
    store = Store()
    store.load(path=str(folder / "out.nq"), format=RdfFormat.N_QUADS)
    assert list(check_cubes(Graph(store))) == []
    base = "https://lod.example.org/"
    counted = (
        "SELECT (COUNT(?o) AS ?n) { ?o <http://purl.org/linked-data/cube#dataSet> <%sdata/civil-servants-by-rank> }"
    )
    assert [row["n"].value for row in store.query(counted % base)] == ["810"]  # type: ignore[union-attr]
    doubled = "SELECT ?c { ?c <http://schema.org/position> ?a, ?b FILTER(?a < ?b) }"
    assert list(store.query(doubled)) == []  # type: ignore[arg-type]
