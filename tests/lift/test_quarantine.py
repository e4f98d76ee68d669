"""Bad rows set aside: the others are lifted exactly as if they were not there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.lineage import find_rows
from lod.lift.quarantine import Quarantine
from lod.lift.run import lift_files
from lod.project.shares import parse_share

MAPPING = """prefixes: {ex: "https://example.org/"}
mappings:
  staff:
    sources: [[staff.csv~csv]]
    s: ex:staff/$(id)
    po:
      - [a, ex:Staff]
      - [ex:count, $(count), xsd:integer]
      - [ex:name, $(name), $(tag)~lang]
      - p: ex:unit
        o: {mapping: unit, condition: {function: equal, parameters: [[str1, $(unit)], [str2, $(code)]]}}
      - {p: ex:up, o: {function: grel:toUpperCase, parameters: [[valueParam, $(unit)]]}}
  unit:
    sources: [[unit.csv~csv]]
    s: ex:unit/$(code)
    po: [[ex:since, $(since), xsd:gYear]]
"""
GOOD = ["1,林,zh-Hant-TW,3,a", "2,陳,zh-Hant-TW,5,b", "3,王,zh-Hant-TW,,a", "4,Lee,en,7,c"]
BAD = ["5,Ho,en,n/a,a", "6,Su,zh_TW,1,b", "7,Wu,en,1", "8,Yu,en,x,a,EXTRA", "9,Hu,zh_TW,n/a,a", "10,N\0,en,1,a"]
UNITS = "code,since\na,2012\nb,2013\nc,twelve\n"


def table(*rows: str) -> str:
    return "id,name,tag,count,unit\n" + "".join(f"{row}\n" for row in rows)


def mixed() -> str:
    """Good and bad rows, one after the other."""
    rows = [row for pair in zip(GOOD, BAD, strict=False) for row in pair]
    return table(*rows, *BAD[len(GOOD) :])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mapping.yarrrml.yml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "staff.csv").write_text(mixed(), encoding="utf-8")
    (tmp_path / "unit.csv").write_text(UNITS, encoding="utf-8")
    return tmp_path


def lift(
    folder: Path,
    quarantine: Quarantine | None,
    findings: Findings,
    lineage: Path | None = None,
    engine: str = "duckdb",
) -> set[str]:
    out = folder / "out.nq"
    mapping = folder / "mapping.yarrrml.yml"
    lift_files([mapping], out, engine=engine, quarantine=quarantine, findings=findings, lineage=lineage, threads=1)
    return set(out.read_text(encoding="utf-8").splitlines())


def rejects(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_the_others_are_lifted_as_if_the_bad_rows_were_not_there(folder: Path, engine: str) -> None:
    findings = Findings()
    lineage = folder / "lineage"
    made = lift(folder, Quarantine(folder / "rejects.csv"), findings, lineage, engine)
    (folder / "staff.csv").write_text(table(*GOOD), encoding="utf-8")
    (folder / "unit.csv").write_text("code,since\na,2012\nb,2013\n", encoding="utf-8")
    assert made == lift(folder, None, Findings())
    assert findings.errors == []
    told = [str(item.message) for item in findings if item.code == "LOD4044"]
    assert told == ["6 of 10 rows of staff.csv are set aside", "1 of 3 rows of unit.csv is set aside"]
    rows = [rejected["row"] for rejected in rejects(folder / "rejects.csv") if rejected["source"] == "staff.csv"]
    assert [*dict.fromkeys(rows)] == ["3", "5", "7", "9", "10", "11"]


def test_what_stays_knows_its_row(folder: Path) -> None:
    from lod.lineage import Lineage

    lift(folder, Quarantine(folder / "rejects.csv"), Findings(), folder / "lineage")
    asked = [f"https://example.org/staff/{number}" for number in (4, 5, 9)]
    found = find_rows(Lineage(folder / "lineage"), asked)
    assert {subject: [row.row for row in rows] for subject, rows in found.items()} == {asked[0]: [8]}


def test_each_reason_with_its_cell(folder: Path) -> None:
    lift(folder, Quarantine(folder / "rejects.csv", language="zh-Hant-TW"), Findings())
    found = rejects(folder / "rejects.csv")
    assert list(found[0]) == ["reason", "code", "source", "row", "column", "cell"]
    told = [(each["code"], each["source"], each["row"], each["column"], each["cell"]) for each in found]
    assert told == [
        ("LOD4003", "staff.csv", "3", "count", "n/a"),
        ("LOD4006", "staff.csv", "5", "tag", "zh_TW"),
        ("LOD2004", "staff.csv", "7", "", "7,Wu,en,1"),
        ("LOD2004", "staff.csv", "9", "", "8,Yu,en,x,a,EXTRA"),
        ("LOD4003", "staff.csv", "10", "count", "n/a"),
        ("LOD4006", "staff.csv", "10", "tag", "zh_TW"),
        ("LOD2003", "staff.csv", "11", "name", "10,N\N{SYMBOL FOR NULL},en,1,a"),
        ("LOD4003", "unit.csv", "4", "since", "twelve"),
    ]
    assert all(each["reason"] for each in found)


def test_more_than_allowed(folder: Path) -> None:
    findings = Findings()
    with pytest.raises(FindingsError):
        lift(folder, Quarantine(folder / "rejects.csv", most=0.5), findings)
    (error,) = findings.errors
    assert (error.code, error.message) == (
        "LOD4045",
        "6 of 10 rows of staff.csv are bad: more than the 50 % allowed",
    )
    assert not (folder / "out.nq").exists()
    assert len(rejects(folder / "rejects.csv")) == 8


def test_nothing_to_reject(folder: Path) -> None:
    (folder / "staff.csv").write_text(table(*GOOD), encoding="utf-8")
    (folder / "unit.csv").write_text("code,since\na,2012\nb,2013\nc,\n", encoding="utf-8")
    findings = Findings()
    lift(folder, Quarantine(folder / "rejects.csv", most=0), findings)
    assert list(findings) == []
    assert rejects(folder / "rejects.csv") == []


def test_a_row_that_is_bad_for_one_file_is_good_for_none(folder: Path) -> None:
    mapping = MAPPING.replace(
        "    po: [[ex:since, $(since), xsd:gYear]]",
        "    po: [{p: ex:since, o: {value: $(since), datatype: xsd:gYear, targets: ['since.nt~void', ntriples]}},"
        " [a, ex:Unit]]",
    )
    (folder / "mapping.yarrrml.yml").write_text(mapping, encoding="utf-8")
    out = folder / "out.nq"
    aside = Quarantine(folder / "rejects.csv")
    lift_files([folder / "mapping.yarrrml.yml"], out, quarantine=aside, findings=Findings(), targets=folder)
    assert "unit/c" not in out.read_text(encoding="utf-8")
    assert "unit/a" in (folder / "since.nt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "share"), [("1%", 0.01), ("0.5 %", 0.005), ("0.01", 0.01), ("100%", 1), ("2", None), ("x", None)]
)
def test_shares(text: str, share: float | None) -> None:
    assert parse_share(text) == share
