"""A view of a cube to take away: CSV with codes and labels, JSON, the same question in SPARQL.

CSV: RFC 4180, UTF-8, one figure a line; an empty figure has its reason in the column `status`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from lod.server.cubes.codes import Place
from lod.server.cubes.cube import Component, Cube
from lod.server.cubes.grid import MOST_CELLS, Column, Cut, Grid
from lod.server.cubes.slices import View, keys_of
from lod.server.cubes.table import State, state_of
from lod.server.pages.reader import Reader
from lod.server.served import Node

_NOWHERE = ("", "")  # code and label of an observation that has no value in a dimension


@dataclass(frozen=True, slots=True)
class Record:
    """One figure of a view: its codes and labels by dimension, its value as written."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    measure: str
    value: str
    state: State
    observation: str


def records(reader: Reader, cube: Cube, view: View, grid: Grid) -> Iterator[Record]:
    """Every figure of a view, whether it is told or not, in the order of the table."""
    keys = keys_of(cube)
    names: dict[Node, str] = {}

    def label(place: Place) -> str:
        if place.term not in names:
            names[place.term] = reader.show(place.term).text
        return names[place.term]

    for row in grid.rows:
        for column in grid.columns:
            places = _places(cube, view, row, column)
            observation = grid.at(row, column)
            state = state_of(observation, column[1].iri)
            value = observation.values[column[1].iri].value if observation and state == "value" else ""
            yield Record(
                tuple(keys.codes[iri][place.term] for iri, place in places),
                tuple(label(place) for _, place in places),
                keys.names[column[1].iri],
                value,
                state,
                observation.iri if observation else "",
            )


def _places(cube: Cube, view: View, row: Place, column: Column) -> list[tuple[str, Place]]:
    """Where a cell stands in each dimension, in the cube's order."""
    at = {**view.held, view.rows.iri: row, **{c.iri: p for c, p in zip(view.columns, column[0], strict=True)}}
    return [(d.iri, at[d.iri]) for d in cube.dimensions if d.iri in at]


def all_records(reader: Reader, cube: Cube, most: int = MOST_CELLS) -> Iterator[Record]:
    """Every figure of a cube's first `most` observations."""
    keys = keys_of(cube)
    named = [
        (d.iri, {p.term: (keys.codes[d.iri].get(p.term, ""), reader.show(p.term).text) for p in cube.codes[d.iri]})
        for d in cube.dimensions
    ]
    for observation in cube.where({}, most):
        values = observation.values
        at = [names.get(values[iri], _NOWHERE) if iri in values else _NOWHERE for iri, names in named]
        codes, labels = tuple(code for code, _ in at), tuple(label for _, label in at)
        for measure in cube.measures:
            state = state_of(observation, measure.iri)
            value = values[measure.iri].value if state == "value" else ""
            yield Record(codes, labels, keys.names[measure.iri], value, state, observation.iri)


@dataclass(frozen=True, slots=True)
class Extract:
    """What is written into a file: the figures of a view, or of the whole cube where `view` is None."""

    cube: Cube
    view: View | None
    figures: Iterable[Record]
    title: str
    address: str  # where they are found again
    cut: Cut

    @property
    def dimensions(self) -> list[Component]:
        """Those that a file has columns for."""
        if self.view is None:
            return list(self.cube.dimensions)
        used = {self.view.rows.iri, *self.view.held, *(c.iri for c in self.view.columns)}
        return [d for d in self.cube.dimensions if d.iri in used]

    @property
    def measures(self) -> tuple[Component, ...]:
        """Those whose figures they are."""
        return self.cube.measures if self.view is None else self.view.measures


def as_csv(extract: Extract) -> bytes:
    """Figures as CSV. If cut, the last line has status `truncated`."""
    keys = keys_of(extract.cube)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [keys.names[d.iri] for d in extract.dimensions]
    heads = [head for name in names for head in (name, f"{name}_label")]
    writer.writerow([*heads, "measure", "value", "status", "observation"])
    writer.writerows(
        [
            *(text for pair in zip(r.codes, r.labels, strict=True) for text in pair),
            r.measure,
            r.value,
            r.state,
            r.observation,
        ]
        for r in extract.figures
    )
    if str(extract.cut):
        writer.writerow([*("" for _ in heads), "", "", "truncated", ""])
    return out.getvalue().encode("utf-8")


