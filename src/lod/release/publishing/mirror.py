"""A release in a remote store, as whoever reads it finds it: which graphs it is made of, and where they are named.

Each dataset of a release has a graph, named by its content, and so has what is not a dataset's; a graph that did not
change keeps its name from release to release. `lod.release.publishing.push` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lod.release.release import Release
from lod.store.remote import RemoteStore
from lod.store.transport import Endpoint

_SUFFIX = ".nq.gz"


@dataclass(frozen=True, slots=True)
class Graph:
    """One graph of a release, and the bulk file with its statements. `is_rest`: less what other graphs hold."""

    iri: str
    file: Path
    is_rest: bool = False


def graphs_of(release: Release) -> tuple[Graph, ...]:
    """The graphs of a release: they follow from its manifest alone. The last one is the rest."""
    base, whole = release.site.base_iri, f"dump/{release.site.name}{_SUFFIX}"
    files = [file for file in release.manifest.files if file.path.startswith("dump/") and file.path.endswith(_SUFFIX)]
    graphs = [
        Graph(f"{base}graph/{file.sha256[:16]}", release.folder / file.path, is_rest=file.path == whole)
        for file in files
    ]
    return tuple(sorted(graphs, key=lambda graph: (graph.is_rest, graph.iri)))


def pointer_of(base_iri: str) -> str:
    """The graph that says which release is the one."""
    return f"{base_iri}graph/current"


def genid_of(base_iri: str) -> str:
    """With what the IRIs begin that stand for blank nodes."""
    return f"{base_iri}.well-known/genid/"


def open_mirror(release: Release, endpoint: Endpoint) -> RemoteStore:
    """A release in its remote store, to read from."""
    graphs = tuple(graph.iri for graph in graphs_of(release))
    return RemoteStore(endpoint, graphs, genid_of(release.site.base_iri), release.manifest.name)
