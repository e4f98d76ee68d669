"""The codes of a dimension or a list in the order that readers expect, each under the broader one.

Simple Knowledge Organization System: https://www.w3.org/TR/skos-reference/ ; positions: https://schema.org/position
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from lod.rdf.namespaces import SCHEMA, SKOS
from lod.server.served import Node, ServedRelease

MOST_CODES = 20_000  # of a dimension, in their order; of a longer one the rest is left out, and that is said

_BROADER = NamedNode(SKOS + "broader")
_NARROWER = NamedNode(SKOS + "narrower")
_NOTATION = NamedNode(SKOS + "notation")
_POSITION = NamedNode(SCHEMA + "position")


@dataclass(frozen=True, slots=True)
class Place:
    """A code in the order of its list: how deep under the others it stands, and whether others stand under it."""

    term: Node
    level: int
    has_children: bool


def number(term: Node | None) -> float:
    """A literal's number, infinity where there is none: what has no order comes last."""
    try:
        return float(term.value) if isinstance(term, Literal) else float("inf")
    except ValueError:
        return float("inf")


def order_codes(served: ServedRelease, terms: Iterable[Node], most: int = MOST_CODES) -> list[Place]:
    """Codes as a reader expects them: by position or notation, each under the nearest broader one that is present.

    A cycle of `skos:broader` is cut where it closes.
    """
    present = list(dict.fromkeys(terms))[:most]
    known = set(present)
    children: dict[Node | None, list[Node]] = {}
    for term in sorted(present, key=lambda term: sort_key(served, term)):
        children.setdefault(_parent(served, term, known), []).append(term)
    places: list[Place] = []
    placed: set[Node] = set()
    entered = (term for siblings in list(children.values()) for term in siblings)  # for cycles, which no top leads to
    waiting = [(term, 0) for term in reversed(children.get(None, []))]
    while waiting or len(placed) < len(present):
        term, level = waiting.pop() if waiting else (next(entered), 0)
        if term in placed:
            continue
        placed.add(term)
        under = [child for child in children.get(term, []) if child not in placed]
        places.append(Place(term, level, bool(under)))
        waiting.extend((child, level + 1) for child in reversed(under))
    return places


def _parent(served: ServedRelease, term: Node, present: set[Node]) -> Node | None:
    """The nearest broader code that is present, by way of those that are not, whichever of the two says so."""
    seen, current = {term}, term
    for _ in range(20):
        if not isinstance(current, NamedNode):
            return None
        broader = [b for b in served.objects(current, _BROADER) if b not in seen]
        broader = broader or [q.subject for q in served.quads(None, _NARROWER, current) if q.subject not in seen]  # type: ignore[misc]
        if not broader:
            return None
        for candidate in broader:
            if candidate in present:
                return candidate
        current = broader[0]
        seen.add(current)
    return None


_DIGITS = re.compile(r"(\d+)")


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts 2 before 10."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(text) if part)


def sort_key(served: ServedRelease, term: Node) -> tuple[float, tuple[tuple[int, int, str], ...]]:
    """Position first, then notation, then the IRI or value itself."""
    if isinstance(term, NamedNode):
        position = number(next(iter(served.objects(term, _POSITION)), None))
        return position, natural(notation(served, term.value) or term.value)
    return float("inf"), natural(term.value)


def notation(served: ServedRelease, iri: str) -> str:
    """The code of a concept, '' if it has none."""
    return next((n.value for n in served.objects(NamedNode(iri), _NOTATION) if isinstance(n, Literal)), "")
