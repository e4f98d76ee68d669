"""What a lift will do, before any row is read: relations, and the statements that each of their rows emits.

A plan is engine-free and can be printed (`lod.lift.explain`). It knows columns by their place in a table and terms as
spellings: texts and cells that, concatenated, are the term. Engines turn it into their own language
(`lod.lift.engines`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from lod.diagnostics import TextOrigin
from lod.lift.held import HeldTable
from lod.lift.viewed import ViewTable
from lod.mapping.ir import LogicalTarget, TermType
from lod.mapping.view import Constraint
from lod.tables.table import Table


class Encoding(StrEnum):
    """How a cell's text enters a term."""

    RAW = "raw"  # as it stands: an IRI of its own, a language tag
    IRI_SAFE = "IRI-safe"  # percent-encoded but for iunreserved (`lod.rdf.iris.iri_safe`)
    URI_SAFE = "URI-safe"  # percent-encoded but for ASCII letters, digits and -._~
    LABEL = "label"  # as part of a blank node's label (`lod.rdf.nquads.label`)
    UNCHECKED = "unchecked"  # as it stands, and nobody looks whether the IRI is one
    ESCAPED = "escaped"  # as N-Quads writes a literal (`lod.rdf.nquads.escape`)


@dataclass(frozen=True, slots=True, order=True)
class Column:
    """A column of a relation: its place in the table, and the table's side (1: the parent of a join).

    `ROW` is the place of the row's own number, which no row lacks and no two rows share.
    """

    index: int
    side: int = 0


