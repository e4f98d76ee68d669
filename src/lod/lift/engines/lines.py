"""Selects of lines: what rows say, as N-Quads writes it. A row says all that it does as one text of several lines."""

from __future__ import annotations

from collections.abc import Sequence

from lod.lift.engines import sql
from lod.lift.engines.session import Session, rows_sql
from lod.lift.engines.survey import conditions_of
from lod.lift.plan import Emission, Statement


def wide(session: Session, emission: Emission, among: str = "") -> str:
    """Each row makes its own subject; `among` says which rows are meant."""
    needed = conditions_of(emission, session.columns.always(emission.relation))
    where = sql.conjunction([*sql.present(emission.key.columns), *([among] if among else [])])
    return lines_of(
        emission, emission.statements, f"(SELECT * FROM {rows_sql(session, emission)} WHERE {where})", needed
    )


def lines_of(
    emission: Emission, statements: Sequence[Statement], rows: str, needed: Sequence[Sequence[str]] = ()
) -> str:
    """Some of an emission's statements, for each of the rows: where a statement's conditions hold, if it has any."""
    pairs = list(zip(statements, needed or [()] * len(statements), strict=True))
    optional = [(statement, conditions) for statement, conditions in pairs if conditions]
    found: sql.Parts = _several([statement for statement, conditions in pairs if not conditions])
    for place, (statement, _) in enumerate(optional):
        found.append((f"CASE WHEN w{place} THEN {sql.concat([chr(10), *sql.line(statement, 's')])} ELSE '' END",))
    lines, where = sql.concat(found), "true"
    if len(optional) == len(pairs):  # some rows make nothing, and the others begin with a line's end
        lines, where = f"substr({lines}, 2)", " OR ".join(f"w{place}" for place in range(len(optional)))
    # conditions may look into other tables: so they are asked once
    asked = "".join(f", {sql.conjunction(each)} AS w{place}" for place, (_, each) in enumerate(optional))
    subject = sql.concat(sql.parts(emission.key))
    return f"SELECT {lines} AS line FROM (SELECT *, {subject} AS s{asked} FROM {rows}) WHERE {where}"


def _several(statements: Sequence[Statement]) -> sql.Parts:
    """The lines of statements about one subject, which is ready in a column `s`."""
    found: sql.Parts = []
    for place, statement in enumerate(statements):
        found += [*(["\n"] if place else []), *sql.line(statement, "s")]
    return found
