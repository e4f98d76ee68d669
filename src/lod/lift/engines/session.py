"""A session with the tables of one plan in it, and relations as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from lod.errors import LodError
from lod.lift.engines import sql
from lod.lift.engines.columns import Columns
from lod.lift.engines.database import Database
from lod.lift.engines.duckdb.database import DuckDb
from lod.lift.plan import Emission, Relation, Scan, Statement
from lod.tables.table import Table
from lod.wording import say


class LiftError(LodError):
    """The engine gave up: out of memory or disk."""


@dataclass(slots=True)
class Session:
    """The tables of one plan: DuckDB's `connection` reads them, and `database`, DuckDB or another, does all else."""

    connection: duckdb.DuckDBPyConnection
    database: Database
    scratch: Path = Path()  # a folder for what the session keeps for itself
    files: dict[Table, Path] = field(default_factory=dict)
    rows: dict[Table, int] = field(default_factory=dict)
    sifted: set[Table] = field(default_factory=set)  # rows were taken out: those that stay carry their numbers
    clean: set[Table] = field(default_factory=set)  # reading them found nothing to say
    columns: Columns = field(init=False)

    def __post_init__(self) -> None:
        self.forget_columns()

    def use(self, database: Database) -> None:
        """Have the plan carried out by another engine than DuckDB."""
        self.database = database
        self.forget_columns()

    def forget_columns(self) -> None:
        """Look at the columns anew: the tables are not what they were."""
        self.columns = Columns(self.connection, self.files, lambda table: scan_sql(self, table))


@contextmanager
def open_session(memory_limit: str, threads: int, spill: Path) -> Iterator[Session]:
    """A fresh in-memory DuckDB that spills to a folder.

    Raises:
        LiftError: LOD4008, when it runs out of memory or disk in the body.
    """
    spill.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET enable_progress_bar = false")  # the core never prints
    try:
        yield Session(connection, DuckDb(connection), spill)
    except duckdb.OutOfMemoryException as error:
        hint = say(
            "allow more than {memory_limit} (memory_limit), or fewer than {threads} threads",
            memory_limit=memory_limit,
            threads=threads,
        )
        raise LiftError(say("the lift ran out of memory"), hint=hint, code="LOD4008") from error
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        raise LiftError(
            say("the lift could not write: {reason}", reason=reason), hint=say("is the disk full?"), code="LOD4008"
        ) from error
    finally:
        connection.close()


def rows_sql(session: Session, emission: Emission) -> str:
    """The rows that an emission reads, as a derived table; of a join's parent, what it needs and that once."""
    relation = emission.relation
    if isinstance(relation, Scan):
        return scan_sql(session, relation.table)
    child, parent = scan_sql(session, relation.child), scan_sql(session, relation.parent)
    pairs = " AND ".join(f"a.c{one} = b.c{other}" for one, other in relation.on)
    if relation.is_lookup:
        return f"(SELECT * FROM {child} AS a WHERE EXISTS (SELECT 1 FROM {parent} AS b WHERE {pairs}))"
    needed = {column for term in emission.terms for column in term.columns if column.side}
    names = {f"c{other}" for _, other in relation.on} | {sql.column(replace(column, side=0)) for column in needed}
    renamed = ", ".join(f"b.{sql.column(replace(column, side=0))} AS {sql.column(column)}" for column in sorted(needed))
    chosen = f"SELECT DISTINCT {', '.join(sorted(names))} FROM {parent}"
    return f"(SELECT a.*{', ' if renamed else ''}{renamed} FROM {child} AS a JOIN ({chosen}) AS b ON {pairs})"


def relation_sql(session: Session, relation: Relation) -> str:
    """A relation as a derived table with the column names of `lod.lift.engines.sql`."""
    if isinstance(relation, Scan):
        return scan_sql(session, relation.table)
    child, parent = scan_sql(session, relation.child), scan_sql(session, relation.parent)
    described = session.connection.execute(f"DESCRIBE SELECT * FROM {parent}").fetchall()
    renamed = ", ".join(f"b.{name} AS p{name.removeprefix('c')}" for name, *_ in described)
    pairs = " AND ".join(f"a.c{one} = b.c{other}" for one, other in relation.on)
    return f"(SELECT a.*, {renamed} FROM {child} AS a JOIN {parent} AS b ON {pairs})"


def scan_sql(session: Session, table: Table) -> str:
    """A table as a derived table."""
    return sql.scan(session.files[table], table.first_row, is_numbered=table.is_numbered or table in session.sifted)


def lines_sql(statement: Statement, source: str, subject: str = "") -> str:
    """The lines that the rows of a relation make of a statement, as often as they make them.

    `subject`: a column that has it ready.
    """
    where = sql.conjunction(sql.present(statement.columns))
    return f"SELECT {sql.concat(sql.line(statement, subject))} AS line FROM {source} WHERE {where}"
