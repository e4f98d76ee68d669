"""The integrity constraints of RDF Data Cube on graphs of others: each bad one breaks its own, good ones none."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from lod.validation.cube_observations import check_cubes
from lod.validation.cube_structure import Graph

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


def broken(shared: Path, names: tuple[str, ...]) -> set[int]:
    store = Store()
    for name in names:
        store.load(path=str(shared / "suites" / "datacube" / f"{name}.ttl"), format=RdfFormat.TURTLE)
    return {each.constraint for each in check_cubes(Graph(store))}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_graph_breaks_none(name: str, shared: Path) -> None:
    assert broken(shared, GOOD[name]) == set()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_graph_breaks_its_own(name: str, shared: Path) -> None:
    constraint, beside = BAD[name]
    assert constraint in broken(shared, (*beside, name))


def test_every_file_of_the_suite_is_tried(shared: Path) -> None:
    files = {path.stem for path in (shared / "suites" / "datacube").glob("*.ttl")}
    assert files == {name for names in GOOD.values() for name in names} | set(BAD)
