"""Real tables written by others, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lod.diagnostics import Diagnostic, Findings
from lod.lift.compile import compile_plan
from lod.lift.held import HeldTable
from lod.mapping.cube.model import Part
from lod.mapping.read import read_mappings

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Cell:
    """A figure as a tidy table has it: dataset, codes, measure, its text, and the cells of the sheet that print it."""

    dataset: str
    codes: tuple[str, ...]
    measure: str
    text: str | None
    cells: tuple[str, ...]


def read_cube_file(path: Path, folder: Path) -> tuple[list[Cell], list[Diagnostic]]:
    """All figures of a cube file over tables, and what was found on the way."""
    findings = Findings()
    mapping = read_mappings([path], findings)
    plan = compile_plan(mapping, folders=[folder, path.parent], base_iri="", findings=findings)
    contents = {each.name: each.source.content for each in mapping.triples_maps}
    parts = {contents[each.triples_map]: each.table for each in plan.subjects}
    found: list[Cell] = []
    for part, table in parts.items():
        if isinstance(part, Part) and isinstance(table, HeldTable):
            found += _cells(part, table)
    return found, list(findings)


def _cells(part: Part, table: HeldTable) -> Iterator[Cell]:
    width = len(part.dimensions)
    for _, record in table.held.records:
        codes = tuple(code or "" for code in record[:width])
        for n, measure in enumerate(part.measures, start=width):
            places = record[table.held.cells[n]] or ""
            yield Cell(part.dataset.id, codes, measure.name, record[n], tuple(places.split()))


@pytest.fixture(scope="session")
def tables(shared: Path) -> Path:
    """The folder of tables written by others."""
    return shared / "tables"


ReadCube = Callable[[Path, Path], tuple[list[Cell], list[Diagnostic]]]


@pytest.fixture(scope="session")
def read_cube() -> ReadCube:
    """Reads a cube file over a folder of tables."""
    return read_cube_file
