"""Families: the subjects that one spelling makes from the rows of one table, with all that is said of them.

A large family is judged on its columns. All other statements together are the small graph, which the processor sees
whole. What large families must be for that is checked here; `Unplannable` says which property is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lod.lift.engines import sql
from lod.lift.engines.session import Session, relation_sql, scan_sql
from lod.lift.lineage import key_of
from lod.lift.passes.coincidence import is_injective, terms_may_coincide
from lod.lift.plan import Column, Emission, Plan, Relation, Scan, Statement, Term
from lod.mapping.ir import TermType
from lod.rdf.namespaces import RDF, RDFS
from lod.tables.table import Table
from lod.wording import Wording, say

_FEW = 100_000  # distinct values that are looked at one by one
_MANY = say("too many values may name subjects of a large table")


class Unplannable(Exception):
    """Why shapes, or a shape, cannot be judged on columns."""

    def __init__(self, reason: Wording) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Family:
    """The subjects of one spelling over one table; `source` is its rows that make a subject, as SQL."""

    number: int
    table: Table
    key: Term
    statements: tuple[Statement, ...]
    source: str
    predicates: dict[str, list[Statement]] = field(default_factory=dict)

    def of(self, predicate: str) -> list[Statement]:
        """The statements that say something for a predicate."""
        return self.predicates.get(predicate, [])


@dataclass(slots=True)
class Division:
    """The large families, and the emissions that make the rest."""

    families: list[Family]
    small: list[Emission]


def constant(term: Term) -> str | None:
    """The text of a term that no cell changes, without brackets or quotes."""
    return term.pieces[0] if len(term.pieces) == 1 and isinstance(term.pieces[0], str) and not term.is_spelled else None


def present(statement: Statement, family: Family) -> str:
    """When a row that makes a subject makes a statement."""
    return sql.conjunction(sql.present(statement.columns - family.key.columns))


def spelled(term: Term) -> str:
    """A term as N-Quads writes it, as SQL."""
    return sql.concat(sql.parts(term))


def columns_of(statements: Iterable[Statement]) -> list[Column]:
    """The columns that the objects of statements are made of."""
    return sorted({cell for statement in statements for cell in statement.object.columns})


def divide(session: Session, plan: Plan, large: int) -> Division:
    """Sort a plan's statements: subjects of one spelling over one table, if they make `large` statements or more.

    Raises:
        Unplannable: two large families, or a large family and others, may speak of the same subjects.
    """
    groups: dict[tuple[Relation, object], list[tuple[Emission, Statement]]] = {}
    for emission in (*plan.emissions, *plan.shared):
        for statement in emission.statements:
            groups.setdefault((emission.relation, statement.subject.meaning), []).append((emission, statement))
    families: list[Family] = []
    small: list[Emission] = []  # each cell marked where it needs no encoding: its SQL is short
    for (relation, _), members in groups.items():
        statements = tuple(statement for _, statement in members)
        family = _family(session, len(families), relation, statements, large)
        if family is not None:
            families.append(family)
        else:
            key = statements[0].subject
            small.append(session.columns.mark(Emission(members[0][0].triples_map, relation, key, statements)))
    for family in families:
        for other in families:
            if family is not other and terms_may_coincide(family.key, other.key):
                raise Unplannable(say("two tables may speak of the same subjects"))
    return Division(families, small)


def _family(
    session: Session, number: int, relation: Relation, statements: tuple[Statement, ...], large: int
) -> Family | None:
    """A family, if it is one that pays: many rows, each with a subject of its own (but for a few)."""
    key = statements[0].subject
    if not isinstance(relation, Scan) or key.kind is not TermType.IRI or not key.columns or key.is_spelled:
        return None
    source = f"(SELECT * FROM {scan_sql(session, relation.table)} WHERE {sql.conjunction(sql.present(key.columns))})"
    rows, distinct = _counts(session, source, key)
    if rows * len(statements) < large or distinct * 2 < rows:
        return None
    plain = session.columns.mark(Emission("", relation, key, statements))  # terms are spelt for millions of rows
    family = Family(number, relation.table, plain.key, plain.statements, source)
    for statement in plain.statements:
        predicate = constant(statement.predicate)
        if predicate is None:
            return None  # anything might be said of its subjects
        family.predicates.setdefault(predicate, []).append(statement)
    return None if RDFS + "subClassOf" in family.predicates else family


def key_sql(term: Term) -> str:
    """What tells rows of different subjects apart, as one number."""
    cells = ", ".join(sql.column(each) for each in sorted(term.columns))
    return f"hash({cells})" if is_injective(term) else f"hash({sql.value(term)})"


def _counts(session: Session, source: str, key: Term) -> tuple[int, int]:
    row = session.connection.execute(f"SELECT count(*), approx_count_distinct({key_sql(key)}) FROM {source}").fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def types_of(family: Family) -> Iterator[tuple[str | None, Statement]]:
    """The classes of a family's subjects, None where a cell says which, with the statements that say so."""
    for statement in family.of(RDF + "type"):
        yield constant(statement.object), statement


def meeting_places(session: Session, division: Division, family: Family, terms: Iterable[str]) -> list[str]:
    """IRIs of a family that the small graph or the given terms speak of: their nodes must be in the small graph whole.

    Raises:
        Unplannable: too many values would have to be looked at; or subjects of large families refer to each other.
    """
    found = [iri for iri in terms if key_of(family.key, iri) is not None]
    for emission in division.small:
        for term in {s.subject for s in emission.statements} | {s.object for s in emission.statements}:
            if term.kind is TermType.IRI and terms_may_coincide(term, family.key):
                source = relation_sql(session, emission.relation)
                found += _matching(session, term, source, family, _MANY)
    for other in division.families:
        for statement in other.statements:
            term = statement.object
            if (term.kind is TermType.IRI or term.is_spelled) and terms_may_coincide(term, family.key):
                reason = say("subjects of large tables refer to each other")
                if _matching(session, term, other.source, family, reason):
                    raise Unplannable(reason)
    return found


def _matching(session: Session, term: Term, source: str, family: Family, reason: Wording) -> list[str]:
    where = sql.conjunction(sql.present(term.columns))
    query = f"SELECT DISTINCT {sql.value(term)} FROM {source} WHERE {where} LIMIT {_FEW + 1}"
    values = [str(value) for (value,) in session.connection.execute(query).fetchall()]
    if len(values) > _FEW:
        raise Unplannable(reason)
    return [value for value in values if key_of(family.key, value.removeprefix("<").removesuffix(">")) is not None]


def write_lines(session: Session, selects: Sequence[str], target: str) -> None:
    """Write lines to a file; in no order."""
    query = " UNION ALL ".join(selects) or "SELECT '' AS line WHERE false"
    session.connection.execute(
        f"COPY ({query}) TO {sql.quoted(target)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
    )


def small_lines(session: Session, emission: Emission) -> Iterator[str]:
    """Selects of the lines of a small emission: each once, as far as its columns tell."""
    source = relation_sql(session, emission.relation)
    by_columns: dict[tuple[str, ...], list[Statement]] = {}
    for statement in emission.statements:
        by_columns.setdefault(tuple(sql.column(c) for c in sorted(statement.columns)), []).append(statement)
    for columns, statements in by_columns.items():
        where = sql.conjunction(sql.present(statements[0].columns))
        chosen = ", ".join(columns) or "1 AS one"
        rows = f"(SELECT DISTINCT {chosen} FROM {source} WHERE {where})"
        for statement in statements:
            yield f"SELECT {sql.concat(sql.line(statement))} AS line FROM {rows}"
