"""A release opened for serving: its sealed store, the descriptions beside it, what is kept while it is served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar, cast

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat

from lod.release.history.graphs import ReleaseGraphs
from lod.release.hold import hold
from lod.release.publishing.mirror import open_mirror
from lod.release.release import Release, Site, open_release
from lod.release.seal import ReleaseFile
from lod.release.uris.tombstones import RETIRED, Tombstones, read_tombstones
from lod.server.addresses import UrlSpace
from lod.server.answers import http_date
from lod.server.memo import Memo
from lod.server.pages.labels import Labels
from lod.server.theme import Theme, own_theme
from lod.store.figures import ColumnFile, open_figures
from lod.store.remote import RemoteStore
from lod.store.snapshot import StoreError, open_snapshot
from lod.store.transport import Endpoint
from lod.store.uris import UriList
from lod.wording import say

T = TypeVar("T")
Node = NamedNode | BlankNode | Literal

METADATA_FILES = ("catalog.ttl", "void.ttl", "prov.ttl")
"""Descriptions that stand beside the store in a release; small, read into memory."""

MOST_POINTING = 50
"""Statements that point to a thing and are read in one go; where there are more, each property is looked up."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ServedRelease:
    """A release opened for reading: its sealed store, its descriptions in memory, labels by IRI."""

    release: Release
    store: pyoxigraph.Store | RemoteStore
    metadata: pyoxigraph.Store
    under: str = ""  # the path at which it stands frozen, beside the current one
    tombstones: Tombstones = field(default_factory=Tombstones)
    theme: Theme = field(default_factory=own_theme)
    labels: Labels = field(init=False)
    space: UrlSpace = field(init=False)
    etag_prefix: str = field(init=False)
    last_modified: bytes = field(init=False)  # when release or look became what they are, as HTTP writes it
    described_beside: frozenset[Any] = field(init=False)  # the subjects in `metadata`
    graph: DefaultGraph | None = field(init=False)  # where to look; None: in all, since there are named ones
    memo: Memo = field(init=False, default_factory=lambda: Memo(capacity=1024))  # small things
    pages: Memo = field(init=False, default_factory=lambda: Memo(capacity=256))  # rendered, some ten kB each
    cubes: Memo = field(init=False, default_factory=lambda: Memo(capacity=16))  # up to some megabytes each
    links: Memo = field(init=False, default_factory=lambda: Memo(capacity=20_000))  # labels with their links
    near: Memo = field(init=False, default_factory=lambda: Memo(capacity=64))  # what points to a thing, if it is little
    opened: Memo = field(init=False, default_factory=lambda: Memo(capacity=5))  # columns, list of addresses, search

    def __post_init__(self) -> None:
        digest = f"{self.release.manifest.digest}{self.release.manifest.name}{self.theme.digest}{self.under}"
        has_named = next(iter(self.store.named_graphs()), None) is not None
        object.__setattr__(self, "graph", None if has_named else DefaultGraph())  # half the look-ups
        object.__setattr__(self, "described_beside", frozenset(quad.subject for quad in self.metadata))
        object.__setattr__(self, "labels", Labels(self.objects, self.theme.texts.term_label))
        object.__setattr__(self, "space", UrlSpace(self.site.base_iri, self.under))
        object.__setattr__(self, "etag_prefix", hashlib.blake2b(digest.encode(), digest_size=8).hexdigest())
        object.__setattr__(self, "last_modified", http_date(self.release.manifest.created, self.theme.changed))

    @property
    def site(self) -> Site:
        """What pages and protocols need to know of the project."""
        return self.release.site

    @property
    def statements(self) -> Path | RemoteStore:
        """Where query workers find the statements."""
        return self.store if isinstance(self.store, RemoteStore) else self.release.store

    def is_answering(self) -> bool:
        """Whether the store has something to say now; one elsewhere is asked.

        Raises:
            RemoteError: as `RemoteStore.check`.
        """
        if isinstance(self.store, RemoteStore):
            self.store.check()
            return True
        return next(self.quads(None, None, None), None) is not None

    def graphs(self) -> ReleaseGraphs:
        """What may be named as a graph beside those of the store."""
        return self.memo.get("graphs", lambda: ReleaseGraphs(self.release))

    def columns(self) -> ColumnFile | None:
        """The release's cubes as columns, opened when they are first asked for; None where it has none.

        Raises:
            ColumnsError: they cannot be read.
        """
        return self.opened.get("columns", lambda: open_figures(self.release.folder))

    def addresses(self) -> UriList | None:
        """The sorted list of what the release describes, opened when it is first asked for; None where it has none."""
        return self.opened.get("addresses", lambda: UriList.open(self.release.folder))

    def quads(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, value: Node | None
    ) -> Iterator[Quad]:
        """Quads of the store, then of the descriptions beside it. A pattern, never a query text: nothing is parsed."""
        found = self.store.quads_for_pattern(subject, predicate, value, self.graph)
        if subject is not None and subject not in self.described_beside:
            return found
        return chain(found, self.metadata.quads_for_pattern(subject, predicate, value, None))

    def stretch(
        self,
        subject: NamedNode | BlankNode | None,
        predicate: NamedNode | None,
        value: Node | None,
        start: int,
        most: int,
    ) -> list[Quad]:
        """At most `most` of the same quads from the one at `start` on, in the same order each time.

        Far from the beginning a query passes over what was told before, in the index, without reading its terms.
        """
        asked = self._asked(subject, predicate, value)
        if not start or asked is None:
            return list(islice(self.quads(subject, predicate, value), start, start + most))
        pattern, variables = asked
        found = self._solutions(f"SELECT * {{ {pattern} }} OFFSET {start:d} LIMIT {most:d}")
        given = {"s": subject, "p": predicate, "o": value}
        triples = ([row[name] if name in variables else given[name] for name in "spo"] for row in found)
        return [Quad(*triple) for triple in triples]  # type: ignore[arg-type]

    def count(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, value: Node | None, most: int
    ) -> int:
        """How many of these quads there are, `most` if there are more."""
        asked = self._asked(subject, predicate, value)
        if asked is None:
            return sum(1 for _ in islice(self.quads(subject, predicate, value), most))
        inner = f"SELECT * {{ {asked[0]} }} LIMIT {most:d}"
        row = next(iter(self._solutions(f"SELECT (COUNT(*) AS ?n) {{ {{ {inner} }} }}")))
        return int(row["n"].value)

    def pointing(self, node: NamedNode) -> tuple[Quad, ...] | None:
        """All that points to a node, in the order of `quads`; None where that is more than `MOST_POINTING`."""

        def read() -> tuple[tuple[Quad, ...] | None]:
            found = tuple(islice(self.quads(None, None, node), MOST_POINTING + 1))
            return (found if len(found) <= MOST_POINTING else None,)

        return self.near.get(node, read)[0]

    def _asked(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, value: Node | None
    ) -> tuple[str, frozenset[str]] | None:
        """A pattern in SPARQL, of terms that were parsed, and its variables; None where only the index can be read."""
        beside = subject is not None and subject in self.described_beside
        if beside or isinstance(self.store, RemoteStore) or any(isinstance(t, BlankNode) for t in (subject, value)):
            return None
        terms = {"s": subject, "p": predicate, "o": value}
        variables = frozenset(name for name, term in terms.items() if term is None)
        if not variables:
            return None
        return " ".join(f"?{name}" if term is None else str(term) for name, term in terms.items()), variables

    def _solutions(self, query: str) -> Any:
        assert isinstance(self.store, pyoxigraph.Store)
        return self.store.query(query, use_default_graph_as_union=self.graph is None)

    def objects(self, subject: NamedNode | BlankNode, predicate: NamedNode) -> list[Node]:
        """The values of one property, each once, in the store's order."""
        return list(dict.fromkeys(quad.object for quad in self.quads(subject, predicate, None)))  # type: ignore[misc]


