"""RDF documents: every syntax read, every broken one reported at its place, nothing fetched."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from lod.diagnostics import Diagnostic, Findings, TextOrigin
from lod.rdf.parse import Document, parse_document, place_of


def _read(path: Path, content: str | bytes, **options: str) -> tuple[Document | None, list[Diagnostic]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    findings = Findings()
    return parse_document(path, findings, shown=path.name, **options), list(findings)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", "@prefix e: <x:> . e:s e:p '1' ."),
        ("a.ttl", "\ufeff<x:s> <x:p> '1' ."),
        ("a.nt", '<x:s> <x:p> "1" .\n'),
        ("a.nq", '<x:s> <x:p> "1" <x:g> .\n'),
        ("a.trig", "<x:g> { <x:s> <x:p> '1' }"),
        ("a.jsonld", '{"@id": "x:s", "x:p": "1"}'),
        ("a.json", '{"@context": {"p": "x:p"}, "@id": "x:s", "p": "1"}'),
        (
            "a.rdf",
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="x:">'
            '<r:Description r:about="x:s"><x:p>1</x:p></r:Description></r:RDF>',
        ),
    ],
)
def test_syntaxes(tmp_path: Path, name: str, content: str) -> None:
    document, findings = _read(tmp_path / name, content)
    assert findings == []
    assert document is not None
    assert [(q.subject, q.predicate, q.object) for q in document.quads] == [
        (NamedNode("x:s"), NamedNode("x:p"), Literal("1"))
    ]


@pytest.mark.parametrize(
    ("name", "content", "code", "origin"),
    [
        ("a.ttl", "@prefix e: <x:> .\ne:s q:p 1 .\n", "LOD5020", "a.ttl:2:5"),
        ("a.ttl", "@prefix e: <x:> .\n e:甲 e:乙 甲 .\n", "LOD5020", "a.ttl:2:10"),
        ("a.nt", "<x:s> <x:p> <a b> .\n", "LOD5020", "a.nt:1:13"),
        ("a.nq", "<x:s> <x:p>\n", "LOD5020", "a.nq:2:1"),
        ("a.jsonld", '{"@id": ', "LOD5020", "a.jsonld:1:9"),
        ("a.rdf", "<r:RDF", "LOD5020", "a.rdf"),
        ("a.turtle", "", "LOD5021", "a.turtle"),
        ("a.rdf", "<?xml version='1.0'?>\n <!DOCTYPE r [<!ENTITY a 'b'>]><r/>", "LOD5022", "a.rdf:2:2"),
        ("a.jsonld", '{\n "@context": "http://127.0.0.1:9/c", "@id": "x:s"}', "LOD5023", "a.jsonld:2"),
        ("a.jsonld", '{\n "@context": "file:///etc/hostname", "@id": "x:s"}', "LOD5023", "a.jsonld:2"),
        ("a.ttl", "<x:s> <x:p>\n '臺北' .".encode("big5"), "LOD5024", "a.ttl:2"),
    ],
)
def test_broken_documents(tmp_path: Path, name: str, content: str | bytes, code: str, origin: str) -> None:
    document, findings = _read(tmp_path / name, content)
    assert document is None
    assert [(item.code, str(item.origin)) for item in findings] == [(code, origin)]


def test_terms_stay_as_written(tmp_path: Path) -> None:
    document, _ = _read(tmp_path / "a.ttl", '<x:s> <x:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .')
    assert document is not None
    assert str(document.quads[0].object).startswith('"01"')


def test_blank_nodes_are_named_the_same_each_time(tmp_path: Path) -> None:
    text = "<x:s> <x:p> [ <x:q> 1 ], [ <x:q> 2 ] ."
    one, _ = _read(tmp_path / "a.ttl", text, blank="d0x")
    two, _ = _read(tmp_path / "a.ttl", text, blank="d0x")
    assert one is not None
    assert two is not None
    assert one.quads == two.quads
    assert {q.object for q in one.quads if isinstance(q.object, BlankNode)} == {BlankNode("d0x0"), BlankNode("d0x1")}


def test_place_of(tmp_path: Path) -> None:
    text = '@base <http://x/> .\n@prefix e: <http://x/> .\n# <a>\n<a> e:p "一" ;\n    e:q "二", "三" .\n'
    document, findings = _read(tmp_path / "a.ttl", text)
    assert findings == []
    assert document is not None
    assert str(place_of(document, "http://x/a")) == "a.ttl:4:1"
    assert str(place_of(document, "http://x/a", "http://x/q")) == "a.ttl:5:5"
    assert str(place_of(document, "http://x/a", "http://x/q", "三")) == "a.ttl:5:14"
    assert place_of(document, "http://x/b") == TextOrigin("a.ttl")
