"""Mistakes in queries are told at their place, in the words of whoever made them."""

from __future__ import annotations

import io

import pyoxigraph
import pytest

from lod.store.guard import QueryError
from lod.store.query import query

# query → column of the mistake, what the message names
MISTAKES = {
    "SELECT ?x (COUNT(*) AS ?c) { ?x ?p ?n }": (8, "?x is neither in GROUP BY"),
    "SELECT ?x ?y (SUM(?n) AS ?t) { ?x ?n ?y } GROUP BY ?x": (11, "?y is neither in GROUP BY"),
    "SELECT ?k ?n { ?x ?p ?n } GROUP BY (?n > 2 AS ?k) HAVING (COUNT(*) > 1)": (11, "?n is neither in GROUP BY"),
    "ASK { { SELECT ?x (COUNT(*) AS ?c) { ?x ?p ?n } GROUP BY ?p } }": (16, "?x is neither in GROUP BY"),
    "SELECT (?n + 1 AS ?k) (COUNT(*) AS ?c) { ?x ?p ?n } GROUP BY ?x": (1, "an expression after SELECT"),
    "SELECT * { ?x ?p ?n } GROUP BY ?x": (8, "SELECT * cannot show groups"),
    "SELECT (1 AS ?x) (2 AS ?x) {}": (24, "?x stands twice"),
    "SELECT ?x, ?y { ?x ?p ?y }": (10, "without commas"),
    "SELECT COUNT(*) { ?x ?p ?o }": (8, "'COUNT' after SELECT needs brackets"),
    "SELECT DISTINCT ?x (COUNT(*)) { ?x ?p ?o }": (29, "needs a name"),
    "SELECT ?x { ?x ?p ?o } ORDER DESC(?x)": (24, "BY is missing after ORDER"),
    "SELECT ?x { ?x ?p ?o } GROUP ?x": (24, "BY is missing after GROUP"),
    "SELECT ?x { ?x ?p ?y BIND(1 AS ?y) }": (32, "?y has a value before"),
    "SELECT ?x { ?x ex:p ?y }": (16, "the prefix 'ex:'"),
    "SELECT ?x { ?x ?p FILTER(?x > 1) }": (25, "cannot be read"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_told_at_its_place(text: str) -> None:
    column, words = MISTAKES[text]
    with pytest.raises(QueryError) as raised:
        query(pyoxigraph.Store(), text, io.BytesIO())
    assert (raised.value.code, raised.value.line, raised.value.column) == ("LOD5010", 1, column)
    assert words in raised.value.message
