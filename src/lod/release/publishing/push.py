"""Bring a release into a remote store: into graphs of its own, counted, and only then named as the one to ask.

What did not change is not sent again, and going back to an older release moves nothing but the pointer. Statements
travel in pieces, each of which may be sent twice: a set does not mind. The pointer is one small graph, changed by one
update.
"""

from __future__ import annotations

import gzip
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, QueryResultsFormat, QuerySolutions, RdfFormat, Triple

from lod.events import Reporter, StageAdvanced, StageFinished, StageStarted, silent
from lod.lift.engines.duckdb.merge import lines_of
from lod.lift.engines.session import open_session
from lod.lift.engines.sql import quoted
from lod.project.model import StoreOptions
from lod.rdf.namespaces import DCAT, DCT, VOID
from lod.release.publishing.mirror import Graph, graphs_of, open_mirror, pointer_of
from lod.release.release import Release
from lod.store.remote import Endpoint, RemoteError, RemoteStore, fetch, unreachable, wrapper
from lod.wording import say

PIECE = 20_000  # triples in one request, some MB
TRIES = 4
_STAGE = "push"
_PAUSE = 0.5  # seconds before the second try; doubled for each further one


def pushing(store: StoreOptions | None, report: Reporter = silent) -> Callable[[Release], None] | None:
    """What has to be done with a release before it is published, where `[store]` of lod.toml names a store."""
    if store is None:
        return None
    endpoint = Endpoint(**asdict(store))
    return lambda release: push(release, endpoint, report)


def push(release: Release, endpoint: Endpoint, report: Reporter = silent) -> None:
    """Bring a release into the store and let the pointer there name it. Nothing that is there is removed.

    Raises:
        RemoteError: LOD8201 not reached, LOD8202 refused, LOD8205 the store holds another number of statements.
    """
    begun = time.perf_counter()
    report(StageStarted(_STAGE))
    store, sent = open_mirror(release, endpoint), 0
    graphs = graphs_of(release)
    for graph in graphs:
        if _count(store, (_mark(graph),)):
            continue  # an earlier sending of the same statements came to its end
        update(endpoint, f"DROP SILENT GRAPH <{graph.iri}>")
        with _statements(graph, graphs) as file:
            for piece in _pieces(file, store.genid):
                _send(endpoint, graph.iri, piece)
                sent += piece.count(b"\n")
                report(StageAdvanced(_STAGE, sent, release.manifest.triples, "statements"))
        update(endpoint, f"INSERT DATA {{ GRAPH <{_mark(graph)}> {{ <{graph.iri}> <{DCT}isPartOf> <{graph.iri}> }} }}")
    there = _count(store, store.graphs)
    if there != release.manifest.triples:
        raise RemoteError(
            say("the store holds {there:,} statements of {n:,}", there=there, n=release.manifest.triples),
            hint=say("the pointer was not moved; look into the store's log, then publish again"),
            code="LOD8205",
        )
    update(endpoint, _pointing(release, store.graphs))
    report(StageFinished(_STAGE, time.perf_counter() - begun, say("{n:,} {n:statement|statements} sent", n=sent)))


def _mark(graph: Graph) -> str:
    """The graph that says that another one is whole."""
    return f"{graph.iri}/whole"


@contextmanager
def _statements(graph: Graph, graphs: Sequence[Graph]) -> Iterator[Path]:
    """The file with a graph's own statements."""
    others = [other.file for other in graphs if not other.is_rest]
    if not graph.is_rest or not others:
        yield graph.file
        return
    with tempfile.TemporaryDirectory(prefix="lod-push-") as scratch, open_session("512MB", 2, Path(scratch)) as session:
        rest = Path(scratch, "rest.nq")
        session.connection.execute(
            f"COPY (SELECT line FROM {lines_of([graph.file])} EXCEPT SELECT line FROM {lines_of(others)}) "
            f"TO {quoted(str(rest))} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
        )
        yield rest


def _count(store: RemoteStore, graphs: tuple[str, ...]) -> int:
    query = "SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }"
    body = store.ask(query, "application/sparql-results+json", graphs)
    results = pyoxigraph.parse_query_results(body, QueryResultsFormat.JSON)
    assert isinstance(results, QuerySolutions)
    number = next(iter(results))["n"]
    assert isinstance(number, pyoxigraph.Literal)
    return int(number.value)


def _pieces(file: Path, genid: str) -> Iterator[bytes]:
    """A bulk file as N-Triples, in pieces of whole lines."""

    def skolemised(term: Any) -> Any:
        return NamedNode(genid + term.value) if isinstance(term, BlankNode) else term

    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        quads = pyoxigraph.parse(cast("IO[bytes]", lines), RdfFormat.N_QUADS)
        triples = (Triple(skolemised(q.subject), q.predicate, skolemised(q.object)) for q in quads)
        while piece := list(islice(triples, PIECE)):
            yield pyoxigraph.serialize(piece, format=RdfFormat.N_TRIPLES) or b""


def _send(endpoint: Endpoint, graph: str, piece: bytes) -> None:
    """Add statements to a graph; try again when the store is out of breath."""
    pause = _PAUSE
    for left in range(TRIES - 1, -1, -1):
        try:
            if endpoint.graph_store:
                post(endpoint, graph, piece)
            else:
                update(endpoint, f"INSERT DATA {{ GRAPH <{graph}> {{\n{piece.decode()}}} }}")
            return
        except RemoteError as error:
            if not left or error.code not in {"LOD8201", "LOD8206"}:
                raise
            time.sleep(pause)
            pause *= 2


def update(endpoint: Endpoint, text: str) -> None:
    """Carry out a SPARQL update.

    Raises:
        RemoteError: LOD8201 not reached, LOD8202 refused.
    """
    client = wrapper(endpoint, endpoint.update)
    client.setQuery(text)
    fetch(client, endpoint.update)


def post(endpoint: Endpoint, graph: str, triples: bytes) -> None:
    """Add N-Triples to a graph by the Graph Store Protocol (§5.5).

    Raises:
        RemoteError: LOD8201 not reached, LOD8202 refused, LOD8206 not now.
    """
    import httpx

    auth: Any = None
    headers = {"content-type": "application/n-triples"}
    if endpoint.auth == "basic":
        auth = httpx.BasicAuth(endpoint.user, endpoint.secret())
    elif endpoint.auth == "digest":
        auth = httpx.DigestAuth(endpoint.user, endpoint.secret())
    elif endpoint.auth == "bearer":
        headers["authorization"] = f"Bearer {endpoint.secret()}"
    url = endpoint.graph_store
    try:
        answer = httpx.post(
            url,
            params={"graph": graph},
            content=triples,
            headers=headers,
            auth=auth,
            timeout=endpoint.timeout,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise unreachable(url, error) from error
    if answer.is_error:
        reason = f"{answer.status_code} {answer.text[:200]}"
        code = "LOD8206" if answer.status_code in {429, 500, 502, 503, 504} else "LOD8202"
        raise RemoteError(say("{url} refuses: {reason}", url=url, reason=reason), code=code)


def _pointing(release: Release, graphs: Iterable[str]) -> str:
    pointer, base = pointer_of(release.site.base_iri), release.site.base_iri
    parts = "".join(f"<{base}> <{VOID}subset> <{graph}> . " for graph in graphs)
    return (
        f"DROP SILENT GRAPH <{pointer}> ; INSERT DATA {{ GRAPH <{pointer}> {{ {parts}"
        f'<{base}> <{DCAT}version> "{release.manifest.name}" }} }}'
    )
