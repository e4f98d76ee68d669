"""The figures of a cube, asked for by place: which codes a dimension has, which observations stand where.

RDF Data Cube: https://www.w3.org/TR/vocab-data-cube/ §6 (a place is one value a dimension; it holds one observation)

`ColumnFigures` answers from the release's columnar files (`lod.store.columns`); whoever has only the store answers the
same questions from it. DuckDB is loaded with the first cube that is opened, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.store.columns import (
    OBSERVATION,
    Column,
    Cube,
    CubeIndex,
    exact_columns,
    identifier,
    open_columns,
    origins_file,
    origins_view,
    quoted,
    view,
)

if TYPE_CHECKING:
    from lod.store.columns import Connection

Node = NamedNode | BlankNode | Literal


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation: values by property. A property with several values keeps the first."""

    iri: str
    values: dict[str, Node]


class Among(NamedTuple):
    """A dimension and the values in it that are wanted."""

    dimension: str
    values: Collection[Node]


class Figures(Protocol):
    """The observations of one dataset."""

    @property
    def count(self) -> int:
        """How many there are; where `complete` is false, at least."""
        ...

    @property
    def complete(self) -> bool:
        """Whether every observation can be asked for."""
        ...

    def members(self, dimension: str) -> list[Node]:
        """The distinct values of a dimension."""
        ...

    def present(self, fixed: Mapping[str, Node], dimensions: Sequence[str]) -> set[tuple[Node | None, ...]]:
        """The distinct places in these dimensions of the observations that have the `fixed` values."""
        ...

    def where(
        self, fixed: Mapping[str, Node], properties: Sequence[str], most: int, among: Among | None = None
    ) -> list[Observation]:
        """At most `most` observations that have the `fixed` values and one of `among`, with these properties."""
        ...

    def stretch(
        self, among: Sequence[Among], properties: Sequence[str], start: int, most: int
    ) -> tuple[int, list[Observation]]:
        """How many observations have one of the values in each of `among`, and `most` of them from `start` on.

        They come in the same order each time.
        """
        ...


@dataclass(frozen=True, slots=True)
class ColumnFigures:
    """The figures of one cube from its columnar file. May be asked from several threads."""

    database: Connection
    cube: Cube

    @property
    def count(self) -> int:
        """How many observations there are."""
        return self.cube.rows

    @property
    def complete(self) -> bool:
        """A file holds them all."""
        return True

    def members(self, dimension: str) -> list[Node]:
        """The distinct values of a dimension."""
        column = self._column(dimension)
        if column is None:
            return []
        name = identifier(column.name)
        found = self._ask(f"SELECT DISTINCT {name} FROM {view(self.cube)} WHERE {name} IS NOT NULL ORDER BY 1")
        return [to_term(column, value) for (value,) in found]

    def present(self, fixed: Mapping[str, Node], dimensions: Sequence[str]) -> set[tuple[Node | None, ...]]:
        """The distinct places in these dimensions of the observations that have the `fixed` values."""
        columns = [self._column(iri) for iri in dimensions]
        names = ", ".join("NULL" if column is None else identifier(column.name) for column in columns) or "NULL"
        conditions = " AND ".join(self._condition(iri, value) for iri, value in fixed.items()) or "true"
        found = self._ask(f"SELECT DISTINCT {names} FROM {view(self.cube)} WHERE {conditions}")
        makers = [None if column is None else maker(column) for column in columns]
        return {
            tuple(
                None if make is None or cell is None else make(cell)
                for make, cell in zip(makers, row[: len(makers)], strict=True)
            )
            for row in found
        }

    def where(
        self, fixed: Mapping[str, Node], properties: Sequence[str], most: int, among: Among | None = None
    ) -> list[Observation]:
        """At most `most` observations that have the `fixed` values and one of `among`, with these properties."""
        columns = [column for iri in properties if (column := self._column(iri)) is not None]
        conditions = [self._condition(iri, value) for iri, value in fixed.items()]
        if among is not None:
            any_of = " OR ".join(self._condition(among.dimension, value) for value in among.values)
            conditions.append(f"({any_of or 'false'})")
        limits = f"WHERE {' AND '.join(conditions)} LIMIT {most}" if conditions else f"LIMIT {most}"
        return self._observations(columns, limits)

    def stretch(
        self, among: Sequence[Among], properties: Sequence[str], start: int, most: int
    ) -> tuple[int, list[Observation]]:
        """How many observations have one of the values in each of `among`, and `most` of them from `start` on."""
        columns = [column for iri in properties if (column := self._column(iri)) is not None]
        any_of = (" OR ".join(self._condition(each.dimension, v) for v in each.values) for each in among)
        where = " AND ".join(f"({each or 'false'})" for each in any_of) or "true"
        ((total,),) = self._ask(f"SELECT count(*) FROM {view(self.cube)} WHERE {where}")
        # the file's rows keep their order, so that a place in it is one in the answer
        return total, self._observations(columns, f"WHERE {where} LIMIT {most:d} OFFSET {start:d}")

    def _observations(self, columns: Sequence[Column], limits: str) -> list[Observation]:
        names = ", ".join(identifier(name) for name in (OBSERVATION, *(column.name for column in columns)))
        found = self._ask(f"SELECT {names} FROM {view(self.cube)} {limits}")
        return _observations(columns, found)

    def counts(self, most: int) -> dict[str, dict[str, int]]:
        """How many observations each IRI stands at, by property; without the properties of more than `most` IRIs."""
        columns = [column for column in exact_columns(self.cube) if column.kind == "iri"]
        if not columns:
            return {}
        names = [identifier(column.name) for column in columns]
        sizes = self._ask(f"SELECT {', '.join(f'approx_count_distinct({n})' for n in names)} FROM {view(self.cube)}")
        few = [(column, name) for column, name, size in zip(columns, names, sizes[0], strict=True) if size <= most]
        found: dict[str, dict[str, int]] = {column.property: {} for column, _ in few}
        if few:
            listed, each = ", ".join(name for _, name in few), ", ".join(f"({name})" for _, name in few)
            rows = self._ask(f"SELECT {listed}, count(*) FROM {view(self.cube)} GROUP BY GROUPING SETS ({each})")
            for *values, count in rows:
                for (column, _), value in zip(few, values, strict=True):
                    if value is not None:
                        found[column.property][value] = count
        return found

    def following(
        self, property_iri: str, value: Node, wanted: Sequence[str], after: str, most: int
    ) -> list[Observation]:
        """At most `most` observations with a value, in the order of their IRIs, behind the IRI `after`."""
        columns = [column for iri in wanted if (column := self._column(iri)) is not None]
        names = ", ".join(identifier(name) for name in (OBSERVATION, *(column.name for column in columns)))
        behind = f"{identifier(OBSERVATION)} > {quoted(after)}"
        found = self._ask(
            f"SELECT {names} FROM {view(self.cube)} WHERE {self._condition(property_iri, value)} AND {behind} "
            f"ORDER BY {identifier(OBSERVATION)} LIMIT {most:d}"
        )
        return _observations(columns, found)

    def _column(self, property_iri: str) -> Column | None:
        column = self.cube.column(property_iri)
        return column if column is not None and column.exact else None

    def _condition(self, property_iri: str, value: Node) -> str:
        """A value as a condition. A term that the column cannot hold meets nothing."""
        column = self._column(property_iri)
        if column is None or not holds(column, value):
            return "false"
        return f"{identifier(column.name)} = TRY_CAST({quoted(value.value)} AS {column.type})"

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        with self.database.cursor() as cursor:  # a connection belongs to one thread, a cursor is one's own
            return cursor.execute(query).fetchall()


