"""From which cells of the source tables an observation's figures came, as the release tells it."""

from __future__ import annotations

from dataclasses import dataclass

from lod.store.columns import origins_file, origins_view, quoted
from lod.store.figures import ColumnFile

MOST_CELLS = 40


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell of a source table. `cells`: its place in a sheet, 'C7'; else `row` and `column` say where it is."""

    property: str
    source: str  # the file, as people know it
    sheet: str
    row: int  # 1-based; the header of a CSV is row 1
    column: str
    cells: str
    text: str


def source_cells(columns: ColumnFile, dataset: str, observation: str) -> tuple[SourceCell, ...]:
    """The cells that made an observation's values; () where the release does not say."""
    cube = columns.index.cube(dataset)
    if cube is None or origins_file(cube) not in columns.index.origins:
        return ()
    query = (
        f'SELECT property, source, sheet, "row", "column", cells, text FROM {origins_view(cube)} '
        f'WHERE observation = {quoted(observation)} ORDER BY property, source, sheet, "row"'
    )
    with columns.database.cursor() as cursor:
        found = cursor.execute(query).fetchmany(MOST_CELLS)  # LIMIT takes twice the time of all else
    return tuple(SourceCell(p, s, sheet or "", r, c or "", at or "", t or "") for p, s, sheet, r, c, at, t in found)
