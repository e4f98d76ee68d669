"""Statements that several triples maps may make: made distinct together, but only where they do.

The plan says which emissions may coincide. Most never do: the tables of two years make other observations by the same
rule. One count of subjects tells, as exactly as the count that tells whether an emission's own subjects are unique.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lod.lift.engines import sql
from lod.lift.engines.session import Session, lines_sql, materialise, relation_sql
from lod.lift.plan import Emission

_LINES_AT_ONCE = 2_000_000


def are_apart(session: Session, emissions: Sequence[Emission]) -> bool:
    """Whether no two emissions make a statement about one subject.

    Subjects are counted by their hashes: counts that agree prove it, for hashes that differ are of different subjects.
    """
    subjects = " UNION ALL ".join(
        f"SELECT DISTINCT {number} AS maker, hash({sql.concat(sql.parts(emission.key))}) AS subject "
        f"FROM {relation_sql(session, emission.relation)} WHERE {sql.conjunction(sql.present(emission.key.columns))}"
        for number, emission in enumerate(emissions)
    )
    row = session.connection.execute(f"SELECT count(*) = count(DISTINCT subject) FROM ({subjects})").fetchone()
    return bool(row and row[0])


def shared_lines(
    session: Session, emissions: Sequence[Emission], lines: int, prefix: str
) -> tuple[list[str], Mapping[str, int]]:
    """Selects of distinct lines, and how many there are, each counted for the first triples map that makes it.

    `lines` is how many there are before: very many are made distinct in several turns, divided by their subjects, so
    that memory does not bound what can be lifted.
    """
    turns = 1 + lines // _LINES_AT_ONCE
    counts: dict[str, int] = {}
    selects = []
    for turn in range(turns):
        name = f"{prefix}_{turn}"
        queries = [
            f"SELECT line, {maker} AS maker FROM ({_part(session, emission, number, turn, turns)})"
            for maker, emission in enumerate(session.columns.mark(each) for each in emissions)
            for number in range(len(emission.statements))
        ]
        materialise(
            session, name, f"SELECT line, min(maker) AS maker FROM ({' UNION ALL '.join(queries)}) GROUP BY line"
        )
        for maker, count in session.connection.execute(f"SELECT maker, count(*) FROM {name} GROUP BY 1").fetchall():
            triples_map = emissions[int(maker)].triples_map
            counts[triples_map] = counts.get(triples_map, 0) + int(count)
        selects.append(f"SELECT line FROM {name}")
    return selects, counts


def _part(session: Session, emission: Emission, number: int, turn: int, turns: int) -> str:
    """The lines of a statement whose subjects' turn it is."""
    source = relation_sql(session, emission.relation)
    if turns > 1:
        # statements that coincide have one subject, so they meet in one turn
        subject = sql.concat(sql.parts(emission.key))
        source = f"(SELECT * FROM {source} WHERE hash({subject}) % {turns} = {turn})"
    return lines_sql(emission.statements[number], source)
