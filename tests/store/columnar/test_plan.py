# ruff: noqa: E501 - a query a line
"""What goes to columns and what stays with the store, and that totals are the store's in the awkward cases."""

from __future__ import annotations

from typing import Any

import pytest

from lod.store.rewriting.numbers import with_numbers

COLUMNS = {
    "a cube by its dataset": "SELECT ?y (SUM(?n) AS ?t) { ?o qb:dataSet data:staff ; d:year ?y ; d:count ?n } GROUP BY ?y",
    "two cubes at once": "SELECT ?q (COUNT(*) AS ?t) { ?o d:area ?a ; qb:dataSet ?q } GROUP BY ?q",
    "a class": "SELECT (COUNT(?o) AS ?t) { ?o a qb:Observation }",
    "labels of codes": "SELECT ?l (AVG(?m) AS ?t) { ?o d:area ?a ; d:mean ?m . ?a skos:prefLabel ?l } GROUP BY ?l",
    "a path that begins at the observation": "SELECT ?r (COUNT(*) AS ?t) { ?o d:area/skos:broader+ ?r } GROUP BY ?r",
    "blank nodes as variables": "SELECT (COUNT(*) AS ?t) { [] d:area [ skos:broader ?r ] ; d:mean ?m }",
    "an expression as a key": "SELECT ?k (COUNT(*) AS ?t) { ?o d:band ?b ; d:area ?a } GROUP BY (SUBSTR(?b, 1, 1) AS ?k)",
    "HAVING and ORDER BY of totals": "SELECT ?a { ?o d:area ?a ; d:count ?n } GROUP BY ?a HAVING (SUM(?n) > 70000) ORDER BY SUM(?n)",
    "arithmetic of totals": "SELECT ?y (SUM(?n) / COUNT(?n) - AVG(?n) AS ?z) { ?o d:year ?y ; d:count ?n ; d:area ?a } GROUP BY ?y",
    "distinct values": "SELECT DISTINCT ?a ?y { ?o d:area ?a ; d:year ?y } ORDER BY DESC(?y) ?a LIMIT 5",
    "no solutions, ungrouped": "SELECT (SUM(?n) AS ?s) (AVG(?n) AS ?v) (COUNT(*) AS ?c) (MIN(?n) AS ?i) { ?o d:count ?n ; d:sex ?s2 FILTER(?n > 99999) }",
    "no solutions, grouped": "SELECT ?y (SUM(?n) AS ?s) { ?o d:count ?n ; d:year ?y FILTER(?n > 99999) } GROUP BY ?y",
    "an unbound value spoils a sum": "SELECT ?s (SUM(?n) AS ?t) (COUNT(?n) AS ?c) { ?o d:sex ?s ; d:mean ?m OPTIONAL { ?o d:count ?n } } GROUP BY ?s",
    "names that differ in capitals alone": "SELECT ?a (COUNT(?A) AS ?t) { ?o d:area ?a ; d:band ?A } GROUP BY ?a",
    "a sub-query, and labels around it": "SELECT ?l ?t { { SELECT ?a (SUM(?n) AS ?t) { ?o d:area ?a ; d:count ?n } GROUP BY ?a } OPTIONAL { ?a skos:prefLabel ?l } }",
    "shares of a sub-query": "SELECT ?s (?n / ?all AS ?x) { { SELECT ?s (SUM(?m) AS ?n) { ?o d:sex ?s ; d:mean ?m } GROUP BY ?s } { SELECT (SUM(?m) AS ?all) { ?o d:mean ?m ; d:area ?a } } }",
    "sub-queries in a sub-query, one of them the store's": "SELECT ?y (COUNT(*) AS ?c) { { SELECT DISTINCT ?y ?w { { SELECT DISTINCT ?a ?y { ?o d:area ?a ; d:year ?y ; d:mean ?m } } { SELECT ?a ?w { ?a skos:notation ?w } } } } } GROUP BY ?y",
    "a sub-query beside others": "SELECT * { { SELECT ?a (MAX(?m) AS ?x) { ?o d:area ?a ; d:mean ?m } GROUP BY ?a HAVING (?x > 50) } UNION { ?a skos:broader ?r } MINUS { SELECT ?a (COUNT(*) AS ?n) { ?o d:area ?a ; d:sex c:M ; d:mean ?m } GROUP BY ?a ORDER BY ?a LIMIT 3 } }",
    "a sample of what differs by the key": "SELECT ?a (SAMPLE(?a) AS ?z) (SAMPLE(?w) AS ?x) (SUM(?m) AS ?t) { ?o d:area ?a ; d:mean ?m . ?a skos:notation ?w } GROUP BY ?a",
    "an aggregate over an expression": "SELECT ?y (SUM(IF(?s = c:F, ?n, 0)) AS ?w) (SUM(?n * ?k - 2) AS ?x) (AVG(?m - 1.5) AS ?v) (COUNT(?n / 2) AS ?e) { ?o d:year ?y ; d:sex ?s ; d:count ?n ; d:small ?k ; d:mean ?m } GROUP BY ?y",
    "an expression that overflows": "SELECT (SUM(?n * 4611686018427387904) AS ?x) (MAX(COALESCE(?n * 4611686018427387904, 7)) AS ?m) { ?o d:count ?n ; d:mean ?v }",
    "a key without a name": "SELECT (SUM(?m) AS ?t) { ?o d:year ?y ; d:mean ?m } GROUP BY (?y > 2003)",
    "rows that a filter keeps": "SELECT ?n ?y (?n + ?y AS ?z) { ?o d:count ?n ; d:year ?y FILTER(?n > 900) } ORDER BY ?n",
    "every row twice": "SELECT ?w ?n { ?o d:area ?a ; d:count ?n . ?a skos:notation ?w VALUES ?a { c:area3 c:area3 } FILTER(?n > 900) }",
    "MINUS over the observation": "SELECT ?y (COUNT(*) AS ?t) { ?o d:year ?y ; d:mean ?m MINUS { ?o d:count ?n ; d:final true } } GROUP BY ?y",
    "NOT EXISTS and EXISTS": "SELECT ?a (COUNT(*) AS ?t) { ?o d:area ?a ; d:mean ?m FILTER NOT EXISTS { ?o d:count ?n } FILTER(?m > 3 && EXISTS { ?o d:sex c:M }) } GROUP BY ?a",
    "tests of codes": "SELECT ?a (COUNT(*) AS ?t) { ?o d:area ?a ; d:mean ?m FILTER NOT EXISTS { ?a skos:broader c:region1 } MINUS { ?a skos:prefLabel 'Area 1'@en } } GROUP BY ?a",
    "BIND in the middle, patterns after OPTIONAL": "SELECT ?e ?l (COUNT(*) AS ?t) { ?o d:year ?y BIND(?y - 1911 AS ?e) ?o d:area ?a OPTIONAL { ?a skos:prefLabel ?l } ?o d:mean ?m } GROUP BY ?e ?l",
    "every variable": "SELECT DISTINCT * { [] d:area ?b ; d:year ?y ; d:sex ?a ; d:mean ?m FILTER(?m > 58) }",
    "properties": "SELECT ?p (COUNT(*) AS ?n) { ?o d:mean ?m ; ?p ?v FILTER(?p != d:sex) } GROUP BY ?p",
    "sums of what the store divides": "SELECT ?y (SUM(?n / 7) AS ?x) (AVG(?k / 4) AS ?z) { ?o d:year ?y ; d:count ?n ; d:small ?k } GROUP BY ?y",
    "the year before": "SELECT ?a ?y (SUM(?n) - SUM(?w) AS ?more) { ?o d:area ?a ; d:sex ?s ; d:band ?b ; d:year ?y ; d:count ?n . ?x d:area ?a ; d:sex ?s ; d:band ?b ; d:year ?z ; d:count ?w FILTER(?z = ?y - 1) } GROUP BY ?a ?y",
    "men and women, and a third": "SELECT ?y (AVG(?w - ?n) AS ?gap) (COUNT(?k) AS ?c) { ?o d:year ?y ; d:sex c:M ; d:band '10-19' ; d:count ?n . ?x d:year ?y ; d:sex c:F ; d:band '20-29' ; d:mean ?w . ?z d:year ?y ; d:final true ; d:sex c:T ; d:band '10-19' OPTIONAL { ?z d:small ?k } } GROUP BY ?y",
    "a figure and its budget": "SELECT ?y (SUM(?t) AS ?v) (MAX(?m) AS ?x) { ?o d:area ?a ; d:year ?y ; d:mean ?m ; d:count ?n . ?b d:area ?a ; d:year ?y ; d:total ?t FILTER(?n > 800) } GROUP BY ?y",
    "no texts to join": "SELECT (GROUP_CONCAT(?a) AS ?t) (COUNT(*) AS ?c) { ?o d:area ?a ; d:mean ?m }",
    "text with quotes and a language": "SELECT ?t (COUNT(*) AS ?c) { ?o d:note ?t ; d:area ?a } GROUP BY ?t",
}  # fmt: skip
STORE = {
    "any rows": "SELECT ?n { ?o d:count ?n FILTER(?n > 3) } LIMIT 5",
    "4 observations": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m . ?x d:mean ?m . ?y d:mean ?m . ?z d:mean ?m }",
    "observations that share nothing": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m . ?x d:mean ?w FILTER(?m = ?w) }",
    "observations that share what is not told alike": "SELECT (COUNT(*) AS ?t) { ?o d:share ?m . ?x d:share ?m }",
    "the value of any": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m ; ?p ?v . ?x d:mean ?w ; d:area ?a ; ?p ?v . ?o d:area ?a }",
    "0 observations": "SELECT (COUNT(*) AS ?t) { ?o d:year ?y }",  # c:M has a year, too
    "COUNT of errors": "SELECT (COUNT(?n / 0) AS ?e) { ?o d:count ?n ; d:mean ?m }",
    "VALUES of nothing": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m VALUES ?m { } }",
    "several values": "SELECT (COUNT(*) AS ?t) { ?o d:amount ?n ; d:tag ?t2 }",
    "Union": "SELECT (COUNT(*) AS ?t) { { ?o d:mean ?m } UNION { ?o d:count ?m } }",
    "MINUS of what shares nothing": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m MINUS { ?x d:count ?n } }",
    "MINUS over an observation and its codes": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m MINUS { ?o d:area/skos:broader c:region1 } }",
    "Filter": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m FILTER NOT EXISTS { ?o d:count ?n FILTER(?n > 5) } }",
    "a test of what is there already": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m FILTER EXISTS { ?o d:count ?m } }",
    "a test of what is named elsewhere": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m ; d:area ?a MINUS { ?o d:sex ?l } OPTIONAL { ?a skos:prefLabel ?l } }",
    "after OPTIONAL": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m OPTIONAL { ?o d:count ?n } VALUES ?n { 1 2 } }",
    "what VALUES": "SELECT (COUNT(*) AS ?t) { VALUES ?n { 1 2 } ?o d:mean ?m OPTIONAL { ?o d:count ?n } }",
    "odd IRI": "BASE <urn:x:y> SELECT (COUNT(*) AS ?t) { ?o d:mean ?m ; d:area ?a FILTER(?a != <z>) }",
    "FROM": "SELECT (COUNT(*) AS ?t) FROM <https://a.example/g> { ?o d:mean ?m }",
    "a path or variable over": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m ; !d:count ?v }",
    "the value of any property": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m ; ?p ?v FILTER(?v != 3) }",
    "blank nodes": "SELECT (COUNT(?x) AS ?t) { ?o d:area ?a ; d:mean ?m . ?a skos:broader ?r . ?r d:of ?x }",
    "Sum of double": "SELECT (SUM(?h) AS ?t) { ?o d:share ?h ; d:mean ?m }",
    "read alike": "SELECT (GROUP_CONCAT(DISTINCT ?l) AS ?t) { ?o d:area ?a ; d:mean ?m . ?a skos:prefLabel ?l }",
    "a few observations": "SELECT (SUM(?n) AS ?t) { ?o d:count ?n ; d:area c:area1 ; d:mean 1.10 }",
    "SAMPLE": "SELECT (SUM(?n) AS ?t) { ?o d:count ?n ; d:mean ?m } HAVING (?t > 0)",
    "SAMPLE of what may": "SELECT ?a (SAMPLE(?n) AS ?x) { ?o d:area ?a ; d:mean ?m OPTIONAL { ?o d:count ?n } } GROUP BY ?a",
    "patterns that do not hang": "SELECT (COUNT(*) AS ?t) { ?o d:mean ?m . ?x skos:notation ?w }",
    "nothing of cubes": "SELECT (COUNT(*) AS ?t) { ?x skos:notation ?w }",
}  # fmt: skip


