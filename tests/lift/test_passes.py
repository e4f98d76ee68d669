"""Each pass by itself: what it makes of a plan that was just bound, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.lift.compile import PASSES, bind_plan, improve
from lod.lift.explain import describe, explain
from lod.lift.passes.distinct import find_twins, share_coinciding
from lod.lift.passes.folding import fold_constants
from lod.lift.passes.joins import eliminate_self_joins, look_up_parents
from lod.lift.passes.merging import merge_emissions
from lod.lift.passes.repeats import drop_repeats
from lod.lift.plan import Column, Joined, Plan, Scan
from lod.lift.run import lift_files
from lod.mapping.read import read_mappings

Bind = Callable[[str], Plan]
HEAD = "prefixes: {ex: 'https://example.org/'}\nmappings:\n"
OFFICE = "  office: {sources: [['office.csv~csv']], s: 'ex:office/$(code)', po: [[rdfs:label, $(name)]]}\n"
TABLES = {"office.csv": "code,name,head\nA,人事處,B\nB,主計處,\n", "staff.csv": "code,name\nA,x\nA,y\nC,z\n,w\n"}


def joined(parent: str, child: str = "code", key: str = "code", source: str = "staff.csv") -> str:
    """A triples map that refers to another one."""
    return f"""  staff:
    sources: [['{source}~csv']]
    s: ex:staff/$(name)
    po:
      - [rdfs:label, $(name)]
      - p: ex:office
        o: {{mapping: {parent}, condition: {{function: equal, parameters: [[str1, $({child})], [str2, $({key})]]}}}}
