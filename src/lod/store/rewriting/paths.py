"""Property paths as trees, and what is written instead of the triples that have them.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §9.1, §19.8 (grammar, [88] Path to [95])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lod.store.rewriting.outline import Block, Outline, PathTriple, Span, Unreadable
from lod.store.rewriting.tokens import Edit, closing, modifier_at
from lod.store.tokens import Token


@dataclass(frozen=True, slots=True)
class NegatedSet:
    """`!(:a|^:b)` (PathNegatedPropertySet): properties as they are written, forward and inverse apart."""

    forward: tuple[str, ...]
    inverse: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One element of a sequence (PathEltOrInverse)."""

    span: Span  # without its modifier
    inverses: int  # how many '^' stand before it
    primary: Path | NegatedSet | None  # None: a property, or the variable that stands for one
    modifier: str  # '*', '?', '+' or ''


@dataclass(frozen=True, slots=True)
class Path:
    """A path's alternatives, each a sequence of steps."""

    alternatives: tuple[tuple[Step, ...], ...]


def read_path(tokens: Sequence[Token], span: Span) -> Path:
    """The path that stands there.

    Raises:
        Unreadable: it is none.
    """
    path, end = _path(tokens, span.start)
    if end != span.end:
        raise Unreadable
    return path


def instead_of_triples(found: Outline, block: Block, instead: Mapping[PathTriple, str]) -> Edit:
    """The edit that writes patterns in the place of some of a block's own triples, beside those that stay."""
    subject = found.written(block.subject)
    kept = [f"{found.written(one.path)} {found.written(one.object)}" for one in block.direct if one not in instead]
    patterns = [f"{subject} {' ; '.join(kept)} ."] if kept else []
    patterns += instead.values()
    last = found.tokens[block.span.end - 1]
    rest = found.text[last.start + len(last.text) :].lstrip().removeprefix(".")
    return found.tokens[block.span.start].start, len(found.text) - len(rest), f"{' '.join(patterns)} "


def _path(tokens: Sequence[Token], place: int) -> tuple[Path, int]:
    sequence, place = _sequence(tokens, place)
    alternatives = [sequence]
    while place < len(tokens) and tokens[place].text == "|":
        sequence, place = _sequence(tokens, place + 1)
        alternatives.append(sequence)
    return Path(tuple(alternatives)), place


def _sequence(tokens: Sequence[Token], place: int) -> tuple[tuple[Step, ...], int]:
    step, place = _step(tokens, place)
    steps = [step]
    while place < len(tokens) and tokens[place].text == "/":
        step, place = _step(tokens, place + 1)
        steps.append(step)
    return tuple(steps), place


def _step(tokens: Sequence[Token], start: int) -> tuple[Step, int]:
    place = start
    while tokens[place].text == "^":
        place += 1
    inverses, end = place - start, place + 1
    primary: Path | NegatedSet | None = None
    if tokens[place].text == "!":
        primary, end = _negated_set(tokens, place + 1)
    elif tokens[place].text == "(":
        primary, inside = _path(tokens, place + 1)
        if tokens[inside].text != ")":
            raise Unreadable
        end = inside + 1
    modifier = modifier_at(tokens, end)
    return Step(Span(start, end), inverses, primary, modifier), end + len(modifier)


def _negated_set(tokens: Sequence[Token], place: int) -> tuple[NegatedSet, int]:
    end = closing(tokens, place) + 1 if tokens[place].text == "(" else place + 1 + (tokens[place].text == "^")
    forward, inverse = list[str](), list[str]()
    for before, token in zip(tokens[place - 1 : end], tokens[place:end], strict=False):
        if token.text not in ("(", ")", "|", "^"):
            (inverse if before.text == "^" else forward).append(token.text)
    return NegatedSet(tuple(forward), tuple(inverse)), end
