"""Work out the core of a planned query over the columns, and write the rest of it over the core's rows.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/

Whatever is not a comparison that SQL judges alike, and whatever hangs on codes, is put to the store, for the distinct
values that occur: `?code skos:prefLabel ?label` for the codes of the cube, `CONTAINS(STR(?x), "…")` for the values of
?x.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, islice
from typing import Any

import duckdb
import pyoxigraph
from pyoxigraph import BlankNode, NamedNode

from lod.rdf.namespaces import XSD
from lod.store.columnar.algebra import NotPlanned, expression_text, term_text, variables
from lod.store.columnar.kinds import DECIMAL, INTEGER, IRI, NUMBERS, TERM, Kind, condition_sql, term_sql
from lod.store.columnar.plan import Aggregate, Optional, Pattern, Plan, pattern_text
from lod.store.columnar.star import Relation, StarReader, find_star
from lod.store.columns import CubeIndex

MOST_VALUES = 20_000  # distinct values that the store is asked about
MOST_ROWS = 20_000  # of a core
MOST_FOUND = 100_000  # rows that the store may find for them

_DAYS = r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
_DATES = tuple(XSD + name for name in ("gYear", "gYearMonth", "date"))
_LEAST, _MOST = -(2**63), 2**63 - 1
_SQL_TYPES = {"integer": "BIGINT"}


class Core:
    """The core of one query, worked out in the columns' database."""

    def __init__(
        self, planned: Plan, index: CubeIndex, store: pyoxigraph.Store, database: duckdb.DuckDBPyConnection
    ) -> None:
        self._plan = planned
        self._index = index
        self._store = store
        self._judge = pyoxigraph.Store()  # an empty one: expressions over values need no data
        self._database = database
        self._tables: list[str] = []
        self._number = count()

    def text(self) -> str:
        """The query that is left to the store."""
        core = self._plan.core
        star = find_star(core, self._index)
        relation = StarReader(star, self._index, self._store).read()
        filters = self._filter_natively(relation, list(core.filters))
        waiting = [rows for rows in core.values if not self._join_values(relation, rows)]
        for component in _components(star.beside, set(relation.names)):
            inside = [f for f in filters if variables(f) and variables(f) <= variables(component)]
            filters = [f for f in filters if f not in inside]
            self._join(relation, component, "".join(f" FILTER({expression_text(f)})" for f in inside))
        if not all(self._join_values(relation, rows) for rows in waiting):
            raise NotPlanned("VALUES of what is not there")
        for optional in core.optionals:
            if str(optional.patterns[0][0]) != star.observation:
                self._join_optional(relation, optional)
        for expression, variable in core.binds:
            self._bind(relation, expression, variable)
        for condition in filters:
            self._filter(relation, condition)
        return self._finish(relation)

    def forget(self) -> None:
        """Drop what was put into the database."""
        for table in self._tables:
            self._database.execute(f"DROP TABLE IF EXISTS {table}")

    def _filter_natively(self, relation: Relation, filters: list[Any]) -> list[Any]:
        """Apply what SQL judges alike, on what OPTIONAL and BIND do not touch; returns the other filters."""
        certain = {name: at for name, at in relation.names.items() if name not in relation.nullable}
        later = []
        for condition in filters:
            said = condition_sql(condition, certain)
            if said is None:
                later.append(condition)
            else:
                relation.sql = f"SELECT * FROM ({relation.sql}) WHERE {said}"
        return later

    def _values(self, relation: Relation, names: Sequence[str]) -> tuple[str, str]:
        """The distinct values of variables: a table of them with their numbers (k), and VALUES with ?__k.

        Raises:
            NotPlanned: they are too many.
        """
        table = f"values_{next(self._number)}"
        columns = [relation.names[name][0] for name in names]
        self._tables.append(table)
        listed = f"SELECT DISTINCT {', '.join(columns)} FROM ({relation.sql}) LIMIT {MOST_VALUES + 1}"
        if not columns:
            listed = "SELECT 1 AS one"
        self._database.execute(f"CREATE TEMP TABLE {table} AS SELECT row_number() OVER () AS k, * FROM ({listed})")
        counted = self._database.execute(f"SELECT count(*) FROM {table}").fetchone()
        if counted is None or counted[0] > MOST_VALUES:
            raise NotPlanned(f"more than {MOST_VALUES:,} values")
        terms = "".join(f" || ' ' || {term_sql(relation.names[name][1], relation.names[name][0])}" for name in names)
        rows = self._database.execute(f"SELECT '(' || k{terms} || ')' FROM {table}").fetchall()
        variables_ = " ".join(f"?{name}" for name in names)
        return table, f"VALUES (?__k {variables_}) {{ {' '.join(text for (text,) in rows)} }}"

    def _ask(self, store: pyoxigraph.Store, text: str, names: Sequence[str]) -> list[tuple[int, list[Any]]]:
        """The numbers of values (?__k) and what the store found for them.

        Raises:
            NotPlanned: too much was found, or blank nodes, which cannot be spoken of outside.
        """
        solutions = store.query(f"SELECT ?__k {' '.join(f'?{name}' for name in names)} {{ {text} }}")
        assert isinstance(solutions, pyoxigraph.QuerySolutions)
        rows = [[solution[name] for name in ("__k", *names)] for solution in islice(solutions, MOST_FOUND + 1)]
        del solutions  # an error that is kept would keep them, and they belong to one thread
        found = []
        for number, *terms in rows:
            if any(isinstance(term, BlankNode) for term in terms):
                raise NotPlanned("blank nodes")
            found.append((int(number.value), terms))
        if len(found) > MOST_FOUND:
            raise NotPlanned(f"more than {MOST_FOUND:,} rows beside the cube")
        return found

    def _keep(self, found: list[tuple[int, list[Any]]], names: Sequence[str]) -> tuple[str, dict[str, Kind]]:
        """What was found as a table (k, c0, c1 …), and its kinds."""
        table = f"found_{next(self._number)}"
        self._tables.append(table)
        kinds, columns = {}, []
        for place, name in enumerate(names):
            terms = [row[1][place] for row in found]
            kinds[name], texts = _column_of(terms)
            columns.append(texts)
        casts = "".join(
            f", CAST(unnest($c{place}::VARCHAR[]) AS {_SQL_TYPES.get(kinds[name].name, 'VARCHAR')}) AS c{place}"
            for place, name in enumerate(names)
        )
        parameters: dict[str, Any] = {f"c{place}": texts for place, texts in enumerate(columns)}
        self._database.execute(
            f"CREATE TEMP TABLE {table} AS SELECT unnest($k::BIGINT[]) AS k{casts}",
            {"k": [k for k, _ in found], **parameters},
        )
        return table, kinds

    def _attach(
        self, relation: Relation, shared: Sequence[str], values: str, found: str, new: dict[str, Kind], how: str
    ) -> None:
        """Join a relation with what the store found for its values."""
        alias = f"a{next(self._number)}"
        same = " AND ".join(
            f"r.{column} IS NOT DISTINCT FROM f.{column}" for column in (relation.names[name][0] for name in shared)
        )
        added = "".join(f", f.c{place} AS {alias}_{place}" for place in range(len(new)))
        selected = ", ".join(f"v.{relation.names[name][0]}" for name in shared)
        inner = f"SELECT {selected or '1 AS one'}{''.join(f', f.c{place}' for place in range(len(new)))}"
        relation.sql = (
            f"SELECT r.*{added} FROM ({relation.sql}) AS r {how} JOIN "
            f"({inner} FROM {values} AS v JOIN {found} AS f USING (k)) AS f ON {same or 'true'}"
        )
        for place, (name, kind) in enumerate(new.items()):
            relation.names[name] = (f"{alias}_{place}", kind)

    def _shared(self, relation: Relation, patterns: Sequence[Pattern]) -> list[str]:
        shared = sorted(variables(list(patterns)) & set(relation.names))
        if not shared or set(shared) & relation.nullable:
            raise NotPlanned("patterns that do not hang on the cube")
        return shared

    def _join(self, relation: Relation, patterns: Sequence[Pattern], filters: str, how: str = "") -> None:
        """Join what the store knows of codes."""
        shared = self._shared(relation, patterns)
        new = sorted(variables(list(patterns)) - set(relation.names))
        values, text = self._values(relation, shared)
        found = self._ask(self._store, f"{text} {pattern_text(list(patterns))}{filters}", new)
        table, kinds = self._keep(found, new)
        self._attach(relation, shared, values, table, kinds, how)

    def _join_optional(self, relation: Relation, optional: Optional) -> None:
        new = variables(optional.patterns) - set(relation.names)
        self._join(relation, optional.patterns, f" {optional.filter}", "LEFT")
        relation.nullable |= new

    def _join_values(self, relation: Relation, rows: list[dict[str, Any]]) -> bool:
        """Join VALUES; False when not all of its variables are there yet."""
        names = sorted({name for row in rows for name in row})
        if any(set(row) != set(names) for row in rows) or not names:
            raise NotPlanned("VALUES with UNDEF")
        if not set(names) <= set(relation.names):
            return False
        values, text = self._values(relation, names)
        fresh = {name: f"__w{place}" for place, name in enumerate(names)}
        listed = " ".join(f"({' '.join(term_text(row[name]) for name in names)})" for row in rows)
        same = " && ".join(f"sameTerm(?{name}, ?{other})" for name, other in fresh.items())
        listing = f"VALUES ({' '.join(f'?{other}' for other in fresh.values())}) {{ {listed} }}"
        found = self._ask(self._judge, f"{text} {listing} FILTER({same})", ())
        table, _ = self._keep(found, ())
        self._attach(relation, names, values, table, {}, "")
        return True

    def _bind(self, relation: Relation, expression: Any, variable: str) -> None:
        needed = sorted(variables(expression))
        values, text = self._values(relation, needed)
        found = self._ask(self._judge, f"{text} BIND({expression_text(expression)} AS ?{variable})", [variable])
        table, kinds = self._keep(found, [variable])
        self._attach(relation, needed, values, table, kinds, "")
        relation.nullable.add(variable)

    def _filter(self, relation: Relation, condition: Any) -> None:
        """Keep what a filter keeps; a variable that is nowhere is unbound."""
        said = condition_sql(condition, relation.names)
        if said is not None:
            relation.sql = f"SELECT * FROM ({relation.sql}) WHERE {said}"
            return
        needed = sorted(variables(condition) & set(relation.names))
        values, text = self._values(relation, needed)
        found = self._ask(self._judge, f"{text} FILTER({expression_text(condition)})", ())
        table, _ = self._keep(found, ())
        self._attach(relation, needed, values, table, {}, "")

    def _finish(self, relation: Relation) -> str:
        """Group, and write the rest over the rows (§18.5)."""
        if not set(self._plan.keys) <= set(relation.names):
            raise NotPlanned("a variable that is not there")
        columns = [(key, *relation.names[key]) for key in self._plan.keys]
        keys, before = [column for _, column, _ in columns], []
        for aggregate in self._plan.aggregates or ():
            parts, bind = self._aggregate(relation, aggregate)
            columns += parts
            before.append(bind)
        selected = ", ".join(f"{sql} AS x{place}" for place, (_, sql, _) in enumerate(columns))
        grouped = f" GROUP BY {', '.join(dict.fromkeys(keys))}" if keys else ""
        row = " || ' ' || ".join(term_sql(kind, f"x{place}") for place, (_, _, kind) in enumerate(columns))
        rows = self._database.execute(
            f"SELECT '(' || {row} || ')' FROM (SELECT {selected} FROM ({relation.sql}){grouped}) LIMIT {MOST_ROWS + 1}"
        ).fetchall()
        if len(rows) > MOST_ROWS:
            raise NotPlanned(f"more than {MOST_ROWS:,} rows")
        names = " ".join(f"?{name}" for name, _, _ in columns)
        listed = " ".join(text for (text,) in rows)
        rest = f"{''.join(before)} {self._plan.tail}"
        return f"{self._plan.head} {{ VALUES ({names}) {{ {listed} }} {rest} }}{self._plan.end}"

    def _aggregate(self, relation: Relation, aggregate: Aggregate) -> tuple[list[tuple[str, str, Kind]], str]:
        """The columns of an aggregate, and what the store still does. A row without a value spoils all but COUNT."""
        name, function = aggregate.name, aggregate.function
        if aggregate.variable == "*":
            if function != "Count":
                raise NotPlanned(f"{function}(*)")
            return [(name, "count(*)", INTEGER)], ""
        if aggregate.variable not in relation.names:
            raise NotPlanned("an aggregate over what is not there")
        column, kind = relation.names[aggregate.variable]
        distinct = "DISTINCT " if aggregate.distinct else ""
        if function == "Count":
            return [(name, f"count({distinct}{column})", INTEGER)], ""
        if function == "Sample":
            if aggregate.variable in self._plan.keys:
                return [(name, column, kind)], ""
            if aggregate.variable in relation.nullable:
                raise NotPlanned("SAMPLE of what may be unbound")
            return [(name, f"any_value({column})", kind)], ""
        if function in ("Min", "Max"):
            self._check_order(relation, column, kind)
            return [(name, _whole(column, f"{function.lower()}({column})"), kind)], ""
        if kind.name not in NUMBERS:
            raise NotPlanned(f"{function} of {kind.name}")
        limits = f"{_LEAST} AND {_MOST}" if kind == INTEGER else f"-{10**20} AND {10**20}"
        total = f"coalesce(sum({distinct}{column}), 0)"
        total = _whole(column, f"CASE WHEN {total} BETWEEN {limits} THEN {total} END")
        if function == "Sum":
            # nothing sums up to the integer 0, whatever the numbers would have been
            return [(name, total, kind)], "" if kind == INTEGER else self._zero(relation, name)
        parts = [(f"{name}s", total, kind), (f"{name}n", _whole(column, f"count({distinct}{column})"), INTEGER)]
        return parts, f" BIND(IF(?{name}n = 0, 0, ?{name}s / ?{name}n) AS ?{name})"

    def _zero(self, relation: Relation, name: str) -> str:
        """The sum of no decimals is the integer 0: that, an ungrouped query without solutions, is left to the store."""
        if not self._plan.keys:
            row = self._database.execute(f"SELECT count(*) FROM (SELECT 1 FROM ({relation.sql}) LIMIT 1)").fetchone()
            if row == (0,):
                raise NotPlanned(f"the sum of nothing: {name}")
        return ""

    def _check_order(self, relation: Relation, column: str, kind: Kind) -> None:
        """MIN and MAX by the columns' order, where it is that of ORDER BY (§15.1)."""
        if kind in (IRI, INTEGER, DECIMAL) or kind.name in ("double", "float"):
            return
        if kind.name == "text" and kind.datatype in _DATES:
            found = self._database.execute(
                f"SELECT bool_and(regexp_full_match({column}, '{_DAYS}')) FROM ({relation.sql})"
            ).fetchone()
            if found in ((True,), (None,)):
                return
        elif kind == Kind("text", XSD + "string"):
            return
        raise NotPlanned(f"the order of {kind.name}")


def _whole(column: str, value: str) -> str:
    return f"CASE WHEN count(*) = count({column}) THEN {value} END"


def _column_of(terms: list[Any]) -> tuple[Kind, list[str | None]]:
    """The kind of terms that the store found, and their values."""
    bound = [term for term in terms if term is not None]
    if bound and all(isinstance(term, NamedNode) for term in bound):
        return IRI, [term and term.value for term in terms]
    if bound and all(isinstance(t, pyoxigraph.Literal) and t.datatype.value == XSD + "integer" for t in bound):
        return INTEGER, [term and term.value for term in terms]
    return TERM, [None if term is None else str(term) for term in terms]


def _components(patterns: list[Pattern], known: set[str]) -> list[list[Pattern]]:
    """Patterns that hang together by variables that the star does not have."""
    components: list[tuple[set[str], list[Pattern]]] = []
    for pattern in patterns:
        names = set(variables(list(pattern))) - known
        touching = [c for c in components if c[0] & names]
        merged = (names.union(*(c[0] for c in touching)), [p for c in touching for p in c[1]] + [pattern])
        components = [c for c in components if c not in touching] + [merged]
    return [component for _, component in components]
