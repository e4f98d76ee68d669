"""Search over the names of everything that is published: datasets, organisations, places, codes, terms.

SQLite FTS5 (https://www.sqlite.org/fts5.html) over tokens that are made here: its tokenizers find no Chinese word of
two characters. A run of East Asian characters becomes its pairs (臺北市 → 臺北 北市 市), other words stay whole.
Before, texts are folded: width and case, 台 as 臺. The index holds names, not observations, and is made when a release
is first searched; of a small one beforehand.

What a word finds is ranked whole, so a row has to cost little: it is a number alone, which holds how far the thing
comes to the front (above) and its place among all IRIs in their order (below).
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread

from pyoxigraph import Literal, NamedNode

from lod.errors import LodError
from lod.rdf.namespaces import DCAT, DCT, ORG, QB, SKOS
from lod.server.pages.labels import LABEL_PROPERTIES
from lod.server.served import ServedRelease
from lod.store.remote import RemoteStore

MOST_NAMES = 500_000
_AT_ONCE = 50_000  # statements of a release whose names are read in less time than anybody notices
_MORE = tuple(NamedNode(iri) for iri in (SKOS + "altLabel", SKOS + "notation", DCT + "identifier", DCAT + "keyword"))
_LONGER = (NamedNode(DCT + "description"), NamedNode(SKOS + "definition"))
_WEIGHTS = {  # twice how far a class comes to the front
    QB + "DataSet": 12, DCAT + "Dataset": 12, ORG + "FormalOrganization": 6, ORG + "Organization": 6,
    SKOS + "ConceptScheme": 5, SKOS + "Concept": 4,
}  # fmt: skip
_OTHERS = 2  # how far what is of no such class does
_HIDDEN = re.compile("#|/obs/")
_SAME = str.maketrans({"台": "臺", "裏": "裡", "峯": "峰", "双": "雙"})
_EAST_ASIAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PARTS = re.compile(rf"(?P<east>[{_EAST_ASIAN}]+)|(?P<word>[^\W_]+)")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, on one page of answers."""

    iris: tuple[str, ...]
    count: int


def folded(text: str) -> str:
    """A text as it is compared: NFKC, lower case, one spelling of characters that have two."""
    return unicodedata.normalize("NFKC", text).lower().translate(_SAME)


def tokens(text: str) -> list[str]:
    """What the index has of a text: pairs of East Asian characters and the last one alone, other words whole."""
    found: list[str] = []
    for match in _PARTS.finditer(folded(text)):
        run = match["east"]
        if run is None:
            found += _split(match["word"])
        else:
            found += [run[place : place + 2] for place in range(len(run))]
    return found


def _split(word: str) -> list[str]:
    """A word that mixes scripts, at their borders."""
    return re.findall(rf"[{_EAST_ASIAN}]+|[^{_EAST_ASIAN}]+", word)


def query_of(text: str) -> str:
    """A search as FTS5 has it: every part must be there; the last word may be a beginning. '' finds nothing."""
    parts: list[str] = []
    for match in _PARTS.finditer(folded(text)):
        run = match["east"]
        if run is None:
            parts += [f'"{word}"*' for word in _split(match["word"])]
        elif len(run) == 1:
            parts.append(f'"{run}"*')
        else:
            parts.append('"' + " ".join(run[place : place + 2] for place in range(len(run) - 1)) + '"')
    return " AND ".join(parts[:12])


