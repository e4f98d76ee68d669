"""A cube's sheets with the role of each cell: what a person looks at while writing the layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lod.diagnostics import Findings
from lod.lift.cubes.open import chosen_sheets
from lod.lift.cubes.workbooks import workbooks
from lod.mapping.cube.read import read_cube
from lod.tables.printed.layout import Role
from lod.tables.printed.read import read_printed
from lod.tables.workbooks.sheets import Sheet, open_workbook


@dataclass(frozen=True, slots=True)
class SheetRoles:
    """A sheet, its name for people, and the roles of its cells by (row, column); a cell without one is a mistake."""

    source: str
    sheet: Sheet
    roles: Mapping[tuple[int, int], Role]


def sheet_roles(cube_file: Path, folders: Sequence[Path]) -> list[SheetRoles]:
    """The sheets of a cube file as its layouts see them, as far as they can be read; mistakes are said elsewhere."""
    unheard = Findings()
    cube = read_cube(cube_file, str(cube_file), unheard)
    found: list[SheetRoles] = []
    editions = [
        replace(edition, access=name)
        for edition in (cube.editions if cube else ())
        for name in workbooks(edition.access, folders)
    ]
    for edition in editions:
        path = next((each for folder in folders if (each := folder / edition.access).is_file()), None)
        workbook = open_workbook(path, edition.access, edition.encoding, unheard, None) if path else None
        for sheet in chosen_sheets(workbook, edition, unheard) if workbook else ():
            source = f"{edition.access} sheet {sheet.name}"
            found.append(SheetRoles(source, sheet, read_printed(sheet, source, edition.layout, unheard).roles))
    return found
