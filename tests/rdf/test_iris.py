"""IRIs: what hypothesis finds, and the spellings that the specifications list."""

from __future__ import annotations

import re

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lod.rdf import iris

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXT)
def test_iri_safe_values_make_legal_iris(value: str) -> None:
    iri = f"https://lod.example.org/id/{iris.iri_safe(value)}"
    assert iris.illegal_character(iri) is None
    quad = next(iter(pyoxigraph.parse(f"<{iri}> <x:p> <x:o> .", format=pyoxigraph.RdfFormat.N_TRIPLES)))
    assert quad.subject == pyoxigraph.NamedNode(iri)


@given(TEXT, TEXT)
def test_iri_safe_keeps_values_apart(one: str, other: str) -> None:
    assert (iris.iri_safe(one) == iris.iri_safe(other)) == (one == other)


@given(TEXT)
def test_canonical_is_settled_after_one_step(value: str) -> None:
    once = iris.canonical(f"https://lod.example.org/{iris.iri_safe(value)}")
    assert iris.canonical(once) == once
    assert iris.canonical(iris.to_uri(once)) == once


@given(TEXT)
def test_to_uri_is_ascii_that_no_header_breaks_on(value: str) -> None:
    uri = iris.to_uri(f"https://lod.example.org/{value}")
    assert all("\x21" <= character <= "\x7e" for character in uri)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("臺北市", "臺北市"),
        ("18-24", "18-24"),
        ("65+", "65%2B"),
        ("a b", "a%20b"),
        ("a/b", "a%2Fb"),
        ("100%", "100%25"),
        ("<>", "%3C%3E"),
        ("\ue000", "%EE%80%80"),  # private use is no iunreserved
    ],
)
def test_iri_safe(text: str, expected: str) -> None:
    assert iris.iri_safe(text) == expected


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("https://a.example/%E8%87%BA%e5%8c%97", "https://a.example/臺北"),
        ("https://a.example/%7euser", "https://a.example/~user"),
        ("https://a.example/a%2fb", "https://a.example/a%2Fb"),
        ("https://a.example/cafe\u0301", "https://a.example/caf\u00e9"),
        ("https://a.example/%ff", "https://a.example/%FF"),  # no UTF-8: kept as it is
    ],
)
def test_canonical(iri: str, expected: str) -> None:
    assert iris.canonical(iri) == expected


@pytest.mark.parametrize(
    ("iri", "found"),
    [("https://a.example/a b", " "), ("https://a.example/<", "<"), ("https://a.example/%zz", "%"), ("x:臺", None)],
)
def test_illegal_character(iri: str, found: str | None) -> None:
    assert iris.illegal_character(iri) == found


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("id/x", "https://a.example/lod/id/x"), ("/id/x", "https://a.example/id/x"), ("urn:x:y", "urn:x:y")],
)
def test_resolve(reference: str, expected: str) -> None:
    assert iris.resolve("https://a.example/lod/", reference) == expected


@pytest.mark.parametrize(
    ("iri", "escaped"),
    [
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("http://reader@[::1]/[a]", "http://reader@[::1]/%5Ba%5D"),
        ("http://a/[", "http://a/%5B"),
        ("x[1]", "x%5B1%5D"),
    ],
)
def test_brackets_belong_to_the_host(iri: str, escaped: str) -> None:
    assert iris.escape_brackets(iri) == escaped
    assert iris.illegal_character(escaped) is None
    assert (iris.illegal_character(iri) is None) == (iri == escaped)
    assert (re.fullmatch(iris.ABSOLUTE_IRI, iri) is not None) == (iri == escaped)
