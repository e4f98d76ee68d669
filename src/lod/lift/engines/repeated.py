"""Rows that share subjects: which of them say what others have said?

What is compared is columns, never texts, but for statements of which columns cannot tell. Most comparisons are saved by
hashes: where they all differ nothing is said twice, and where few agree only those few rows are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from lod.lift.engines import sql
from lod.lift.engines.lines import lines_of, wide
from lod.lift.engines.reduced import count_by_maker, reduce
from lod.lift.engines.session import Session, lines_sql, rows_sql
from lod.lift.engines.survey import MANY, conditions_of, has_unique_key, key_hash
from lod.lift.passes.coincidence import is_injective
from lod.lift.plan import Column, Emission, Statement

_Made = tuple[list[str], int]  # selects of lines, and how many those are
_PART = 16  # one subject of so many is looked at
_MOST = 0.75  # of all: from there on it costs less to set the others apart


def mostly_unique_lines(session: Session, emission: Emission, name: str) -> _Made:
    """Few subjects have several rows: only these rows are compared, all others are written as they are."""
    source, present = rows_sql(session, emission), sql.conjunction(sql.present(emission.key.columns))
    several = _several(session, source, present, key_hash(emission), f"{name}_several")
    among = f"NOT {several.condition}"
    needed = conditions_of(emission, session.columns.always(emission.relation))
    counts = ", ".join(f"count(*) FILTER (WHERE {sql.conjunction(each)})" for each in needed)
    alone = session.database.row(f"SELECT {counts} FROM {source} WHERE {present} AND {among}")
    selects, lines = distinct_lines(session, emission, name, several.condition)
    return [wide(session, session.columns.mark(emission), among), *selects], sum(map(int, alone)) + lines


@dataclass(frozen=True, slots=True)
class _Several:
    """Rows that may be alike: a condition that says which they are, and how many."""

    condition: str
    rows: int


def _several(session: Session, source: str, where: str, identity: str, table: str) -> _Several:
    """The rows that share their identity, a hash, with another: those whose hashes agree by accident are told, too."""
    query = f"SELECT {identity} AS identity, count(*) AS n FROM {source} WHERE {where} GROUP BY 1 HAVING count(*) > 1"
    session.database.keep(table, query)
    (rows,) = session.database.row(f"SELECT coalesce(sum(n), 0) FROM {table}")
    return _Several(f"{identity} IN (SELECT identity FROM {table})", int(rows))


def distinct_lines(session: Session, emission: Emission, name: str, among: str = "") -> _Made:
    """Rows share subjects: their distinct rows often do not. `among`: a condition on the rows."""
    where = sql.conjunction([*sql.present(emission.key.columns), *([among] if among else [])])
    source = f"(SELECT * FROM {rows_sql(session, emission)} WHERE {where})"
    seen = _look(session, emission, source)
    if not seen.reduces:
        return _by_columns(session, session.columns.mark(emission), source, seen, name)
    reduced = reduce(session, [emission], name.replace("_", "-"), among)
    emission = session.columns.mark(reduced.emission)  # there are fewer cells to look at now
    if has_unique_key(session, emission, reduced.rows):
        made = count_by_maker(session, reduced, [sql.conjunction(each) for each in conditions_of(emission)])
        return [wide(session, emission)], sum(made.values())
    source = rows_sql(session, emission)
    return _by_columns(session, emission, source, _look(session, emission, source), name)


@dataclass(slots=True)
class _Group:
    """Statements that rows make alike if they are alike in these columns."""

    columns: tuple[Column, ...]
    statements: list[Statement]

    @property
    def names(self) -> str:
        return ", ".join(map(sql.column, self.columns)) or "1"

    @property
    def hash(self) -> str:
        return f"hash({self.names})"

    @property
    def present(self) -> str:
        return sql.conjunction(sql.present(self.columns))


def _grouped(emission: Emission) -> tuple[list[_Group], list[Statement]]:
    """An emission's statements by their columns, and those of which columns do not tell whether they are the same."""
    groups: dict[tuple[Column, ...], _Group] = {}
    by_text: list[Statement] = []
    twins = {n for pair in emission.twins for n in pair}
    for number, statement in enumerate(emission.statements):
        if number in twins or not is_injective(statement):
            by_text.append(statement)
        else:
            columns = tuple(sorted(statement.columns))
            groups.setdefault(columns, _Group(columns, [])).statements.append(statement)
    return list(groups.values()), by_text


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look at the rows says. Estimates decide how statements are made distinct, never whether they are."""

    reduces: bool  # there are much fewer distinct rows, or each of those makes a subject of its own
    groups: tuple[tuple[_Group, bool], ...]  # and whether nearly all rows differ in their columns


def _look(session: Session, emission: Emission, source: str) -> _Seen:
    """Count the rows of a part of the subjects, and estimate how many differ: in all columns, and in each group's."""
    every = sorted({column for term in emission.terms for column in {*term.columns, *term.requires}})
    row, key, *groups = (
        _Group(tuple(every), []),
        _Group(tuple(sorted(emission.key.columns)), []),
        *_grouped(emission)[0],
    )
    figures = [
        f"{figure} FILTER (WHERE {each.present})"
        for each in (key, *groups)
        for figure in ("count(*)", f"approx_count_distinct({each.hash})")
    ]
    part = f" WHERE {key_hash(emission)} % {_PART} = 0" if emission.key.columns else ""
    query = f"SELECT count(*), approx_count_distinct({row.hash}), {', '.join(figures)} FROM {source}{part}"
    total, rows, _, subjects, *found = map(int, session.database.row(query))
    reduces = total * _PART < MANY or rows < _MOST * total or rows < 1.1 * subjects
    pairs = zip(groups, found[::2], found[1::2], strict=True)
    return _Seen(reduces, tuple((each, there * _PART >= MANY and some > _MOST * there) for each, there, some in pairs))


def _by_columns(session: Session, emission: Emission, source: str, seen: _Seen, name: str) -> _Made:
    """Each group's distinct values as lines. Where nearly all rows differ only those that may not do are compared."""
    selects: list[str] = []
    lines = 0
    alone: list[tuple[Statement, list[str]]] = []  # those that rows make as they stand, and under which conditions
    for number, (group, is_mostly_unique) in enumerate(seen.groups):
        table, where = f"{name}_{number}", group.present
        conditions = sql.present({*group.columns} - emission.key.columns)
        if is_mostly_unique:
            (rows,) = session.database.row(f"SELECT count(*) FROM {source} WHERE {where}")
            several = _several(session, source, where, group.hash, f"{table}_several")
            if several.rows:
                conditions.append(f"NOT {several.condition}")
            where = f"{where} AND {several.condition}"
            lines += (int(rows) - several.rows) * len(group.statements)
            alone += [(statement, conditions) for statement in group.statements]
            if not several.rows:
                continue
        compared = session.database.keep(table, f"SELECT DISTINCT {group.names} FROM {source} WHERE {where}")
        lines += compared * len(group.statements)
        selects.append(lines_of(emission, group.statements, table))
    if alone:
        selects.append(lines_of(emission, [each for each, _ in alone], source, [needed for _, needed in alone]))
    if by_text := _grouped(emission)[1]:
        query = " UNION ALL ".join(lines_sql(statement, source) for statement in by_text)
        lines += session.database.keep(f"{name}_text", f"SELECT DISTINCT line FROM ({query})")
        selects.append(f"SELECT line FROM {name}_text")
    return selects, lines
