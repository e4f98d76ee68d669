"""One look at the rows of an emission before anything is written: how many there are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lod.diagnostics import Findings
from lod.lift.engines import sql
from lod.lift.engines.checks import Check, checks_of, report_values
from lod.lift.engines.session import Session, relation_sql, rows_sql
from lod.lift.passes.coincidence import is_injective
from lod.lift.plan import Column, Emission, Statement, sides

MANY = 100_000  # rows; of fewer, all are compared sooner than they are told apart


@dataclass(frozen=True, slots=True)
class Survey:
    """What one look at the rows of an emission says: how many make a subject, whether each makes its own, and more."""

    rows: int
    subjects: int  # by their hashes: so many at least
    made: tuple[int, ...]  # how many rows make each statement, before anything is made distinct

    @property
    def is_unique(self) -> bool:
        """Whether each row makes a subject of its own."""
        return self.subjects == self.rows

    @property
    def is_mostly_unique(self) -> bool:
        """Whether at least half of the rows make subjects of their own, and there are enough to care."""
        return self.rows >= MANY and 2 * self.subjects - self.rows >= self.rows / 2

    @property
    def statements(self) -> int:
        """How many statements are made, before anything is made distinct."""
        return sum(self.made)


Note = Callable[[Emission, Check], None]


def survey(session: Session, emission: Emission, findings: Findings, note: Note | None = None) -> Survey:
    """Count, and check every value that could make a wrong term. `note` sets aside the rows of those that are."""
    checks = [check for check in checks_of(emission) if _may_refuse(session, emission, check)]
    subject = sql.present(emission.key.columns)
    needed = conditions_of(emission, session.columns.always(emission.relation))
    counts = [f"count(*) FILTER (WHERE {sql.conjunction(each)})" for each in needed if each]
    bad = [f"count(*) FILTER (WHERE {check.condition})" for check in checks]
    query = (
        f"SELECT {', '.join(['count(*)', _unique(emission), *counts, *bad])} "
        f"FROM {rows_sql(session, emission)} WHERE {sql.conjunction(subject)}"
    )
    row = session.database.row(query)
    rows, distinct, found = int(row[0]), int(row[1]), [int(n) for n in row[2:]]
    some, refused = iter(found[: len(counts)]), found[len(counts) :]
    made = tuple(next(some) if each else rows for each in needed)
    for check, count in zip(checks, refused, strict=True):
        if count:
            refused_cells = _refused_cells(session, emission, check)
            tell = findings.warning if note else findings.error
            report_values(check, count, _values(session, emission, check), refused_cells, emission, tell)
            if note:
                note(emission, check)
    return Survey(rows, distinct, made)


def _may_refuse(session: Session, emission: Emission, check: Check) -> bool:
    """Whether a check refuses a value, as far as the values of a column that repeats them tell."""
    column = check.column
    if check.term.columns != {column} or column.index < 0:
        return True
    return session.columns.may_meet(sides(emission.relation)[column.side], column, check.condition)


def _refused_cells(session: Session, emission: Emission, check: Check) -> list[tuple[int, str]]:
    """Row number and text of the first three cells that a check refuses."""
    where = sql.conjunction([*sql.present(emission.key.columns), check.condition])
    source, row = relation_sql(session, emission.relation), "pr" if check.column.side else "r"
    query = f"SELECT {row}, {sql.column(check.column)} FROM {source} WHERE {where} ORDER BY 1 LIMIT 3"
    return [(int(row), str(text)) for row, text in session.database.rows(query)]


def _values(session: Session, emission: Emission, check: Check) -> int:
    """How many values a check looked at."""
    where = sql.conjunction(sql.present(emission.key.columns | check.term.columns))
    return int(session.database.row(f"SELECT count(*) FROM {rows_sql(session, emission)} WHERE {where}")[0])


def conditions_of(emission: Emission, always: frozenset[Column] = frozenset()) -> list[list[str]]:
    """For each statement, when a row whose subject is there makes it: its cells are there, no twin said it before.

    `always` are columns that have a value in every row.
    """
    there = always | emission.key.columns
    return [_conditions(emission, number, there) for number in range(len(emission.statements))]


def _conditions(emission: Emission, number: int, there: frozenset[Column]) -> list[str]:
    statement = emission.statements[number]
    conditions = sql.present(statement.columns - there)
    for earlier in sorted(i for i, j in emission.twins if j == number):
        twin = emission.statements[earlier]
        same = f"{_rest(statement)} = {_rest(twin)}"
        conditions.append(f"NOT ({sql.conjunction([*sql.present(twin.columns - there), same])})")
    return conditions


def _rest(statement: Statement) -> str:
    """What tells statements of one subject apart."""
    return sql.concat(sql.line(statement, "''"))


def has_unique_key(session: Session, emission: Emission, rows: int) -> bool:
    """Whether each of the rows of an emission makes a subject of its own."""
    found = session.database.row(f"SELECT {_unique(emission)} FROM {rows_sql(session, emission)}")
    return int(found[0]) == rows


def _unique(emission: Emission) -> str:
    """Counts distinct subjects. Hashes that all differ prove that the subjects do; that two agree proves nothing."""
    return f"count(DISTINCT {key_hash(emission)})" if emission.key.columns else "least(count(*), 1)"


def key_hash(emission: Emission) -> str:
    """A hash of the subject that a row makes."""
    key = emission.key
    if not is_injective(key):
        return f"hash({sql.value(key)})"
    return f"hash({', '.join(sql.column(each) for each in sorted(key.columns))})"
