"""Targets: statements that go to files of their own.

https://w3id.org/rml/io/spec, «Targets». A statement goes to every target that its term maps name, and to the output of
the lift only if they name none.
"""

from __future__ import annotations

from dataclasses import replace

from lod.lift.plan import Emission, Plan, Statement
from lod.mapping.ir import LogicalTarget


def targets_of(plan: Plan) -> list[LogicalTarget]:
    """The targets that a plan's statements name, by their places."""
    found: dict[tuple[str, bool], LogicalTarget] = {}
    for emission in (*plan.emissions, *plan.shared):
        for statement in emission.statements:
            for target in statement.targets:
                found.setdefault(_place(target), target)
    return list(found.values())


def _place(target: LogicalTarget) -> tuple[str, bool]:
    return target.path, target.beside_mapping


def part(plan: Plan, target: LogicalTarget | None) -> Plan:
    """The plan of a target's statements alone; of those without a target for None."""

    def belongs(statement: Statement) -> bool:
        places = [_place(each) for each in statement.targets]
        return not places if target is None else _place(target) in places

    def of(emissions: tuple[Emission, ...]) -> tuple[Emission, ...]:
        chosen = (replace(e, statements=tuple(filter(belongs, e.statements))) for e in emissions)
        return tuple(emission for emission in chosen if emission.statements)

    return replace(plan, emissions=of(plan.emissions), shared=of(plan.shared))
