"""Charts: which kind suits which structure, and that a drawing says what the table says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest

from lod.server.charts.choose import one_series, parts_only, suitable
from lod.server.charts.draw import WIDTH_SMALL, draw, draw_for_page
from lod.server.charts.heat import MOST_SMALL
from lod.server.charts.map import Atlas, without_outline
from lod.server.charts.model import ChartData, Kind, Label, Mark, Role, Words
from lod.server.charts.scales import class_of, classes, tick_text, ticks
from lod.server.charts.svg import shortened, width_of

SVG = "{http://www.w3.org/2000/svg}"
ATLAS = Atlas(
    (0, 0, 80, 400), {"1": "M0 0L9 0L9 9Z", "2": "M20 0L29 0L29 9Z", "3": "M40 0L49 0L49 9Z", "4": "M60 0L69 0Z"}
)


def table(
    rows: int, columns: int, row_role: Role = "other", column_role: Role = "other", *, total: bool = False
) -> ChartData:
    """A table of numbers; with `total`, the first row and column are the sums."""
    return ChartData(
        "Staff & <others>",
        "en",
        "persons",
        row_role,
        column_role,
        tuple(Label(f"row {n}", code=str(n), total=total and n == 0) for n in range(rows)),
        tuple(Label(f"column {n}", total=total and n == 0) for n in range(columns)),
        tuple(tuple(Mark(float(r * 10 + c), str(r * 10 + c)) for c in range(columns)) for r in range(rows)),
        additive=True,
        words=Words(description="Staff by office."),
    )


def texts(svg: str) -> list[str]:
    """What is written in a drawing."""
    return [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("data", "best"),
    [
        (table(5, 1), "bar"),
        (table(5, 3), "grouped"),
        (table(12, 6), "stacked"),
        (table(60, 20), "heat"),
        (table(8, 2, "time"), "line"),
        (table(1, 2, "time"), "grouped"),
        (table(8, 3, "age", "sex", total=True), "pyramid"),
        (table(8, 3, "age", "sex"), "grouped"),
        (table(4, 1, "area"), "map"),
        (table(2, 1, "area"), "bar"),
    ],
)
def test_the_structure_chooses_the_chart(data: ChartData, best: Kind) -> None:
    assert suitable(data, ATLAS.paths)[0] == best


def test_without_the_map_counties_are_bars_and_without_figures_there_is_no_chart() -> None:
    assert suitable(table(4, 1, "area"), ())[0] == "bar"
    empty = replace(table(2, 2), marks=((Mark(None, "–"),) * 2,) * 2)
    assert suitable(empty, ()) == ()


def test_a_whole_is_not_drawn_beside_its_parts() -> None:
    parts = parts_only(table(3, 3, total=True))
    assert [label.text for label in parts.categories] == ["row 1", "row 2"]
    assert [[mark.text for mark in row] for row in parts.marks] == [["11", "12"], ["21", "22"]]


def test_where_only_the_whole_was_counted_it_is_drawn() -> None:
    """Men and women of each age are not published; both together are."""
    data = table(3, 3, total=True)
    nothing = Mark(None, "–")
    whole = replace(data, marks=tuple((row[0], nothing, nothing) for row in data.marks))
    assert [label.text for label in parts_only(whole).series] == ["column 0"]
    one = replace(data, marks=tuple((row[0], nothing, row[2]) for row in data.marks))
    assert [label.text for label in parts_only(one).series] == ["column 2"]
    kept_back = replace(data, marks=tuple((row[0], replace(nothing, published=False), row[2]) for row in data.marks))
    assert len(parts_only(kept_back).series) == 2


@pytest.mark.parametrize("kind", ["bar", "grouped", "stacked", "line", "pyramid", "heat", "map"])
@pytest.mark.parametrize(("standalone", "small"), [(False, False), (True, False), (False, True)])
def test_a_drawing_is_well_formed_named_and_inside_its_box(kind: Kind, standalone: bool, small: bool) -> None:
    data = table(4, 2, "age", "sex")
    root = ET.fromstring(draw(data, kind, ATLAS, beside=(data,), name="c1", standalone=standalone, small=small))
    width, height = (float(n) for n in root.attrib["viewBox"].split()[2:])
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == "Staff & <others>"
    assert root.attrib["aria-labelledby"].split() == [root[0].attrib["id"], root[1].attrib["id"]]
    assert not any("style" in element.attrib for element in root.iter())
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.attrib["x"]) <= width
        assert 0 <= float(text.attrib["y"]) <= height
    for rect in root.iter(f"{SVG}rect"):
        if rect.attrib["width"] != "100%":
            assert float(rect.attrib.get("x", 0)) + float(rect.attrib["width"]) <= width + 0.1
    classed = [
        element for element in root.iter() if element.attrib.get("class") not in {None, "chart", "chart small", "p"}
    ]
    assert bool(classed) is not standalone


def test_every_bar_says_its_number_and_as_long_as_it() -> None:
    root = ET.fromstring(draw(table(4, 1), "bar", None))
    told = {rect[0].text: float(rect.attrib["width"]) for rect in root.iter(f"{SVG}rect") if len(rect)}
    assert list(told) == ["row 0: 0 persons", "row 1: 10 persons", "row 2: 20 persons", "row 3: 30 persons"]
    assert told["row 3: 30 persons"] == pytest.approx(3 * told["row 1: 10 persons"], abs=0.2)
    assert told["row 0: 0 persons"] == 0


def test_what_is_not_published_is_hatched_and_what_cannot_be_is_not_a_bar() -> None:
    marks = ((Mark(4.0, "4"),), (Mark(None, "…", published=False),), (Mark(None, "–"),), (Mark(0.0, "0"),))
    svg = draw(replace(table(4, 1), marks=marks), "bar", None)
    assert re.search(r'fill="url\(#chart-h\)" class="p"[^>]*><title>row 1: not published<', svg)
    assert "row 2" in svg
    assert "<title>row 2" not in svg
    assert "<title>row 3: 0 persons</title>" in svg
    line = draw(replace(table(4, 1, "time"), marks=marks), "line", None)
    path = re.search(r'<path d="([^"]*)" class="l0"', line)
    assert path is not None
    assert path[1].count("M") == 2  # the line breaks where there is no figure


def test_a_county_without_a_figure_is_on_the_map_hatched_and_in_the_legend() -> None:
    data = replace(table(4, 1, "area"), categories=tuple(Label(f"county {n}", code=str(n)) for n in (1, 2, 3, 9)))
    svg = draw(data, "map", ATLAS)
    assert svg.count("<path") == 4
    assert svg.count('fill="url(#chart-o)"') == 2  # the county and its sign in the legend
    assert "<title>4: no such figure</title>" in svg
    assert ">no such figure</text>" in svg
    assert "not published" not in svg
    assert "county 9" not in svg


def test_axes_have_round_numbers_and_classes_hold_every_value() -> None:
    assert ticks(0, 26_089) == [0, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000]
    assert ticks(-3, 4) == [-4, -2, 0, 2, 4]
    assert ticks(5, 5) == [5, 6, 7, 8, 9, 10]
    values = [252.0, 1146.0, 1765.0, 26_089.0, 252.0]
    bounds = classes(values, 3)
    assert [class_of(value, bounds) for value in sorted(set(values))] == sorted(
        class_of(value, bounds) for value in set(values)
    )
    assert bounds[-1] == 26_089
    assert classes([7.0], 6) == [7.0]


def test_texts_are_measured_by_their_script() -> None:
    assert width_of("臺北市", 10) == 30
    assert width_of("abc", 10) < 20
    assert shortened("行政院人事行政總處", 60, 10) == "行政院人事…"
    assert shortened("短", 60, 10) == "短"


def test_a_county_that_became_a_city_within_its_boundaries_is_on_the_map() -> None:
    atlas = Atlas((0, 0, 80, 400), {"68000": "M0 0L9 0L9 9Z", "65000": "M20 0L29 0L29 9Z"})
    labels = (Label("Taoyuan County", code="10003"), Label("New Taipei City", code="65000"))
    data = replace(table(2, 1, "area"), categories=labels)
    svg = draw(data, "map", atlas)
    assert "<title>Taoyuan County: 0 persons</title>" in svg
    assert "hatch" not in re.sub(r"<style>.*?</style>|<defs>.*?</defs>", "", svg)


def test_a_county_keeps_its_figure_under_either_code_and_what_has_no_outline_is_named() -> None:
    atlas = Atlas((0, 0, 80, 400), {"65000": "M0 0L9 0L9 9Z", "66000": "M20 0L29 0L29 9Z"})
    codes = ("10001", "65000", "66000", "66000", "10006")
    labels = tuple(Label(f"county {n}", code=code) for n, code in enumerate(codes))
    marks = tuple((mark,) for mark in (Mark(7.0, "7"), Mark(None, "–"), Mark(1.0, "1"), Mark(2.0, "2"), Mark(3.0, "3")))
    data = replace(table(5, 1, "area"), categories=labels, marks=marks)
    svg = draw(data, "map", atlas)
    assert "<title>county 0: 7 persons</title>" in svg
    assert "no such figure" not in svg
    assert without_outline(data, atlas) == ["county 3", "county 4"]


def test_of_periods_the_newest_is_the_one_that_is_shown_alone() -> None:
    assert one_series(table(3, 4, "area", "time")).series[0].text == "column 3"
    assert one_series(table(3, 4, "area")).series[0].text == "column 0"


def test_thirty_years_of_months_are_one_line_named_from_january_to_january() -> None:
    months = tuple(Label(f"{1994 + n // 12}-{n % 12 + 1:02}") for n in range(4, 364))
    marks = [(Mark(float(n), str(n)),) for n in range(360)]
    marks[100], marks[102] = (Mark(None, "…", published=False),), (Mark(None, "…", published=False),)
    svg = draw(replace(table(360, 1, "time"), categories=months, marks=tuple(marks)), "line", None)
    named = re.findall(r">(\d{4}-\d\d)</text>", svg)
    assert named
    assert all(name.endswith("-01") for name in named)
    assert svg.count("<circle") == 1  # the month alone between two gaps


def test_of_a_table_with_totals_alone_these_are_drawn() -> None:
    data = table(5, 3, "age", "sex", total=True)
    nothing = Mark(None, "–")
    totals = tuple((row[0], nothing, nothing) for row in data.marks)
    assert suitable(replace(data, marks=totals), ()) == ("bar",)
    assert suitable(replace(data, marks=totals, category_role="time"), ()) == ("line", "bar")
    assert suitable(replace(data, marks=tuple((nothing,) * 3 for _ in data.marks)), ()) == ()


def test_what_overlaps_is_not_stacked() -> None:
    data = table(12, 6)
    assert "stacked" in suitable(data, ())
    every = tuple(replace(label, total=True) for label in data.series)  # the totals of one dimension or the other
    assert "stacked" not in suitable(replace(data, series=every), ())


def test_of_many_series_over_time_those_of_one_dimension_are_lines() -> None:
    data = table(8, 40, "time")
    assert "line" not in suitable(data, ())
    svg = draw(replace(data, few=(3, 7)), "line", None)
    assert suitable(replace(data, few=(3, 7)), ())[0] == "line"
    assert [name for name in texts(svg) if name.startswith("column")] == ["column 3", "column 7"]


def test_of_many_series_by_age_those_of_the_sexes_are_a_pyramid() -> None:
    data = replace(table(8, 6, "age"), sexes=(4, 5), additive=False)
    assert suitable(data, ())[0] == "pyramid"
    assert "stacked" not in suitable(data, ())
    assert [name for name in texts(draw(data, "pyramid", None)) if name.startswith("column")] == [
        "column 4",
        "column 5",
    ]


def test_what_does_not_change_lies_within_its_axis() -> None:
    data = table(4, 1, "time")
    flat = replace(data, marks=tuple((Mark(12_345.0, "12,345"),) for _ in data.categories))
    assert "0" in texts(draw(flat, "line", None))


def test_names_along_a_line_stay_inside_of_the_drawing() -> None:
    data = table(3, 1, "time")
    named = tuple(replace(label, text="the end of the year 2012") for label in data.categories)
    svg = ET.fromstring(draw(replace(data, categories=named), "line", None))
    width = float(svg.attrib["viewBox"].split()[2])
    names = [text for text in svg.iter(f"{SVG}text") if text.text == named[0].text]
    half = width_of(named[0].text, 12) / 2
    assert len(names) > 1
    assert all(half <= float(text.attrib["x"]) <= width - half for text in names)


def test_axes_write_large_numbers_out() -> None:
    assert tick_text(123_455_000_000.0) == "123,455,000,000"
    assert tick_text(0.30000000000000004) == "0.3"


def test_the_names_across_a_heat_table_are_broken_between_words_and_ideographs() -> None:
    data = table(4, 9)
    names = (*(Label(f"臺灣省第{n}個縣(市)之各級機關") for n in range(8)), Label("Agencies of New Taipei City"))
    svg = draw(replace(data, series=names), "heat", None)
    assert {"Agencies", "Taipei"} <= {word for text in texts(svg) for word in text.split()}
    assert "…" not in "".join(texts(svg))
    assert not any(text.startswith((")", "）")) for text in texts(svg))


def test_a_heat_table_explains_its_hatchings() -> None:
    data = table(2, 2)
    marks = ((Mark(None, "…", published=False), Mark(1.0, "1")), (Mark(2.0, "2"), Mark(None, "–")))
    svg = draw(replace(data, marks=marks), "heat", None)
    assert ">not published</text>" in svg
    assert ">no such figure</text>" in svg
    assert "not published" not in draw(data, "heat", None)


def test_large_numbers_and_long_units_stay_apart_and_inside() -> None:
    rows = tuple((Mark(value, f"{value:,.0f}"),) for value in (321_870_934.0, 988_934_587.0))
    data = replace(table(2, 1), marks=rows, unit="persons employed in agencies and schools " * 5)
    svg = draw(data, "bar", None)
    places = [
        float(x) for x in re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="middle" font-size="12"[^>]*>[\d,]+<', svg)
    ]
    assert len(places) > 1
    assert min(b - a for a, b in pairwise(places)) > width_of("500,000,000", 12)
    unit = re.search(r'<text x="([\d.]+)"[^>]*>(persons [^<]*…)<', svg)
    assert unit is not None
    assert float(unit[1]) - width_of(unit[2], 12) / 2 >= 0


def test_a_page_has_a_drawing_for_a_telephone_where_the_other_would_be_scrolled_there() -> None:
    def widths(columns: int, kind: Kind) -> list[float]:
        svg = draw_for_page(table(4, columns, "area"), kind, ATLAS, name="c")
        assert len(set(re.findall(r'<title id="([^"]*)"', svg))) == svg.count("<svg")
        return [float(width) for width in re.findall(r'viewBox="0 0 ([\d.]+)', svg)]

    assert all(min(widths(2, kind)) == WIDTH_SMALL for kind in ("bar", "grouped", "stacked", "line", "pyramid", "heat"))
    assert len(widths(2, "map")) == 1
    assert min(widths(MOST_SMALL, "heat")) == WIDTH_SMALL
    assert len(widths(MOST_SMALL + 1, "heat")) == 1


@pytest.mark.parametrize("kind", ["bar", "grouped", "stacked", "pyramid", "heat"])
def test_on_a_telephone_names_stand_above_what_they_name(kind: Kind) -> None:
    root = ET.fromstring(draw(table(3, 2), kind, None, small=True))
    for n in range(3):
        name = next(float(text.attrib["y"]) for text in root.iter(f"{SVG}text") if text.text == f"row {n}")
        told = [
            float(rect.attrib["y"]) for rect in root.iter(f"{SVG}rect") if len(rect) and f"row {n}" in str(rect[0].text)
        ]
        assert told
        assert all(name < top < name + 40 for top in told)


def test_a_heat_table_for_a_telephone_tells_classes_where_numbers_have_no_room() -> None:
    data = table(2, 12)
    marks = tuple(tuple(Mark(float(n * 1_000), f"{n * 1_000:,}") for n in range(12)) for _ in data.categories)
    written = texts(draw(replace(data, marks=marks), "heat", None, small=True))
    assert "0" in written
    assert "11,000" not in written
    assert any("11,000" in text and " – " in text for text in written)
    assert "11,000" in texts(draw(replace(data, marks=marks), "heat", None))


def test_several_measures_are_drawn_below_each_other_each_along_its_own_axis() -> None:
    ages = replace(table(2, 1), measure="Mean age", unit="years")
    persons = replace(ages, measure="Headcount", unit="persons", marks=((Mark(40_000.0, "40,000"),),) * 2)
    written = texts(draw(ages, "bar", None, beside=(persons,)))
    assert written.index("Mean age") < written.index("years") < written.index("Headcount") < written.index("persons")
    assert {"10", "40,000"} <= set(written)
    assert "Mean age" not in texts(draw(ages, "bar", None))


def test_of_very_many_parts_the_wholes_are_drawn() -> None:
    labels = [Label("all", total=True)]
    for section in range(5):
        labels.append(Label(f"section {section}", total=True, level=1))
        labels += [Label(f"division {section}{n}", level=2) for n in range(12)]
    labels.append(Label("unknown", level=1))
    data = replace(table(len(labels), 1), categories=tuple(labels))
    assert [label.text for label in parts_only(data).categories] == [*(f"section {n}" for n in range(5)), "unknown"]
    few = replace(data, categories=data.categories[:20], marks=data.marks[:20])
    assert len(parts_only(few).categories) == 17
