"""What is legal and most likely a mistake: rules that make nothing, joins that find nothing, maps that disagree.

Asked of the engine after the survey, and only about statements that no row made, so that a lift without doubts pays
for none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from lod.diagnostics import CellOrigin, Findings, TextOrigin
from lod.lift.engines import sql
from lod.lift.engines.session import Session, relation_sql, scan_sql
from lod.lift.engines.survey import Survey
from lod.lift.gatherings import GatheredTable
from lod.lift.held import HeldTable
from lod.lift.passes.coincidence import terms_may_coincide
from lod.lift.plan import Column, Emission, Joined, Plan, Statement, sides
from lod.lift.viewed import ViewTable
from lod.mapping.ir import TermType
from lod.rdf.namespaces import DCT, SKOS
from lod.tables.table import Table
from lod.tables.typed import TypedTable
from lod.wording import Wording, joined, say

_SHOWN = 3
# properties that have several values by nature: two maps that give each one of them do not contradict each other
_SEVERAL = {
    *(SKOS + name for name in ("altLabel", "hiddenLabel", "note", "example", "changeNote", "notation")),
    *(DCT + name for name in ("alternative", "identifier", "description", "source")),
    "http://www.w3.org/ns/dcat#keyword",
    "http://www.w3.org/2000/01/rdf-schema#comment",
    "http://schema.org/alternateName",
    "https://schema.org/alternateName",
}


def doubt(session: Session, plan: Plan, surveys: Sequence[Survey], silent: set[str], findings: Findings) -> None:
    """Look for doubtful rules. `silent`: triples maps that make nothing at all, which is said elsewhere.

    Findings: LOD4040 a rule that no row carries out (info where a column is empty, else a warning); warnings: LOD4041
    a join that finds nothing, LOD4042 triples maps that say different things of one subject.
    """
    emissions = (*plan.emissions, *plan.shared)
    said: set[tuple[Table, frozenset[Column]]] = set()
    for emission, seen in zip(emissions, surveys, strict=True):
        if isinstance(emission.relation, Joined) and not seen.rows:
            _doubt_join(session, emission, emission.relation, findings)
        elif seen.rows and emission.triples_map not in silent:
            for statement in _unmade(emission, seen):
                _doubt_statement(session, emission, statement, said, findings)
    several = _Several(session)
    for one, other in combinations(emissions, 2):
        if (
            one.triples_map != other.triples_map
            and not _of_cubes(one, other)
            and terms_may_coincide(one.key, other.key)
        ):
            pairs = list(_comparable(one, other))
            if pairs and _meet(session, one, other):
                for pair in pairs:
                    _doubt_pair(session, (one, other), pair, several, findings)


def _of_cubes(*emissions: Emission) -> bool:
    """Whether all are made from cube files, whose lists and figures are compared where they are read."""
    return all(isinstance(table, HeldTable) for emission in emissions for table in sides(emission.relation))


def _unmade(emission: Emission, seen: Survey) -> Iterator[Statement]:
    """The statements that no row makes, but for those that another one of the row may say before."""
    later = {j for _, j in emission.twins}
    for number, (statement, count) in enumerate(zip(emission.statements, seen.made, strict=True)):
        if not count and number not in later:
            yield statement


def _doubt_statement(
    session: Session,
    emission: Emission,
    statement: Statement,
    said: set[tuple[Table, frozenset[Column]]],
    findings: Findings,
) -> None:
    tables = sides(emission.relation)
    wanted = sorted(c for c in statement.columns - emission.key.columns if c.index >= 0)
    described = isinstance(tables[0], ViewTable)  # by CSVW: only what stands in no cell at all is told
    if not wanted or (not described and any(_may_be_empty(table) for table in tables)):
        return
    empty = _empty(session, emission, wanted)
    if described and not (empty and all(_column_name(tables[0], each) for each in empty)):
        return
    if (tables[0], frozenset(empty or wanted)) in said:
        return
    said.add((tables[0], frozenset(empty or wanted)))
    names = {column: _column_name(tables[column.side], column) for column in wanted}
    conditions = [column for column in empty if _is_condition(tables[column.side], column)]
    named = _named([names[column] for column in empty or wanted])
    where = [CellOrigin(tables[c.side].name, 0, names[c]) for c in empty if c not in conditions]
    if conditions:
        message = say("no row of {table} meets the condition {condition}", table=tables[0], condition=named)
        hint = say("are the values spelt as in the table? nothing is made by this rule")
    elif empty:
        message = say("no row makes this: {columns} of {table} is empty in every row", columns=named, table=tables[0])
        hint = say("is it the right column? nothing is made by this rule")
    else:
        message = say("no row makes this: none of {table} has {columns} all at once", columns=named, table=tables[0])
        hint = say("nothing is made by this rule")
    tell = findings.info if where else findings.warning
    tell("LOD4040", message, _place(statement), hint, where)


def _column_name(table: Table, column: Column) -> str:
    """What people call a column; of what is made from a file's columns, those, '' where it may well be empty."""
    name = table.columns[column.index]
    view = table.view if isinstance(table, ViewTable) else None
    if view is None or view.records is None:
        return name
    made = next((each for each in (*view.derivations, view.unnested) if each and name in each.outputs), None)
    if made is None or len(made.outputs) > 1:  # of values that fit a datatype or do not, one is rightly empty
        return ""
    return "', '".join(view.records.titles[place] for place in made.inputs if place >= 0)


