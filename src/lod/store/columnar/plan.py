"""Recognise a query whose inner part, a star over the observations of cubes, can be answered from columns.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §18.2 (translation), §18.5 (aggregates)

A planned query has two parts. The *core* is one observation with its properties, what hangs on its codes, filters, and
the grouping: DuckDB works it out, asking the store about codes and about every expression that it is not proven to
judge alike. The *rest* (HAVING, expressions over totals, ORDER BY, LIMIT) is put to the store again, over the core's
few rows as VALUES, so that arithmetic, order and spelling stay the engine's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rdflib.paths import Path as PropertyPath
from rdflib.paths import SequencePath
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Identifier, URIRef, Variable

from lod.store.columnar.algebra import (
    NotPlanned,
    expression_text,
    parse,
    term_text,
    variables,
    without_blank,
)
from lod.store.guard import tokens_of

_AGGREGATES = {"Count", "Sum", "Avg", "Min", "Max", "Sample"}

Pattern = tuple[Identifier, Identifier | PropertyPath, Identifier]
_Made = tuple[str, str, frozenset[str]]  # variable, expression, and the variables that it needs


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate of a core: its name ('Sum'), what it is over (a variable's name, or '*'), under which name."""

    function: str
    variable: str
    distinct: bool
    name: str


@dataclass(frozen=True, slots=True)
class Optional:
    """One OPTIONAL: its patterns and its filter as SPARQL, '' if it has none."""

    patterns: tuple[Pattern, ...]
    filter: str


@dataclass(slots=True)
class Core:
    """What is worked out in columns. Binds and filters are expressions of the algebra."""

    patterns: list[Pattern] = field(default_factory=list)
    optionals: list[Optional] = field(default_factory=list)
    values: list[list[dict[str, Identifier]]] = field(default_factory=list)
    binds: list[tuple[Any, str]] = field(default_factory=list)
    filters: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """A query cut in two. `keys`: the variables of the core that are wanted, each combination of values once.

    `aggregates` is None where DISTINCT asks for just these.
    """

    core: Core
    keys: tuple[str, ...]
    aggregates: tuple[Aggregate, ...] | None
    head: str  # SELECT …
    tail: str  # what stands behind VALUES inside the braces
    end: str  # ORDER BY …, LIMIT …
    variables: tuple[str, ...]  # of the result, in order


def plan(text: str, base_iri: str) -> Plan:
    """Cut a query in two.

    Raises:
        NotPlanned: it is of another shape.
    """
    written = sum(token.kind == "word" and token.text.upper() == "SAMPLE" for token in tokens_of(text))
    return _Cutter(parse(text, base_iri), written).plan()


class _Cutter:
    """Takes the algebra apart from the outside in."""

    def __init__(self, algebra: CompValue, samples: int) -> None:
        self._node: CompValue = algebra.p
        self._end = ""
        self._known: set[str] = set()  # variables of the core that the rest speaks of
        self._made: list[str] = []  # variables that the rest makes
        self._ordered: frozenset[str] = frozenset()  # variables of ORDER BY
        self._written = samples  # how many SAMPLE the query has
        self._samples: set[tuple[str, str]] = set()  # grouping variables that are told as aggregates

    def plan(self) -> Plan:
        slice_ = self._slice()
        is_distinct = self._node.name == "Distinct"
        if is_distinct:
            self._node = self._node.p
        if self._node.name != "Project":
            raise NotPlanned(self._node.name)
        wanted = tuple(str(variable) for variable in self._node.PV)
        self._node = self._node.p
        if self._node.name == "OrderBy":
            self._order()
        extends = self._extends()
        aggregates, group, having = self._grouping(extends)
        if aggregates is None and not is_distinct:
            raise NotPlanned("every row is asked for, which the store tells one by one")
        core = read_core(self._node)
        inner = core_variables(core)
        visible = set(inner) if aggregates is None else {*group, *(a.name for a in aggregates)}
        lines = self._rest(extends, having, visible, inner)
        if not {*wanted, *self._ordered} <= visible:
            raise NotPlanned("a variable that is not there")
        self._known |= ({*wanted} | self._ordered) - {*self._made}
        keys = group if aggregates is not None else tuple(sorted(self._known & inner))
        if not keys and not aggregates:
            raise NotPlanned("nothing of the core is asked for")
        return Plan(
            core,
            keys,
            aggregates,
            f"SELECT {'DISTINCT ' if is_distinct else ''}{' '.join(f'?{name}' for name in wanted)}",
            " ".join(lines),
            self._end + _slice_text(slice_),
            wanted,
        )

    def _slice(self) -> tuple[int, int | None] | None:
        if self._node.name != "Slice":
            return None
        node, self._node = self._node, self._node.p
        return int(node.start or 0), None if node.length is None else int(node.length)

    def _order(self) -> None:
        conditions = []
        for condition in self._node.expr:
            self._ordered |= variables(condition.expr)
            conditions.append(f"{condition.order or 'ASC'}({expression_text(condition.expr)})")
        self._end = f" ORDER BY {' '.join(conditions)}"
        self._node = self._node.p

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
        keys = tuple(str(key) for key in group.expr or () if isinstance(key, Variable))
        if len(keys) != len(group.expr or ()):
            raise NotPlanned("grouping by an expression without a name")
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
        function = str(entry.name).removeprefix("Aggregate_")
        over = entry.vars
        if function not in _AGGREGATES or not (over == "*" or isinstance(over, Variable)):
            raise NotPlanned(f"aggregate {function} over {type(over).__name__}")
        is_distinct = bool(entry.distinct)
        if over == "*" and is_distinct:
            raise NotPlanned("COUNT(DISTINCT *)")
        return Aggregate(function, str(over), is_distinct, str(entry.res))

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


