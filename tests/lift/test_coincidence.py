"""Proofs that two spellings differ, and that a spelling tells its rows apart."""

from __future__ import annotations

import re

import pytest

from lod.diagnostics import TextOrigin
from lod.lift.passes.coincidence import is_injective, terms_may_coincide
from lod.lift.plan import Cell, Column, Encoding, Piece, Term
from lod.mapping.ir import TermType

XSD = "http://www.w3.org/2001/XMLSchema#"


def pieces(written: str, encoding: Encoding) -> tuple[Piece, ...]:
    """'a/{0}-{1}' as texts and cells."""
    parts = re.split(r"\{(\d)\}", written)
    return tuple(Cell(Column(int(part)), encoding) if place % 2 else part for place, part in enumerate(parts) if part)


def iri(written: str, encoding: Encoding = Encoding.IRI_SAFE, base: str = "") -> Term:
    return Term(TermType.IRI, pieces(written, encoding), TextOrigin("t"), base=base)


def literal(written: str, datatype: str = "", language: str = "") -> Term:
    parts = pieces(written, Encoding.ESCAPED)
    tags = ((datatype,) if datatype else (), (language,) if language else ())
    return Term(TermType.LITERAL, parts, TextOrigin("t"), *tags)


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (iri("http://e/a"), iri("http://e/a"), True),
        (iri("http://e/a"), iri("http://e/b"), False),
        (iri("http://e/a/{0}"), iri("http://e/a/{1}"), True),
        (iri("http://e/a/{0}"), iri("http://e/b/{0}"), False),
        (iri("http://e/a/{0}"), iri("http://e/a/{0}/{1}"), False),
        (iri("http://e/a/{0}"), iri("http://e/{0}/{1}"), True),
        (iri("http://e/a/{0}"), iri("http://e/a/x"), True),
        (iri("http://e/a/{0}"), iri("http://e/a/"), False),
        (iri("http://e/a/{0}"), iri("http://e/a/x/y"), False),
        (iri("http://e/{0}-{1}"), iri("http://e/{0}"), True),
        (iri("http://e/x{0}"), iri("http://e/y{0}"), False),
        (iri("http://e/{0}x"), iri("http://e/{0}y"), False),
        (iri("http://e/{0}"), iri("{0}", Encoding.RAW, "http://b/"), True),
        (iri("http://e/{0}#a"), iri("http://e/{0}"), False),
        (literal("{0}"), literal("{1}"), True),
        (literal("{0}"), literal("x"), True),
        (literal("a{0}"), literal("b{0}"), False),
        (literal("a/{0}"), literal("a/{0}/{1}"), True),
        (literal("{0}", XSD + "integer"), literal("{0}", XSD + "decimal"), False),
        (literal("{0}", XSD + "integer"), literal("{0}"), False),
        (literal("{0}", "", "en"), literal("{0}", "", "zh"), False),
        (literal("{0}", "", "en"), literal("{0}", "", "en"), True),
        (literal("{0}"), iri("{0}", Encoding.RAW), False),
    ],
)
def test_may_coincide(one: Term, other: Term, may: bool) -> None:
    assert terms_may_coincide(one, other) is may
    assert terms_may_coincide(other, one) is may


@pytest.mark.parametrize(
    ("term", "injective"),
    [
        (iri("http://e/{0}"), True),
        (iri("http://e/{0}/{1}"), True),
        (iri("http://e/{0}#{1}?{2}"), True),
        (iri("http://e/{0}-{1}"), False),
        (iri("http://e/{0}{1}"), False),
        (iri("http://e/{0}/{1}.{2}"), False),
        (iri("{0}", Encoding.RAW), True),
        (iri("{0}", Encoding.RAW, "http://b/"), False),
        (literal("{0}"), True),
        (literal("{0}/{1}"), False),
        (literal("constant"), True),
    ],
)
def test_is_injective(term: Term, injective: bool) -> None:
    assert is_injective(term) is injective
