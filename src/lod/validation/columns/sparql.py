"""Queries of shapes that columns can answer, all focus nodes at once instead of one run for each.

Two forms are known. A query about the focus node's own values (a basic graph pattern and a filter) becomes a condition
on the row, or a probe. A query for nodes that share values (IC-12 of the RDF Data Cube, grouped or as a self-join)
becomes one GROUP BY. What else there may be is for the processor, on the whole graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from pyoxigraph import Literal
from rdflib import Literal as RdflibLiteral
from rdflib import URIRef, Variable
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import Node as RdflibNode

from lod.lift.engines import sql
from lod.lift.plan import Cell, Statement
from lod.rdf.namespaces import RDF, SH, XSD
from lod.validation.columns.conditions import Probe, Test
from lod.validation.columns.families import Family, Unplannable, present, spelled
from lod.validation.graphs import to_term
from lod.validation.shapes.graph import ShapeGraph, Term
from lod.wording import say

_THIS = Variable("this")
_NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "short", "byte")}
_NUMBERS |= {XSD + name for name in ("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger")}
_SLACK = 1e-9  # a comparison of doubles may err by so much; a condition may hold too often, never too seldom

_WAYS = 16  # in which statements may meet the patterns of a query

Triples = list[tuple[RdflibNode, RdflibNode, RdflibNode]]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A query for nodes that have the same values: `keys` are the predicates whose values must agree."""

    keys: tuple[str, ...]
    others: tuple[str, ...]  # predicates that must be there
    fixed: Mapping[str, Term]  # predicates whose value is said


def local_query(shapes: ShapeGraph, constraint: Term, family: Family) -> Test | Grouping:
    """A `sh:sparql` constraint at the subjects of a family.

    Raises:
        Unplannable: it looks beyond the focus node's own values.
    """
    algebra = _algebra(shapes, constraint)
    self_join = _self_join(algebra)
    if self_join is not None:
        return self_join
    part = algebra.p
    while part.name in ("Project", "Distinct"):
        part = part.p
    filters = []
    while part.name == "Filter":
        filters.append(part.expr)
        part = part.p
    if part.name != "BGP":
        raise Unplannable(say("a query that is more than a pattern and a filter"))
    predicates = _star(part.triples, _THIS)
    if any(_uses_more(each) for each in filters):
        raise Unplannable(say("a query with a pattern in its filter"))
    statements = {name: family.of(name) for name, _ in predicates}
    if not all(statements.values()):
        return Test("sparql", "false")  # a pattern that no subject matches
    every = tuple(statement for found in statements.values() for statement in found)
    condition = _condition(predicates, statements, filters, family)
    if condition is not None:
        return Test("sparql", condition)
    return Test("sparql", probe=Probe(every, ((SH + "sparql", constraint),)))


def grouping(shapes: ShapeGraph, constraint: Term) -> Grouping | None:
    """The grouping that a `sh:sparql` constraint asks for; None if it asks for something else."""
    try:
        return _grouped(_algebra(shapes, constraint))
    except Unplannable:
        return None


def speaks_only_of_others(shapes: ShapeGraph, constraint: Term, predicates: set[str], classes: set[str]) -> bool:
    """Whether a query's patterns match nothing that large families say: none of their predicates and classes."""
    try:
        algebra = _algebra(shapes, constraint)
    except Unplannable:
        return False
    for subject, predicate, value in _patterns(algebra):
        del subject
        if not isinstance(predicate, URIRef):
            return False
        if str(predicate) == RDF + "type" and isinstance(value, URIRef) and str(value) not in classes:
            continue
        if str(predicate) in predicates:
            return False
    return True


def _algebra(shapes: ShapeGraph, constraint: Term) -> Any:
    text = shapes.value(constraint, SH + "select")
    if not isinstance(text, Literal):
        raise Unplannable(say("a query of another form"))
    try:
        return translateQuery(parseQuery(shapes.query(constraint, text.value))).algebra
    except Exception as error:  # whatever rdflib makes of it, the processor may read it
        raise Unplannable(say("a query that cannot be read here")) from error


