"""Recognise a query whose inner part, a star over the observations of cubes, can be answered from columns.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §18.2 (translation), §18.5 (aggregates)

A planned query has two parts. The *core* is one observation with its properties, what hangs on its codes, filters, and
the grouping: DuckDB works it out, asking the store about codes and about every expression that it is not proven to
judge alike. The *rest* (HAVING, expressions over totals, ORDER BY, LIMIT) is put to the store again, over the core's
few rows as VALUES, so that arithmetic, order and spelling stay the engine's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Variable

from lod.store.columnar.algebra import NotPlanned, expression_text, parse, variables
from lod.store.columnar.pattern import Core, read_core
from lod.store.tokens import tokens_of

_AGGREGATES = {"Count", "Sum", "Avg", "Min", "Max", "Sample", "GroupConcat"}

_Made = tuple[str, str, frozenset[str]]  # variable, expression, and the variables that it needs


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate of a core: its name ('Sum'), what it is over (a variable's name, or '*'), under which name."""

    function: str
    variable: str
    distinct: bool
    name: str
    is_of_expression: bool = False
    text: str = ""  # of GROUP_CONCAT: the variable that has its texts
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A query cut in two. `keys`: the variables of the core that are wanted.

    `aggregates` is None where none are asked for: then `is_distinct` says whether each combination of keys comes once
    or as often as it has solutions. Of these the first `most` in the order of `order`, and what is level with the last
    of them, are enough; any, where there is no order; None: all are needed.
    """

    core: Core
    keys: tuple[str, ...]
    aggregates: tuple[Aggregate, ...] | None
    is_distinct: bool
    order: tuple[tuple[str, bool], ...]  # keys that ORDER BY begins with, and whether it is DESC
    most: int | None
    head: str  # SELECT …
    tail: str  # what stands behind VALUES inside the braces
    end: str  # ORDER BY …, LIMIT …


def plan(text: str, base_iri: str, selected: Sequence[str] = ()) -> Plan:
    """Cut a query in two. `selected`: its variables in the engine's order, where that matters.

    Raises:
        NotPlanned: it is of another shape.
    """
    samples = sum(token.kind == "word" and token.text.upper() == "SAMPLE" for token in tokens_of(text))
    return _Cutter(parse(text, base_iri), samples).plan(selected)


class _Cutter:
    """Takes the algebra apart from the outside in."""

    def __init__(self, algebra: CompValue, samples: int) -> None:
        self._node: CompValue = algebra.p
        self._order: list[tuple[Any, bool]] = []  # expressions of ORDER BY, and whether it is DESC
        self._known: set[str] = set()  # variables of the core that the rest speaks of
        self._made: list[str] = []  # variables that the rest makes
        self._written = samples  # how many SAMPLE the query has
        self._samples: set[tuple[str, str]] = set()  # grouping variables that are told as aggregates
        self._inside: list[tuple[Any, str]] = []  # expressions that aggregates are over, as variables

    def plan(self, selected: Sequence[str]) -> Plan:
        start, length = self._slice()
        is_distinct = self._node.name == "Distinct"
        if is_distinct:
            self._node = self._node.p
        if self._node.name != "Project":
            raise NotPlanned(self._node.name)
        wanted = tuple(str(variable) for variable in self._node.PV)
        if selected and set(selected) != set(wanted):
            raise NotPlanned("other variables than the engine selects")
        self._node = self._node.p
        self._read_order()
        extends = self._extends()
        aggregates, group, having = self._grouping(extends)
        if aggregates is None and not is_distinct and length is not None and not self._order:
            raise NotPlanned("any rows, which the store has at once")
        core = read_core(self._node)
        for expression, name in self._inside:
            core.bind(expression, name)
        inner = core.variables()
        visible = set(inner) if aggregates is None else {*group, *(a.name for a in aggregates)}
        lines = self._rest(extends, having, visible, inner)
        needed = {*wanted, *variables([expression for expression, _ in self._order])}
        if not needed <= visible:
            raise NotPlanned("a variable that is not there")
        self._known |= needed - {*self._made}
        keys = group if aggregates is not None else tuple(sorted(self._known & inner))
        if not keys and not aggregates:
            raise NotPlanned("nothing of the core is asked for")
        order, end = tuple(self._leading(keys)), self._end(start, length)
        is_cut = length is not None and having is None and (not is_distinct or set(keys) == set(wanted))
        is_cut = is_cut and bool(order or not self._order)
        return Plan(
            core,
            keys,
            None if aggregates is None else tuple(_needed(aggregates, keys, [*lines, end])),
            is_distinct,
            order,
            start + length if is_cut and length is not None else None,
            f"SELECT {'DISTINCT ' if is_distinct else ''}{' '.join(f'?{name}' for name in selected or wanted)}",
            " ".join(lines),
            end,
        )

    def _slice(self) -> tuple[int, int | None]:
        if self._node.name != "Slice":
            return 0, None
        node, self._node = self._node, self._node.p
        return int(node.start or 0), None if node.length is None else int(node.length)

    def _read_order(self) -> None:
        if self._node.name == "OrderBy":
            self._order = [(condition.expr, condition.order == "DESC") for condition in self._node.expr]
            self._node = self._node.p

    def _leading(self, keys: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
        """The keys that ORDER BY begins with."""
        for expression, is_descending in self._order:
            if not isinstance(expression, Variable) or str(expression) not in keys:
                return
            yield str(expression), is_descending

    def _end(self, start: int, length: int | None) -> str:
        order = "".join(f" {'DESC' if down else 'ASC'}({expression_text(one)})" for one, down in self._order)
        limit = f" LIMIT {length}" if length is not None else ""
        return f"{' ORDER BY' if order else ''}{order}{limit}{f' OFFSET {start}' if start else ''}"

    def _extends(self) -> list[_Made]:
        """What the rest makes: variable, expression, and the variables that it needs; innermost first."""
        found = []
        while self._node.name == "Extend":
            found.append((str(self._node.var), expression_text(self._node.expr), variables(self._node.expr)))
            self._node = self._node.p
        return found[::-1]

    def _grouping(self, extends: list[_Made]) -> tuple[tuple[Aggregate, ...] | None, tuple[str, ...], Any]:
        """Aggregates, grouping variables and the condition of HAVING; the node becomes what is grouped."""
        having = None
        if self._node.name == "Filter" and _groups_below(self._node.p):
            having, self._node = self._node.expr, self._node.p
        samples = self._extends()
        if self._node.name != "AggregateJoin":
            if samples:
                raise NotPlanned("an expression below the grouping")
            return None, (), None
        group = self._node.p
        keys = tuple(_named_keys(group))
        aggregates = tuple(self._aggregate(entry) for entry in self._node.A)
        # a bare ?key among aggregates is SAMPLE(?key) in this algebra: that is the key
        self._samples = {(a.variable, f"?{a.name}") for a in aggregates if a.function == "Sample"}
        bare = sum((variable, text) in self._samples for variable, text, _ in (*extends, *samples))
        others = any(a.function == "Sample" and a.variable not in keys for a in aggregates)
        if others and len(self._samples) - bare != self._written:  # another variable of HAVING is one, too
            raise NotPlanned("SAMPLE of what is not grouped")
        if not {(variable, text) for variable, text, _ in samples} <= self._samples:
            raise NotPlanned("an expression below the grouping")
        self._node = group.p
        return aggregates, keys, having

    def _aggregate(self, entry: CompValue) -> Aggregate:
        function, over = str(entry.name).removeprefix("Aggregate_"), entry.vars
        if function not in _AGGREGATES:
            raise NotPlanned(f"aggregate {function}")
        is_distinct = bool(entry.distinct)
        if over == "*" and is_distinct:
            raise NotPlanned("COUNT(DISTINCT *)")
        is_of_expression = over != "*" and not isinstance(over, Variable)
        if is_of_expression:
            over = self._named(over)
        told = Aggregate(function, str(over), is_distinct, str(entry.res), is_of_expression)
        if function != "GroupConcat":
            return told
        separator = " " if entry.separator is None else str(entry.separator)
        text = CompValue("Builtin_STR", arg=CompValue("Builtin_CONCAT", arg=[over]))  # an error of what is no text
        return replace(told, text=str(self._named(text)), separator=separator)

    def _named(self, expression: Any) -> Variable:
        """A variable for an expression inside an aggregate."""
        name = Variable(f"__in_{len(self._inside)}")
        self._inside.append((expression, str(name)))
        return name

    def _rest(self, extends: list[_Made], having: Any, visible: set[str], inner: set[str]) -> list[str]:
        """FILTER and BIND lines, in the order in which the algebra applies them."""
        lines = []
        if having is not None:
            if not variables(having) <= visible:
                raise NotPlanned("HAVING over what is not grouped")
            lines.append(f"FILTER({expression_text(having)})")
        for variable, text, needed in extends:
            if (variable, text) in self._samples:
                continue
            if variable in visible or not needed <= visible:
                raise NotPlanned("an expression over what is not grouped")
            self._known |= needed & inner
            lines.append(f"BIND({text} AS ?{variable})")
            visible.add(variable)
            self._made.append(variable)
        return lines


def _needed(aggregates: Iterable[Aggregate], keys: tuple[str, ...], rest: list[str]) -> Iterator[Aggregate]:
    """All but those that tell a key once more and that the rest does not speak of."""
    for aggregate in aggregates:
        is_key = aggregate.function == "Sample" and aggregate.variable in keys
        if not is_key or any(f"?{aggregate.name}" in text for text in rest):
            yield aggregate


def _groups_below(node: CompValue) -> bool:
    while node.name == "Extend":
        node = node.p
    return bool(node.name == "AggregateJoin")


def _named_keys(group: CompValue) -> Iterator[str]:
    """The variables of a grouping; an expression without a name (`GROUP BY (?y > 2000)`) gets one."""
    unnamed, node = [], group.p
    while node.name == "Extend":
        if node.var is None:
            unnamed.append(node)  # the last one first
        node = node.p
    for place, key in enumerate(group.expr or ()):
        if key is None:
            key = Variable(f"__key_{place}")
            unnamed.pop()["var"] = key
        if not isinstance(key, Variable):
            raise NotPlanned("grouping by an expression without a name")
        yield str(key)
