"""What a cube file says, as values: code lists, dimensions, measures, and how its sheets are laid out.

The vocabulary is that of the RDF Data Cube, https://www.w3.org/TR/vocab-data-cube/. A file is read by
`lod.mapping.cube.read`, becomes statements by `lod.mapping.cube.compile`, and meets its sheets in `lod.lift.cubes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from lod.diagnostics import TextOrigin

Texts = tuple[tuple[str, str], ...]  # (language, text)
LabelPath = tuple[str, ...]  # labels from the outermost to the innermost, as they are written


@dataclass(frozen=True, slots=True)
class Marks:
    """Signs in place of figures, and the forms of text that are figures (`lod.tables.printed.values.Form`)."""

    zero: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
    rounded: tuple[str, ...] = ()
    provisional: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is laid out; the meaning of each field stands in `lod.tables.printed.layout.Layout`."""

    header_rows: tuple[int, ...]
    label_rows: tuple[int, ...]
    label_columns: tuple[int, ...]
    area: tuple[int, int, int, int] | None = None
    header_start: re.Pattern[str] | None = None
    has_chinese_labels: bool = False
    translation_columns: tuple[int, ...] = ()
    fills_down: bool = False
    data_columns: tuple[int, ...] = ()
    attribute_columns: tuple[int, ...] = ()
    fill_header: bool = False
    is_indented: bool = False
    is_numbered: bool = False
    parents: tuple[tuple[str, ...], ...] = ()
    title_patterns: tuple[re.Pattern[str], ...] = ()
    note_patterns: tuple[re.Pattern[str], ...] = ()
    ignored_patterns: tuple[re.Pattern[str], ...] = ()
    ignored_areas: tuple[tuple[int, int, int, int], ...] = ()
    has_headings: bool = False
    marks: Marks = Marks()


@dataclass(frozen=True, slots=True)
class Code:
    """A member of a code list. `matches`: the label paths that stand for it in a sheet, the code itself among them.

    `first` and `last` are the days between which it is in force. A member may have had several parents, one after the
    other: counties that left a group of counties.
    """

    code: str
    labels: Texts
    parents: tuple[str, ...]  # () at the top
    matches: tuple[LabelPath, ...]
    origin: TextOrigin
    first: date | None = None
    last: date | None = None
    replaced_by: tuple[str, ...] = ()
    alternatives: Texts = ()  # what other editions call it

    @property
    def is_dated(self) -> bool:
        """Whether it began or ended on some day."""
        return self.first is not None or self.last is not None

    def is_valid_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class CodeList:
    """A classification: codes in their order. `total` is the member that is the sum of all, '' if there is none."""

    name: str
    labels: Texts
    codes: tuple[Code, ...]
    total: str
    is_published: bool  # else its concepts are described elsewhere
    origin: TextOrigin
    bands: str = ""  # what the ends of its bands mean, see `lod.mapping.cube.bands`
    levels: tuple[Texts, ...] = ()  # names of the levels of its hierarchy, from the top
    has_events: bool = True  # whether codes that replace others are changes of organisations

    def get(self, code: str) -> Code | None:
        """The member of that code."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> dict[str, Code]:
        return {each.code: each for each in self.codes}

    def ancestors(self, code: str) -> Iterator[str]:
        """The codes above a code, nearest first, each once."""
        seen = {code}
        waiting = [code]
        while waiting:
            member = self.get(waiting.pop(0))
            for parent in member.parents if member else ():
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
                    yield parent

    def children(self, code: str) -> tuple[Code, ...]:
        """The members directly below a code."""
        return tuple(each for each in self.codes if code in each.parents)


class Source(StrEnum):
    """Where a dimension's value is looked for."""

    LABELS = "labels"  # of the row and of the column
    ROWS = "rows"
    COLUMNS = "columns"
    TITLE = "title"
    FILE_NAME = "file-name"
    VALUE = "value"  # declared


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: coded by a list, or a period (`codes` is None)."""

    name: str
    labels: Texts
    codes: CodeList | None
    source: Source
    origin: TextOrigin
    value: str = ""
    is_minguo: bool = False  # of a period: one to three digits alone are a Minguo year
    label_column: int = 0  # the only column whose labels are looked at; 0: all
    concept: str = ""  # the well-known property that it specialises
    valid_at: date | None = None  # the day by which its codes are chosen, if not that of the figure's period
    is_valid_at_last: bool = False  # that day is the last one that the sheet speaks of
    matches: tuple[tuple[str, tuple[LabelPath, ...]], ...] = ()  # code → labels of this sheet alone

    @property
    def is_period(self) -> bool:
        """Whether its values are periods, read as such, instead of codes of a list."""
        return self.codes is None

    @property
    def list_name(self) -> str:
        """The name of the list that its values are in."""
        return self.codes.name if self.codes else "period"

    @property
    def column(self) -> str:
        """Its column in a tidy table."""
        return self.name


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure. `printed`: how a sheet's title writes it (`單位：人`)."""

    code: str
    labels: Texts
    printed: tuple[str, ...]
    position: int  # among the units of the file, from 1
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class Dataset:
    """What is said of a dataset. `facts`: (predicate, kind, language, text), see `lod.mapping.cube.datasets`."""

    id: str
    facts: tuple[tuple[str, str, str, str], ...]
    labels: Texts
    origin: TextOrigin
    is_described: bool = True  # else it, its structure and its code lists are described elsewhere


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured. `dataset`: the one that it is kept apart in, None for the file's own."""

    name: str
    labels: Texts
    unit: Unit | None
    datatype: str  # integer or decimal
    decimals: int | None
    scale: int  # a power of ten that a stored figure is multiplied by
    totals: str  # what a parent is to its children: their sum, between them (a mean), or none
    matches: tuple[LabelPath, ...]
    origin: TextOrigin
    dataset: Dataset | None = None
    without: tuple[str, ...] = ()  # dimensions that the dataset apart does not have
    codes: CodeList | None = None  # its figures are codes of this list, no numbers

    @property
    def column(self) -> str:
        """Its column in a tidy table."""
        return self.name


