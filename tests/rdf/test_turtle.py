"""Turtle with positions: the same graph as pyoxigraph's, and terms that know where they stand."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from lod.rdf.turtle import Blank, Iri, Literal, Term, TurtleSyntaxError, read_turtle

BASE = "http://example.org/doc"

DOCUMENT = (
    r"""# a comment with <iri> and "text"
@prefix ex: <http://example.org/> .
PREFIX : <#>
@base <http://example.org/base/> .
ex:a.b a ex:Thing, <relative>, <> ; # after
  ex:p "one", 'two'@zh-Hant-TW, """
    + '"""three\n"quoted" lines"""'
    + r""", "a\tb\u81FA\"" ;
  ex:q 1, -2.5, 1.0E3, true, "x"^^ex:type ;;
  ex:r [ ex:s [], ( 1 [ ex:t "deep" ] ex:u ) ], () .
[ ex:only "here" ] .
_:b1.x :p%20q ex:with\-escape\,s .
<http://example.org/臺北> ex:p "臺北"@zh .
"""
)


def term(found: Term) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal:
    match found:
        case Iri():
            return pyoxigraph.NamedNode(found.value)
        case Blank():
            return pyoxigraph.BlankNode(found.value)
        case Literal():
            if found.language:
                return pyoxigraph.Literal(found.value, language=found.language)
            return pyoxigraph.Literal(found.value, datatype=pyoxigraph.NamedNode(found.datatype))


def ours(text: str) -> pyoxigraph.Dataset:
    quads = []
    for each in read_turtle(text, "doc.ttl", BASE).statements:
        subject, predicate = term(each.subject), term(each.predicate)
        assert not isinstance(subject, pyoxigraph.Literal)
        assert isinstance(predicate, pyoxigraph.NamedNode)
        quads.append(pyoxigraph.Quad(subject, predicate, term(each.object)))
    return canonical(pyoxigraph.Dataset(quads))


def theirs(text: str) -> pyoxigraph.Dataset:
    return canonical(pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE, base_iri=BASE)))


def canonical(dataset: pyoxigraph.Dataset) -> pyoxigraph.Dataset:
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def test_every_form() -> None:
    assert len(theirs(DOCUMENT)) == 26
    assert ours(DOCUMENT) == theirs(DOCUMENT)


@pytest.mark.suite
def test_documents_of_others(shared: Path) -> None:
    """All Turtle files of the suites that pyoxigraph reads are read the same; those that it refuses are refused."""
    seen = refused = 0
    for path in sorted((shared / "suites").rglob("*.ttl")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if len(text) > 200_000:
            continue
        try:
            expected = theirs(text)
        except SyntaxError:
            refused += 1
            with pytest.raises(TurtleSyntaxError):
                read_turtle(text, str(path), BASE)
            continue
        seen += 1
        assert ours(text) == expected, path
    assert seen > 500
    assert refused


def test_terms_know_their_places() -> None:
    statements = read_turtle(DOCUMENT, "doc.ttl", BASE).statements
    by_object = {str(each.object.value): each for each in statements}
    assert (by_object["one"].object.origin.line, by_object["one"].object.origin.column) == (6, 8)
    assert by_object["one"].predicate.origin.column == 3
    assert by_object["one"].subject.origin.line == 5
    assert by_object["http://example.org/base/relative"].object.origin.length == len("<relative>")
    assert by_object["deep"].subject.origin.column == 23
    assert str(by_object["臺北"].object.origin) == "doc.ttl:12:30"


def test_signs_of_a_literal_know_their_places() -> None:
    objects = {each.object.value: each.object for each in read_turtle(DOCUMENT, "doc.ttl", BASE).statements}
    one, escaped = objects["one"], objects['a\tb臺"']
    assert isinstance(one, Literal)
    assert isinstance(escaped, Literal)
    assert one.at(2).column == one.origin.column + 3  # the quote, and two signs
    assert escaped.at(2) == escaped.origin  # an escape before it: only the literal as a whole is known


def test_base_is_told_only_where_it_is_declared() -> None:
    assert read_turtle(DOCUMENT, "doc.ttl", BASE).base == "http://example.org/base/"
    assert read_turtle("<a> <b> <c> .", "doc.ttl", BASE).base == ""


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("<a> <b> ,, .", 1, 9), ("<a>\n  ex:b <c> .", 2, 3), ('<a> <b> "open .\n', 1, 9), ("<a> <b> <c>", 1, 12)],
)
def test_syntax_errors_have_a_place(text: str, line: int, column: int) -> None:
    with pytest.raises(TurtleSyntaxError) as caught:
        read_turtle(text, "doc.ttl", BASE)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert "line" not in str(caught.value)
