"""Several tables, one kind of subject: the output is a set, however much they share and however it is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.lift.engines import shared
from lod.lift.run import lift_files

Rows = Sequence[tuple[str, ...]]
EX = "https://example.org/"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
MAPPING = """
prefixes: {ex: 'https://example.org/'}
mappings:
  staff:
    sources: [['2012.csv~csv'], ['2013.csv~csv']]
    s: ex:$(year)/$(office)
    po: [[rdfs:label, $(label)], [rdfs:label, $(other)]]
"""


def lifted(folder: Path, one: Rows, two: Rows) -> tuple[list[str], dict[str, int]]:
    """Lines, and their counts by triples map."""
    for name, rows in (("2012.csv", one), ("2013.csv", two)):
        lines = [",".join(row) for row in [("year", "office", "label", "other"), *rows]]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "m.yarrrml.yml").write_text(MAPPING)
    result = lift_files([folder / "m.yarrrml.yml"], folder / "out.nq", findings=Findings())
    return (folder / "out.nq").read_text(encoding="utf-8").splitlines(), dict(result.by_triples_map)


def lines(rows: Rows) -> list[str]:
    """What the rows become, by hand."""
    return sorted({f'<{EX}{y}/{o}> {LABEL} "{label}" .' for y, o, *labels in rows for label in labels if label})


@pytest.mark.parametrize(
    ("two", "counts"),
    [
        ([("2013", "A", "a", "a"), ("2013", "B", "b", "c")], {"staff-1": 3, "staff-2": 3}),  # subjects are apart
        ([("2013", "A", "a", ""), ("2012", "A", "a", "d")], {"staff-1": 3, "staff-2": 2}),  # one is shared
        ([("2012", "A", "a", "a"), ("2012", "A", "a", "a")], {"staff-1": 3, "staff-2": 0}),  # all are
    ],
)
def test_tables_that_share_subjects(tmp_path: Path, two: Rows, counts: dict[str, int]) -> None:
    one = [("2012", "A", "a", "b"), ("2012", "B", "b", "b")]
    found, by_triples_map = lifted(tmp_path, one, two)
    assert sorted(found) == lines([*one, *two])
    assert by_triples_map == counts


def test_very_many_lines_are_made_distinct_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_LINES_AT_ONCE", 100)
    one = [("2012", str(n), str(n % 7), str(n % 5)) for n in range(600)]
    two = [("2012", str(n), str(n % 3), str(n % 5)) for n in range(300, 900)]
    found, counts = lifted(tmp_path, one, two)
    assert sorted(found) == lines([*one, *two])
    assert sum(counts.values()) == len(found)
