"""What a release says of how it differs from the one before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lod.release.history.changes import earlier_versions, read_changes
from lod.release.history.difference import compare
from lod.release.publishing.publish import switch
from lod.release.release import Release

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
CODE = f"<https://a.example/id/code/{{0}}> {TYPE} <http://www.w3.org/2004/02/skos/core#Concept> .\n"
LABEL = '<https://a.example/id/code/{0}> <http://www.w3.org/2004/02/skos/core#prefLabel> "{1}" .\n'


@pytest.fixture
def two(make: Callable[..., Release]) -> tuple[Release, Release]:
    """Two releases, one after the other."""
    first = make(CODE.format(1) + LABEL.format(1, "one"))
    switch(first.folder.parent, first.manifest.name, "publish")
    second = make(CODE.format(1) + LABEL.format(1, "eins") + CODE.format(2))
    return first, second


def test_a_release_tells_how_it_differs_from_the_one_before(two: tuple[Release, Release]) -> None:
    first, second = two
    before, changes = read_changes(second.folder)
    assert before == first.manifest.name
    counts = {change.kind: (change.added, change.removed, change.changed) for change in changes}
    assert counts["triples"] == (2, 1, 0)
    assert counts["codes"] == (1, 0, 1)
    compared = compare(first, second).changes
    assert {
        kind: (change.added.count, change.removed.count, change.changed.count) for kind, change in compared.items()
    } == counts
    assert "changes.json" in {entry.path for entry in second.manifest.files}


def test_the_first_release_differs_from_nothing(two: tuple[Release, Release]) -> None:
    assert read_changes(two[0].folder) == ("", ())


def test_the_line_of_predecessors_ends_where_a_folder_is_gone(two: tuple[Release, Release]) -> None:
    first, second = two
    found = earlier_versions(second.folder.parent, second.manifest.previous)
    assert [version.name for version in found] == [first.manifest.name]
    assert earlier_versions(second.folder.parent, "9-00000000") == ()
