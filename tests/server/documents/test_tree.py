"""JSON of documents: readable trees that say exactly what the Turtle says, by JSON-LD processors of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pyld
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from lod.rdf.namespaces import FOAF, PREFIXES, QB, RDF, RDFS, SKOS, XSD
from lod.server.documents.context import GENERAL, KEYWORDS, WELL_KNOWN
from lod.server.documents.tree import DEEPEST, write_tree

BASE = "https://lod.example.org/"
DOCUMENTS = (
    *("/doc/code/sex", "/doc/code/county/63000", "/doc/county/臺北市", "/doc/county/%E5%8F%B0%E4%B8%AD"),
    *("/doc/org/2.16.886.101.20003.20072", "/doc/def/structure/by-county", "/doc/def/dimension/county"),
    *("/data/civil-servants-by-county", "/data/civil-servants-by-county/obs/2012/63000/M", "/catalog", "/void"),
)
FALSE_BLANKS = f"""@prefix qb: <{QB}> .
<{BASE}id/knot> <{BASE}def/p> _:a . _:a <{BASE}def/p> _:b . _:b <{BASE}def/p> _:a , <{BASE}id/knot> , _:b .
<{BASE}id/scheme> <{BASE}def/p> <org:x> , <mailto:a@b.org> ; qb:measure "text" ; qb:dataSet <{BASE}id/knot> .
"""


def canonical(quads: Any) -> set[str]:
    """A graph whatever its blank nodes are called and however its language tags are cased (RDFC-1.0)."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def by_pyld(document: Any, context: Any = None) -> set[str]:
    options: dict[str, Any] = {"format": "application/n-quads"}
    if context is not None:
        options["expandContext"] = context
    return canonical(parse(pyld.jsonld.to_rdf(document, options).encode(), RdfFormat.N_QUADS))


def by_rdflib(document: Any, context: Any = None) -> set[str]:
    whole = document if context is None else {**document, **context}
    graph = rdflib.Dataset()
    graph.default_graph.parse(data=json.dumps(whole), format="json-ld")
    text = graph.default_graph.serialize(format="nt")
    return canonical(parse(text.encode(), RdfFormat.N_TRIPLES))


def of_turtle(said: set[str], stem: str, suffix: str) -> set[str]:
    """What a dataset's JSON says of itself, as its Turtle would."""
    return {quad.replace(f"<{BASE}{stem[1:]}.{suffix}>", f"<{BASE}{stem[1:]}.ttl>") for quad in said}


