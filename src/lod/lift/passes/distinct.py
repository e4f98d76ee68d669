"""Passes: where may statements coincide? Only there they are compared; elsewhere the output is a set by proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from lod.lift.passes.coincidence import may_coincide
from lod.lift.plan import Emission, Plan, Statement


def share_coinciding(plan: Plan) -> Plan:
    """Move statements that two emissions may both make to `plan.shared`."""
    numbered = [(n, m, s) for n, e in enumerate(plan.emissions) for m, s in enumerate(e.statements)]
    coinciding: set[tuple[int, int]] = set()
    for (n, m, one), (n2, m2, other) in combinations(numbered, 2):
        if n != n2 and may_coincide(one, other):
            coinciding |= {(n, m), (n2, m2)}

    def part(n: int, emission: Emission, *, shared: bool) -> Emission:
        chosen = tuple(s for m, s in enumerate(emission.statements) if ((n, m) in coinciding) is shared)
        return replace(emission, statements=chosen)

    def parts(*, shared: bool) -> tuple[Emission, ...]:
        found = (part(n, emission, shared=shared) for n, emission in enumerate(plan.emissions))
        return tuple(emission for emission in found if emission.statements)

    return replace(plan, emissions=parts(shared=False), shared=plan.shared + parts(shared=True))


def find_twins(plan: Plan) -> Plan:
    """Mark, within each emission, the statements that one row may make the same."""

    def marked(emissions: tuple[Emission, ...]) -> tuple[Emission, ...]:
        return tuple(replace(emission, twins=_twins(emission.statements)) for emission in emissions)

    return replace(plan, emissions=marked(plan.emissions), shared=marked(plan.shared))


def circles(emissions: Sequence[Emission]) -> list[list[Emission]]:
    """Emissions in the circles within which they may make the same statements, in their order."""
    found: list[list[Emission]] = []
    for emission in emissions:
        meeting = [circle for circle in found if any(_may_meet(emission, other) for other in circle)]
        joined = [each for circle in meeting for each in circle]
        found = [circle for circle in found if circle not in meeting]
        found.append([*joined, emission])
    return found


def _may_meet(one: Emission, other: Emission) -> bool:
    return any(may_coincide(a, b) for a in one.statements for b in other.statements)


def _twins(statements: tuple[Statement, ...]) -> frozenset[tuple[int, int]]:
    pairs = combinations(enumerate(statements), 2)
    return frozenset((i, j) for (i, one), (j, other) in pairs if may_coincide(one, other))
