"""Graphs that a question names beside those of the store: releases, and datasets in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import anyio.to_thread
from pyoxigraph import NamedNode

from lod.rdf.iris import to_uri
from lod.server.answers import header
from lod.server.served import ServedRelease
from lod.store.dataset import Dataset
from lod.store.graphs import GraphFile, NamedGraphs, empty_graph, graphs_in
from lod.store.guard import Query
from lod.wording import Wording


@dataclass(frozen=True, slots=True)
class Graphs:
    """What a question has to be answered from when it names graphs: none, from the store as it stands.

    `empty`: the graphs that it names and that are nowhere, with what is near.
    """

    files: tuple[GraphFile, ...] = ()
    empty: tuple[tuple[str, Wording], ...] = ()

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """What tells programs of those that are nowhere."""
        spelt = (f"<{to_uri(iri)}>" for iri, _ in self.empty[:_MOST_TOLD])
        named = ", ".join(iri for iri in spelt if len(iri) <= _LONGEST_TOLD)
        return (header("empty-graphs", named),) if named else ()

    @property
    def said(self) -> tuple[Wording, ...]:
        """The same for people."""
        return tuple(part for iri, near in self.empty[:_MOST_TOLD] for part in (empty_graph(iri), near) if part)


LONG = 4_000  # characters of a query: longer ones are not read on the event loop
_MOST_TOLD = 8
_LONGEST_TOLD = 200  # characters: proxies bear a few kB of headers, and break an answer that has more
_NONE = Graphs()


async def graphs_of(served: ServedRelease, query: Query, dataset: Dataset) -> Graphs:
    """The graphs that a question names.

    Raises:
        QueryError: LOD5011, as `graphs_in`; LOD6090 to LOD6092, as `ReleaseGraphs.asked_for`.
    """
    is_long = len(query.text) > LONG
    read = partial(graphs_in, query, served.space.base)
    names = await anyio.to_thread.run_sync(read) if is_long else read()
    asked = (*names.asked, *dataset.default_graphs, *dataset.named_graphs)
    if not asked and not names.said:
        return _NONE
    names = NamedGraphs(asked, names.said, names.is_chosen or bool(dataset))
    return await anyio.to_thread.run_sync(_graphs, served, names)


def _graphs(served: ServedRelease, names: NamedGraphs) -> Graphs:
    has_named = served.graph is None
    if has_named:  # what the store has itself is not looked for elsewhere
        asked, said = ([iri for iri in each if not is_in_store(served, iri)] for each in (names.asked, names.said))
        names = NamedGraphs(tuple(asked), tuple(said), names.is_chosen)
    graphs = served.graphs()
    return Graphs(tuple(graphs.asked_for(names, beside=has_named)), tuple(graphs.nowhere(names.asked)))


def is_in_store(served: ServedRelease, iri: str) -> bool:
    """Whether a graph of that name stands in the store itself."""
    return served.store.contains_named_graph(NamedNode(iri))
