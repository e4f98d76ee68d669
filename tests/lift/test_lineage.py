"""From a subject back to its rows and cells, on the files of a real lift."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import CellOrigin, Findings
from lod.lift.lineage import find_cells, find_rows
from lod.lift.run import lift_files
from lod.lineage import Lineage, SourceRow

EX = "https://example.org/"
MAPPING = """
prefixes: {ex: 'https://example.org/'}
mappings:
  staff:
    sources: [['staff.csv~csv']]
    s: ex:staff/$(year)/$(office)
    po:
      - [ex:count, $(count), xsd:integer]
      - [ex:text, "$(year): $(count)"]
      - p: ex:office
        o: {mapping: office, condition: {function: equal, parameters: [[str1, $(office)], [str2, $(code)]]}}
  office:
    sources: [['office.csv~csv']]
    s: ex:office/$(code)
    po: [[rdfs:label, $(name), zh-Hant-TW~lang]]
  ambiguous:
    sources: [['office.csv~csv']]
    s: ex:x$(code)$(name)
    po: [[ex:p, $(code)]]
  page:
    sources: [['office.csv~csv']]
    s: $(page)
    po: [[ex:p, $(code)]]
"""
STAFF = 'year,office,count\n2012,"甲 /1",3\n2012,B,\n2013,B,4\n2013,"C\nC",5\n2013,"C\nC",5\n'
OFFICE = f"code,name,page\n甲 /1,人事處,{EX}a\nB,主計處,{EX}b\nB,主計處,\nab,c,\na,bc,\n"


@pytest.fixture(scope="module")
def lineage(tmp_path_factory: pytest.TempPathFactory) -> Lineage:
    folder = tmp_path_factory.mktemp("lineage")
    for name, text in (("m.yarrrml.yml", MAPPING), ("staff.csv", STAFF), ("office.csv", OFFICE)):
        (folder / name).write_text(text, encoding="utf-8")
    findings = Findings()
    result = lift_files([folder / "m.yarrrml.yml"], folder / "out.nq", findings=findings, lineage=folder / "lineage")
    (folder / "staff.csv").unlink()  # lineage stands on its own
    (folder / "office.csv").unlink()
    return result.lineage


def rows(lineage: Lineage, subject: str) -> list[tuple[str, int, str]]:
    return [(each.source, each.row, each.triples_map) for each in find_rows(lineage, [subject]).get(subject, [])]


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("staff/2012/甲%20%2F1", [("staff.csv", 2, "staff")]),
        ("staff/2012/B", [("staff.csv", 3, "staff")]),
        ("staff/2013/C%0AC", [("staff.csv", 5, "staff"), ("staff.csv", 6, "staff")]),
        ("office/B", [("office.csv", 3, "office"), ("office.csv", 4, "office")]),
        ("xabc", [("office.csv", 5, "ambiguous"), ("office.csv", 6, "ambiguous")]),
        ("b", [("office.csv", 3, "page")]),
        ("staff/2014/B", []),
        ("elsewhere", []),
    ],
)
def test_rows_of_a_subject(lineage: Lineage, subject: str, found: list[tuple[str, int, str]]) -> None:
    assert rows(lineage, EX + subject) == found


def test_rows_of_several_subjects(lineage: Lineage) -> None:
    subjects = [EX + "staff/2012/B", EX + "office/B", EX + "none"]
    found = find_rows(lineage, subjects, limit=1)
    assert found == {
        subjects[0]: [SourceRow(subjects[0], "staff.csv", 3, "staff")],
        subjects[1]: [SourceRow(subjects[1], "office.csv", 3, "office")],
    }


def code_and_name(row: int, code: str, name: str) -> list[tuple[str, int, str, str]]:
    """The cells of one row of the offices."""
    return [("office.csv", row, "code", code), ("office.csv", row, "name", name)]


@pytest.mark.parametrize(
    ("subject", "predicate", "cells"),
    [
        ("staff/2013/B", EX + "count", [("staff.csv", 4, "count", "4")]),
        ("staff/2013/B", EX + "text", [("staff.csv", 4, "year", "2013"), ("staff.csv", 4, "count", "4")]),
        ("staff/2012/B", EX + "count", [("staff.csv", 3, "count", "")]),
        ("staff/2013/C%0AC", EX + "count", [("staff.csv", 5, "count", "5")]),
        ("staff/2013/B", EX + "office", [("staff.csv", 4, "office", "B")]),
        ("office/B", "http://www.w3.org/2000/01/rdf-schema#label", [("office.csv", 3, "name", "主計處")]),
        ("office/B", None, [("office.csv", 3, "code", "B")]),
        ("xabc", None, [*code_and_name(5, "ab", "c"), *code_and_name(6, "a", "bc")]),
        ("b", EX + "p", [("office.csv", 3, "code", "B")]),
        ("office/B", EX + "unknown", []),
        ("none", None, []),
    ],
)
def test_cells_of_a_value(
    lineage: Lineage, subject: str, predicate: str | None, cells: list[tuple[str, int, str, str]]
) -> None:
    found = find_cells(lineage, EX + subject, predicate)
    assert found == [CellOrigin(*cell) for cell in cells]


def test_rows_are_right_in_a_large_table(tmp_path: Path) -> None:
    """Over several row groups of Parquet, written in parallel."""
    count = 400_000
    lines = "".join(f"{n * 7919 % count},{'x' * (n % 40)}\n" for n in range(count))
    (tmp_path / "t.csv").write_text("id,filling\n" + lines)
    (tmp_path / "m.yarrrml.yml").write_text(
        "mappings: {t: {sources: [['t.csv~csv']], s: 'https://example.org/$(id)', po: [[rdfs:label, $(filling)]]}}"
    )
    result = lift_files(
        [tmp_path / "m.yarrrml.yml"], tmp_path / "o.nq", findings=Findings(), threads=4, lineage=tmp_path / "l"
    )
    wanted = [0, 1, 2, 122_879, 122_880, 122_881, 250_000, count - 1]
    found = find_rows(result.lineage, [f"{EX}{n * 7919 % count}" for n in wanted])
    assert [found[f"{EX}{n * 7919 % count}"][0].row for n in wanted] == [n + 2 for n in wanted]
