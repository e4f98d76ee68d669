"""The preview shows what the lift makes, of the first rows, with the rule that made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.compile import compile_plan
from lod.lift.preview import preview
from lod.lift.run import lift_files
from lod.mapping.read import read_mappings

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
WITH_STATEMENTS = sorted(path.parent.name for path in GOLDENS.glob("*/expected.nq"))


@pytest.mark.parametrize("case", WITH_STATEMENTS)
def test_the_preview_of_all_rows_is_the_lift(case: str, tmp_path: Path) -> None:
    findings = Findings()
    mapping = read_mappings([GOLDENS / case / "mapping.yarrrml.yml"], findings)
    plan = compile_plan(mapping, folders=[GOLDENS / case], base_iri="", findings=findings)
    shown = preview(plan, 100)
    lines = {f"{statement.line}\n" for row in shown.rows for statement in row.statements}
    expected = (GOLDENS / case / "expected.nq").read_text(encoding="utf-8").splitlines(keepends=True)
    if shown.joins:
        joined = {line for line in expected if line not in lines}
        assert joined
        assert lines == set(expected) - joined
    else:
        assert lines == set(expected)


def test_a_statement_names_its_row_and_its_rule() -> None:
    findings = Findings()
    folder = GOLDENS / "empty_cells"
    mapping = read_mappings([folder / "mapping.yarrrml.yml"], findings)
    plan = compile_plan(mapping, folders=[folder], base_iri="", findings=findings)
    first, second = preview(plan, 2).rows
    assert (first.table, first.row, second.row) == ("staff.csv", 2, 3)
    assert first.cells == (("year", "2012"), ("sex", "M"), ("count", "3"), ("mean_age", "41.50"))
    assert [(each.triples_map, each.origin.line) for each in first.statements] == [("staff", 11), ("staff", 12)]
    assert second.statements == ()


def test_a_broken_table_is_previewed_up_to_its_break(tmp_path: Path) -> None:
    folder = GOLDENS / "mistake_open_quote"
    mapping = read_mappings([folder / "mapping.yarrrml.yml"], findings := Findings())
    shown = preview(compile_plan(mapping, folders=[folder], base_iri="", findings=findings), 10)
    assert [row.row for row in shown.rows] == [2]
    with pytest.raises(FindingsError):
        lift_files([folder / "mapping.yarrrml.yml"], tmp_path / "out.nq", findings=Findings())


def test_what_a_lift_refuses_is_marked(tmp_path: Path) -> None:
    """In the preview where the lift tells it, and nowhere else."""
    (tmp_path / "t.csv").write_text(
        "id,n,day,at,page,tag\n1,n/a,2023-02-29,200,http://a b,x y\n2,-3,2024-02-29,-128,http://x.example/,zh-Hant\n",
        encoding="utf-8",
    )
    rules = "[ex:n, $(n), xsd:negativeInteger], [ex:d, $(day), xsd:date], [ex:b, $(at), xsd:byte], [ex:p, $(page)~iri]"
    path = tmp_path / "m.yarrrml.yml"
    path.write_text(
        "prefixes: {ex: 'http://ex.example/'}\nmappings:\n  m:\n    sources: [['t.csv~csv']]\n    s: ex:$(id)\n"
        f"    po: [{rules}, [ex:t, $(id), $(tag)~lang]]\n",
        encoding="utf-8",
    )
    plan = compile_plan(
        read_mappings([path], findings := Findings()), folders=[tmp_path], base_iri="", findings=findings
    )
    wrong, right = preview(plan, 2).rows
    assert [each.refused for each in wrong.statements] == [
        "no xsd:negativeInteger",
        "no xsd:date",
        "no xsd:byte",
        "no legal IRI",
        "no language tag",
    ]
    assert not any(each.refused for each in right.statements)
    with pytest.raises(FindingsError) as caught:
        lift_files([path], tmp_path / "out.nq", findings=Findings())
    told = [each for each in caught.value.diagnostics if each.code in ("LOD4003", "LOD4004", "LOD4006")]
    assert len(told) == 5