def as_json(reader: Reader, extract: Extract) -> bytes:
    """Figures as JSON: what each dimension and measure is, then one object a figure.

    `truncated` says how much is there when it is not all.
    """
    keys, used, cut = keys_of(extract.cube), extract.dimensions, extract.cut
    document = {
        "dataset": extract.cube.iri,
        "view": extract.address,
        "language": reader.language,
        **({"truncated": str(cut), "notices": cut.notices(reader)} if str(cut) else {}),
        "dimensions": [{"key": keys.names[d.iri], "iri": d.iri, "label": reader.label(d.iri).text} for d in used],
        "measures": [
            {"key": keys.names[m.iri], "iri": m.iri, "label": reader.label(m.iri).text} for m in extract.measures
        ],
    }
    head = json.dumps(document, ensure_ascii=False, indent=1).removesuffix("\n}")
    lines = ",\n".join(_figures_as_json([keys.names[d.iri] for d in used], extract.figures))
    return f'{head},\n "figures": [\n{lines}\n ]\n}}\n'.encode()


def _figures_as_json(names: list[str], figures: Iterable[Record]) -> Iterator[str]:
    """One object a line. What is said of a code is written once, however many figures stand at it."""
    places: list[dict[tuple[str, str], str]] = [{} for _ in names]
    for record in figures:
        parts = []
        for name, known, code, label in zip(names, places, record.codes, record.labels, strict=True):
            part = known.get((code, label))
            if part is None:
                part = known[code, label] = f"{_json(name)}: {_json({'code': code, 'label': label})}"
            parts.append(part)
        told = {
            "measure": record.measure,
            "value": json_number(record.value),
            "status": record.state,
            "observation": record.observation or None,
        }
        yield f"  {{{', '.join((*parts, _json(told)[1:]))}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_EXACT = 17  # characters that a double keeps


def json_number(text: str) -> int | float | str | None:
    """A figure's text as JSON has it: a number where it is one that readers keep, None where there is none."""
    if not _NUMBER.fullmatch(text):
        return text or None
    if text.lstrip("+-").isdecimal():
        return int(text)
    return number if len(text) <= _EXACT and math.isfinite(number := float(text)) else text


def as_sparql(cube: Cube, view: View) -> str:
    """The query that finds the figures of a view."""
    names: dict[str, str] = {}
    for component in (view.rows, *view.columns, *view.measures):
        name = "".join(c for c in keys_of(cube).names[component.iri].title() if c.isalnum() and c.isascii()) or "value"
        name = name[0].lower() + name[1:] if name[0].isalpha() else f"v{name}"
        names[component.iri] = name if name not in names.values() else f"{name}{len(names)}"
    axes = [view.rows.iri, *(c.iri for c in view.columns)]
    held = [f"    <{iri}> {_term(place.term)} ;" for iri, place in view.held.items()]
    free = [f"    <{iri}> ?{names[iri]} ;" for iri in axes]
    parts = [clause for iri in axes if (clause := _without_totals(cube, view, iri, names[iri]))]
    figures = [f"  OPTIONAL {{ ?observation <{m.iri}> ?{names[m.iri]} }}" for m in view.measures]
    selected = " ".join(f"?{names[iri]}" for iri in [*axes, *(m.iri for m in view.measures)])
    body = [f"  ?observation qb:dataSet <{cube.iri}> ;", *held, *free]
    body[-1] = body[-1].removesuffix(";") + "."
    order = " ".join(f"?{names[iri]}" for iri in axes)
    lines = [
        "PREFIX qb: <http://purl.org/linked-data/cube#>",
        f"SELECT {selected} WHERE {{",
        *body,
        *parts,
        *figures,
        "}",
    ]
    return "\n".join([*lines, f"ORDER BY {order}"])


def _without_totals(cube: Cube, view: View, dimension: str, name: str) -> str:
    """That codes which stand for others are not wanted; '' where they are, or where there are none but these."""
    places = cube.codes[dimension]
    wholes = [_term(place.term) for place in places if place.has_children]
    if view.totals or not 0 < len(wholes) < len(places):
        return ""
    return f"  FILTER (?{name} NOT IN ({', '.join(wholes)}))"


def _term(term: Node) -> str:
    return str(term) if isinstance(term, (NamedNode, Literal)) else "[]"
