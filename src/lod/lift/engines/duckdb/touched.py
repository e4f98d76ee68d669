"""What the rows that changed since an earlier lift touch: the subjects they speak of, and all that is said of these.

Statements of a subject may come from many rows, so a removed row takes a statement away only if no other row makes it.
Hence not statements but subjects are compared: all that tables say of a touched subject, before and now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from lod.lift.engines import sql
from lod.lift.engines.duckdb.merge import lines_of
from lod.lift.engines.duckdb.search import scan
from lod.lift.engines.session import Session, lines_sql, rows_sql
from lod.lift.engines.sql import quoted
from lod.lift.lineage import SubjectRecord, read_lineage
from lod.lift.plan import ROW, Emission, Plan, sides
from lod.lineage import Lineage
from lod.tables.table import Table
from lod.wording import NOTHING, Wording, say

if TYPE_CHECKING:
    from lod.lift.changes import Earlier

_CSV = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"


Rows = tuple[Path, Path]
MOST_MOVED = 100_000
"""Rows that are looked at one by one, instead of comparing tables as sets of rows."""


@dataclass(frozen=True, slots=True)
class Touched:
    """All statements about the subjects that changes touch, sorted, as N-Quads; the subjects; and how many these are.

    `moved`: by the place of a table that is not what it was, the rows that differ from those that stood in their place,
    before and now; None for a table with more or fewer rows, or with most of them elsewhere.
    """

    before: Path
    after: Path
    named: Path  # Parquet, one column `s`
    subjects: int
    moved: Mapping[int, Rows | None]
    maps: tuple[str, ...]  # the triples maps that are not what they were


def why_not_by_rows(plan: Plan) -> Wording:
    """Why the statements of a plan do not follow from the texts of changed rows alone; '' where they do."""
    for emission in (*plan.emissions, *plan.shared):
        if any(cell.column.index == ROW for term in emission.terms for cell in term.cells()):
            return say("terms are made of row numbers")
        tables = sides(emission.relation)
        if len(set(tables)) < len(tables):
            return say("a table is joined with itself")
    return NOTHING


def find_touched(
    session: Session,
    plan: Plan,
    before: Mapping[Table, Path],
    earlier: Earlier,
    folder: Path,
) -> Touched | None:
    """Write what is said of the touched subjects; None if they are more than `earlier.most`.

    `session` has the tables as they are, `before` as they were, where rows differ and columns do not. All that a
    changed triples map makes or made is touched.
    """
    run = session.connection.execute
    then = _with(session, {**session.files, **before})
    moved = {table: _moved(session, (old, session.files[table]), folder) for table, old in before.items()}
    changed = {
        table: rows or _differing_rows(session, table, before[table], plan, folder) for table, rows in moved.items()
    }
    run("CREATE TEMP TABLE touched (s VARCHAR)")
    for record in read_lineage(Lineage(earlier.lineage)) if earlier.changed else ():
        if record.triples_map in earlier.changed:
            run(f"INSERT INTO touched {_subjects_of(record)}")
    for emission in (*plan.emissions, *plan.shared):
        if emission.triples_map in earlier.changed:
            run(f"INSERT INTO touched {_subjects(session, emission)}")
            continue
        for table in set(sides(emission.relation)) & changed.keys():
            needed = sorted(emission.columns_of(table) - {ROW})
            for side, pair in ((then, changed[table]), (session, changed[table][::-1])):
                rows = _differing(session, table, pair, needed, folder)  # what it makes of others is what it was
                there = _with(session, {**side.files, table: rows})
                run(f"INSERT INTO touched {_subjects(there, emission)}")
    old, new = map(_lines, (earlier.others, earlier.others_now))
    for one, other in ((old, new), (new, old)):
        run(f"INSERT INTO touched SELECT split_part(line, ' ', 1) FROM (FROM {one} EXCEPT FROM {other})")
    run("CREATE TEMP TABLE chosen AS SELECT DISTINCT s FROM touched")
    chosen = [s for (s,) in run(f"SELECT s FROM chosen LIMIT {earlier.most + 1}").fetchall()]
    if len(chosen) > earlier.most:
        return None
    named = folder / "touched.parquet"
    run(f"COPY chosen TO {quoted(str(named))} (FORMAT parquet)")
    said, now = folder / "before.nq", folder / "after.nq"
    earlier.write_said(chosen, said)
    selects = [*_said(session, plan), f"SELECT line FROM {new} WHERE split_part(line, ' ', 1) IN (FROM chosen)"]
    run(f"COPY (SELECT DISTINCT line FROM ({' UNION ALL '.join(selects)}) ORDER BY 1) TO {quoted(str(now))} {_CSV}")
    places = {plan.tables.index(table): rows for table, rows in moved.items()}
    return Touched(said, now, named, len(chosen), places, tuple(sorted(earlier.changed)))


def _with(session: Session, files: Mapping[Table, Path]) -> Session:
    return Session(session.connection, session.database, session.scratch, dict(files), sifted=session.sifted)


def _moved(session: Session, files: Rows, folder: Path) -> Rows | None:
    """The rows that are not those that stood in their place; None if that is no way to tell what changed."""
    run, place = session.connection.execute, len(list(folder.glob("moved-*")))
    one, other = (f"read_parquet({quoted(str(file))})" for file in files)
    there = {name for name, *_ in run(f"DESCRIBE FROM {one}").fetchall()}
    columns = [name for name, *_ in run(f"DESCRIBE FROM {other}").fetchall() if name in there]
    if run(f"SELECT (SELECT count(*) FROM {one}) <> (SELECT count(*) FROM {other})").fetchall() == [(True,)]:
        return None
    differs = " OR ".join(f'a."{name}" IS DISTINCT FROM b."{name}"' for name in columns) or "false"
    run(
        f"CREATE OR REPLACE TEMP TABLE moved AS SELECT a, b FROM {one} AS a POSITIONAL JOIN {other} AS b "
        f"WHERE {differs} LIMIT {MOST_MOVED + 1}"
    )
    if run("SELECT count(*) FROM moved").fetchall() > [(MOST_MOVED,)]:
        return None
    before, now = folder / f"moved-{place}-before.parquet", folder / f"moved-{place}-now.parquet"
    for side, file in (("a", before), ("b", now)):
        run(f"COPY (SELECT unnest({side}) FROM moved) TO {quoted(str(file))} (FORMAT parquet)")
    return before, now


def _differing_rows(session: Session, table: Table, old: Path, plan: Plan, folder: Path) -> Rows:
    """The rows that only the table of before has, and those that only the present one has."""
    new = session.files[table]
    there = session.connection.execute(f"DESCRIBE FROM read_parquet({quoted(str(old))})").fetchall()
    columns = [n for n in plan.columns_of(table) if f"c{n}" in {name for name, *_ in there}]
    return (
        _differing(session, table, (old, new), columns, folder),
        _differing(session, table, (new, old), columns, folder),
    )


def _differing(session: Session, table: Table, pair: tuple[Path, ...], needed: Sequence[int], folder: Path) -> Path:
    """The rows of the first file that the second has not, by some columns."""
    target = folder / f"changed-{len(list(folder.glob('changed-*')))}.parquet"
    columns = ", ".join(f"c{n}" for n in needed) or "1 AS one"
    one, other = (f"(SELECT {columns} FROM read_parquet({quoted(str(file))}))" for file in pair)
    row = ", 0 AS row" if table.is_numbered or table in session.sifted else ""
    session.connection.execute(
        f"COPY (SELECT *{row} FROM (FROM {one} EXCEPT FROM {other})) TO {quoted(str(target))} (FORMAT parquet)"
    )
    return target


def _subjects(session: Session, emission: Emission) -> str:
    present = sql.conjunction(sql.present(emission.key.columns))
    return f"SELECT DISTINCT {_subject(emission)} FROM {rows_sql(session, emission)} WHERE {present}"


def _subjects_of(record: SubjectRecord) -> str:
    present = sql.conjunction(sql.present(record.term.columns))
    return f"SELECT DISTINCT {sql.concat(sql.parts(record.term))} FROM {scan(record.table)} WHERE {present}"


def _subject(emission: Emission) -> str:
    return sql.concat(sql.parts(emission.key))


def _said(session: Session, plan: Plan) -> Iterator[str]:
    """Selects of all lines about the chosen subjects."""
    for number, emission in enumerate((*plan.emissions, *plan.shared)):
        texts = takewhile(lambda part: isinstance(part, str), sql.parts(emission.key))
        head = "".join(map(str, texts))
        begun = f"SELECT count(*) FROM chosen WHERE starts_with(s, {quoted(head)})"
        if session.connection.execute(begun).fetchall() == [(0,)]:
            continue
        present = sql.conjunction(sql.present(emission.key.columns))
        session.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE of_chosen_{number} AS SELECT * FROM "
            f"(SELECT *, {_subject(emission)} AS subject FROM {rows_sql(session, emission)} WHERE {present}) "
            "WHERE subject IN (FROM chosen)"
        )
        for statement in emission.statements:
            ready = "subject" if statement.subject == emission.key else ""
            yield lines_sql(statement, f"of_chosen_{number}", ready)


def _lines(file: Path) -> str:
    return lines_of([file]) if file.stat().st_size else "(SELECT '' AS line WHERE false)"