class SearchIndex:
    """The names of a release. May be asked from several threads, one at a time."""

    def __init__(self, served: ServedRelease) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute("CREATE VIRTUAL TABLE names USING fts5(name, more, tokenize='unicode61', content='')")
        self._iris: list[str] = []
        self._database.executemany("INSERT INTO names (rowid, name, more) VALUES (?, ?, ?)", self._numbered(served))

    def _numbered(self, served: ServedRelease) -> Iterator[tuple[int, str, str]]:
        for iri, weight, name, more in _rows(served):
            yield weight << 32 | len(self._iris), name, more
            self._iris.append(iri)

    def _named(self, rows: Iterable[tuple[int]]) -> tuple[str, ...]:
        return tuple(self._iris[number & 0xFFFFFFFF] for (number,) in rows)

    def search(self, text: str, start: int, most: int) -> Found:
        """The IRIs whose names have what is searched, the nearest first."""
        query = query_of(text)
        if not query:
            return Found((), 0)
        with self._lock:
            (count,) = self._database.execute("SELECT count(*) FROM names WHERE names MATCH ?", (query,)).fetchone()
            found = self._database.execute(
                """SELECT rowid FROM names WHERE names MATCH ?
                ORDER BY bm25(names, 10, 1) * (rowid >> 32), rowid & 0xFFFFFFFF LIMIT ? OFFSET ?""",
                (query, most, start),
            ).fetchall()
        return Found(self._named(found), count)

    def iris(self) -> list[str]:
        """Everything that can be found, what comes to the front first."""
        with self._lock:
            found = self._database.execute("SELECT rowid FROM names ORDER BY rowid >> 32 DESC, rowid").fetchall()
        return list(self._named(found))


def search_index(served: ServedRelease) -> SearchIndex:
    """The index of a release, made once: that takes seconds where there are many names, so never on the event loop."""
    with _making(served):
        return served.opened.get("search", lambda: SearchIndex(served))


def search_index_at_once(served: ServedRelease) -> SearchIndex | None:
    """The same for who can do without: where a release is large, None until a thread has made it."""
    made: SearchIndex | None = served.opened.peek("search")
    if made is not None or _is_small(served):
        return made or search_index(served)
    served.opened.get("search maker", lambda: _begin(served))
    return None


def prepare_search(served: ServedRelease) -> None:
    """Make the index of a small release that was just opened, in a thread: whoever searches first need not wait."""
    if _is_small(served) and not isinstance(served.store, RemoteStore):
        served.opened.get("search maker", lambda: _begin(served))


def _is_small(served: ServedRelease) -> bool:
    return served.release.manifest.triples <= _AT_ONCE


def _begin(served: ServedRelease) -> Thread:
    def make() -> None:
        with suppress(LodError, OSError, RuntimeError):  # the store is damaged: whoever searches is told
            search_index(served)

    maker = Thread(target=make, name="making the search index", daemon=True)
    maker.start()
    return maker


def _making(served: ServedRelease) -> Lock:
    return served.opened.get("search lock", Lock)


def _rows(served: ServedRelease) -> Iterator[tuple[str, int, str, str]]:
    """What can be found, in the order of IRIs: how far it comes to the front, its names, what else is said of it."""
    names: dict[str, list[str]] = {}
    more: dict[str, list[str]] = {}
    for predicates, kept in ((LABEL_PROPERTIES, names), ((*_MORE, *_LONGER), more)):
        for predicate in predicates:
            for quad in served.store.quads_for_pattern(None, predicate, None, served.graph):
                subject = getattr(quad.subject, "value", "")
                if isinstance(quad.object, Literal) and subject.startswith(served.space.base):
                    if len(names) >= MOST_NAMES and subject not in names:
                        continue
                    kept.setdefault(subject, []).append(quad.object.value)
    kinds = {iri: _members(served, iri) for iri in _WEIGHTS}
    for iri, texts in sorted(names.items()):
        if _HIDDEN.search(iri):
            continue  # parts of a structure have no page of their own; figures are found by their places
        weight = max((w for kind, w in _WEIGHTS.items() if iri in kinds[kind]), default=_OTHERS)
        yield iri, weight, " ".join(tokens(" ".join(texts))), " ".join(tokens(" ".join(more.get(iri, []))))


def _members(served: ServedRelease, kind: str) -> set[str]:
    predicate = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    quads = served.store.quads_for_pattern(None, predicate, NamedNode(kind), served.graph)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
