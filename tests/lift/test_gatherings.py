"""Gather maps from document to lists and containers."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from lod.diagnostics import CellOrigin, Findings, FindingsError
from lod.lift.compile import compile_plan
from lod.lift.lineage import find_rows
from lod.lift.preview import preview
from lod.lift.run import lift_files
from lod.mapping.read import read_mappings
from lod.rdf.namespaces import RDF

PREFIXES = """@prefix rml: <http://w3id.org/rml/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .
"""
OFFICES = """[
  {"id": "a", "phones": ["1", "2"], "rooms": ["x", "y"], "floor": "I"},
  {"id": "b", "phones": ["3"], "rooms": [], "floor": "I"},
  {"id": "c", "phones": [], "rooms": [], "floor": "II"},
  {"id": "a", "phones": ["4"], "rooms": ["z"], "floor": "II"}
]"""
SOURCE = """rml:logicalSource [ rml:source [ a rml:FilePath ; rml:path "offices.json" ] ;
    rml:referenceFormulation rml:JSONPath ; rml:iterator "$[*]" ]"""
SUBJECT = 'rml:subjectMap [ rml:template "http://example.org/{$.id}" ]'
PHONES, ROOMS = '[ rml:reference "$.phones[*]" ]', '[ rml:reference "$.rooms[*]" ]'


def lift(text: str, folder: Path, **files: str) -> tuple[ox.Dataset, list[str]]:
    """The statements, blank nodes made canonical, and the codes of the errors."""
    (folder / "map.rml.ttl").write_text(PREFIXES + text, encoding="utf-8")
    for name, content in {"offices_json": OFFICES, **files}.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    findings, out = Findings(), folder / "out.nq"
    try:
        lift_files([folder / "map.rml.ttl"], out, findings=findings, lineage=folder / "lineage")
    except FindingsError:
        return ox.Dataset(), [each.code for each in findings.errors]
    return _canonical(out.read_text(encoding="utf-8"), ox.RdfFormat.N_QUADS), []


def expected(text: str) -> tuple[ox.Dataset, list[str]]:
    """The same for a document in TriG, where nothing is wrong."""
    return _canonical(PREFIXES + text, ox.RdfFormat.TRIG), []


def _canonical(text: str, syntax: ox.RdfFormat) -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(text, format=syntax))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def with_object(gather: str, more: str = "") -> str:
    """A triples map that says `ex:p` of a gather map."""
    said = f"rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ {gather} ] {more} ]"
    return f"ex:M {SOURCE} ; {SUBJECT} ; {said} ."


def test_each_row_gathers_a_list_of_its_own_and_none_of_nothing(tmp_path: Path) -> None:
    found = lift(with_object(f"rml:gather ( {PHONES} ) ; rml:gatherAs rdf:List"), tmp_path)
    assert found == expected('ex:a ex:p ("1" "2"), ("4") . ex:b ex:p ("3") .')


@pytest.mark.parametrize("kind", ["Bag", "Seq", "Alt"])
def test_containers_number_their_members(kind: str, tmp_path: Path) -> None:
    found = lift(with_object(f"rml:gather ( {ROOMS} ) ; rml:gatherAs rdf:{kind}"), tmp_path)
    assert found == expected(
        f'ex:a ex:p [ a rdf:{kind} ; rdf:_1 "x" ; rdf:_2 "y" ], [ a rdf:{kind} ; rdf:_1 "z" ] .'
    )  # fmt: skip


def test_rows_add_to_what_has_one_name(tmp_path: Path) -> None:
    named = 'rml:template "http://example.org/list/{$.id}"'
    found = lift(with_object(f"{named} ; rml:gather ( {PHONES} ) ; rml:gatherAs rdf:List"), tmp_path)
    assert found == expected("""
        ex:a ex:p <http://example.org/list/a> . ex:b ex:p <http://example.org/list/b> .
        <http://example.org/list/a> rdf:first "1" ; rdf:rest ("2" "4") .
        <http://example.org/list/b> rdf:first "3" ; rdf:rest () .""")


def test_lists_of_one_name_in_two_graphs_are_two(tmp_path: Path) -> None:
    graph = '; rml:graphMap [ rml:template "http://example.org/{$.floor}" ]'
    named = 'rml:template "l{$.id}" ; rml:termType rml:BlankNode'
    found = lift(with_object(f"{named} ; rml:gather ( {PHONES} ) ; rml:gatherAs rdf:List", graph), tmp_path)
    assert found == expected('ex:I { ex:a ex:p ("1" "2") . ex:b ex:p ("3") } ex:II { ex:a ex:p ("4") }')