def _patterns(part: Any) -> Iterator[tuple[RdflibNode, RdflibNode, RdflibNode]]:
    """All triple patterns, those of filters included."""
    if isinstance(part, dict):
        for name, each in part.items():
            if name == "triples":
                yield from each
            elif name != "_vars":
                yield from _patterns(each)
    elif isinstance(part, (list, tuple)):
        for each in part:
            yield from _patterns(each)


def _star(triples: Triples, centre: Variable) -> list[tuple[str, RdflibNode]]:
    """The (predicate, object) pairs of patterns that all have one subject."""
    pairs: list[tuple[str, RdflibNode]] = []
    for subject, predicate, value in triples:
        if subject != centre or not isinstance(predicate, URIRef) or value == centre:
            raise Unplannable(say("a query that looks at other nodes"))
        pairs.append((str(predicate), value))
    objects = [value for _, value in pairs if isinstance(value, Variable)]
    if not pairs or len(objects) != len(set(objects)):
        raise Unplannable(say("a query that compares values by name"))
    return pairs


def _uses_more(expression: Any) -> bool:
    return any(True for _ in _patterns(expression)) or "EXISTS" in str(getattr(expression, "name", "")).upper()


def _condition(
    predicates: list[tuple[str, RdflibNode]],
    statements: Mapping[str, list[Statement]],
    filters: list[Any],
    family: Family,
) -> str | None:
    """The pattern and the filters on a row, never too narrow; None where that cannot be said in SQL."""
    ways = list(islice(product(*(statements[name] for name, _ in predicates)), _WAYS + 1))
    written = [_one_way(predicates, way, filters, family) for way in ways]
    if len(ways) > _WAYS or any(each is None for each in written):
        return None
    return " OR ".join(f"({each})" for each in written)


def _one_way(
    predicates: list[tuple[str, RdflibNode]], way: Sequence[Statement], filters: list[Any], family: Family
) -> str | None:
    """The condition where each pattern is met by one certain statement."""
    conditions, variables = [], {}
    for (_, value), statement in zip(predicates, way, strict=True):
        conditions.append(f"({present(statement, family)})")
        if isinstance(value, Variable):
            variables[value] = statement
        else:
            conditions.append(f"{spelled(statement.object)} = {sql.quoted(str(to_term(value)))}")
    for each in filters:
        written = _boolean(each, variables)
        if written is None:
            return None
        conditions.append(f"coalesce({written}, true)")
    return " AND ".join(conditions)


def _boolean(expression: Any, variables: Mapping[Variable, Statement]) -> str | None:
    name = getattr(expression, "name", "")
    if name in ("ConditionalAndExpression", "ConditionalOrExpression"):
        word = " AND " if name == "ConditionalAndExpression" else " OR "
        parts = [_boolean(each, variables) for each in (expression.expr, *expression.other)]
        known = [f"coalesce({part}, true)" for part in parts if part is not None]
        return f"({word.join(known)})" if len(known) == len(parts) else None
    if name != "RelationalExpression" or expression.op not in ("<", ">", "<=", ">=", "="):
        return None
    left, right = _number(expression.expr, variables), _number(expression.other, variables)
    if left is None or right is None:
        return None
    slack = f"{_SLACK} * (1 + abs({left}) + abs({right}))"
    if expression.op == "=":
        return f"(abs({left} - {right}) <= {slack})"
    return f"({left} {expression.op} {right} {'+' if '<' in expression.op else '-'} {slack})"


