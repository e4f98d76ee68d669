"""A whole cube as a file that is made when somebody asks; of small ones, its size and digest are told beforehand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from lod.rdf.formats import Format
from lod.server.cubes.cube import Cube
from lod.server.cubes.files import Record, all_records, as_csv, as_json
from lod.server.cubes.slices import View
from lod.server.cubes.table import Cut
from lod.server.cubes.workbook import as_xlsx
from lod.server.pages.reader import Reader

CSV = Format("CSV", "csv", ("text/csv",))
JSON = Format("JSON", "json", ("application/json",))
XLSX = Format("Excel", "xlsx", ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",))
WHOLE = "all=yes"  # the query that asks for a whole cube
TABLES = (XLSX, CSV, JSON)
"""Figures, one a line, with codes and labels."""

MOST_TOLD = 5_000  # observations of a cube whose files are made to tell their size


@dataclass(frozen=True, slots=True)
class Told:
    """What a file will be."""

    bytes: int
    sha256: str


def write_figures(
    reader: Reader,
    cube: Cube,
    view: View | None,
    figures: Iterable[Record],
    form: Format,
    title: str,
    here: str,
    cut: Cut,
) -> bytes:
    """Figures in one of `TABLES`; `view` None: those of the whole cube."""
    if form is CSV:
        return as_csv(cube, view, figures, cut)
    if form is JSON:
        return as_json(reader, cube, view, figures, here, cut)
    return as_xlsx(reader, cube, view, figures, title, here, cut)


def whole_file(reader: Reader, cube: Cube, form: Format, title: str) -> bytes:
    """Every figure of a cube that has at most `MOST_CELLS` observations."""
    cut = Cut() if cube.figures.complete else Cut(observations=cube.figures.count)
    return write_figures(reader, cube, None, all_records(reader, cube), form, title, cube.iri, cut)


def told(reader: Reader, cube: Cube, form: Format, title: str) -> Told | None:
    """The size and digest of a whole file; None where making it takes too long to tell."""
    if cube.figures.count > MOST_TOLD:
        return None

    def make() -> Told:
        body = whole_file(reader, cube, form, title)
        return Told(len(body), hashlib.sha256(body).hexdigest())

    return reader.served.memo.get(f"file {cube.iri} {reader.language} {form.suffix}", make)
