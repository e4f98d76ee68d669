"""Group a relation, and write the rest of its query over the rows that this makes.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §11, §18.5.1 (aggregates), §15 (order, LIMIT)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb

from lod.rdf.namespaces import XSD
from lod.store.columnar.algebra import NotPlanned
from lod.store.columnar.kinds import DECIMAL, INTEGER, IRI, NUMBERS, STRING, Kind, term_sql
from lod.store.columnar.plan import Aggregate, Plan
from lod.store.columnar.star import Relation
from lod.store.columns import quoted

MOST_ROWS = 20_000  # of a core

_DAYS = r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
_DATES = tuple(XSD + name for name in ("gYear", "gYearMonth", "date"))
_LEAST, _MOST = -(2**63), 2**63 - 1
_MOST_DECIMAL = 10**20 - 1  # what DECIMAL(38, 18) holds
_NUMBERED = (IRI, STRING, INTEGER, DECIMAL, Kind("double"), Kind("float"))  # the columns' order is that of the store

_Column = tuple[str, str, Kind]  # variable, SQL, kind


@dataclass(slots=True)
class Totals:
    """What is asked of a relation, and how."""

    plan: Plan
    relation: Relation
    database: duckdb.DuckDBPyConnection
    _before: list[str] = field(default_factory=list)  # BIND lines that finish aggregates

    def text(self) -> str:
        """The query that is left to the store (§18.5).

        Raises:
            NotPlanned: there are too many rows, or totals that columns do not tell.
        """
        plan, relation = self.plan, self.relation
        if not set(plan.keys) <= set(relation.names):
            raise NotPlanned("a variable that is not there")
        columns: list[_Column] = [(key, *relation.names[key]) for key in plan.keys]
        keys = list(dict.fromkeys(column for _, column, _ in columns))
        if plan.most is not None and plan.order:
            if plan.most > MOST_ROWS:
                raise NotPlanned(f"more than {MOST_ROWS:,} rows")
            self._keep_first(plan.most)
        for aggregate in plan.aggregates or ():
            columns += self._aggregate(aggregate)
        is_grouped = keys and (plan.aggregates is not None or plan.is_distinct)
        selected = ", ".join(f"{sql} AS x{place}" for place, (_, sql, _) in enumerate(columns))
        grouped = f" GROUP BY {', '.join(keys)}" if is_grouped else ""
        row = " || ' ' || ".join(term_sql(kind, f"x{place}") for place, (_, _, kind) in enumerate(columns))
        most = MOST_ROWS + 1 if plan.order or plan.most is None else min(plan.most, MOST_ROWS + 1)
        rows = self.database.execute(
            f"SELECT '(' || {row} || ')' FROM (SELECT {selected} FROM ({relation.sql}){grouped} LIMIT {most})"
        ).fetchall()
        if len(rows) > MOST_ROWS:
            raise NotPlanned(f"more than {MOST_ROWS:,} rows")
        names = " ".join(f"?{name}" for name, _, _ in columns)
        listed = " ".join(text for (text,) in rows)
        rest = f"{''.join(self._before)} {plan.tail}"
        return f"{plan.head} {{ VALUES ({names}) {{ {listed} }} {rest} }}{plan.end}"

    def _keep_first(self, most: int) -> None:
        """Keep the first of a relation in the order of keys, and what is level with the last of them."""
        order = [(self.relation.names[name], is_descending) for name, is_descending in self.plan.order]
        told = []
        for (column, kind), is_descending in order:
            if kind not in _NUMBERED:
                break
            told.append((column, is_descending))
        if not told or most < 1:
            return
        ways = ", ".join(f"{c} DESC NULLS LAST" if down else f"{c} ASC NULLS FIRST" for c, down in told)
        is_single = self.plan.aggregates is None and not self.plan.is_distinct
        keys = ", ".join(dict.fromkeys(self.relation.names[key][0] for key in self.plan.keys))
        source = f"({self.relation.sql})" if is_single else f"(SELECT DISTINCT {keys} FROM ({self.relation.sql}))"
        last = ", ".join(f"{column} AS l{place}" for place, (column, _) in enumerate(told))
        self.database.execute(
            f"CREATE OR REPLACE TEMP TABLE last_row AS SELECT {last} FROM {source} ORDER BY {ways} "
            f"LIMIT 1 OFFSET {most - 1}"
        )
        condition = "true"
        for place, (column, down) in reversed(list(enumerate(told))):
            other = f"l{place}"
            before = f"{column} > {other} OR ({other} IS NULL AND {column} IS NOT NULL)"
            if not down:
                before = f"{column} < {other} OR ({column} IS NULL AND {other} IS NOT NULL)"
            condition = f"({before} OR ({column} IS NOT DISTINCT FROM {other} AND {condition}))"
        counted = self.database.execute("SELECT count(*) FROM last_row").fetchone()
        if counted == (1,):
            self.relation.sql = f"SELECT r.* FROM ({self.relation.sql}) AS r, last_row WHERE {condition}"

    def _aggregate(self, aggregate: Aggregate) -> list[_Column]:
        """The columns of an aggregate, of which a row without a value spoils all but COUNT (§11.2)."""
        name, function = aggregate.name, aggregate.function
        if aggregate.variable == "*":
            if function != "Count":
                raise NotPlanned(f"{function}(*)")
            return [(name, "count(*)", INTEGER)]
        if aggregate.variable not in self.relation.names:
            raise NotPlanned("an aggregate over what is not there")
        column, kind = self.relation.names[aggregate.variable]
        distinct = "DISTINCT " if aggregate.distinct else ""
        match function:
            case "Count":
                if aggregate.is_of_expression:
                    self._refuse_errors(column)
                return [(name, f"count({distinct}{column})", INTEGER)]
            case "Sample":
                return [(name, self._sample(aggregate.variable, column), kind)]
            case "Min" | "Max":
                self._check_order(column, kind)
                return [(name, _whole(column, f"{function.lower()}({column})"), kind)]
            case "GroupConcat":
                return [(name, self._concatenated(aggregate, column), STRING)]
        return list(self._summed(aggregate, column, kind))

    def _refuse_errors(self, column: str) -> None:
        """COUNT leaves out the errors of an expression (§18.5.1.2). In the store they spoil it, as other totals."""
        if self.database.execute(f"SELECT bool_or({column} IS NULL) FROM ({self.relation.sql})").fetchone() == (True,):
            raise NotPlanned("COUNT of errors")

    def _sample(self, variable: str, column: str) -> str:
        if variable in self.plan.keys:
            return column
        if variable in self.relation.nullable:
            raise NotPlanned("SAMPLE of what may be unbound")
        return f"any_value({column})"

    def _concatenated(self, aggregate: Aggregate, column: str) -> str:
        """Texts in their own order, since any will do (§18.5.1.7). DISTINCT is of terms, so no two may read alike."""
        text, kind = self.relation.names[aggregate.text]
        if kind != STRING:
            raise NotPlanned(f"GroupConcat of {kind.name}")
        if aggregate.distinct:
            counted = (
                f"SELECT count(DISTINCT {column}) = count(DISTINCT {text}) FROM ({self.relation.sql}) "
                f"WHERE {text} IS NOT NULL"
            )
            if self.database.execute(counted).fetchone() != (True,):
                raise NotPlanned("GroupConcat of terms that read alike")
        distinct = "DISTINCT " if aggregate.distinct else ""
        joined = f"string_agg({distinct}{text}, {quoted(aggregate.separator)} ORDER BY {text})"
        return _whole(text, f"coalesce({joined}, '')")

    def _summed(self, aggregate: Aggregate, column: str, kind: Kind) -> Iterator[_Column]:
        """SUM, or what AVG is divided from."""
        if kind.name not in NUMBERS:
            raise NotPlanned(f"{aggregate.function} of {kind.name}")
        name, distinct = aggregate.name, "DISTINCT " if aggregate.distinct else ""
        least, most = (_LEAST, _MOST) if kind == INTEGER else (-_MOST_DECIMAL, _MOST_DECIMAL)
        total = f"coalesce(sum({distinct}{column}), 0)"
        beyond = "NULL" if kind == INTEGER else "error('out of range')"
        total = _whole(column, f"CASE WHEN {total} BETWEEN {least} AND {most} THEN {total} ELSE {beyond} END")
        if aggregate.function == "Sum":
            if kind == DECIMAL and not self.plan.keys:
                self._refuse_nothing(name)
            yield name, total, kind
            return
        yield f"{name}s", total, kind
        yield f"{name}n", _whole(column, f"count({distinct}{column})"), INTEGER
        self._before.append(f" BIND(IF(?{name}n = 0, 0, ?{name}s / ?{name}n) AS ?{name})")

    def _refuse_nothing(self, name: str) -> None:
        """The sum of no decimals is the integer 0: that, an ungrouped query without solutions, is left to the store."""
        counted = f"SELECT count(*) FROM (SELECT 1 FROM ({self.relation.sql}) LIMIT 1)"
        if self.database.execute(counted).fetchone() == (0,):
            raise NotPlanned(f"the sum of nothing: {name}")

    def _check_order(self, column: str, kind: Kind) -> None:
        """MIN and MAX by the columns' order, where it is that of ORDER BY (§15.1)."""
        if kind in _NUMBERED:
            return
        if kind.name == "text" and kind.datatype in _DATES:
            found = self.database.execute(
                f"SELECT bool_and(regexp_full_match({column}, '{_DAYS}')) FROM ({self.relation.sql})"
            ).fetchone()
            if found in ((True,), (None,)):
                return
        raise NotPlanned(f"the order of {kind.name}")


def _whole(column: str, value: str) -> str:
    return f"CASE WHEN count(*) = count({column}) THEN {value} END"