@pytest.mark.parametrize("query", COLUMNS.values(), ids=COLUMNS)
def test_from_columns(both: Any, query: str) -> None:
    store, columns, why = both.answer(query)
    assert columns is not None, why
    assert columns == store
    assert store or "no solutions" in query or "99999" in query


def test_quotients_as_the_engine_is_asked_for_them(both: Any) -> None:
    query = "SELECT ?y (SUM(?m) / COUNT(?n) * 100 AS ?z) { ?o d:year ?y ; d:count ?n ; d:mean ?m } GROUP BY ?y"
    asked = with_numbers(query, {})
    assert asked != query
    store, columns, why = both.answer(asked)
    assert columns == store, why
    assert columns == both.answer(query)[0]


@pytest.mark.parametrize(("why", "query"), STORE.items(), ids=STORE)
def test_from_the_store(both: Any, why: str, query: str) -> None:
    _, columns, reason = both.answer(query)
    assert columns is None
    assert why in reason


@pytest.mark.parametrize("around", ["?a skos:notation ?w FILTER EXISTS {}", "GRAPH <https://a.example/g> {}"])
def test_sub_queries_that_hang_on_what_is_around_stay(both: Any, around: str) -> None:
    part = "{ SELECT ?a (COUNT(*) AS ?n) { ?o d:area ?a ; d:mean ?m } GROUP BY ?a }"
    assert both.rewritten(f"SELECT * {{ {around.replace('{}', part)} }}") is None
    assert both.rewritten(f"SELECT * {{ {part} }}")


