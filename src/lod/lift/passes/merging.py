"""Pass: what a triples map makes of the same rows is made in one go."""

from __future__ import annotations

from dataclasses import replace

from lod.lift.plan import Emission, Plan


def merge_emissions(plan: Plan) -> Plan:
    """Join the emissions of one triples map over one relation: its rows are read once, its subject is spelled once."""
    found: dict[object, Emission] = {}
    for emission in plan.emissions:
        rows = (emission.triples_map, emission.relation, emission.key.meaning)
        first = found.get(rows)
        found[rows] = replace(first, statements=(*first.statements, *emission.statements)) if first else emission
    return replace(plan, emissions=tuple(found.values()))
