"""A release in somebody else's store: any engine that speaks SPARQL 1.1, asked through SPARQLWrapper.

SPARQL 1.1 Protocol: https://www.w3.org/TR/sparql11-protocol/ ; Graph Store HTTP Protocol:
https://www.w3.org/TR/sparql11-http-rdf-update/ . No engine's default graph can be relied on, so every question names
its graphs. Blank nodes lose their names on the way into a store, so there they are IRIs (RDF 1.1 Concepts §3.5).
"""

from __future__ import annotations

import json
import os
import re
import urllib.error
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QueryResultsFormat, RdfFormat, Triple

from lod.errors import LodError
from lod.store.guard import QueryForm
from lod.wording import NOTHING, say

if TYPE_CHECKING:
    from SPARQLWrapper import SPARQLWrapper

Auth = Literal["none", "basic", "digest", "bearer"]
Term = NamedNode | BlankNode | pyoxigraph.Literal

MOST = 20_001  # quads of one pattern: what a description shows and one more, so that it can say that there are more
_KEPT = 20_000  # patterns whose answers are remembered: a release does not change
_CUT_HEADERS = ("x-sparql-maxrows", "x-sql-state")  # by which engines tell that an answer is not whole


class RemoteError(LodError):
    """The other store cannot be reached, refuses, or answers what is no answer."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a store listens. The secret stands in the environment under `secret_env`, never here."""

    query: str
    update: str
    graph_store: str = ""  # '': everything goes through `update`
    auth: Auth = "none"
    user: str = ""
    secret_env: str = ""
    timeout: int = 60  # seconds

    def secret(self) -> str:
        """The password or token.

        Raises:
            RemoteError: LOD8204, it is not in the environment.
        """
        if self.auth == "none":
            return ""
        found = os.environ.get(self.secret_env)
        if found is None:
            raise RemoteError(
                say("the store wants a secret, and {name} is not in the environment", name=self.secret_env),
                hint=say("export {name}=…", name=self.secret_env),
                code="LOD8204",
            )
        return found


def wrapper(endpoint: Endpoint, url: str) -> SPARQLWrapper:
    """A client of one URL of the store, with its authentication."""
    from SPARQLWrapper import BASIC, DIGEST, SPARQLWrapper

    client = SPARQLWrapper(url)
    client.setTimeout(endpoint.timeout)
    client.setMethod("POST")
    if endpoint.auth in {"basic", "digest"}:
        client.setHTTPAuth(BASIC if endpoint.auth == "basic" else DIGEST)
        client.setCredentials(endpoint.user, endpoint.secret())
    elif endpoint.auth == "bearer":
        client.addCustomHttpHeader("Authorization", f"Bearer {endpoint.secret()}")
    return client


