"""The first rows of a plan's tables beside the statements that each becomes: what a curator looks at while writing.

The few rows of a CSV are read and spelled here, by the same rules; those of other tables are read by the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lod.diagnostics import TextOrigin
from lod.lift.held import HeldTable, first_held_rows
from lod.lift.plan import ROW, Cell, Encoding, Joined, Piece, Plan, Scan, Statement, Term
from lod.lift.viewed import ViewTable, first_view_rows
from lod.mapping.ir import TermType
from lod.rdf.datatypes import LEXICAL_SPACES
from lod.rdf.iris import ABSOLUTE_IRI, iri_safe, is_absolute
from lod.rdf.languages import LANGUAGE_TAG
from lod.rdf.nquads import escape, label
from lod.tables.csv import first_rows
from lod.tables.table import Aspect, Table
from lod.wording import NOTHING, Wording, say

Cells = Sequence[str | None]
_ALL = 10_000_000


@dataclass(frozen=True, slots=True)
class PreviewStatement:
    """One statement of a row: the N-Quads line, the rule that made it, and the (column, text) of its cells.

    `refused`: why a lift would not write it, '' if it would.
    """

    line: str
    triples_map: str
    origin: TextOrigin
    cells: tuple[tuple[str, str | None], ...]
    refused: Wording = NOTHING


@dataclass(frozen=True, slots=True)
class Wanted:
    """A statement that somebody asks about: its terms as N-Quads writes them, '' for any."""

    subject: str = ""
    predicate: str = ""
    object: str = ""

    def fits(self, line: str) -> bool:
        """Whether an N-Quads line is such a statement."""
        subject, predicate, rest = line.removesuffix(" .").split(" ", 2)
        known = (self.subject in ("", subject), self.predicate in ("", predicate))
        return all(known) and (not self.object or rest == self.object or rest.startswith(self.object + " <"))


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One source row: (column, text) of its cells, None for no value, and what it becomes.

    `is_declared`: it is no row of a source; a cube file itself says it, of structures and code lists.
    """

    table: str
    row: int
    cells: tuple[tuple[str, str | None], ...]
    statements: tuple[PreviewStatement, ...]
    is_declared: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of each table. `joins`: rules that need the rows of another table, and are not shown."""

    rows: tuple[PreviewRow, ...]
    joins: tuple[TextOrigin, ...]


def preview(plan: Plan, rows: int, wanted: Wanted | None = None) -> Preview:
    """The first `rows` rows of each table and their statements, those that a lift would refuse among them.

    With `wanted`, the first rows that make such a statement, wherever they stand, and of their statements those alone.
    """
    emissions = (*plan.emissions, *plan.shared)
    joins = tuple(s.origin for e in emissions if isinstance(e.relation, Joined) for s in e.statements)
    shown = (row for table in plan.tables for row in _rows_of(plan, table, rows, wanted))
    return Preview(tuple(shown), joins)


def _rows_of(plan: Plan, table: Table, rows: int, wanted: Wanted | None) -> Iterator[PreviewRow]:
    left, is_declared = rows, isinstance(table, HeldTable) and table.path == Path()
    for row, cells in first_rows_of(plan, table, rows if wanted is None else _ALL):
        made = tuple(each for each in _statements(plan, table, row, cells) if not wanted or wanted.fits(each.line))
        if made or wanted is None:
            yield PreviewRow(table.name, row, tuple(_shown(table, cells)), made, is_declared)
            left -= 1
        if not left:
            return


def first_rows_of(plan: Plan, table: Table, rows: int) -> Iterable[tuple[int, Cells]]:
    """(row number, cells) of a table's first rows, cells by their place; those that no rule uses may be None.

    Raises:
        FindingsError: a table that only the engine can read is not well-formed.
    """
    if isinstance(table, ViewTable):
        return first_view_rows(table, rows)
    if isinstance(table, HeldTable):
        return first_held_rows(table, rows)
    if table.is_numbered:
        from lod.lift.engines.duckdb.sample import first_table_rows

        stored = () if table.json else range(table.stored)
        return first_table_rows(table, sorted({*stored, *plan.columns_of(table)}), rows)
    return first_rows(table, rows)


def _shown(table: Table, cells: Cells) -> Iterator[tuple[str, str | None]]:
    """The cells that people know: of a JSON value its text, whatever else is kept of it."""
    for place, (name, text) in enumerate(zip(table.columns, cells, strict=False)):
        if table.json is None or place >= table.stored:
            yield name, text
        elif text is not None and table.json.columns[place].aspect in (Aspect.TEXT, Aspect.NATURAL):
            yield table.json.columns[place].reference, text


def _statements(plan: Plan, table: Table, row: int, cells: Cells) -> Iterator[PreviewStatement]:
    for emission in (*plan.emissions, *plan.shared):
        if isinstance(emission.relation, Scan) and emission.relation.table == table:
            for statement in emission.statements:
                line = spell_statement(statement, row, cells)
                if line:
                    places = sorted(column.index for column in statement.columns if column.index >= 0)
                    used = tuple((_column_name(table, place), cells[place]) for place in places)
                    refused = next(filter(None, (_refused(term, row, cells) for term in statement.terms)), NOTHING)
                    yield PreviewStatement(line, emission.triples_map, statement.origin, used, refused)


def _refused(term: Term, row: int, cells: Cells) -> Wording:
    """What a value is not, though its term says so, as `lod.lift.engines.checks` has it."""
    made = [piece for piece in term.pieces if isinstance(piece, Cell)]
    value = (spell_term(term, row, cells) or "")[1:-1] if term.kind is TermType.IRI else _spell(term.pieces, row, cells)
    if term.kind is TermType.IRI and any(cell.encoding is Encoding.RAW for cell in made):
        return NOTHING if re.fullmatch(ABSOLUTE_IRI, value or "") else say("no legal IRI")
    if any(isinstance(piece, Cell) for piece in term.language):
        tag = _spell(term.language, row, cells) or ""
        return NOTHING if re.fullmatch(LANGUAGE_TAG, tag) else say("no language tag")
    datatype = "".join(piece for piece in term.datatype if isinstance(piece, str))
    space = LEXICAL_SPACES.get(datatype) if made else None
    if space is None or space.has(value or ""):
        return NOTHING
    return say("no {name}", name="xsd:" + datatype.rpartition("#")[2])


def _column_name(table: Table, place: int) -> str:
    return table.json.columns[place].reference if table.json and place < table.stored else table.columns[place]


def spell_statement(statement: Statement, row: int, cells: Cells) -> str | None:
    """The N-Quads line of a statement for one row; None where a cell is missing."""
    terms = [spell_term(term, row, cells) for term in statement.terms]
    return " ".join([*(term for term in terms if term), "."]) if all(terms) else None


def spell_term(term: Term, row: int, cells: Cells) -> str | None:
    """A term as N-Quads writes it; None where a cell is missing."""
    if any(cells[column.index] is None for column in term.requires):
        return None
    value, datatype, language = (_spell(p, row, cells) for p in (term.pieces, term.datatype, term.language))
    if value is None or datatype is None or language is None:
        return None
    if term.is_spelled:
        return value
    if term.kind is TermType.IRI:
        return f"<{value if not term.base or is_absolute(value) else term.base + value}>"
    if term.kind is TermType.BLANK_NODE:
        return f"_:{value}"
    if language:
        return f'"{value}"@{language}'
    return f'"{value}"^^<{datatype}>' if datatype else f'"{value}"'


def _spell(pieces: Sequence[Piece], row: int, cells: Cells) -> str | None:
    texts = [piece if isinstance(piece, str) else _encode(piece, row, cells) for piece in pieces]
    return None if None in texts else "".join(text for text in texts if text)


def _encode(cell: Cell, row: int, cells: Cells) -> str | None:
    text = str(row) if cell.column.index == ROW else cells[cell.column.index]
    if text is None or cell.encoding in (Encoding.RAW, Encoding.UNCHECKED):
        return text
    if cell.encoding is Encoding.ESCAPED:
        return escape(text)
    if cell.encoding is Encoding.LABEL:
        return text if cell.column.index == ROW else label(text)
    return iri_safe(text) if cell.encoding is Encoding.IRI_SAFE else quote(text, safe="-._~")
