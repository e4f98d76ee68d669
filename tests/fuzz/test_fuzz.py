"""Files mutated at random never see a traceback: every outcome is success or findings.

Derandomized and short in the normal run. For a long one: LOD_FUZZ=2000 pytest tests/fuzz (examples a kind of file).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lod.diagnostics import Findings
from lod.errors import LodError
from lod.lift.run import lift_files
from lod.mapping.csvw.validate import validate_csvw
from lod.project.load import load_project
from lod.rdf.parse import parse_document
from lod.validation.validate import check_shapes

REPOSITORY = Path(__file__).resolve().parent.parent.parent
EXAMPLES = int(os.environ.get("LOD_FUZZ", "0"))

YARRRML = """base: https://example.org/
prefixes: {ex: "https://example.org/", grel: "http://users.ugent.be/~bjdmeest/function/grel.ttl#"}
sources:
  staff: {access: staff.csv, referenceFormulation: csv, delimiter: ",", null: [n/a]}
mappings:
  staff:
    sources: [staff]
    graphs: ex:graph/$(unit)
    s: ex:staff/$(id)
    condition: {function: notEqual, parameters: [[valueParam, $(id)], [valueParam2, "9"]]}
    po:
      - [a, ex:Staff]
      - [rdfs:label, $(name), zh-Hant-TW~lang]
      - [ex:count, $(count), xsd:integer]
      - [foaf:page, "https://example.org/$(id)~iri"]
      - p: ex:unit
        o: {mapping: unit, condition: {function: equal, parameters: [[str1, $(unit)], [str2, $(code)]]}}
      - p: ex:up
        o: {function: grel:toUpperCase, parameters: [[valueParam, $(unit)]]}
        targets: [['u.nt~void', ntriples]]
  unit: {sources: [['unit.csv~csv']], s: ex:unit/$(code), po: [[rdfs:label, $(label)]]}
"""
RML = """@prefix rml: <http://w3id.org/rml/> . @prefix ex: <https://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:staff a rml:TriplesMap ; rml:logicalSource [ rml:source [ a rml:RelativePathSource ; rml:path "staff.csv" ] ;
    rml:referenceFormulation rml:CSV ; rml:null "n/a" ] ;
  rml:subjectMap [ rml:template "https://example.org/staff/{id}" ; rml:class ex:Staff ; rml:graph ex:g ] ;
  rml:predicateObjectMap [ rml:predicate ex:name ; rml:objectMap [ rml:reference "name" ; rml:language "zh" ] ] ;
  rml:predicateObjectMap [ rml:predicate ex:n ; rml:objectMap [ rml:reference "count" ; rml:datatype xsd:integer ] ] ;
  rml:predicateObjectMap [ rml:predicate ex:unit ; rml:objectMap [ rml:parentTriplesMap ex:unit ;
    rml:joinCondition [ rml:child "unit" ; rml:parent "code" ] ] ] .
ex:unit rml:logicalSource [ rml:source [ a rml:RelativePathSource ; rml:path "unit.csv" ] ;
    rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "https://example.org/unit/{code}" ] ;
  rml:predicateObjectMap [ rml:predicateMap [ rml:constant ex:label ] ; rml:object "x" ] .
"""
CSVW = """{"@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}], "url": "staff.csv",
 "dialect": {"delimiter": ",", "header": true}, "dc:title": {"@value": "Staff", "@language": "en"},
 "tableSchema": {"aboutUrl": "https://example.org/staff/{id}", "primaryKey": "id", "columns": [
  {"name": "id", "titles": "id", "required": true}, {"name": "name", "titles": "name", "lang": "zh"},
  {"name": "unit", "titles": "unit", "valueUrl": "https://example.org/unit/{unit}"},
  {"name": "count", "titles": "count", "datatype": {"base": "integer", "minimum": 0, "format": "#0"}, "null": ["n/a"]},
  {"virtual": true, "propertyUrl": "rdf:type", "valueUrl": "https://example.org/Staff"}]}}
"""
CUBE = """base: https://example.org/
dataset: {id: staff, title: {zh-Hant-TW: 員額, en: Staff}}
source: sheet.csv
layout: {header: {rows: 1}, labels: {columns: A}}
dimensions:
  sex: {codes: sex, label: {en: Sex}, from: columns}
  period: {period: true, value: 2012}
  unit: {codes: unit, label: {en: Unit}, from: rows}
measures: {headcount: {label: {en: Headcount}, type: integer}}
codelists:
  sex: {total: T, codes: {T: {en: Total}, M: {en: Male, parent: T}, F: {en: Female, parent: T}}}
  unit: {codes: {A: {en: A}, B: {en: B}}}
