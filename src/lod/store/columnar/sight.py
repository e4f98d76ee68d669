"""Whether the store is sooner than columns, by a look at a query's words and into the store's index.

To plan a query and to ask the columns takes some hundredths of a second, whatever it is about; the store takes as long
as there are observations in its way. So it has the small cubes, the questions about a few observations, and those that
a LIMIT ends soon. The look takes a fraction of a millisecond and decides nothing but who answers: a wrong guess costs
time. Figures are those of `benchmarks/columns.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph

from lod.rdf.namespaces import QB, RDF
from lod.store.columnar.joins import MOST_VALUES
from lod.store.columnar.totals import MOST_ROWS
from lod.store.columns import CubeIndex
from lod.store.guard import Query
from lod.store.rewriting.outline import Outline, Span, Unreadable
from lod.store.rewriting.reader import outline
from lod.store.rewriting.tokens import closing
from lod.store.tokens import Token

FEW = 500  # observations
_FEW_CODES = 20
_NEVER = frozenset({"UNION", "GRAPH", "FROM"})  # what no plan has
_OF_ALL = frozenset({"ORDER", "GROUP", "DISTINCT", "COUNT", "SUM", "AVG", "MIN", "MAX"})  # what no LIMIT ends soon
_LATER = frozenset(
    {"GROUP", "ORDER", "OFFSET", "FILTER", "OPTIONAL", "BIND", "VALUES", "COUNT", "SUM", "AVG", "MIN", "MAX"}
)
_PERHAPS = frozenset({"OPTIONAL", "MINUS", "EXISTS"})
_CHOOSING = frozenset({"ORDER", "HAVING"})  # what needs all rows before a LIMIT
_CLASS = (RDF + "type", QB + "dataSet")
_SCAN, _STEP = 0.25e-6, 4e-6  # seconds that the store takes for an observation: of one pattern, for each more
_PLAN, _COLUMN = 0.008, 0.0025  # seconds that columns take: at all, for each pattern
_JUDGE, _CODES = 0.008, 0.02  # likewise for each condition, for what is said of codes
_ASKED, _JOINED = 6e-6, 0.5e-6  # for each value that the store is asked about, each observation of a GROUP_CONCAT
_WRITTEN = 2.5e-6  # for each term that columns tell, since the store reads it again
_NAMES = ("word", "name", "iri")  # of functions
_OVER = frozenset({"FILTER", "BIND", "COUNT", "SUM", "AVG", "MIN", "MAX", "GROUP_CONCAT"})  # what stands before a value
_TOLD = _OVER - {"GROUP_CONCAT"} | {"BOUND", "IN", "IF", "COALESCE", "STR"}  # what SQL says of values


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One triple pattern: its terms as written, its verb as an IRI where it is one."""

    subject: str
    verb: str | None
    object: str
    is_of_subject: bool  # which is constant
    is_of_object: bool  # likewise


