"""What a chart shows, before it is drawn: labelled categories, series, values; and where there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["time", "age", "sex", "area", "other"]
Kind = Literal["bar", "grouped", "stacked", "line", "pyramid", "heat", "map"]
KINDS: tuple[Kind, ...] = ("bar", "grouped", "stacked", "line", "pyramid", "heat", "map")


@dataclass(frozen=True, slots=True)
class Label:
    """A text and its language where that is not the chart's; `code` joins places to a map."""

    text: str
    language: str = ""
    code: str = ""
    total: bool = False  # the others are parts of it
    level: int = 0  # how deep it stands in its code list


@dataclass(frozen=True, slots=True)
class Mark:
    """A value, or why there is none: `published` is false where a figure exists and is not told."""

    value: float | None
    text: str  # as the table has it
    published: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """What the drawing says besides its labels, in the reader's language."""

    not_published: str = "not published"
    not_applicable: str = "no such figure"
    description: str = ""  # one sentence: what goes along what
    alone: tuple[str, ...] = ()  # the same of each series, where it is drawn without the others
    attribution: str = ""  # of the map's geometry
    notices: tuple[str, ...] = ()  # what is not in the chart


@dataclass(frozen=True, slots=True)
class ChartData:
    """A table of numbers as a chart needs it."""

    title: str
    language: str
    unit: str
    category_role: Role
    series_role: Role
    categories: tuple[Label, ...]
    series: tuple[Label, ...]
    marks: tuple[tuple[Mark, ...], ...]  # by category, then by series
    additive: bool = False  # parts add up to a whole: they may be stacked
    few: tuple[int, ...] = ()  # of many series those of one dimension alone, the others at their totals
    sexes: tuple[int, ...] = ()  # the series of the two sexes, all else as in `main`
    measure: str = ""  # what is counted, where drawings of several stand below each other
    main: int | None = None  # the series that stands for all; None: its total, else its first, of periods the newest
    words: Words = field(default_factory=Words)

    @property
    def parts(self) -> int:
        """How many categories stand for no others."""
        return sum(not label.total for label in self.categories) or len(self.categories)

    def values(self) -> list[float]:
        """Every number."""
        return [mark.value for row in self.marks for mark in row if mark.value is not None]