def open_served(
    folder: Path, *, under: str = "", elsewhere: Endpoint | None = None, theme: Theme | None = None
) -> ServedRelease:
    """Open a release folder for serving; `under` is the path of a frozen one, `elsewhere` may hold its statements.

    Raises:
        ReleaseError, StoreError: there is none, or it is damaged.
    """
    release = open_release(folder, verify="quick")
    metadata = pyoxigraph.Store()
    for name in METADATA_FILES:
        file = folder / name
        if file.is_file():
            try:
                metadata.extend(read_description(file, release.site.base_iri))
            except (OSError, SyntaxError, ValueError) as error:
                raise StoreError(
                    say("{file} cannot be read: {error}", file=file, error=error),
                    hint=say("lod rollback"),
                    code="LOD8003",
                ) from error
    try:
        tombstones = read_tombstones(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            say("{file} cannot be read: {error}", file=folder / RETIRED, error=error),
            hint=say("lod rollback"),
            code="LOD8003",
        ) from error
    store = open_mirror(release, elsewhere) if elsewhere else open_snapshot(release.store)
    served = ServedRelease(release, store, metadata, under, tombstones, theme or own_theme())
    hold(folder, served)
    return served


def read_description(file: Path, base_iri: str) -> Iterator[Quad]:
    """A description that stands beside the store.

    Blank nodes are named by their file, in its order: a parser's own names differ each time, and an answer must not.
    """
    names: dict[BlankNode, BlankNode] = {}

    def named(term: T) -> T:
        if not isinstance(term, BlankNode):
            return term
        return cast("T", names.setdefault(term, BlankNode(f"{file.stem}{len(names)}")))

    for quad in pyoxigraph.parse(path=str(file), format=RdfFormat.TURTLE, base_iri=base_iri):
        yield Quad(named(quad.subject), quad.predicate, named(quad.object), quad.graph_name)


def dump_files(release: Release) -> dict[str, ReleaseFile]:
    """What `/dump/{release}/…` offers, by the name in the URL: every file of the manifest but the store's own."""
    return {
        entry.path.removeprefix("dump/"): entry
        for entry in release.manifest.files
        if not entry.path.startswith("store/")
    }
