"""A release in somebody else's store, read as the sealed store is read: by patterns of quads, by queries.

No engine's default graph can be relied on, so every question names its graphs. Blank nodes lose their names on the way
into a store, so there they are IRIs (RDF 1.1 Concepts §3.5).
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from dataclasses import asdict, dataclass, field, replace
from threading import Lock
from typing import Any

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QueryResultsFormat, RdfFormat, Triple

from lod.store.guard import QueryForm
from lod.store.transport import Endpoint, RemoteError, ask, unreadable

Term = NamedNode | BlankNode | pyoxigraph.Literal

_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
MOST = 20_001  # quads of one pattern: what a description shows and one more, so that it can say that there are more
_KEPT = 200_000  # quads of all patterns that are remembered: a release does not change, memory ends
_SILENCE = 1.0  # seconds in which a store that did not answer is not asked again, or as long as was waited for it
_HEALTH_SECONDS = 3  # what the question whether it is well may take


@dataclass(slots=True)
class _Known:
    """Answers to patterns, the latest used; as many as make up `_KEPT` quads."""

    answers: OrderedDict[Hashable, tuple[Quad, ...]] = field(default_factory=OrderedDict)
    quads: int = 0
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable) -> tuple[Quad, ...] | None:
        with self.lock:
            found = self.answers.get(key)
            if found is not None:
                self.answers.move_to_end(key)
            return found

    def keep(self, key: Hashable, found: tuple[Quad, ...]) -> None:
        with self.lock:
            before = self.answers.pop(key, None)
            self.quads += len(found) + 1 - (0 if before is None else len(before) + 1)
            self.answers[key] = found
            while self.quads > _KEPT:
                _, oldest = self.answers.popitem(last=False)
                self.quads -= len(oldest) + 1


class RemoteStore:
    """The graphs of one release in a remote store, read as the sealed store is read: by patterns of quads."""

    def __init__(self, endpoint: Endpoint, graphs: tuple[str, ...], genid: str) -> None:
        """`graphs`: that make up the release; `genid`: with which the IRIs of its blank nodes begin."""
        self.endpoint = endpoint
        self.graphs = graphs
        self.genid = genid
        self._known = _Known()
        self._silent: tuple[float, RemoteError] | None = None  # until when, and what was said
        self._well: tuple[float, bool] = (0.0, False)  # until when it is believed

    def to_json(self) -> dict[str, Any]:
        """For the process that asks."""
        return {"endpoint": asdict(self.endpoint), "graphs": self.graphs, "genid": self.genid}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> RemoteStore:
        """What `to_json` wrote."""
        return cls(Endpoint(**document["endpoint"]), tuple(document["graphs"]), document["genid"])

    def evaluate(
        self, text: str, form: QueryForm, default_graphs: tuple[str, ...], named_graphs: tuple[str, ...]
    ) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | Iterator[Triple]:
        """The answer to a query, read whole before the first of it is told: one that was cut is an error.

        The graphs are those of the release where none are named. Of others nothing is told, whatever the store holds:
        an engine that is given no named graphs may take all that there are (Virtuoso 7), so it is given one at least.

        Raises:
            RemoteError: as `ask`.
        """
        accept = _TRIPLES if form.is_graph else _RESULTS
        own = self.graphs if not default_graphs and not named_graphs else self._ours(default_graphs)
        body = self.ask(text, accept, own, self._ours(named_graphs))
        try:
            if form.is_graph:
                return iter([quad.triple for quad in pyoxigraph.parse(body, RdfFormat.N_TRIPLES)])
            if form is QueryForm.ASK:
                return as_boolean(pyoxigraph.parse_query_results(body, QueryResultsFormat.JSON))
            return whole_solutions(body)
        except (SyntaxError, ValueError) as error:
            raise unreadable(self.endpoint.query, str(error)) from error

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: Term | Triple | None,  # noqa: A002 - as pyoxigraph has it
        graph_name: Any = None,  # noqa: ARG002 - a release is the union of its graphs
    ) -> Iterator[Quad]:
        """The quads of a pattern, at most `MOST`; one of a subject is remembered.

        Raises:
            RemoteError: as `ask`.
        """
        if isinstance(subject, Triple) or isinstance(object, Triple):
            return iter(())
        key = (subject, predicate, object)
        found = self._known.get(key)
        if found is None:
            found = self._ask_pattern(subject, predicate, object)
            self._known.keep(key, found)
        return iter(found)

    def _ask_pattern(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, value: Term | None
    ) -> tuple[Quad, ...]:
        parts = [
            self._written(term) if term is not None else name
            for term, name in ((subject, "?s"), (predicate, "?p"), (value, "?o"))
        ]
        pattern = " ".join(parts)
        body = self.ask(f"CONSTRUCT {{ {pattern} }} WHERE {{ {pattern} }} LIMIT {MOST}", _TRIPLES)
        try:
            return tuple(self._read(quad) for quad in pyoxigraph.parse(body, RdfFormat.N_TRIPLES))
        except (SyntaxError, ValueError) as error:
            raise unreadable(self.endpoint.query, str(error)) from error

    def ask(
        self, query: str, accept: str, default_graphs: tuple[str, ...] = (), named_graphs: tuple[str, ...] = ()
    ) -> bytes:
        """The whole answer to a query over the release, or over those of its graphs that are named.

        Raises:
            RemoteError: LOD8201 not reached, LOD8202 refused, LOD8203 the answer was cut, LOD8204 no secret, LOD8206
                not now, LOD9109 the answer is too long.
        """
        if self._silent is not None and time.monotonic() < self._silent[0]:
            said = self._silent[1]
            raise RemoteError(said.message, hint=said.hint, code=said.code)
        began = time.monotonic()
        try:
            return ask(self.endpoint, query, accept, default_graphs or self.graphs, named_graphs)
        except RemoteError as error:
            if error.code == "LOD8201":
                ended = time.monotonic()
                self._silent = ended + max(ended - began, _SILENCE), error
            raise

    def is_well(self) -> bool:
        """Whether the store answers and has something of the release. Asked anew after a second."""
        until, well = self._well
        if time.monotonic() >= until:
            soon = RemoteStore(replace(self.endpoint, timeout=_HEALTH_SECONDS), self.graphs, self.genid)
            try:
                well = bool(soon.evaluate("ASK { ?s ?p ?o }", QueryForm.ASK, (), ()))
            except RemoteError:
                well = False
            self._well = time.monotonic() + _SILENCE, well
        return well

    def _ours(self, graphs: tuple[str, ...]) -> tuple[str, ...]:
        """Those graphs that are of the release; an empty one where none is."""
        return tuple(graph for graph in graphs if graph in self.graphs) or (f"{self.genid}no-graph",)

    def named_graphs(self) -> Iterator[NamedNode]:
        """None: the graphs of the release together are its default graph."""
        return iter(())

    def contains_named_graph(self, name: NamedNode) -> bool:
        """Whether the release has a graph of that name."""
        return name.value in self.graphs

    def _written(self, term: Term) -> str:
        return f"<{self.genid}{term.value}>" if isinstance(term, BlankNode) else str(term)

    def _read(self, quad: Quad) -> Quad:
        return Quad(self._named(quad.subject), quad.predicate, self._named(quad.object), DefaultGraph())

    def _named(self, term: Any) -> Any:
        if isinstance(term, NamedNode) and term.value.startswith(self.genid):
            return BlankNode(term.value.removeprefix(self.genid))
        return term


def number(endpoint: Endpoint, query: str, graphs: tuple[str, ...]) -> int | None:
    """The one number that a query over some graphs selects as `?n`; None where it selects nothing.

    Raises:
        RemoteError: as `RemoteStore.ask`.
    """
    body = ask(endpoint, query, _RESULTS, graphs)
    try:
        row = next(iter(whole_solutions(body)), None)
        return None if row is None else int(row["n"].value)
    except (SyntaxError, ValueError, KeyError, AttributeError) as error:
        raise unreadable(endpoint.query, str(error)) from error


def count(endpoint: Endpoint, *graphs: str) -> int:
    """How many statements a graph holds, or several together.

    Raises:
        RemoteError: as `RemoteStore.ask`.
    """
    pattern = "?s ?p ?o" if len(graphs) == 1 else "SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o }"  # they may share some
    return number(endpoint, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}", graphs) or 0


def whole_solutions(body: bytes) -> pyoxigraph.QuerySolutions:
    """The solutions of a SELECT. They are read twice: the parser tells of a cut text only when it comes to its end.

    Raises:
        SyntaxError, ValueError: the text is none, or not whole.
    """
    results = _solutions(body)
    try:
        deque(results, maxlen=0)
    finally:
        del results  # it ends in the thread that made it, whoever keeps the traceback of an error
    return _solutions(body)


def _solutions(body: bytes) -> pyoxigraph.QuerySolutions:
    results = pyoxigraph.parse_query_results(body, QueryResultsFormat.JSON)
    if not isinstance(results, pyoxigraph.QuerySolutions):
        raise ValueError("a boolean instead of solutions")
    return results


def as_boolean(results: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean) -> pyoxigraph.QueryBoolean:
    """The answer to an ASK; some engines send a row instead (Virtuoso 7: `__ASK_RETVAL`).

    Raises:
        ValueError: it is neither.
    """
    if isinstance(results, pyoxigraph.QueryBoolean):
        return results
    first = next(iter(results), None)
    if first is None and [variable.value for variable in results.variables] == ["__ASK_RETVAL"]:
        return _boolean(is_true=False)
    if first is None or len(first) != 1 or not isinstance(first[0], pyoxigraph.Literal):
        raise ValueError("no boolean")
    return _boolean(is_true=first[0].value in {"1", "true"})


def _boolean(*, is_true: bool) -> pyoxigraph.QueryBoolean:
    told = pyoxigraph.parse_query_results(json.dumps({"head": {}, "boolean": is_true}), QueryResultsFormat.JSON)
    assert isinstance(told, pyoxigraph.QueryBoolean)
    return told
