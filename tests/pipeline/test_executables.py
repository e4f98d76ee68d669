"""Example queries of a project: the repository's own are each answered; one that is no query stops at its line."""

from __future__ import annotations

from pathlib import Path

from lod.diagnostics import Findings, TextOrigin
from lod.pipeline.executables import check_executables
from lod.rdf.parse import parse_document

WRONG = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
<a> a sh:SPARQLExecutable ; sh:select \"\"\"SELECT ?a WHERE {
  ?a qb:dataSet ?b
}\"\"\" .
<b> a sh:SPARQLAskExecutable ; sh:ask "ASK { ?a ?b }" .
<c> a sh:SPARQLSelectExecutable ; sh:select "SELECT (1 AS ?one) {}" .
<d> sh:select "a constraint's own, with placeholders: SELECT $this { $PATH }" .
"""
DECLARED = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<> <http://www.w3.org/2002/07/owl#imports> <more> .
<more> sh:declare [ sh:prefix "ex" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
<a> a sh:SPARQLSelectExecutable ; sh:prefixes <> ; sh:select "SELECT ?a { ?a ex:b ?c }" .
<b> a sh:SPARQLAskExecutable ; sh:prefixes <> ; sh:ask "ASK { ?a ey:b ?c }" .
"""


def test_what_is_no_query_is_an_error_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "examples.ttl"
    file.write_text(WRONG)
    findings = Findings()
    document = parse_document(file, findings, base_iri="https://lod.example.org/", shown="examples.ttl")
    assert document is not None
    check_executables([document], findings)
    places = [(item.origin.line, item.origin.column) for item in findings if isinstance(item.origin, TextOrigin)]
    assert places == [(3, 6), (5, 53)]


def test_prefixes_may_be_declared_beside_a_query(tmp_path: Path) -> None:
    file, said = tmp_path / "examples.ttl", Findings()
    file.write_text(DECLARED)
    document = parse_document(file, said, base_iri="https://lod.example.org/", shown="examples.ttl")
    assert document is not None
    check_executables([document], said)
    places = [(item.origin.line, item.origin.column) for item in said if isinstance(item.origin, TextOrigin)]
    assert places == [(6, 66)], list(said)


def test_those_of_the_repository_are_queries(repository: Path) -> None:
    findings = Findings()
    document = parse_document(repository / "queries" / "examples.ttl", findings, base_iri="https://lod.example.org/")
    assert document is not None
    assert len({quad.subject for quad in document.quads}) >= 6
    check_executables([document], findings)
    assert not list(findings)