"""
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Shape a sh:NodeShape ; sh:targetClass ex:Staff ;
  sh:property [ sh:path ex:count ; sh:datatype xsd:integer ; sh:minInclusive 0 ; sh:maxCount 1 ] ;
  sh:property [ sh:path ( ex:unit [ sh:inversePath ex:of ] ) ; sh:pattern "^[A-Z]+$" ; sh:severity sh:Warning ] ;
  sh:or ( [ sh:nodeKind sh:IRI ] [ sh:hasValue ex:x ] ) .
"""
TABLES = {
    "staff.csv": "id,name,unit,count\n1,林,A,3\n2,陳,B,n/a\n3,王,A,7\n",
    "unit.csv": "code,label\nA,人事處\nB,主計處\n",
    "sheet.csv": ",Total,Male,Female\nA,3,1,2\nB,7,3,4\n",
}
SCRAPS = [
    *(
        "",
        " ",
        "\n",
        "\t",
        "\0",
        "\ufeff",
        "'",
        '"',
        ":",
        ",",
        "-",
        "#",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "<",
        ">",
        "$",
        "\\",
    ),
    *(
        "~",
        "~iri",
        "~lang",
        "$(",
        "$()",
        "$(id)",
        "{}",
        "{x}",
        "null",
        "true",
        "1",
        "-1",
        "1e999",
        "é",
        "臺",
        "\U0001f600",
    ),
    *(
        "&a",
        "*a",
        "<<: *a",
        "!!python/object:os.system",
        "@context",
        "@id",
        "_:b",
        "xsd:",
        "ex:",
        "%",
        "%zz",
        "/(/",
        "999999999",
    ),
]


def lift(file: Path) -> None:
    findings = Findings()
    lift_files([file], file.parent / "out.nq", targets=file.parent, findings=findings, threads=1)


def csvw(file: Path) -> None:
    validate_csvw(file, Findings())
    lift(file)


def project(file: Path) -> None:
    load_project(file)


def shapes(file: Path) -> None:
    findings = Findings()
    document = parse_document(file, findings)
    check_shapes([document] if document else [], findings)


Act = Callable[[Path], None]
KINDS: dict[str, tuple[str, str, Act]] = {
    "yarrrml": ("mapping.yarrrml.yml", YARRRML, lift),
    "rml": ("mapping.rml.ttl", RML, lift),
    "csvw": ("staff.csv-metadata.json", CSVW, csvw),
    "cube": ("staff.cube.yml", CUBE, lift),
    "project": ("lod.toml", (REPOSITORY / "lod.toml").read_text(encoding="utf-8"), project),
    "shapes": ("shapes.ttl", SHAPES, shapes),
    "table": ("staff.csv", TABLES["staff.csv"], lambda file: lift(file.with_name("mapping.yarrrml.yml"))),
}
NORMAL = {"yarrrml": 25, "rml": 25, "csvw": 20, "cube": 25, "project": 40, "shapes": 10, "table": 20}


@st.composite
def mutated(draw: st.DrawFn, text: str) -> bytes:
    """The text with a few cuts, copies and scraps in it, now and then with bytes that are no UTF-8."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        scrap = draw(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=4)))
        piece = draw(st.sampled_from(["", text[start:end], scrap, text[start:end] + scrap]))
        text = text[:start] + piece + text[end:]
    raw = text.encode("utf-8", "surrogatepass")
    at = draw(st.integers(0, max(0, len(raw) - 1)))
    return raw[:at] + b"\xff\xfe" + raw[at:] if draw(st.integers(0, 30)) == 0 else raw


def prepared(folder: Path) -> None:
    for each in folder.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    for name, content in TABLES.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "mapping.yarrrml.yml").write_text(YARRRML, encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_outcome_is_success_or_findings(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name, text, act = KINDS[kind]

    @settings(
        max_examples=EXAMPLES or NORMAL[kind],
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated(text))
    def attempt(content: bytes) -> None:
        prepared(tmp_path)
        (tmp_path / name).write_bytes(content)
        try:
            act(tmp_path / name)
        except LodError:
            assert not (tmp_path / "out.nq").exists()

    attempt()
    assert not list(tmp_path.glob(".lift-*"))


@pytest.mark.parametrize("kind", ["yarrrml", "rml", "csvw", "cube"])
def test_what_is_mutated_is_right(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the mutants would die of what is wrong anyway."""
    monkeypatch.chdir(tmp_path)
    prepared(tmp_path)
    name, text, act = KINDS[kind]
    (tmp_path / name).write_text(text, encoding="utf-8")
    act(tmp_path / name)
    assert (tmp_path / "out.nq").stat().st_size
