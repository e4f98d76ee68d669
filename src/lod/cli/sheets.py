"""A printed sheet in the terminal: each cell in the colour, and behind the letter, of its role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lod.cli import output
from lod.cli.output import Settings
from lod.wording import say, translated

if TYPE_CHECKING:
    from rich.text import Text

    from lod.lift.cubes.roles import SheetRoles

_WIDTH = 12
_LETTERS = {
    "title": "T",
    "header": "H",
    "label": "L",
    "data": "D",
    "attribute": "A",
    "note": "N",
    "ignored": "-",
    "outside": "/",
}
_STYLES = {
    "T": "magenta",
    "H": "cyan",
    "L": "green",
    "D": "",
    "A": "yellow",
    "N": "blue",
    "-": "dim",
    "/": "dim",
    "?": "bold red",
}
_LEGEND = say(
    "T title   H header   L label   D figure   A attribute   N note   - ignored   / another table's   "
    "? nothing declares what it is"
)


def show_sheet(shown: SheetRoles, settings: Settings) -> None:
    """Print a sheet, row by row, and what the letters mean."""
    from rich.text import Text

    console = output.console(error=False)
    console.print(Text(shown.source, "bold"))
    for row in range(1, shown.sheet.height + 1):
        line = Text(f"{row:>4} ", "dim")
        for column in range(1, shown.sheet.width + 1):
            line.append_text(_cell(shown, row, column))
        line.rstrip()
        console.print(line)
    console.print(Text(translated(_LEGEND, settings.language), "dim"))
    console.print()


def _cell(shown: SheetRoles, row: int, column: int) -> Text:
    from rich.cells import set_cell_size
    from rich.text import Text

    text = output.plain(shown.sheet.text(row, column).strip().replace("\n", " "))
    role = shown.roles.get((row, column))
    letter = _LETTERS[role] if role else "?" if text else " "
    return Text(set_cell_size(f"{letter} {text}", _WIDTH) + " ", _STYLES.get(letter, ""))


def roles_as_json(shown: SheetRoles) -> dict[str, object]:
    """The roles by cell name."""
    from lod.tables.workbooks.sheets import cell_name

    roles = {cell_name(row, column): str(role) for (row, column), role in sorted(shown.roles.items())}
    return {"sheet": shown.source, "roles": roles}
