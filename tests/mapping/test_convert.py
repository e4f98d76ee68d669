"""Mappings written in another language make the same statements."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.run import lift_files
from lod.mapping.convert import Language, convert, without_what_only_lifts_need
from lod.mapping.ir import Mapping, Reference, Template
from lod.mapping.read import read_mappings

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
CASES = sorted(path.parent.name for path in GOLDENS.glob("*/expected.nq"))
FILES = {Language.RML: "converted.rml.ttl", Language.YARRRML: "converted.yarrrml.yml"}
HEAD = "prefixes: {ex: 'https://example.org/'}\n"


def lift(mapping: Path, work: Path, base: str = "") -> dict[str, list[str]] | None:
    """The lines of all files that a mapping makes, None if it is refused."""
    work.mkdir()
    try:
        lift_files([mapping], work / "out.nq", base_iri=base, targets=work / "targets", threads=1, findings=Findings())
    except FindingsError:
        return None
    found = [work / "out.nq", *sorted((work / "targets").rglob("*"))]
    return {path.name: sorted(path.read_text("latin-1").splitlines()) for path in found if path.is_file()}


def converted(path: Path, language: Language) -> str:
    """A mapping in another language; '' if that cannot say it."""
    findings = Findings()
    text = convert(read_mappings([path], findings), language, findings)
    assert {each.code for each in findings.errors} <= {"LOD3018"}
    return "" if findings.errors else text


def differences(path: Path, work: Path) -> dict[Language, str]:
    """In which languages the statements of a mapping and of what it was converted to differ, and how."""
    folder = work / "in"
    shutil.copytree(path.parent, folder)
    bases = {each.document_base for each in read_mappings([path], Findings()).triples_maps}
    base = "" if any(bases) else "http://example.com/"
    before = lift(folder / path.name, work / "before", base)
    found: dict[Language, str] = {}
    for language in Language if before is not None else ():
        text = converted(folder / path.name, language)
        (folder / FILES[language]).write_text(text, encoding="utf-8")
        after = lift(folder / FILES[language], work / language, base) if text else None
        if after != before:
            found[language] = f"{before}\n{after}\n{text}" if text else "not expressible"
    return found


@pytest.mark.parametrize("case", CASES)
def test_goldens(case: str, tmp_path: Path) -> None:
    assert differences(GOLDENS / case / "mapping.yarrrml.yml", tmp_path) == {}


_EMPTY = "an empty table is an error in YARRRML"
_ENCODED = "an IRI that is nothing but a value, percent-encoded: YARRRML has no template of one reference"
NOT_EXPECTED = {
    (Language.YARRRML, "RMLTC0000-JSON"): _EMPTY,
    (Language.YARRRML, "RMLFNMLTC0008-CSV"): "a triples map that makes nothing is an error in YARRRML",
    (Language.YARRRML, "RMLTC0020a-JSON"): _ENCODED,
    (Language.YARRRML, "RMLTC0026a-JSON"): _ENCODED,
    (Language.YARRRML, "RMLTC0026b-JSON"): _ENCODED,
    (Language.YARRRML, "RMLTC0026c-JSON"): _ENCODED,
    (Language.YARRRML, "RMLTC0026d-JSON"): _ENCODED,
    (Language.YARRRML, "RMLSTC0007d"): "prefixes of XPath",
    (Language.YARRRML, "RMLSTC0006b"): "a source in the folder where the lift runs",
}


@pytest.mark.suite
@pytest.mark.parametrize("suite", ["rml-core", "rml-fnml", "rml-io"])
def test_rml_cases(suite: str, shared: Path, tmp_path: Path) -> None:
    """Every case that is lifted is converted, but those that are listed with a reason."""
    folders = sorted((shared / "suites" / suite / "test-cases").glob("*/mapping.ttl"))
    assert folders
    wrong = []
    for path in folders:
        work = tmp_path / path.parent.name
        work.mkdir()
        found = differences(path, work)
        wrong += [
            f"{path.parent.name} {language}: {found.get(language, 'converted, and listed as not')}"
            for language in Language
            if bool(found.get(language)) is not ((language, path.parent.name) in NOT_EXPECTED)
        ]
    assert not wrong


def read(text: str, folder: Path, name: str = "m.yarrrml.yml") -> Mapping:
    """The mapping that a text writes."""
    (folder / name).write_text(text, encoding="utf-8")
    findings = Findings()
    mapping = read_mappings([folder / name], findings)
    assert findings.errors == []
    return mapping


SIGNS = r"""mappings:
  'a b/c':
    sources:
      - {access: 'p~q.csv', encoding: big5, delimiter: tab, quote: "'", 'null': ['-', 'n/a'], header: false}
    s: 'https://example.org/{x}\$\(y\)/$(a \(b\) {c})'
    po:
      - [ex:p, ['text {a} \$\(b\) \\ "q" 中', '$(1) and $(2)', '$(x\\y)']]
      - [ex:p, 'urn:x:$(1)~iri']
      - [ex:p, {function: 'idlab-fn:concat(str = "ex:a", otherStr = ex:$(1))'}]
      - [a, {value: $(1), type: literal}]
      - {p: ex:p, o: {v: $(1), type: uri}, condition: {function: idlab-fn:isNotNull, parameters: [[str, $(2)]]}}
