"""A curator's mistakes, the same ones in each mapping language: code, place and hint of what is said.

`§` marks where the finding points; the mapping is what remains without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lod.diagnostics import CellOrigin, Diagnostic, Findings, FindingsError, TextOrigin, did_you_mean
from lod.lift.codes import foresee_codes
from lod.lift.compile import compile_plan
from lod.lift.run import lift_files
from lod.mapping.read import read_mappings

STAFF = """id,name,unit,count,email,tag
1,林,A,3,,zh-Hant-TW
2,陳,B,5,,en
3,王,A,7,,en
"""
UNIT = """code,label
A,人事處
B,主計處
"""

YARRRML = """prefixes: {{ex: "https://example.org/"}}
mappings:
  staff:
    sources: [[staff.csv~csv]]
    s: ex:staff/$(id)
    po:
      - [ex:all, $(name) $(unit) $(count) $(tag)]
      {0}
  unit:
    sources: [[unit.csv~csv]]
    s: ex:unit/$(code)
    po: [[rdfs:label, $(label)]]
"""

RML = """@prefix rml: <http://w3id.org/rml/> . @prefix ex: <https://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix grel: <http://users.ugent.be/~bjdmeest/function/grel.ttl#> .
@prefix fno: <https://w3id.org/function/ontology#> .
ex:staff rml:logicalSource [ rml:source [ a rml:RelativePathSource ; rml:path "staff.csv" ] ;
    rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "https://example.org/staff/{{id}}" ] ;
  rml:predicateObjectMap [ rml:predicate ex:all ; rml:objectMap [
    rml:template "{{name}} {{unit}} {{count}} {{tag}}" ; rml:termType rml:Literal ] ] ;
  rml:predicateObjectMap {0} .
ex:unit rml:logicalSource [ rml:source [ a rml:RelativePathSource ; rml:path "unit.csv" ] ;
    rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "https://example.org/unit/{{code}}" ] ;
  rml:predicateObjectMap [ rml:predicate rdfs:label ; rml:objectMap [ rml:reference "label" ] ] .
