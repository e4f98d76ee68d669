"""Look-ups: what one look into the index answers is the answer that the query has anyway, byte by byte."""

from __future__ import annotations

import io

import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from lod.rdf.formats import RESULT_FORMATS, RESULTS_CSV, RESULTS_JSON, Format
from lod.store.guard import inspect_query
from lod.store.lookup import MOST_ROWS, look_up, read_look_up
from lod.store.query import query as answered

BASE = "https://lod.example.org/"
LOOK_UPS = (
    "SELECT * { <urn:one> ?p ?o }",
    "SELECT*WHERE{<urn:one> ?p ?o.}",
    "select ?o where { <urn:one> <urn:p> ?o . } limit 2",
    "SELECT ?o ?p { <urn:one> ?p ?o } LIMIT 0",
    "PREFIX u: <urn:> SELECT ?s { ?s u:p u:two }",
    'PREFIX u: <urn:>\nPREFIX : <urn:>\nSELECT ?s { ?s :p "甲"@zh-Hant-TW }',
    'SELECT ?s ?p { ?s ?p "7"^^<http://www.w3.org/2001/XMLSchema#integer> }',
    "SELECT ?p { ?s a ?p }",
    "SELECT ?other { ?s a ?p }",
    "SELECT * { <relative> ?p ?o }",
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "ASK { <urn:one> <urn:p> ?o }",
    "ASK { <urn:none> <urn:p> ?o } LIMIT 1",
)
OTHERS = (
    "SELECT * { ?s ?p ?s }",  # compares, and may look at everything for nothing
    "SELECT DISTINCT ?p { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT * { ?s ?p ?o . ?o ?q ?r }",
    "SELECT * { ?s <urn:p>+ ?o }",
    "SELECT * { ?s <urn:p>* <urn:two> }",
    "SELECT * { ?s ?p ?o } ORDER BY ?s",
    "SELECT * { ?s ?p ?o } OFFSET 100000",
    "SELECT * { ?s ?p ?o } LIMIT 5 OFFSET 100000",
    "SELECT * { ?s ?p ?o # } LIMIT 5\n }",
    r"SELECT * { <urn:\u006fne> ?p ?o }",
    "SELECT * FROM <urn:g> { ?s ?p ?o }",
    "SELECT * { GRAPH <urn:g> { ?s ?p ?o } }",
    "SELECT * { SERVICE <urn:g> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o FILTER(?o > 1) }",
    "SELECT * { _:a ?p ?o }",
    "SELECT * { ?s ?p [] }",
    "SELECT * { << ?s ?p ?o >> ?q ?r }",
    "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
    "DESCRIBE <urn:one>",
    "SELECT * { ?s ?p ?o }" + " " * 3_000,
)


@pytest.fixture(scope="module")
def store() -> pyoxigraph.Store:
    made = pyoxigraph.Store()
    one, p = NamedNode("urn:one"), NamedNode("urn:p")
    values: list[NamedNode | Literal] = [
        NamedNode("urn:two"),
        Literal("甲", language="zh-Hant-TW"),
        Literal(7),
        Literal('}},{{"\r\n\t'),
    ]
    made.extend(Quad(one, p, value, DefaultGraph()) for value in values)
    made.add(
        Quad(one, NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode("urn:T"), DefaultGraph())
    )
    made.add(Quad(NamedNode(BASE + "relative"), p, Literal(1), DefaultGraph()))
    made.add(Quad(one, p, Literal("in a named graph"), NamedNode("urn:g")))
    many = NamedNode("urn:many")
    made.extend(Quad(many, p, Literal(number), DefaultGraph()) for number in range(MOST_ROWS + 1))
    return made


@pytest.mark.parametrize("chosen", RESULT_FORMATS, ids=lambda chosen: str(chosen.suffix))
@pytest.mark.parametrize("text", LOOK_UPS)
def test_the_answer_is_the_one_of_the_query(store: pyoxigraph.Store, text: str, chosen: Format) -> None:
    query = read_look_up(text)
    assert query is not None
    expected = io.BytesIO()
    answered(store, text, expected, suffix=chosen.suffix, base_iri=BASE)
    assert look_up(store, query.text, query.limit, chosen, base_iri=BASE) == expected.getvalue()


@pytest.mark.parametrize("text", LOOK_UPS)
def test_the_guard_reads_the_same(text: str) -> None:
    query, guarded = read_look_up(text), inspect_query(text)
    assert query is not None
    assert (query.form, query.limit, query.is_stable) == (guarded.form, guarded.limit, guarded.is_stable)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_more_is_no_look_up(text: str) -> None:
    assert read_look_up(text) is None


@pytest.mark.parametrize("chosen", RESULT_FORMATS, ids=lambda chosen: str(chosen.suffix))
def test_long_answers_are_left_to_workers(store: pyoxigraph.Store, chosen: Format) -> None:
    for text in ("SELECT ?o { <urn:many> <urn:p> ?o }", f"SELECT ?o {{ <urn:many> ?p ?o }} LIMIT {MOST_ROWS + 1}"):
        query = read_look_up(text)
        assert query is not None
        assert look_up(store, query.text, query.limit, chosen) is None
    bounded = read_look_up(f"SELECT ?o {{ <urn:many> <urn:p> ?o }} LIMIT {MOST_ROWS}")
    assert bounded is not None
    assert look_up(store, bounded.text, bounded.limit, chosen) is not None
    assert look_up(store, bounded.text, bounded.limit, chosen, max_rows=MOST_ROWS - 1) is None


def test_a_long_text_is_left_to_workers() -> None:
    made = pyoxigraph.Store()
    made.add(Quad(NamedNode("urn:a"), NamedNode("urn:p"), Literal("x" * (2 << 20)), DefaultGraph()))
    query = read_look_up("SELECT * { <urn:a> ?p ?o }")
    assert query is not None
    assert look_up(made, query.text, query.limit, RESULTS_CSV) is None


def test_mistakes_are_left_to_who_tells_of_them(store: pyoxigraph.Store) -> None:
    for text in ("SELECT * { u:undeclared ?p ?o }", "SELECT ?p { <urn:a> A ?p }"):
        query = read_look_up(text)
        assert query is None or look_up(store, query.text, query.limit, RESULTS_JSON) is None
