"""XML sources: XPath in RML and YARRRML, namespaces, several values, and documents that cannot be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import CellOrigin, Findings, FindingsError, TextOrigin
from lod.lift.run import lift_files

STAFF = """<?xml version="1.0"?>
<staff xmlns:p="https://people.example/">
  <office code="A"><p:person id="1"><name>王小明 &amp; Co</name><tag>x</tag><tag>y</tag></p:person></office>
  <office code="B">
    <p:person id="2"><name>Jane <b>Roe</b></name></p:person>
    <p:person id="3"><name/></p:person>
  </office>
</staff>
"""
YARRRML = """prefixes: {ex: 'http://example.org/'}
mappings:
  m:
    sources: [['staff.xml~xpath', '%s']]
    s: ex:$(@id)
    po: %s
"""
PEOPLE = "//p:person"


def lift(folder: Path, text: str, name: str = "m.yarrrml.yml", document: str = STAFF) -> tuple[list[str], Findings]:
    """The statements as `subject predicate object`, shortened, and the findings."""
    (folder / name).write_text(text, encoding="utf-8")
    (folder / "staff.xml").write_text(document, encoding="utf-8")
    findings, out = Findings(), folder / "out.nq"
    try:
        lift_files([folder / name], out, findings=findings)
    except FindingsError:
        return [], findings
    lines = sorted(out.read_text(encoding="utf-8").splitlines())
    return [line.replace("http://example.org/", "").removesuffix(" .") for line in lines], findings


def test_values_of_elements_and_attributes(tmp_path: Path) -> None:
    po = "[[ex:name, $(name)], [ex:office, $(../@code)], [ex:tag, $(tag)], [ex:tags, $(count\\(tag\\))]]"
    lines, findings = lift(tmp_path, YARRRML % (PEOPLE, po))
    assert findings.errors == []
    assert lines == [
        '<1> <name> "王小明 & Co"',
        '<1> <office> "A"',
        '<1> <tag> "x"',
        '<1> <tag> "y"',
        '<1> <tags> "2"',
        '<2> <name> "Jane Roe"',
        '<2> <office> "B"',
        '<2> <tags> "0"',
        '<3> <office> "B"',
        '<3> <tags> "0"',
    ]


def test_prefixes_of_the_mapping(tmp_path: Path) -> None:
    text = """@prefix rml: <http://w3id.org/rml/> . @prefix ex: <http://example.org/> .
    ex:M rml:logicalSource [ rml:source [ a rml:FilePath ; rml:path "staff.xml" ] ; rml:iterator "//q:person" ;
        rml:referenceFormulation [ a rml:XPathReferenceFormulation ;
            rml:namespace [ rml:namespacePrefix "q" ; rml:namespaceURL "https://people.example/" ] ] ] ;
      rml:subjectMap [ rml:template "http://example.org/{@id}" ; rml:class ex:Person ] ."""
    lines, findings = lift(tmp_path, text, "m.rml.ttl")
    assert findings.errors == []
    assert [line.split()[0] for line in lines] == ["<1>", "<2>", "<3>"]


@pytest.mark.parametrize(
    ("document", "iterator", "reference", "code"),
    [
        (STAFF.replace("</staff>", ""), PEOPLE, "name", "LOD2102"),
        (STAFF, "//p:person[", "name", "LOD2103"),
        (STAFF, PEOPLE, "name/", "LOD2103"),
        (STAFF, "//zzz:person", "name", "LOD2103"),
        ("", PEOPLE, "name", "LOD2102"),
    ],
)
def test_mistakes(tmp_path: Path, document: str, iterator: str, reference: str, code: str) -> None:
    _, findings = lift(tmp_path, YARRRML % (iterator, f"[[ex:name, $({reference})]]"), document=document)
    assert [each.code for each in findings.errors] == [code]


def test_mistakes_have_places(tmp_path: Path) -> None:
    _, findings = lift(tmp_path, YARRRML % (PEOPLE, "[[ex:n, $(name)]]"), document="<a>\n <b></c>\n</a>")
    [found] = findings.errors
    assert isinstance(found.origin, TextOrigin)
    assert (found.origin.path, found.origin.line) == ("staff.xml", 2)
    _, findings = lift(tmp_path, YARRRML % (PEOPLE, "[[ex:n, $(nmae)]]"))
    assert [each.code for each in findings.errors] == ["LOD4005"]
    _, findings = lift(tmp_path, YARRRML % (PEOPLE, "[[ex:n, $(@nmae)]]"))
    assert [each.origin for each in findings.errors] == [CellOrigin("staff.xml", 0, "@nmae")]


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    entity = '<!DOCTYPE staff [<!ENTITY e SYSTEM "secret.txt"><!ENTITY lol "lol"><!ENTITY big "&lol;&lol;&lol;">]>'
    document = f'{entity}<staff><person id="1"><name>a&e;&big;b</name></person></staff>'
    lines, findings = lift(tmp_path, YARRRML % ("//person", "[[ex:name, $(name)]]"), document=document)
    assert (lines, [f"{each.code} {each.message}" for each in findings.errors]) == (
        [],
        ["LOD2102 staff.xml is not XML: the entity &e; is not expanded"],
    )
