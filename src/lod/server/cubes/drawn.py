"""A table of a cube as a chart needs it: which series there are, which of them stand for all, what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lod.server.charts.choose import MOST_LINES
from lod.server.charts.model import ChartData, Label, Mark, Words
from lod.server.cubes.codes import Place
from lod.server.cubes.slices import View
from lod.server.cubes.table import Cell, CubeTable
from lod.server.pages.reader import Reader


def chart_data(reader: Reader, view: View, table: CubeTable, title: str, measure: int = 0) -> ChartData:
    """The table as a chart needs it: the figures of one of its measures, since the units of several differ."""
    picked = range(measure, len(table.columns), len(view.measures))
    roles = {c.role for c in view.columns}
    unit = table.measures[measure].note or table.measures[measure].text
    rows = table.rows
    if view.rows.role == "time" and any(not row.heading.stands_for_parts for row in rows):
        rows = tuple(row for row in rows if not row.heading.stands_for_parts)
    along = reader.t("comma").join(reader.label(c.iri).text for c in view.columns)
    names = {"measure": table.measures[measure].text, "rows": table.row_dimension.text}
    alone = reader.t("chart_description", **names)
    told = reader.t("chart_description_by", **names, columns=along) if along else alone
    return ChartData(
        title=title,
        language=reader.language,
        unit=unit,
        category_role=view.rows.role,
        series_role=view.columns[0].role if len(view.columns) == 1 and len(roles) == 1 else "other",
        categories=tuple(
            Label(
                r.heading.label.text,
                r.heading.label.language,
                r.heading.code,
                r.heading.stands_for_parts,
                r.heading.level,
            )
            for r in rows
        ),
        series=tuple(
            Label(table.series[c].text, table.series[c].language, total=table.column_totals[c]) for c in picked
        ),
        marks=tuple(tuple(_mark(row.cells[c]) for c in picked) for row in rows),
        measure=table.measures[measure].text,
        main=_main(view, table.places),
        few=_few(view, table.places),
        sexes=_sexes(view, table.places),
        additive="time" not in roles  # figures of one period are no part of a sum with those of another
        and all(cell.amount is None or cell.amount.is_integer() for row in rows for cell in row.cells),
        words=Words(
            reader.t("state_missing"),
            reader.t("state_inapplicable"),
            told,
            tuple(f"{table.series[c].text}{reader.t('colon')}{alone}" for c in picked),
            reader.t("map_attribution"),
            (*table.notices, *_part(reader, view, table)),
        ),
    )


def _main(view: View, across: Sequence[tuple[Place, ...]]) -> int:
    """The series that stands for all: the first total of each dimension, of periods the newest."""
    if not across or not view.columns:
        return 0
    wanted = tuple(
        _newest(places) if dimension.role == "time" else next((p for p in places if p.has_children), places[0])
        for dimension, places in zip(view.columns, zip(*across, strict=True), strict=True)
    )
    return across.index(wanted) if wanted in across else 0


def _newest(periods: Sequence[Place]) -> Place:
    """The last that is no part of another; the others are its quarters, say."""
    return next((place for place in reversed(periods) if place.level == 0), periods[-1])


def _few(view: View, across: Sequence[tuple[Place, ...]]) -> tuple[int, ...]:
    """Of many series those that differ in one dimension alone, which has most but not too many; else the main one."""
    if not across or not view.columns:
        return ()
    lines = (_along(view, across, d) for d in range(len(view.columns)))
    return max((line for line in lines if 1 < len(line) <= MOST_LINES), key=len, default=(_main(view, across),))


def _sexes(view: View, across: Sequence[tuple[Place, ...]]) -> tuple[int, ...]:
    """The series of the sexes where these stand across, all else as in the main one."""
    at = next((d for d, dimension in enumerate(view.columns) if dimension.role == "sex"), None)
    return () if at is None or not across else _along(view, across, at)


def _along(view: View, across: Sequence[tuple[Place, ...]], d: int) -> tuple[int, ...]:
    """The series that differ from the main one in a dimension alone, without its totals."""
    main = across[_main(view, across)]
    return tuple(
        n
        for n, key in enumerate(across)
        if not key[d].has_children and all(key[other] == main[other] for other in range(len(main)) if other != d)
    )


def _part(reader: Reader, view: View, table: CubeTable) -> Iterable[str]:
    """That a chart has the rows of one page, where there are several."""
    if table.pages > 1:
        first = (view.page - 1) * table.page_rows + 1
        yield reader.t("cut_page", first=first, last=first + len(table.rows) - 1, among=table.total_rows)
    if table.across > 1:
        last = table.first_column + len(table.columns) - 1
        yield reader.t("cut_across", first=table.first_column, last=last, among=table.total_columns)


def _mark(cell: Cell) -> Mark:
    return Mark(cell.amount, cell.text, cell.state in {"value", "inapplicable"})
