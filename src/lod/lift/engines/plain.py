"""Which cells need no encoding? One look at each column, where repeated cells are dictionary entries, tells.

Most columns of a statistic hold nothing that an IRI or a literal would have to escape. Their cells then enter the text
as they stand, without a guard on every row: measured, half of the lift's processor time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import duckdb

from lod.lift.engines import sql
from lod.lift.plan import ROW, Cell, Emission, Encoding, Piece, Statement, Term, sides
from lod.tables.table import Table

_Column = tuple[Table, int, Encoding]


def _is_simple(index: int, encoding: Encoding) -> str:
    if encoding is Encoding.LABEL:
        return f"NOT regexp_matches(c{index}, {sql.quoted(sql.UNSAFE[encoding])})"
    return f"url_encode(c{index}) = c{index}"


@dataclass(slots=True)
class PlainCells:
    """What is known of the columns of one session's tables; `scan` is a table as SQL."""

    connection: duckdb.DuckDBPyConnection
    scan: Callable[[Table], str]
    known: dict[_Column, bool] = field(default_factory=dict)

    def mark(self, emission: Emission) -> Emission:
        """The emission with the cells marked that no row has to encode."""
        tables = sides(emission.relation)
        terms = [emission.key, *(term for statement in emission.statements for term in statement.terms)]
        cells = {
            cell for term in terms for cell in term.cells() if cell.encoding in sql.UNSAFE and cell.column.index != ROW
        }
        self._look({(tables[c.column.side], c.column.index, c.encoding) for c in cells})
        plain = {c for c in cells if self.known[tables[c.column.side], c.column.index, c.encoding]}
        statements = tuple(_marked_statement(statement, plain) for statement in emission.statements)
        return replace(emission, key=_marked(emission.key, plain), statements=statements)

    def _look(self, columns: set[_Column]) -> None:
        """One query a table for the columns of which nothing is known."""
        for table in {table for table, _, _ in columns}:
            new = sorted((index, encoding) for t, index, encoding in columns - self.known.keys() if t == table)
            if not new:
                continue
            # ASCII letters and digits need no encoding of any kind; DuckDB answers this once a dictionary entry
            simple = self._ask(table, [_is_simple(index, encoding) for index, encoding in new])
            rest = [each for each, is_simple in zip(new, simple, strict=True) if not is_simple]
            looks = [f"NOT regexp_matches(c{index}, {sql.quoted(sql.UNSAFE[encoding])})" for index, encoding in rest]
            self.known.update({(table, *each): True for each in new})
            self.known.update(
                {(table, *each): plain for each, plain in zip(rest, self._ask(table, looks), strict=True)}
            )

    def _ask(self, table: Table, conditions: list[str]) -> list[bool]:
        """Whether each condition holds for every value there is."""
        if not conditions:
            return []
        every = ", ".join(f"coalesce(bool_and({condition}), true)" for condition in conditions)
        found = self.connection.execute(f"SELECT {every} FROM {self.scan(table)}").fetchone()
        return [bool(each) for each in found or ()]


def _marked_statement(statement: Statement, plain: set[Cell]) -> Statement:
    subject, predicate, obj = (_marked(term, plain) for term in statement.terms[:3])
    graph = _marked(statement.graph, plain) if statement.graph else None
    return replace(statement, subject=subject, predicate=predicate, object=obj, graph=graph)


def _marked(term: Term, plain: set[Cell]) -> Term:
    def marked(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        return tuple(replace(piece, is_plain=True) if piece in plain else piece for piece in pieces)

    return replace(term, pieces=marked(term.pieces), datatype=marked(term.datatype), language=marked(term.language))
