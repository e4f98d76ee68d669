"""Several tables, one kind of subject: the output is a set, however much they share and however it is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.lift.engines import repeated, shared, survey
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


def test_few_rows_that_share_their_subjects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "MANY", 1)
    one = [("2012", str(n), str(n % 7), str(n % 5) if n % 3 else "") for n in range(100)]
    one += [one[5], ("2012", "7", "0", "9"), ("2012", "8", "new", ""), ("2012", "8", "new", "newer")]
    two = [("2013", str(n), str(n % 3), "") for n in range(50)]
    found, counts = lifted(tmp_path, one, two)
    assert sorted(found) == lines([*one, *two])
    assert sum(counts.values()) == len(found)


REPEATED = """
prefixes: {ex: 'https://example.org/'}
mappings:
  staff:
    sources: [['staff.csv~csv']]
    s: ex:$(office)
    po: [[a, ex:Office], [rdfs:label, $(label)], [ex:pay, $(pay)], [ex:head, $(head)], [ex:day, $(day)]]
"""


def test_rows_that_share_their_subjects_and_differ_in_some_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    """No two rows are alike: all days differ, nearly all pays, which some lack, half of the labels, few heads."""
    monkeypatch.setattr(repeated, "MANY", 1)
    monkeypatch.setattr(repeated, "_PART", 2)
    rows = [(f"{n % 99}", f"l {n % 150}", str(n) if n % 11 else "", f"h {n % 2}", str(1000 + n)) for n in range(300)]
    rows += [("5", "l 5", "104", "h 1", "7"), ("6", "l 6", "105", "h 0", "8")]
    text = "\n".join(",".join(row) for row in [("office", "label", "pay", "head", "day"), *rows])
    (tmp_path / "staff.csv").write_text(text + "\n", encoding="utf-8")
    (tmp_path / "m.yarrrml.yml").write_text(REPEATED)
    result = lift_files([tmp_path / "m.yarrrml.yml"], tmp_path / "out.nq", engine=engine, findings=Findings())
    properties = [LABEL, *(f"<{EX}{name}>" for name in ("pay", "head", "day"))]
    said = {f'<{EX}{o}> {p} "{v}" .' for o, *values in rows for p, v in zip(properties, values, strict=True) if v}
    said |= {f"<{EX}{o}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{EX}Office> ." for o, *_ in rows}
    found = (tmp_path / "out.nq").read_text(encoding="utf-8").splitlines()
    assert sorted(found) == sorted(said)
    assert result.statements == len(found)


WIDE = """
prefixes: {ex: 'https://example.org/'}
mappings:
  one:
    sources: [['2012.csv~csv']]
    s: ex:$(year)/$(office)
    po: [[rdfs:label, $(label)], [ex:other, $(other)], [ex:link, 'ex:$(label)~iri'], [a, ex:Office]]
  two:
    sources: [['2013.csv~csv']]
    s: ex:$(year)/$(office)
    po: [[rdfs:label, $(label)], [ex:other, 'x$(other)'], [ex:link, 'ex:$(label)~iri'], [a, ex:Office]]
"""


@pytest.mark.parametrize("mark", ["", "x"])
def test_rules_that_agree_wholly_or_in_part(tmp_path: Path, mark: str) -> None:
    """Rows that both tables have are one; what one rule says otherwise than the other is said beside it."""
    one = [("2012", str(n), f"l {n % 7}", str(n % 5) if n % 3 else "") for n in range(60)]
    two = [*one[:30], *(("2012", str(n), f"l {n % 3}", str(n % 5)) for n in range(30, 90))]
    for name, rows in (("2012.csv", one), ("2013.csv", two)):
        text = "\n".join(",".join(row) for row in [("year", "office", "label", "other"), *rows])
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    (tmp_path / "m.yarrrml.yml").write_text(WIDE.replace("x$(other)", mark + "$(other)"))
    result = lift_files([tmp_path / "m.yarrrml.yml"], tmp_path / "out.nq", findings=Findings())
    made: dict[str, set[str]] = {"one": set(), "two": set()}
    for name, rows, prefix in (("one", one, ""), ("two", two, mark)):
        for year, office, label, other in rows:
            subject = f"<{EX}{year}/{office}>"
            made[name].add(f'{subject} {LABEL} "{label}" .')
            made[name].add(f"{subject} <{EX}link> <{EX}{label.replace(' ', '%20')}> .")
            made[name].add(f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{EX}Office> .")
            if other:
                made[name].add(f'{subject} <{EX}other> "{prefix}{other}" .')
    assert sorted((tmp_path / "out.nq").read_text().splitlines()) == sorted(made["one"] | made["two"])
    assert dict(result.by_triples_map) == {"one": len(made["one"]), "two": len(made["two"] - made["one"])}


def test_a_table_that_says_rows_twice_says_them_once(tmp_path: Path) -> None:
    rows = [("2012", str(n % 50), f"l{n % 50}", f"o{n % 50}") for n in range(200)]
    found, counts = lifted(tmp_path, rows, [("2013", "A", "a", "a")])
    assert sorted(found) == lines([*rows, ("2013", "A", "a", "a")])
    assert counts == {"staff-1": 100, "staff-2": 1}
