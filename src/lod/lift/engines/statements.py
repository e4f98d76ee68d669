"""A plan's statements as lines of N-Quads, each once: rows to texts, distinct where they must be made so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lod.lift.engines import sql
from lod.lift.engines.reduced import count_by_maker, reduce, shape, unmarked
from lod.lift.engines.session import Session, lines_sql, rows_sql
from lod.lift.engines.shared import are_apart, by_triples_map, shared_lines
from lod.lift.engines.survey import Survey, conditions_of, has_unique_key, key_hash
from lod.lift.passes.coincidence import is_injective
from lod.lift.passes.distinct import circles
from lod.lift.plan import Emission, Plan, Statement


@dataclass(slots=True)
class _Output:
    """Selects of lines, and how many lines each triples map has in them."""

    selects: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, lines: Iterable[str], counts: Mapping[str, int]) -> None:
        self.selects += lines
        for triples_map, count in counts.items():
            self.counts[triples_map] = self.counts.get(triples_map, 0) + count


def write_statements(session: Session, plan: Plan, surveys: Sequence[Survey], target: Path) -> dict[str, int]:
    """Write the plan's statements, each once, as N-Quads; returns how many each triples map made.

    `surveys` are those of the plan's emissions and, after them, of its shared emissions.
    """
    output = _Output()
    seen = dict(zip((*plan.emissions, *plan.shared), surveys, strict=True))
    apart = list(plan.emissions)
    for number, circle in enumerate(circles(plan.shared)):
        if are_apart(session, circle):
            apart += circle
            continue
        output.add(*_united(session, circle, sum(seen[e].statements for e in circle), f"shared-{number}"))
    for number, emission in enumerate(apart):
        marked = session.columns.mark(emission)
        if seen[emission].is_unique:
            output.add([_wide(session, marked)], {emission.triples_map: seen[emission].statements})
        elif seen[emission].is_mostly_unique:
            output.add(*_mostly_unique(session, marked, f"distinct-{number}"))
        else:
            output.add(*_distinct(session, marked, f"distinct-{number}"))
    session.database.write(output.selects, target)
    return output.counts


def _united(session: Session, circle: Sequence[Emission], lines: int, name: str) -> tuple[list[str], dict[str, int]]:
    """Lines of emissions that make the same statements: of their distinct rows if those tell, else compared."""
    marked = [session.columns.mark(each) for each in circle]
    if len({shape(each) for each in circle}) == 1 and is_injective(circle[0].key):
        reduced = reduce(session, [unmarked(each) for each in circle], name)
        emission = session.columns.mark(reduced.emission)
        if has_unique_key(session, emission, reduced.rows):
            made = count_by_maker(session, reduced, [sql.conjunction(each) for each in conditions_of(emission)])
            return [_wide(session, emission)], by_triples_map(circle, made)
    return shared_lines(session, marked, lines, name)


def _wide(session: Session, emission: Emission, among: str = "") -> str:
    """Each row makes its own subject: one text of several lines for each row; `among` says which rows are meant."""
    needed = list(enumerate(conditions_of(emission, session.columns.always(emission.relation))))
    always = [number for number, conditions in needed if not conditions]
    optional = [(number, conditions) for number, conditions in needed if conditions]
    found: sql.Parts = _several_lines([emission.statements[number] for number in always])
    for number, conditions in optional:
        text = sql.concat(["\n", *sql.line(emission.statements[number], "s")])
        found.append((f"CASE WHEN {sql.conjunction(conditions)} THEN {text} ELSE '' END",))
    lines = sql.concat(found)
    where = [*sql.present(emission.key.columns), *([among] if among else [])]
    if not always:  # some rows make nothing, and the others begin with a line's end
        lines = f"substr({lines}, 2)"
        where.append("(" + " OR ".join(f"({sql.conjunction(conditions)})" for _, conditions in optional) + ")")
    subject = sql.concat(sql.parts(emission.key))
    source = rows_sql(session, emission)
    return f"SELECT {lines} AS line FROM (SELECT *, {subject} AS s FROM {source} WHERE {sql.conjunction(where)})"


def _several_lines(statements: Sequence[Statement]) -> sql.Parts:
    """The lines of statements about one subject, which is ready in a column `s`."""
    found: sql.Parts = []
    for place, statement in enumerate(statements):
        found += [*(["\n"] if place else []), *sql.line(statement, "s")]
    return found


def _mostly_unique(session: Session, emission: Emission, name: str) -> tuple[list[str], dict[str, int]]:
    """Few subjects have several rows: only these rows are compared, all others are written as they are.

    Subjects are told apart by their hashes. Where two agree by accident, their rows are compared, too.
    """
    table, subject = f"{name.replace('-', '_')}_several", key_hash(emission)
    source, present = rows_sql(session, emission), sql.conjunction(sql.present(emission.key.columns))
    query = f"SELECT {subject} AS subject FROM {source} WHERE {present} GROUP BY 1 HAVING count(*) > 1"
    session.database.keep(table, query)
    several = f"EXISTS (SELECT 1 FROM {table} AS t WHERE t.subject = {subject})"
    needed = conditions_of(emission, session.columns.always(emission.relation))
    counts = ", ".join(f"count(*) FILTER (WHERE {sql.conjunction(each)})" for each in needed)
    alone = session.database.row(f"SELECT {counts} FROM {source} WHERE {present} AND NOT {several}")
    selects, made = _distinct(session, emission, name, several)
    return [_wide(session, emission, f"NOT {several}"), *selects], {
        emission.triples_map: sum(map(int, alone)) + made[emission.triples_map]
    }


def _distinct(session: Session, emission: Emission, name: str, among: str = "") -> tuple[list[str], dict[str, int]]:
    """Rows share subjects: their distinct rows often do not."""
    reduced = reduce(session, [emission], name, among)
    if has_unique_key(session, reduced.emission, reduced.rows):
        made = count_by_maker(session, reduced, [sql.conjunction(each) for each in conditions_of(reduced.emission)])
        return [_wide(session, reduced.emission)], {emission.triples_map: sum(made.values())}
    found = list(_by_columns(session, reduced.emission, name.replace("-", "_")))
    return [select for select, _ in found], {emission.triples_map: sum(count for _, count in found)}


def _by_columns(session: Session, emission: Emission, prefix: str) -> Iterator[tuple[str, int]]:
    """DISTINCT over source columns, never over text, but for the statements of which columns cannot tell."""
    groups: dict[tuple[str, ...], list[Statement]] = {}
    by_text: list[Statement] = []
    twins = {n for pair in emission.twins for n in pair}
    for number, statement in enumerate(emission.statements):
        if number in twins or not is_injective(statement):
            by_text.append(statement)
        else:
            groups.setdefault(tuple(sql.column(c) for c in sorted(statement.columns)), []).append(statement)
    source = rows_sql(session, emission)
    for number, (columns, statements) in enumerate(groups.items()):
        table = f"{prefix}_{number}"
        where = sql.conjunction(sql.present(statements[0].columns))
        chosen = ", ".join(columns) or "1 AS one"
        rows = session.database.keep(table, f"SELECT DISTINCT {chosen} FROM {source} WHERE {where}")
        lines = sql.concat(_several_lines(statements))
        subject = sql.concat(sql.parts(emission.key))
        yield f"SELECT {lines} AS line FROM (SELECT *, {subject} AS s FROM {table})", rows * len(statements)
    if by_text:
        selects = " UNION ALL ".join(lines_sql(statement, source) for statement in by_text)
        rows = session.database.keep(f"{prefix}_text", f"SELECT DISTINCT line FROM ({selects})")
        yield f"SELECT line FROM {prefix}_text", rows
