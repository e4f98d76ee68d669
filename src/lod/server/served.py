"""The release that the site serves now: opened once, followed when the pointer moves.

A request takes the `ServedRelease` that is current when it arrives and finishes on it; the old one is closed when the
last request lets go of it.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar, cast

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat

from lod.errors import LodError
from lod.release.history.graphs import ReleaseGraphs
from lod.release.hold import hold
from lod.release.publishing.mirror import open_mirror
from lod.release.release import Release, Site, current_name, open_release
from lod.release.seal import ReleaseFile
from lod.release.uris.tombstones import RETIRED, Tombstones, read_tombstones
from lod.server.addresses import UrlSpace
from lod.server.answers import http_date
from lod.server.pages.labels import Labels
from lod.server.theme import Theme, own_theme
from lod.store.columns import UriList
from lod.store.figures import ColumnFile, open_figures
from lod.store.remote import RemoteStore
from lod.store.snapshot import StoreError, open_snapshot
from lod.store.transport import Endpoint
from lod.wording import Wording, say

T = TypeVar("T")
Node = NamedNode | BlankNode | Literal

METADATA_FILES = ("catalog.ttl", "void.ttl", "prov.ttl")
"""Descriptions that stand beside the store in a release; small, read into memory."""

MOST_POINTING = 50
"""Statements that point to a thing and are read in one go; where there are more, each property is looked up."""

_ABSENT = object()

LOOK_EVERY = 1.0  # seconds between looks at the pointer


@dataclass(slots=True)
class Memo:
    """Values that are dear to compute and hold for a release's lifetime: cubes, trees. A few, the latest used."""

    capacity: int
    _kept: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def peek(self, key: Hashable) -> Any:
        """The value under `key`; None when it is not there."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value under `key`, made when it is not there."""
        with self._lock:
            found = self._kept.get(key, _ABSENT)
            if found is not _ABSENT:
                self._kept.move_to_end(key)
                return found  # type: ignore[no-any-return]
        value = make()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self.capacity:
                self._kept.popitem(last=False)
        return value


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
    opened: Memo = field(init=False, default_factory=lambda: Memo(capacity=4))  # columns, list of addresses, search

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
        """Whether the store has something to say now; one elsewhere is asked."""
        if isinstance(self.store, RemoteStore):
            return self.store.is_well()
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


@dataclass(slots=True)
class CurrentRelease:
    """Follows the pointer of a releases folder, or stays on one release where `pinned`.

    A look costs one `stat` a second. While requests come, a new release is opened beside them, and they go on being
    answered from the old one; when it cannot be opened, the last good one goes on being served and `trouble` says why.
    """

    releases: Path
    pinned: str | None = None
    elsewhere: Endpoint | None = None  # the store that holds the releases' statements; else each has its own
    theme: Theme = field(default_factory=own_theme)
    served: ServedRelease | None = None
    trouble: LodError | None = None
    _looked: float = 0.0
    _seen: tuple[int, int] | None = None
    _opening: Thread | None = None

    def get(self) -> ServedRelease:
        """The release to answer from.

        Raises:
            LodError: nothing is published, or what is cannot be opened.
        """
        now = time.monotonic()
        if self.served is None or now - self._looked >= LOOK_EVERY:
            is_quiet = now - self._looked >= 2 * LOOK_EVERY  # nobody else waits, and who asks now gets what is new
            self._looked = now
            self._look(wait=is_quiet)
        if self.served is None:
            raise self.trouble or LodError(say("nothing is published"))
        return self.served

    @property
    def is_settled(self) -> bool:
        """Whether the pointer was looked at a moment ago, so that `served` is current."""
        return time.monotonic() - self._looked < LOOK_EVERY

    def _look(self, *, wait: bool) -> None:
        pointer = self.releases / (self.pinned or "current")
        try:
            state = pointer.stat()
        except OSError:
            seen = None
        else:
            seen = (state.st_mtime_ns, state.st_ino)
        if seen == self._seen and self.served is not None:
            return
        if self._opening is not None and self._opening.is_alive():
            return  # a look later
        self._seen = seen
        if self.served is None or wait:
            self._try()
        else:
            self._opening = Thread(target=self._try, name="opening a release", daemon=True)
            self._opening.start()

    def _try(self) -> None:
        try:
            self._open()
        except (LodError, OSError) as error:
            self.trouble = error if isinstance(error, LodError) else LodError(Wording(str(error)), code="LOD9001")
        else:
            self.trouble = None

    def _open(self) -> None:
        name = self.pinned or current_name(self.releases)
        if name is None:
            if self.served is None:
                raise LodError(
                    say("nothing is published in {releases}", releases=self.releases),
                    hint=say("lod build --publish"),
                    code="LOD8004",
                )
            return
        if self.served is None or self.served.release.manifest.name != name:
            self.served = open_served(self.releases / name, elsewhere=self.elsewhere, theme=self.theme)
            gc.collect()  # a release and its labels know each other, and a calm collector would keep them for long
            _give_back_memory()


def _give_back_memory() -> None:
    """Return to the system what the releases before took: glibc keeps it, and more with each release.

    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def dump_files(release: Release) -> dict[str, ReleaseFile]:
    """What `/dump/{release}/…` offers, by the name in the URL: every file of the manifest but the store's own."""
    return {
        entry.path.removeprefix("dump/"): entry
        for entry in release.manifest.files
        if not entry.path.startswith("store/")
    }
