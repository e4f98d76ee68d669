"""Which kinds of chart suit a table of numbers, the best first: by the roles of its axes and how much there is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from lod.server.charts.model import ChartData, Kind, Label

MOST_BARS = 40
MOST_POINTS = 600  # of a line
MOST_GROUPS = 4  # series beside each other
MOST_STACKED = 8
MOST_LINES = 8
MOST_COLUMNS = 40  # of a heat table
LEAST_PLACES = 3  # on a map


def suitable(data: ChartData, places: Collection[str]) -> tuple[Kind, ...]:
    """The kinds that suit, the best first; none when there is nothing to draw.

    `places`: codes that the map has geometry for; empty where the map is not installed.
    """
    found: list[Kind] = []
    parts, alone = trimmed(parts_only(data)), one_series(data)
    positive = all(value >= 0 for value in parts.values())
    rows, columns = len(parts.categories), len(parts.series) if parts.values() else 0  # of a sparse table none
    sexes = sexes_of(data)
    if data.category_role == "time" and rows > 1 and (columns <= MOST_LINES or data.few) and few_series(data).values():
        found.append("line")
    if data.category_role == "age" and sexes is not None and sexes.values() and positive:
        found.append("pyramid")
    if is_map(data, places) and alone.values():
        found.append("map")
    if columns == 1:
        found.append("bar")
    if 1 < columns <= MOST_GROUPS:
        found.append("grouped")
    whole = any(label.total for label in (*parts.categories, *parts.series))  # what overlaps cannot be added up
    if 1 < columns <= MOST_STACKED and positive and data.additive and not whole:
        found.append("stacked")
    if 1 < columns <= MOST_COLUMNS and rows > 1:
        found.append("heat")
    if "bar" not in found and (not found or "map" in found) and parts_only(alone).values():
        found.append("bar")
    return tuple(found)


def is_map(data: ChartData, places: Collection[str]) -> bool:
    """Whether its categories are places of the map: enough of them, and most of them."""
    codes = [label.code for label in data.categories if not label.total]
    known = sum(code in places for code in codes)
    return data.category_role == "area" and known >= LEAST_PLACES and known * 2 >= len(codes)


def trimmed(data: ChartData, kind: Kind = "bar") -> ChartData:
    """Its first categories, as many as can be told apart; of time the last."""
    most = MOST_POINTS if kind == "line" else MOST_BARS
    if len(data.categories) <= most:
        return data
    part = slice(-most, None) if data.category_role == "time" else slice(most)
    return replace(data, categories=data.categories[part], marks=data.marks[part])


def parts_only(data: ChartData) -> ChartData:
    """Without the totals of either axis: beside its own parts, a whole dwarfs them or is counted twice.

    Series without any figure are left out, as men and women where only both together were counted by age: then
    the totals of that dimension are drawn. Of more categories than bars can be told apart, the upper levels are drawn.
    """
    rows, parts = _fewer(data.categories, _parts(data.categories)), _parts(data.series)
    among = (parts, data.few, range(len(data.series)))
    columns = next((found for each in among if (found := _with_figures(data, rows, each))), parts)
    data = replace(
        data, categories=tuple(data.categories[row] for row in rows), marks=tuple(data.marks[row] for row in rows)
    )
    return _columns(data, columns)


def one_series(data: ChartData) -> ChartData:
    """The series that stands for all, alone; what is said is said of it."""
    if len(data.series) < 2:
        return data
    newest = len(data.series) - 1 if data.series_role == "time" else 0
    total = next((place for place, label in enumerate(data.series) if label.total), newest)
    one = _columns(data, [total if data.main is None else data.main])
    return replace(one, words=replace(one.words, description=one.words.alone[0])) if one.words.alone else one


def few_series(data: ChartData) -> ChartData:
    """As many series as lines can be told apart: all, or those of one dimension alone; without figures the main one."""
    parts = parts_only(data)
    if not parts.values():
        return one_series(data)
    if len(parts.series) <= MOST_LINES or not data.few:
        return parts
    return _columns(data, data.few) if len(data.few) > 1 else one_series(data)


def sexes_of(data: ChartData) -> ChartData | None:
    """The two sexes alone; None where these are not two."""
    if len(data.sexes) == 2:
        return parts_only(_columns(data, data.sexes))
    parts = parts_only(data)
    return parts if data.series_role == "sex" and len(parts.series) == 2 else None


def _columns(data: ChartData, columns: Sequence[int]) -> ChartData:
    """Some of its series."""
    alone = tuple(data.words.alone[column] for column in columns) if data.words.alone else ()
    return replace(
        data,
        words=replace(data.words, alone=alone),
        series=tuple(data.series[column] for column in columns),
        marks=tuple(tuple(row[column] for column in columns) for row in data.marks),
    )


def _with_figures(data: ChartData, rows: Sequence[int], columns: Sequence[int]) -> list[int]:
    """Those columns in which any of these rows has a figure, told or not."""
    marks = [data.marks[row] for row in rows]
    return [column for column in columns if any(m[column].value is not None or not m[column].published for m in marks)]


def _fewer(labels: tuple[Label, ...], parts: list[int]) -> list[int]:
    """Of very many parts those wholes, none part of another, that are as many as can be told apart."""
    if len(parts) <= MOST_BARS:
        return parts
    for level in range(max(label.level for label in labels), -1, -1):
        upper = [n for n, label in enumerate(labels) if label.level == level or (label.level < level and n in parts)]
        if 1 < len(upper) <= MOST_BARS and any(labels[n].total for n in upper):
            return upper
    return parts


def _parts(labels: tuple[Label, ...]) -> list[int]:
    parts = [place for place, label in enumerate(labels) if not label.total]
    return parts or list(range(len(labels)))