"""

FILES = {"yarrrml": ("mapping.yarrrml.yml", YARRRML), "rml": ("mapping.rml.ttl", RML)}


@dataclass(frozen=True)
class Mistake:
    """What is written at `{0}` of the mapping, and what is to be said of it."""

    language: str
    written: str
    code: str
    message: str
    hint: str = ""
    staff: str = STAFF  # the table, where the mistake is in it


def column(code: str) -> str:
    return f"3 of 3 values are {code}"


MISTAKES = {
    # unknown key or property
    "yarrrml key": Mistake(
        "yarrrml", "- {p: ex:a, o: {value: $(name), §lang: en}}", "LOD3003", "unknown key 'lang'", "'language'"
    ),
    "rml property": Mistake(
        "rml", "[ rml:predicate ex:p ; rml:object 'a' ; §rml:objectmap [] ]", "LOD3102", "rml/objectmap", "objectMap"
    ),
    # unknown prefix
    "yarrrml prefix": Mistake("yarrrml", "- [§exx:a, $(name)]", "LOD3006", "prefix 'exx'", "did you mean 'ex'?"),
    "rml prefix": Mistake("rml", "[ rml:predicate §exx:p ; rml:object 'a' ]", "LOD3101", "exx:", "did you mean 'ex'?"),
    # unknown column
    "yarrrml column": Mistake("yarrrml", "- [ex:a, §$(nmae)]", "LOD4001", "no column 'nmae'", "did you mean 'name'?"),
    "yarrrml column in a template": Mistake(
        "yarrrml", "- [ex:a, ex:x/§$(nmae)~iri]", "LOD4001", "no column 'nmae'", "did you mean 'name'?"
    ),
    "yarrrml column of a join": Mistake(
        "yarrrml",
        "- {p: ex:a, o: {mapping: unit, condition: {function: equal, parameters: [[str1, $(unit)], [str2, §$(cod)]]}}}",
        "LOD4001",
        "unit.csv has no column 'cod'",
        "did you mean 'code'?",
    ),
    "rml column": Mistake(
        "rml", "[ rml:predicate ex:p ; rml:objectMap [ rml:reference '§nmae' ] ]", "LOD4001", "'nmae'", "'name'"
    ),
    "rml column in a template": Mistake(
        "rml",
        "[ rml:predicate ex:p ; rml:objectMap [ rml:template 'http://e/§{nmae}' ] ]",
        "LOD4001",
        "'nmae'",
        "'name'",
    ),
    "rml column of a join": Mistake(
        "rml",
        "[ rml:predicate ex:p ; rml:objectMap [ rml:parentTriplesMap ex:unit ; "
        "rml:joinCondition [ rml:child 'unit' ; rml:parent '§cod' ] ] ]",
        "LOD4001",
        "unit.csv has no column 'cod'",
        "did you mean 'code'?",
    ),
    # functions and parameters
    "yarrrml function": Mistake(
        "yarrrml",
        "- {p: ex:a, o: {function: §grel:toUppercase, parameters: [[valueParam, $(name)]]}}",
        "LOD3111",
        "no function 'grel:toUppercase'",
        "did you mean 'grel:toUpperCase'?",
    ),
    "yarrrml parameter": Mistake(
        "yarrrml",
        "- {p: ex:a, o: {function: grel:toUpperCase, parameters: [[§valueParm, $(name)]]}}",
        "LOD3112",
        "no parameter 'valueParm'",
        "did you mean 'grel:valueParam'?",
    ),
    "yarrrml parameter that is missing": Mistake(
        "yarrrml", "- {p: ex:a, o: {function: §grel:toUpperCase}}", "LOD3112", "needs grel:valueParam", "parameters:"
    ),
    "rml function": Mistake(
        "rml",
        "[ rml:predicate ex:p ; rml:objectMap [ rml:functionExecution [ rml:function §grel:toUppercase ] ] ]",
        "LOD3111",
        "no function 'grel:toUppercase'",
        "did you mean 'grel:toUpperCase'?",
    ),
    # what refers to nothing
    "yarrrml mapping": Mistake(
        "yarrrml", "- {p: ex:a, o: {mapping: §units}}", "LOD3007", "no mapping 'units'", "did you mean 'unit'?"
    ),
    "rml triples map": Mistake(
        "rml",
        "[ rml:predicate ex:p ; rml:objectMap [ rml:parentTriplesMap §ex:units ] ]",
        "LOD3113",
        "there is no triples map",
        "did you mean 'https://example.org/unit'?",
    ),
    # wrong types
    "yarrrml list for text": Mistake(
        "yarrrml", "- {p: ex:a, o: {value: §[1, 2]}}", "LOD3004", "text is expected here, not a list"
    ),
    "rml iri for text": Mistake(
        "rml", "[ rml:predicate ex:p ; rml:objectMap [ rml:reference §ex:x ] ]", "LOD3105", "is text in quotes, not"
    ),
    "yarrrml property as a key": Mistake(
        "yarrrml", "- §ex:a: $(name)", "LOD3003", "unknown key 'ex:a'", "a property and its value are a list: [ex:a, …]"
    ),
    "yarrrml mark in capitals": Mistake(
        "yarrrml", "- [ex:a, §https://example.org/$(id)~IRI]", "LOD3015", "is written as text", "/$(id)~iri'"
    ),
    "yarrrml column in braces": Mistake(
        "yarrrml", "- [ex:a, '§{email}']", "LOD4061", "'{email}' is text, the same in every row", "is $(email), in RML"
    ),
    "yarrrml datatype in Chinese": Mistake(
        "yarrrml", "- [ex:a, $(count), §xsd:整數]", "LOD4043", "no datatype 'xsd:整數'", "known here: boolean, date"
    ),
    "yarrrml datatype without a prefix": Mistake(
        "yarrrml", "- [ex:a, $(count), §integer]", "LOD3016", "'integer' is no datatype", "write xsd:integer"
    ),
    "yarrrml datatype that is a word": Mistake(
        "yarrrml", "- [ex:a, $(count), §整數]", "LOD3016", "'整數' is no datatype", "an IRI, as xsd:integer"
    ),
    "yarrrml datatype of many letters": Mistake(
        "yarrrml", "- [ex:a, $(count), §nonNegativeInteger]", "LOD3016", "no datatype", "write xsd:nonNegativeInteger"
    ),
    # language tags
    "yarrrml language with the sign before it": Mistake(
        "yarrrml", "- [ex:a, $(name), §~zh_Hant]", "LOD3016", "'~zh_Hant' is no datatype", "zh-Hant~lang"
    ),
    "yarrrml language": Mistake(
        "yarrrml", "- [ex:a, $(name), §zh_TW~lang]", "LOD3009", "'zh_TW' is no language tag", "did you mean 'zh-TW'?"
    ),
    "yarrrml language of a cell": Mistake(
        "yarrrml",
        "- [ex:a, $(name), $(tag)~lang]",
        "LOD4006",
        "1 of 3 values is no language tag: 'zh_TW'",
        staff=STAFF.replace("zh-Hant-TW", "zh_TW"),
    ),
    "rml language": Mistake(
        "rml",
        "[ rml:predicate ex:p ; rml:objectMap [ rml:reference 'id' ; rml:language §'zh_TW' ] ]",
        "LOD3009",
        "'zh_TW' is no language tag",
    ),
    # datatypes
    "yarrrml datatype": Mistake(
        "yarrrml", "- [ex:a, $(count), §xsd:integr]", "LOD4043", "no datatype 'xsd:integr'", "'xsd:integer'"
    ),
    "rml datatype": Mistake(
        "rml",
        "[ rml:predicate ex:p ; rml:objectMap [ rml:reference 'count' ; rml:datatype §xsd:Date ] ]",
        "LOD4043",
        "no datatype 'xsd:Date'",
        "'xsd:date'",
    ),
    "yarrrml values of a datatype": Mistake(
        "yarrrml", "- [ex:a, $(name), xsd:integer]", "LOD4003", "3 of 3 values are no xsd:integer: '林', '陳', '王'"
    ),
    "rml values of a datatype": Mistake(
        "rml",
        "[ rml:predicate ex:p ; rml:objectMap [ rml:reference 'name' ; rml:datatype xsd:integer ] ]",
        "LOD4003",
        "3 of 3 values are no xsd:integer: '林', '陳', '王'",
    ),
    # what makes nothing
    "yarrrml empty column": Mistake(
        "yarrrml", "- [ex:a, §ex:x/$(email)~iri]", "LOD4040", "'email' of staff.csv is empty in every row"
    ),
    "yarrrml condition that no row meets": Mistake(
        "yarrrml",
        "- {p: ex:a, o: $(name), condition: {function: equal, parameters: [[str1, $(unit)], [str2, C]]}}",
        "LOD4040",
        "no row of staff.csv meets the condition",
    ),
    "yarrrml join": Mistake(
        "yarrrml",
        "- {p: ex:a, o: §{mapping: unit, condition: {function: equal, "
        "parameters: [[str1, $(name)], [str2, $(code)]]}}}",
        "LOD4041",
        "no value of 'name' in staff.csv is one of 'code' in unit.csv",
    ),
    "rml join": Mistake(
        "rml",
        "§[ rml:predicate ex:p ; rml:objectMap [ rml:parentTriplesMap ex:unit ; "
        "rml:joinCondition [ rml:child 'name' ; rml:parent 'code' ] ] ]",
        "LOD4041",
        "no value of 'name' in staff.csv is one of 'code' in unit.csv",
    ),
}


def findings_of(
    folder: Path, language: str, written: str, staff: str
) -> tuple[list[Diagnostic], tuple[int, int] | None]:
    """What is said of a mapping, and line and column of its mark."""
    name, template = FILES[language]
    text = template.format(written)
    marked: tuple[int, int] | None = None
    if "§" in text:
        before = text.partition("§")[0]
        marked = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    (folder / name).write_text(text.replace("§", ""), encoding="utf-8")
    (folder / "staff.csv").write_text(staff, encoding="utf-8")
    (folder / "unit.csv").write_text(UNIT, encoding="utf-8")
    findings = Findings()
    try:
        lift_files([folder / name], folder / "out.nq", findings=findings)
    except FindingsError:
        assert not (folder / "out.nq").exists()
    return list(findings), marked


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_explained_at_its_place(name: str, tmp_path: Path) -> None:
    mistake = MISTAKES[name]
    said, marked = findings_of(tmp_path, mistake.language, mistake.written, mistake.staff)
    found = [item for item in said if item.code == mistake.code]
    assert found, said
    item = found[0]
    assert mistake.message in item.message
    assert mistake.hint in item.hint
    assert item.origin is not None
    if marked and isinstance(item.origin, TextOrigin):
        assert (item.origin.line, item.origin.column) == marked, item
    others = [each for each in said if each.code not in (mistake.code, "LOD4002")]
    assert others == []


@pytest.mark.parametrize("language", FILES)
def test_three_cells_are_shown_with_row_and_column(language: str, tmp_path: Path) -> None:
    written = {name: each for name, each in MISTAKES.items() if each.code == "LOD4003" and each.language == language}
    (mistake,) = written.values()
    said, _ = findings_of(tmp_path, language, mistake.written, STAFF)
    (item,) = (each for each in said if each.code == "LOD4003")
    cells = [origin for origin in (item.origin, *item.related) if isinstance(origin, CellOrigin)]
    assert [(cell.source, cell.row, cell.column, cell.text) for cell in cells] == [
        ("staff.csv", 2, "name", "林"),
        ("staff.csv", 3, "name", "陳"),
        ("staff.csv", 4, "name", "王"),
    ]


@pytest.mark.parametrize("language", FILES)
def test_columns_that_no_rule_uses_are_listed_once(language: str, tmp_path: Path) -> None:
    written = {"yarrrml": "- [ex:a, $(name)]", "rml": "[ rml:predicate ex:p ; rml:object 'a' ]"}[language]
    said, _ = findings_of(tmp_path, language, written, STAFF.replace("email", "email,fax", 1).replace(",,", ",,,"))
    (item,) = said
    assert (item.code, item.severity) == ("LOD4002", "warning")
    assert "no rule uses columns 'email', 'fax' of staff.csv" in item.message


def test_maps_that_contradict_each_other(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("code,label\nA,人事處\nB,會計處\n", encoding="utf-8")
    other = (
        "- [ex:a, $(email)]\n  other:\n    sources: [[other.csv~csv]]\n"
        "    s: ex:unit/$(code)\n    po: [[rdfs:label, $(label)], [skos:altLabel, $(label)]]"
    )
    said, _ = findings_of(tmp_path, "yarrrml", other, STAFF)
    (item,) = (each for each in said if each.code == "LOD4042")
    assert item.severity == "warning"
    assert "of 1 subject, as '會計處' and '主計處' of <https://example.org/unit/B>" in item.message
    cells = [str(origin) for origin in item.related if isinstance(origin, CellOrigin)]
    assert cells == ["other.csv, row 3, column label", "unit.csv, row 3, column label"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("[skos:notation, $(id), xsd:integer]", [("LOD6020", "warning", "<http://www.w3.org/2004/02/skos/core#nota")]),
        ("[ex:a, $(id), xsd:integer]", []),
        ("[ex:a, $(code), xsd:integer]", [("LOD6020", "warning", "2 values with zeros in front, as '01', whi")]),
        ("[ex:a, $(code)]", []),
        ("[ex:a, $(share), xsd:decimal]", [("LOD6021", "info", "returns 2 values without them, '25.00' as '25'")]),
        ("[ex:a, $(id), xsd:int]", [("LOD6022", "info", "xsd:int as xsd:integer")]),
    ],
)
def test_numbers_that_a_store_returns_otherwise(
    rule: str, expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    table = (
        "id,name,unit,count,email,tag,code,share\n1,林,A,3,,zh,01,25.00\n2,陳,B,5,,en,002,0.5\n3,王,A,7,,en,10,-7.50\n"
    )
    said, _ = findings_of(tmp_path, "yarrrml", f"- {rule}", table)
    said = [each for each in said if each.code.startswith("LOD60")]
    assert [(each.code, each.severity) for each in said] == [each[:2] for each in expected]
    for each, (*_, text) in zip(said, expected, strict=True):
        assert text in each.message
        assert isinstance(each.origin, TextOrigin)
        assert each.origin.line
        if "$(code)" in rule:
            assert str(each.related[0]) == "staff.csv, row 2, column code"


@pytest.mark.parametrize("language", FILES)
def test_codes_typed_as_numbers_are_told_before_a_lift(language: str, tmp_path: Path) -> None:
    """`lod check` looks at the first rows: at the rule, with the cells."""
    rules = {
        "yarrrml": "- [ex:a, §$(tag), xsd:integer]",
        "rml": "[ rml:predicate ex:p ; rml:objectMap [ rml:reference §'tag' ; rml:datatype xsd:integer ] ]",
    }
    name, template = FILES[language]
    text = template.format(rules[language])
    before = text.partition("§")[0]
    (tmp_path / name).write_text(text.replace("§", ""), encoding="utf-8")
    staff = STAFF.replace("zh-Hant-TW", "007").replace(",en", ",12")
    (tmp_path / "staff.csv").write_text(staff, encoding="utf-8")
    (tmp_path / "unit.csv").write_text(UNIT, encoding="utf-8")
    findings = Findings()
    plan = compile_plan(read_mappings([tmp_path / name], findings), folders=[tmp_path], base_iri="", findings=findings)
    foresee_codes(plan, findings)
    (item,) = (each for each in findings if each.code != "LOD4002")
    assert (item.code, item.severity) == ("LOD6020", "warning")
    assert "1 value in the first 3 rows with zeros in front, as '007'" in item.message
    assert str(item.related[0]).startswith("staff.csv, row 2, column tag")
    assert isinstance(item.origin, TextOrigin)
    assert item.origin.line == before.count("\n") + 1


def test_a_parent_that_is_wrong_itself(tmp_path: Path) -> None:
    """The triples map that refers to it says nothing more."""
    name, template = FILES["rml"]
    join = "[ rml:predicate ex:p ; rml:objectMap [ rml:parentTriplesMap ex:unit ] ]"
    text = template.format(join).replace('rml:template "https://example.org/unit/{code}"', "rml:template ex:x")
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "staff.csv").write_text(STAFF, encoding="utf-8")
    (tmp_path / "unit.csv").write_text(UNIT, encoding="utf-8")
    findings = Findings()
    with pytest.raises(FindingsError):
        lift_files([tmp_path / name], tmp_path / "out.nq", findings=findings)
    assert {item.code for item in findings.errors} == {"LOD3105"}


def test_all_errors_in_one_pass(tmp_path: Path) -> None:
    """Mistakes of every stage before the rows are read: syntax of terms, names, columns."""
    written = "- [exx:a, $(nmae)]\n      - [ex:b, $(name), zh_TW~lang]\n      - [ex:c, $(count), xsd:integr]"
    said, _ = findings_of(tmp_path, "yarrrml", written, STAFF)
    assert {item.code for item in said} == {"LOD3006", "LOD3009", "LOD4001", "LOD4043"}


@pytest.mark.parametrize(
    ("given", "hint"), [("機関", "did you mean '機關'?"), ("人敷", "known here: 人力, 人數, 機關")]
)
def test_words_of_two_signs(given: str, hint: str) -> None:
    """One sign mistaken is the half of them, and no other name may be as near."""
    assert did_you_mean(given, ["人數", "人力", "機關"]) == hint
