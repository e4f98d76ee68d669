"""Statements that several triples maps may make: made distinct together, but only where they do.

The plan says which emissions may coincide. Most never do: the tables of two years make other observations by the same
rule. One count of subjects tells, as exactly as the count that tells whether an emission's own subjects are unique.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lod.lift.engines import sql
from lod.lift.engines.reduced import as_text, renumbered, unmarked
from lod.lift.engines.session import Session, lines_sql, rows_sql
from lod.lift.passes.coincidence import is_injective, may_coincide
from lod.lift.plan import Emission, Statement

_LINES_AT_ONCE = 2_000_000
_Made = tuple[int, Emission]  # an emission of one statement, and the number of the one that it is of


def are_apart(session: Session, emissions: Sequence[Emission]) -> bool:
    """Whether no two emissions make a statement about one subject.

    Subjects are counted by their hashes: counts that agree prove it, for hashes that differ are of different subjects.
    """
    subjects = " UNION ALL ".join(
        f"SELECT DISTINCT {number} AS maker, hash({sql.concat(sql.parts(emission.key))}) AS subject "
        f"FROM {rows_sql(session, emission)} WHERE {sql.conjunction(sql.present(emission.key.columns))}"
        for number, emission in enumerate(emissions)
    )
    return bool(session.database.row(f"SELECT count(*) = count(DISTINCT subject) FROM ({subjects})")[0])


def shared_lines(
    session: Session, emissions: Sequence[Emission], lines: int, prefix: str
) -> tuple[list[str], dict[str, int]]:
    """Selects of distinct lines, and how many there are, each counted for the first triples map that makes it.

    Statements of one shape coincide where their columns do: these are compared. The others, whose spellings may
    coincide all the same, are compared as text. `lines` is how many there are before: very many texts are made distinct
    in several turns, divided by their subjects, so that memory does not bound what can be lifted.
    """
    selects: list[str] = []
    counts: dict[int, int] = {}
    total = sum(len(emission.statements) for emission in emissions)
    for number, (made, is_by_columns) in enumerate(_classes(emissions)):
        name = f"{prefix.replace('-', '_')}_{number}"
        turns = 1 if is_by_columns else 1 + lines * len(made) // max(total, 1) // _LINES_AT_ONCE
        for turn in range(turns):
            table = f"{name}_{turn}"
            if is_by_columns:
                selects.append(_distinct_columns(session, made, table))
            else:
                selects.append(_distinct_texts(session, made, table, turn, turns))
            for maker, count in session.database.rows(f"SELECT maker, count(*) FROM {table} GROUP BY 1"):
                counts[int(maker)] = counts.get(int(maker), 0) + int(count)
    return selects, by_triples_map(emissions, counts)


def by_triples_map(emissions: Sequence[Emission], counts: Mapping[int, int]) -> dict[str, int]:
    """Counts by the emissions' numbers as counts by their triples maps."""
    found: dict[str, int] = {}
    for maker, count in counts.items():
        name = emissions[maker].triples_map
        found[name] = found.get(name, 0) + count
    return found


def _classes(emissions: Sequence[Emission]) -> list[tuple[list[_Made], bool]]:
    """Statements in the classes within which they may coincide, and whether their columns tell where they do."""
    by_shape: dict[object, list[_Made]] = {}
    for maker, emission in enumerate(emissions):
        for statement in emission.statements:
            alone = Emission(emission.triples_map, emission.relation, statement.subject, (statement,))
            by_shape.setdefault(renumbered(unmarked(alone))[0].statements[0].meaning, []).append((maker, alone))
    found: list[tuple[list[_Made], bool]] = []
    for made in by_shape.values():
        first = _statement(made[0])
        meeting = [each for each in found if any(may_coincide(first, _statement(other)) for other in each[0])]
        found = [each for each in found if not any(each is other for other in meeting)]
        joined = [each for others, _ in meeting for each in others]
        found.append(([*joined, *made], not meeting and is_injective(first)))
    return found


def _statement(made: _Made) -> Statement:
    return made[1].statements[0]


def _distinct_columns(session: Session, made: Sequence[_Made], table: str) -> str:
    """The distinct rows of the columns of statements of one shape, as lines."""
    selects, width = [], 0
    for maker, emission in made:
        columns = renumbered(emission)[1]
        width = len(columns)
        chosen = [f"{as_text(column)} AS c{place}" for place, column in enumerate(columns)]
        where = sql.conjunction(sql.present(_statement((maker, emission)).columns))
        selects.append(
            f"SELECT {', '.join([*chosen, f'{maker} AS maker'])} FROM {rows_sql(session, emission)} WHERE {where}"
        )
    names = [f"c{n}" for n in range(width)]
    grouped = f"GROUP BY {', '.join(names)}" if names else "HAVING count(*) > 0"
    united = " UNION ALL ".join(selects)
    session.database.keep(table, f"SELECT {', '.join([*names, 'min(maker) AS maker'])} FROM ({united}) {grouped}")
    line = renumbered(unmarked(made[0][1]))[0].statements[0]
    return f"SELECT {sql.concat(sql.line(line))} AS line FROM {table}"


def _distinct_texts(session: Session, made: Sequence[_Made], table: str, turn: int, turns: int) -> str:
    """The distinct lines of statements, of those subjects whose turn it is."""
    queries = " UNION ALL ".join(
        f"SELECT line, {maker} AS maker FROM ({_part(session, emission, turn, turns)})" for maker, emission in made
    )
    session.database.keep(table, f"SELECT line, min(maker) AS maker FROM ({queries}) GROUP BY line")
    return f"SELECT line FROM {table}"


def _part(session: Session, emission: Emission, turn: int, turns: int) -> str:
    """The lines of a statement whose subjects' turn it is."""
    source = rows_sql(session, emission)
    if turns > 1:
        # statements that coincide have one subject, so they meet in one turn
        subject = sql.concat(sql.parts(emission.key))
        source = f"(SELECT * FROM {source} WHERE hash({subject}) % {turns} = {turn})"
    return lines_sql(emission.statements[0], source)
