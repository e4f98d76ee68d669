"""RDF files as sources: the solutions of SPARQL queries."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.lineage import find_rows
from lod.lift.run import lift_files

EX = "https://example.org/"
PEOPLE = """@prefix ex: <https://example.org/> .
ex:b ex:name "乙"@zh ; ex:age 34 .
ex:a ex:name "甲"@zh ; ex:age 33 ; ex:born "1979"^^<http://www.w3.org/2001/XMLSchema#gYear> .
"""
QUERY = "PREFIX ex: <https://example.org/> SELECT ?p ?name ?age ?born { ?p ex:name ?name; ex:age ?age OPTIONAL "
QUERY += "{ ?p ex:born ?born } } ORDER BY ?age"


def mapping(folder: Path, source: str) -> Path:
    (folder / "people.ttl").write_text(PEOPLE, encoding="utf-8")
    path = folder / "m.yarrrml.yml"
    path.write_text(
        f"prefixes: {{ex: '{EX}'}}\nsources:\n  s: {source}\nmappings:\n  m:\n    sources: s\n    s: $(p)\n    po:\n"
        "      - [ex:label, $(name)]\n      - [ex:age, $(age)]\n      - [ex:born, $(born)]\n",
        encoding="utf-8",
    )
    return path


def test_solutions_are_rows(tmp_path: Path) -> None:
    path = mapping(tmp_path, f"{{access: people.ttl, referenceFormulation: sparql, query: '{QUERY}'}}")
    result = lift_files([path], tmp_path / "out.nq", findings=Findings(), lineage=tmp_path / "lineage")
    lines = (tmp_path / "out.nq").read_text(encoding="utf-8").replace("http://www.w3.org/2001/XMLSchema#", "xsd:")
    assert sorted(lines.replace(EX, "").splitlines()) == [
        '<a> <age> "33"^^<xsd:integer> .',
        '<a> <born> "1979"^^<xsd:gYear> .',
        '<a> <label> "甲" .',
        '<b> <age> "34"^^<xsd:integer> .',
        '<b> <label> "乙" .',
    ]
    found = find_rows(result.lineage, [f"{EX}a", f"{EX}b"])
    assert [(each.source, each.row) for name in "ab" for each in found[f"{EX}{name}"]] == [
        ("people.ttl: query", 1),
        ("people.ttl: query", 2),
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{access: people.ttl, referenceFormulation: sparql}", "LOD3005 a source read as SPARQL needs 'query'"),
        ("['people.ttl~sparql', 'SELECT ?p { ?p']", "LOD2029 the query is no SPARQL: error at 1:15"),
        ("['people.ttl~sparql', 'ASK { ?p ?q ?o }']", "LOD2029 the query is no SELECT"),
        ("['peple.ttl~sparql', 'SELECT ?p { ?p ?q ?o }']", "LOD2001 there is no table peple.ttl"),
        ("['m.yarrrml.yml~sparql', 'SELECT ?p { ?p ?q ?o }']", "LOD2028 m.yarrrml.yml: query is no RDF file"),
        ("['people.nt~sparql', 'SELECT ?p { ?p ?q ?o }']", "LOD2028 people.nt: query cannot be read as RDF"),
        ("['people.ttl~sparql', 'SELECT ?q { ?p ?q ?o }']", "LOD4001 people.ttl: query has no column 'p'"),
    ],
)
def test_what_is_no_query_of_an_rdf_file(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "people.nt").write_text("<a> .\n", encoding="utf-8")
    with pytest.raises(FindingsError) as caught:
        lift_files([mapping(tmp_path, source)], tmp_path / "out.nq", findings=Findings())
    assert f"{caught.value.diagnostics[0].code} {caught.value.diagnostics[0].message}".startswith(message)
