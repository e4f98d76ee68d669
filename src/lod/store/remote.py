"""A release in somebody else's store, read as the sealed store is read: by patterns of quads, by queries.

No engine's default graph can be relied on, so every question names its graphs. Blank nodes lose their names on the way
into a store, so there they are IRIs (RDF 1.1 Concepts §3.5).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import asdict, dataclass, field, replace
from threading import Lock
from typing import Any

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QueryResultsFormat, RdfFormat, Triple

from lod.store.guard import QueryForm
from lod.store.presence import Presence
from lod.store.remote_answers import RESULTS, as_boolean, whole_solutions
from lod.store.transport import Endpoint, RemoteError, ask, unreadable

Term = NamedNode | BlankNode | pyoxigraph.Literal

_TRIPLES = "application/n-triples"
MOST = 20_001  # quads of one pattern: what a description shows and one more, so that it can say that there are more
_KEPT = 200_000  # quads of all patterns that are remembered: a release does not change, memory ends
_SILENCE = 1.0  # seconds in which a store that did not answer is not asked again, or as long as was waited for it
_HEALTH_SECONDS = 3  # what the question whether it is well may take
_BELIEVED = 5.0  # seconds that a store which had the release is taken to have it, by what it goes on to tell


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

    def __init__(self, endpoint: Endpoint, graphs: tuple[str, ...], genid: str, release: str = "") -> None:
        """`graphs`: that make up the release; `genid`: with which the IRIs of its blank nodes begin.

        `release`: its name, where nothing is to be told before the store was seen to have all of it.
        """
        self.endpoint = endpoint
        self.graphs = graphs
        self.genid = genid
        self._known = _Known()
        self._silent: tuple[float, RemoteError] | None = None  # until when, and what was said
        self._well: tuple[float, RemoteError | None] = (0.0, None)  # until when it is believed, and what is wrong
        self._presence = Presence(release, graphs)

    def to_json(self) -> dict[str, Any]:
        """For the process that asks."""
        told = {"graphs": self.graphs, "genid": self.genid, "release": self._presence.release}
        return {"endpoint": asdict(self.endpoint), **told}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> RemoteStore:
        """What `to_json` wrote."""
        endpoint, graphs = Endpoint(**document["endpoint"]), tuple(document["graphs"])
        return cls(endpoint, graphs, document["genid"], document["release"])

    def evaluate(
        self, text: str, form: QueryForm, default_graphs: tuple[str, ...], named_graphs: tuple[str, ...]
    ) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | Iterator[Triple]:
        """The answer to a query, read whole before the first of it is told: one that was cut is an error.

        The graphs are those of the release where none are named. Of others nothing is told, whatever the store holds:
        an engine that is given no named graphs may take all that there are (Virtuoso 7), so it is given one at least.

        Raises:
            RemoteError: as `ask`, and LOD9220 the store does not have the release.
        """
        accept = _TRIPLES if form.is_graph else RESULTS
        own = self.graphs if not default_graphs and not named_graphs else self._ours(default_graphs)
        body = self.ask(text, accept, own, self._ours(named_graphs))
        self._confirm(time.monotonic())
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
            RemoteError: as `ask`, and LOD9220 the store does not have the release.
        """
        if isinstance(subject, Triple) or isinstance(object, Triple):
            return iter(())
        key = (subject, predicate, object)
        found = self._known.get(key)
        if found is None:
            found = self._ask_pattern(subject, predicate, object)
            self._confirm(time.monotonic() - (_BELIEVED if found else 0))
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

    def _confirm(self, since: float) -> None:
        try:
            self._presence.confirm(self.ask, since)
        except RemoteError:
            self._known = _Known()  # what was read meanwhile may lack something
            raise

    def check(self) -> None:
        """Return if the store answers and has the release. Asked anew after a second.

        Raises:
            RemoteError: as `evaluate`.
        """
        until, wrong = self._well
        now = time.monotonic()
        if now >= until:
            soon = RemoteStore(replace(self.endpoint, timeout=_HEALTH_SECONDS), self.graphs, self.genid)
            try:
                self._presence.confirm(soon.ask, now)
                wrong = None
            except RemoteError as error:
                wrong = error
            self._well = time.monotonic() + _SILENCE, wrong
        if wrong is not None:
            raise RemoteError(wrong.message, hint=wrong.hint, code=wrong.code)

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
