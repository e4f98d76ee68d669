"""Many statements back to their cells and rules at once, on the files of a real lift."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.lift.tracing import Question, answers
from lod.lineage import Lineage

EX = "https://example.org/"
CODE = f"{EX}code/"
MAPPING = """\
prefixes: {ex: 'https://example.org/'}
mappings:
  staff:
    sources: [['staff.csv~csv']]
    s: ex:staff/$(id)
    po:
      - [ex:sex, 'ex:code/$(sex)~iri']
      - [ex:county, 'ex:code/$(county)~iri']
      - [ex:county, 'ex:code/$(moved)~iri']
      - [ex:text, '$(id): $(sex)']
      - [ex:kind, ex:Staff~iri]
  all:
    sources: [['staff.csv~csv']]
    s: ex:all
    po:
      - [ex:has, $(county)]
"""
STAFF = "id,sex,county,moved\n1,M,63000,\n2,X,64000,65000\n3,,63000,\n3,F F,63000,\n"


@pytest.fixture(scope="module")
def lineage(tmp_path_factory: pytest.TempPathFactory) -> Lineage:
    folder = tmp_path_factory.mktemp("tracing")
    (folder / "m.yarrrml.yml").write_text(MAPPING, encoding="utf-8")
    (folder / "staff.csv").write_text(STAFF, encoding="utf-8")
    mapping = [folder / "m.yarrrml.yml"]
    return lift_files(mapping, folder / "out.nq", findings=Findings(), lineage=folder / "lineage").lineage


ASKED = [  # a subject, a predicate, a value; the cells, and the line of the rule
    (("staff/2", "sex", f"{CODE}X"), [(3, "sex", "X")], 7),
    (("staff/2", "county", f"{CODE}65000"), [(3, "moved", "65000")], 9),
    (("staff/2", "county", f"{CODE}64000"), [(3, "county", "64000")], 8),
    (("staff/2", "county", None), [(3, "county", "64000"), (3, "moved", "65000")], 8),
    (("staff/3", "sex", None), [(5, "sex", "F F")], 7),
    (("staff/3", "sex", f"{CODE}F%20F"), [(5, "sex", "F F")], 7),
    (("staff/1", "county", f"{CODE}elsewhere"), [(2, "county", "63000")], 8),
    (("staff/1", "kind", f"{EX}Staff"), [(2, "id", "1")], 11),
    (("staff/1", "unknown", None), [(2, "id", "1")], 3),
    (("staff/1", None, None), [(2, "id", "1")], 3),
    (("staff/1", None, f"{CODE}M"), [(2, "sex", "M")], 7),
    (("all", "has", None), [(2, "county", "63000"), (3, "county", "64000")], 16),
    (("none", "sex", None), [], None),
]


def test_cells_and_rules(lineage: Lineage) -> None:
    questions = [Question(EX + s, EX + p if p else None, value) for (s, p, value), _, _ in ASKED]
    found = list(answers(lineage, questions))
    for answer, (asked, cells, line) in zip(found, ASKED, strict=True):
        assert [(cell.row, cell.column, cell.text) for cell in answer.cells] == cells, asked
        assert (answer.rule.line if answer.rule else None) == line, asked
    assert {Path(answer.rule.path).name for answer in found if answer.rule} == {"m.yarrrml.yml"}


def test_literals(lineage: Lineage) -> None:
    questions = [
        Question(f"{EX}staff/2", f"{EX}text", "2: X", is_literal=True),
        Question(f"{EX}all", None, "64000", is_literal=True),
        Question(f"{EX}all", f"{EX}has", "64000", is_literal=True),
    ]
    first, second, third = answers(lineage, questions)
    assert [(cell.column, cell.text) for cell in first.cells] == [("id", "2"), ("sex", "X")]
    assert [(cell.row, cell.text) for cell in second.cells] == [(3, "64000")]
    assert third == second


def test_empty_cells_are_why_there_is_no_value(tmp_path: Path) -> None:
    (tmp_path / "m.yarrrml.yml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("id,sex,county,moved\n1,,1,\n", encoding="utf-8")
    lifted = lift_files([tmp_path / "m.yarrrml.yml"], tmp_path / "o.nq", findings=Findings(), lineage=tmp_path / "l")
    [answer] = answers(lifted.lineage, [Question(f"{EX}staff/1", f"{EX}sex")])
    assert [(cell.row, cell.column, cell.text) for cell in answer.cells] == [(2, "sex", "")]
    assert answer.rule is not None
    assert answer.rule.line == 7


def test_more_than_one_batch(lineage: Lineage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lod.lift.tracing._BATCH", 2)
    test_cells_and_rules(lineage)
