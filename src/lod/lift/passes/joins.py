"""Passes: joins that need less than a join.

Columns that a join compares are equal in the rows that it keeps. An object that is made of these alone can be spelled
from the child's row; all that the parent adds is whether it has such a row.
"""

from __future__ import annotations

from dataclasses import replace

from lod.lift.plan import Column, Emission, Joined, Plan, Scan, Statement, Term


def look_up_parents(plan: Plan) -> Plan:
    """Turn joins whose objects need the joined columns alone into look-ups: a child's row has a parent, or has none."""
    return replace(plan, emissions=tuple(map(_looked_up, plan.emissions)))


def _looked_up(emission: Emission) -> Emission:
    relation = emission.relation
    if not isinstance(relation, Joined) or relation.is_lookup:
        return emission
    own = {Column(parent, 1): Column(child) for child, parent in relation.on}
    needed = {column for term in emission.terms for column in term.columns if column.side}
    if not needed <= own.keys():
        return emission
    moved = emission.with_terms(lambda term: term.with_columns(lambda column: own.get(column, column)))
    return replace(moved, relation=replace(relation, is_lookup=True))


def eliminate_self_joins(plan: Plan) -> Plan:
    """Read a table alone where each of its rows would look itself up: it does find itself, if it has the values."""
    return replace(plan, emissions=tuple(map(_alone, plan.emissions)))


def _alone(emission: Emission) -> Emission:
    relation = emission.relation
    if not isinstance(relation, Joined) or not relation.is_lookup or relation.child != relation.parent:
        return emission
    if any(child != parent for child, parent in relation.on):
        return emission
    return without_lookup(emission)


def without_lookup(emission: Emission) -> Emission:
    """A look-up that finds a parent for every row that has the joined columns, as a scan."""
    relation = emission.relation
    assert isinstance(relation, Joined), "only joins are look-ups"
    assert relation.is_lookup, "its statements need the child's columns alone"
    joined = frozenset(Column(child) for child, _ in relation.on)

    def present(term: Term) -> Term:
        return replace(term, requires=term.requires | joined)

    def alone(statement: Statement) -> Statement:
        return replace(statement, object=present(statement.object))

    return replace(emission, relation=Scan(relation.child), statements=tuple(map(alone, emission.statements)))
