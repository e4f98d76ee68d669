"""Work out the core of a planned query over the columns, and write the rest of it over the core's rows.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §18.2.2, §18.5
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyoxigraph

from lod.store.columnar.algebra import NotPlanned, expression_text, variables
from lod.store.columnar.expressions import condition_sql
from lod.store.columnar.joins import Joins
from lod.store.columnar.pattern import Core, Pattern
from lod.store.columnar.plan import Plan
from lod.store.columnar.star import Relation, Star, StarReader, Stars, find_stars, join_stars
from lod.store.columnar.totals import Totals
from lod.store.columns import CubeIndex


def work_out(plan: Plan, index: CubeIndex, store: pyoxigraph.Store, database: duckdb.DuckDBPyConnection) -> str:
    """The query that is left to the store.

    Raises:
        NotPlanned: the columns do not tell all of it.
        duckdb.Error: out of memory, or a number that DuckDB does not hold.
    """
    stars = find_stars(plan.core, index)
    relation = _observations(stars.stars, index, store)
    joins = Joins(store, database)
    try:
        _work_out(plan.core, stars, relation, joins)
        return Totals(plan, relation, database).text()
    finally:
        joins.forget()


def _observations(stars: list[Star], index: CubeIndex, store: pyoxigraph.Store) -> Relation:
    """The stars of a core, joined: each with one before it that it shares a variable with."""
    first, *others = (StarReader(star, index, store, f"s{n}_" if n else "").read() for n, star in enumerate(stars))
    relation = first
    while others:
        following = next((other for other in others if other.names.keys() & relation.names.keys()), others[0])
        relation = join_stars(relation, following)
        others = [other for other in others if other is not following]
    return relation


def _work_out(core: Core, stars: Stars, relation: Relation, joins: Joins) -> None:
    """What makes rows fewer comes first."""
    filters = _filter_natively(relation, core.filters)
    waiting = [rows for rows in core.values if not joins.join_values(relation, rows)]
    for component in _components(stars.beside, set(relation.names)):
        inside = [f for f in filters if variables(f) and variables(f) <= variables(component)]
        filters = [f for f in filters if f not in inside]
        joins.join(relation, component, "".join(f" FILTER({expression_text(f)})" for f in inside))
    if not all(joins.join_values(relation, rows) for rows in waiting):
        raise NotPlanned("VALUES of what is not there")
    for test in stars.beside_tests:
        joins.test(relation, test)
    for optional in stars.beside_optional:
        joins.join_optional(relation, optional)
    for expression, variable in core.binds:
        joins.bind(relation, expression, variable)
    for condition in filters:
        joins.filter(relation, condition)


def _filter_natively(relation: Relation, filters: list[Any]) -> list[Any]:
    """Apply what SQL judges alike, on what OPTIONAL and BIND do not touch; returns the other filters."""
    certain = {name: at for name, at in relation.names.items() if name not in relation.nullable}
    later = []
    for condition in filters:
        said = condition_sql(condition, certain)
        if said is None:
            later.append(condition)
        else:
            relation.sql = f"SELECT * FROM ({relation.sql}) WHERE {said}"
    return later


def _components(patterns: list[Pattern], known: set[str]) -> list[list[Pattern]]:
    """Patterns that hang together by variables that the star does not have."""
    components: list[tuple[set[str], list[Pattern]]] = []
    for pattern in patterns:
        names = set(variables(list(pattern))) - known
        touching = [c for c in components if c[0] & names]
        merged = (names.union(*(c[0] for c in touching)), [p for c in touching for p in c[1]] + [pattern])
        components = [c for c in components if c not in touching] + [merged]
    return [component for _, component in components]