class RemoteStore:
    """The graphs of one release in a remote store, read as the sealed store is read: by patterns of quads."""

    def __init__(self, endpoint: Endpoint, graphs: tuple[str, ...], genid: str) -> None:
        """`graphs`: that make up the release; `genid`: with which the IRIs of its blank nodes begin."""
        self.endpoint = endpoint
        self.graphs = graphs
        self.genid = genid
        self._matching = lru_cache(maxsize=_KEPT)(self._ask_pattern)

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

        Raises:
            RemoteError: LOD8201 to LOD8204.
        """
        accept = "application/n-triples" if form.is_graph else "application/sparql-results+json"
        body = self.ask(text, accept, default_graphs, named_graphs)
        try:
            if form.is_graph:
                return iter([quad.triple for quad in pyoxigraph.parse(body, RdfFormat.N_TRIPLES)])
            results = pyoxigraph.parse_query_results(body, QueryResultsFormat.JSON)
            return as_boolean(results) if form is QueryForm.ASK else results
        except (SyntaxError, ValueError) as error:
            raise _no_answer(self.endpoint.query, str(error)) from error

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | Triple | None,
        predicate: NamedNode | None,
        object: Term | Triple | None,  # noqa: A002 - as pyoxigraph has it
        graph_name: Any = None,  # noqa: ARG002 - a release is the union of its graphs
    ) -> Iterator[Quad]:
        """The quads of a pattern, at most `MOST`; one of a subject is remembered.

        Raises:
            RemoteError: LOD8201 to LOD8204.
        """
        if isinstance(subject, Triple) or isinstance(object, Triple):
            return iter(())
        return iter(self._matching(subject, predicate, object))

    def _ask_pattern(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, value: Term | None
    ) -> tuple[Quad, ...]:
        parts = [
            self._written(term) if term is not None else name
            for term, name in ((subject, "?s"), (predicate, "?p"), (value, "?o"))
        ]
        pattern = " ".join(parts)
        body = self.ask(f"CONSTRUCT {{ {pattern} }} WHERE {{ {pattern} }} LIMIT {MOST}", "application/n-triples")
        try:
            return tuple(self._read(quad) for quad in pyoxigraph.parse(body, RdfFormat.N_TRIPLES))
        except (SyntaxError, ValueError) as error:
            raise _no_answer(self.endpoint.query, str(error)) from error

    def ask(
        self, query: str, accept: str, default_graphs: tuple[str, ...] = (), named_graphs: tuple[str, ...] = ()
    ) -> bytes:
        """The whole answer to a query over the release, or over those of its graphs that are named.

        Raises:
            RemoteError: LOD8201 not reached, LOD8202 refused, LOD8203 the answer was cut.
        """
        client = wrapper(self.endpoint, self.endpoint.query)
        client.setQuery(query)
        client.setOnlyConneg(True)
        client.addCustomHttpHeader("Accept", accept)
        own = self.graphs if not default_graphs and not named_graphs else default_graphs
        for graph in own:
            client.addParameter("default-graph-uri", graph)
        for graph in named_graphs:
            client.addParameter("named-graph-uri", graph)
        body, headers = fetch(client, self.endpoint.query)
        if cut := [f"{name}: {headers[name]}" for name in _CUT_HEADERS if name in headers]:
            raise RemoteError(
                say("{url} has cut its answer short ({header})", url=self.endpoint.query, header=cut[0]),
                hint=say("raise the store's limit of rows; a cut answer is never passed on"),
                code="LOD8203",
            )
        return body

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


def fetch(client: SPARQLWrapper, url: str) -> tuple[bytes, Mapping[str, str]]:
    """Send what a client holds; the whole body and the headers.

    Raises:
        RemoteError: LOD8201 not reached, LOD8202 refused.
    """
    from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

    try:
        answer = client.query()
        headers = {name.lower(): value for name, value in answer.info().items()}
        return answer.response.read(), headers
    except SPARQLWrapperException as error:
        said = re.sub(r"\s+", " ", str(error))[:300]
        raise RemoteError(say("{url} refuses: {reason}", url=url, reason=said), code="LOD8202") from error
    except urllib.error.HTTPError as error:
        raise RemoteError(say("{url} refuses: {reason}", url=url, reason=str(error)), code="LOD8202") from error
    except OSError as error:
        raise unreachable(url, error) from error


def unreachable(url: str, error: Exception) -> RemoteError:
    """What is said when nobody listens, or not in time."""
    hint = say("is it running, and is [store] of lod.toml right?")
    return RemoteError(say("{url} cannot be reached: {reason}", url=url, reason=str(error)), hint=hint, code="LOD8201")


def _no_answer(url: str, reason: str) -> RemoteError:
    message = say("{url} answers what cannot be read: {reason}", url=url, reason=reason)
    return RemoteError(message, hint=NOTHING, code="LOD8203")


def as_boolean(results: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean) -> pyoxigraph.QueryBoolean:
    """The answer to an ASK; some engines send a row instead (Virtuoso 7: `__ASK_RETVAL`).

    Raises:
        ValueError: it is neither.
    """
    if isinstance(results, pyoxigraph.QueryBoolean):
        return results
    first = next(iter(results), None)
    if first is None or len(first) != 1 or not isinstance(first[0], pyoxigraph.Literal):
        raise ValueError("no boolean")
    said = json.dumps({"head": {}, "boolean": first[0].value in {"1", "true"}})
    told = pyoxigraph.parse_query_results(said, QueryResultsFormat.JSON)
    assert isinstance(told, pyoxigraph.QueryBoolean)
    return told
