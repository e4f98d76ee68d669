"""Write, beside a cube's columns, the cells of the source tables that its figures came from.

`cubes/{name}.origins.parquet`, and of many cells further files: observation, property, source file, sheet, row, column
or cells, and the cell's text. Of published values alone: what a table holds besides is nobody's business.
"""

from __future__ import annotations

import os
from pathlib import Path

from lod.lift.engines.duckdb.origins import write_origins as write_cells
from lod.lineage import Lineage
from lod.store.columns import FOLDER, OBSERVATION, Cube, CubeIndex, exact_columns, origins_file


def write_origins(
    lineage: Lineage,
    index: CubeIndex,
    release: Path,
    taken: frozenset[str] = frozenset(),
    *,
    memory_limit: str,
    threads: int | None = None,
) -> None:
    """Write the origins of every cube of a release that is being made, but for those datasets that have them already.

    Raises:
        LiftError: LOD4008 out of memory or disk.
    """
    folder = release / FOLDER
    for cube in index.cubes:
        told = figures_of(cube)
        if told and cube.dataset not in taken:
            write_cells(
                lineage,
                folder / cube.file,
                OBSERVATION,
                told,
                lambda number, cube=cube: folder / origins_file(cube, number),  # type: ignore[misc]
                spill=release / ".spill",
                memory_limit=memory_limit,
                threads=threads or min(4, os.cpu_count() or 1),
            )


def figures_of(cube: Cube) -> dict[str, str]:
    """The properties whose cells are told of, with their columns."""
    columns = exact_columns(cube)
    return {c.property: c.name for c in columns if c.kind == "literal" and c.property not in cube.dimensions}
