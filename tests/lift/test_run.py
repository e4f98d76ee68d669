"""Running a plan: what is left behind, and what is not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard

from lod.diagnostics import Findings, FindingsError
from lod.events import Event, StageAdvanced, StageFinished, StageStarted
from lod.lift.compile import compile_plan
from lod.lift.engines.session import LiftError
from lod.lift.lineage import find_rows
from lod.lift.run import lift, lift_files
from lod.mapping.read import read_mappings

MAPPING = """
mappings:
  office:
    sources: [['office.csv~csv']]
    s: id/office/$(code)
    po:
      - [rdfs:label, $(name), zh-Hant-TW~lang]
      - [skos:notation, $(code)]
"""


def write(folder: Path, table: str, mapping: str = MAPPING) -> Path:
    (folder / "office.csv").write_text(table, encoding="utf-8")
    (folder / "office.yarrrml.yml").write_text(mapping, encoding="utf-8")
    return folder / "office.yarrrml.yml"


def test_lift_leaves_parts_and_lineage(tmp_path: Path) -> None:
    mapping = write(tmp_path, "code,name\nA,人事處\nB,\n")
    findings, events = Findings(), list[Event]()
    plan = compile_plan(
        read_mappings([mapping], findings), folders=[tmp_path], base_iri="https://example.org/", findings=findings
    )
    assert [(table.name, table.path.name) for table in plan.tables] == [("office.csv", "office.csv")]
    result = lift(plan, tmp_path / "out", findings=findings, report=events.append)
    assert [part.name for part in result.parts] == ["part-0001.nq"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["lineage", "part-0001.nq"]
    assert result.statements == len(result.parts[0].read_text(encoding="utf-8").splitlines()) == 3
    [row] = find_rows(result.lineage, ["https://example.org/id/office/B"])["https://example.org/id/office/B"]
    assert row.row == 3
    assert [type(event) for event in events] == [StageStarted, StageAdvanced, StageAdvanced, StageFinished]


def test_lift_twice_into_one_folder(tmp_path: Path) -> None:
    mapping = write(tmp_path, "code,name\nA,人事處\n")
    for _ in range(2):
        findings = Findings()
        plan = compile_plan(
            read_mappings([mapping], findings), folders=[tmp_path], base_iri="https://example.org/", findings=findings
        )
        result = lift(plan, tmp_path / "out", findings=findings)
    assert result.statements == 2


@pytest.mark.parametrize("table", ["code,name\n", "code,name\nA\n", "code,name\n,x\n", "code,nom\nA,x\n"])
def test_nothing_is_left_of_a_lift_that_failed(tmp_path: Path, table: str) -> None:
    mapping = write(tmp_path, table)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(FindingsError):
        lift_files([mapping], tmp_path / "out.nq", base_iri="https://example.org/", findings=Findings())
    assert sorted(tmp_path.iterdir()) == before


def test_an_older_output_survives_a_lift_that_failed(tmp_path: Path) -> None:
    mapping = write(tmp_path, "code,name\nA\n")
    (tmp_path / "out.nq").write_text("old")
    with pytest.raises(FindingsError):
        lift_files([mapping], tmp_path / "out.nq", base_iri="https://example.org/", findings=Findings())
    assert (tmp_path / "out.nq").read_text() == "old"


def test_all_tables_are_checked_in_one_pass(tmp_path: Path) -> None:
    other = MAPPING.replace("office", "other").replace("id/other", "id/x")
    mapping = write(tmp_path, "code,name\nA\n", MAPPING + other.partition("mappings:\n")[2])
    (tmp_path / "other.csv").write_text("code,name\nA,x,y\n")
    with pytest.raises(FindingsError) as raised:
        lift_files([mapping], tmp_path / "out.nq", base_iri="https://example.org/", findings=Findings())
    assert [str(each.origin) for each in raised.value.diagnostics] == ["office.csv, row 2", "other.csv, row 2"]


def test_too_little_memory_is_told(tmp_path: Path) -> None:
    rows = "".join(f"{n},{'名' * 300}{n}\n" for n in range(20_000))
    mapping = write(tmp_path, f"code,name\n{rows}")
    with pytest.raises(LiftError) as raised:
        lift_files(
            [mapping], tmp_path / "out.nq", base_iri="https://example.org/", memory_limit="1MB", findings=Findings()
        )
    assert (raised.value.code, raised.value.exit_code) == ("LOD4008", 1)
    assert "1MB" in raised.value.hint
    assert not (tmp_path / "out.nq").exists()


def test_tables_are_looked_up_in_their_folder_first(tmp_path: Path) -> None:
    mapping = write(tmp_path, "code,name\nA,beside\n")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "office.csv").write_text("code,name\nA,first\n")
    lift_files(
        [mapping], tmp_path / "out.nq", tables=tmp_path / "tables", base_iri="https://example.org/", findings=Findings()
    )
    assert '"first"@zh-Hant-TW' in (tmp_path / "out.nq").read_text()


@pytest.mark.parametrize("ending", [".zst", ".gz"])
def test_packed_output(ending: str, engine: str, tmp_path: Path) -> None:
    mapping = write(tmp_path, "code,name\nA,人事處\nB,\n")
    opened = zstandard.open if ending == ".zst" else gzip.open
    out = tmp_path / f"out.nq{ending}"
    lift_files([mapping], out, engine=engine, base_iri="https://example.org/", findings=Findings())
    with opened(out, "rt", encoding="utf-8") as file:
        packed = sorted(file)
    lift_files([mapping], tmp_path / "out.nq", base_iri="https://example.org/", findings=Findings())
    assert packed == sorted((tmp_path / "out.nq").read_text(encoding="utf-8").splitlines(keepends=True))


def test_a_path_from_the_root_of_another_machine(tmp_path: Path) -> None:
    """It is read below the tables or beside the mapping, and that is said."""
    (tmp_path / "no-such-root").mkdir()
    (tmp_path / "no-such-root" / "p.csv").write_text("id\n1\n", encoding="utf-8")
    (tmp_path / "m.yarrrml.yml").write_text(
        "mappings: {m: {sources: [['/no-such-root/p.csv~csv']], s: 'http://e.org/$(id)', po: [[a, skos:Concept]]}}\n"
    )
    findings = Findings()
    assert lift_files([tmp_path / "m.yarrrml.yml"], tmp_path / "out.nq", findings=findings).statements == 1
    assert [(each.code, each.severity) for each in findings] == [("LOD3062", "warning")]
