"""Lists and containers as tables: one of their cells, one of the statements that lead to them.

RML-CC, https://w3id.org/rml/cc/spec. The engine makes these tables of the terms that are gathered, spelled; their
statements then are like any others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import TextOrigin
from lod.lift.plan import ROW, Cell, Column, Emission, Encoding, Joined, Relation, Scan, Statement, Term, sides
from lod.mapping.ir import (
    GatherMap,
    LogicalTarget,
    PredicateObjectMap,
    ReferencingObjectMap,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.rdf.namespaces import RDF
from lod.tables.table import Dialect, Table


@dataclass(frozen=True, slots=True)
class Bound:
    """A term over the rows of a relation; of a join, the child's rows count."""

    relation: Relation
    term: Term


Bind = Callable[[TermMap | ReferencingObjectMap], Bound | None]


@dataclass(frozen=True, slots=True)
class Gathering:
    """A gather map over the rows of a table. `name` tells its blank nodes from all others."""

    name: str
    rows: Table
    members: tuple[Bound | Gathering, ...]
    kind: str
    head: Bound | None
    graph: Bound | None
    is_product: bool
    keeps_empty: bool
    origin: TextOrigin

    @property
    def is_list(self) -> bool:
        """Whether it makes lists; else it makes containers."""
        return self.kind == RDF + "List"

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """Its terms, those of gatherings in it left out."""
        members = [each for each in self.members if isinstance(each, Bound)]
        return (*members, *(each for each in (self.head, self.graph) if each))


CELLS = ("head", "cell", "next", "membership", "value", "graph")
HEADS = ("head", "graph")
LINKS = ("subject", "predicate", "object", "graph")


@dataclass(frozen=True, slots=True)
class GatheredTable(Table):
    """Spelled terms that a gathering makes.

    Of the columns CELLS a row is a member, of HEADS a list or container, of LINKS a statement with a list or container
    at one end: `leads` are its predicate and its other end, the object if the head is the subject.
    """

    gathering: Gathering | None = None
    leads: tuple[Bound | Gathering, ...] = ()
    head_is_subject: bool = False

    @property
    def is_numbered(self) -> bool:
        """Several rows may be of one source row."""
        return True

    @property
    def inputs(self) -> Mapping[Table, frozenset[int]]:
        """The tables of all terms in it, and of the gatherings inside."""
        assert self.gathering is not None
        found: dict[Table, set[int]] = {self.gathering.rows: set()}
        for bound in _bounds((self.gathering, *self.leads)):
            tables = sides(bound.relation)
            for each in tables:
                found.setdefault(each, set())
            for column in bound.term.columns - {Column(ROW), Column(ROW, 1)}:
                found[tables[column.side]].add(column.index)
            if isinstance(bound.relation, Joined):
                for pair in bound.relation.on:
                    for table, index in zip(tables, pair, strict=True):
                        found[table].add(index)
        return {table: frozenset(columns) for table, columns in found.items()}


def _bounds(gathered: Iterable[Bound | Gathering]) -> Iterator[Bound]:
    for each in gathered:
        if isinstance(each, Gathering):
            yield from each.bounds
            yield from _bounds(member for member in each.members if isinstance(member, Gathering))
        else:
            yield each


def unnamed_head(gather_map: GatherMap, rows: Table, side: int = 0) -> Term:
    """The blank node that a row makes of a gather map without a head."""
    row = Cell(Column(ROW, side), Encoding.LABEL)
    return Term(TermType.BLANK_NODE, (f"g{_name(gather_map, rows)}x", row), gather_map.origin)


def gathered_emissions(triples_map: TriplesMap, rows: Table, bind: Bind) -> list[Emission]:
    """What a triples map says about lists and containers, and with them.

    `bind` gives a term over the source's rows; None, with findings, where it is wrong.
    """
    found: list[Emission] = []
    if triples_map.gathered:
        for graph in triples_map.gathered_in:
            gathering = _gathering(triples_map.gathered, rows, graph, bind)
            found += _structure(triples_map.name, gathering, triples_map.gathered_targets) if gathering else []
    for pom in triples_map.predicate_object_maps:
        if isinstance(pom.object, GatherMap):
            gathering = _gathering(pom.object, rows, pom.graph, bind)
            found += _structure(triples_map.name, gathering, pom.targets) if gathering else []
        if triples_map.gathered or isinstance(pom.object, GatherMap):
            found += _link(triples_map, pom, rows, bind)
    return found


