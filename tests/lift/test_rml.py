"""RML from document to statements: sources, targets, functions, conditions, kinds of values."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.run import lift_files
from lod.mapping.convert import Language, convert
from lod.mapping.read import read_mappings

PREFIXES = """@prefix rml: <http://w3id.org/rml/> .
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix grel: <http://users.ugent.be/~bjdmeest/function/grel.ttl#> .
@prefix idlab-fn: <https://w3id.org/imec/idlab/function#> .
@prefix formats: <http://www.w3.org/ns/formats/> .
"""
STAFF = "id,name,place,grade\n1,王小明,臺北市,7\n2,Jane Roe,,\n3,A&B,高雄市,9\n"
SOURCE = 'rml:logicalSource [ rml:source [ a rml:FilePath ; rml:path "staff.csv" ; rml:null "" ] ]'
SUBJECT = 'rml:subjectMap [ rml:template "http://example.org/{id}" ]'


def lift(text: str, folder: Path, **files: str) -> tuple[list[str], list[str]]:
    """The lines, sorted, and the codes of the findings."""
    (folder / "map.rml.ttl").write_text(PREFIXES + text, encoding="utf-8")
    for name, content in {"staff_csv": STAFF, **files}.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    findings, out = Findings(), folder / "out.nq"
    try:
        lift_files([folder / "map.rml.ttl"], out, findings=findings, targets=folder)
    except FindingsError:
        assert not out.exists()
        return [], [each.code for each in findings]
    return sorted(out.read_text(encoding="utf-8").splitlines()), [each.code for each in findings.errors]


def objects(text: str, folder: Path, **files: str) -> list[str]:
    """The objects of `ex:p`, without what stands before them."""
    lines, errors = lift(
        f"ex:Map {SOURCE} ; {SUBJECT} ; rml:predicateObjectMap [ rml:predicate ex:p ; {text} ] .", folder, **files
    )
    assert errors == []
    return [line.removesuffix(" .").partition("<http://example.org/p> ")[2] for line in lines]


def test_functions_in_every_place(tmp_path: Path) -> None:
    upper = """[ rml:function grel:toUpperCase ; rml:input [ rml:parameter grel:valueParam ;
                 rml:inputValueMap [ rml:template "t: {name}" ] ] ]"""
    assert objects(f"rml:objectMap [ rml:functionExecution {upper} ]", tmp_path) == [
        '"T: 王小明"', '"T: JANE ROE"', '"T: A&B"',
    ]  # fmt: skip
    length = """[ rml:function grel:string_length ; rml:input [ rml:parameter grel:valueParam ;
                  rml:inputValueMap [ rml:reference 'place' ] ] ]"""
    assert objects(f"rml:objectMap [ rml:functionExecution {length} ]", tmp_path) == [
        '"3"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"3"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ]
    tag = "[ rml:function grel:toLowerCase ; rml:input [ rml:parameter grel:valueParam ; rml:inputValue 'ZH' ] ]"
    found = objects(
        f"rml:objectMap [ rml:reference 'place' ; rml:languageMap [ rml:functionExecution {tag} ] ]", tmp_path
    )
    assert found == ['"臺北市"@zh', '"高雄市"@zh']


def test_conditions(tmp_path: Path) -> None:
    condition = """rml:condition [ rml:functionExecution [ rml:function idlab-fn:notEqual ;
        rml:input [ rml:parameter grel:valueParam ; rml:inputValueMap [ rml:reference "place" ] ],
                  [ rml:parameter grel:valueParam2 ; rml:inputValue "高雄市" ] ] ]"""
    assert objects(f'rml:objectMap [ rml:reference "name" ; {condition} ]', tmp_path) == ['"王小明"']


def test_values_of_json_keep_their_kind(tmp_path: Path) -> None:
    text = """ex:Map rml:logicalSource [ rml:source "a.json" ; rml:iterator "$.v[*]" ] ; rml:subject ex:s ;
        rml:predicateObjectMap [ rml:predicate ex:n ; rml:objectMap [ rml:reference "$.x" ] ],
            [ rml:predicate ex:d ; rml:objectMap [ rml:reference "$.x" ; rml:datatype xsd:decimal ] ],
            [ rml:predicate ex:t ; rml:objectMap [ rml:template "{$.x}" ; rml:termType rml:Literal ] ] ."""
    lines, errors = lift(text, tmp_path, a_json='{"v": [{"x": 1}, {"x": 2.50}, {"x": null}]}')
    assert errors == []
    x = "<http://example.org/s> <http://example.org/"
    d = "^^<http://www.w3.org/2001/XMLSchema#"
    assert lines == [
        f'{x}d> "1"{d}decimal> .', f'{x}d> "2.5"{d}decimal> .',
        f'{x}n> "1"{d}integer> .', f'{x}n> "2.5E0"{d}double> .',
        f'{x}t> "1" .', f'{x}t> "2.5" .',
    ]  # fmt: skip


def test_arrays_in_subject_and_object(tmp_path: Path) -> None:
    text = """ex:Map rml:logicalSource [ rml:source "a.json" ; rml:iterator "$[*]" ] ;
        rml:subjectMap [ rml:template "http://example.org/{$.s[*]}" ; rml:class ex:C ] ;
        rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:reference "$.o[*]" ] ],
            [ rml:predicate ex:q ; rml:objectMap [ rml:reference "$.one" ] ] ."""
    lines, errors = lift(
        text, tmp_path, a_json='[{"s": ["a", "b"], "o": ["x", "y"], "one": "1"}, {"s": ["c"], "o": [], "one": "2"}]'
    )
    assert errors == []
    short = [line.replace("<http://example.org/", "").replace("> ", " ").removesuffix(" .") for line in lines]
    assert [each for each in short if " p " in each] == ['a p "x"', 'a p "y"', 'b p "x"', 'b p "y"']
    assert [each for each in short if " q " in each] == ['a q "1"', 'b q "1"', 'c q "2"']
    assert len([each for each in short if "type" in each]) == 3


def test_a_join_of_csv_and_json_on_templates(tmp_path: Path) -> None:
    text = f"""ex:Map {SOURCE} ; {SUBJECT} ; rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [
        rml:parentTriplesMap ex:Place ;
        rml:joinCondition [ rml:childMap [ rml:template "x{{place}}" ] ;
                            rml:parentMap [ rml:template "x{{$.n[*]}}" ] ] ] ] .
    ex:Place rml:logicalSource [ rml:source "a.json" ; rml:iterator "$[*]" ] ;
        rml:subjectMap [ rml:template "http://example.org/place/{{$.code}}" ] ."""
    lines, errors = lift(
        text, tmp_path, a_json='[{"n": ["台北市", "臺北市"], "code": 63}, {"n": ["高雄市"], "code": 64}]'
    )
    assert errors == []
    p = "<http://example.org/p> <http://example.org/place/"
    assert lines == [f"<http://example.org/1> {p}63> .", f"<http://example.org/3> {p}64> ."]


def test_what_iris_are_made_safe_for(tmp_path: Path) -> None:
    for kind, expected in (
        ("IRI", ["http://e/A%26B", "http://e/Jane%20Roe", "http://e/王小明"]),
        ("URI", ["http://e/%E7%8E%8B%E5%B0%8F%E6%98%8E", "http://e/A%26B", "http://e/Jane%20Roe"]),
        ("UnsafeIRI", ["http://e/A&B", "http://e/Jane Roe", "http://e/王小明"]),
    ):
        found = objects(f'rml:objectMap [ rml:template "http://e/{{name}}" ; rml:termType rml:{kind} ]', tmp_path)
        assert sorted(found) == [f"<{each}>" for each in expected]


def test_blank_nodes_of_rows(tmp_path: Path) -> None:
    text = f"""ex:Map {SOURCE} ; rml:subjectMap [ rml:termType rml:BlankNode ] ;
        rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:reference "name" ] ],
            [ rml:predicate ex:q ; rml:objectMap [ rml:reference "id" ] ] ."""
    lines, _ = lift(text, tmp_path)
    assert len({line.split()[0] for line in lines}) == 3
    assert len(lines) == 6


def test_datatypes_of_rows(tmp_path: Path) -> None:
    text = """ex:Map rml:logicalSource [ rml:source "a.csv" ] ; rml:subject ex:s ;
        rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:reference "v" ;
            rml:datatypeMap [ rml:template "http://www.w3.org/2001/XMLSchema#{t}" ] ] ] ."""
    lines, errors = lift(text, tmp_path, a_csv="v,t\n1,string\n2,int\n")
    assert errors == []
    p = "<http://example.org/s> <http://example.org/p>"
    assert lines == [f'{p} "1" .', f'{p} "2"^^<http://www.w3.org/2001/XMLSchema#int> .']


TARGETED = f"""ex:Map {SOURCE} ; {SUBJECT} ;
    rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:reference "name" ; rml:logicalTarget %s ] ],
        [ rml:predicate ex:q ; rml:objectMap [ rml:reference "place" ] ] ."""
NAMES = [
    '<http://example.org/1> <http://example.org/p> "王小明" .',
    '<http://example.org/2> <http://example.org/p> "Jane Roe" .',
    '<http://example.org/3> <http://example.org/p> "A&B" .',
]


def target(extra: str, folder: Path, name: str) -> bytes:
    lines, errors = lift(TARGETED % f'[ rml:target [ rml:path "{name}" ] ; {extra} ]', folder)
    assert errors == []
    assert [line.split()[1] for line in lines] == ["<http://example.org/q>"] * 2
    return (folder / name).read_bytes()


def test_targets(tmp_path: Path) -> None:
    def names(data: bytes, encoding: str = "utf-8") -> list[str]:
        return sorted(data.decode(encoding).splitlines())

    assert names(target("", tmp_path, "sub/folder/n.nq")) == NAMES
    assert names(target("rml:serialization formats:N-Triples", tmp_path, "n.nt")) == NAMES
    assert names(target("rml:serialization formats:Turtle", tmp_path, "n.ttl")) == NAMES
    assert names(target("rml:encoding rml:UTF-16", tmp_path, "n.nq"), "utf-16") == NAMES
    assert names(gzip.decompress(target("rml:compression rml:gzip", tmp_path, "n.nq.gz"))) == NAMES
    with zipfile.ZipFile(io.BytesIO(target("rml:compression rml:zip", tmp_path, "n.nq.zip"))) as archive:
        assert names(archive.read("n.nq")) == NAMES
    for compression, ending in (("targz", "tar.gz"), ("tarxz", "tar.xz")):
        data = target(f"rml:compression rml:{compression}", tmp_path, f"n.nq.{ending}")
        with tarfile.open(fileobj=io.BytesIO(data)) as archive_file:
            member = archive_file.extractfile("n.nq")
            assert member
            assert names(member.read()) == NAMES
    again = target("rml:compression rml:tarxz", tmp_path, "n.nq.tar.xz")
    assert again == target("rml:compression rml:tarxz", tmp_path, "n.nq.tar.xz")


def test_a_statement_goes_to_all_its_targets(tmp_path: Path) -> None:
    one, two = ('[ rml:target [ rml:path "one.nq" ] ]', '[ rml:target [ rml:path "two.nq" ] ]')
    text = f"""ex:Map {SOURCE} ; rml:subjectMap [ rml:template "http://example.org/{{id}}" ; rml:logicalTarget {one} ] ;
    rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:reference "name" ; rml:logicalTarget {two} ] ],
        [ rml:predicate ex:q ; rml:objectMap [ rml:reference "place" ] ] ."""
    assert lift(text, tmp_path) == ([], [])
    assert len((tmp_path / "one.nq").read_text(encoding="utf-8").splitlines()) == 5
    assert sorted((tmp_path / "two.nq").read_text(encoding="utf-8").splitlines()) == NAMES


def test_a_blank_line_is_no_row(tmp_path: Path) -> None:
    """Although an empty cell is a text, as RML has it where no rml:null says otherwise."""
    (tmp_path / "b.csv").write_text('id,name\n1,\n\n2,"a"\n\n', encoding="utf-8")
    text = """ex:Map rml:logicalSource [ rml:source [ a rml:FilePath ; rml:path "b.csv" ] ;
            rml:referenceFormulation rml:CSV ] ; rml:subjectMap [ rml:template "http://e/{id}" ] ;
        rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:reference "name" ] ] ."""
    lines, codes = lift(text, tmp_path)
    assert codes == []
    assert lines == ['<http://e/1> <http://example.org/p> "" .', '<http://e/2> <http://example.org/p> "a" .']


def test_a_table_on_the_web_is_read_where_it_was_saved(tmp_path: Path) -> None:
    """Nothing is fetched: the file is beside the mapping, under the last part of its address."""
    text = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
        ex:Map rml:logicalSource [ rml:source [ a rml:Source, dcat:Distribution ;
            dcat:accessURL <https://example.org/data/a%20b.json?v=2> ] ; rml:referenceFormulation rml:JSONPath ;
            rml:iterator "$[*]" ] ; rml:subjectMap [ rml:template "http://e/{id}" ; rml:class ex:C ] ."""
    assert lift(text, tmp_path) == ([], ["LOD3054"])
    (tmp_path / "a b.json").write_text('[{"id": 1}]', encoding="utf-8")
    lines, codes = lift(text, tmp_path)
    assert (len(lines), codes) == (1, [])
    for language, name in ((Language.RML, "c.rml.ttl"), (Language.YARRRML, "c.yarrrml.yml")):
        findings = Findings()
        (tmp_path / name).write_text(convert(read_mappings([tmp_path / "map.rml.ttl"], findings), language, findings))
        lift_files([tmp_path / name], tmp_path / "c.nq", findings=findings)
        assert (findings.errors, (tmp_path / "c.nq").read_text().splitlines()) == ([], lines)