def _observations(columns: Sequence[Column], rows: Iterable[tuple[Any, ...]]) -> list[Observation]:
    """Rows that hold the observation's IRI and its values in these columns."""
    makers = [(column.property, maker(column)) for column in columns]
    return [
        Observation(
            row[0], {iri: make(cell) for (iri, make), cell in zip(makers, row[1:], strict=True) if cell is not None}
        )
        for row in rows
    ]


def holds(column: Column, value: Node) -> bool:
    """Whether a column's terms are of a value's kind, datatype and language."""
    if column.kind == "iri":
        return isinstance(value, NamedNode)
    if not isinstance(value, Literal):
        return False
    return value.datatype.value == column.datatype and (value.language or "").lower() == column.language


def maker(column: Column) -> Callable[[Any], Node]:
    """Makes a column's terms; of IRIs, which repeat, each once."""
    return lru_cache(maxsize=4096)(NamedNode) if column.kind == "iri" else partial(to_term, column)


def to_term(column: Column, value: Any) -> Node:
    """The term of a cell, as the store has it: numbers by value."""
    if column.kind == "iri":
        return NamedNode(value)
    if column.language:
        return Literal(value, language=column.language)
    return Literal(lexical(value), datatype=NamedNode(column.datatype))


def lexical(value: Any) -> str:
    """A cell in the spelling of its datatype: a decimal without zeros at its end, true and false in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


@dataclass(frozen=True, slots=True)
class ColumnFile:
    """The columnar side of one release, opened."""

    index: CubeIndex
    database: Connection

    def figures(self, dataset: str, needed: Iterable[str]) -> ColumnFigures | None:
        """The figures of a dataset; None when the columns do not tell all of the `needed` properties.

        A property that no observation has is told: it is absent.
        """
        cube = self.index.cube(dataset)
        if cube is None:
            return None
        exact = {column.property for column in exact_columns(cube)}
        inexact = {column.property for column in cube.columns} - exact
        return None if inexact & set(needed) else ColumnFigures(self.database, cube)

    def hold(self, most: int) -> None:
        """Take cubes of at most `most` rows into memory with their source cells, for who asks of each observation."""
        small = [cube for cube in self.index.cubes if cube.rows <= most]
        names = [view(cube) for cube in small]
        origins = [origins_view(cube) for cube in small if origins_file(cube) in self.index.origins]
        for number, name in enumerate([*names, *origins]):
            file = identifier(f"file {number}")
            self.database.execute(f"ALTER VIEW {name} RENAME TO {file}")
            self.database.execute(f"CREATE TABLE {name} AS FROM {file}")  # rows keep their order
        for number, name in enumerate(origins):
            self.database.execute(f"CREATE INDEX {identifier(f'index {number}')} ON {name} ({OBSERVATION})")


def open_figures(release: Path) -> ColumnFile | None:
    """The columnar side of a release folder; None where it has none.

    Raises:
        ColumnsError: LOD9202 it is there and cannot be read.
    """
    if not (release / "cubes" / "index.json").is_file():
        return None
    index, database = open_columns(release)
    return ColumnFile(index, database)
