"""Which sheet of a workbook a draft is of, and which other sheets it is of besides: those that look alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lod.lift.cubes.drafts.draft import draft_cube
from lod.lift.cubes.drafts.lists import decide, quoted
from lod.lift.cubes.drafts.look import look
from lod.lift.cubes.drafts.written import Source
from lod.tables.printed.text import label_key
from lod.tables.workbooks.sheets import Sheet
from lod.wording import say

_ID = re.compile(r"[a-z][a-z0-9-]*")


def dataset_id(file_name: str) -> str:
    """The id of a dataset by the name of its cube file; `my-dataset` where that cannot be one."""
    stem = file_name.removesuffix(".cube.yml").lower().replace("_", "-").replace(".", "-")
    return stem if _ID.fullmatch(stem) else "my-dataset"


def draft_of_first(wanted: Sequence[Sheet], sheets: Sequence[Sheet], source: Source) -> str | None:
    """The draft of the first sheet with figures: contents and covers stand before it. None where none has any."""
    for sheet in wanted:
        choice = _choice(sheet, sheets, source.language) if len(sheets) > 1 else ""
        if text := draft_cube(sheet, replace(source, sheet=choice)):
            return text
    return None


def _choice(sheet: Sheet, sheets: Sequence[Sheet], language: str) -> str:
    """The value of the key `sheet`: its name, or a pattern of several that differ in a number alone: 112年, 113年."""
    pattern = re.sub(r"\d+", r"\\d+", re.escape(sheet.name))
    alike = [each for each in sheets if re.fullmatch(pattern, each.name) and _face(each) == _face(sheet)]
    if len(alike) < 2:
        return quoted(sheet.name)
    names = ", ".join(each.name for each in alike)
    said = say("these are alike, a table each: {names}", names=names)
    return f"{quoted(f'/^{pattern}$/')} {decide(said, language)}"


def _face(sheet: Sheet) -> tuple[object, ...]:
    """What sheets that are alike have in common: header and columns."""
    shape = look(sheet)
    if shape is None:
        return ()
    rows = range(shape.header[0], shape.header[1] + 1)
    texts = tuple(label_key(sheet.text(row, column)) for row in rows for column in range(1, sheet.width + 1))
    return shape.label_columns, shape.data_columns, texts
