"""Which kinds of chart suit a table of numbers, the best first: by the roles of its axes and how much there is."""

from __future__ import annotations

from collections.abc import Collection
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
    if not data.values():
        return ()
    parts = trimmed(parts_only(data))
    positive = all(value >= 0 for value in parts.values())
    rows, columns = len(parts.categories), len(parts.series)
    if data.category_role == "time" and rows > 1 and columns <= MOST_LINES:
        found.append("line")
    if data.category_role == "age" and data.series_role == "sex" and columns == 2 and positive:
        found.append("pyramid")
    if is_map(data, places):
        found.append("map")
    if columns == 1:
        found.append("bar")
    if 1 < columns <= MOST_GROUPS:
        found.append("grouped")
    if 1 < columns <= MOST_STACKED and positive and data.additive:
        found.append("stacked")
    if 1 < columns <= MOST_COLUMNS and rows > 1:
        found.append("heat")
    if not found:
        found.append("bar")
    if "map" in found and "bar" not in found:
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
    """Without the totals of either axis: beside its own parts, a whole dwarfs them or is counted twice."""
    rows = _parts(data.categories)
    columns = _parts(data.series)
    return replace(
        data,
        categories=tuple(data.categories[row] for row in rows),
        series=tuple(data.series[column] for column in columns),
        marks=tuple(tuple(data.marks[row][column] for column in columns) for row in rows),
    )


def one_series(data: ChartData) -> ChartData:
    """Its total alone, or else its first series; of periods the newest."""
    newest = len(data.series) - 1 if data.series_role == "time" else 0
    column = next((place for place, label in enumerate(data.series) if label.total), newest)
    return replace(
        data, series=data.series[column : column + 1], marks=tuple(row[column : column + 1] for row in data.marks)
    )


def _parts(labels: tuple[Label, ...]) -> list[int]:
    parts = [place for place, label in enumerate(labels) if not label.total]
    return parts or list(range(len(labels)))
