"""Logical views from document to statements: fields, records in records, joins, places."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from lod.diagnostics import Findings, FindingsError
from lod.lift.lineage import find_rows
from lod.lift.run import lift_files
from lod.lineage import Lineage

PREFIXES = """@prefix rml: <http://w3id.org/rml/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .
"""
OFFICES = """{"offices": [
  {"id": "a", "head": "王小明", "lines": [
    {"kind": "phone", "numbers": ["1", "2"]}, {"kind": "fax", "numbers": ["3"]}]},
  {"id": "b", "lines": []},
  {"id": "c", "head": "Jane Roe", "lines": [{"kind": "phone", "numbers": []}]}
]}"""
FLOORS = "office,floor\na,1\nc,2\na,3\nx,4\n"
SOURCES = """
ex:Offices rml:source [ a rml:FilePath ; rml:path "offices.json" ] ;
    rml:referenceFormulation rml:JSONPath ; rml:iterator "$.offices[*]" .
ex:Floors rml:source [ a rml:FilePath ; rml:path "floors.csv" ] ; rml:referenceFormulation rml:CSV .
"""
LINES = """[ rml:fieldName "line" ; rml:iterator "$.lines[*]" ;
    rml:field [ rml:fieldName "kind" ; rml:reference "$.kind" ],
              [ rml:fieldName "number" ; rml:reference "$.numbers[*]" ] ]"""
IDS = '[ rml:fieldName "id" ; rml:reference "$.id" ]'


def lift(text: str, folder: Path, **files: str) -> tuple[ox.Dataset, list[str]]:
    """The statements, and the findings that are errors as `line code`."""
    (folder / "map.rml.ttl").write_text(PREFIXES + SOURCES + text, encoding="utf-8")
    for name, content in {"offices_json": OFFICES, "floors_csv": FLOORS, **files}.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    findings, out = Findings(), folder / "out.nq"
    try:
        lift_files([folder / "map.rml.ttl"], out, findings=findings, lineage=folder / "lineage")
    except FindingsError:
        return ox.Dataset(), [f"{each.code} {each.message}" for each in findings.errors]
    return ox.Dataset(ox.parse(out.read_bytes(), format=ox.RdfFormat.N_QUADS)), []


def expected(text: str) -> tuple[ox.Dataset, list[str]]:
    """The same for a document in Turtle, where nothing is wrong."""
    return ox.Dataset(ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE)), []


def view(fields: str, more: str = "", on: str = "ex:Offices") -> str:
    return f"ex:V a rml:LogicalView ; rml:viewOn {on} ; rml:field {fields} {more} .\n"


def triples_map(subject: str, *objects: tuple[str, str]) -> str:
    said = "".join(
        f"; rml:predicateObjectMap [ rml:predicate ex:{name} ; rml:objectMap [ {made} ] ]" for name, made in objects
    )
    return f'ex:M rml:logicalSource ex:V ; rml:subjectMap [ rml:template "http://example.org/{subject}" ] {said} .\n'


def test_records_in_records_are_rows(tmp_path: Path) -> None:
    text = view(f"{IDS}, {LINES}") + triples_map(
        "{id}",
        ("kind", 'rml:reference "line.kind"'),
        ("number", 'rml:template "{line.kind}: {line.number}" ; rml:termType rml:Literal'),
    )
    assert lift(text, tmp_path) == expected("""
        ex:a ex:kind "phone", "fax" ; ex:number "phone: 1", "phone: 2", "fax: 3" . ex:c ex:kind "phone" .""")


def test_rows_know_their_places(tmp_path: Path) -> None:
    text = view(f"{IDS}, {LINES}") + triples_map(
        "{#}/{line.#}/{line.number.#}", ("n", 'rml:reference "line.number"'), ("row", 'rml:reference "#"')
    )
    assert lift(text, tmp_path) == expected("""
        <http://example.org/0/0/0> ex:n "1" ; ex:row 0 . <http://example.org/0/0/1> ex:n "2" ; ex:row 0 .
        <http://example.org/0/1/0> ex:n "3" ; ex:row 0 .""")


def test_fields_are_computed_and_views_stand_on_views(tmp_path: Path) -> None:
    text = f"""ex:W a rml:LogicalView ; rml:viewOn ex:Offices ;
        rml:field {IDS}, [ rml:fieldName "who" ; rml:template "{{$.head}} ({{$.id}})" ] .\n"""
    text += view('[ rml:fieldName "name" ; rml:reference "who" ], [ rml:fieldName "c" ; rml:constant "k" ]', on="ex:W")
    text += triples_map("v/{c}", ("name", 'rml:reference "name"'))
    assert lift(text, tmp_path) == expected('<http://example.org/v/k> ex:name "王小明 (a)", "Jane Roe (c)" .')


