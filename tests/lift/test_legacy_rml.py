"""Mappings in legacy RML (http://semweb.mmlab.be/ns/rml#), as tools of its time wrote them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.run import lift_files

PREFIXES = """@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix fnml: <http://semweb.mmlab.be/ns/fnml#> .
@prefix fno: <https://w3id.org/function/ontology#> .
@prefix idlab-fn: <https://w3id.org/imec/idlab/function#> .
@prefix grel: <http://users.ugent.be/~bjdmeest/function/grel.ttl#> .
@prefix rmlt: <http://semweb.mmlab.be/ns/rml-target#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix ex: <http://example.org/> .
@base <http://base.example/> .
"""
STAFF = "id,name,office\n1,王 小明,a\n2,Jane Roe,b\n"
SOURCE = 'rml:logicalSource [ rml:source "staff.csv" ; rml:referenceFormulation ql:CSV ]'


def lift(text: str, folder: Path, **files: str) -> tuple[list[str], list[str]]:
    """The statements, sorted, and the codes of all findings but the one about unused columns."""
    (folder / "map.ttl").write_text(PREFIXES + text, encoding="utf-8")
    for name, content in {"staff_csv": STAFF, **files}.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    findings, out = Findings(), folder / "out.nq"
    try:
        lift_files([folder / "map.ttl"], out, findings=findings, targets=folder / "targets")
    except FindingsError:
        return [], [each.code for each in findings]
    lines = [line.removesuffix(" .") for line in sorted(out.read_text(encoding="utf-8").splitlines())]
    return lines, [each.code for each in findings if each.code != "LOD4002"]


def call(function: str, *inputs: tuple[str, str]) -> str:
    """A function as legacy FNML writes it: a triples map whose predicates are the parameters."""
    poms = [f'rr:predicate fno:executes ; rr:objectMap [ rr:constant "{function}" ]']
    poms += [f"rr:predicate {name} ; rr:objectMap [ {value} ]" for name, value in inputs]
    said = "".join(f"rr:predicateObjectMap [ {each} ] ; " for each in poms)
    return f"fnml:functionValue [ {said} ]"


EQUAL, WHERE = "https://w3id.org/imec/idlab/function#equal", "https://w3id.org/imec/idlab/function#trueCondition"


def test_values_of_json_are_text(tmp_path: Path) -> None:
    text = """<#M> rml:logicalSource [ rml:source "a.json" ; rml:referenceFormulation ql:JSONPath ;
            rml:iterator "$.[*]" ] ; rr:subjectMap [ rr:template "{id}" ] ;
        rr:predicateObjectMap [ rr:predicate ex:n ; rr:objectMap
            [ rml:reference "n" ], [ rml:reference "n" ; rr:datatype <http://www.w3.org/2001/XMLSchema#decimal> ] ] ."""
    assert lift(text, tmp_path, a_json=json.dumps([{"id": 1, "n": 2.5}])) == (
        [
            '<http://base.example/1> <http://example.org/n> "2.5"',
            '<http://base.example/1> <http://example.org/n> "2.5"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        ],
        [],
    )


def test_a_value_that_is_no_iri_makes_no_term(tmp_path: Path) -> None:
    text = f"""<#M> {SOURCE} ; rr:subjectMap [ rml:reference "name" ] ;
        rr:predicateObjectMap [ rr:predicate ex:p ; rr:object 1 ] ."""
    names = "id,name\n1,http://example.org/x\n2,Carlos\n3,Juan Daniel\n"
    lines, codes = lift(text, tmp_path, staff_csv=names)
    assert [line.partition(" ")[0] for line in lines] == ["<http://base.example/Carlos>", "<http://example.org/x>"]
    assert codes == ["LOD2101"]


def test_conditional_terms_are_terms(tmp_path: Path) -> None:
    equal = call(EQUAL, ("grel:valueParameter", 'rml:reference "office"'), ("grel:valueParameter2", 'rr:constant "a"'))
    subject = call(
        WHERE,
        ("idlab-fn:strBoolean", equal),
        ("idlab-fn:str", 'rr:template "http://example.org/{name}" ; rr:termType rr:IRI'),
    )
    name = call(WHERE, ("idlab-fn:strBoolean", equal), ("idlab-fn:str", 'rml:reference "name"'))
    text = f"""<#M> {SOURCE} ; rr:subjectMap [ {subject} ; rr:termType rr:IRI ] ; rr:predicateObjectMap
        [ rr:predicate ex:p ; rr:objectMap [ {name} ; rr:termType rr:Literal ; rr:language "zh" ] ] ."""
    expected = '<http://example.org/王%20小明> <http://example.org/p> "王 小明"@zh'
    assert lift(text, tmp_path) == ([expected], [])
    blank = call(WHERE, ("idlab-fn:strBoolean", equal), ("idlab-fn:str", "rr:termType rr:BlankNode"))
    text = f"<#M> {SOURCE} ; rr:subjectMap [ {blank} ] ; rr:predicateObjectMap [ rr:predicate ex:p ; rr:object ex:o ] ."
    lines, codes = lift(text, tmp_path)
    assert [len(lines), lines[0][:2], codes] == [1, "_:", []]


def test_joins_written_as_functions(tmp_path: Path) -> None:
    def joined(child: str, parent: str) -> tuple[list[str], list[str]]:
        equal = call(EQUAL, ("grel:valueParameter", child), ("grel:valueParameter2", parent))
        return lift(
            f"""<#M> {SOURCE} ; rr:subjectMap [ rr:template "http://example.org/{{id}}" ] ; rr:predicateObjectMap
                [ rr:predicate ex:in ; rr:objectMap [ rr:parentTriplesMap <#O> ; rml:joinCondition [ {equal} ] ] ] .
            <#O> rml:logicalSource [ rml:source "o.csv" ; rml:referenceFormulation ql:CSV ] ;
                rr:subjectMap [ rr:template "http://example.org/o/{{code}}" ; rr:class ex:O ] .""",
            tmp_path,
            o_csv="code\nA\nb\n",
        )

    lower = call("http://users.ugent.be/~bjdmeest/function/grel.ttl#toLowerCase", ("grel:valueParameter", "{}"))
    of_parent = lower.replace("{}", 'rml:parentTermMap [ rml:reference "code" ]')
    lines, codes = joined('rml:reference "office"', of_parent)
    assert [line for line in lines if "example.org/in" in line] == [
        "<http://example.org/1> <http://example.org/in> <http://example.org/o/A>",
        "<http://example.org/2> <http://example.org/in> <http://example.org/o/b>",
    ]
    assert codes == []
    lines, _ = joined('rr:constant "b"', 'rml:parentTermMap [ rml:reference "code" ]')
    assert [line for line in lines if "example.org/in" in line] == [
        "<http://example.org/1> <http://example.org/in> <http://example.org/o/b>",
        "<http://example.org/2> <http://example.org/in> <http://example.org/o/b>",
    ]
    assert joined('rml:reference "office"', 'rml:reference "id"')[1] == ["LOD3103"]


def test_joins_by_several_functions(tmp_path: Path) -> None:
    def equal(column: str, there: str) -> str:
        parent = f'rml:parentTermMap [ rml:reference "{there}" ]'
        return call(EQUAL, ("grel:valueParameter", f'rml:reference "{column}"'), ("grel:valueParameter2", parent))

    both = call(
        "http://users.ugent.be/~bjdmeest/function/grel.ttl#boolean_and",
        ("grel:param_rep_b", equal("id", "number")),
        ("grel:param_rep_b", equal("office", "code")),
    )
    lines, codes = lift(
        f"""<#M> {SOURCE} ; rr:subjectMap [ rr:template "http://example.org/{{id}}" ] ; rr:predicateObjectMap
            [ rr:predicate ex:in ; rr:objectMap [ rr:parentTriplesMap <#O> ; rml:joinCondition [ {both} ] ] ] .
        <#O> rml:logicalSource [ rml:source "o.csv" ; rml:referenceFormulation ql:CSV ] ;
            rr:subjectMap [ rr:template "http://example.org/o/{{number}}{{code}}" ; rr:class ex:O ] .""",
        tmp_path,
        o_csv="number,code\n1,b\n1,a\n2,b\n2,c\n",
    )
    assert [line for line in lines if "example.org/in" in line] == [
        "<http://example.org/1> <http://example.org/in> <http://example.org/o/1a>",
        "<http://example.org/2> <http://example.org/in> <http://example.org/o/2b>",
    ]
    assert codes == []


def test_a_dialect_tells_rows_from_what_is_none(tmp_path: Path) -> None:
    """Lines above the header, comments and blanks do not count; rows keep the numbers that they have in the file."""
    text = """<#M> rml:logicalSource [ rml:source [ a csvw:Table ; csvw:url "staff.csv" ; csvw:null "NULL" ;
            csvw:dialect [ a csvw:Dialect ; %s ] ] ; rml:referenceFormulation ql:CSV ] ;
        rr:subjectMap [ rr:template "{id}" ] ; rr:predicateObjectMap [ rr:predicate ex:p ;
            rr:objectMap [ rml:reference "name" ] ] ."""
    staff = 'printed 2012\n# one "x\nid,name\n 1 , "a b" \n#2,c\n\n3,"#not\n#this"\n4,NULL\n'
    flags = 'csvw:skipRows 1 ; csvw:commentPrefix "#" ; csvw:trim true ; csvw:headerRowCount 1'
    lines, codes = lift(text % flags, tmp_path, staff_csv=staff.replace('"a b" ', '"a b"'))
    assert (lines, codes) == (
        [
            '<http://base.example/1> <http://example.org/p> "a b"',
            '<http://base.example/3> <http://example.org/p> "#not\\n#this"',
        ],
        [],
    )
    broken = staff.replace('"a b" ', '"a b",,')
    findings = Findings()
    (tmp_path / "staff.csv").write_text(broken, encoding="utf-8")
    with pytest.raises(FindingsError):
        lift_files([tmp_path / "map.ttl"], tmp_path / "out.nq", findings=findings)
    assert [(each.code, str(each.origin).rpartition(", ")[2]) for each in findings.errors] == [("LOD2004", "row 4")]
    wrong = 'csvw:skipColumns 1 ; csvw:doubleQuote false ; csvw:quotes "x" ; csvw:trim "both" ; csvw:headerRowCount 2'
    assert sorted(lift(text % wrong, tmp_path)[1]) == ["LOD3014"] * 4 + ["LOD3102"]


def test_targets_dialects_and_constants_as_they_were_written(tmp_path: Path) -> None:
    text = """<#M> rml:logicalSource [ rml:source [ a csvw:Table ; csvw:url "staff.csv" ;
                csvw:dialect [ csvw:delimiter "\\t" ] ] ; rml:referenceFormulation ql:CSV ] ;
            rr:subjectMap [ rr:constant "x" ; rr:termType rr:BlankNode ; rml:logicalTarget [ a rmlt:LogicalTarget ;
                rmlt:serialization <http://www.w3.org/ns/formats/N-Triples> ;
                rmlt:target [ a void:Dataset ; void:dataDump <file:///data/dump.nt> ] ] ] ;
            rr:predicateObjectMap [ rr:predicate ex:p ; rr:objectMap [ rml:reference "name" ] ] ."""
    assert lift(text, tmp_path, staff_csv="id\tname\n1,2\ta\n") == ([], ["LOD3040"])
    written = (tmp_path / "targets" / "data" / "dump.nt").read_text(encoding="utf-8")
    assert written.partition(" ")[2] == '<http://example.org/p> "a" .\n'
    text = f"""<#M> {SOURCE} ; rr:subjectMap [ rr:template "http://example.org/{{id}}" ;
            rr:graphMap [ rr:constant "http://example.org/g" ] ] ;
        rr:predicateObjectMap [ rr:predicate ex:p ; rr:objectMap [ rr:constant "c" ] ] ."""
    lines, codes = lift(text, tmp_path)
    assert [*(line.rpartition(" ")[2] for line in lines), codes] == ["<http://example.org/g>"] * 2 + [[]]
