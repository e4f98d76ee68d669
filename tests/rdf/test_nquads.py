"""What we write is what a parser reads."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st

from lod.rdf import nquads

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def _object(line: str) -> pyoxigraph.Literal:
    quad = next(iter(pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_QUADS)))
    assert isinstance(quad.object, pyoxigraph.Literal)
    return quad.object


@given(TEXT)
def test_literals_come_back_as_they_went(text: str) -> None:
    assert _object(f"<x:s> <x:p> {nquads.literal(text)} .").value == text


@given(TEXT)
def test_a_statement_is_one_line(text: str) -> None:
    assert len(f"<x:s> <x:p> {nquads.literal(text, language='en')} .".split("\n")) == 1


def test_language_and_datatype() -> None:
    assert nquads.literal("人", language="zh-Hant-TW") == '"人"@zh-Hant-TW'
    typed = _object(f"<x:s> <x:p> {nquads.literal('01', datatype='http://www.w3.org/2001/XMLSchema#integer')} .")
    assert (typed.value, typed.datatype.value) == ("01", "http://www.w3.org/2001/XMLSchema#integer")
    assert nquads.iri("x:y") == "<x:y>"
