"""A second reading of the ministry's 14 sheets, by other means: each code of each figure is printed beside or above it.

Nothing of the program reads here but the figures that are held to account: the workbook is opened with calamine, the
cube files with a YAML parser, and what a cell stands under is found by looking left and up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import python_calamine as calamine
import yaml

FOLDER = Path(__file__).parent / "mocs_101"
CUBES = sorted(FOLDER.glob("table-*.cube.yml"))

ReadCube = Callable[[Path, Path], tuple[list[Any], list[Any]]]

pytestmark = pytest.mark.suite


def _plain(text: object) -> str:
    return re.sub(r"[\sA-Za-z&,.]|　", "", str(text)).replace("（", "(").replace("）", ")").replace("台", "臺")


def _names(path: Path) -> dict[str, dict[str, set[str]]]:
    """Dimension → code → what it is called, as the files say it."""
    common, own = (yaml.safe_load(each.read_text("utf-8")) for each in (FOLDER / "mocs.cube.yml", path))
    lists = {**common["codelists"], **own.get("codelists", {})}
    found: dict[str, dict[str, set[str]]] = {}
    for name, dimension in own["dimensions"].items():
        if "codes" in dimension:
            more = dimension.get("labels", {})
            found[name] = {}
            for code, said in lists[dimension["codes"]]["codes"].items():
                texts = [said["zh-Hant-TW"], *said.get("labels", [])]
                texts += more[code] if isinstance(more.get(code), list) else [more[code]] if code in more else []
                found[name][str(code)] = {_plain(text.rpartition(" > ")[2]) for text in texts}
    return found


def _beside(rows: list[list[Any]], row: int, column: int) -> set[str]:
    """The label of a row, the labels that it is moved in under, and the texts above the column or left of these."""
    found, margin = set(), 99
    first = next(n for n, cells in enumerate(rows) if isinstance(cells[2], float))
    for above in range(row, first - 1, -1):
        text = str(rows[above][0])
        width = sum(2 if sign == "　" else 1 for sign in text[: len(text) - len(text.lstrip())])
        if text.strip() and width < margin:
            margin = width
            found.add(_plain(text))
    for head in range(2, first):  # below the titles
        filled = [c for c in range(2, column + 1) if str(rows[head][c]).strip()]
        found |= {_plain(rows[head][c]) for c in filled[-2:]}
    return found


@pytest.mark.parametrize("path", CUBES, ids=lambda path: path.name.split(".")[0])
def test_each_code_is_printed_beside_or_above_its_figure(path: Path, tables: Path, read_cube: ReadCube) -> None:
    workbook = calamine.CalamineWorkbook.from_path(tables / "mocs_raw" / "101.xls")
    sheet = workbook.get_sheet_by_index(int(path.name.split("-")[1]) - 1)
    rows = sheet.to_python(skip_empty_area=False)
    names, figures = _names(path), read_cube(path, tables / "mocs_raw")[0]
    own = list(yaml.safe_load(path.read_text("utf-8"))["dimensions"])
    checked = 0
    for figure in figures:
        if len(figure.codes) < len(own):
            continue  # a mean, in a dataset with fewer dimensions
        cell = figure.cells[0]
        beside = _beside(rows, int(cell[1:]) - 1, ord(cell[0]) - ord("A"))
        for name, code in zip(own, figure.codes, strict=True):
            if name in names and code != "T":
                checked += 1
                assert names[name][code] & beside, (cell, name, code, beside)
    assert checked > 100
