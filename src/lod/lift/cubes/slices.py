"""The slices of a dataset, as the rows of a table: an observation each, with what its slice fixes and is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lod.lift.cubes.opened import OpenPart
from lod.lift.cubes.tidy import Point
from lod.lift.held import HeldRows, HeldTable
from lod.mapping.cube.model import Dimension, SliceRows
from lod.mapping.cube.slicings import label_column, slice_languages
from lod.tables.table import Dialect

_JOINTS = {"zh": ("：", "、")}
_JOINT = (": ", ", ")  # of all other languages


def slice_table(rows: SliceRows, opened: OpenPart, others: Sequence[OpenPart]) -> HeldTable:
    """The observations of a sheet by slice; none where slices would hold one each and nobody asked for them.

    `others`: all sheets of the dataset.
    """
    languages = slice_languages(rows.part)
    columns = (*(each.column for each in rows.part.dimensions), *map(label_column, languages))
    is_wanted = not rows.slicing.is_usual or _is_of_use(rows, others)
    records = tuple(_records(rows, opened, languages)) if is_wanted else ()
    book = opened.sheet.workbook
    return HeldTable(
        opened.sheet.source,
        book.path,
        columns,
        Dialect(),
        book.digest,
        book.size,
        may_be_empty=True,
        held=HeldRows(records),
    )


def _is_of_use(rows: SliceRows, sheets: Sequence[OpenPart]) -> bool:
    """Whether the free dimensions take several values in the dataset."""
    places = [n for n, each in enumerate(rows.part.dimensions) if each.name in rows.slicing.free]
    values = {tuple(point[n] for n in places) for sheet in sheets for point, _ in sheet.sheet.tidy.of(sheet.part)}
    return len(values) > 1


def _records(
    rows: SliceRows, opened: OpenPart, languages: Sequence[str]
) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    names: dict[Point, tuple[str, ...]] = {}
    fixed = [(n, each) for n, each in enumerate(rows.part.dimensions) if each in rows.fixed]
    for point, figures in opened.sheet.tidy.of(opened.part):
        key = tuple(point[n] for n, _ in fixed)
        if key not in names:
            pairs = [(point[n], each) for n, each in fixed]
            names[key] = tuple(_name(rows, pairs, opened, language) for language in languages)
        yield next(iter(figures.values())).cells[0].row, (*point, *names[key])


def _name(rows: SliceRows, codes: Sequence[tuple[str, Dimension]], opened: OpenPart, language: str) -> str:
    """What a slice is called: its slice key, and the codes that it fixes."""
    colon, comma = _JOINTS.get(language.partition("-")[0], _JOINT)
    labels = dict(rows.slicing.labels)
    title = labels.get(language) or next(iter(labels.values()), rows.slicing.name)
    return title + colon + comma.join(_label(code, dimension, opened, language) for code, dimension in codes)


def _label(code: str, dimension: Dimension, opened: OpenPart, language: str) -> str:
    period = opened.sheet.tidy.periods.get(code) if dimension.is_period else None
    if period:
        return period.chinese if language.startswith("zh") else period.english
    member = dimension.codes.get(code) if dimension.codes else None
    labels = dict(member.labels) if member else {}
    return labels.get(language) or next(iter(labels.values()), code)
