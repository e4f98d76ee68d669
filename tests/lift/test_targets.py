"""Targets in every serialization, encoding and compression: https://w3id.org/rml/io/spec, «Targets»."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import tarfile
import zipfile
from pathlib import Path

import pyoxigraph
import pytest
import zstandard

from lod.diagnostics import Findings
from lod.lift.run import lift_files

MAPPING = """@prefix rml: <http://w3id.org/rml/> . @prefix formats: <http://www.w3.org/ns/formats/> .
<#m> rml:logicalSource [ rml:source [ a rml:FilePath; rml:path "t.csv"; rml:null "" ];
    rml:referenceFormulation rml:CSV ];
  rml:subjectMap [ rml:template "https://example.org/{id}"; GRAPH rml:logicalTarget [
    rml:target [ a rml:FilePath; rml:path "NAME" ]; rml:serialization formats:KIND; MORE ] ];
  rml:predicateObjectMap [ rml:predicate <https://example.org/name>;
    rml:objectMap [ rml:reference "name"; rml:language "zh-Hant" ] ],
    [ rml:predicate <https://example.org/n>;
      rml:objectMap [ rml:reference "n"; rml:datatype <http://www.w3.org/2001/XMLSchema#integer> ] ],
    [ rml:predicate <https://example.org/of>; rml:objectMap [ rml:template "https://example.org/{of}" ] ] .
"""
KINDS = {
    "N-Triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "N-Quads": pyoxigraph.RdfFormat.N_QUADS,
    "Turtle": pyoxigraph.RdfFormat.TURTLE,
    "TriG": pyoxigraph.RdfFormat.TRIG,
    "JSON-LD": pyoxigraph.RdfFormat.JSON_LD,
    "RDF_XML": pyoxigraph.RdfFormat.RDF_XML,
    "N3": pyoxigraph.RdfFormat.N3,
}
GRAPH = "rml:graph <https://example.org/g>;"


def write(folder: Path, kind: str, more: str = "", graph: str = "") -> tuple[bytes, Findings]:
    """What the target is, and the findings."""
    (folder / "t.csv").write_text("id,name,n,of\n1,處「甲」,12,2\n2,,7,\n", encoding="utf-8")
    text = MAPPING.replace("KIND", kind).replace("MORE", more).replace("NAME", "dump").replace("GRAPH", graph)
    (folder / "m.rml.ttl").write_text(text, encoding="utf-8")
    findings = Findings()
    lift_files([folder / "m.rml.ttl"], folder / "out.nq", findings=findings, targets=folder)
    assert (folder / "out.nq").read_bytes() == b""
    return (folder / "dump").read_bytes(), findings


def expected(graph: str = "") -> pyoxigraph.Dataset:
    lines = [
        '<https://example.org/1> <https://example.org/name> "處「甲」"@zh-Hant',
        '<https://example.org/1> <https://example.org/n> "12"^^<http://www.w3.org/2001/XMLSchema#integer>',
        "<https://example.org/1> <https://example.org/of> <https://example.org/2>",
        '<https://example.org/2> <https://example.org/n> "7"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ]
    text = "".join(f"{line} {graph} .\n" for line in lines)
    return pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_QUADS, lenient=True))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_serializations(tmp_path: Path, kind: str, encoding: str) -> None:
    made, _ = write(tmp_path, kind, f"rml:encoding rml:{encoding}")
    assert pyoxigraph.Dataset(pyoxigraph.parse(made.decode(encoding), format=KINDS[kind], lenient=True)) == expected()


def test_rdf_json(tmp_path: Path) -> None:
    made, _ = write(tmp_path, "RDF_JSON")
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert json.loads(made) == {
        "https://example.org/1": {
            "https://example.org/n": [{"type": "literal", "value": "12", "datatype": f"{xsd}integer"}],
            "https://example.org/name": [{"type": "literal", "value": "處「甲」", "lang": "zh-hant"}],
            "https://example.org/of": [{"type": "uri", "value": "https://example.org/2"}],
        },
        "https://example.org/2": {
            "https://example.org/n": [{"type": "literal", "value": "7", "datatype": f"{xsd}integer"}]
        },
    }


def unpacked(path: Path, compression: str) -> bytes:
    match compression:
        case "gzip":
            return gzip.decompress(path.read_bytes())
        case "xz":
            return lzma.decompress(path.read_bytes())
        case "bzip2":
            return bz2.decompress(path.read_bytes())
        case "zstd":
            return zstandard.ZstdDecompressor().decompress(path.read_bytes())
        case "zip":
            with zipfile.ZipFile(path) as archive:
                [name] = archive.namelist()
                return archive.read(name)
    with tarfile.open(path) as packed:
        [member] = packed.getmembers()
        file = packed.extractfile(member)
        assert file
        return file.read()


@pytest.mark.parametrize("compression", ["gzip", "zip", "targz", "tarxz", "xz", "bzip2", "zstd"])
@pytest.mark.parametrize("kind", ["Turtle", "N-Quads"])
def test_compressions(tmp_path: Path, kind: str, compression: str) -> None:
    write(tmp_path, kind, f"rml:compression rml:{compression}")
    made = unpacked(tmp_path / "dump", compression)
    assert pyoxigraph.Dataset(pyoxigraph.parse(made, format=KINDS[kind], lenient=True)) == expected()


@pytest.mark.parametrize("kind", ["N-Quads", "TriG", "JSON-LD"])
def test_graphs_are_told_where_they_can_be(tmp_path: Path, kind: str) -> None:
    made, findings = write(tmp_path, kind, graph=GRAPH)
    assert pyoxigraph.Dataset(pyoxigraph.parse(made, format=KINDS[kind], lenient=True)) == expected(
        "<https://example.org/g>"
    )
    assert not list(findings)


def test_graphs_that_a_file_cannot_tell_are_not_lost_without_a_word(tmp_path: Path) -> None:
    made, findings = write(tmp_path, "Turtle", graph=GRAPH)
    assert pyoxigraph.Dataset(pyoxigraph.parse(made, format=KINDS["Turtle"], lenient=True)) == expected()
    assert [(each.code, each.message) for each in findings] == [
        ("LOD3120", "4 statements of dump stand in a graph, of which the file does not tell")
    ]
