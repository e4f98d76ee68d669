"""Look-ups that always find: where every value of the child has a parent, nothing is looked up row by row."""

from __future__ import annotations

from dataclasses import replace

from lod.lift.engines.session import Session, scan_sql
from lod.lift.passes.distinct import find_twins
from lod.lift.passes.joins import without_lookup
from lod.lift.passes.merging import merge_emissions
from lod.lift.plan import Emission, Joined, Plan


def settle_lookups(session: Session, plan: Plan) -> Plan:
    """The plan without the look-ups that fail for no row, and what is read together then made together."""
    emissions = tuple(_settled(session, emission) for emission in plan.emissions)
    if emissions == plan.emissions:
        return plan
    return find_twins(merge_emissions(replace(plan, emissions=emissions)))


def _settled(session: Session, emission: Emission) -> Emission:
    relation = emission.relation
    if not isinstance(relation, Joined) or not relation.is_lookup:
        return emission
    child, parent = scan_sql(session, relation.child), scan_sql(session, relation.parent)
    columns = ", ".join(f"c{one}" for one, _ in relation.on)
    present = " AND ".join(f"c{one} IS NOT NULL" for one, _ in relation.on)
    pairs = " AND ".join(f"a.c{one} = b.c{other}" for one, other in relation.on)
    missing = (
        f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {child} WHERE {present}) AS a "
        f"WHERE NOT EXISTS (SELECT 1 FROM {parent} AS b WHERE {pairs})"
    )
    return without_lookup(emission) if session.database.row(missing)[0] == 0 else emission
