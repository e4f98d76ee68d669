"""Cubes laid out as tables: order, hierarchy, axes, what is too large."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode

from lod.server.cubes import cube as cube_module
from lod.server.cubes.codes import Place, order_codes
from lod.server.cubes.cube import Component, Cube, read_cube, unit_of
from lod.server.cubes.grid import read_grid
from lod.server.cubes.slices import MOST_COLUMNS, choose_axes, default_view
from lod.server.cubes.table import Cell, CubeTable, Heading, Row, aligned, lay_out
from lod.server.documents import describe as describe_module
from lod.server.pages.reader import Reader, Shown
from lod.server.served import ServedRelease, open_served

BASE = "https://lod.example.org/"
DATASET = BASE + "data/civil-servants-by-county"
MakeRelease = Callable[..., Path]
Open = Callable[[Path], httpx.Client]


@pytest.fixture(scope="module")
def served(releases: Path) -> ServedRelease:
    """The release, opened without a server."""
    return open_served(releases / "1-aaaaaaaa")


def code(path: str) -> NamedNode:
    return NamedNode(f"{BASE}id/code/{path}")


def test_codes_stand_under_the_broader_ones_in_the_order_of_the_list(served: ServedRelease) -> None:
    shuffled = [code("county/09007"), code("county/63000"), code("county/T"), code("county/65000")]
    assert order_codes(served, shuffled) == [
        Place(code("county/T"), 0, True),
        Place(code("county/65000"), 1, False),
        Place(code("county/63000"), 1, False),
        Place(code("county/09007"), 1, False),
    ]


def test_codes_without_their_broader_one_stand_level(served: ServedRelease) -> None:
    places = order_codes(served, [code("county/63000"), code("county/65000")])
    assert [(place.term, place.level) for place in places] == [(code("county/65000"), 0), (code("county/63000"), 0)]


def test_a_cycle_of_broader_codes_is_cut(served: ServedRelease) -> None:
    places = order_codes(served, [code("loop/b"), code("loop/a")])
    assert [place.term for place in places] == [code("loop/a"), code("loop/b")]


def test_a_cube_knows_its_structure_and_units(served: ServedRelease) -> None:
    cube = read_cube(served, DATASET)
    assert [d.iri.rpartition("/")[2] for d in cube.dimensions] == ["period", "county", "sex"]
    assert [m.iri.rpartition("/")[2] for m in cube.measures] == ["headcount"]
    assert cube.figures.count == 11
    assert unit_of(served, cube, cube.measures[0].iri) == BASE + "id/code/unit/person"
    assert read_cube(served, DATASET) is cube


def test_a_dataset_without_structure_has_no_table(served: ServedRelease) -> None:
    assert default_view(read_cube(served, BASE + "data/empty")) is None


def first_table(served: ServedRelease, dataset: str) -> CubeTable:
    """The table that a dataset's page shows."""
    cube = read_cube(served, dataset)
    view = default_view(cube)
    assert view is not None
    return lay_out(Reader(served, "en", explicit=False), cube, view, read_grid(cube, view))


def dimensions(*sizes: int) -> tuple[Cube, dict[str, int]]:
    named = tuple(Component(f"d{n}", "dimension", n) for n in range(len(sizes)))
    cube = Cube("", None, (*named, Component("m", "measure", 9)))
    return cube, {component.iri: size for component, size in zip(named, sizes, strict=True)}


@pytest.mark.parametrize(
    ("sizes", "down", "across", "held"),
    [
        ((1, 22, 3), "d1", ["d2"], ["d0"]),
        ((3, 22, 1), "d1", ["d0"], ["d2"]),
        ((5, 4, 3, 2), "d0", ["d1", "d2"], ["d3"]),
        ((50, MOST_COLUMNS + 1, 2), "d0", ["d2"], ["d1"]),
        ((1, 1), "d1", [], ["d0"]),
    ],
)
def test_the_longest_dimension_goes_down(sizes: tuple[int, ...], down: str, across: list[str], held: list[str]) -> None:
    cube, by_iri = dimensions(*sizes)
    chosen, besides, fixed = choose_axes(cube, by_iri)
    assert (chosen.iri, [d.iri for d in besides], [d.iri for d in fixed]) == (down, across, held)


def test_what_does_not_fit_is_held_at_its_first_code_and_said(tmp_path: Path, make: MakeRelease) -> None:
    turtle = f"""
    @prefix qb: <http://purl.org/linked-data/cube#> .
    <{BASE}data/wide> a qb:DataSet ; qb:structure <{BASE}def/structure/wide> .
    <{BASE}def/structure/wide> qb:component [ qb:dimension <{BASE}def/a> ; qb:order 1 ],
        [ qb:dimension <{BASE}def/b> ; qb:order 2 ], [ qb:measure <{BASE}def/m> ] .
    """ + "".join(
        f'<{BASE}data/wide/obs/{a}/{b}> qb:dataSet <{BASE}data/wide> ; <{BASE}def/a> "{a}" ; <{BASE}def/b> "{b}" ;'
        f" <{BASE}def/m> {a * 100 + b} .\n"
        for a in range(60)
        for b in range(MOST_COLUMNS + 1)
    )
    served = open_served(make(tmp_path, turtle=turtle))
    table = first_table(served, BASE + "data/wide")
    assert [(f.dimension.text, f.value.text, f.chosen) for f in table.fixed] == [("b", "0", True)]
    assert [row.heading.label.text for row in table.rows] == [str(a) for a in range(60)]
    assert [row.cells[0].text for row in table.rows][:3] == ["0", "100", "200"]


def test_a_large_cube_and_a_large_description_are_bounded_and_say_so(
    tmp_path: Path, make: MakeRelease, open_site: Open
) -> None:
    many = cube_module.MOST_OBSERVATIONS + 50
    dataset = f"<{DATASET}>"
    turtle = "".join(
        f"<{BASE}data/x/obs/{n}> <http://purl.org/linked-data/cube#dataSet> {dataset} .\n" for n in range(many)
    ) + "".join(f"<{BASE}id/big> <{BASE}def/p> {n} .\n" for n in range(describe_module.PAGE + 5))
    make(tmp_path, turtle=turtle)
    site = open_site(tmp_path)
    page = site.get("/data/civil-servants-by-county.en.html")
    assert f"the table shows the first {cube_module.MOST_OBSERVATIONS:,} observations" in page.text
    assert len(page.content) < 60_000
    described = site.get("/doc/big.nt")
    assert described.headers["truncated"] == f"triples={describe_module.PAGE}"
    assert described.text.count(f"<{BASE}def/p>") == describe_module.PAGE
    assert "the dump has all" in described.text
    assert len(site.get("/doc/big.en.html").content) < 60_000
    thing = site.get("/doc/code/county/63000.ttl")
    assert "truncated" not in thing.headers


def test_decimal_points_of_a_column_stand_below_each_other() -> None:
    heading = Heading(Shown("2020"))
    texts = (("0.6", "1,200"), ("-12.25", "7"), ("3", "8"), ("–", "9"))
    rows = tuple(
        Row(heading, tuple(Cell(text, state="inapplicable" if text == "–" else "value") for text in row))
        for row in texts
    )
    pads = [[cell.pad for cell in row.cells] for row in aligned(rows)]
    assert pads == [["\u2007", ""], ["", ""], ["\u2008\u2007\u2007", ""], ["", ""]]
