"""What the engine answers wrongly is asked in other words, or refused; what it answers rightly is left alone."""

from __future__ import annotations

import io

import pyoxigraph
import pytest

from lod.rdf.formats import NTRIPLES, RESULTS_CSV
from lod.rdf.namespaces import XSD
from lod.store import graphs
from lod.store.dataset import Dataset
from lod.store.faults import may_be_wrong
from lod.store.guard import QueryError, inspect_query
from lod.store.query import evaluate
from lod.store.rewriting.numbers import with_numbers

DATA = b"""@prefix : <http://e/> . :a :p :b . :b :p :c . :a :n 3 .
:g1 { :x :p :y . :y :p :z } :g2 { :x :p :y }"""
PROLOGUE = "PREFIX : <http://e/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
# pattern → rows of its solutions, names without their namespace
MENDED = {
    "SELECT ?s { ?s :p* :none }": ["none"],
    "SELECT ?s { ?s :p? :none . }": ["none"],
    "SELECT ?s { :none :p* ?s }": ["none"],
    "SELECT ?s { ?s (:p|:q)* 'x' }": ["x"],
    "SELECT ?s { ?s (^:p/:q)* <http://e/none> }": ["none"],
    "SELECT ?s { ?s :p* 7 }": ["7"],
    "SELECT ?s { ?s :p*|^:q? -7 }": ["-7", "-7"],
    "SELECT ?s { ?s (:p*/(:q|^:n)?)+ 'a'@en. }": ["a"],
    "SELECT ?s { ?s :p/:q* :none }": [],
    "SELECT ?s { ?s :p #\n * :none }": ["none"],
    "SELECT ?s { :a :p ?s ; :p* :none ; :n 3 }": [],
    "SELECT ?s { ?s :p* :none ; :n ?n }": [],
    "SELECT ?s { :a :p ?s . :none :q* :none }": ["b"],
    "SELECT ?s { :a :p ?s . :none :q* :nobody }": [],
    "SELECT ?s { [] :p* :none . :a :p ?s }": ["b"],
    "SELECT ?s { GRAPH :g2 { ?s :p* :z } }": ["z"],
    "SELECT ?s { :a :p ?s FILTER EXISTS { :none :p* :none } }": ["b"],
    "SELECT ?g ?s { GRAPH ?g { ?s :p* :z } }": ["g1,x", "g1,y", "g1,z", "g2,z"],
    "SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?a ?b ?c } } }": ["g1,2", "g2,1"],
    "SELECT ?g ?s { GRAPH ?g { SELECT DISTINCT ?s { ?s ?b ?c } } }": ["g1,x", "g1,y", "g2,x"],
    "SELECT ?g ?s { GRAPH ?g { { SELECT ?s { ?s ?b ?c } ORDER BY ?s LIMIT 1 } } }": ["g1,x", "g2,x"],
    "SELECT ?s { GRAPH ?g { ?s :p ?o MINUS { ?a :p ?b } } }": ["x", "x", "y"],
    "SELECT ?g ?s { GRAPH ?g { ?s :p ?o VALUES ?g { :g1 } } }": ["g1,x", "g1,y"],
    "SELECT ?g ?s { GRAPH $g { VALUES (?s ?g) { (:x :g1) (:y UNDEF) } } }": ["g1,x", "g1,y", "g2,y"],
    "SELECT ?g ?h { GRAPH ?g { ?s :p :z GRAPH ?h { VALUES ?s { :y } } } }": ["g1,g1", "g1,g2"],
    "SELECT ?g ?s { GRAPH ?g { ?s :p _:b . _:b :p :z VALUES ?n { 1 } } }": ["g1,x"],
    "SELECT ?g ?s FROM NAMED :g2 { GRAPH ?g { SELECT DISTINCT ?s { ?s ?b ?c } } }": ["g2,x"],
    "SELECT * FROM :g2 { GRAPH ?g { SELECT DISTINCT ?s { ?s ?b ?c } } }": [],
    "SELECT (COUNT(DISTINCT ?b) AS ?n) { ?s ?p ?o BIND(BNODE('a') AS ?b) }": ["3"],
    "SELECT ?n { ?n ^:n :a BIND(bnode(STR(?n)) AS ?x) BIND(BNODE('3') AS ?y) FILTER(?x = ?y) }": ["3"],
    "SELECT (?x = ?y AS ?same) { SELECT (BNODE('é a') AS ?x) (BNODE('é a') AS ?y) { ?s :p :b } }": ["true"],
    "SELECT ?s { _:b :p* :none . _:b :p ?s }": [],
    "SELECT ?s { _:b :p* :none . ?s :p :b . _:c :p* :b }": ["a", "a"],
    "SELECT ?s { [ :p* 3 ] ^:n ?s }": ["a"],
    "SELECT ?s { _:b :p* :none { SELECT DISTINCT * { ?s :p ?o } } }": ["a", "b"],
    "SELECT ?s { [ :q* :none ; :p* :none ] . ?s :n 3 ; :p [ :p [] ] }": ["a"],
    "SELECT ?s { ?s :n 3 MINUS { ?s :p ( [ :p* :none ] ) } }": ["a"],
    "SELECT * { ?s :n [ :p* 3 ; ^:n [ :p :b ] ] . _:é :q* :none }": ["a"],
    "SELECT ?n { SELECT DISTINCT (BNODE('a') AS ?x) ?n { ?s :p|:n ?o BIND(1 AS ?n) } }": ["1", "1", "1"],
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY BNODE('a')": ["1", "1", "1"],
    "SELECT ?n { ?s ?p ?o } GROUP BY (BNODE('a') AS ?b) (1 AS ?n) HAVING(BNODE('a') = BNODE('a'))": ["1", "1", "1"],
    "SELECT (COUNT(DISTINCT ?b) AS ?n) { SELECT (BNODE('a') AS ?b) { ?s ?p ?o } GROUP BY ?p }": ["2"],
    "SELECT ?s { ?s :p :b } ORDER BY BNODE('a')": ["a"],
    "SELECT ?o { :a :p|(:p) ?o }": ["b", "b"],
    "SELECT ?s { ?s (:p|^:p)/:p :c }": ["a", "c"],
    "SELECT ?s { ?s !(:n|^:n) :b }": ["a", "c"],
    "SELECT ?s { ?s ^(^:p|^(:p)|a|:p*) :b ; :n 3 }": ["a", "a"],
    "SELECT (COUNT(*) AS ?n) { ?s ^(:p|:p) ?o OPTIONAL { ?o ^:p|:p ?x } }": ["6"],
    "SELECT ?s { _:x :p|:p ?s . _:x :n 3 }": ["b", "b"],
    "SELECT ?s { [ :p|:p ?s ] :n 3 }": ["b", "b"],
    "SELECT * { _:x :p|:p :b }": ["", ""],
    "SELECT ?g { GRAPH ?g { ?s :p|:p :z } }": ["g1", "g1"],
    "SELECT DISTINCT ?s { ?s :p|:p :b }": ["a"],
    f"SELECT ?s {{ ?s ({'/'.join(['(:p|:n)'] * 9)})* :b }}": ["b"],
    "SELECT ?s { ?s :p :b FILTER EXISTS { ?s :p|:p _:o . _:o :p :c } }": ["a"],
    "SELECT (COUNT(1/?x) AS ?n) { VALUES ?x { 1 0 } }": ["1"],
    "SELECT (COUNT(DISTINCT STR(?x)) AS ?n) { VALUES ?x { 'a' 'b' 'a' UNDEF } }": ["2"],
    "SELECT (COUNT(DISTINCT 1/?x) AS ?n) { VALUES ?x {} }": ["0"],
    "SELECT (COUNT(DISTINCT *) AS ?n) { ?s :p|:p [] }": ["2"],
    "SELECT ?s { ?s :p|:n [] } GROUP BY ?s HAVING(COUNT(DISTINCT *) = 1)": ["a", "b"],
    r"SELECT (REPLACE('2020-01', '(\\d+)-(\\d+)', '$1_$2') AS ?s) {}": ["2020_01"],
    "SELECT (REPLACE('darted', '^(.*?)d(.*)$', '$1c$2') AS ?s) {}": ["carted"],
    r"SELECT (REPLACE('a.b', '(\\.)', '\\\\$1\\$$12') AS ?s) {}": [r"a\.$.2b"],
    "SELECT (REGEX('1-a', '^[0-9]{1}-[a-z]$') AS ?s) {}": ["true"],
    "SELECT (REGEX('e', '[a-z-[aeiou]]') AS ?s) (REGEX('-', '[a-z-]') AS ?n) {}": ["false,true"],
    "SELECT ?g ?s { GRAPH ?g { ?s :p :y FILTER(BOUND(?g)) } }": [],
    "SELECT ?g ?h { GRAPH ?g { ?s :p :z BIND(?g AS ?h) } }": ["g1,"],
    "SELECT ?g ?s { GRAPH ?g { ?s :p :y OPTIONAL { :x :p ?g } } }": [],
    "SELECT ?n { GRAPH :none { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }": [],
    "SELECT ?n { GRAPH :g1 { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } GRAPH :none { BIND(1 AS ?m) } } }": [],
    "SELECT (GROUP_CONCAT(DISTINCT ?x; SEPARATOR=' ') AS ?all) { VALUES ?x { '1'@en '2'@en } }": ["1 2"],
    "SELECT (GROUP_CONCAT(?o; SEPARATOR=';') AS ?all) { VALUES ?o { 2 :b 'x'@en } }": ["2;b;x"],
    "SELECT (GROUP_CONCAT(DISTINCT ?o) AS ?all) (GROUP_CONCAT(?no) AS ?none) { VALUES ?o { 2 2 3 } }": ["2 3,"],
    "SELECT (GROUP_CONCAT(DISTINCT ?o) AS ?all) { VALUES ?o { 'x' 'x'@en 'x' } }": ["x x"],
}  # fmt: skip
DIVIDED = {
    "SELECT (0 / 2.5 AS ?x) (3 / 2.5 AS ?y) (1 / 0 AS ?z) (0 / 0.0 AS ?v) (0 / 'a' AS ?w) {}": ["0,1.2,,,"],
    "SELECT (0*2/2.5/-0.5 AS ?x) (100 - 0 / 2.5 AS ?y) (5/(0/2.5) AS ?z) ((1+1)*0.0/+-0.5 AS ?v) {}": ["0,100,,0"],
    "SELECT (SUM(?n)/SUM(?a) AS ?x) { VALUES (?n ?a) { (0 2.5) (0 1.25) } }": ["0"],
    "SELECT ?s { ?s :p/:p ?o FILTER(xsd:decimal('0')/'2.5'^^xsd:decimal = 0) }": ["a"],
    "SELECT ?x { VALUES ?n { 0 1 } } GROUP BY (?n / 2.5 AS ?x) HAVING (COUNT(*) / 2.5 > 0.1)": ["0", "0.4"],
    "SELECT (STRLEN('a/b') / 1.5 AS ?x) (1e0 / 0 AS ?y) {}": ["2,INF"],
    "SELECT (xsd:integer(1e5) AS ?x) (xsd:integer(-2.5e0) AS ?y) (xsd:decimal(1.1e0) AS ?z) {}": ["100000,-2,1.1"],
    "SELECT (xsd:integer(2.9) AS ?x) (xsd:integer('7') AS ?y) (xsd:integer(?no) AS ?z) {}": ["2,7,"],
    "SELECT (xsd:integer(xsd:decimal(3e9 / 1)) AS ?x) (xsd:integer(1e0/0) AS ?y) {}": ["3000000000,"],
    f"SELECT (SUM(<{XSD}integer>(?n)) AS ?x) {{ VALUES ?n {{ 1e5 1e6 '3' }} }}": ["1100003"],
}  # fmt: skip
READ = {
    "SELECT ?t (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY (?s AS ?t) ORDER BY ?t": ["a,1", "b,1"],
    "SELECT ?s (SUM(?o) AS ?n) (?n * 2 AS ?m) ((?n) + ?n AS ?l) { ?s :n ?o } GROUP BY ?s": ["a,3,6,6"],
    "SELECT ?s ?o ?s { ?s :p ?o }": ["a,b", "b,c"],
    "SELECT ?s { { SELECT ?s ?s { ?s :p ?o } GROUP BY ?s (STR(?s) AS ?t) } }": ["a", "b"],
}  # fmt: skip
REFUSED = (
    "{ SELECT DISTINCT (STR(BNODE('a')) AS ?s) {} }",
    "{ SELECT (BNODE('a') = BNODE('a') AS ?s) (COUNT(*) AS ?n) {} GROUP BY ?z }",
    "_:b :p* :none . _:b :p ?x { SELECT DISTINCT * { ?s :p ?o } }", r"?s :p ?o FILTER REGEX(STR(?o), '(.)\\1')",
    "?s (:p|:n)/(:p|:n)/(:p|:n)/(:p|:n)/(:p|:n)/(:p|:n)/(:p|:n)/(:p|:n)/(:p|:n) ?o",
)  # fmt: skip
LEFT_ALONE = (
    "?s :p+ :none", "?s :n ?n FILTER(?n * 2 > 3)", "BIND(BNODE() AS ?s)", "GRAPH :g1 { ?s :p ?o MINUS { ?s :p :z } }",
    "?s :p ?o . ?o :p ?s",
)  # fmt: skip
RIGHT = {
    "?s :p* :b": 2, ":a :p* ?s": 3, "?s :p+ :none": 0, "?s a?/:p* :b": 2, ":a (:p|:q)* ?s": 3,
    "GRAPH ?g { ?s :p ?o }": 3, "GRAPH ?g { ?s :p ?o } VALUES ?s { :x }": 2,
    "?x :n ?n BIND(xsd:integer(?n) * 2 AS ?s)": 1, "{ SELECT (COUNT(*) * 2 AS ?s) { ?x :p ?y } }": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def store() -> pyoxigraph.Store:
    filled = pyoxigraph.Store()
    filled.load(DATA, format=pyoxigraph.RdfFormat.TRIG)
    return filled


def ask(store: pyoxigraph.Store, query: str, dataset: Dataset | None = None) -> list[str]:
    out = io.BytesIO()
    inspected = inspect_query(PROLOGUE + query)
    evaluate(store, inspected, RESULTS_CSV, out, base_iri="http://e/", dataset=dataset or Dataset())
    return sorted(out.getvalue().decode().replace("http://e/", "").split("\r\n")[1:-1])


@pytest.mark.parametrize("query", MENDED)
def test_asked_in_other_words(store: pyoxigraph.Store, query: str) -> None:
    assert may_be_wrong(query)
    assert ask(store, query) == MENDED[query]


@pytest.mark.parametrize("query", DIVIDED)
def test_nothing_is_divided(store: pyoxigraph.Store, query: str) -> None:
    assert ask(store, query) == DIVIDED[query]


@pytest.mark.parametrize(
    "path", ["?s :p/:p ?o", "?s (:p|:q)/:p ?o", "?s :n1/:n (1 ?o)", "?s xsd:integer (1 2) FILTER(?s = 1)"]
)
def test_paths_are_no_divisions(path: str) -> None:
    for query in (f"SELECT * {{ {path} }}", f"CONSTRUCT {{ ?s :q 1 }} WHERE {{ {path} }}"):
        assert with_numbers(query, {"xsd": XSD}) == query


@pytest.mark.parametrize("query", READ)
def test_forms_that_the_parser_refuses(store: pyoxigraph.Store, query: str) -> None:
    assert ask(store, query) == READ[query]


def test_all_variables_and_no_others(store: pyoxigraph.Store) -> None:
    """`SELECT *` does not show what the other words needed, and keeps its order."""
    out = io.BytesIO()
    text = PROLOGUE + "SELECT * FROM :g1 { ?s :p ?o BIND(BNODE('x') AS ?b) } ORDER BY DESC(?s)"
    evaluate(store, inspect_query(text), RESULTS_CSV, out, base_iri="http://e/")
    head, *rows = out.getvalue().decode().splitlines()
    assert sorted(head.split(",")) == ["b", "o", "s"]
    place = head.split(",").index("s")
    assert [row.split(",")[place] for row in rows] == ["http://e/y", "http://e/x"]


def test_graphs_that_the_protocol_names(store: pyoxigraph.Store) -> None:
    query = "SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?a ?b ?c } } }"
    assert ask(store, query, Dataset((), ("http://e/g2",))) == ["g2,1"]
    assert ask(store, "SELECT ?s { ?s :p* :a }", Dataset(("http://e/g2",))) == ["a"]


def test_several_graphs_are_one(store: pyoxigraph.Store) -> None:
    """A default graph of several graphs is their merge (§13.2.1): what two of them hold stands once."""
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
    assert ask(store, count.format("FROM :g1 FROM :g2")) == ask(store, count.format("FROM :g1 FROM :g1")) == ["2"]
    assert ask(store, count.format(""), Dataset(("http://e/g1", "http://e/g2", "http://e/g1"))) == ["2"]
    beside = "SELECT ?g ?s FROM :g1 FROM :g2 FROM NAMED :g2 { ?s :p :y GRAPH ?g { ?s :p ?o MINUS { ?a :q ?b } } }"
    assert ask(store, beside) == ["g2,x"]
    assert (
        ask(store, "SELECT ?s FROM NAMED :g1 { GRAPH ?g { SELECT ?s { ?s :p :z } } }", Dataset((), ("http://e/g2",)))
        == []
    )
    assert ask(store, "BASE <http://e/> SELECT ?s FROM <g1> FROM <g2> { ?s :p :z }") == ["y"]


def test_several_graphs_that_are_too_much(store: pyoxigraph.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "MOST_STATEMENTS", 2)
    with pytest.raises(QueryError) as raised:
        ask(store, "SELECT * FROM :g1 FROM :g2 { ?s ?p ?o }")
    assert raised.value.code == "LOD6090"


def test_a_graph_as_an_answer(store: pyoxigraph.Store) -> None:
    inspected, out = inspect_query(PROLOGUE + "CONSTRUCT { ?s :q 1 } WHERE { ?s :p* :none }"), io.BytesIO()
    evaluate(store, inspected, NTRIPLES, out)
    assert out.getvalue().startswith(b"<http://e/none> <http://e/q> ")


@pytest.mark.parametrize("pattern", REFUSED)
def test_refused(store: pyoxigraph.Store, pattern: str) -> None:
    with pytest.raises(QueryError) as raised:
        ask(store, f"SELECT ?s {{ {pattern} }}")
    assert (raised.value.code, raised.value.line) == ("LOD9203", 1)
    assert raised.value.hint


def test_a_refusal_names_the_place_in_the_query_as_it_was_asked(store: pyoxigraph.Store) -> None:
    query = r"SELECT (GROUP_CONCAT(?o) AS ?all) { ?s :p ?o FILTER REGEX(STR(?o), '(.)\\1') }"
    with pytest.raises(QueryError) as raised:
        ask(store, query)
    assert raised.value.column == len(PROLOGUE) + query.index("'(.)") + 1


def test_refused_where_there_are_too_many_graphs() -> None:
    many = pyoxigraph.Store()
    node = pyoxigraph.NamedNode("http://e/x")
    many.extend(pyoxigraph.Quad(node, node, node, pyoxigraph.NamedNode(f"http://e/g{n}")) for n in range(1_500))
    counted = ask(many, "SELECT ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }")
    assert counted == ["1"] * 1_500
    with pytest.raises(QueryError) as raised:
        ask(many, "SELECT * { GRAPH ?g { GRAPH ?h { GRAPH ?i { GRAPH ?j { ?s ?p ?o } } } } }")
    assert raised.value.code == "LOD9203"
    assert len(ask(many, "SELECT ?g { GRAPH ?g { ?s ?p ?o } }")) == 1_500


def test_an_unknown_function_is_named(store: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError) as raised:
        ask(store, "SELECT (:reverse(?s) AS ?x) { ?s :p ?o }")
    assert raised.value.code == "LOD9120"
    assert "http://e/reverse" in raised.value.message


@pytest.mark.parametrize("pattern", LEFT_ALONE)
def test_left_alone(pattern: str) -> None:
    assert not may_be_wrong(f"SELECT * {{ {pattern} }}")


@pytest.mark.parametrize(("pattern", "rows"), RIGHT.items())
def test_answered(store: pyoxigraph.Store, pattern: str, rows: int) -> None:
    assert len(ask(store, f"SELECT ?s {{ {pattern} }}")) == rows
