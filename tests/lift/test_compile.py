"""From the IR to a plan: what is bound, what is warned of, what the passes find out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.lift.compile import compile_plan
from lod.lift.explain import describe
from lod.lift.plan import Plan
from lod.mapping.read import read_mappings

Compile = Callable[..., tuple[Plan, Findings]]
HEAD = "prefixes: {ex: 'https://example.org/'}\nmappings:\n"
OFFICE = """
  office:
    sources: [['office.csv~csv']]
    s: ex:office/$(code)
    po: [[rdfs:label, $(name), zh-Hant-TW~lang], [a, org:FormalOrganization]]
"""
STAFF = """
  staff:
    sources: [['staff.csv~csv']]
    s: ex:staff/$(year)/$(code)
    po: [[a, ex:Staff], [ex:count, $(count), xsd:integer], [ex:count, $(total), xsd:integer]]
"""


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    (tmp_path / "office.csv").write_text("code,name,kind\nA,人事處,x\n", encoding="utf-8")
    (tmp_path / "staff.csv").write_text("year,code,name,count,total\n2012,A,人事處,1,2\n", encoding="utf-8")

    def compiling(rules: str, base: str = "") -> tuple[Plan, Findings]:
        (tmp_path / "m.yarrrml.yml").write_text(HEAD + rules, encoding="utf-8")
        findings = Findings()
        mapping = read_mappings([tmp_path / "m.yarrrml.yml"], findings)
        return compile_plan(mapping, folders=[tmp_path], base_iri=base, findings=findings), findings

    return compiling


def test_a_plan_can_be_read(compiled: Compile) -> None:
    plan, findings = compiled(OFFICE)
    assert findings.errors == []
    assert describe(plan).splitlines() == [
        "table office.csv, read once",
        "  columns code, name",
        "office: 2 statements a row",
        "  scan office.csv",
        "  key <https://example.org/office/$(code)>",
        "  distinct rows, unless the key is unique over them",
        '  1. <http://www.w3.org/2000/01/rdf-schema#label> "$(name)"@zh-Hant-TW',
        "  2. <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/org#FormalOrganization>",
    ]


def test_columns_that_no_rule_uses_are_told(compiled: Compile) -> None:
    _, findings = compiled(OFFICE)
    [warning] = findings
    assert (warning.code, warning.message) == ("LOD4002", "no rule uses column 'kind' of office.csv")


def test_a_table_is_opened_once(compiled: Compile) -> None:
    plan, _ = compiled(OFFICE + OFFICE.replace("office:", "again:").replace("ex:office", "ex:other"))
    assert [table.name for table in plan.tables] == ["office.csv"]
    assert plan.tables[0] is plan.subjects[1].table


def test_every_wrong_reference_is_told(compiled: Compile) -> None:
    rules = OFFICE.replace("$(code)", "$(cod)").replace("$(name)", "$(nmae)") + STAFF.replace("$(total)", "$(Total)")
    plan, findings = compiled(rules)
    assert [(each.code, each.hint) for each in findings.errors] == [
        ("LOD4001", "did you mean 'code'?"),
        ("LOD4001", "did you mean 'name'?"),
        ("LOD4001", "did you mean 'total'?"),
    ]
    assert plan.emissions == ()


def test_a_statement_said_twice_is_made_once(compiled: Compile) -> None:
    plan, _ = compiled(OFFICE + OFFICE.replace("office:", "again:"))
    assert [(each.triples_map, len(each.statements)) for each in plan.emissions] == [("office", 2)]
    assert [each.triples_map for each in plan.subjects] == ["office", "again"]


def test_statements_of_different_tables_that_may_coincide_are_shared(compiled: Compile) -> None:
    other = """
  other:
    sources: [['staff.csv~csv']]
    s: ex:office/$(code)
    po: [[rdfs:label, $(name), zh-Hant-TW~lang], [ex:year, $(year)]]
"""
    plan, _ = compiled(OFFICE + other)
    assert [(each.triples_map, len(each.statements)) for each in plan.shared] == [("office", 1), ("other", 1)]
    assert [(each.triples_map, len(each.statements)) for each in plan.emissions] == [("office", 1), ("other", 1)]
    assert "distinct over all of these" in describe(plan)


def test_objects_that_may_coincide_in_a_row_are_twins(compiled: Compile) -> None:
    plan, _ = compiled(STAFF)
    [emission] = plan.emissions
    assert emission.twins == {(1, 2)}
    assert plan.shared == ()


def test_relative_iris_stand_behind_the_base(compiled: Compile) -> None:
    rules = OFFICE.replace("ex:office/$(code)", "office/$(code)")
    plan, findings = compiled(rules, base="https://example.net/")
    assert findings.errors == []
    assert "<https://example.net/office/$(code)>" in describe(plan)
    _, findings = compiled(rules)
    assert [each.code for each in findings.errors] == ["LOD4010"]


def test_xsd_string_is_no_datatype(compiled: Compile) -> None:
    plan, _ = compiled(OFFICE.replace("zh-Hant-TW~lang", "xsd:string"))
    assert '"$(name)"\n' in describe(plan)
