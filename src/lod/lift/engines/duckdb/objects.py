"""The addresses that the rules of a plan lead to, asked of the tables' columns: distinct values, never the statements.

Where a rule makes very many, it is asked for a fixed sample of them: which ones does not depend on the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lod.lift.engines import sql
from lod.lift.engines.session import Session, open_session, rows_sql
from lod.lift.engines.sql import quoted
from lod.lift.lineage import read_lineage, table_file
from lod.lift.plan import Emission, Plan, Statement
from lod.lineage import Lineage
from lod.mapping.ir import TermType

MOST = 20_000  # addresses of one rule


@dataclass(frozen=True, slots=True)
class Objects:
    """The addresses that a rule's statements have as objects; a sample of them where `is_sample`."""

    emission: Emission
    statement: Statement
    addresses: tuple[str, ...]
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Use:
    """How many statements lead to an address, and the first subject that does."""

    address: str
    statements: int
    subject: str


def open_tables(session: Session, plan: Plan, lineage: Lineage) -> None:
    """Let a session read the tables of a plan as the lift has left them."""
    numbered = {record.table.file for record in read_lineage(lineage) if record.table.is_numbered}
    for number, table in enumerate(plan.tables):
        session.files[table] = lineage.folder / table_file(number)
        if session.files[table] in numbered:
            session.sifted.add(table)


@dataclass(frozen=True, slots=True)
class Asked:
    """An open look at the tables of a lift."""

    session: Session
    plan: Plan

    def objects(self, base: str) -> Iterator[Objects]:
        """The addresses below a base, rule by rule."""
        for emission in (*self.plan.emissions, *self.plan.shared):
            for statement in emission.statements:
                if _may_lead(statement, base):
                    columns = ", ".join(sql.column(each) for each in sorted(statement.object.columns)) or "0 AS one"
                    rows = f"(SELECT DISTINCT {columns} FROM {self._rows(emission, statement)})"
                    found = self.session.connection.execute(
                        f"SELECT o FROM (SELECT DISTINCT {sql.concat(sql.parts(statement.object))} AS o FROM {rows}) "
                        f"WHERE starts_with(o, {quoted('<' + base)}) ORDER BY hash(o), o LIMIT {MOST + 1}"
                    ).fetchall()
                    addresses = tuple(o[1:-1] for (o,) in found[:MOST])
                    yield Objects(emission, statement, addresses, len(found) > MOST)

    def uses(self, made: Objects, addresses: Collection[str]) -> list[Use]:
        """How often the statements of a rule lead to each of some addresses."""
        run = self.session.connection.execute
        run("CREATE OR REPLACE TEMP TABLE asked AS SELECT unnest(?) AS o", [[f"<{each}>" for each in addresses]])
        terms = (made.statement.subject, made.statement.object)
        subject, object_ = (sql.concat(sql.parts(term)) for term in terms)
        found = run(
            f"SELECT o, count(DISTINCT s), min(s) FROM (SELECT {subject} AS s, {object_} AS o "
            f"FROM {self._rows(made.emission, made.statement)}) SEMI JOIN asked USING (o) GROUP BY o ORDER BY o"
        ).fetchall()
        return [Use(o[1:-1], count, s[1:-1] if s[0] == "<" else s) for o, count, s in found]

    def _rows(self, emission: Emission, statement: Statement) -> str:
        present = sql.conjunction(sql.present(statement.columns))
        return f"(SELECT * FROM {rows_sql(self.session, emission)} WHERE {present})"


def _may_lead(statement: Statement, base: str) -> bool:
    term = statement.object
    if term.kind is not TermType.IRI or statement.targets:
        return term.is_spelled and not statement.targets
    first = term.pieces[0] if term.pieces and not term.base else ""
    return not isinstance(first, str) or first.startswith(base) or base.startswith(first)


@contextmanager
def ask(plan: Plan, lineage: Lineage, spill: Path, *, memory_limit: str, threads: int) -> Iterator[Asked]:
    """Open a look.

    Raises:
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    with open_session(memory_limit, threads, spill) as session:
        open_tables(session, plan, lineage)
        yield Asked(session, plan)
