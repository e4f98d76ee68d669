"""RML documents: what they become, and what is said about mistakes in them, where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.mapping.ir import Call, Constant, Reference, ReferencingObjectMap, RowIdentity, Template, TermMap, TriplesMap
from lod.mapping.rml.read import read_rml

PREFIXES = """@prefix rml: <http://w3id.org/rml/> .
@prefix ex: <http://example.org/> .
@prefix grel: <http://users.ugent.be/~bjdmeest/function/grel.ttl#> .
"""
SOURCE = 'rml:logicalSource [ rml:source [ a rml:FilePath ; rml:path "staff.csv" ] ; rml:referenceFormulation rml:CSV ]'
SUBJECT = 'rml:subjectMap [ rml:template "http://example.org/{id}" ]'


def read(text: str, folder: Path) -> tuple[list[TriplesMap], list[str]]:
    """The triples maps of a document, and its findings as `line:column code message | hint`."""
    path = folder / "staff.rml.ttl"
    path.write_text(PREFIXES + text, encoding="utf-8")
    findings = Findings()
    found = read_rml(path, path.name, findings)
    told = [each for each in findings if each.code != "LOD3050"]  # most documents here leave the formulation out
    return found, [f"{str(each.origin).partition(':')[2]} {each.code} {each.message}" for each in told]


def only(text: str, folder: Path) -> TriplesMap:
    found, findings = read(text, folder)
    assert findings == []
    assert len(found) == 1
    return found[0]


def pom(text: str) -> str:
    return f"ex:Map {SOURCE} ; {SUBJECT} ;\nrml:predicateObjectMap [ rml:predicate ex:p ; {text} ] ."


def test_what_can_be_read_beside_a_mistake_is_kept(tmp_path: Path) -> None:
    good = "rml:predicateObjectMap [ rml:predicate ex:q ; rml:objectMap [ rml:reference 'name' ] ]"
    bad = (
        "rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:functionExecution [ rml:function ex:no ] ] ]"
    )
    found, findings = read(f"ex:Map {SOURCE} ; {SUBJECT} ; {good} ; {bad} .", tmp_path)
    assert [finding.split()[1] for finding in findings] == ["LOD3051"]
    assert [len(each.predicate_object_maps) for each in found] == [2]


def term(text: str, folder: Path) -> TermMap:
    found = only(pom(f"rml:objectMap [ {text} ]"), folder).predicate_object_maps[0].object
    assert isinstance(found, TermMap)
    return found


def test_every_predicate_with_every_object_in_every_graph(tmp_path: Path) -> None:
    text = f"""ex:Map {SOURCE} ;
      rml:subjectMap [ rml:template "http://e/{{id}}" ; rml:class ex:A, ex:B ; rml:graph ex:g, rml:defaultGraph ] ;
      rml:predicateObjectMap [ rml:predicate ex:p, ex:q ; rml:object "x"@en, 1 ; rml:graph ex:g ] ."""
    found = only(text, tmp_path)
    graphs = [each.graph and each.graph.expression for each in found.predicate_object_maps]
    assert len(graphs) == 2 * 2 + 2 * 2 * 2
    assert {getattr(each, "value", None) for each in graphs} == {"http://example.org/g", None}


def test_names_are_the_ends_of_iris(tmp_path: Path) -> None:
    text = "".join(f"<http://{host}/maps#Staff> {SOURCE} ; {SUBJECT} .\n" for host in ("a.org", "b.org"))
    found, _ = read(text, tmp_path)
    assert [each.name for each in found] == ["Staff", "http://b.org/maps#Staff"]


@pytest.mark.parametrize(
    ("text", "kind", "term_type"),
    [
        ('rml:reference "a"', Reference, "literal"),
        ('rml:template "{a}"', Template, "IRI"),
        ('rml:template "{a}" ; rml:language "zh-Hant-TW"', Template, "literal"),
        ('rml:template "{a}" ; rml:termType rml:BlankNode', Template, "blank node"),
        ("rml:termType rml:BlankNode", RowIdentity, "blank node"),
        ('rml:constant "a"', Constant, "literal"),
        ("rml:constant ex:a", Constant, "IRI"),
        ('rml:constant "http://example.org/a" ; rml:termType rml:IRI', Constant, "IRI"),
        ('rml:template "no reference" ; rml:termType rml:Literal', Constant, "literal"),
    ],
)
def test_term_types(text: str, kind: type, term_type: str, tmp_path: Path) -> None:
    found = term(text, tmp_path)
    assert isinstance(found.expression, kind)
    assert found.term_type == term_type


def test_templates(tmp_path: Path) -> None:
    found = term(r'rml:template "\\{{a b}\\}\\\\{c}" ; rml:termType rml:Literal', tmp_path).expression
    assert isinstance(found, Template)
    assert [each if isinstance(each, str) else f"<{each.name}>" for each in found.parts] == ["{", "<a b>", "}\\", "<c>"]


def test_references_know_their_places(tmp_path: Path) -> None:
    found = term('rml:template "http://example.org/{a}/{b}"', tmp_path).expression
    assert isinstance(found, Template)
    a, b = [each for each in found.parts if isinstance(each, Reference)]
    assert (a.origin.line, b.origin.column - a.origin.column, b.origin.length) == (5, 4, 3)


def test_functions(tmp_path: Path) -> None:
    text = """rml:functionExecution [ rml:function grel:toUpperCase ; rml:input [
        rml:parameter grel:valueParam ; rml:inputValueMap [ rml:functionExecution [ rml:function grel:string_replace ;
            rml:input [ rml:parameter grel:valueParam ; rml:inputValueMap [ rml:reference "name" ] ],
                      [ rml:parameter grel:param_find ; rml:inputValue " " ],
                      [ rml:parameter grel:p_string_replace ; rml:inputValue "-" ] ] ] ] ] ;
        rml:return grel:stringOut"""
    outer = term(text, tmp_path).expression
    assert isinstance(outer, Call)
    inner = dict(outer.arguments)["value"]
    assert isinstance(inner, Call)
    assert {name: type(each) for name, each in inner.arguments} == {
        "value": Reference, "find": Constant, "replace": Constant,
    }  # fmt: skip


def test_legacy_functions(tmp_path: Path) -> None:
    """As yarrrml-parser writes them: an execution looks like a triples map, and is none."""
    text = f"""@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix fnml: <http://semweb.mmlab.be/ns/fnml#> .
    @prefix fno: <https://w3id.org/function/ontology#> .
    ex:Map {SOURCE} ; {SUBJECT} ; rr:predicateObjectMap [ rr:predicateMap [ rr:constant ex:p ] ; rr:objectMap [
        fnml:functionValue [ {SOURCE} ;
            rr:predicateObjectMap [ rr:predicateMap [ rr:constant fno:executes ] ;
                                    rr:objectMap [ rr:constant grel:toUpperCase ] ] ;
            rr:predicateObjectMap [ rr:predicateMap [ rr:constant grel:valueParameter ] ;
                                    rr:objectMap [ rr:column "name" ] ] ] ] ] ."""
    found = only(text, tmp_path).predicate_object_maps[0].object
    assert isinstance(found, TermMap)
    assert isinstance(found.expression, Call)
    assert [(name, type(each)) for name, each in found.expression.arguments] == [("value", Reference)]


def test_joins(tmp_path: Path) -> None:
    text = f"""ex:Map {SOURCE} ; {SUBJECT} ; rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [
        rml:parentTriplesMap ex:Parent ;
        rml:joinCondition [ rml:child "a" ; rml:parent "b" ],
            [ rml:childMap [ rml:template "x{{a}}" ] ; rml:parentMap [ rml:constant "x1" ] ] ] ] .
    ex:Parent {SOURCE} ; {SUBJECT} ."""
    found, findings = read(text, tmp_path)
    assert findings == []
    referencing = found[0].predicate_object_maps[0].object
    assert isinstance(referencing, ReferencingObjectMap)
    assert referencing.parent == "Parent"
    assert [(type(each.child), type(each.parent)) for each in referencing.joins] == [
        (Reference, Reference),
        (Template, Constant),
    ]


def test_sources(tmp_path: Path) -> None:
    text = """ex:Map rml:logicalSource [ rml:source [ a rml:FilePath ; rml:root rml:CurrentWorkingDirectory ;
        rml:path "staff.csv.gz" ; rml:compression rml:gzip ; rml:encoding rml:UTF-16 ; rml:null "-", "" ] ] ; """
    source = only(text + SUBJECT + " .", tmp_path).source
    assert (source.access, source.formulation, source.compression) == ("staff.csv.gz", "csv", "gzip")
    assert (source.dialect.encoding, source.dialect.nulls, source.dialect.empty_is_null) == ("utf-16", ("-", ""), True)
    assert source.in_working_folder


def test_a_described_csv(tmp_path: Path) -> None:
    text = """@prefix csvw: <http://www.w3.org/ns/csvw#> .
    ex:Map rml:logicalSource [ rml:source [ a csvw:Table ; csvw:url "staff.csv" ; csvw:dialect [ a csvw:Dialect ;
        csvw:delimiter ";" ; csvw:encoding "big5" ; csvw:header false ] ] ; rml:referenceFormulation rml:CSV ] ; """
    dialect = only(text + SUBJECT + " .", tmp_path).source.dialect
    assert (dialect.delimiter, dialect.encoding, dialect.header) == (";", "big5", False)


def test_empty_cells_are_values_unless_the_mapping_says_so(tmp_path: Path) -> None:
    """RML-IO has no default null for CSV; the predecessors, and every engine for them, leave empty cells out."""
    legacy = """@prefix old: <http://semweb.mmlab.be/ns/rml#> . @prefix ql: <http://semweb.mmlab.be/ns/ql#> .
    ex:Map old:logicalSource [ old:source "staff.csv" ; old:referenceFormulation ql:CSV ] ; """
    assert not only(f"ex:Map {SOURCE} ; {SUBJECT} .", tmp_path).source.dialect.empty_is_null
    assert only(legacy + SUBJECT + " .", tmp_path).source.dialect.empty_is_null


MISTAKES = Path(__file__).with_name("rml_mistakes.txt").read_text(encoding="utf-8").split("\n\n")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(mistake: str, tmp_path: Path) -> None:
    """rml_mistakes.txt: a document and what is told; § marks the place that the finding has to name.

    `{source}` and `{subject}` are what every triples map has; `...` begins a predicate-object map of one that has them.
    """
    text, told = (part.strip() for part in mistake.strip().split("\n"))
    text = pom(text.removeprefix("...")) if text.startswith("...") else text
    text = text.replace("{source}", SOURCE).replace("{subject}", SUBJECT)
    before = (PREFIXES + text).partition("§")[0]
    place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    assert read(text.replace("§", ""), tmp_path)[1] == [f"{place} {told}"]


def test_a_document_without_triples_maps(tmp_path: Path) -> None:
    assert read("ex:a ex:b ex:c .", tmp_path) == ([], [" LOD3115 staff.rml.ttl has no triples map"])


def test_all_mistakes_in_one_pass(tmp_path: Path) -> None:
    text = pom('rml:objectMap [ rml:template "{a" ; rml:langauge "en" ], [ rml:reference "b" ; rml:language "e_n" ]')
    assert [each.split()[1] for each in read(text, tmp_path)[1]] == ["LOD3102", "LOD3106", "LOD3009"]


@pytest.mark.suite
def test_predecessors_say_the_same(shared: Path, tmp_path: Path) -> None:
    """The core cases in the words of R2RML and legacy RML become the same triples maps.

    But for what they call null, and what becomes of JSON's numbers and of values that are no IRIs.
    """
    for case in sorted((shared / "suites" / "rml-core" / "test-cases").glob("RMLTC*/mapping.ttl")):
        if case.parent.name == "RMLTC0024a-JSON":  # text as a blank node, which yarrrml-parser wrote
            continue
        text = case.read_text(encoding="utf-8")
        assert _plain(text, tmp_path) == _plain(_in_old_words(text), tmp_path), case


_R2RML = (
    "subjectMap|subject|predicateObjectMap|predicateMap|predicate|objectMap|object|graphMap|graph|template|constant|class|"
    "termType|joinCondition|child|parent|parentTriplesMap|datatype|language|defaultGraph|IRI|BlankNode|Literal|TriplesMap|"
    "RefObjectMap"
)


def _in_old_words(text: str) -> str:
    source = r'rml:source \[ a rml:RelativePathSource;\s*rml:root rml:MappingDirectory;\s*rml:path ("[^"]*")\s*\]'
    text = re.sub(source, r"rml:source \1", text)
    text = re.sub(rf"rml:({_R2RML})\b", r"rr:\1", text)
    old = "<http://semweb.mmlab.be/ns/rml#> .\n@prefix ql: <http://semweb.mmlab.be/ns/ql#> .\n"
    old += "@prefix rr: <http://www.w3.org/ns/r2rml#> ."
    return text.replace("rml:JSONPath", "ql:JSONPath").replace("<http://w3id.org/rml/> .", old)


def _plain(text: str, folder: Path) -> tuple[str, list[str]]:
    """Triples maps and findings, without places and without what the two words for a source mean differently."""
    found, findings = read(text, folder)
    plain = re.sub(r"TextOrigin\([^)]*\)", "", repr(found))
    plain = re.sub(r"dialect=Dialect\(.*?trim=''\)|in_working_folder=\w+|may_\w+=\w+", "", plain)
    plain = re.sub(r"document_base='[^']*'", "", plain)
    plain = plain.replace(
        "datatype=Constant(value='http://www.w3.org/2001/XMLSchema#string', origin=)", "datatype=None"
    )
    plain = re.sub(
        r"Call\(function='urn:lod:function:legalIri', arguments=\(\('value', (.*?\))\),\), origin=\)", r"\1", plain
    )
    return plain, sorted(each.split()[1] for each in findings)
