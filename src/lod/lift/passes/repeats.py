"""Pass: a statement that is said twice over the same rows is said once."""

from __future__ import annotations

from dataclasses import replace

from lod.lift.plan import Emission, Plan, Relation


def drop_repeats(plan: Plan) -> Plan:
    """Keep the first of equal statements over one relation, within a triples map and between them."""
    seen: set[tuple[Relation, tuple[object, ...]]] = set()
    kept: list[Emission] = []
    for emission in plan.emissions:
        statements = []
        for statement in emission.statements:
            meaning = (emission.relation, statement.meaning)
            if meaning not in seen:
                seen.add(meaning)
                statements.append(statement)
        if statements:
            kept.append(replace(emission, statements=tuple(statements)))
    return replace(plan, emissions=tuple(kept))
