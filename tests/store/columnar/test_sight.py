"""Questions that the store has sooner are left to it, by a look; the others are not."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from lod.release.bulk.cubes import write_cubes
from lod.store.columnar.answer import ColumnarAnswers
from lod.store.guard import inspect_query

PREFIXES = "PREFIX : <https://a.example/> PREFIX qb: <http://purl.org/linked-data/cube#> "
OBSERVATIONS = 6_000


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> ColumnarAnswers:
    """Observations of 100 areas, 20 years and two sexes; areas have names."""
    folder = tmp_path_factory.mktemp("sight")
    lines = ["@prefix : <https://a.example/> . @prefix qb: <http://purl.org/linked-data/cube#> ."]
    lines += [
        f":o{n} a qb:Observation ; qb:dataSet :staff ; :area :a{n % 100} ; :year {2000 + n % 20} ;"
        f" :sex :s{n // 7 % 2} ; :count {n * 7919 % 3001} ."
        for n in range(OBSERVATIONS)
    ]
    lines += [f':a{n} :name "area {n}" .' for n in range(100)]
    quads = list(pyoxigraph.parse("\n".join(lines), format=pyoxigraph.RdfFormat.TURTLE))
    part = folder / "part.nq"
    part.write_bytes(pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS) or b"")
    store = pyoxigraph.Store()
    store.extend(quads)
    return ColumnarAnswers(Path(folder), write_cubes([part], folder), store)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?y ?s (SUM(?n) AS ?t) { ?o :year ?y ; :sex ?s ; :count ?n } GROUP BY ?y ?s",
        "SELECT ?y (SUM(?n) AS ?t) { ?o :sex :s1 ; :year ?y ; :area ?a ; :count ?n } GROUP BY ?y",
        "SELECT ?y (SUM(?n) AS ?t) { ?o :year ?y ; :sex :s1 ; :count ?n . ?x :year ?y ; :sex :s0 } GROUP BY ?y",
        "SELECT DISTINCT ?a ?y ?s { ?o :area ?a ; :year ?y ; :sex ?s }",
        "SELECT ?y (AVG(?n) AS ?t) { ?o :year ?y ; :sex ?s ; :count ?n ; :area ?a FILTER(?n > 5) } GROUP BY ?y",
    ],
)
def test_totals_are_not_left_to_the_store(columns: ColumnarAnswers, query: str) -> None:
    assert columns.rewrite(inspect_query(PREFIXES + query), "") is not None, columns.why


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?o :year ?y }", "as many"),  # one pattern: the store counts that at once
        ("SELECT DISTINCT ?a { ?o :area ?a } LIMIT 5", "as many"),
        ("SELECT ?y (SUM(?n) AS ?t) { ?o :area :a7 ; :year ?y ; :sex ?s ; :count ?n } GROUP BY ?y", "as many"),
        ("SELECT (SUM(?n) AS ?t) { ?o :count 17 ; :year ?y ; :sex ?s ; :count ?n }", "as many"),
        ("SELECT (SUM(?n) AS ?t) { VALUES ?a { :a1 :a2 } ?o :area ?a ; :year ?y ; :sex ?s ; :count ?n }", "as many"),
        ("SELECT (SUM(?n) AS ?t) { VALUES ?o { :o5 } ?o :count ?n ; :year ?y ; :sex ?s ; :area ?a }", "a few"),
        ("SELECT (SUM(?n) AS ?t) { BIND(:o5 AS ?o) ?o :count ?n ; :year ?y ; :sex ?s ; :area ?a }", "a few"),
        ('SELECT (SUM(?n) AS ?t) { ?o :area ?a ; :sex ?s ; :year ?y ; :count ?n . ?a :name "area 7" }', "a few"),
        ("SELECT (SUM(?n) AS ?t) { ?o :area ?a ; :year ?y ; :sex ?s ; :count ?n FILTER(?a = :a7) }", "as many"),
        ("SELECT ?o ?n { ?o :count ?n FILTER(?n > 5) }", "any rows"),
        ("SELECT ?o ?a ?n { ?o :area ?a ; :count ?n FILTER(?n > 5) }", "as many"),  # each row is read again
        ("SELECT ?s (SUM(?n) AS ?t) { ?o :year ?y ; :sex ?s ; :count ?n FILTER(?y = 2001) } GROUP BY ?s", "as many"),
        ("SELECT (COUNT(*) AS ?n) { ?o :year ?y ; :sex ?s ; :area ?a ; :none ?x }", "no cube has these"),
        ("SELECT (GROUP_CONCAT(DISTINCT ?y) AS ?ys) { ?o :year ?y }", "as many"),
        ("SELECT (COUNT(*) AS ?n) { { ?o :year 2001 } UNION { ?o :year 2002 } }", "a form"),
    ],
)  # fmt: skip
def test_what_the_store_has_sooner_is_left_to_it(columns: ColumnarAnswers, query: str, why: str) -> None:
    assert columns.rewrite(inspect_query(PREFIXES + query), "") is None
    assert columns.why.startswith(why)


@pytest.mark.parametrize(
    ("asked", "is_left"),
    [
        ("FILTER(REGEX(STR(?n), '7'))", True),
        ("FILTER(?n / 3 > 5)", True),
        ("BIND(STRLEN(STR(?n)) AS ?x)", True),
        ("FILTER(STR(?n) = '7' || ?n IN (5, 6))", False),
        ("FILTER(REGEX(STR(?a), '7'))", False),
        ("FILTER(?n > 5 && REGEX(STR(?a), '7') && ?y != 2003)", False),
        ("FILTER(?y != 2003 && REGEX(STR(?n), '7'))", True),
        ("FILTER NOT EXISTS { ?a :none ?x }", False),
    ],
)
def test_what_the_store_would_be_asked_too_often_is_left_to_it(
    columns: ColumnarAnswers, monkeypatch: pytest.MonkeyPatch, asked: str, is_left: bool
) -> None:
    """There are 3,001 counts and 100 areas."""
    monkeypatch.setattr("lod.store.columnar.sight.MOST_VALUES", 2000)
    query = f"SELECT ?y (SUM(?n) AS ?t) {{ ?o :year ?y ; :sex ?s ; :area ?a ; :count ?n {asked} }} GROUP BY ?y"
    told = columns.rewrite(inspect_query(PREFIXES + query), "")
    assert (told is None) == is_left, columns.why
    assert is_left == columns.why.startswith("more values")
