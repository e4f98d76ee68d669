"""The integrity constraints of RDF Data Cube on graphs of others: each bad one breaks its own, good ones none."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from lod.validation.cubes.observations import check_cubes, doubts_in
from lod.validation.cubes.structure import Graph

# The files of the suite are pieces: a cube, and what makes it bad or good.
GOOD: dict[str, tuple[str, ...]] = {
    "abbrv-cube": ("abbrv-cube", "codelist-complete"),
    "collection-complete": ("abbrv-cube", "collection-complete"),
    "hierarchy-good": ("abbrv-cube", "hierarchy-good"),
    "hierarchy-good-inverse": ("abbrv-cube", "hierarchy-good-inverse"),
    "hierarchy-good-multiroot": ("abbrv-cube", "hierarchy-good-multiroot"),
    "mt-cube": ("mt-cube", "codelist-complete"),
    "mt-cube-3-measures": ("mt-cube-3-measures", "codelist-complete"),
}
BAD: dict[str, tuple[int, tuple[str, ...]]] = {
    "missing-ds": (1, ()),
    "extra-ds": (1, ()),
    "missing-dsd": (2, ()),
    "extra-dsd": (2, ()),
    "missing-measure": (3, ()),
    "missing-range": (4, ()),
    "missing-codelist": (5, ()),
    "bad-component-required": (6, ()),
    "bad-slicekey": (7, ()),
    "bad-slicekey2": (8, ()),
    "missing-slicekey": (9, ()),
    "duplicate-slicekey": (9, ()),
    "missing-slicedim": (10, ("abbrv-cube", "codelist-complete")),
    "missing-obs-dim-value": (11, ("abbrv-cube", "codelist-complete")),
    "duplicate-observation": (12, ("abbrv-cube", "codelist-complete")),
    "missing-required-attr": (13, ("abbrv-cube", "codelist-complete")),
    "missing-measure-on-obs": (14, ("abbrv-cube", "codelist-complete")),
    "mt-missing-measure": (15, ("mt-cube",)),
    "mt-extra-measure": (16, ("mt-cube",)),
    "mt-cube-with-missing-points": (17, ()),
    "observation-bad-dataset": (18, ()),
    "codelist-partial": (19, ("abbrv-cube",)),
    "collection-partial": (19, ("abbrv-cube",)),
    "hierarchy-bad": (20, ("abbrv-cube",)),
    "hierarchy-bad-inverse": (21, ("abbrv-cube",)),
}

pytestmark = pytest.mark.suite


def broken(shared: Path, names: tuple[str, ...], folder: Path) -> set[int]:
    """The constraints that a graph breaks: observation by observation, and the same by columns."""
    store = Store()
    for name in names:
        store.load(path=str(shared / "suites" / "datacube" / f"{name}.ttl"), format=RdfFormat.TURTLE)
    found = sorted((each.constraint, str(each.node)) for each in check_cubes(Graph(store)))
    store.dump(str(folder / "all.nq"), format=RdfFormat.N_QUADS)
    doubts = doubts_in((folder / "all.nq",), memory_limit="256MB", threads=1, spill=folder / "spill")
    by_columns = sorted((each.constraint, str(each.node)) for each in check_cubes(Graph(store), doubts))
    assert by_columns == found
    return {constraint for constraint, _ in found}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_graph_breaks_none(name: str, shared: Path, tmp_path: Path) -> None:
    assert broken(shared, GOOD[name], tmp_path) == set()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_graph_breaks_its_own(name: str, shared: Path, tmp_path: Path) -> None:
    constraint, beside = BAD[name]
    assert constraint in broken(shared, (*beside, name), tmp_path)


def test_every_file_of_the_suite_is_tried(shared: Path) -> None:
    files = {path.stem for path in (shared / "suites" / "datacube").glob("*.ttl")}
    assert files == {name for names in GOOD.values() for name in names} | set(BAD)


CUBE = """\
@prefix qb: <http://purl.org/linked-data/cube#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix e: <https://e.example/> .
e:ds a qb:DataSet ; qb:structure e:dsd .
e:dsd a qb:DataStructureDefinition ; qb:component [ qb:dimension e:a ], [ qb:dimension e:b ], [ qb:measure e:m ] .
e:a a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList e:list .
e:b a qb:DimensionProperty ; rdfs:range e:X . e:m a qb:MeasureProperty .
e:list a skos:ConceptScheme . e:a1 a skos:Concept ; skos:inScheme e:list . e:a2 a skos:Concept ; skos:inScheme e:list .
e:o1 a qb:Observation ; qb:dataSet e:ds ; e:a e:a1 ; e:b "x y"@en ; e:m 1 .
e:o2 a qb:Observation ; qb:dataSet e:ds ; e:a e:a2 ; e:b "x y"@en ; e:m 2 .
"""
MISSING = "<http://purl.org/linked-data/sdmx/2009/code#obsStatus-M>"


@pytest.mark.parametrize(
    ("more", "constraints"),
    [
        ("", []),
        ("e:o3 a qb:Observation ; e:a e:a1 ; e:m 1 .", [1]),
        ("e:o3 qb:dataSet e:ds ; e:a e:a1 ; e:m 1 .", [11]),
        ('e:o3 qb:dataSet e:ds ; e:a e:a1 ; e:b "x y"@en ; e:m 1 .', [12]),
        ('e:o3 qb:dataSet e:ds ; e:a e:a1 ; e:b "z" .', [14]),
        (f'e:o3 qb:dataSet e:ds ; e:a e:a1 ; e:b "z" ; '
         f"<http://purl.org/linked-data/sdmx/2009/attribute#obsStatus> {MISSING} .", []),
        ('e:o3 qb:dataSet e:ds ; e:a e:a3 ; e:b "z" ; e:m 1 .', [19]),
        ('[] qb:dataSet e:ds ; e:a e:a1 ; e:b "x y"@en ; e:m 1 .', [12]),
    ],
)  # fmt: skip
def test_columns_find_what_the_graph_finds(more: str, constraints: list[int], tmp_path: Path) -> None:
    store = Store()
    store.load((CUBE + more).encode(), format=RdfFormat.TURTLE)
    store.dump(str(tmp_path / "all.nq"), format=RdfFormat.N_QUADS)
    doubts = doubts_in((tmp_path / "all.nq",), memory_limit="256MB", threads=1, spill=tmp_path / "spill")
    assert [each.constraint for each in check_cubes(Graph(store))] == constraints
    assert [each.constraint for each in check_cubes(Graph(store), doubts)] == constraints
