"""What the engine answers wrongly is refused, what it answers rightly is not."""

from __future__ import annotations

import io

import pyoxigraph
import pytest

from lod.rdf.formats import RESULTS_CSV
from lod.store.guard import QueryError, inspect_query
from lod.store.query import evaluate

DATA = b"""@prefix : <http://e/> . :a :p :b . :b :p :c . :a :n 3 .
:g1 { :x :p :y . :y :p :z } :g2 { :x :p :y }"""
WRONG = [
    "?s :p* :none", "?s :p? :none", ":none :p* ?s", "?s (:p|:q)* 'x'", "?s (^:p/:q)* <http://e/none>", "?s :p* 7",
    "BIND(BNODE('a') AS ?s)", "BIND(bnode(STR(?x)) AS ?s)", "GRAPH ?g { { SELECT (COUNT(*) AS ?s) { ?a ?b ?c } } }",
    "GRAPH ?g { ?s :p ?o MINUS { ?a :p ?b } }", "GRAPH ?g { ?s :p ?o VALUES ?g { :g1 } }",
    "GRAPH $g { VALUES (?s ?g) { (:x :g1) } }",
]  # fmt: skip
RIGHT = {
    "?s :p* :b": 2, ":a :p* ?s": 3, "?s :p+ :none": 0, "?s a?/:p* :b": 2, ":a (:p|:q)* ?s": 3,
    "?s :n ?n FILTER(?n * 2 > 3)": 1,
    "BIND(BNODE() AS ?s)": 1, "GRAPH :g1 { ?s :p ?o MINUS { ?s :p :z } }": 1,
    "GRAPH ?g { ?s :p ?o VALUES ?s { :x } }": 2,
    "{ SELECT (COUNT(*) * 2 AS ?s) { ?x :p ?y } }": 1, "?x :n ?n BIND(xsd:integer(?n) * 2 AS ?s)": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def store() -> pyoxigraph.Store:
    filled = pyoxigraph.Store()
    filled.load(DATA, format=pyoxigraph.RdfFormat.TRIG)
    return filled


def ask(store: pyoxigraph.Store, pattern: str) -> int:
    text = f"PREFIX : <http://e/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT ?s {{ {pattern} }}"
    return evaluate(store, inspect_query(text), RESULTS_CSV, io.BytesIO(), base_iri="http://e/").rows


@pytest.mark.parametrize("pattern", WRONG)
def test_refused(store: pyoxigraph.Store, pattern: str) -> None:
    with pytest.raises(QueryError) as raised:
        ask(store, pattern)
    assert (raised.value.code, raised.value.line) == ("LOD9203", 1)
    assert raised.value.hint


@pytest.mark.parametrize(("pattern", "rows"), RIGHT.items())
def test_answered(store: pyoxigraph.Store, pattern: str, rows: int) -> None:
    assert ask(store, pattern) == rows
