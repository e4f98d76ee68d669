"""What the mappings make of the tables: the expected number of everything, under the expected IRIs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, Store

Rows = list[dict[str, str]]
ReadTable = Callable[[str], Rows]

BASE = "https://lod.example.org/"
SCHEMES = ["county", "sex", "rank", "agency-level", "age", "period", "unit"]


def count(store: Store, pattern: str) -> int:
    solutions = store.query(
        "PREFIX qb: <http://purl.org/linked-data/cube#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
        f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
    )
    assert isinstance(solutions, QuerySolutions)
    value = next(solutions)["n"]
    assert isinstance(value, Literal)
    return int(value.value)


def test_every_row_becomes_one_thing(store: Store, table: ReadTable) -> None:
    names = ["civil-servants-by-county", "civil-servants-by-rank", "civil-servants-by-age", "civil-servants-mean-age"]
    assert count(store, "?o a qb:Observation") == sum(len(table(name)) for name in names) == 510
    concepts = {scheme: len(table(f"codes/{scheme}")) for scheme in SCHEMES}
    for scheme, expected in concepts.items():
        assert count(store, f"?c a skos:Concept ; skos:inScheme <{BASE}id/code/{scheme}>") == expected
    assert count(store, "?c a skos:Concept") == sum(concepts.values())
    assert count(store, "?s a skos:ConceptScheme") == len(SCHEMES)


def test_hierarchy_is_said_both_ways(store: Store) -> None:
    assert count(store, "?a skos:broader ?b") == count(store, "?a skos:broader ?b . ?b skos:narrower ?a")
    assert count(store, "?b skos:narrower ?a") == count(store, "?a skos:broader ?b")
    tops = count(store, "?s skos:hasTopConcept ?c . ?c skos:topConceptOf ?s")
    assert tops == count(store, "?c skos:topConceptOf ?s") == len(SCHEMES) + 1  # there are two units


def test_iris_are_made_of_codes(lifted: Path) -> None:
    """Of the base, ASCII, and never with a label or a Minguo year in them."""
    text = lifted.read_text(encoding="utf-8")
    subjects = set(re.findall(r"^<([^>]*)>", text, re.MULTILINE))
    assert all(re.fullmatch(BASE + r"(id/code|data)/[A-Za-z0-9/-]+", subject) for subject in subjects)
    assert f"{BASE}data/civil-servants-by-county/obs/2012/09020/M" in subjects
    assert f"{BASE}data/civil-servants-by-rank/obs/2012/0904/40" in subjects
    assert f"{BASE}data/civil-servants-by-age/obs/2012/65-/F" in subjects
    assert f"{BASE}data/civil-servants-mean-age/obs/2012/T" in subjects


def test_every_iri_of_ours_is_described(store: Store) -> None:
    """No dead link among our own: whatever a triple points at is the subject of another."""
    subjects = {quad.subject for quad in store}
    objects = {quad.object for quad in store} | {quad.predicate for quad in store}
    ours = {node for node in objects if isinstance(node, NamedNode) and node.value.startswith(BASE)}
    assert ours - subjects == set()


def test_the_city_of_2014_has_no_figure_and_the_county_has(store: Store) -> None:
    county = f"<{BASE}def/dimension/county>"
    assert count(store, f"?o {county} <{BASE}id/code/county/68000>") == 0
    assert count(store, f"?o {county} <{BASE}id/code/county/10003>") == 3
    replaced = store.query(
        f"PREFIX dct: <http://purl.org/dc/terms/> ASK {{ <{BASE}id/code/county/10003> dct:isReplacedBy ?new . "
        f"?new dct:replaces <{BASE}id/code/county/10003> FILTER (?new = <{BASE}id/code/county/68000>) }}"
    )
    assert isinstance(replaced, QueryBoolean)
    assert bool(replaced)


def test_another_base_needs_no_change_in_the_mappings(repository: Path) -> None:
    for path in (repository / "mappings").glob("*.yarrrml.yml"):
        assert BASE not in path.read_text(encoding="utf-8")
    for path in (repository / "ontologies").glob("*.ttl"):
        assert path.read_text(encoding="utf-8").count(BASE) <= 1, path


def test_the_attribution_sentence_is_the_agencys(store: Store) -> None:
    sentence = "本研究部分資料來源為行政院人事行政總處提供，文中任何闡釋或結論並不代表行政院人事行政總處之立場。"
    path = "<http://purl.org/dc/terms/rights>/<http://schema.theodi.org/odrs#attributionText>"
    pattern = f'?d a qb:DataSet ; {path} "{sentence}"@zh-Hant-TW'
    assert count(store, pattern) == 4
