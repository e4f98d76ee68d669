"""A plan as text, for people: `lod lift --explain`. No engine is asked, no row is read; one plan is always one text.

A table is read once, whatever is made of it. A cell stands as $(column); `[if column]` is a condition besides; what
comes from the parent of a join is marked `parent.`. A statement stands without its subject where that is the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lod.lift.compile import PASSES
from lod.lift.passes.distinct import circles
from lod.lift.plan import ROW, Column, Emission, Joined, Piece, Plan, Statement, Term, sides
from lod.mapping.ir import TermType
from lod.tables.table import Table


def explain(bound: Plan) -> str:
    """What the passes make of a plan as it was bound, and which of them changed it."""
    plan, changed = bound, []
    for each in PASSES:
        before, plan = plan, each(plan)
        changed += [each.__name__] if plan != before else []
    names = ", ".join(each.__name__ for each in PASSES)
    return f"passes {names}\nchanged by {', '.join(changed) or 'none of them'}\n{describe(plan)}"


def describe(plan: Plan) -> str:
    """A plan as text."""
    return "\n".join(_lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    for table in plan.tables:
        yield f"table {table.name}, read once"
        yield f"  columns {', '.join(table.columns[n] for n in plan.columns_of(table)) or 'none'}"
        yield from (f"  computed {each.name}" for each in table.computed)
    for emission in plan.emissions:
        yield from _emission(emission)
        yield "  distinct rows, unless the key is unique over them"
        yield from _statements(emission)
    for circle in circles(plan.shared):
        yield "distinct over all of these, unless their subjects are apart"
        for emission in circle:
            yield from (f"  {line}" for line in (*_emission(emission), *_statements(emission)))


def _emission(emission: Emission) -> Iterator[str]:
    count = len(emission.statements)
    yield f"{emission.triples_map}: {count} {'statement' if count == 1 else 'statements'} a row"
    yield f"  {_relation(emission)}"
    yield f"  key {_term(emission.key, sides(emission.relation))}"


def _relation(emission: Emission) -> str:
    relation = emission.relation
    if not isinstance(relation, Joined):
        return f"scan {relation.table.name}"
    child, parent = relation.child, relation.parent
    pairs = ", ".join(f"{child.columns[a]} = {parent.columns[b]}" for a, b in relation.on)
    if relation.is_lookup:
        return f"scan {child.name}, of which {parent.name} has a row by {pairs}"
    return f"join {child.name} with the distinct rows of {parent.name} on {pairs}"


def _statements(emission: Emission) -> Iterator[str]:
    tables = sides(emission.relation)
    for number, statement in enumerate(emission.statements):
        earlier = [str(one + 1) for one, other in sorted(emission.twins) if other == number]
        unless = f" [unless {' or '.join(earlier)} says so]" if earlier else ""
        is_about_key = statement.subject.meaning == emission.key.meaning
        yield f"  {number + 1}. {_statement(statement, tables, is_about_key=is_about_key)}{unless}"


def _statement(statement: Statement, tables: tuple[Table, ...], *, is_about_key: bool) -> str:
    needed = frozenset[Column]().union(*(term.requires for term in statement.terms))
    conditions = "".join(f" [if {_name(column, tables)}]" for column in sorted(needed))
    places = "".join(f" [to {each.path}]" for each in statement.targets)
    return " ".join(_term(term, tables) for term in statement.terms[is_about_key:]) + conditions + places


def _term(term: Term, tables: tuple[Table, ...]) -> str:
    text = _spell(term.pieces, tables)
    if term.is_spelled:
        return text
    if term.kind is TermType.IRI:
        return f"<{text}>" if not term.base else f"<{text}> against <{term.base}>"
    if term.kind is TermType.BLANK_NODE:
        return f"_:{text}"
    tail = f"^^<{_spell(term.datatype, tables)}>" if term.datatype else ""
    return f'"{text}"' + (f"@{_spell(term.language, tables)}" if term.language else tail)


def _spell(pieces: Iterable[Piece], tables: tuple[Table, ...]) -> str:
    return "".join(piece if isinstance(piece, str) else f"$({_name(piece.column, tables)})" for piece in pieces)


def _name(column: Column, tables: tuple[Table, ...]) -> str:
    name = "row number" if column.index == ROW else tables[column.side].columns[column.index]
    return f"parent.{name}" if column.side else name