class Sight:
    """Looks at queries to one release."""

    def __init__(self, index: CubeIndex, store: pyoxigraph.Store, distinct: Callable[[str], int]) -> None:
        """`distinct`: how many values a property has in the columns, nearly."""
        self._index = index
        self._store = store
        self._distinct = distinct
        self._columns = {column.property for cube in index.cubes for column in cube.columns}
        self._odd = {c.property for cube in index.cubes for c in cube.columns if c.type in ("DOUBLE", "FLOAT")}

    def why_the_store(self, query: Query) -> str:
        """Why the store is sooner; '' where it is not, or nothing can be said."""
        try:
            found = outline(query.text)
        except Unreadable:
            return ""
        words = [token.text.upper() for token in found.tokens[found.form :] if token.kind == "word"]
        if not _NEVER.isdisjoint(words):
            return "a form of query that the store answers"
        patterns = list(_patterns(found, query))
        if _OF_ALL.isdisjoint(words) and ("LIMIT" in words or len(patterns) == 1):
            return "any rows, which the store has at once"
        verbs = {pattern.verb for pattern in patterns if pattern.verb in self._columns}
        rows = sum(c.rows for c in self._index.cubes if verbs <= {column.property for column in c.columns})
        if not patterns or not rows:
            return ""
        if self._asks_what_no_cube_has(patterns, words):
            return "no cube has these properties"
        judged = self._columns.intersection(_judged(found, patterns, self._odd))
        asked = max(map(self._distinct, judged), default=0)
        if asked > MOST_VALUES:
            return "more values than the store is asked about"
        in_columns = self._in_columns(patterns, words) + _ASKED * asked + _JOINED * rows * ("GROUP_CONCAT" in words)
        more = self._in_the_store(found, query, patterns, words, rows) - in_columns
        chosen = _chosen(found)
        if more < 0 or (
            more < MOST_ROWS * len(chosen) * _WRITTEN
            and more < self._told(query, patterns, words, chosen, rows) * len(chosen) * _WRITTEN
        ):
            return "as many observations as the store has sooner"
        if self._is_about_few(found, patterns):
            return "a few observations, which the store has at once"
        return ""

    def _in_columns(self, patterns: list[_Pattern], words: list[str]) -> float:
        """About how many seconds columns take."""
        is_beside = any(pattern.verb not in self._columns and pattern.verb not in _CLASS for pattern in patterns)
        conditions = sum(word in ("FILTER", "HAVING", "VALUES", "GROUP_CONCAT") for word in words)
        return _PLAN + _COLUMN * len(patterns) + _JUDGE * conditions + _CODES * is_beside

    def _asks_what_no_cube_has(self, patterns: list[_Pattern], words: list[str]) -> bool:
        """Whether an observation has to have a property that is no column."""
        ours = self._columns - self._index.elsewhere
        observations = {pattern.subject for pattern in patterns if pattern.verb in ours}
        known = {None, *_CLASS, *self._columns}
        return _PERHAPS.isdisjoint(words) and any(p.subject in observations and p.verb not in known for p in patterns)

    def _told(
        self, query: Query, patterns: list[_Pattern], words: list[str], chosen: list[str | None], rows: int
    ) -> int:
        """How many rows columns tell at most."""
        told = rows
        if not _OF_ALL.isdisjoint({*words} - {"ORDER"}):
            told, verbs = 1, {pattern.object: pattern.verb for pattern in patterns if pattern.verb in self._columns}
            subjects = {pattern.subject for pattern in patterns if pattern.verb in self._columns}
            for variable in chosen:
                verb = verbs.get(variable or "")
                told *= rows if variable in subjects else 1 if verb is None else self._distinct(verb)
        elif "ORDER" in words and query.limit is not None:
            told = query.limit
        if query.limit is not None and _CHOOSING.isdisjoint(words):
            told = min(told, query.limit)
        return min(told, rows, MOST_ROWS)

    def _in_the_store(
        self, found: Outline, query: Query, patterns: list[_Pattern], words: list[str], rows: int
    ) -> float:
        """About how many seconds the store takes."""
        equal = dict(_equals(found))
        listed = {**dict(_listed(found)), **dict.fromkeys(equal, 1)}
        shares: dict[str, float] = {}  # of its observations that each variable may be
        for pattern in patterns:
            if pattern.verb in self._columns:
                shares.setdefault(pattern.subject, 1.0)
                codes = 1 if pattern.is_of_object else listed.get(pattern.object, 0)
                if codes and pattern.verb not in _CLASS:
                    shares[pattern.subject] *= min(1.0, codes / self._distinct(pattern.verb))
        met = rows * max(shares.values(), default=1.0)
        if len(patterns) > 1:
            known = {pattern.object for pattern in patterns if pattern.verb in self._columns}
            others = [value.text for name, value in equal.items() if name not in known and value.kind != "number"]
            is_of_few = any(self._is_few(found, value) for value in others)
            looked_at = rows * _SCAN if equal else 0.0
            return looked_at if is_of_few else looked_at + met * _STEP * (len(patterns) - 1)
        pattern, chosen = patterns[0], [token.text for token in found.tokens[found.form + 2 : found.form + 4]]
        if (
            query.limit is not None
            and "DISTINCT" in words
            and _LATER.isdisjoint(words)
            and chosen[1:] in (["{"], ["WHERE"])
        ):
            values = met if chosen[0] == pattern.subject else self._distinct(pattern.verb or "")
            met *= min(1.0, query.limit / max(values, 1))
        return met * _SCAN

    def _is_about_few(self, found: Outline, patterns: list[_Pattern]) -> bool:
        """Whether some constant leads the store to few observations."""
        for pattern in patterns:
            if pattern.is_of_subject:
                return True
            if pattern.is_of_object and pattern.verb in self._columns:
                if self._count(found, f"?x <{pattern.verb}> {pattern.object}") < FEW:
                    return True
            elif pattern.is_of_object and self._is_few(found, pattern.object):
                return True
        return any(self._names_few(found, span) for span in found.values) or _binds_a_constant(found)

    def _names_few(self, found: Outline, values: Span) -> bool:
        """Whether VALUES of one variable names what few observations have, or what few codes have."""
        inside = found.tokens[values.start + 1 : values.end]
        if len(inside) < 3 or inside[0].kind != "variable" or len(inside) > 3 + _FEW_CODES:
            return False
        return self._is_few(found, " ".join(token.text for token in inside[2:-1]))

    def _is_few(self, found: Outline, values: str) -> bool:
        """Whether few statements point to these values, and few to what these are about, as observations to codes."""
        pointing = f"VALUES ?v {{ {values} }} ?x ?p ?v"
        return self._count(found, pointing) < FEW and self._count(found, f"{pointing} . ?y ?q ?x") < FEW

    def _count(self, found: Outline, pattern: str) -> int:
        """How many solutions a pattern has, no more than are few, with the prefixes of the query."""
        prologue = found.text[: found.tokens[found.form].start]
        text = f"{prologue}SELECT (COUNT(*) AS ?n) {{ SELECT * {{ {pattern} }} LIMIT {FEW} }}"
        try:
            solutions = self._store.query(text)
        except (SyntaxError, ValueError):
            return FEW
        assert isinstance(solutions, pyoxigraph.QuerySolutions)
        return int(next(iter(solutions))["n"].value)


