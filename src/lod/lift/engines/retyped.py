"""What a store that keeps numbers by value gives back otherwise than it was written: codes, zeros, derived types.

The dumps keep every literal as written; whoever asks the SPARQL endpoint gets numbers by value. A sum loses nothing, a
code loses what tells it from another one. Asked of the engine after the survey: one query an emission.
"""

from __future__ import annotations

from collections.abc import Sequence

from lod.diagnostics import CellOrigin, Findings
from lod.lift.codes import LEADING, as_string, by_value, is_of_codes, number_type, say_code
from lod.lift.engines import sql
from lod.lift.engines.session import Session, relation_sql
from lod.lift.engines.survey import Survey
from lod.lift.plan import Column, Emission, Plan, Statement, Term, sides
from lod.rdf.datatypes import DERIVED_INTEGERS
from lod.rdf.namespaces import XSD
from lod.wording import say

# Patterns, each behind a look at one sign that few values pass: + - and 0 come before 1
_LEADING = ("{} < '1'", LEADING)
_TRAILING = ("right({}, 1) IN ('0', '.')", r"\.[0-9]*0$|\.$")
_SHOWN = 3

_Pattern = tuple[str, str]
_Told = tuple[Statement, str, _Pattern]  # what is said of a statement, its code, and the values in question


def doubt_numbers(session: Session, plan: Plan, surveys: Sequence[Survey], findings: Findings) -> None:
    """Look for numbers that are codes, and for those that come back in another spelling or type.

    Findings: LOD6020, a warning, a code typed as a number: its property says so, or a cell begins with a zero;
    info: LOD6021 decimals with zeros at the end, LOD6022 a type derived from xsd:integer.
    """
    said: set[tuple[str, object]] = set()
    for emission, seen in zip((*plan.emissions, *plan.shared), surveys, strict=True):
        asked: list[_Told] = []
        for statement, made in zip(emission.statements, seen.made, strict=True):
            datatype = number_type(statement)
            if not made or not datatype:
                continue
            if is_of_codes(statement):
                if ("LOD6020", statement.object.origin) not in said:
                    say_code(statement, datatype, findings)
                said.add(("LOD6020", statement.object.origin))
            else:
                asked.append((statement, "LOD6020", _LEADING))
            if datatype == XSD + "decimal":
                asked.append((statement, "LOD6021", _TRAILING))
            if datatype in DERIVED_INTEGERS and ("LOD6022", statement.object.origin) not in said:
                said.add(("LOD6022", statement.object.origin))
                message = say("the SPARQL endpoint returns xsd:{name} as xsd:integer", name=_short(datatype))
                hint = say("the values stay, and so do the dumps; with xsd:integer both say the same")
                findings.info("LOD6022", message, statement.object.origin, hint)
        asked = [each for each in asked if (each[1], each[0].object.origin) not in said]
        said |= {(each[1], each[0].object.origin) for each in _ask(session, emission, asked, findings)}


def _ask(session: Session, emission: Emission, asked: Sequence[_Told], findings: Findings) -> list[_Told]:
    """Count the values of all patterns in one query; returns what was said."""
    if not asked:
        return []
    conditions = [_condition(session, emission, statement, pattern) for statement, _, pattern in asked]
    source = relation_sql(session, emission.relation)
    counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    where = sql.conjunction(sql.present(emission.key.columns))
    row = session.database.row(f"SELECT {counts} FROM {source} WHERE {where}")
    told = []
    for each, condition, count in zip(asked, conditions, row, strict=True):
        if count:
            told.append(each)
            _tell(session, emission, each, (condition, int(count)), findings)
    return told


def _condition(session: Session, emission: Emission, statement: Statement, pattern: _Pattern) -> str:
    """That a row makes the statement, with a value of the pattern. A column that repeats few values is not read."""
    (look, regex), text, column = pattern, _text(statement.object), _first(statement)
    made = f"{look.format(text)} AND regexp_matches({text}, {sql.quoted(regex)})"
    if not column or statement.object.columns != {column}:
        return sql.conjunction([*sql.present(statement.columns), made])
    if not session.columns.may_meet(sides(emission.relation)[column.side], column, made):
        return "false"
    return sql.conjunction([*sql.present(statement.columns), made])


def _text(term: Term) -> str:
    """A number's text; the survey has found that a lone cell is one, so that nothing in it is escaped."""
    return sql.column(next(term.cells()).column) if len(term.pieces) == 1 else sql.value(term)


def _tell(session: Session, emission: Emission, told: _Told, found: tuple[str, int], findings: Findings) -> None:
    statement, code, _ = told
    condition, count = found
    column = _first(statement)
    row, cell = (("pr" if column.side else "r"), sql.column(column)) if column else ("r", "''")
    where = sql.conjunction([*sql.present(emission.key.columns), condition])
    rows = session.database.rows(
        f"SELECT {row}, {cell}, {_text(statement.object)} FROM {relation_sql(session, emission.relation)} "
        f"WHERE {where} ORDER BY 1 LIMIT {_SHOWN}"
    )
    cells: list[CellOrigin] = []
    if column:
        table = sides(emission.relation)[column.side]
        cells = [CellOrigin(table.name, int(n), table.columns[column.index], str(text)) for n, text, _ in rows]
    text = str(rows[0][2]) if rows else ""
    if code == "LOD6020":
        message = say(
            "codes typed as numbers: {n:,} {n:value|values} with zeros in front, as '{text}', which the SPARQL "
            "endpoint returns as '{value}'",
            n=count,
            text=text,
            value=by_value(text),
        )
        findings.warning(code, message, statement.object.origin, as_string(), cells)
        return
    message = say(
        "zeros at the end: the SPARQL endpoint returns {n:,} {n:value|values} without them, '{text}' as '{value}'",
        n=count,
        text=text,
        value=by_value(text),
    )
    hint = say("the values stay, and so do the dumps; how many digits were measured can be said by a column of its own")
    findings.info(code, message, statement.object.origin, hint, cells)


def _first(statement: Statement) -> Column | None:
    """The first column of the source in the object."""
    return min((column for column in statement.object.columns if column.index >= 0), default=None)


def _short(datatype: str) -> str:
    return datatype.removeprefix(XSD)
