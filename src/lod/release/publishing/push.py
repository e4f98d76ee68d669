"""Bring a release into a remote store: into graphs of its own, counted, and only then named as the one to ask.

What did not change is not sent again, and going back to an older release moves nothing but the pointer. Statements
travel in pieces, each of which may be sent twice: a set does not mind. The pointer is one small graph, changed by one
update.
"""

from __future__ import annotations

import gzip
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple

from lod.events import Reporter, StageAdvanced, StageFinished, StageStarted, silent
from lod.lift.engines.duckdb.merge import lines_of
from lod.lift.engines.session import open_session
from lod.lift.engines.sql import quoted
from lod.project.model import StoreOptions
from lod.rdf.namespaces import DCAT, VOID
from lod.release.publishing.mirror import Graph, genid_of, graphs_of, pointer_of
from lod.release.release import Release
from lod.store.presence import mark_of
from lod.store.remote_answers import count, number
from lod.store.transport import Endpoint, RemoteError, add, update
from lod.wording import say

T = TypeVar("T")

PIECE = 20_000  # triples in one request, some MB
TRIES = 6  # over some 15 seconds, in which a store starts anew
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
        RemoteError: LOD8201 not reached, LOD8202 refused, LOD8203 it counts no number, LOD8204 no secret, LOD8205 the
            store holds another number of statements, LOD8206 it is busy.
    """
    begun = time.perf_counter()
    report(StageStarted(_STAGE))
    sending = _Sending(release, endpoint, report)
    sending.bring(graphs_of(release))
    _patiently(lambda: update(endpoint, _pointing(release)))
    said = say("{n:,} {n:statement|statements} sent", n=sending.sent)
    report(StageFinished(_STAGE, time.perf_counter() - begun, said))


@dataclass(slots=True)
class _Sending:
    """The way of a release's graphs into a store."""

    release: Release
    endpoint: Endpoint
    report: Reporter
    sent: int = 0  # statements

    def bring(self, graphs: tuple[Graph, ...]) -> None:
        """Send the graphs that are not whole there, count them there, and then say beside each that it is whole.

        A store that keeps values, not spellings ("1.0" is "1.00"), holds fewer than were sent. So does our own, whose
        number the manifest has: no other may hold less than that.
        """
        fewer: list[tuple[Graph, int]] = []
        for graph in graphs:
            if _is_whole(self.endpoint, graph):
                continue
            with _statements(graph, graphs) as file:
                n, there = self._send(graph, file)
            if there > n:
                raise _other_number(there, n)
            if there < n:
                fewer.append((graph, there))
            else:
                self._mark(graph, there)
        if fewer:
            there = _patiently(lambda: count(self.endpoint, *(graph.iri for graph in graphs)))
            least = self.release.manifest.store.statements
            if there < least:
                raise _other_number(there, least)
        for graph, there in fewer:
            self._mark(graph, there)

    def _send(self, graph: Graph, file: Path) -> tuple[int, int]:
        """How many statements a graph has, and how many are in the store when they were sent.

        A graph is named by its content, so what an interrupted sending left of it belongs to it. Where there is more
        than that, all is sent anew.
        """
        before = self.sent
        for is_last in (False, True):
            n, self.sent = 0, before
            for piece in _pieces(file, genid_of(self.release.site.base_iri)):
                _patiently(partial(add, self.endpoint, graph.iri, piece))
                n += piece.count(b"\n")
                self.sent = before + n
                self.report(StageAdvanced(_STAGE, self.sent, self.release.manifest.triples, "statements"))
            there = _patiently(lambda: count(self.endpoint, graph.iri))
            if there > n and not is_last:
                _patiently(lambda: update(self.endpoint, f"DROP SILENT GRAPH <{graph.iri}>"))
            else:
                break
        return n, there

    def _mark(self, graph: Graph, there: int) -> None:
        mark = mark_of(graph.iri)
        whole = f"INSERT DATA {{ GRAPH <{mark}> {{ <{graph.iri}> <{VOID}triples> {there} }} }}"
        _patiently(lambda: update(self.endpoint, f"DROP SILENT GRAPH <{mark}> ; {whole}"))


def _is_whole(endpoint: Endpoint, graph: Graph) -> bool:
    """Whether an earlier sending came to its end, and all that it brought is still there."""
    told = number(endpoint, f"SELECT ?n WHERE {{ ?graph <{VOID}triples> ?n }}", (mark_of(graph.iri),))
    return told is not None and count(endpoint, graph.iri) == told


def _other_number(there: int, n: int) -> RemoteError:
    return RemoteError(
        say("the store holds {there:,} statements of {n:,}", there=there, n=n),
        hint=say("the pointer was not moved; look into the store's log, then publish again"),
        code="LOD8205",
    )


def _patiently(act: Callable[[], T]) -> T:
    """Do something with the store; try again while it is out of breath or starts anew."""
    pause = _PAUSE
    for left in range(TRIES - 1, -1, -1):
        try:
            return act()
        except RemoteError as error:
            if not left or error.code not in {"LOD8201", "LOD8206"}:
                raise
            time.sleep(pause)
            pause *= 2
    raise AssertionError("the last try ends it")


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


def _pieces(file: Path, genid: str) -> Iterator[bytes]:
    """A bulk file as N-Triples, in pieces of whole lines."""

    def skolemised(term: Any) -> Any:
        return NamedNode(genid + term.value) if isinstance(term, BlankNode) else term

    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        quads = pyoxigraph.parse(cast("IO[bytes]", lines), RdfFormat.N_QUADS)
        triples = (Triple(skolemised(q.subject), q.predicate, skolemised(q.object)) for q in quads)
        while piece := list(islice(triples, PIECE)):
            yield pyoxigraph.serialize(piece, format=RdfFormat.N_TRIPLES) or b""


def _pointing(release: Release) -> str:
    pointer, base = pointer_of(release.site.base_iri), release.site.base_iri
    parts = "".join(f"<{base}> <{VOID}subset> <{graph.iri}> . " for graph in graphs_of(release))
    return (
        f"DROP SILENT GRAPH <{pointer}> ; INSERT DATA {{ GRAPH <{pointer}> {{ {parts}"
        f'<{base}> <{DCAT}version> "{release.manifest.name}" }} }}'
    )