"""


@pytest.fixture
def bound(tmp_path: Path) -> Bind:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def binding(rules: str) -> Plan:
        (tmp_path / "m.yarrrml.yml").write_text(HEAD + rules, encoding="utf-8")
        findings = Findings()
        mapping = read_mappings([tmp_path / "m.yarrrml.yml"], findings)
        plan = bind_plan(mapping, folders=[tmp_path], base_iri="", findings=findings)
        findings.raise_if_errors()
        return plan

    return binding


def lifted(folder: Path) -> list[str]:
    """The lines that the mapping in a folder makes."""
    lift_files([folder / "m.yarrrml.yml"], folder / "out.nq", findings=Findings())
    return sorted((folder / "out.nq").read_text(encoding="utf-8").splitlines())


def test_texts_side_by_side_are_one(bound: Bind) -> None:
    plan = bound(OFFICE)
    [emission] = plan.emissions
    key = replace(emission.key, pieces=("https:", "//e/", "", *emission.key.pieces[1:]))
    [folded] = fold_constants(replace(plan, emissions=(replace(emission, key=key),))).emissions
    assert folded.key.pieces == ("https://e/", *emission.key.pieces[1:])
    assert folded.statements == emission.statements


def test_a_join_whose_object_needs_the_joined_columns_alone_is_a_look_up(bound: Bind, tmp_path: Path) -> None:
    plan = look_up_parents(bound(OFFICE + joined("office")))
    [relation] = [each.relation for each in plan.emissions if isinstance(each.relation, Joined)]
    assert relation.is_lookup
    assert not any(c.side for e in plan.emissions for term in e.terms for c in term.columns)
    assert [line for line in lifted(tmp_path) if "ex" in line and "/office>" in line] == [
        f"<https://example.org/staff/{name}> <https://example.org/office> <https://example.org/office/A> ."
        for name in ("x", "y")
    ]


def test_a_join_whose_object_needs_more_stays_a_join(bound: Bind) -> None:
    plan = bound(OFFICE.replace("$(code)", "$(head)") + joined("office"))
    assert look_up_parents(plan) == plan


def test_rows_that_would_find_themselves_are_not_joined(bound: Bind, tmp_path: Path) -> None:
    plan = look_up_parents(bound(OFFICE.replace("office.csv", "staff.csv") + joined("office")))
    found = eliminate_self_joins(plan)
    assert {type(each.relation) for each in found.emissions} == {Scan}
    assert found.emissions[-1].statements[0].object.requires == {Column(0)}
    assert len([line for line in lifted(tmp_path) if "/office>" in line]) == 3  # the row without a code finds nothing


def test_rows_that_look_up_others_of_their_table_still_do(bound: Bind, tmp_path: Path) -> None:
    plan = look_up_parents(bound(OFFICE + joined("office", child="head", source="office.csv")))
    assert eliminate_self_joins(plan) == plan
    assert [line for line in lifted(tmp_path) if "/office>" in line] == [
        "<https://example.org/staff/人事處> <https://example.org/office> <https://example.org/office/B> ."
    ]


def test_what_a_triples_map_makes_of_the_same_rows_is_made_in_one_go(bound: Bind) -> None:
    plan = bound(OFFICE.replace("office.csv", "staff.csv") + joined("office"))
    alone = eliminate_self_joins(look_up_parents(plan))
    assert [len(each.statements) for each in alone.emissions] == [1, 1, 1]
    assert [len(each.statements) for each in merge_emissions(alone).emissions] == [1, 2]
    assert merge_emissions(plan) == plan


def test_what_is_said_twice_is_said_once(bound: Bind) -> None:
    plan = bound(OFFICE + OFFICE.replace("office:", "again:"))
    assert [each.triples_map for each in drop_repeats(plan).emissions] == ["office"]
    other = bound(OFFICE + OFFICE.replace("office:", "again:").replace("label", "comment"))
    assert drop_repeats(other) == other


def test_only_statements_that_may_coincide_are_compared(bound: Bind) -> None:
    other = OFFICE.replace("office:", "again:").replace("office.csv", "staff.csv")
    shared = share_coinciding(bound(OFFICE + other))
    assert [each.triples_map for each in shared.shared] == ["office", "again"]
    apart = bound(OFFICE + other.replace("ex:office", "ex:person"))
    assert share_coinciding(apart) == apart


def test_objects_that_one_row_may_make_the_same_are_twins(bound: Bind) -> None:
    [emission] = find_twins(bound(OFFICE.replace("]]}", "], [rdfs:label, $(head)]]}"))).emissions
    assert emission.twins == {(0, 1)}


def test_a_parent_with_many_rows_a_key_multiplies_nothing(bound: Bind, tmp_path: Path) -> None:
    bound(OFFICE.replace("$(code)", "$(head)") + joined("office"))
    rows = "".join(f"A,n{n},X\n" for n in range(5_000))
    (tmp_path / "office.csv").write_text("code,name,head\n" + rows, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("code,name\n" + "".join(f"A,{n}\n" for n in range(5_000)), encoding="utf-8")
    found = [line for line in lifted(tmp_path) if "/office>" in line]
    assert len(found) == 5_000
    assert {line.split()[2] for line in found} == {"<https://example.org/office/X>"}


def test_the_passes_are_told_and_the_text_is_stable(bound: Bind) -> None:
    plan = bound(OFFICE + joined("office"))
    text = explain(plan)
    assert text.splitlines()[:2] == [
        "passes " + ", ".join(each.__name__ for each in PASSES),
        "changed by look_up_parents",
    ]
    assert "  scan staff.csv, of which office.csv has a row by code = code" in text.splitlines()
    assert text.endswith(describe(improve(plan)))
    assert explain(bound(OFFICE + joined("office"))) == text


def test_look_ups_that_always_find_are_made_with_the_rest(bound: Bind, tmp_path: Path) -> None:
    bound(OFFICE + joined("office"))
    for rows in ("A,x\nB,y\n,w\n", "A,x\nC,y\n,w\n"):  # every code has an office, one has none
        (tmp_path / "staff.csv").write_text("code,name\n" + rows, encoding="utf-8")
        found = [line.split()[2] for line in lifted(tmp_path) if "/office>" in line]
        assert found == [f"<https://example.org/office/{code}>" for code in ("A", "B") if f"{code}," in rows]