"""


@pytest.mark.parametrize("language", list(Language))
def test_signs_that_mean_something_in_a_language(language: Language, tmp_path: Path) -> None:
    mapping = read((HEAD + SIGNS).replace("{x}", "x"), tmp_path)
    text = convert(mapping, language, Findings())
    again = read(text, tmp_path, FILES[language])
    assert convert(again, language, Findings()) == text
    [one], [other] = mapping.triples_maps, again.triples_maps
    assert one.source.dialect == other.source.dialect
    assert one.source.access == other.source.access
    for before, after in zip(one.predicate_object_maps, other.predicate_object_maps, strict=True):
        assert shape(before.object) == shape(after.object)
        assert shape(before.predicate) == shape(after.predicate)
    assert shape(one.subject) == shape(other.subject)


def shape(value: object) -> object:
    """A value of the IR without its positions; a template of one reference is that reference."""
    if isinstance(value, Template) and len(value.parts) == 1:
        return shape(value.parts[0])
    if isinstance(value, Reference):
        return ("reference", value.name)
    if isinstance(value, tuple):
        return tuple(shape(each) for each in value)
    slots = [name for name in getattr(type(value), "__slots__", ()) if name != "origin"]
    return (type(value).__name__, *(shape(getattr(value, name)) for name in slots)) if slots else value


GATHERED = """@prefix rml: <http://w3id.org/rml/> . @prefix ex: <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
<#a> rml:logicalSource [ rml:source [ a rml:FilePath ; rml:path "a.csv" ; rml:null "" ] ] ;
  rml:subjectMap [ rml:template "https://example.org/{id}" ] ; rml:predicateObjectMap [
    rml:predicate ex:p ; rml:objectMap [ rml:gather ( [ rml:reference "a" ] [ rml:gather ( [ rml:template "x{b}" ] ) ;
        rml:gatherAs rdf:Bag ; rml:allowEmptyListAndContainer true ] ) ; rml:gatherAs rdf:List ;
        rml:template "https://example.org/list/{id}" ; rml:strategy rml:cartesianProduct ] ] .
