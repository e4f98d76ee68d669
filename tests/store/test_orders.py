"""Values of many kinds, sorted: the engine's own order is none, and its process ends; sorted kind by kind it is one."""

from __future__ import annotations

import io
import random
import subprocess
import sys

import pyoxigraph
import pytest

from lod.rdf.formats import RESULTS_TSV
from lod.store.guard import inspect_query
from lod.store.query import evaluate
from lod.store.rewriting.orders import may_sort_many_kinds, with_kinds_apart

# Numbers stand to each other by value, a number and a text by their letters: 2 < 10 < "15" < 2.
SMALLEST = """
import pyoxigraph, random
numbers = random.Random(1).sample(range(1_000), 400)
values = " ".join(str(n) if n % 2 else f"'{n}'" for n in numbers)
list(pyoxigraph.Store().query(f"SELECT ?v {{ VALUES ?v {{ {values} }} }} ORDER BY ?v"))
"""
NUMBERS = ("1", "10", "2", "1.5", "-1", "1e-1", "0.1", "9007199254740993", "9007199254740992e0")
TYPED = {
    "float": ("0.1",), "double": ("NaN", "INF"), "date": ("2020-01-01", "2020-01-01Z", "2019-12-31-12:00"),
    "dateTime": ("2020-01-01T00:00:00", "2020-01-01T12:00:00+14:00", "no"), "duration": ("P1M", "P30D"),
    "time": ("10:00:00", "20:00:00-12:00"), "gYear": ("2020Z", "2020"), "integer": ("5x",), "string": ("1", "15"),
}  # fmt: skip
KINDS = [
    *NUMBERS,
    *(f'"{value}"^^x:{name}' for name, values in TYPED.items() for value in values),
    *('"a"@en', '"b"@zh', "true", "<http://e/a>", '"1"^^<http://e/t>'),
]


def test_the_engine_ends_where_numbers_and_texts_are_sorted() -> None:
    """Once it does not, what is rewritten for it can go."""
    done = subprocess.run([sys.executable, "-c", SMALLEST], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode < 0
    assert "total order" in done.stderr


def sorted_by(store: pyoxigraph.Store, query: str) -> list[str]:
    out = io.BytesIO()
    evaluate(store, inspect_query(f"PREFIX : <http://e/> {query}"), RESULTS_TSV, out)
    return out.getvalue().decode().splitlines()[1:]


@pytest.mark.parametrize("seed", range(3))
def test_values_of_every_kind_have_an_order(seed: int) -> None:
    store, choice = pyoxigraph.Store(), random.Random(seed)
    triples = " ".join(f":s{n} :p{n % 3} {choice.choice(KINDS)} ." for n in range(2_000))
    store.update(f"PREFIX : <http://e/> PREFIX x: <http://www.w3.org/2001/XMLSchema#> INSERT DATA {{ {triples} }}")
    up = sorted_by(store, "SELECT DISTINCT ?o { ?s ?p ?o } ORDER BY ?o")
    assert set(up) == set(sorted_by(store, "SELECT DISTINCT ?o { ?s ?p ?o . }"))
    first = ["<http://e/a>", "-1"]
    assert [value for value in up if value in first] == first
    numbers = [value for value in up if value in ("-1", "1", "1.5", "2", "10", "9007199254740993")]
    assert numbers == ["-1", "1", "1.5", "2", "10", "9007199254740993"]
    assert up.index("10") < up.index('"1"') < up.index('"15"')
    down = sorted_by(store, "SELECT DISTINCT ?o { ?s ?p ?o } ORDER BY DESC(?o) LIMIT 1")
    assert down == up[-1:]
    rows = sorted_by(store, "SELECT ?p ?o { ?s ?p ?o ; :none|:p0|:p1|:p2 ?x } ORDER BY ?p desc( $o ) ?x LIMIT 50")
    assert len(rows) == 50


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { ?s ?p ?o } LIMIT 3",
        "SELECT ?s ?p { ?s ?p ?o } ORDER BY ?s ?p",
        "SELECT ?s ?l { ?s <http://e/label> ?l } ORDER BY ?l",
        "SELECT ?s ?n { ?s ?p ?o { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s } } ORDER BY ?n",
    ],
)
def test_what_is_of_one_kind_is_left_alone(query: str) -> None:
    assert with_kinds_apart(query) == query


def test_it_is_found_by_its_words() -> None:
    assert may_sort_many_kinds("select * { ?s ?p ?o . } order by ?o")
    assert not may_sort_many_kinds("SELECT * { ?s a ?o } ORDER BY ?o")
