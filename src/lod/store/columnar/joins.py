"""Join the observations of columns with what the store knows, and let it judge expressions.

Whatever is not an expression that SQL judges alike, and whatever hangs on codes, is put to the store, for the distinct
values that occur: `?code skos:prefLabel ?label` for the codes of the cube, `CONTAINS(STR(?x), "…")` for the values of
?x.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, islice
from typing import Any

import duckdb
import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode

from lod.rdf.namespaces import XSD
from lod.store.columnar.algebra import NotPlanned, expression_text, term_text, variables
from lod.store.columnar.expressions import condition_sql, value_sql
from lod.store.columnar.kinds import DECIMAL, INTEGER, IRI, STRING, TERM, Kind, term_sql
from lod.store.columnar.pattern import Optional, Pattern, Test, pattern_text
from lod.store.columnar.star import Relation

MOST_VALUES = 20_000  # distinct values that the store is asked about
MOST_FOUND = 100_000  # rows that the store may find for them

_OF_DATATYPE = {XSD + "integer": INTEGER, XSD + "decimal": DECIMAL, XSD + "string": STRING}
_SQL_TYPES = {INTEGER: "BIGINT", DECIMAL: "DECIMAL(38,18)"}

_Found = list[tuple[int, list[Any]]]  # numbers of values, and what the store found for them


class Joins:
    """Works on relations in the columns' database, with tables of its own until `forget`."""

    def __init__(self, store: pyoxigraph.Store, database: duckdb.DuckDBPyConnection) -> None:
        self._store = store
        self._judge = pyoxigraph.Store()  # an empty one: expressions over values need no data
        self._database = database
        self._tables: list[str] = []
        self._number = count()

    def forget(self) -> None:
        """Drop what was put into the database."""
        for table in self._tables:
            self._database.execute(f"DROP TABLE IF EXISTS {table}")

    def join(self, relation: Relation, patterns: Sequence[Pattern], filters: str = "", how: str = "") -> None:
        """Join what the store knows of codes.

        Raises:
            NotPlanned: no variable is shared, or it is too much; so for all these.
        """
        shared = _shared(relation, patterns)
        new = sorted(variables(list(patterns)) - set(relation.names))
        values, text = self._values(relation, shared)
        found = self._ask(self._store, f"{text} {pattern_text(patterns)}{filters}", new)
        table, kinds = self._keep(found, new)
        self._attach(relation, shared, values, table, kinds, how)

    def join_optional(self, relation: Relation, optional: Optional) -> None:
        """Join what the store may know of codes (§6)."""
        new = variables(optional.patterns) - set(relation.names)
        self.join(relation, optional.patterns, f" {optional.filter}", "LEFT")
        relation.nullable |= new

    def join_values(self, relation: Relation, rows: list[dict[str, Any]]) -> bool:
        """Join VALUES (§10); False when not all of its variables are there yet."""
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
        self._semi_join(relation, names, values, self._ask(self._judge, f"{text} {listing} FILTER({same})", ()))
        return True

    def test(self, relation: Relation, test: Test) -> None:
        """Keep those for which the store knows, or does not know, what EXISTS or MINUS says of codes (§8)."""
        shared = _shared(relation, test.patterns)
        values, text = self._values(relation, shared)
        condition = f"{'' if test.is_there else 'NOT '}EXISTS {{ {pattern_text(test.patterns)} }}"
        self._semi_join(relation, shared, values, self._ask(self._store, f"{text} FILTER({condition})", ()))

    def bind(self, relation: Relation, expression: Any, variable: str) -> None:
        """Add the value of an expression; it is unbound where that is an error (§10.1)."""
        said = value_sql(expression, relation.names)
        if said is not None:
            alias = f"b{next(self._number)}"
            relation.sql = f"SELECT *, {said[0]} AS {alias} FROM ({relation.sql})"
            relation.names[variable] = (alias, said[1])
        else:
            needed = sorted(variables(expression))
            values, text = self._values(relation, needed)
            found = self._ask(self._judge, f"{text} BIND({expression_text(expression)} AS ?{variable})", [variable])
            table, kinds = self._keep(found, [variable])
            self._attach(relation, needed, values, table, kinds)
        relation.nullable.add(variable)

    def filter(self, relation: Relation, condition: Any) -> None:
        """Keep what a filter keeps; a variable that is nowhere is unbound."""
        said = condition_sql(condition, relation.names)
        if said is not None:
            relation.sql = f"SELECT * FROM ({relation.sql}) WHERE {said}"
            return
        needed = sorted(variables(condition) & set(relation.names))
        values, text = self._values(relation, needed)
        found = self._ask(self._judge, f"{text} FILTER({expression_text(condition)})", ())
        self._semi_join(relation, needed, values, found)

    def _values(self, relation: Relation, names: Sequence[str]) -> tuple[str, str]:
        """The distinct values of variables: a table of them with their numbers (k), and VALUES with ?__k."""
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

    def _ask(self, store: pyoxigraph.Store, text: str, names: Sequence[str]) -> _Found:
        """What a store finds. Blank nodes are refused: they cannot be spoken of outside."""
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

    def _keep(self, found: _Found, names: Sequence[str]) -> tuple[str, dict[str, Kind]]:
        """What was found as a table (k, c0, c1 …), and its kinds."""
        table = f"found_{next(self._number)}"
        self._tables.append(table)
        kinds, columns = {}, []
        for place, name in enumerate(names):
            terms = [row[1][place] for row in found]
            kinds[name], texts = _column_of(terms)
            columns.append(texts)
        casts = "".join(
            f", CAST(unnest($c{place}::VARCHAR[]) AS {_SQL_TYPES.get(kinds[name], 'VARCHAR')}) AS c{place}"
            for place, name in enumerate(names)
        )
        parameters: dict[str, Any] = {f"c{place}": texts for place, texts in enumerate(columns)}
        self._database.execute(
            f"CREATE TEMP TABLE {table} AS SELECT unnest($k::BIGINT[]) AS k{casts}",
            {"k": [k for k, _ in found], **parameters},
        )
        return table, kinds

    def _semi_join(self, relation: Relation, shared: Sequence[str], values: str, found: _Found) -> None:
        """Join with values as often as they were found."""
        self._attach(relation, shared, values, self._keep(found, ())[0], {})

    def _attach(
        self, relation: Relation, shared: Sequence[str], values: str, found: str, new: dict[str, Kind], how: str = ""
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


def _shared(relation: Relation, patterns: Sequence[Pattern]) -> list[str]:
    shared = sorted(variables(list(patterns)) & set(relation.names))
    if not shared or set(shared) & relation.nullable:
        raise NotPlanned("patterns that do not hang on the cube")
    return shared


def _column_of(terms: list[Any]) -> tuple[Kind, list[str | None]]:
    """The kind of terms that the store found, and their values."""
    bound = [term for term in terms if term is not None]
    kinds = {_OF_DATATYPE.get(term.datatype.value, TERM) if isinstance(term, Literal) else IRI for term in bound}
    kind = kinds.pop() if len(kinds) == 1 else TERM if kinds else STRING
    if kind == TERM or not all(isinstance(term, NamedNode | Literal) for term in bound):
        return TERM, [None if term is None else str(term) for term in terms]
    return kind, [None if term is None else term.value for term in terms]
