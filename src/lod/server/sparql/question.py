"""What is asked of the query workers, and within which limits."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lod.rdf.formats import Format
from lod.store.dataset import WHOLE_STORE, Dataset
from lod.store.graphs import GraphFile
from lod.store.guard import Query
from lod.store.remote import RemoteStore


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What one query may take, and how many run or wait at once. Stated on the page and in the service description."""

    seconds: float = 10.0
    memory_bytes: int = 2 << 30  # address space of a worker
    kept_bytes: int = 128 << 20  # of memory; a worker that holds more after a query makes room for another
    rows: int = 10_000  # of results, triples of a graph
    bytes: int = 50_000_000
    held_bytes: int = 4 << 20  # an answer that may yet break its limits is held back until whole or longer than this
    held_rows: int = 10_000  # likewise one of at most so many rows, which its LIMIT keeps from growing
    workers: int = field(default_factory=lambda: max(2, min(os.cpu_count() or 2, 8)))
    spare: int = 1  # workers that wait beside them, so that the place of a killed one is taken at once
    waiting: int = 16  # queries; the next is told to come back
    waiting_seconds: float = 2.0
    client_seconds: float = 30.0  # of work a minute for each client
    services: tuple[str, ...] = ()  # endpoints that SERVICE may name; none, and the workers have no network

    @property
    def as_field(self) -> str:
        """What of it clients are told in `Query-Limits`."""
        return f"rows={self.rows}, bytes={self.bytes}, seconds={self.seconds:g}"

    def seconds_left(self, waited: float) -> float:
        """What a query may take that has waited: the deadline is its client's, but a second is always its own."""
        return max(self.seconds - waited, min(self.seconds, 1.0))


@dataclass(frozen=True, slots=True)
class Question:
    """One query to one store, and the format of its answer."""

    store: Path | RemoteStore
    query: Query
    format: Format
    dataset: Dataset = WHOLE_STORE
    base_iri: str = ""
    graphs: tuple[GraphFile, ...] = ()  # to be asked instead of the store
    rows: int | None = None  # instead of the pool's limit, for who shows fewer
    is_cut: bool = False  # at that many rows, instead of refused: TSV and N-Triples, for who says so beside it
    client: str = ""  # who asks, as far as turns go
    spent: Callable[[float], None] = lambda _seconds: None  # learns how long a worker was busy with it