def _may_be_empty(table: Table) -> bool:
    """Tables of which an empty column is no mistake, or is told in another way."""
    return bool(table.json) or isinstance(table, ViewTable | HeldTable | GatheredTable)


def _empty(session: Session, emission: Emission, columns: Sequence[Column]) -> list[Column]:
    """Those of the columns that are empty wherever there is a subject."""
    counts = ", ".join(f"count({sql.column(column)})" for column in columns)
    where = sql.conjunction(sql.present(emission.key.columns))
    row = session.database.row(f"SELECT {counts} FROM {relation_sql(session, emission.relation)} WHERE {where}")
    return [column for column, count in zip(columns, row, strict=True) if not count]


def _is_condition(table: Table, column: Column) -> bool:
    return column.index >= table.stored and table.computed[column.index - table.stored].if_true


def _place(statement: Statement) -> TextOrigin:
    return next((term.origin for term in reversed(statement.terms) if term.columns), statement.origin)


def _named(names: Sequence[str]) -> Wording:
    return joined([say("'{name}'", name=name) for name in names], say(" and "))


def _doubt_join(session: Session, emission: Emission, join: Joined, findings: Findings) -> None:
    """Say what stands in the columns that were to be equal."""
    if any(_may_be_empty(table) and not isinstance(table, TypedTable) for table in (join.child, join.parent)):
        return
    pairs = [(join.child.columns[a], join.parent.columns[b]) for a, b in join.on]
    child = _named([name for name, _ in pairs])
    parent = _named([name for _, name in pairs])
    cells = [
        *_first_cells(session, join.child, join.on[0][0]),
        *_first_cells(session, join.parent, join.on[0][1]),
    ]
    message = say(
        "the join finds nothing: no value of {child} in {child_table} is one of {parent} in {parent_table}",
        child=child,
        child_table=join.child,
        parent=parent,
        parent_table=join.parent,
    )
    hint = say("do both hold codes of one list, spelt alike?")
    findings.warning("LOD4041", message, emission.statements[0].origin, hint, cells)


def _first_cells(session: Session, table: Table, column: int) -> list[CellOrigin]:
    """The first cells with a value."""
    name = f"c{column}"
    found = session.database.rows(
        f"SELECT r, {name} FROM {scan_sql(session, table)} WHERE {name} IS NOT NULL ORDER BY r LIMIT 1"
    )
    return [CellOrigin(table.name, int(row), table.columns[column], str(text)) for row, text in found]


