"""An answer as a chart: which of its columns are figures, what they are figures of, and whether these are places.

Nothing is asked of the author of the query: the answer's own terms decide. A column of a code and one of its label
are one; two columns of names and one of figures are a table of both.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.rdf.namespaces import XSD
from lod.server.charts.choose import suitable, trimmed
from lod.server.charts.draw import draw_for_page
from lod.server.charts.map import atlas
from lod.server.charts.model import ChartData, Kind, Label, Mark, Role, Words
from lod.server.cubes.cube import ROLES, read_structure
from lod.server.pages.figure import Figure
from lod.server.pages.home import datasets
from lod.server.pages.labels import last_segment
from lod.server.pages.reader import Reader, format_number

Row: TypeAlias = Sequence[object]
"""One solution: a term for each variable, None where it is unbound."""

MOST_SERIES = 8
_TIMES = {XSD + name for name in ("gYear", "gYearMonth", "date", "dateTime")}
_YEAR = re.compile(r"(?:1[89]|2[01])\d\d(?:[-Q].*)?")


@dataclass(frozen=True, slots=True)
class _Column:
    """One variable of an answer: its place in a row, its terms, and its part in a chart."""

    name: str
    terms: tuple[object, ...]

    @property
    def is_figures(self) -> bool:
        """Whether all that is bound is a number."""
        bound = [term for term in self.terms if term is not None]
        return bool(bound) and all(_number(term) is not None for term in bound)

    @property
    def is_years(self) -> bool:
        """Whether all are whole numbers that years have."""
        return all(
            isinstance(term, Literal) and re.fullmatch(r"(?:1[89]|2[01])\d\d", term.value) for term in self.terms
        )

    @property
    def is_time(self) -> bool:
        """Whether all are points in time: by their datatypes, or the codes at the ends of their IRIs."""
        return all(
            (isinstance(term, Literal) and (term.datatype.value in _TIMES))
            or (isinstance(term, NamedNode) and _YEAR.fullmatch(last_segment(term.value)))
            for term in self.terms
        )


def chart_of(
    reader: Reader, columns: Sequence[str], rows: Sequence[Row], title: str, wanted: str, *, is_cut: bool
) -> tuple[Figure | None, tuple[Kind, ...]]:
    """The answer drawn as `wanted`, and the kinds that suit it; None where no kind was asked for or none suits."""
    data = _data(reader, [_Column(name, tuple(row[n] for row in rows)) for n, name in enumerate(columns)], title)
    installed = atlas()
    kinds = suitable(data, installed.paths if installed else ()) if data else ()
    if data is None or not kinds or wanted not in kinds:
        return None, kinds
    kind: Kind = next(kind for kind in kinds if kind == wanted)
    caption = data.words.description
    drawn = len(trimmed(data, kind).categories)
    if kind != "map" and drawn < len(data.categories):
        caption += reader.t("chart_part", drawn=drawn, among=len(data.categories))
    if is_cut:
        caption += " " + reader.t("sparql_cut", rows=f"{len(rows):,}")
    return Figure(draw_for_page(data, kind, installed), kind, caption), kinds


def _data(reader: Reader, columns: list[_Column], title: str) -> ChartData | None:
    """The answer as a table of numbers; None where it is none, or a name stands in it twice."""
    figures = [column for column in columns if column.is_figures and not column.is_time]
    figures = [column for column in figures if not column.is_years] or figures  # years beside other figures are times
    names = _merged(reader, [column for column in columns if column not in figures and any(column.terms)])
    if not figures or not names or len(names) > 2 or (len(names) == 2 and len(figures) > 1):
        return None
    along = names[0] if len(names) == 1 else max(names, key=lambda name: len(set(name.labels)))
    across = next((name for name in names if name is not along), None)
    if across is None:
        series, cells = _side_by_side(reader, along, figures[:MOST_SERIES])
    else:
        series, cells = _by_both(along, across, figures[0])
    if len(cells) < len(along.labels) * (1 if across else len(series)):  # a name, or a pair of them, stands twice
        return None
    nothing = Mark(None, "")
    categories = tuple(dict.fromkeys(along.labels))
    if along.role == "time":
        categories = tuple(sorted(categories, key=lambda label: label.code or label.text))
    across_name = _called(reader, across.column.name) if across else ""
    measure = _called(reader, figures[0].name)
    return ChartData(
        title=title,
        language=reader.language,
        unit=measure,
        category_role=along.role,
        series_role=across.role if across else "other",
        categories=categories,
        series=series,
        marks=tuple(tuple(cells.get((label, each), nothing) for each in series) for label in categories),
        words=Words(
            reader.t("state_missing"),
            reader.t("state_inapplicable"),
            reader.t(
                "chart_description_by" if across_name else "chart_description",
                measure=measure,
                rows=_called(reader, along.column.name),
                columns=across_name,
            ),
            attribution=reader.t("map_attribution"),
        ),
    )


_Cells: TypeAlias = dict[tuple[Label, Label], Mark]  # (category, series) → figure


def _side_by_side(reader: Reader, along: _Names, figures: Sequence[_Column]) -> tuple[tuple[Label, ...], _Cells]:
    """A series for each column of figures."""
    series = tuple(Label(_called(reader, column.name)) for column in figures)
    cells = {
        (label, name): _mark(column.terms[row])
        for row, label in enumerate(along.labels)
        for name, column in zip(series, figures, strict=True)
    }
    return series, cells


def _by_both(along: _Names, across: _Names, figures: _Column) -> tuple[tuple[Label, ...], _Cells]:
    """A series for each name in a second column of them."""
    pairs = zip(along.labels, across.labels, strict=True)
    cells = {pair: _mark(figures.terms[row]) for row, pair in enumerate(pairs)}
    return tuple(dict.fromkeys(across.labels)), cells


def _called(reader: Reader, variable: str) -> str:
    """What a variable is called: as the one component of our cubes that has its name, else by itself."""
    served = reader.served

    def read() -> dict[str, str]:
        structures = (read_structure(served, dataset)[1] for dataset in datasets(served))
        components = {component.iri for structure in structures for component in structure}
        times = Counter(map(last_segment, components))
        return {last_segment(iri): iri for iri in components if times[last_segment(iri)] == 1}

    iri = served.memo.get("components by name", read).get(variable)
    return reader.label(iri).text if iri else variable


@dataclass(frozen=True, slots=True)
class _Names:
    """What figures are figures of: a label for each row, with the code by which a map knows it."""

    column: _Column
    labels: tuple[Label, ...]
    role: Role


def _merged(reader: Reader, columns: list[_Column]) -> list[_Names]:
    """Columns of names; one that only labels another's IRIs is taken together with it."""
    found: list[_Names] = []
    labelling = {id(other): column for column in columns for other in columns if _labels(other, column)}
    for column in columns:
        if id(column) in labelling:
            continue
        said = next((other for other in columns if labelling.get(id(other)) is column), column)
        labels = tuple(_label(reader, term, word) for term, word in zip(column.terms, said.terms, strict=True))
        found.append(_Names(column, labels, _role(column, labels)))
    return found