def test_members_are_appended_or_combined(tmp_path: Path) -> None:
    members = f"rml:gather ( {PHONES} {ROOMS} ) ; rml:gatherAs rdf:List"
    assert lift(with_object(members), tmp_path) == expected(
        'ex:a ex:p ("1" "2" "x" "y"), ("4" "z") . ex:b ex:p ("3") .'
    )
    assert lift(with_object(f"{members} ; rml:strategy rml:cartesianProduct"), tmp_path) == expected(
        'ex:a ex:p ("1" "x"), ("1" "y"), ("2" "x"), ("2" "y"), ("4" "z") .'
    )


def test_what_is_empty_is_kept_on_demand(tmp_path: Path) -> None:
    keep = "rml:allowEmptyListAndContainer true"
    assert lift(with_object(f"rml:gather ( {ROOMS} ) ; rml:gatherAs rdf:List ; {keep}"), tmp_path) == expected(
        'ex:a ex:p ("x" "y"), ("z") . ex:b ex:p () . ex:c ex:p () .'
    )
    assert lift(with_object(f"rml:gather ( {ROOMS} ) ; rml:gatherAs rdf:Bag ; {keep}"), tmp_path) == expected("""
        ex:a ex:p [ a rdf:Bag ; rdf:_1 "x" ; rdf:_2 "y" ], [ a rdf:Bag ; rdf:_1 "z" ] .
        ex:b ex:p [ a rdf:Bag ] . ex:c ex:p [ a rdf:Bag ] .""")


def test_gather_maps_in_gather_maps(tmp_path: Path) -> None:
    inner = " ".join(f"[ rml:gather ( {each} ) ; rml:gatherAs rdf:Bag ]" for each in (PHONES, ROOMS))
    found = lift(with_object(f"rml:gather ( {inner} ) ; rml:gatherAs rdf:List"), tmp_path)
    assert found == expected("""
        ex:a ex:p ([ a rdf:Bag ; rdf:_1 "1" ; rdf:_2 "2" ] [ a rdf:Bag ; rdf:_1 "x" ; rdf:_2 "y" ]),
            ([ a rdf:Bag ; rdf:_1 "4" ] [ a rdf:Bag ; rdf:_1 "z" ]) .
        ex:b ex:p ([ a rdf:Bag ; rdf:_1 "3" ]) .""")


def test_subjects_of_other_triples_maps_are_gathered(tmp_path: Path) -> None:
    join = 'rml:joinCondition [ rml:child "$.floor" ; rml:parent "name" ]'
    member = f"[ rml:parentTriplesMap ex:Floor ; {join} ] [ rml:constant ex:K ]"
    text = with_object(f"rml:gather ( {member} ) ; rml:gatherAs rdf:List")
    text += """ex:Floor rml:logicalSource [ rml:source [ a rml:FilePath ; rml:path "floors.csv" ] ] ;
        rml:subjectMap [ rml:template "http://example.org/{name}/{part}" ] ."""
    found = lift(text, tmp_path, floors_csv="name,part\nI,east\nI,west\n")
    east, west = "<http://example.org/I/east>", "<http://example.org/I/west>"
    assert found == expected(f"""
        ex:a ex:p ({east} {west} ex:K), (ex:K) . ex:b ex:p ({east} {west} ex:K) . ex:c ex:p (ex:K) .""")


def test_a_list_as_subject(tmp_path: Path) -> None:
    gather = f"rml:subjectMap [ rml:gather ( {PHONES} ) ; rml:gatherAs rdf:List ; rml:graph ex:G ]"
    said = """rml:predicateObjectMap [ rml:predicate ex:of ; rml:objectMap [ rml:reference "$.id" ] ]"""
    found = lift(f"ex:M {SOURCE} ; {gather} ; {said} .", tmp_path)
    assert found == expected('ex:G { ("1" "2") ex:of "a" . ("3") ex:of "b" . ("4") ex:of "a" }')
    alone = lift(f"ex:M {SOURCE} ; {gather} .", tmp_path)
    assert {quad.predicate.value for quad in alone[0]} == {RDF + "first", RDF + "rest"}


