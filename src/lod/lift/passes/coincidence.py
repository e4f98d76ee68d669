"""Can two spellings be the same text? Can two rows spell the same? Answers are «no» only when that is proved."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lod.lift.plan import Cell, Encoding, Piece, Statement, Term
from lod.mapping.ir import TermType

_HOLE = "\0"
# RFC 3987 §2.2 gen-delims and sub-delims: no IRI-safe value holds one
_RESERVED = re.compile(r"([:/?#\[\]@!$&'()*+,;=])")


def may_coincide(one: Statement, other: Statement) -> bool:
    """Whether two statements, each over its own row, might be the same."""
    if (one.graph is None) != (other.graph is None):
        return False
    if _is_constant(one.predicate) and _is_constant(other.predicate) and one.predicate.pieces != other.predicate.pieces:
        return False  # by far the most frequent answer
    return all(terms_may_coincide(a, b) for a, b in zip(one.terms, other.terms, strict=True))


def _is_constant(term: Term) -> bool:
    return len(term.pieces) == 1 and isinstance(term.pieces[0], str)


def terms_may_coincide(one: Term, other: Term) -> bool:
    """Whether two terms might be the same."""
    if one.is_spelled or other.is_spelled:
        return True
    if one.kind is not other.kind or (bool(one.language) != bool(other.language)):
        return False
    if one.kind is TermType.LITERAL and bool(one.datatype) != bool(other.datatype):
        return False
    return (
        (bool(one.base or other.base) or _spellings_may_coincide(one.pieces, other.pieces))
        and _spellings_may_coincide(one.datatype, other.datatype)
        and _spellings_may_coincide(one.language, other.language)
    )


def _spellings_may_coincide(one: tuple[Piece, ...], other: tuple[Piece, ...]) -> bool:
    a, b = _pattern(one), _pattern(other)
    if not _is_safe(one) or not _is_safe(other):
        return _segments_may_coincide(a, b)
    left, right = _RESERVED.split(a), _RESERVED.split(b)
    return len(left) == len(right) and all(map(_segments_may_coincide, left, right))


def _pattern(pieces: Iterable[Piece]) -> str:
    return "".join(piece if isinstance(piece, str) else _HOLE for piece in pieces)


def _is_safe(pieces: Iterable[Piece]) -> bool:
    return all(isinstance(piece, str) or piece.encoding is Encoding.IRI_SAFE for piece in pieces)


def _segments_may_coincide(a: str, b: str) -> bool:
    """Texts with holes: equal without holes, else neither beginnings nor ends may contradict each other."""
    if _HOLE not in a and _HOLE not in b:
        return a == b
    if _HOLE not in a:
        a, b = b, a
    if _HOLE not in b:  # a hole holds at least one character
        return re.fullmatch(".+".join(map(re.escape, a.split(_HOLE))), b, re.DOTALL) is not None
    return _agree(a.split(_HOLE)[0], b.split(_HOLE)[0]) and _agree(a.split(_HOLE)[-1][::-1], b.split(_HOLE)[-1][::-1])


def _agree(a: str, b: str) -> bool:
    return a.startswith(b) or b.startswith(a)


def is_injective(statement_or_term: Statement | Term) -> bool:
    """Whether rows that differ in the columns of a term (or of a statement's terms) always differ in its spelling."""
    if isinstance(statement_or_term, Statement):
        return all(is_injective(term) for term in statement_or_term.terms)
    term = statement_or_term
    return not term.base and all(_is_injective(p) for p in (term.pieces, term.datatype, term.language))


def _is_injective(pieces: tuple[Piece, ...]) -> bool:
    cells = [piece for piece in pieces if isinstance(piece, Cell)]
    if len(cells) < 2:
        return True
    if not _is_safe(pieces):
        return False
    between = _pattern(pieces).split(_HOLE)[1:-1]
    return all(_RESERVED.search(text) for text in between)