def test_joins_add_fields(tmp_path: Path) -> None:
    floors = """ex:F a rml:LogicalView ; rml:viewOn ex:Floors ;
        rml:field [ rml:fieldName "office" ; rml:reference "office" ], [ rml:fieldName "f" ; rml:reference "floor" ] .
        """
    join = """; rml:{kind}Join [ rml:parentLogicalView ex:F ; rml:field [ rml:fieldName "floor" ; rml:reference "f" ] ;
        rml:joinCondition [ rml:child "id" ; rml:parent "office" ] ]"""
    rule = triples_map(
        "{id}", ("floor", 'rml:reference "floor"'), ("place", 'rml:reference "floor.#"'), ("is", "rml:constant 1")
    )
    joined = 'ex:a ex:floor "1", "3" ; ex:place 0, 1 ; ex:is 1 . ex:c ex:floor "2" ; ex:place 0 ; ex:is 1 .'
    assert lift(floors + view(IDS, join.replace("{kind}", "inner")) + rule, tmp_path) == expected(joined)
    left = lift(floors + view(IDS, join.replace("{kind}", "left")) + rule, tmp_path)
    assert left == expected(f"{joined} ex:b ex:is 1 .")
    others = triples_map("floor/{floor}", ("of", 'rml:reference "id"'), ("is", "rml:constant 1"))
    for kind in ("outer", "full"):  # rows of the other view that match none stay, too
        assert lift(floors + view(IDS, join.replace("{kind}", kind)) + others, tmp_path) == expected("""
            <http://example.org/floor/1> ex:of "a" ; ex:is 1 . <http://example.org/floor/3> ex:of "a" ; ex:is 1 .
            <http://example.org/floor/2> ex:of "c" ; ex:is 1 . <http://example.org/floor/4> ex:is 1 .""")


def test_conditions_and_fields_of_joins_are_expressions(tmp_path: Path) -> None:
    """Constants and templates on both sides; a joined field may not be called like one of the view's own."""
    floors = """ex:F a rml:LogicalView ; rml:viewOn ex:Floors ;
        rml:field [ rml:fieldName "office" ; rml:reference "office" ], [ rml:fieldName "f" ; rml:reference "floor" ] .
        """
    join = """; rml:leftJoin [ rml:parentLogicalView ex:F ; rml:field [ rml:fieldName "label" ;
          rml:template "{office} {f}" ], [ rml:fieldName "known" ; rml:constant "yes" ] ;
        rml:joinCondition [ rml:childMap [ rml:template "{id}-1" ] ; rml:parentMap [ rml:template "{office}-{f}" ] ],
          [ rml:childMap [ rml:constant "1" ] ; rml:parent "f" ] ]"""
    rule = triples_map("{id}", ("label", 'rml:reference "label"'), ("known", 'rml:reference "known"'))
    assert lift(floors + view(IDS, join) + rule, tmp_path) == expected('ex:a ex:label "a 1" ; ex:known "yes" .')
    twice = lift(floors + view(IDS, join.replace('"known"', '"id"')) + rule, tmp_path)
    assert twice[1] == ["LOD3118 two fields here are called 'id'"]


def test_texts_that_are_documents_of_another_kind(tmp_path: Path) -> None:
    inner = """[ rml:fieldName "id" ; rml:reference "id" ], [ rml:fieldName "raw" ; rml:reference "raw" ; rml:field
        [ rml:fieldName "item" ; rml:referenceFormulation rml:JSONPath ; rml:iterator "$[*]" ;
          rml:field [ rml:fieldName "n" ; rml:reference "$.n" ] ] ]"""
    text = view(inner, on="ex:Floors") + triples_map("{id}", ("n", 'rml:reference "raw.item.n"'))
    raw = 'id,raw\na,"[{""n"": 1}, {""n"": 2.5}]"\nb,[]\n'
    assert lift(text, tmp_path, floors_csv=raw) == expected('ex:a ex:n 1, "2.5E0"^^xsd:double .')


def test_lineage_names_the_record(tmp_path: Path) -> None:
    text = view(f"{IDS}, {LINES}") + triples_map("{id}/{line.kind}", ("n", 'rml:reference "line.number"'))
    lift(text, tmp_path)
    subjects = [f"http://example.org/{name}" for name in ("a/fax", "c/phone", "b/phone")]
    found = find_rows(Lineage(tmp_path / "lineage"), subjects)
    assert {subject: [(each.source, each.row) for each in rows] for subject, rows in found.items()} == {
        subjects[0]: [("offices.json (V)", 1)],
        subjects[1]: [("offices.json (V)", 3)],
    }


def test_names_that_no_field_has(tmp_path: Path) -> None:
    assert lift(view(f"{IDS}, {LINES}") + triples_map("{id}", ("n", 'rml:reference "line.knd"')), tmp_path)[1] == [
        "LOD4001 offices.json (V) has no column 'line.knd'"
    ]
    assert lift(view('[ rml:fieldName "a" ; rml:reference "ofice" ]', on="ex:Floors") + triples_map("{a}"), tmp_path)[
        1
    ] == ["LOD4001 floors.csv has no column 'ofice'"]