@pytest.fixture(scope="module")
def knots(make: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """A site with blank nodes that lead to each other."""
    releases = tmp_path_factory.mktemp("knots")
    make(releases, turtle=FALSE_BLANKS)
    return serve(releases)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own reader uses it
@pytest.mark.parametrize("stem", [*DOCUMENTS, "/doc/knot", "/doc/scheme"])
@pytest.mark.parametrize("read", [by_pyld, by_rdflib])
def test_json_says_what_turtle_says(knots: str, stem: str, read: Callable[..., set[str]]) -> None:
    with httpx.Client(base_url=knots, trust_env=False) as client:
        turtle = canonical(parse(client.get(f"{stem}.ttl").content, RdfFormat.TURTLE))
        with_context = client.get(f"{stem}.jsonld").json()
        assert of_turtle(read(with_context), stem, "jsonld") == turtle
        plain = client.get(f"{stem}.json")
        assert "@context" not in plain.json()
        published = client.get("/context.jsonld").json()
        if stem != "/doc/scheme":  # an IRI `org:x`, which the published context cannot but take for a name of org
            assert of_turtle(read(plain.json(), published), stem, "json") == turtle


def test_a_document_is_a_tree_of_plain_names(site: httpx.Client) -> None:
    tree = site.get("/doc/code/sex/F.json").json()
    assert tree["id"] == f"{BASE}id/code/sex/F"
    assert tree["type"] == "skos:Concept"
    assert tree["prefLabel"] == {"zh-Hant-TW": "女性", "en": "Female"}
    assert tree["broader"] == f"{BASE}id/code/sex/T"
    assert tree["position"] == 3
    assert tree["document"]["license"] == "https://data.gov.tw/license"
    structure = site.get("/doc/def/structure/by-county.json").json()
    (second,) = (part for part in structure["component"] if part["order"] == 2)
    assert second["dimension"] == f"{BASE}def/dimension/county"
    figure = site.get("/data/civil-servants-by-county/obs/2012/63000/M.json").json()
    assert figure["headcount"] == 14022
    assert figure["county"] == f"{BASE}id/code/county/63000"


def test_the_context_is_published_for_any_site_and_for_as_long_as_its_release(site: httpx.Client) -> None:
    current = site.get("/context.jsonld")
    assert current.headers["content-type"] == "application/ld+json"
    assert current.headers["access-control-allow-origin"] == "*"
    document = site.get("/doc/code/sex/F", headers={"accept": "application/json"})
    assert document.headers["content-type"] == "application/json"
    linked = document.links["http://www.w3.org/ns/json-ld#context"]
    assert linked["type"] == "application/ld+json"
    kept = site.get(linked["url"])
    assert kept.json() == current.json()
    assert "immutable" in kept.headers["cache-control"]
    again = site.get(linked["url"], headers={"if-none-match": kept.headers["etag"]})
    assert again.status_code == 304
    assert site.get("/context/9-zzzzzzzz.jsonld").status_code == 404
    assert "context" not in site.get("/doc/code/sex/F.jsonld").headers["link"]
    for path in ("/catalog.json", "/void.json"):
        assert site.get(path).links["http://www.w3.org/ns/json-ld#context"] == linked


def test_no_two_terms_have_one_name() -> None:
    names = [term.name for term in WELL_KNOWN.values()]
    assert len(names) == len(set(names))
    assert not set(names) & (set(PREFIXES) | set(KEYWORDS) | {"document"})


def test_chains_deeper_than_the_tree_stand_beside_it() -> None:
    chain = [Triple(BlankNode(f"n{n}"), NamedNode(RDF + "rest"), BlankNode(f"n{n + 1}")) for n in range(DEEPEST * 3)]
    root = NamedNode(BASE + "id/x")
    triples = [Triple(root, NamedNode(RDF + "first"), BlankNode("n0")), *chain]
    document = json.loads(write_tree(triples, PREFIXES, GENERAL, root.value))
    assert by_pyld(document) == canonical(Quad(*triple) for triple in triples)


NODES = st.sampled_from(
    [*(NamedNode(f"{BASE}id/{n}") for n in "abc"), *(BlankNode(n) for n in "xyz"), NamedNode("urn:x:y")]
)
PROPERTIES = st.sampled_from(
    [
        *(SKOS + "prefLabel", SKOS + "broader", SKOS + "notation", RDFS + "label", RDF + "type", QB + "measure"),
        *(FOAF + "primaryTopic", BASE + "def/x", "urn:p", PREFIXES["dcat"] + "a/b", RDF + "first"),
    ]
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6)
VALUES = st.one_of(
    NODES,
    TEXT.map(Literal),
    st.tuples(TEXT, st.sampled_from(["en", "zh-Hant-TW", "id"])).map(lambda pair: Literal(pair[0], language=pair[1])),
    st.integers(-(10**20), 10**20).map(Literal),
    st.booleans().map(Literal),
    st.sampled_from(["01", "1.50", "1E0", "x"]).map(lambda text: Literal(text, datatype=NamedNode(XSD + "integer"))),
    st.sampled_from(["1", "true"]).map(lambda text: Literal(text, datatype=NamedNode(XSD + "boolean"))),
    st.just(Literal("1.0", datatype=NamedNode(XSD + "decimal"))),
)


@given(st.lists(st.tuples(NODES, PROPERTIES, VALUES), max_size=12), st.sampled_from(["", BASE + "id/a"]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_graph_comes_back_from_json(statements: list[Any], root: str) -> None:
    triples = list(dict.fromkeys(Triple(s, NamedNode(p), o) for s, p, o in statements))
    document = json.loads(write_tree(triples, PREFIXES, GENERAL, root))
    assert by_pyld(document) == canonical(Quad(*triple) for triple in triples)
