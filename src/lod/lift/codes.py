"""Codes typed as numbers: said of a rule by its property, and of its values by those of the first rows.

A store keeps numbers by value, so a code typed as one loses what tells it from another: '01' comes back as '1'.
"""

from __future__ import annotations

import re
from collections import defaultdict

from lod.diagnostics import CellOrigin, Findings, FindingsError
from lod.lift.plan import Cell, Plan, Statement, sides
from lod.lift.preview import first_rows_of
from lod.mapping.ir import TermType
from lod.rdf.datatypes import DERIVED_INTEGERS
from lod.rdf.namespaces import DCT, SKOS, XSD
from lod.tables.table import Table
from lod.wording import Wording, say

LEADING = r"^[+-]?0[0-9]"
"""Of a number that begins with a zero."""

_CODES = {
    SKOS + "notation",
    DCT + "identifier",
    "http://www.w3.org/ns/org#identifier",
    "http://www.w3.org/ns/adms#identifier",
    "http://purl.org/dc/elements/1.1/identifier",
    "http://schema.org/identifier",
    "https://schema.org/identifier",
}
_NUMBERS = {XSD + "integer", XSD + "decimal", *DERIVED_INTEGERS}
_ROWS = 1000  # of a table that is only looked at
_LARGEST = 4 << 20  # bytes of a table that only the engine can read
_SHOWN = 3


def foresee_codes(plan: Plan, findings: Findings) -> None:
    """Say what can be said before a lift: of properties of codes, and of cells in the first rows of tables.

    Findings: LOD6020, a warning.
    """
    asked: dict[Table, list[tuple[Statement, int]]] = defaultdict(list)
    said = set()
    for emission in (*plan.emissions, *plan.shared):
        for statement in emission.statements:
            datatype, column = number_type(statement), _only_column(statement)
            if not datatype or statement.object.origin in said:
                continue
            said.add(statement.object.origin)
            if is_of_codes(statement):
                say_code(statement, datatype, findings)
            elif column is not None:
                asked[sides(emission.relation)[column.column.side]].append((statement, column.column.index))
    for table, rules in asked.items():
        if not table.is_numbered or table.size <= _LARGEST:
            _look(plan, table, rules, findings)


def number_type(statement: Statement) -> str:
    """The numeric datatype that the rule gives, '' if none or if the row decides it."""
    term = statement.object
    if term.kind is not TermType.LITERAL or term.is_spelled or not term.columns or len(term.datatype) != 1:
        return ""
    datatype = term.datatype[0]
    return datatype if isinstance(datatype, str) and datatype in _NUMBERS else ""


def is_of_codes(statement: Statement) -> bool:
    """Whether its property says of a thing what it is called by: a notation, an identifier."""
    return statement.predicate.pieces[0] in _CODES


def say_code(statement: Statement, datatype: str, findings: Findings) -> None:
    """That a property of codes is given numbers."""
    message = say(
        "codes typed as numbers: <{property}> is given values of xsd:{name}",
        property=str(statement.predicate.pieces[0]),
        name=datatype.removeprefix(XSD),
    )
    findings.warning("LOD6020", message, statement.object.origin, as_string())


def as_string() -> Wording:
    """What to do about it."""
    return say("leave the datatype out: codes are strings, '01' is not '1'")


def by_value(text: str) -> str:
    """A number's text as the store returns it."""
    sign, digits = ("-" if text.startswith("-") else ""), text.lstrip("+-")
    whole, _, rest = digits.partition(".")
    return sign + (whole.lstrip("0") or "0") + (f".{rest.rstrip('0')}" if rest.rstrip("0") else "")


def _only_column(statement: Statement) -> Cell | None:
    """The cell that is the whole value, if one is."""
    pieces = statement.object.pieces
    only = pieces[0] if len(pieces) == 1 else None
    return only if isinstance(only, Cell) and only.column.index >= 0 else None


def _look(plan: Plan, table: Table, rules: list[tuple[Statement, int]], findings: Findings) -> None:
    """Look at the first rows; a row that cannot be read is the lift's to tell."""
    leading = re.compile(LEADING)
    try:
        rows = list(first_rows_of(plan, table, _ROWS))
    except FindingsError:
        return
    for statement, place in rules:
        cells = [(row, text) for row, cells in rows if (text := cells[place]) and leading.match(text)]
        if not cells:
            continue
        message = say(
            "codes typed as numbers: {n:,} {n:value|values} in the first {rows:,} rows with zeros in front, as "
            "'{text}', which the SPARQL endpoint returns as '{value}'",
            n=len(cells),
            rows=len(rows),
            text=cells[0][1],
            value=by_value(cells[0][1]),
        )
        name = str(table.columns[place])
        shown = [CellOrigin(table.name, row, name, text) for row, text in cells[:_SHOWN]]
        findings.warning("LOD6020", message, statement.object.origin, as_string(), shown)
