"""The graphs that a query is asked of: as the protocol or the query names them, and several of them as one.

SPARQL 1.1 Query Language §13.2 (specifying RDF datasets): https://www.w3.org/TR/sparql11-query/#specifyingDataset ; a
default graph made of several graphs is their merge (§13.2.1), in which a triple that two of them hold stands once. The
engine tells it once for each graph, so that counts and sums over several versions of a dataset would be too high.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from lod.rdf.iris import is_absolute
from lod.store.graphs import iris_in, refuse_too_many
from lod.store.guard import Query
from lod.wording import say

_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)
_MERGE = NamedNode("urn:x-lod:merge")


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs to ask, by their IRIs. What the protocol says goes before FROM in the query (Protocol §2.1.4).

    Empty means the store's own. A graph that the store does not hold is empty; nothing is ever fetched.
    """

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether any graphs are named."""
        return bool(self.default_graphs or self.named_graphs)


WHOLE_STORE = Dataset()


def dataset_of(query: Query, base_iri: str) -> Dataset:
    """What the FROM clauses of a query name; `WHOLE_STORE` where it has none, or none that are IRIs."""
    if _FROM.search(query.text) is None:
        return WHOLE_STORE
    default, named = list[str](), list[str]()
    for iri, before in iris_in(query, base_iri):
        if before == "FROM":
            default.append(iri)
        elif before == "NAMED":
            named.append(iri)
    if not all(map(is_absolute, (*default, *named))):
        return WHOLE_STORE  # the engine's parser says what is wrong
    return Dataset(tuple(default), tuple(named))


def merged(store: pyoxigraph.Store, dataset: Dataset) -> tuple[pyoxigraph.Store, Dataset]:
    """A store and a dataset of it whose default graph is one graph; the same store where it is one already.

    Raises:
        QueryError: LOD6090 the graphs hold more statements than are read into memory.
    """
    graphs = tuple(dict.fromkeys(dataset.default_graphs))
    if len(graphs) <= 1:
        return store, replace(dataset, default_graphs=graphs)
    named = tuple(dict.fromkeys(dataset.named_graphs))
    refuse_too_many(
        sum(_size(store, iri) for iri in (*graphs, *named)),
        say("name fewer graphs, or download the files of these datasets and ask at home"),
    )
    together = pyoxigraph.Store()
    together.bulk_extend(_statements(store, graphs, _MERGE))
    for iri in named:
        together.bulk_extend(_statements(store, (iri,), NamedNode(iri)))
    return together, Dataset((_MERGE.value,), named)


def _size(store: pyoxigraph.Store, iri: str) -> int:
    counted = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graph=[NamedNode(iri)])
    assert isinstance(counted, pyoxigraph.QuerySolutions)
    return int(next(iter(counted))["n"].value)


def _statements(store: pyoxigraph.Store, graphs: Sequence[str], into: NamedNode) -> Iterator[Quad]:
    for iri in graphs:
        for quad in store.quads_for_pattern(None, None, None, NamedNode(iri)):
            yield Quad(quad.subject, quad.predicate, quad.object, into)