def test_nothing_is_written_when_something_is_wrong(tmp_path: Path) -> None:
    text = TARGETED % '[ rml:target [ rml:path "n.nq" ] ]'
    assert lift(text.replace('"place"', '"palce"'), tmp_path) == ([], ["LOD3050", "LOD4001"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.rml.ttl", "staff.csv"]


@pytest.mark.parametrize("text", ["[]", '{"v": []}'])
def test_an_empty_document_makes_an_empty_graph(text: str, tmp_path: Path) -> None:
    iterator = "$[*]" if text == "[]" else "$.v[*]"
    mapping = f"""ex:Map rml:logicalSource [ rml:source "a.json" ; rml:iterator "{iterator}" ] ;
        rml:subjectMap [ rml:template "http://example.org/{{$.id}}" ; rml:class ex:C ] ."""
    assert lift(mapping, tmp_path, a_json=text) == ([], [])


def test_a_query_that_is_none_has_a_place(tmp_path: Path) -> None:
    mapping = """ex:Map rml:logicalSource [ rml:source "a.json" ; rml:iterator "$[*]" ] ;
        rml:subjectMap [ rml:template "http://example.org/{$.a b}" ] ."""
    (tmp_path / "map.rml.ttl").write_text(PREFIXES + mapping, encoding="utf-8")
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    findings = Findings()
    with pytest.raises(FindingsError):
        lift_files([tmp_path / "map.rml.ttl"], tmp_path / "out.nq", findings=findings)
    (found,) = findings.errors
    assert (found.code, str(found.origin).rpartition("map.rml.ttl")[2]) == ("LOD2009", ":8:59")
