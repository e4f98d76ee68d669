"""What a query says of one observation and its codes: the group graph pattern that columns answer.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §18.2 (translation to the algebra)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rdflib.paths import Path as PropertyPath
from rdflib.paths import SequencePath
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Identifier, URIRef, Variable

from lod.store.columnar.algebra import NotPlanned, expression_text, term_text, variables, without_blank

Pattern = tuple[Identifier, Identifier | PropertyPath, Identifier]


@dataclass(frozen=True, slots=True)
class Optional:
    """One OPTIONAL: its patterns and its filter as SPARQL, '' if it has none."""

    patterns: tuple[Pattern, ...]
    filter: str


@dataclass(frozen=True, slots=True)
class Test:
    """EXISTS, NOT EXISTS or MINUS: whether there is, or is not, what some patterns say of the variables `shared`."""

    patterns: tuple[Pattern, ...]
    shared: frozenset[str]
    is_there: bool


@dataclass(slots=True)
class Core:
    """What is worked out in columns. Binds and filters are expressions of the algebra."""

    patterns: list[Pattern] = field(default_factory=list)
    optionals: list[Optional] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    values: list[list[dict[str, Identifier]]] = field(default_factory=list)
    binds: list[tuple[Any, str]] = field(default_factory=list)
    filters: list[Any] = field(default_factory=list)

    def variables(self) -> set[str]:
        """Those that its solutions may have."""
        found = set(variables(self.patterns)) | {variable for _, variable in self.binds}
        for optional in self.optionals:
            found |= variables(optional.patterns)
        for rows in self.values:
            found |= {name for row in rows for name in row}
        return found

    def bind(self, expression: Any, variable: str) -> None:
        """Add one more variable.

        Raises:
            NotPlanned: it is there already, or something that it needs is not.
        """
        there = self.variables()
        if variable in there or not variables(expression) <= there:
            raise NotPlanned("BIND of or over what is not there yet")
        self.binds.append((expression, variable))


def read_core(node: CompValue) -> Core:
    """The parts of a group graph pattern: triples, OPTIONAL, MINUS, VALUES, BIND and FILTER of one group.

    Raises:
        NotPlanned: it has others, or these in an order that matters.
    """
    core, keys = Core(), list[tuple[Any, str]]()
    while node.name == "Extend" and _filters_below(node):  # keys of GROUP BY
        keys.append((node.expr, str(node.var)))
        node = node.p
    conditions = []
    if node.name == "Filter":
        conditions, node = _conditions(node.expr), node.p
    _conjunction(node, core)
    for condition in conditions:
        if isinstance(condition, CompValue) and condition.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            patterns = _existing(condition.graph)
            shared = variables(patterns) & variables(core.patterns)
            core.tests.append(Test(patterns, shared, condition.name == "Builtin_EXISTS"))
        else:
            core.filters.append(condition)
    if {key for _, key in keys} & variables(core.filters):
        raise NotPlanned("a filter over a key that is made later")
    for expression, key in reversed(keys):
        core.bind(expression, key)
    _refuse_shared(core)
    return core


def _filters_below(node: CompValue) -> bool:
    while node.name == "Extend":
        node = node.p
    return bool(node.name == "Filter")


def _conditions(expression: Any) -> list[Any]:
    """The conditions that all have to hold (§17.2: a solution passes where none is false or an error)."""
    if isinstance(expression, CompValue) and expression.name == "ConditionalAndExpression":
        return [one for part in (expression.expr, *expression.other) for one in _conditions(part)]
    return [expression]


def _conjunction(node: CompValue, core: Core) -> None:
    if node.name == "BGP":
        core.patterns += split_paths(node.triples)
    elif node.name == "Join":
        _conjunction(node.p1, core)
        if node.p2.name == "BGP":
            _refuse_optional(core, variables(node.p2.triples))
        elif core.optionals and node.p2.name != "ToMultiSet":
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
    elif node.name == "Minus" and node.p2.name == "BGP":
        _conjunction(node.p1, core)
        patterns = tuple(split_paths(node.p2.triples))
        shared = variables(patterns) & variables(core.patterns)
        if not shared:
            raise NotPlanned("MINUS of what shares nothing")
        core.tests.append(Test(patterns, shared, is_there=False))
    elif node.name == "Extend":
        _conjunction(node.p, core)
        core.bind(node.expr, str(node.var))
    elif node.name == "ToMultiSet" and isinstance(node.p, list):
        raise NotPlanned("VALUES of nothing")
    elif node.name == "ToMultiSet" and node.p.name == "values":
        rows = [{str(name): value for name, value in row.items() if value != "UNDEF"} for row in node.p.res]
        _refuse_optional(core, {name for row in rows for name in row})
        core.values.append(rows)
    else:
        raise NotPlanned(node.name)


def _refuse_optional(core: Core, names: Iterable[str]) -> None:
    """A join with what OPTIONAL may leave unbound is another thing than one before it; with all else it is the same."""
    sure = set(variables(core.patterns))
    if any(name in variables(optional.patterns) and name not in sure for optional in core.optionals for name in names):
        raise NotPlanned("patterns after OPTIONAL")


def _refuse_shared(core: Core) -> None:
    """What OPTIONAL finds, BIND makes or a test looks for is named nowhere else: so the order of all that is one."""
    sure, made = variables(core.patterns), {variable for _, variable in core.binds}
    listed = {name for rows in core.values for row in rows for name in row} - sure
    if made & sure or any((listed | made) & variables(optional.patterns) for optional in core.optionals):
        raise NotPlanned("OPTIONAL or triples of what VALUES or BIND names")
    for place, test in enumerate(core.tests):
        others = (variables(other.patterns) - other.shared for other in core.tests[:place])
        if (variables(test.patterns) - test.shared) & frozenset(core.variables()).union(*others):
            raise NotPlanned("a test of what is named elsewhere")


def _existing(group: CompValue) -> tuple[Pattern, ...]:
    """The triples of EXISTS, if it has nothing else (§8.1)."""
    inside = Core()
    _conjunction(group, inside)
    if inside != Core(inside.patterns):
        raise NotPlanned("EXISTS of more than triples")
    return tuple(inside.patterns)


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


def pattern_text(patterns: Sequence[Pattern]) -> str:
    """Triple patterns as SPARQL."""
    return " ".join(f"{term_text(s)} {term_text(p)} {term_text(o)} ." for s, p, o in patterns)
