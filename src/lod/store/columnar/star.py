"""The stars of a core: an observation variable, its properties as columns of the cubes that have them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode
from rdflib.term import Identifier, URIRef, Variable

from lod.rdf.namespaces import QB, RDF
from lod.store.columnar.algebra import NotPlanned, term_text, variables
from lod.store.columnar.kinds import IRI, Kind, constant_sql, kind_of
from lod.store.columnar.pattern import Core, Optional, Pattern, Test
from lod.store.columns import OBSERVATION, Column, Cube, CubeIndex, identifier, quoted, view

_TYPE, _DATASET = RDF + "type", QB + "dataSet"
_BY_SIZE = ("double", "float")  # 0 and -0 are two terms
_MOST_STARS = 3  # observations that are held against each other
_FEW = 200  # observations; the store has them sooner than columns are scanned


@dataclass(slots=True)
class Star:
    """What a core says of one of its observations."""

    observation: str  # the variable
    required: list[Pattern] = field(default_factory=list)
    optional: list[list[Pattern]] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)


@dataclass(slots=True)
class Stars:
    """What a core says of its observations, and what it says of all else."""

    stars: list[Star]
    beside: list[Pattern] = field(default_factory=list)
    beside_optional: list[Optional] = field(default_factory=list)
    beside_tests: list[Test] = field(default_factory=list)


@dataclass(slots=True)
class Relation:
    """Solutions as an SQL query: which column a variable is, of which kind, and which may be unbound."""

    sql: str
    names: dict[str, tuple[str, Kind]]
    nullable: set[str]


def find_stars(core: Core, index: CubeIndex) -> Stars:
    """Take the patterns about observations out of a core.

    Raises:
        NotPlanned: there are no such variables, or too many.
    """
    anchors = dict.fromkeys(s for s, p, o in core.patterns if isinstance(s, Variable) and _is_only_here(p, o, index))
    if not 1 <= len(anchors) <= _MOST_STARS:
        raise NotPlanned(f"{len(anchors)} observations")
    stars: dict[Identifier, Star] = {anchor: Star(str(anchor)) for anchor in anchors}
    found = Stars([*stars.values()])
    for pattern in core.patterns:
        (stars[pattern[0]].required if pattern[0] in stars else found.beside).append(pattern)
    for optional in core.optionals:
        star = _about(stars, optional.patterns)
        if star is None:
            found.beside_optional.append(optional)
        elif optional.filter:
            raise NotPlanned("OPTIONAL with a filter over an observation")
        else:
            star.optional.append(list(optional.patterns))
    for test in core.tests:
        star = _about(stars, test.patterns)
        (found.beside_tests if star is None else star.tests).append(test)
    every = [*core.patterns]
    for part in core.optionals:
        every += part.patterns
    for test in core.tests:
        every += test.patterns
    if any(term in stars for _, p, o in every for term in (p, o)):
        raise NotPlanned("an observation as a value")
    for star in found.stars:
        _refuse_any_value(star, core, every)
    return found


def _about(stars: Mapping[Identifier, Star], patterns: Sequence[Pattern]) -> Star | None:
    """The star of the observation that all patterns are about; None where none is about any."""
    about = {pattern[0] if pattern[0] in stars else None for pattern in patterns}
    if len(about) > 1:
        raise NotPlanned("OPTIONAL, EXISTS or MINUS over an observation and its codes")
    anchor = about.pop() if about else None
    return None if anchor is None else stars[anchor]


def _refuse_any_value(star: Star, core: Core, every: list[Pattern]) -> None:
    """What any property (`?p`) has is not told."""
    for own in star.required:
        _, predicate, value = own
        if isinstance(predicate, Variable):
            others = [pattern for pattern in every if pattern is not own]
            named = [expression for expression, _ in core.binds] + core.filters
            listed = {name for rows in core.values for row in rows for name in row}
            if str(value) in variables([(s, o) for s, _, o in others]) | variables(named) | listed:
                raise NotPlanned("the value of any property")


def _is_only_here(predicate: Any, value: Any, index: CubeIndex) -> bool:
    """Whether a pattern can only be matched by observations of the cubes."""
    if not isinstance(predicate, URIRef):
        return False
    if str(predicate) == _TYPE:
        is_class = any(str(value) in cube.types for cube in index.cubes)
        return isinstance(value, URIRef) and is_class and str(value) not in index.elsewhere
    is_column = any(cube.column(str(predicate)) for cube in index.cubes)
    return is_column and str(predicate) not in index.elsewhere


class StarReader:
    """Builds the relation of a star: the same query over every cube that has its properties, one after the other."""

    def __init__(self, star: Star, index: CubeIndex, store: pyoxigraph.Store, name: str = "") -> None:
        """`name`: what the names of its columns begin with."""
        self._star = star
        self._name = name
        self._index = index
        self._store = store
        self._variables: dict[str, int] = {}
        self._any = ""  # the variable that is any property
        for _, predicate, value in (*star.required, *(p for patterns in star.optional for p in patterns)):
            if isinstance(predicate, Variable) and isinstance(value, Variable) and not self._any:
                self._any = str(predicate)
                continue
            if not isinstance(predicate, URIRef):
                raise NotPlanned("a path or variable over an observation")
            if isinstance(value, Variable):
                if str(value) in self._variables:
                    raise NotPlanned("a variable twice")
                self._variables[str(value)] = len(self._variables)
        if self._any in self._variables or any(isinstance(p, Variable) for one in star.optional for _, p, _ in one):
            raise NotPlanned("a variable twice, or any property in OPTIONAL")
        if any(not isinstance(value, Variable) for patterns in star.optional for _, _, value in patterns):
            raise NotPlanned("OPTIONAL with a constant")
        for test in star.tests:
            names = [value for _, _, value in test.patterns if isinstance(value, Variable)]
            if len(set(names)) < len(names):
                raise NotPlanned("a variable twice")

    def read(self) -> Relation:
        """The relation.

        Raises:
            NotPlanned: some value is not told by columns, cubes differ in kinds, or the store is quicker.
        """
        constants = [(p, o, self._canonical(o)) for _, p, o in self._star.required if not isinstance(o, Variable)]
        self._refuse_few(constants)
        selects: list[str] = []
        cubes, is_shared = 0, False
        kinds: dict[str, Kind] = {}
        for cube in self._index.cubes:
            found = self._select(cube, constants)
            if found is None:
                continue
            cubes += 1
            selects += self._each_property(cube, constants) if self._any else [found[0]]
            dataset = cube.column(_DATASET)
            is_shared |= dataset is None or not dataset.exact
            for variable, kind in found[1].items():
                if kinds.setdefault(variable, kind) != kind:
                    raise NotPlanned("cubes of different kinds")
        if not selects:
            raise NotPlanned("no cube has these properties")
        if is_shared and cubes > 1:
            raise NotPlanned("observations of several datasets")
        optional = {str(o) for patterns in self._star.optional for _, _, o in patterns}
        names = {v: (f"{self._name}v{place}", kinds.get(v, IRI)) for v, place in self._variables.items()}
        names[self._star.observation] = (f"{self._name}o", IRI)
        if self._any:
            names[self._any] = (f"{self._name}p", IRI)
        return Relation(" UNION ALL ".join(selects), names, optional)

    def _each_property(self, cube: Cube, constants: list[tuple[Any, Any, Any]]) -> Iterator[str]:
        """One cube's parts where any property is asked for: a part a property. Its value is not told."""
        for column in cube.columns:
            found = self._select(cube, constants, _exact(cube, column.property))
            yield from [] if found is None else [found[0]]

    def _canonical(self, term: Identifier) -> Any:
        """A constant as the store has it."""
        solutions = self._store.query(f"SELECT ?v {{ VALUES ?v {{ {term_text(term)} }} }}")
        assert isinstance(solutions, pyoxigraph.QuerySolutions)
        return next(iter(solutions))["v"]

    def _refuse_few(self, constants: list[tuple[Any, Any, Any]]) -> None:
        for predicate, _, value in constants:
            quads = self._store.quads_for_pattern(None, NamedNode(str(predicate)), value, DefaultGraph())
            if sum(1 for _ in islice(quads, _FEW)) < _FEW:
                raise NotPlanned("a few observations, which the store has at once")

    def _select(
        self, cube: Cube, constants: list[tuple[Any, Any, Any]], asked: Column | None = None
    ) -> tuple[str, dict[str, Kind]] | None:
        """One cube's part, or None when none of its observations can match. `asked`: what they have besides."""
        conditions = [f"{identifier(asked.name)} IS NOT NULL"] if asked else []
        for predicate, value, canonical in constants:
            if str(predicate) == _TYPE and str(value) in cube.types:
                continue
            if str(predicate) == _DATASET and str(value) == cube.dataset:
                _exact(cube, _DATASET)
                continue
            if (column := _exact(cube, str(predicate))) is None:
                return None
            constant = constant_sql(kind_of(column), canonical)
            if constant is None:
                return None
            conditions.append(f"{identifier(column.name)} = {constant}")
        values, kinds = {}, {}
        for _, predicate, value in self._star.required:
            if not isinstance(value, Variable) or isinstance(predicate, Variable):
                continue
            if (column := _exact(cube, str(predicate))) is None:
                return None
            values[str(value)], kinds[str(value)] = identifier(column.name), kind_of(column)
            if column.nullable:
                conditions.append(f"{identifier(column.name)} IS NOT NULL")
        for patterns in self._star.optional:
            columns = [_exact(cube, str(predicate)) for _, predicate, _ in patterns]
            names = [identifier(column.name) for column in columns if column]
            are_there = " AND ".join(f"{name} IS NOT NULL" for name in names)
            for (_, _, value), column in zip(patterns, columns, strict=True):
                if len(names) < len(columns) or column is None:
                    values[str(value)] = "NULL"
                else:
                    values[str(value)] = f"CASE WHEN {are_there} THEN {identifier(column.name)} END"
                    kinds[str(value)] = kind_of(column)
        conditions += [self._test(cube, test) for test in self._star.tests]
        selected = "".join(f", {values[v]} AS {self._name}v{place}" for v, place in self._variables.items())
        if asked:
            selected += f", {quoted(asked.property)} AS {self._name}p"
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {OBSERVATION} AS {self._name}o{selected} FROM {view(cube)}{where}", kinds

    def _test(self, cube: Cube, test: Test) -> str:
        """Whether an observation has, or has not, certain properties (§8)."""
        parts = []
        for _, predicate, value in test.patterns:
            if not isinstance(predicate, URIRef) or str(value) in test.shared:
                raise NotPlanned("a test of what is there already")
            column = _exact(cube, str(predicate))
            if column is None:
                parts.append("false")
            elif isinstance(value, Variable):
                parts.append(f"{identifier(column.name)} IS NOT NULL")
            else:
                constant = constant_sql(kind_of(column), self._canonical(value))
                parts.append(f"coalesce({identifier(column.name)} = {constant}, false)" if constant else "false")
        return f"{'' if test.is_there else 'NOT '}({' AND '.join(parts)})"


def _exact(cube: Cube, property_iri: str) -> Column | None:
    column = cube.column(property_iri)
    if column is not None and not column.exact:
        raise NotPlanned(f"{property_iri}: {column.why}")
    return column


def join_stars(one: Relation, other: Relation) -> Relation:
    """The observations of two stars that have the same values of their common variables.

    Raises:
        NotPlanned: they have none, or SQL finds other values the same than SPARQL.
    """
    shared = one.names.keys() & other.names.keys()
    if not shared or shared & (one.nullable | other.nullable):
        raise NotPlanned("observations that share nothing")
    if any(one.names[name][1] != other.names[name][1] or one.names[name][1].name in _BY_SIZE for name in shared):
        raise NotPlanned("observations that share what is not told alike")
    same = " AND ".join(f"{one.names[name][0]} = {other.names[name][0]}" for name in sorted(shared))
    sql = f"SELECT * FROM ({one.sql}) AS one JOIN ({other.sql}) AS other ON {same}"
    return Relation(sql, {**other.names, **one.names}, one.nullable | other.nullable)