def _gathering(gather_map: GatherMap, rows: Table, graph: TermMap | None, bind: Bind) -> Gathering | None:
    members = [
        _gathering(each, rows, graph, bind) if isinstance(each, GatherMap) else bind(each)
        for each in gather_map.members
    ]
    made = tuple(each for each in members if each)
    head = bind(gather_map.head) if gather_map.head else None
    place = bind(graph) if graph else None
    if len(made) < len(members) or bool(head) != bool(gather_map.head) or bool(place) != bool(graph):
        return None
    return Gathering(
        _name(gather_map, rows), rows, made, gather_map.kind, head, place,
        gather_map.is_product, gather_map.keeps_empty, gather_map.origin,
    )  # fmt: skip


def _name(gather_map: GatherMap, rows: Table) -> str:
    origin = gather_map.origin
    place = f"{origin.path}:{origin.line}:{origin.column}:{rows.digest}"
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def _structure(triples_map: str, gathering: Gathering, targets: tuple[LogicalTarget, ...]) -> list[Emission]:
    """The statements of which the lists and containers consist, those inside them included."""
    origin, found = gathering.origin, []
    cells = _table(gathering, CELLS)
    value = _spelled(CELLS, "value", origin)

    def statement(columns: tuple[str, ...], subject: str, predicate: Term, obj: Term) -> Statement:
        graph = _end(columns, "graph", gathering.graph, origin) if gathering.graph else None
        return Statement(_spelled(columns, subject, origin), predicate, obj, graph, origin, targets)

    if gathering.is_list:
        following = _spelled(CELLS, "next", origin)
        statements = [
            statement(CELLS, "cell", _constant(RDF + "first", origin), value),
            statement(CELLS, "cell", _constant(RDF + "rest", origin), following),
        ]
    else:
        typed = statement(HEADS, "head", _constant(RDF + "type", origin), _constant(gathering.kind, origin))
        found.append(Emission(triples_map, Scan(_table(gathering, HEADS)), typed.subject, (typed,)))
        statements = [statement(CELLS, "head", _spelled(CELLS, "membership", origin), value)]
    found.append(Emission(triples_map, Scan(cells), statements[0].subject, tuple(statements)))
    for member in gathering.members:
        if isinstance(member, Gathering):
            found += _structure(triples_map, member, targets)
    return found


def _link(triples_map: TriplesMap, pom: PredicateObjectMap, rows: Table, bind: Bind) -> list[Emission]:
    """The statement between a list or container and what the other end is; between two, of each with each."""
    gathered = triples_map.gathered or pom.object
    assert isinstance(gathered, GatherMap)
    gathering = _gathering(gathered, rows, pom.graph, bind)
    predicate = bind(pom.predicate)
    other: Bound | Gathering | None
    if triples_map.gathered is None:
        other = bind(triples_map.subject)
    elif isinstance(pom.object, GatherMap):
        other = _gathering(pom.object, rows, pom.graph, bind)
    else:
        other = bind(pom.object)
    if gathering is None or predicate is None or other is None:
        return []
    first = triples_map.gathered is not None
    table = _table(gathering, LINKS, (predicate, other), head_is_subject=first)
    ends = (None, predicate, other) if first else (other, predicate, None)
    names = ("subject", "predicate", "object")
    subject, relation, obj = (_end(LINKS, name, end, pom.origin) for name, end in zip(names, ends, strict=True))
    graph = _end(LINKS, "graph", gathering.graph, pom.origin) if gathering.graph else None
    statement = Statement(subject, relation, obj, graph, pom.origin, pom.targets)
    return [Emission(triples_map.name, Scan(table), subject, (statement,))]


def _table(
    gathering: Gathering,
    columns: tuple[str, ...],
    leads: tuple[Bound | Gathering, ...] = (),
    *,
    head_is_subject: bool = False,
) -> GatheredTable:
    rows = gathering.rows
    name = f"{rows.name} (rdf:{gathering.kind.rpartition('#')[2]} of line {gathering.origin.line})"
    return GatheredTable(
        name, Path(), columns, Dialect(), rows.digest, rows.size, may_be_empty=True,
        gathering=gathering, leads=leads, head_is_subject=head_is_subject,
    )  # fmt: skip


def _end(columns: tuple[str, ...], name: str, bound: Bound | Gathering | None, origin: TextOrigin) -> Term:
    """A constant as it stands: what is known of a term tells which statements cannot coincide."""
    if isinstance(bound, Bound) and not bound.term.columns:
        return bound.term
    return _spelled(columns, name, origin)


def _spelled(columns: tuple[str, ...], name: str, origin: TextOrigin) -> Term:
    cell = Cell(Column(columns.index(name)), Encoding.UNCHECKED)
    return Term(TermType.IRI, (cell,), origin, is_spelled=True)


def _constant(iri: str, origin: TextOrigin) -> Term:
    return Term(TermType.IRI, (iri,), origin)
