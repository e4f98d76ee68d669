"""Totals over cubes, answered from a release's columns where they tell the same as the store, and sooner.

A query is planned (`plan.py`), its core worked out over the columns (`core.py`), and the rest left to the store.
"""

from __future__ import annotations

import gc
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyoxigraph

from lod.store.columnar.algebra import NotPlanned
from lod.store.columnar.core import work_out
from lod.store.columnar.plan import Plan, plan
from lod.store.columnar.sight import Sight
from lod.store.columns import ColumnsError, CubeIndex, identifier, open_columns, view
from lod.store.guard import Query, QueryForm
from lod.store.query import may_suit_columns
from lod.store.rewriting.outline import Span, Unreadable
from lod.store.rewriting.reader import outline

_KEPT_PLANS = 500
_LAST_PART = re.compile("[/#:]")
_SELECT = re.compile(r"\bSELECT\b", re.IGNORECASE)
_TYPICAL = """PREFIX e: <https://example.org/>
SELECT ?code ?label (COUNT(DISTINCT ?o) AS ?n) (SUM(IF(?x >= 1.5, ?x * 2, 0)) / 2 AS ?y) (AVG(?x) AS ?z) {
  VALUES ?kind { e:a e:b } ?o a ?kind ; e:p/e:q ?code ; e:x ?x . BIND(STR(?code) AS ?text)
  OPTIONAL { ?code e:label ?label FILTER(LANG(?label) = "en") } MINUS { ?o e:none [] }
  FILTER(?x IN (1, "2"@en, "3"^^e:t) && !(REGEX(?text, "^a", "i") || ?x != -4)) FILTER NOT EXISTS { ?o e:no ?no }
} GROUP BY ?code ?label HAVING (MAX(?x) > 5) ORDER BY DESC(?n) ?code LIMIT 10 OFFSET 5"""


def warm() -> None:
    """Do what only the first of many questions costs, in a process that is then forked.

    No thread, no database and no store is left: the parser's grammar, and what DuckDB sets up once a process.
    """
    plan(_TYPICAL, "")
    with duckdb.connect(":memory:", config={"threads": 1, "async_threads": 0}) as database:
        database.execute("SELECT a, sum(b) FROM (SELECT unnest($a) AS a, 1 AS b) GROUP BY a", {"a": [1]}).fetchall()
    gc.collect()  # errors of the parser keep frames, these the database


class ColumnarAnswers:
    """The columns of one release, opened with the first query that they may answer. Belongs to one thread."""

    def __init__(
        self, release: Path, index: CubeIndex, store: pyoxigraph.Store, *, whenever_possible: bool = False
    ) -> None:
        """`whenever_possible`: also where the store would be sooner."""
        self._release = release
        self._index = index
        self._store = store
        self._database: duckdb.DuckDBPyConnection | None = None
        self._sight = None if whenever_possible else Sight(index, store, self._distinct)
        self._known_distinct: dict[str, int] = {}
        self._iris: dict[str, set[str]] = {}  # properties and classes of observations, by their last part
        for cube in index.cubes:
            for iri in (*cube.types, *(column.property for column in cube.columns)):
                self._iris.setdefault(_LAST_PART.split(iri)[-1], set()).add(iri)
        self._plans: OrderedDict[tuple[str, str], Plan | NotPlanned] = OrderedDict()
        self.why = ""  # the last query went to the store: for tests and logs

    def rewrite(
        self, query: Query, base_iri: str, selected: Callable[[], Sequence[str] | None] = tuple[str, ...]
    ) -> str | None:
        """The query over what the columns say, for the store to finish; None when the store has to answer it all.

        `selected` asks the engine for the variables that the query selects, and raises what is wrong with it; None
        where it has to answer.
        """
        self.why = "nothing of cubes is asked"
        if not self._is_candidate(query):
            return None
        is_select = query.form is QueryForm.SELECT
        whole = self._rewritten(query, base_iri, selected) if is_select else None
        if whole is not None or len(_SELECT.findall(query.text)) <= is_select:
            return whole
        return self._with_parts(query, base_iri, selected)

    def _with_parts(self, query: Query, base_iri: str, selected: Callable[[], Sequence[str] | None]) -> str | None:
        """The query with what the columns say in the place of sub-queries; None where they say nothing of any.

        A sub-query is evaluated by itself, before what stands around it (§12), so its solutions may stand there.
        """
        why = self.why
        try:
            found = outline(query.text)
        except Unreadable:
            return None
        if selected() is None:
            return None
        prologue = query.text[: found.tokens[found.form].start]
        said: list[tuple[Span, str]] = []
        for span in [] if found.datasets else reversed(found.parts):  # outer ones first
            if any(taken.start <= span.start < taken.end for taken, _ in said):
                continue
            part = replace(query, text=prologue + found.written(span))
            if self._is_candidate(part) and (told := self._rewritten(part, base_iri)) is not None:
                said.append((span, told))
        text = query.text
        for span, over in sorted(said, key=lambda one: one[0].start, reverse=True):
            last = found.tokens[span.end - 1]
            text = f"{text[: found.tokens[span.start].start]}{over} {text[last.start + len(last.text) :]}"
        self.why = why
        return text if said else None

    def _rewritten(
        self, query: Query, base_iri: str, selected: Callable[[], Sequence[str] | None] = tuple[str, ...]
    ) -> str | None:
        try:
            if self._sight is not None and (why := self._sight.why_the_store(query)):
                self.why = why
                return None
            if (variables := selected()) is None:
                raise NotPlanned("words that only the engine is given")
            planned = self._plan(query.text, base_iri, variables)
            return work_out(planned, self._index, self._store, self._opened())
        except NotPlanned as reason:
            self.why = str(reason)
        except (duckdb.Error, ColumnsError) as error:  # out of its memory, or damaged: the store may yet do it
            self.why = f"{type(error).__name__}: {error}"
        return None

    def prepare(self) -> None:
        """Open the columns before anybody waits for them."""
        if self._index.cubes:
            self._opened()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        if self._database is None:
            self._database = open_columns(self._release)[1]
        return self._database

    def _distinct(self, property_iri: str) -> int:
        """How many values a property has in all cubes, nearly."""
        if property_iri not in self._known_distinct:
            most = 1
            for cube in self._index.cubes:
                column = cube.column(property_iri)
                if column is not None and column.exact:
                    count = f"SELECT approx_count_distinct({identifier(column.name)}) FROM {view(cube)}"
                    most = max(most, *(self._opened().execute(count).fetchone() or ()))
            self._known_distinct[property_iri] = most
        return self._known_distinct[property_iri]

    def _is_candidate(self, query: Query) -> bool:
        """A look at the text, before anything is parsed: whether it names properties or classes of cubes."""
        text = query.text
        if not self._iris or not query.is_stable or not may_suit_columns(text):
            return False
        for iri in (iri for name, iris in self._iris.items() if name in text for iri in iris):
            if iri in text:
                return True
            for prefix, namespace in query.prefixes.items():
                if namespace and iri.startswith(namespace) and f"{prefix}:{iri[len(namespace) :]}" in text:
                    return True
        return False

    def _plan(self, text: str, base_iri: str, selected: Sequence[str]) -> Plan:
        key = (text, base_iri)
        if key not in self._plans:
            try:
                self._plans[key] = plan(text, base_iri, selected)
            except NotPlanned as reason:
                self._plans[key] = NotPlanned(*reason.args)  # without the traceback that it would keep
            if len(self._plans) > _KEPT_PLANS:
                self._plans.popitem(last=False)
        found = self._plans[key]
        if isinstance(found, NotPlanned):
            raise found
        return found