def _groups_below(node: CompValue) -> bool:
    while node.name == "Extend":
        node = node.p
    return bool(node.name == "AggregateJoin")


def _slice_text(slice_: tuple[int, int | None] | None) -> str:
    if slice_ is None:
        return ""
    start, length = slice_
    return (f" LIMIT {length}" if length is not None else "") + (f" OFFSET {start}" if start else "")


def read_core(node: CompValue) -> Core:
    """The parts of a group graph pattern (§18.2.2): triples, OPTIONAL, VALUES, BIND and FILTER of one group."""
    core = Core()
    while node.name in ("Filter", "Extend"):
        if node.name == "Filter":
            core.filters.insert(0, node.expr)
        else:
            if core.filters and node.p.name == "Filter":
                raise NotPlanned("a filter inside")
            core.binds.insert(0, (node.expr, str(node.var)))
        node = node.p
    _conjunction(node, core)
    taken = core_variables(core) - {variable for _, variable in core.binds}
    for expression, variable in core.binds:
        if variable in taken or not variables(expression) <= taken:
            raise NotPlanned("BIND of or over what is not there yet")
        taken |= {variable}
    return core


def _conjunction(node: CompValue, core: Core) -> None:
    if node.name == "BGP":
        core.patterns += split_paths(node.triples)
    elif node.name == "Join":
        _conjunction(node.p1, core)
        if core.optionals and node.p2.name != "ToMultiSet":
            raise NotPlanned("patterns after OPTIONAL")
        _conjunction(node.p2, core)
    elif node.name == "LeftJoin":
        _conjunction(node.p1, core)
        if node.p2.name != "BGP":
            raise NotPlanned("OPTIONAL of more than triples")
        is_bare = isinstance(node.expr, CompValue) and node.expr.name == "TrueFilter"
        patterns = tuple(split_paths(node.p2.triples))
        if not is_bare and not variables(node.expr) <= variables(patterns):
            raise NotPlanned("OPTIONAL with a condition on what stands outside")
        core.optionals.append(Optional(patterns, "" if is_bare else f"FILTER({expression_text(node.expr)})"))
    elif node.name == "ToMultiSet" and node.p.name == "values":
        rows = [{str(name): value for name, value in row.items() if value != "UNDEF"} for row in node.p.res]
        core.values.append(rows)
    else:
        raise NotPlanned(node.name)


def split_paths(triples: Any) -> Iterator[Pattern]:
    """Triple patterns, `?o a/b ?v` cut into `?o a ?x . ?x b ?v` (§18.2.2.4), blank nodes as variables."""
    for number, (subject, predicate, value) in enumerate(triples):
        subject, value = without_blank(subject), without_blank(value)
        if isinstance(predicate, SequencePath) and isinstance(predicate.args[0], URIRef):
            between = Variable(f"__path_{number}_{abs(hash((subject, predicate, value)))}")
            yield subject, predicate.args[0], between
            rest = predicate.args[1:]
            yield between, rest[0] if len(rest) == 1 else SequencePath(*rest), value
        else:
            yield subject, predicate, value


def pattern_text(patterns: tuple[Pattern, ...] | list[Pattern]) -> str:
    """Triple patterns as SPARQL."""
    return " ".join(f"{term_text(s)} {term_text(p)} {term_text(o)} ." for s, p, o in patterns)


def core_variables(core: Core) -> set[str]:
    found = set(variables(core.patterns)) | {variable for _, variable in core.binds}
    for optional in core.optionals:
        found |= variables(optional.patterns)
    for rows in core.values:
        found |= {name for row in rows for name in row}
    return found