def _number(expression: Any, variables: Mapping[Variable, Statement]) -> str | None:
    if isinstance(expression, Variable) and expression in variables:
        term = variables[expression].object
        datatype = "".join(piece for piece in term.datatype if isinstance(piece, str))
        if len(term.pieces) == 1 and isinstance(term.pieces[0], Cell) and datatype in _NUMBERS and not term.is_spelled:
            return f"try_cast({sql.column(term.pieces[0].column)} AS DOUBLE)"
        return None
    if isinstance(expression, RdflibLiteral) and str(expression.datatype) in _NUMBERS:
        return f"CAST({sql.quoted(str(expression))} AS DOUBLE)"
    name = getattr(expression, "name", "")
    if name in ("AdditiveExpression", "MultiplicativeExpression"):
        first = _number(expression.expr, variables)
        rest = [_number(each, variables) for each in expression.other]
        if first is None or any(each is None for each in rest) or "/" in expression.op:
            return None
        return f"({first}{''.join(f' {op} {each}' for op, each in zip(expression.op, rest, strict=True))})"
    return None


def _grouped(algebra: Any) -> Grouping | None:
    """`SELECT … WHERE { ?o p1 ?v1 ; … } GROUP BY ?v1 … HAVING (COUNT(DISTINCT ?o) > 1)`."""
    part, having = algebra.p, None
    while part.name in ("Project", "Distinct", "Extend", "Filter", "OrderBy"):
        if part.name == "Filter":
            if having is not None:
                return None
            having = part.expr
        part = part.p
    if part.name != "AggregateJoin" or part.p.name != "Group" or part.p.p.name != "BGP" or having is None:
        return None
    triples, by = part.p.p.triples, part.p.expr or []
    subjects = {subject for subject, _, _ in triples}
    if len(subjects) != 1 or not all(isinstance(each, Variable) for each in by):
        return None
    centre = subjects.pop()
    if not isinstance(centre, Variable) or centre == _THIS or not _counts_more_than_one(having, part.A, centre):
        return None
    pairs = _star(triples, centre)
    fixed = {name: to_term(value) for name, value in pairs if not isinstance(value, Variable)}
    keys = tuple(name for name, value in pairs if value in by or value == _THIS)
    others = tuple(name for name, value in pairs if name not in keys and name not in fixed)
    return Grouping(keys, others, fixed)


def _counts_more_than_one(having: Any, aggregates: Any, centre: Variable) -> bool:
    """`COUNT(DISTINCT ?o) > 1` or `>= 2`."""
    if getattr(having, "name", "") != "RelationalExpression" or not isinstance(having.other, RdflibLiteral):
        return False
    if (having.op, str(having.other)) not in ((">", "1"), (">=", "2")):
        return False
    return any(
        each.res == having.expr and each.name == "Aggregate_Count" and each.vars == centre and each.distinct
        for each in aggregates
    )


def _self_join(algebra: Any) -> Grouping | None:
    """`SELECT DISTINCT $this ?value WHERE { $this p1 ?v1 ; … . ?value p1 ?v1 ; … FILTER (?value != $this) }`."""
    part = algebra.p
    while part.name in ("Project", "Distinct"):
        part = part.p
    if part.name != "Filter" or part.p.name != "BGP" or getattr(part.expr, "name", "") != "RelationalExpression":
        return None
    if part.expr.op != "!=" or _THIS not in (part.expr.expr, part.expr.other):
        return None
    twin = part.expr.other if part.expr.expr == _THIS else part.expr.expr
    if not isinstance(twin, Variable):
        return None
    ours = {(p, o) for s, p, o in part.p.triples if s == _THIS}
    theirs = {(p, o) for s, p, o in part.p.triples if s == twin}
    if ours != theirs or len(ours) * 2 != len(part.p.triples):
        return None
    pairs = _star([(s, p, o) for s, p, o in part.p.triples if s == _THIS], _THIS)
    fixed = {name: to_term(value) for name, value in pairs if not isinstance(value, Variable)}
    return Grouping(tuple(name for name, value in pairs if isinstance(value, Variable)), (), fixed)