def _comparable(one: Emission, other: Emission) -> Iterator[tuple[Statement, Statement]]:
    """Statements of two emissions that give a subject a literal of one property, datatype and language."""
    for first in one.statements:
        for second in other.statements:
            properties = {statement.predicate.pieces for statement in (first, second)}
            ranges = {(s.object.datatype, s.object.language) for s in (first, second)}
            literals = all(s.object.kind is TermType.LITERAL and not s.object.is_spelled for s in (first, second))
            if not literals or len(properties) > 1 or len(ranges) > 1 or first.graph != second.graph:
                continue
            (pieces,), ((datatype, language),) = properties, ranges
            iri = pieces[0] if len(pieces) == 1 else None
            if isinstance(iri, str) and iri not in _SEVERAL and all(isinstance(p, str) for p in (*datatype, *language)):
                yield first, second


def _meet(session: Session, one: Emission, other: Emission) -> bool:
    """Whether the two make any subject in common."""
    first, second = (
        f"(SELECT {sql.value(e.key)} AS s FROM {relation_sql(session, e.relation)} "
        f"WHERE {sql.conjunction(sql.present(e.key.columns))})"
        for e in (one, other)
    )
    return bool(session.database.row(f"SELECT EXISTS (FROM {first} SEMI JOIN {second} USING (s))")[0])


@dataclass(slots=True)
class _Several:
    """Which statements give a subject several values; asked once of each, since a statement stands in many pairs."""

    session: Session
    known: dict[str, bool] = field(default_factory=dict)

    def has(self, values: str) -> bool:
        """Whether a derived table of `_values` has a subject of which the least and the greatest value differ."""
        if values not in self.known:
            self.known[values] = bool(self.session.database.row(f"SELECT bool_or(v <> w) FROM {values}")[0])
        return self.known[values]


def _doubt_pair(
    session: Session,
    emissions: tuple[Emission, Emission],
    pair: tuple[Statement, Statement],
    several: _Several,
    findings: Findings,
) -> None:
    """Where each map gives every subject one value, and the two values of a subject differ, one of them is wrong."""
    first, second = (_values(session, e, s) for e, s in zip(emissions, pair, strict=True))
    if several.has(first) or several.has(second):
        return
    both = f"FROM {first} AS a JOIN {second} AS b ON a.s = b.s WHERE a.v <> b.v"
    count = session.database.row(f"SELECT count(*) {both}")
    if not count[0]:
        return
    found = session.database.rows(f"SELECT a.s, a.v, b.v, a.r, b.r {both} ORDER BY a.r LIMIT {_SHOWN}")
    subject, here, there, *_ = found[0]
    message = say(
        "'{one}' and '{other}' say different things of {n:,} {n:subject|subjects}, "
        "as '{here}' and '{there}' of <{subject}>",
        one=emissions[0].triples_map,
        other=emissions[1].triples_map,
        n=count[0],
        here=here,
        there=there,
        subject=subject,
    )
    cells = [cell for row in found for cell in _cells_of(emissions, pair, row)]
    hint = say("take one of the rules out; fine if the property may have several values")
    findings.warning("LOD4042", message, pair[1].origin, hint, [pair[0].origin, *cells])


def _values(session: Session, emission: Emission, statement: Statement) -> str:
    """Subject, least and greatest value, first row: as a derived table."""
    where = sql.conjunction(sql.present(statement.columns))
    subject, value = sql.value(emission.key), sql.concat(statement.object.pieces)
    source = relation_sql(session, emission.relation)
    return (
        f"(SELECT s, min(v) AS v, max(v) AS w, min(r) AS r FROM "
        f"(SELECT {subject} AS s, {value} AS v, r FROM {source} WHERE {where}) GROUP BY s)"
    )


def _cells_of(
    emissions: tuple[Emission, Emission], pair: tuple[Statement, Statement], found: tuple[str, str, str, int, int]
) -> Iterator[CellOrigin]:
    _, here, there, row, other = found
    for emission, statement, text, number in zip(emissions, pair, (here, there), (row, other), strict=True):
        tables = sides(emission.relation)
        columns = sorted(column for column in statement.object.columns if column.index >= 0 and column.side == 0)
        name = tables[0].columns[columns[0].index] if columns else ""
        yield CellOrigin(tables[0].name, number, name, text)