@dataclass(frozen=True, slots=True)
class Attribute:
    """A text beside the figures that is said of each observation of its row: a remark."""

    name: str
    labels: Texts
    source_column: int  # of the sheet, from 1
    language: str  # '' for a plain string
    origin: TextOrigin

    @property
    def column(self) -> str:
        """Its column in a tidy table."""
        return self.name


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """Which sheet of a workbook: by name, by number from 1, or by a pattern over names and titles.

    A pattern may choose several sheets, a table each; `number` is that of one of them.
    """

    text: str
    origin: TextOrigin
    number: int = 0

    @property
    def is_pattern(self) -> bool:
        """Whether it stands between slashes."""
        return len(self.text) > 2 and self.text.startswith("/") and self.text.endswith("/")


@dataclass(frozen=True, slots=True)
class Checks:
    """How strictly each check is made: error, warning or none. `agrees_with`: datasets with figures in common."""

    totals: str = "error"
    complete: str = "none"
    drift: str = "warning"
    revisions: str = "error"
    agreement: str = "error"
    agrees_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """One sheet of a cube: where it is, how to read it, dimensions and measures as that sheet spells them."""

    access: str
    encoding: str
    sheet: SheetChoice | None
    layout: Layout
    ignored_labels: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    attributes: tuple[Attribute, ...]
    checks: Checks
    origin: TextOrigin  # of `source`


@dataclass(frozen=True, slots=True)
class Slicing:
    """A slice key (RDF Data Cube §7.1): the dimensions that stay free in each of its slices; the others are fixed."""

    name: str
    labels: Texts
    free: tuple[str, ...]
    origin: TextOrigin
    is_usual: bool = False  # not declared: slices are made only if they tell several observations together


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """A cube file. The first edition's dimensions and measures are those of the structure."""

    name: str
    dataset: Dataset
    editions: tuple[Edition, ...]
    uri: str  # of an observation, '' for the default
    base: str
    origin: TextOrigin
    slicings: tuple[Slicing, ...] = ()

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions, in their order."""
        return self.editions[0].dimensions

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures, those of datasets apart among them."""
        return self.editions[0].measures


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The rows of one dataset of one edition: what a logical source of a cube reads."""

    cube: Cube
    edition: Edition
    dataset: Dataset
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    undefined: str = ""  # only the points at which this measure has no figure


@dataclass(frozen=True, slots=True, eq=False)
class SliceRows:
    """The observations of one dataset of one edition, each in its slice of a slice key."""

    part: Part
    slicing: Slicing

    @property
    def fixed(self) -> tuple[Dimension, ...]:
        """The dimensions that a slice fixes."""
        return tuple(each for each in self.part.dimensions if each.name not in self.slicing.free)


class Gathering(StrEnum):
    """What sheets say besides figures."""

    PERIODS = "periods"  # that they speak of, as concepts
    COVERAGE = "coverage"  # dataset and period
    NOTES = "notes"  # dataset, text and language of a footnote


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What the sheets of several cubes say besides figures, as the rows of one table."""

    kind: Gathering
    cubes: tuple[Cube, ...]


def slicings_of(part: Part) -> Iterator[SliceRows]:
    """The slice keys of a dataset: those that fix some of its dimensions, not none and not all."""
    for slicing in part.cube.slicings:
        rows = SliceRows(part, slicing)
        if 0 < len(rows.fixed) < len(part.dimensions):
            yield rows


def parts_of(cube: Cube, edition: Edition) -> Iterator[Part]:
    """The datasets that an edition is a part of: the file's own, and one for each measure kept apart."""
    own = tuple(measure for measure in edition.measures if measure.dataset is None)
    if own:
        yield Part(cube, edition, cube.dataset, edition.dimensions, own)
    apart: dict[str, list[Measure]] = {}
    for measure in edition.measures:
        if measure.dataset:
            apart.setdefault(measure.dataset.id, []).append(measure)
    for measures in apart.values():
        dropped = {name for measure in measures for name in measure.without}
        dataset = measures[0].dataset
        assert dataset is not None, "only such measures are here"
        kept = tuple(dimension for dimension in edition.dimensions if dimension.name not in dropped)
        yield Part(cube, edition, dataset, kept, tuple(measures))