ROW = -1


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a row in a column, encoded."""

    column: Column
    encoding: Encoding
    # an engine saw that the encoding changes these values of the column alone, and to what; None: it knows nothing
    spelled: tuple[tuple[str, str], ...] | None = None


Piece = str | Cell
Meaning = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A term as a spelling. `pieces` is what stands between the brackets or quotes; texts in it are already encoded.

    `base` is not empty when the whole IRI is one cell: a value without a scheme is put behind it.
    """

    kind: TermType
    pieces: tuple[Piece, ...]
    origin: TextOrigin
    datatype: tuple[Piece, ...] = ()
    language: tuple[Piece, ...] = ()
    base: str = ""
    requires: frozenset[Column] = frozenset()  # columns that must have a value besides
    is_spelled: bool = False  # its cell is the whole term, whatever its kind, as N-Quads writes it

    @property
    def columns(self) -> frozenset[Column]:
        """The columns that must not be empty for the term to be made."""
        return frozenset(cell.column for cell in self.cells()) | self.requires

    def cells(self) -> Iterator[Cell]:
        """All cells of the spelling, datatype and language included."""
        yield from (piece for piece in (*self.pieces, *self.datatype, *self.language) if isinstance(piece, Cell))

    def with_cells(self, change: Callable[[Cell], Piece]) -> Term:
        """The term with other cells, or texts, instead of its own."""

        def changed(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
            return tuple(piece if isinstance(piece, str) else change(piece) for piece in pieces)

        return replace(
            self, pieces=changed(self.pieces), datatype=changed(self.datatype), language=changed(self.language)
        )

    def with_columns(self, change: Callable[[Column], Column]) -> Term:
        """The term over other columns."""
        moved = self.with_cells(lambda cell: replace(cell, column=change(cell.column)))
        return replace(moved, requires=frozenset(map(change, self.requires)))

    @property
    def meaning(self) -> Meaning:
        """All but the position in the text: terms of one meaning over one relation are the same for every row."""
        return (self.kind, self.pieces, self.datatype, self.language, self.base, self.requires, self.is_spelled)


@dataclass(frozen=True, slots=True)
class Statement:
    """A subject, predicate, object and, unless it goes to the default graph, graph."""

    subject: Term
    predicate: Term
    object: Term
    graph: Term | None
    origin: TextOrigin
    targets: tuple[LogicalTarget, ...] = ()  # files of their own that it goes to, instead of the output

    @property
    def terms(self) -> tuple[Term, ...]:
        """Its three or four terms."""
        return (self.subject, self.predicate, self.object, *((self.graph,) if self.graph else ()))

    def with_terms(self, change: Callable[[Term], Term]) -> Statement:
        """The statement with other terms."""
        graph = change(self.graph) if self.graph else None
        return replace(
            self,
            subject=change(self.subject),
            predicate=change(self.predicate),
            object=change(self.object),
            graph=graph,
        )

    @property
    def columns(self) -> frozenset[Column]:
        """The columns that must not be empty for the statement to be made."""
        return frozenset().union(*(term.columns for term in self.terms))

    @property
    def meaning(self) -> Meaning:
        """All but the positions in the text."""
        return (*(term.meaning for term in self.terms), *((each.path, each.beside_mapping) for each in self.targets))


@dataclass(frozen=True, slots=True)
class Scan:
    """Every row of a table."""

    table: Table


@dataclass(frozen=True, slots=True)
class Joined:
    """The rows of a child table beside the rows of a parent table whose columns are equal, pair by pair.

    Of a look-up only the child's columns are needed: its rows are those of the child that have a parent, once each.
    """

    child: Table
    parent: Table
    on: tuple[tuple[int, int], ...]
    is_lookup: bool = False


Relation = Scan | Joined


@dataclass(frozen=True, slots=True)
class Emission:
    """What each row of a relation becomes, under the name of the triples map that says so.

    If `key`, the subject, is unique over the rows, the statements are a set already but for objects that coincide
    within a row (`twins`); the engine counts once and takes the distinct way only where it must. A `shared` emission
    holds the statements that another triples map may make too: they are made distinct together.
    """

    triples_map: str
    relation: Relation
    key: Term
    statements: tuple[Statement, ...]
    twins: frozenset[tuple[int, int]] = frozenset()  # (earlier, later) statements that one row may make the same

    @property
    def terms(self) -> tuple[Term, ...]:
        """Its key and the terms of its statements."""
        return (self.key, *(term for statement in self.statements for term in statement.terms))

    def columns_of(self, table: Table) -> set[int]:
        """The columns of a table that its terms and its join need."""
        tables = sides(self.relation)
        found = {c.index for term in self.terms for c in term.columns if tables[c.side] == table}
        if isinstance(self.relation, Joined):
            found.update(pair[side] for pair in self.relation.on for side in (0, 1) if tables[side] == table)
        return found

    def with_terms(self, change: Callable[[Term], Term]) -> Emission:
        """The emission with other terms."""
        statements = tuple(statement.with_terms(change) for statement in self.statements)
        return replace(self, key=change(self.key), statements=statements)


@dataclass(frozen=True, slots=True)
class Subject:
    """How a triples map's subject and values are made: what lineage keeps."""

    triples_map: str
    table: Table
    term: Term
    statements: tuple[Statement, ...]  # those over the table alone, without joins
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class Plan:
    """Tables, and what is emitted from them. `shared`: emissions whose statements may coincide with each other's."""

    tables: tuple[Table, ...]
    emissions: tuple[Emission, ...]
    shared: tuple[Emission, ...]
    subjects: tuple[Subject, ...]
    constraints: tuple[Constraint, ...] = ()

    def columns_of(self, table: Table) -> tuple[int, ...]:
        """The columns of a table that anything needs, in their order."""
        return tuple(sorted(self._columns(table)))

    def _columns(self, table: Table) -> set[int]:
        if isinstance(table, HeldTable):
            return set(range(len(table.columns)))  # few, and lineage reads them too
        found = {n for each in self.tables for n in each.inputs.get(table, ())}
        for emission in (*self.emissions, *self.shared):
            found.update(emission.columns_of(table))
        if isinstance(table, ViewTable):
            names = (name for constraint in self.constraints for view, name in constraint.columns if view is table.view)
            found.update(map(table.columns.index, names))
        return found - {ROW}


def sides(relation: Relation) -> tuple[Table, ...]:
    """The tables of a relation, by side."""
    return (relation.table,) if isinstance(relation, Scan) else (relation.child, relation.parent)


def table_digest(table: Table) -> str:
    """SHA-256 over what a table is, but for its rows and which of its columns are needed."""
    told = (table.columns, table.first_row, table.dialect, table.json, table.computed, table.exploded)
    return hashlib.sha256(repr((type(table).__name__, table.name, *told)).encode()).hexdigest()


def map_digests(plan: Plan) -> dict[str, str]:
    """For each triples map SHA-256 over all that a plan says of it: where they are equal, equal rows make equal
    statements. Lists and containers say in front that they make other subjects than the map's own: `NESTED`.
    """
    found: dict[str, list[object]] = {each.triples_map: [] for each in plan.subjects}
    subjects = {(each.triples_map, each.table, each.term.meaning) for each in plan.subjects}
    nested: set[str] = set()
    for emission in (*plan.emissions, *plan.shared):
        name, relation, key = emission.triples_map, emission.relation, emission.key.meaning
        tables = sides(relation)
        on = (relation.on, relation.is_lookup) if isinstance(relation, Joined) else ()
        meanings = [each.meaning for each in emission.statements]
        found.setdefault(name, []).append(repr((*map(table_digest, tables), on, key, *sorted(map(repr, meanings)))))
        own = (name, tables[0], key) in subjects and all(s.subject.meaning == key for s in emission.statements)
        nested |= set() if own else {name}
    return {
        name: (NESTED if name in nested else "") + hashlib.sha256(repr(sorted(map(str, said))).encode()).hexdigest()
        for name, said in found.items()
    }


NESTED = "nested "
