"""What the store makes of terms: pinned, so that an upgrade that changes it is noticed, and its warnings with it."""

from __future__ import annotations

from io import BytesIO

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from lod.rdf.datatypes import DERIVED_INTEGERS
from lod.rdf.namespaces import XSD
from lod.store.guard import QueryError
from lod.store.query import query as answer
from lod.store.rewriting.tags import with_known_tags


def _returned(*terms: tuple[str, str]) -> list[tuple[str, str]]:
    store, node = Store(), NamedNode("https://e.example/a")
    for text, name in terms:
        store.add(Quad(node, node, Literal(text, datatype=NamedNode(XSD + name))))
    literals = [quad.object for quad in store if isinstance(quad.object, Literal)]
    return sorted((each.value, each.datatype.value.removeprefix(XSD)) for each in literals)


def test_five_literals_in_three_out() -> None:
    """Numbers are kept by value, strings as written."""
    written = [("01", "integer"), ("1", "integer"), ("25.00", "decimal"), ("25", "decimal"), ("01", "string")]
    assert _returned(*written) == [("01", "string"), ("1", "integer"), ("25", "decimal")]


@pytest.mark.parametrize("datatype", sorted(DERIVED_INTEGERS))
def test_derived_integers(datatype: str) -> None:
    """LOD6022 says so; types whose values keep their type would need no finding."""
    assert _returned(("-7", datatype.removeprefix(XSD))) == [("-7", "integer")]


def test_what_stays() -> None:
    """Codes as strings, dates, years, integers too long for the store, and what is no value of its type."""
    kept = [("0001", "string"), ("2012-12-31", "date"), ("2012", "gYear"), ("099999999999999999999", "integer")]
    assert _returned(*kept, ("n/a", "integer")) == sorted([*kept, ("n/a", "integer")])


@pytest.mark.parametrize(
    "condition",
    [
        'FILTER(LANG(?label) = "zh-Hant-TW")',
        "FILTER('zh-Hant-TW' = lang(?label))",
        'FILTER(!(LANG(?label) != "ZH-hant-tw"))',
        'FILTER("zh-TW" != LANG(?label) && LANG(?label) IN ("ja", "zh-Hant-TW"))',
        'FILTER(LANG(?label) NOT IN ("en", "zh-TW"))',
        'VALUES ?tag { "zh-Hant-TW" } FILTER(LANG(?label) = ?tag)',
        'FILTER(STRSTARTS(LANG(?label), "zh-Hant"))',
        'FILTER(LANGMATCHES(LANG(?label), "zh-Hant-TW"))',
        'FILTER(?label = "甲"@zh-Hant-TW)',
    ],
)
def test_a_language_tag_is_found_in_whichever_case(condition: str) -> None:
    store, node, out = Store(), NamedNode("https://e.example/a"), BytesIO()
    for text, tag in (("甲", "zh-Hant-TW"), ("A", "en"), ("甲", "zh-TW")):
        store.add(Quad(node, node, Literal(text, language=tag)))
    answer(store, f"SELECT ?label {{ ?s ?p ?label {condition} }}", out, suffix="tsv")
    assert out.getvalue().decode() == '?label\n"甲"@zh-Hant-TW\n'


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT (LANG(?label) AS ?tag) { ?s ?p ?label }", ["en", "zh-Hant-TW", "zh-TW"]),
        ("SELECT ?tag { ?s ?p ?label } GROUP BY (lang( ?label ) AS ?tag)", ["en", "zh-Hant-TW", "zh-TW"]),
        ('SELECT ?tag { ?s ?p ?label BIND(LANG(?label) AS ?tag) FILTER(?tag = "zh-TW") }', ["zh-TW"]),
        ('SELECT (CONCAT(?label, "@", LANG(?label)) AS ?text) { ?s ?p ?label } ORDER BY LANG(?label)', None),
        ('SELECT (LANG(?label) AS ?tag) { ?s ?p ?label FILTER(LANG(?label) IN (LCASE(?tag), "ZH-tw")) }', ["zh-TW"]),
        ("SELECT (COALESCE(LANG(?s), 'none') AS ?tag) { ?s ?p 'A'@en }", ["none"]),
    ],
)
def test_the_value_of_lang_is_told_as_written(query: str, rows: list[str] | None) -> None:
    store, node, out = Store(), NamedNode("https://e.example/a"), BytesIO()
    for text, tag in (("甲", "zh-Hant-TW"), ("A", "en"), ("甲", "zh-TW")):
        store.add(Quad(node, node, Literal(text, language=tag)))
    answer(store, query, out, suffix="csv")
    told = out.getvalue().decode().split("\r\n")[1:-1]
    assert (sorted(told) == rows) if rows is not None else (told == ["A@en", "甲@zh-Hant-TW", "甲@zh-TW"])


def test_a_mistake_beside_lang_is_told_at_its_place() -> None:
    with pytest.raises(QueryError) as raised:
        answer(Store(), "SELECT (LANG(?a) AS ?b) { ?a ?p }", BytesIO())
    assert (raised.value.code, raised.value.column) == ("LOD5010", 34)


def test_texts_that_are_no_tags_keep_their_case() -> None:
    store, out = Store(), BytesIO()
    query = """SELECT * { VALUES ?a { "LANG(?x) = 'A'" "X"@en "Z" }
        FILTER(?a = "X"@en || LANG(?a) = "\\u005A" || ?a = "LANG(?x) = 'A'") }"""
    answer(store, query, out, suffix="tsv")
    assert out.getvalue().decode() == """?a\n"LANG(?x) = 'A'"\n"X"@en\n"""
    untouched = """SELECT * { ?s ?p "LANG(?x) = 'A'" FILTER(?b = "Y" || LANGMATCHES(LANG(?a), "X") || "LANG(" = ?c) }"""
    assert with_known_tags(untouched) == untouched