def test_a_sample_is_one_of_the_values(both: Any) -> None:
    pattern = "{ ?o d:area ?a ; d:band ?b ; d:mean ?m }"
    found = both.store.query(both.rewritten(f"SELECT ?a (SAMPLE(?b) AS ?x) {pattern} GROUP BY ?a"))
    one = {(str(row["a"]), str(row["x"])) for row in found}
    every = {
        (str(row["a"]), str(row["b"])) for row in both.store.query(f"{both.prologue}SELECT DISTINCT ?a ?b {pattern}")
    }
    assert len(one) == len({area for area, _ in every})
    assert one < every


def test_order_and_limit_are_the_stores(both: Any) -> None:
    """The rest is evaluated by the store: the same order, not only the same rows."""
    query = "SELECT ?a (SUM(?n) AS ?t) { ?o d:area ?a ; d:count ?n } GROUP BY ?a ORDER BY DESC(?t) ?a LIMIT 4 OFFSET 1"
    rows = [
        [str(row["t"]) for row in both.store.query(text)] for text in (both.prologue + query, both.rewritten(query))
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 4


def test_the_first_rows_are_the_stores(both: Any) -> None:
    """The same values in the same order; which of those that are level come, is open (§15.1)."""
    pattern = "{ ?o d:count ?n ; d:area ?a ; d:mean ?m OPTIONAL { ?o d:small ?k } }"
    for order in ("DESC(?n)", "?k DESC(?m)", "DESC(?k) ?a", "?a DESC(?n)"):
        query = f"SELECT ?n ?k ?m ?a {pattern} ORDER BY {order}"
        some = f"{query} LIMIT 25 OFFSET 130"
        store, columns = (
            [tuple(map(str, row)) for row in both.store.query(text)]
            for text in (both.prologue + some, both.rewritten(some))
        )
        places = ["nkma".index(name) for name in "nkma" if f"?{name}" in order]
        assert len(columns) == 25
        assert [[row[at] for at in places] for row in columns] == [[row[at] for at in places] for row in store]
        assert set(columns) <= {tuple(map(str, row)) for row in both.store.query(both.prologue + query)}


def test_texts_are_joined_in_some_order(both: Any) -> None:
    query = """SELECT ?s (GROUP_CONCAT(DISTINCT ?b; SEPARATOR='|') AS ?x) (GROUP_CONCAT(?t) AS ?y)
    { ?o d:sex ?s ; d:band ?b ; d:note ?t ; d:mean ?m } GROUP BY ?s"""
    asked = query.replace("GROUP_CONCAT(?t)", "STR(GROUP_CONCAT(?t))")  # as the server asks the engine
    store, columns = (
        {str(row["s"]): (sorted(row["x"].value.split("|")), sorted(row["y"].value)) for row in both.store.query(text)}
        for text in (both.prologue + asked, both.rewritten(asked))
    )
    assert columns == store
    assert len(store) == 3


@pytest.mark.parametrize("form", ["CONSTRUCT { ?a d:total ?t }", "ASK"])
def test_sub_queries_of_other_forms(both: Any, form: str) -> None:
    query = (
        f"{form} {{ {{ SELECT ?a (SUM(?n) AS ?t) {{ ?o d:area ?a ; d:count ?n }} GROUP BY ?a }} FILTER(?t > 70000) }}"
    )
    over = both.rewritten(query)
    assert over is not None
    results = [both.store.query(text) for text in (both.prologue + query, over)]
    store, columns = ({str(triple) for triple in found} if form != "ASK" else bool(found) for found in results)
    assert columns == store
    assert store


def test_an_observation_of_two_datasets_counts_once(odd: Any) -> None:
    _, columns, why = odd.answer("SELECT ?y (COUNT(*) AS ?n) { ?o d:year ?y ; d:area ?a } GROUP BY ?y")
    assert columns is None
    assert why == "observations of several datasets"


def test_zeros_with_a_sign_are_other_terms(odd: Any) -> None:
    (cube, *_) = odd.index.cubes
    found = {column.property.rpartition("/")[2]: column.exact for column in cube.columns}
    assert (found["zero"], found["less"]) == (False, True)


def test_any_groups_will_do(both: Any) -> None:
    query = "SELECT ?a ?y (SUM(?m) AS ?t) { ?o d:area ?a ; d:year ?y ; d:mean ?m } GROUP BY ?a ?y"
    every, _, _ = both.answer(query)
    _, some, why = both.answer(f"{query} LIMIT 5 OFFSET 2")
    assert some is not None, why
    assert (some.total(), some <= every) == (5, True)
    assert str(both.rewritten(f"{query} LIMIT 5 OFFSET 2")).count("(<") == 7
