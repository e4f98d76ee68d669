"""Errors of pyshacl that we know: each is proved here on pyshacl itself, and shown not to be ours.

A test that fails because pyshacl is right now says which detour in `lod.validation.shapes` is needed no more.
"""

from __future__ import annotations

from pathlib import Path

import pyshacl
import pytest
import rdflib

from lod.diagnostics import Findings
from lod.validation.files import validate_files
from lod.validation.graphs import quiet

HEAD = """\
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPE = "e:S a sh:NodeShape ; sh:targetNode e:a ; "
IMPORTED = """\
e:first a <http://www.w3.org/2002/07/owl#Ontology> ; <http://www.w3.org/2002/07/owl#imports> e:second .
e:second sh:declare [ sh:prefix "ex" ; sh:namespace "http://e/"^^xsd:anyURI ] .
"""
ERRORS = {  # shapes, data; how many results pyshacl finds, and how many there are
    # RFC 4647 §3.3.1 (SHACL §4.4.2): a range matches every tag that begins with it; pyshacl looks at the first subtag
    "languageIn": (
        f'{SHAPE}sh:property [ sh:path e:p ; sh:languageIn ( "zh-Hant" ) ] .',
        'e:a e:p "x"@zh-Hant-TW .',
        1,
        0,
    ),
    # SHACL §4.4.3: only the literal `true` asks for it
    "uniqueLang": (f'{SHAPE}sh:property [ sh:path e:p ; sh:uniqueLang "1"^^xsd:boolean ] .',
                   'e:a e:p "x"@en, "y"@en .', 1, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_a_known_error_of_the_reference(name: str, tmp_path: Path) -> None:
    shapes, data, theirs, right = ERRORS[name]
    (tmp_path / "s.ttl").write_text(HEAD + shapes)
    (tmp_path / "d.ttl").write_text(HEAD + data)
    graph, rules = (rdflib.Graph().parse(str(tmp_path / each)) for each in ("d.ttl", "s.ttl"))
    with quiet():
        _, report, _ = pyshacl.validate(graph, shacl_graph=rules)
    assert isinstance(report, rdflib.Graph)
    assert len(list(report.objects(None, rdflib.SH.result))) == theirs, "pyshacl is right now"
    assert len(validate_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"], Findings()).results) == right
    mended = validate_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"], Findings(), processor="pyshacl")
    assert len(mended.results) == right


def test_the_least_of_several_iris(tmp_path: Path) -> None:
    """SPARQL 1.1 §15.1 orders IRIs, so that MIN over them is one; rdflib makes a plain string of it."""
    query = (
        'sh:sparql [ sh:select "SELECT $this (MIN(?o) AS ?value) WHERE { $this <http://e/p> ?o } GROUP BY $this" ] .'
    )
    (tmp_path / "s.ttl").write_text(HEAD + SHAPE + query)
    (tmp_path / "d.ttl").write_text(f"{HEAD}e:a e:p e:b, e:c .")
    for processor, value in (("pyshacl", '"http://e/b"'), ("shacl", "<http://e/b>")):
        found = validate_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"], Findings(), processor=processor)
        assert [str(result.value) for result in found.results] == [value]


def test_prefixes_of_imported_ontologies(tmp_path: Path) -> None:
    """SHACL §5.2.1: declarations are looked for along owl:imports; pyshacl does not, and refuses the query."""
    query = 'sh:sparql [ sh:prefixes e:first ; sh:select "SELECT $this WHERE { $this ex:p ?v }" ] .'
    (tmp_path / "s.ttl").write_text(HEAD + SHAPE + query + IMPORTED)
    (tmp_path / "d.ttl").write_text(f"{HEAD}e:a e:p 1 .")
    graph, rules = (rdflib.Graph().parse(str(tmp_path / each)) for each in ("d.ttl", "s.ttl"))
    with quiet(), pytest.raises(Exception, match="prefix"):
        pyshacl.validate(graph, shacl_graph=rules)
    for processor in ("shacl", "pyshacl"):
        found = validate_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"], Findings(), processor=processor)
        assert len(found.results) == 1
