"""Validation on columns comes to the report of the reference on the whole graph: injected violations, random shapes."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import violations
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from lod.diagnostics import Findings
from lod.lift.compile import compile_plan
from lod.lift.run import lift
from lod.mapping.read import read_mappings
from lod.validation.built import Lifted, validate_lift
from lod.validation.data_graph import DataGraph
from lod.validation.report import ValidationReport, ValidationResult, local_name
from lod.validation.validate import read_shapes, validate

BASE = "https://lod.example.org/"
HEAD = f"""\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix e: <{BASE}> .
"""
MAPPING = """\
prefixes: {e: 'https://lod.example.org/', xsd: 'http://www.w3.org/2001/XMLSchema#'}
mappings:
  row:
    sources: [['rows.csv~csv']]
    s: e:row/$(id)
    po:
      - [a, e:Row]
      - [e:code, 'e:code/$(code)~iri']
      - [e:n, $(n), xsd:integer]
      - [e:m, $(m), xsd:decimal]
      - [e:m, $(m2), xsd:decimal]
      - [e:name, $(name), zh-Hant-TW~lang]
      - [e:name, $(en), en~lang]
      - [e:text, $(text)]
      - [e:ref, '$(ref)~iri']
  marked:
    sources: [['rows.csv~csv']]
    s: e:row/$(id)
    po:
      - predicates: a
        objects: {value: 'e:Mark$(mark)', type: iri}