<#b> rml:logicalSource [ rml:source [ a rml:FilePath ; rml:path "a.csv" ; rml:null "" ] ] ;
  rml:subjectMap [ rml:gather ( [ rml:parentTriplesMap <#a> ; rml:joinCondition [ rml:child "a" ; rml:parent "a" ] ] ) ;
    rml:gatherAs rdf:Seq ; rml:graph ex:g ] ; rml:predicateObjectMap [ rml:predicate ex:q ; rml:object "o" ] .
"""


def test_lists_and_containers(tmp_path: Path) -> None:
    """RML says them again; YARRRML cannot, and says where."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("id,a,b\n1,x,y\n2,x,\n", encoding="utf-8")
    (tmp_path / "in" / "m.rml.ttl").write_text(GATHERED, encoding="utf-8")
    text = converted(tmp_path / "in" / "m.rml.ttl", Language.RML)
    (tmp_path / "in" / FILES[Language.RML]).write_text(text, encoding="utf-8")
    found = []
    for name in ("m.rml.ttl", FILES[Language.RML]):
        assert lift(tmp_path / "in" / name, tmp_path / name, "https://example.org/") is not None
        dataset = ox.Dataset(ox.parse(path=str(tmp_path / name / "out.nq"), format=ox.RdfFormat.N_QUADS))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        found.append(dataset)
    assert found[0] == found[1]
    assert len(found[0]) > 10
    findings = Findings()
    convert(read_mappings([tmp_path / "in" / "m.rml.ttl"], findings), Language.YARRRML, findings)
    assert [each.code for each in findings.errors] == ["LOD3018", "LOD3018"]
    assert all(each.origin for each in findings.errors)


VIEWS = """@prefix rml: <http://w3id.org/rml/> . @prefix ex: <https://example.org/> .
<#items> rml:viewOn [ rml:source [ a rml:FilePath ; rml:root rml:MappingDirectory ; rml:path "a.json" ] ;
    rml:referenceFormulation rml:JSONPath ; rml:iterator "$[*]" ] ;
  rml:field [ rml:fieldName "id" ; rml:reference "$.id" ],
  [ rml:fieldName "item" ; rml:iterator "$.items[*]" ; rml:field [ rml:fieldName "n" ; rml:reference "$.n" ] ] .
<#a> rml:logicalSource [ rml:viewOn [ rml:source [ a rml:FilePath ; rml:root rml:MappingDirectory ; rml:path "a.csv" ;
    rml:null "" ] ; rml:referenceFormulation rml:CSV ] ; rml:field [ rml:fieldName "key" ; rml:template "k{id}" ] ;
    rml:leftJoin [ rml:parentLogicalView <#items> ; rml:field [ rml:fieldName "n" ; rml:reference "item.n" ] ;
      rml:joinCondition [ rml:childMap [ rml:template "{key}" ] ; rml:parentMap [ rml:template "k{id}" ] ] ] ] ;
  rml:subjectMap [ rml:template "https://example.org/{key}" ] ;
  rml:predicateObjectMap [ rml:predicate ex:n ; rml:objectMap [ rml:reference "n" ] ] .
"""


def test_logical_views(tmp_path: Path) -> None:
    """RML says them again, from another folder, too; YARRRML has none."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("id\n1\n2\n", encoding="utf-8")
    (folder / "a.json").write_text('[{"id": 1, "items": [{"n": 3}, {"n": 4}]}, {"id": 2}]', encoding="utf-8")
    (folder / "m.rml.ttl").write_text(VIEWS, encoding="utf-8")
    text = convert(read_mappings([folder / "m.rml.ttl"], Findings()), Language.RML, Findings(), folder=tmp_path)
    (tmp_path / FILES[Language.RML]).write_text(text, encoding="utf-8")
    before, after = lift(folder / "m.rml.ttl", tmp_path / "b"), lift(tmp_path / FILES[Language.RML], tmp_path / "a")
    assert before == after
    assert len((before or {})["out.nq"]) == 2
    assert converted(folder / "m.rml.ttl", Language.YARRRML) == ""


FOREIGN = """prefixes: {ex: 'http://example.com/'}
targets: {t: ['http://example.com/sparql~sparql', turtle]}
sources:
  db: {access: //host/db, type: mysql, credentials: {username: u, password: secret}, table: a}
mappings:
  a:
    sources: [['a.csv~csv']]
    s: {value: ex:$(id), targets: t}
    po:
      - {p: ex:name, o: {function: 'ex:pick(one = $(a), one = ex:lower(x = $(b)))'}}
      - {p: ex:number, o: {function: idlab-fn:random}}
  b: {sources: db, s: ex:$(id), po: [[ex:name, $(a)]]}
"""


def test_what_no_lift_here_has_is_written_for_engines_that_have_it(tmp_path: Path) -> None:
    """Functions of others and services as targets go through both languages; a password goes nowhere."""
    first = tmp_path / "m.yarrrml.yml"
    first.write_text(FOREIGN, encoding="utf-8")
    with pytest.raises(FindingsError) as caught:
        lift_files([first], tmp_path / "out.nq", findings=Findings())
    codes = ["LOD3031", "LOD3051", "LOD3051", "LOD3052", "LOD3053"]
    assert sorted(each.code for each in caught.value.diagnostics if each.code > "LOD3000") == codes
    texts = []
    for path, language in ((first, Language.RML), (tmp_path / FILES[Language.RML], Language.YARRRML)):
        findings = Findings()
        mapping = read_mappings([path], findings)
        findings = without_what_only_lifts_need(findings)
        texts.append(convert(mapping, language, findings))
        assert findings.errors == []
        (tmp_path / FILES[language]).write_text(texts[-1], encoding="utf-8")
    assert all("secret" not in text and "http://example.com/sparql" in text for text in texts)
    assert "rml:function <http://example.com/pick>" in texts[0]
    assert texts[0].count("rml:parameter <http://example.com/one>") == 2
    again = convert(read_mappings([tmp_path / FILES[Language.YARRRML]], Findings()), Language.RML, Findings())
    assert again == texts[0]


def test_paths_fit_another_folder(tmp_path: Path) -> None:
    (tmp_path / "in" / "t").mkdir(parents=True)
    (tmp_path / "in" / "t" / "p.csv").write_text("a\n1\n")
    text = HEAD + "mappings: {one: {sources: [['t/p.csv~csv'], ['q.csv~csv']], s: 'ex:$(a)', po: [[ex:p, $(a)]]}}"
    mapping = read(text, tmp_path / "in")
    for folder, path in ((tmp_path / "in", "t/p.csv"), (tmp_path / "out", "../in/t/p.csv"), (None, "t/p.csv")):
        written = convert(mapping, Language.YARRRML, Findings(), folder=folder)
        assert f"[{path}~csv]" in written
        assert "[q.csv~csv]" in written  # not beside the mapping: among the tables, wherever these are


def test_databases_and_rdf_files(tmp_path: Path) -> None:
    """What RML describes with D2RQ and SPARQL results is the same sources again."""
    sources = (
        "{access: s.db, type: sqlite, table: staff}",
        "{access: 'mysql://me@db/x', type: mysql, query: SELECT 1 AS a, credentials: {password: $PW}}",
        "{access: $ADDRESS, type: sql, table: hr.staff}",
        "{access: p.ttl, referenceFormulation: sparql, query: 'SELECT ?a { ?a ?b ?c }'}",
    )
    text = HEAD + f"mappings: {{one: {{sources: [{', '.join(sources)}], s: 'ex:$(a)', po: [[ex:p, $(a)]]}}}}"
    mapping = read(text, tmp_path)
    for language in Language:
        path = tmp_path / FILES[language]
        path.write_text(convert(mapping, language, Findings()), encoding="utf-8")
        again = read_mappings([path], Findings())
        kinds = [(each.source.access, each.source.formulation) for each in again.triples_maps]
        assert kinds == [(each.source.access, each.source.formulation) for each in mapping.triples_maps]
        asked = [(s.part, s.query, s.password) for s in (each.source for each in again.triples_maps)]
        assert asked == [(s.part, s.query, s.password) for s in (each.source for each in mapping.triples_maps)]
