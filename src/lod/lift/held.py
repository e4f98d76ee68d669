"""Small tables whose rows are held in memory: what a mapping says itself, and sheets made tidy."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from lod.tables.table import Table

Cells = tuple[str | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HeldRows:
    """Rows with the number of the source row that each came from. `cells`: a column → the one that names its cell."""

    records: tuple[tuple[int, Cells], ...]
    cells: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldTable(Table):
    """A table of held rows. Its digest and its path are those of the file that they were made from."""

    held: HeldRows = HeldRows(())

    @property
    def is_numbered(self) -> bool:
        """Its rows name their source row: several may have come from one."""
        return True


def first_held_rows(table: HeldTable, rows: int) -> Iterator[tuple[int, Cells]]:
    """The number and the cells of the first rows."""
    yield from islice(table.held.records, rows)


def write_held_rows(table: HeldTable, columns: tuple[int, ...], target: Path) -> None:
    """The chosen columns as a CSV without a header, the row's number first; no value is an empty cell."""
    with target.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow
        for number, cells in table.held.records:
            write([number, *(cells[n] or "" for n in columns)])


def cells_of(table: Table) -> Mapping[int, int]:
    """A column of a table → the one that says from which cells of a sheet it came; for sheets made tidy alone."""
    return table.held.cells if isinstance(table, HeldTable) else {}
