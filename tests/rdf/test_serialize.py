"""Turtle and N-Quads that we write come back as the same triples, and the bytes never vary."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple

from lod.rdf.namespaces import PREFIXES, RDF, XSD
from lod.rdf.serialize import nquad, to_turtle

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_IRIS = st.sampled_from(
    [
        "http://www.w3.org/ns/dcat#Dataset",
        "http://www.w3.org/ns/dcat#",
        "http://www.w3.org/ns/dcat#a.b",
        "x:臺",
        RDF + "type",
    ]
).map(NamedNode)
_LITERALS = st.one_of(
    _TEXT.map(Literal),
    _TEXT.map(lambda text: Literal(text, language="zh-Hant-TW")),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(XSD + kind)),
        _TEXT,
        st.sampled_from(["integer", "boolean", "date"]),
    ),
    st.sampled_from(["01", "+1", "-1", "1.0", "true", "TRUE"]).map(
        lambda t: Literal(t, datatype=NamedNode(XSD + "integer"))
    ),
    st.sampled_from(["1", "true", "false"]).map(lambda t: Literal(t, datatype=NamedNode(XSD + "boolean"))),
)
_TRIPLES = st.lists(st.builds(Triple, _IRIS, _IRIS, st.one_of(_IRIS, _LITERALS)), max_size=8)


@given(_TRIPLES)
def test_turtle_comes_back(triples: list[Triple]) -> None:
    text = to_turtle(triples, PREFIXES, ["# 一", "x <y>"])
    assert {quad.triple for quad in pyoxigraph.parse(text, format=RdfFormat.TURTLE)} == set(triples)


@given(_TRIPLES)
def test_nquads_come_back(triples: list[Triple]) -> None:
    quads = {
        Quad(t.subject, t.predicate, t.object, graph) for t in triples for graph in (DefaultGraph(), NamedNode("x:g"))
    }
    text = "\n".join(nquad(quad) for quad in quads)
    assert set(pyoxigraph.parse(text, format=RdfFormat.N_QUADS)) == quads


def test_turtle_for_people() -> None:
    thing = NamedNode("https://a.example/x")
    triples = [
        Triple(thing, NamedNode(RDF + "type"), NamedNode(PREFIXES["dcat"] + "Dataset")),
        Triple(thing, NamedNode(PREFIXES["dct"] + "title"), Literal("人", language="zh-Hant-TW")),
        Triple(thing, NamedNode(PREFIXES["dct"] + "title"), Literal("people", language="en")),
    ]
    assert to_turtle(triples, PREFIXES, ["Staff"]) == (
        "# Staff\n@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\n"
        '<https://a.example/x> a dcat:Dataset ;\n    dct:title "人"@zh-Hant-TW, "people"@en .\n'
    )
