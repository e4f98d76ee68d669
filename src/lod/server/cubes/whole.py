"""A whole cube as a file that is made when somebody asks; its size is told before, of small ones the digest, too."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from lod.rdf.formats import Format
from lod.server.cubes.cube import Cube
from lod.server.cubes.files import Extract, all_records, as_csv, as_json
from lod.server.cubes.grid import Cut, cut_of
from lod.server.cubes.workbook import as_xlsx
from lod.server.pages.reader import Reader

CSV = Format("CSV", "csv", ("text/csv",))
JSON = Format("JSON", "json", ("application/json",))
XLSX = Format("Excel", "xlsx", ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",))
WHOLE = "all=yes"  # the query that asks for a whole cube
TABLES = (XLSX, CSV, JSON)
"""Figures, one a line, with codes and labels."""

MOST_MADE = {XLSX: 10_000, CSV: 50_000, JSON: 50_000}
"""Figures of a cube whose file is made, once a release, to tell its size and digest: at most half a second."""

_SAMPLES = (250, 1_000)  # observations, from whose files the size of a larger one is estimated


@dataclass(frozen=True, slots=True)
class Told:
    """What a file will be."""

    bytes: int
    sha256: str = ""  # '': the size is an estimate


def write_figures(reader: Reader, extract: Extract, form: Format) -> bytes:
    """Figures in one of `TABLES`."""
    if form is CSV:
        return as_csv(extract)
    return as_json(reader, extract) if form is JSON else as_xlsx(reader, extract)


def whole_file(reader: Reader, cube: Cube, form: Format, title: str) -> bytes:
    """Every figure of a cube that has at most `MOST_CELLS` observations."""
    return write_figures(reader, Extract(cube, None, all_records(reader, cube), title, cube.iri, cut_of(cube)), form)


def told(reader: Reader, cube: Cube, form: Format, title: str) -> Told:
    """The size and digest of a whole file; of a large one, which takes long to make, about its size."""

    def make() -> Told:
        if cube.figures.count * len(cube.measures) > MOST_MADE[form]:
            return Told(_estimated(reader, cube, form, title))
        body = whole_file(reader, cube, form, title)
        return Told(len(body), hashlib.sha256(body).hexdigest())

    return reader.served.memo.get(f"file {cube.iri} {reader.language} {form.suffix}", make)


def _estimated(reader: Reader, cube: Cube, form: Format, title: str) -> int:
    """The size of a whole file, were all figures like the first ones."""
    small, large = (
        len(write_figures(reader, Extract(cube, None, all_records(reader, cube, most), title, cube.iri, Cut()), form))
        for most in _SAMPLES
    )
    return small + (large - small) * (cube.figures.count - _SAMPLES[0]) // (_SAMPLES[1] - _SAMPLES[0])