def _labels(text: _Column, of: _Column) -> bool:
    """Whether `text` is the label of each IRI in `of`: texts all, one an IRI."""
    if text is of or not all(isinstance(term, NamedNode) for term in of.terms):
        return False
    if not all(isinstance(term, Literal) for term in text.terms):
        return False
    return len(set(map(str, of.terms))) == len(set(zip(map(str, of.terms), map(str, text.terms), strict=True)))


def _role(column: _Column, labels: Iterable[Label]) -> Role:
    if column.is_time or column.is_years:
        return "time"
    if (named := ROLES.get(column.name.lower(), "other")) in {"age", "sex"}:
        return named
    installed = atlas()
    codes = [label.code for label in labels]
    is_place = installed and sum(code in installed.paths for code in codes) * 2 >= len(codes)
    return "area" if is_place else "other"


def _label(reader: Reader, term: object, said: object) -> Label:
    code = last_segment(term.value) if isinstance(term, NamedNode) else str(getattr(term, "value", ""))
    if not isinstance(said, NamedNode | BlankNode | Literal):
        return Label("–", code=code)
    shown = reader.show(said)
    return Label(shown.text, shown.language, code)


def _mark(term: object) -> Mark:
    value = _number(term)
    text = format_number(term) if isinstance(term, Literal) else None
    return Mark(value, text or "")


def _number(term: object) -> float | None:
    if not isinstance(term, Literal) or format_number(term) is None:
        return None
    number = float(term.value)
    return number if math.isfinite(number) else None
