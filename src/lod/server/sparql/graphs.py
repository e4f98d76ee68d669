"""Graphs that a question names beside those of the store: releases, and datasets in them."""

from __future__ import annotations

import anyio.to_thread
from pyoxigraph import NamedNode

from lod.server.served import ServedRelease
from lod.store.dataset import Dataset
from lod.store.graphs import GraphFile, NamedGraphs, graphs_in
from lod.store.guard import Query


async def graphs_of(served: ServedRelease, query: Query, dataset: Dataset) -> tuple[GraphFile, ...]:
    """What a question has to be answered from when it names such graphs; none: from the store as it stands.

    Raises:
        QueryError: LOD6090 to LOD6092, as `ReleaseGraphs.asked_for`.
    """
    names = graphs_in(query, served.space.base)
    asked = (*names.asked, *dataset.default_graphs, *dataset.named_graphs)
    if not asked and not names.said:
        return ()
    names = NamedGraphs(asked, names.said, names.is_chosen or bool(dataset))
    return await anyio.to_thread.run_sync(_files, served, names)


def _files(served: ServedRelease, names: NamedGraphs) -> tuple[GraphFile, ...]:
    has_named = served.graph is None
    if has_named:  # what the store has itself is not looked for elsewhere
        asked, said = ([iri for iri in each if not is_in_store(served, iri)] for each in (names.asked, names.said))
        names = NamedGraphs(tuple(asked), tuple(said), names.is_chosen)
    return tuple(served.graphs().asked_for(names, beside=has_named))


def is_in_store(served: ServedRelease, iri: str) -> bool:
    """Whether a graph of that name stands in the store itself."""
    return served.store.contains_named_graph(NamedNode(iri))