def test_a_list_between_two(tmp_path: Path) -> None:
    named = f'rml:template "http://example.org/s/{{$.id}}" ; rml:gather ( {PHONES} ) ; rml:gatherAs rdf:Seq'
    gather = f"rml:gather ( {ROOMS} ) ; rml:gatherAs rdf:List"
    said = f"rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ {gather} ] ]"
    found = lift(f"ex:M {SOURCE} ; rml:subjectMap [ {named} ] ; {said} .", tmp_path)
    assert found == expected("""
        <http://example.org/s/a> a rdf:Seq ; rdf:_1 "1" ; rdf:_2 "2" ; rdf:_3 "4" ; ex:p ("x" "y"), ("z") .
        <http://example.org/s/b> a rdf:Seq ; rdf:_1 "3" .""")


def test_rows_of_a_view_gather_one_by_one(tmp_path: Path) -> None:
    text = f"""ex:V a rml:LogicalView ; rml:viewOn ex:S ; rml:field
            [ rml:fieldName "id" ; rml:reference "$.id" ], [ rml:fieldName "phone" ; rml:reference "$.phones[*]" ] .
        ex:S {SOURCE.partition("[ ")[2].rpartition(" ]")[0]} .
        ex:M rml:logicalSource ex:V ; rml:subjectMap [ rml:template "http://example.org/{{id}}" ] ;
            rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [
                rml:gather ( [ rml:reference "id" ] [ rml:reference "phone" ] ) ; rml:gatherAs rdf:List ] ] ."""
    assert lift(text, tmp_path) == expected(
        'ex:a ex:p ("a" "1"), ("a" "2"), ("a" "4") . ex:b ex:p ("b" "3") . ex:c ex:p ("c") .'
    )


def test_constants_need_no_source(tmp_path: Path) -> None:
    gather = 'rml:gather ( [ rml:constant "k" ] [ rml:constant 2 ] ) ; rml:gatherAs rdf:List'
    text = f"ex:M rml:subject ex:s ; rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ {gather} ] ] ."
    assert lift(text, tmp_path) == expected('ex:s ex:p ("k" 2) .')
    assert lift(text.replace('rml:constant "k"', 'rml:reference "k"'), tmp_path)[1] == ["LOD3103"]


def test_values_are_checked_at_their_cells(tmp_path: Path) -> None:
    member = '[ rml:reference "$.phones[*]" ; rml:datatype xsd:boolean ]'
    (tmp_path / "map.rml.ttl").write_text(
        PREFIXES + with_object(f"rml:gather ( {member} ) ; rml:gatherAs rdf:List"), encoding="utf-8"
    )
    (tmp_path / "offices.json").write_text(OFFICES, encoding="utf-8")
    findings = Findings()
    with pytest.raises(FindingsError):
        lift_files([tmp_path / "map.rml.ttl"], tmp_path / "out.nq", findings=findings)
    (found,) = findings.errors
    assert found.code == "LOD4003"
    assert found.origin == CellOrigin("offices.json", 1, "$.phones[*]", "2")


def test_lineage_and_preview_know_gathered_rows(tmp_path: Path) -> None:
    gather = f'rml:template "http://example.org/list/{{$.id}}" ; rml:gather ( {PHONES} ) ; rml:gatherAs rdf:List'
    said = "rml:predicateObjectMap [ rml:predicate ex:p ; rml:object ex:o ]"
    text = f"ex:M {SOURCE} ; rml:subjectMap [ {gather} ] ; {said} ."
    (tmp_path / "map.rml.ttl").write_text(PREFIXES + text, encoding="utf-8")
    (tmp_path / "offices.json").write_text(OFFICES, encoding="utf-8")
    findings = Findings()
    result = lift_files([tmp_path / "map.rml.ttl"], tmp_path / "o.nq", findings=findings, lineage=tmp_path / "lineage")
    rows = find_rows(result.lineage, ["http://example.org/list/a"])
    assert [row.row for row in rows["http://example.org/list/a"]] == [1, 4]
    mapping = read_mappings([tmp_path / "map.rml.ttl"], findings)
    shown = preview(compile_plan(mapping, folders=[tmp_path], base_iri="", findings=findings), 1)
    lines = [statement.line for row in shown.rows for statement in row.statements]
    assert f'<http://example.org/list/a> <{RDF}first> "1" .' in lines
