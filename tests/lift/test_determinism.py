"""Two runs make the same set of lines, byte by byte, whatever the threads do."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.lift.run import lift_files

MAPPING = """
prefixes: {ex: 'https://example.org/'}
mappings:
  staff:
    sources: [['one.csv~csv'], ['two.csv~csv']]
    s: ex:staff/$(year)/$(office)/$(n)
    po:
      - [ex:office, 'ex:office/$(office)~iri']
      - [ex:label, $(label), en~lang]
      - p: ex:head
        o: {mapping: office, condition: {function: equal, parameters: [[str1, $(office)], [str2, $(office)]]}}
  office:
    sources: [['one.csv~csv']]
    s: ex:office/$(office)
    po: [[ex:label, $(label)], [a, ex:Office]]
  note:
    sources: [['two.csv~csv']]
    po: [[ex:note, $(label)]]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of several row groups, whose rows are in part the same."""
    found = tmp_path_factory.mktemp("tables")
    for name, first in (("one", 0), ("two", 20_000)):
        rows = (f"{2000 + n % 20},A{n % 97},{n},l{n % 31}\n" for n in range(first, first + 70_000))
        (found / f"{name}.csv").write_text("year,office,n,label\n" + "".join(rows), encoding="utf-8")
    (found / "m.yarrrml.yml").write_text(MAPPING)
    return found


def test_two_runs_make_the_same_lines(folder: Path, tmp_path: Path) -> None:
    runs = []
    for number, threads in enumerate((1, 2, 4)):
        out = tmp_path / f"{number}.nq"
        lift_files([folder / "m.yarrrml.yml"], out, findings=Findings(), threads=threads)
        lines = out.read_bytes().splitlines(keepends=True)
        assert len(set(lines)) == len(lines)
        runs.append(b"".join(sorted(lines)))
    assert runs[0] == runs[1] == runs[2]
    assert runs[0].count(b"_:") == 70_000