def _patterns(found: Outline, query: Query) -> Iterator[_Pattern]:
    for block in found.blocks:
        for one in block.direct:
            verb = found.tokens[one.path.start] if one.path.end - one.path.start == 1 else None
            yield _Pattern(
                found.written(block.subject),
                None if verb is None else _iri(verb.text, query),
                found.written(one.object),
                found.tokens[block.subject.start].kind in ("iri", "name"),
                found.tokens[one.object.start].kind in ("iri", "name", "string", "number"),
            )


def _iri(written: str, query: Query) -> str | None:
    if written == "a":
        return RDF + "type"
    if written.startswith("<"):
        return written[1:-1]
    prefix, _, name = written.partition(":")
    namespace = query.prefixes.get(prefix)
    return None if namespace is None or "\\" in name else namespace + name


def _judged(found: Outline, patterns: list[_Pattern], odd: AbstractSet[str]) -> Iterator[str]:
    """The properties of whose values something is asked that SQL does not say: `FILTER(REGEX(?label, "…"))`.

    `odd`: those of whose values nothing is said in SQL, as of doubles.
    """
    for place, token in enumerate(found.tokens):
        if token.kind != "word" or token.text.upper() not in _OVER:
            continue
        opened = next((i for i in range(place, len(found.tokens)) if found.tokens[i].kind == "open"), place)
        if found.tokens[opened].text != "(":
            continue
        for inside in _conditions(found.tokens[place : closing(found.tokens, opened) + 1]):
            calls = {one.text.upper() for one, then in pairwise(inside) if one.kind in _NAMES and then.text == "("}
            is_asked = not calls <= _TOLD or any(one.text == "/" for one in inside)
            named = {one.text for one in inside if one.kind == "variable"}
            for pattern in patterns:
                if pattern.verb is not None and pattern.object in named and (is_asked or pattern.verb in odd):
                    yield pattern.verb


def _conditions(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The conditions of a FILTER that all have to hold, each of which is judged by itself."""
    condition: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 1 and token.text == "&":  # twice; between them is nothing
            yield condition
            condition = []
        else:
            condition.append(token)
    yield condition


def _listed(found: Outline) -> Iterator[tuple[str, int]]:
    """The variables that stand alone in VALUES, and how many terms are listed for each, about."""
    for values in found.values:
        inside = found.tokens[values.start + 1 : values.end]
        if inside and inside[0].kind == "variable":
            yield inside[0].text, len(inside) - 3


def _equals(found: Outline) -> Iterator[tuple[str, Token]]:
    """What variables have to equal: `FILTER(?a = <…>)`."""
    for place, token in enumerate(found.tokens[:-5]):
        if token.text.upper() == "FILTER":
            _, variable, sign, value, end = found.tokens[place + 1 : place + 6]
            is_equal = (variable.kind, sign.text, end.text) == ("variable", "=", ")")
            if is_equal and value.kind in ("iri", "name", "number"):
                yield variable.text, value


def _chosen(found: Outline) -> list[str | None]:
    """The variables of SELECT; None for each that is made there."""
    chosen: list[str | None] = []
    depth = 0
    for token in found.tokens[found.form + 1 :]:
        if token.text == "{":
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind == "variable" and depth == 0:
            chosen.append(token.text)
        elif token.kind == "word" and token.text.upper() == "AS":
            chosen.append(None)
    return chosen


def _binds_a_constant(found: Outline) -> bool:
    """`BIND(<…> AS ?o)`, from which the store goes on."""
    steps = zip(found.tokens, found.tokens[1:], found.tokens[2:], found.tokens[3:], strict=False)
    return any(
        word.text.upper() == "BIND" and value.kind in ("iri", "name") and then.text.upper() == "AS"
        for word, _, value, then in steps
    )