"""
VOCABULARY = f"""{HEAD}
e:code\\/A a e:Code ; e:label "a"@en . e:code\\/B a e:Code, e:Old . e:Old rdfs:subClassOf e:Code .
e:code\\/C e:label "c"@en, "C"@en . e:Row rdfs:subClassOf e:Thing .
e:set a e:Set ; e:first <{BASE}row/1> .
"""
COLUMNS = ["id", "code", "n", "m", "m2", "name", "en", "text", "ref", "mark"]

Row = tuple[str, ...]


def _lifted(folder: Path, rows: Sequence[Row], vocabulary: str = VOCABULARY, mapping: str = MAPPING) -> Lifted:
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *rows])
    (folder / "m.yarrrml.yml").write_text(mapping, encoding="utf-8")
    (folder / "v.ttl").write_text(vocabulary, encoding="utf-8")
    findings = Findings()
    read = read_mappings([folder / "m.yarrrml.yml"], findings, base_iri=BASE)
    plan = compile_plan(read, folders=[folder], base_iri=BASE, findings=findings)
    result = lift(plan, folder / "lift", findings=findings)
    others = folder / "others.nq"
    documents = read_shapes([folder / "v.ttl"], findings)
    findings.raise_if_errors()
    others.write_text("".join(f"{quad} .\n" for quad in documents[0].quads), encoding="utf-8")
    return Lifted(plan, result.lineage, lambda: (*result.parts, others), (others,))


def _reports(lifted: Lifted, shapes: Path) -> tuple[ValidationReport, ValidationReport, ValidationReport]:
    documents = read_shapes([shapes], Findings())
    ours = validate_lift(lifted, documents, Findings(), large=0)
    whole = [
        validate(DataGraph(files=lifted.parts()), documents, Findings(), processor=name)
        for name in ("shacl", "pyshacl")
    ]
    return ours, whole[0], whole[1]


def _key(result: ValidationResult) -> tuple[str, ...]:
    parts = (result.focus_node, result.path, result.value, result.component, result.source_shape, result.severity)
    return tuple("_" if str(part).startswith("_:") and n != 4 else str(part) for n, part in enumerate(parts))


def _keys(report: ValidationReport) -> Counter[tuple[str, ...]]:
    return Counter(_key(result) for result in report.results)


# --- injected violations ------------------------------------------------------------------------------------


def _personnel(bench: Path, rows: int, folder: Path) -> Lifted:
    findings = Findings()
    read = read_mappings([violations.write_tables(bench, rows, folder)], findings, base_iri=BASE)
    plan = compile_plan(read, folders=[folder], base_iri=BASE, findings=findings)
    result = lift(plan, folder / "lift", findings=findings)
    return Lifted(plan, result.lineage, lambda: result.parts, ())


@pytest.mark.suite
def test_injected_violations(shared: Path, tmp_path: Path) -> None:
    """All 14 kinds of `bench/shacl` at 10,000 triples, each as often as it was put in."""
    bench = shared / "bench"
    counts = violations.expected(bench, 850, tmp_path / "g")
    lifted = _personnel(bench, 850, tmp_path)
    documents = read_shapes([bench / "shacl" / "shapes" / "personnel-full.ttl"], Findings())
    ours = validate_lift(lifted, documents, Findings(), large=5000)
    assert {each.data for each in ours.judged} == {"columns"}
    assert _keys(ours) == _keys(validate(DataGraph(files=lifted.parts()), documents, Findings(), processor="shacl"))
    names = (f"{local_name(r.component)}|{local_name(r.path)}" for r in ours.results)
    assert Counter(name.replace("ConstraintComponent", "") for name in names) == counts


@pytest.mark.suite
@pytest.mark.parametrize("shapes", ["personnel-full.ttl", "personnel-ic12-naive.ttl"])
def test_injected_violations_by_the_reference(shapes: str, shared: Path, tmp_path: Path) -> None:
    lifted = _personnel(shared / "bench", 42, tmp_path)
    documents = read_shapes([shared / "bench" / "shacl" / "shapes" / shapes], Findings())
    ours = validate_lift(lifted, documents, Findings(), large=100)
    assert {each.data for each in ours.judged} == {"columns"}
    whole = validate(DataGraph(files=lifted.parts()), documents, Findings(), processor="pyshacl")
    assert _keys(ours) == Counter(map(_key, map(_with_iri, whole.results)))
    assert len(ours.results) >= 15


def _with_iri(result: ValidationResult) -> ValidationResult:
    """MIN over IRIs is an IRI; rdflib makes a plain string of it."""
    if isinstance(result.value, Literal) and result.value.value.startswith(BASE):
        return replace(result, value=NamedNode(result.value.value))
    return result


# --- one constraint at a time -------------------------------------------------------------------------------

ROWS: list[Row] = [
    ("1", "A", "1", "1.5", "", "甲", "one", "x", f"{BASE}code/A", "1"),
    ("2", "B", "-1", "1.50", "1.5", "乙", "", "xyz", "", ""),
    ("3", "C", "", "2", "3", "", "", "", "", ""),
    ("4", "", "20", "", "", "丁", "four", "Ａ", f"{BASE}elsewhere", "2"),
    ("5", "Z", "3", "3", "", "戊", "戊", "戊", "", ""),
    ("5", "A", "3", "3", "", "戊", "five", "戊", "", ""),
    ("6 7", "A", "3", "3", "", "己", "", '"\\\n', "", ""),
]
SHAPE = "e:S a sh:NodeShape ; sh:targetClass e:Row ; "
P = "sh:property [ sh:path "
PLANNED = [
    f"{P}e:n ; sh:minCount 1 ]",
    f"{P}e:m ; sh:minCount 2 ]",
    f"{P}e:m ; sh:maxCount 1 ]",
    f"{P}e:code ; sh:maxCount 1 ; sh:class e:Code ]",
    f"{P}e:code ; sh:node [ sh:property [ sh:path e:label ; sh:uniqueLang true ; sh:minCount 1 ] ] ]",
    f"{P}e:code ; sh:property e:L ] . e:L sh:path e:label ; sh:maxCount 1",
    f"{P}e:code ; sh:in ( <{BASE}code/A> <{BASE}code/B> ) ]",
    f"{P}e:code ; sh:hasValue <{BASE}code/A> ]",
    f"{P}e:text ; sh:hasValue 'x' ; sh:minLength 2 ; sh:maxLength 2 ; sh:pattern '^[a-z]+$' ]",
    f"{P}e:n ; sh:datatype xsd:integer ; sh:minInclusive 0 ; sh:maxExclusive 20 ]",
    f"{P}e:m ; sh:minExclusive 1.5 ; sh:not [ sh:hasValue 3 ] ]",
    f"{P}e:m ; sh:or ( [ sh:maxInclusive 1 ] [ sh:minInclusive 3 ] ) ]",
    f"{P}e:name ; sh:languageIn ( 'zh-Hant' ) ]",
    f"{P}e:name ; sh:uniqueLang true ; sh:datatype rdf:langString ]",
    f"{P}e:ref ; sh:nodeKind sh:IRI ; sh:pattern '/code/' ]",
    f"{P}e:m ; sh:lessThan e:n ]",
    f"{P}e:n ; sh:lessThanOrEquals e:m ]",
    f"{P}e:m ; sh:equals e:n ]",
    f"{P}e:text ; sh:disjoint e:name ]",
    f"{P}e:m ; sh:qualifiedValueShape [ sh:minInclusive 2 ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ]",
    "sh:closed true ; sh:ignoredProperties ( rdf:type e:code e:m e:name e:ref ) ; sh:property [ sh:path e:n ]",
    "sh:nodeKind sh:IRI ; sh:pattern '/row/[1-4]$' ; sh:minLength 30 ; sh:class e:Thing",
    "sh:nodeKind sh:Literal ; sh:datatype xsd:string ; sh:maxLength 3 ; sh:class e:Code",
    f"sh:in ( <{BASE}row/1> <{BASE}row/2> ) ; sh:hasValue <{BASE}row/2>",
    f"sh:or ( [ {P}e:n ; sh:minCount 1 ] ] [ sh:path e:ref ; sh:minCount 1 ] )",
    f"sh:or ( [ {P}e:n ; sh:minInclusive 2 ] ] [ sh:path e:text ; sh:maxLength 2 ] )",
    "sh:not [ sh:path e:n ; sh:minCount 1 ]",
    "sh:xone ( [ sh:path e:n ; sh:minCount 1 ] [ sh:path e:en ; sh:minCount 1 ] [ sh:path e:name ; sh:minCount 2 ] )",
    f"sh:and ( [ {P}e:n ; sh:minCount 1 ] ] [ sh:nodeKind sh:IRI ] ) ; sh:node [ {P}e:ref ; sh:minCount 1 ] ]",
    f"{P}e:n ; sh:minCount 1 ; sh:deactivated true ] ; {P}e:none ; sh:minCount 1 ; sh:severity sh:Info ]",
    "sh:sparql [ sh:select 'SELECT $this ?value WHERE { $this e:m ?value ; e:n ?n . FILTER (?value < 2 * ?n) }' ]",
    "sh:sparql [ sh:select 'SELECT $this ?value WHERE { $this e:text ?value FILTER (STRLEN(?value) > 1) }' ]",
    "sh:sparql [ sh:select 'SELECT $this WHERE { $this a e:Row ; e:n 3 }' ]",
    "sh:sparql [ sh:select 'SELECT DISTINCT $this ?value WHERE { $this e:n ?n ; e:m ?m . ?value e:n ?n ; e:m ?m "
    "FILTER (?value != $this) }' ]",
]  # fmt: skip
ELSEWHERE = [  # shapes with other targets, whole
    f"e:S a sh:NodeShape ; sh:targetClass e:Thing ; {P}e:n ; sh:minCount 1 ]",
    f"e:S a sh:NodeShape ; sh:targetSubjectsOf e:ref ; {P}e:n ; sh:minInclusive 10 ]",
    f"e:S a sh:NodeShape ; sh:targetClass e:Mark1, e:Code ; {P}e:label ; sh:minCount 1 ]",
    f"e:S a sh:NodeShape ; sh:targetNode e:set ; {P}e:first ; sh:node [ {P}e:text ; sh:minLength 2 ] ] ]",
    f"e:S a sh:NodeShape ; sh:targetSubjectsOf e:first ; {P}( e:first e:n ) ; sh:minInclusive 2 ]",
    "e:S a sh:NodeShape ; sh:targetNode e:set ; sh:sparql [ sh:select 'SELECT $this "
    "(COUNT(DISTINCT ?o) AS ?many) WHERE { ?o e:n ?n ; e:m ?m } GROUP BY $this ?n ?m "
    "HAVING (COUNT(DISTINCT ?o) > 1)' ]",
]  # fmt: skip
NOT_PLANNED = [
    f"{SHAPE}{P}( e:code e:label ) ; sh:minCount 1 ]",
    f"{SHAPE}{P}[ sh:inversePath e:first ] ; sh:maxCount 0 ] ; {P}[ sh:inversePath e:ref ] ; sh:maxCount 0 ]",
    f"{SHAPE}sh:sparql [ sh:select 'SELECT $this ?value WHERE {{ $this e:n ?n . ?value e:n ?n "
    "FILTER (STR(?value) > STR($this)) }' ]",
    f"{SHAPE}sh:pattern '^(a|b)' ; sh:flags 'i'",
]  # fmt: skip
ELSEWHERE_NOT_PLANNED = [
    f"e:S a sh:NodeShape ; sh:targetObjectsOf e:code ; {P}e:label ; sh:minCount 1 ]",
    f"e:S a sh:NodeShape ; sh:targetNode <{BASE}row/3> ; {P}e:n ; sh:minCount 1 ]",
    f"e:S a sh:NodeShape ; sh:targetClass e:Code ; {P}[ sh:inversePath e:code ] ; sh:maxCount 1 ]",
    "e:S a sh:NodeShape ; sh:targetNode e:set ; sh:sparql [ sh:select 'SELECT $this WHERE { ?o e:n 20 }' ]",
]  # fmt: skip


@pytest.fixture(scope="module")
def lifted(tmp_path_factory: pytest.TempPathFactory) -> Lifted:
    """The rows, lifted once."""
    return _lifted(tmp_path_factory.mktemp("rows"), ROWS)


def test_the_report_is_that_of_the_whole_graph(lifted: Lifted, tmp_path: Path) -> None:
    """And it says which shapes were judged on columns, and why others were not."""
    rest = [*NOT_PLANNED, *ELSEWHERE_NOT_PLANNED]
    shapes = {f"{BASE}S{n}": shape for n, shape in enumerate([*map(SHAPE.__add__, PLANNED), *ELSEWHERE, *rest])}
    text = "".join(f"{shape} .\n".replace("e:S ", f"<{iri}> ") for iri, shape in shapes.items())
    (tmp_path / "s.ttl").write_text(HEAD + text, encoding="utf-8")
    ours, compiled, reference = _reports(lifted, tmp_path / "s.ttl")
    assert _keys(ours) == _keys(compiled)
    assert _keys(ours) == _keys(reference)
    on_columns = {shapes[str(each.shape)[1:-1]] for each in ours.judged if each.data == "columns"}
    assert on_columns == {*map(SHAPE.__add__, PLANNED), *ELSEWHERE}
    assert all(each.reason for each in ours.judged if each.data != "columns")
    failing = {result.source_shape for result in ours.results}
    assert len(failing) > len(shapes) * 3 // 4  # most shapes are broken by some row


def test_nothing_is_large(lifted: Lifted, tmp_path: Path) -> None:
    (tmp_path / "s.ttl").write_text(f"{HEAD}{SHAPE}sh:nodeKind sh:IRI .", encoding="utf-8")
    report = validate_lift(lifted, read_shapes([tmp_path / "s.ttl"], Findings()), Findings())
    assert [(each.data, each.reason) for each in report.judged] == [("the whole graph", "no table is large")]


def test_a_shape_that_selects_nothing(lifted: Lifted, tmp_path: Path) -> None:
    """A class of a large table is selected, though no row of it may fail."""
    shapes = f"{HEAD}{SHAPE}sh:nodeKind sh:IRI . e:T a sh:NodeShape ; sh:targetClass e:Raw ; sh:nodeKind sh:IRI ."
    (tmp_path / "s.ttl").write_text(shapes, encoding="utf-8")
    findings = Findings()
    report = validate_lift(lifted, read_shapes([tmp_path / "s.ttl"], findings), findings, large=0)
    assert report.conforms
    assert [(each.code, each.message.split()[1]) for each in findings] == [("LOD6004", "T")]


# --- random shapes and data ---------------------------------------------------------------------------------

CELLS = {
    "code": ["", "A", "B", "C", "Z", "A A"],
    "n": ["", "0", "1", "3", "-1", "20", "007"],
    "m": ["", "1.5", "1.50", "3", "-0.0"],
    "m2": ["", "3", "3.0", "100"],
    "name": ["", "甲", "x"],
    "en": ["", "x", "y"],
    "text": ["", "x", "甲乙", 'a"b\\', "xyz"],
    "ref": ["", f"{BASE}code/A", f"{BASE}row/1", "urn:x:y"],
    "mark": ["", "1", "2"],
}
CELL = st.tuples(*(st.sampled_from(CELLS[name]) for name in COLUMNS[1:]))
RANDOM_ROWS = st.lists(st.tuples(st.sampled_from("123456"), CELL).map(lambda pair: (pair[0], *pair[1])), max_size=8)
RANDOM_SHAPES = st.lists(
    st.sampled_from([*map(SHAPE.__add__, PLANNED), *ELSEWHERE]), min_size=1, max_size=6, unique=True
)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
@example(rows=[ROWS[0]], shapes=[ELSEWHERE[3]])
@given(rows=RANDOM_ROWS, shapes=RANDOM_SHAPES)
def test_random_shapes_and_data(rows: list[Row], shapes: list[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        lifted = _lifted(folder, [ROWS[0], *rows])  # every triples map makes something
        text = "".join(f"{shape} .\n".replace("e:S ", f"e:S{number} ") for number, shape in enumerate(shapes))
        (folder / "s.ttl").write_text(HEAD + text, encoding="utf-8")
        ours, compiled, reference = _reports(lifted, folder / "s.ttl")
        assert _keys(ours) == _keys(compiled)
        assert set(_keys(ours)) == set(_keys(reference))  # pyshacl tells two solutions of one value once
