"""One query worker: a process that opens sealed stores read-only and answers one query at a time.

Forked by `lod.server.sparql.fork_server`, asked and answering over one socket, in frames: one letter, the length in
four bytes (big-endian), the payload.

    server  O  a store to open before any question comes, as JSON
            Q  a question, as JSON
    worker  R  it has opened what it was told to
            W  'columns': what it answers from, when not from the store
            B  a block of the answer
            E  the end of it: '+' where there are more rows, else '-', and the number of rows
            X  why there is no answer, or no whole one

A process, because an evaluation can neither be interrupted nor be kept from exhausting memory or the stack: it is
killed. It ends by itself when the server has gone or has forgotten it.
"""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyoxigraph

from lod.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS, by_suffix
from lod.store.columns import ColumnsError, CubeIndex, read_index
from lod.store.dataset import Dataset
from lod.store.graphs import GraphFile, load_graphs
from lod.store.guard import Query, QueryError, QueryForm
from lod.store.query import Way, evaluate, may_suit_columns
from lod.store.remote import RemoteStore
from lod.store.snapshot import StoreError, open_snapshot
from lod.store.written import BLOCK
from lod.wording import say, to_json

if TYPE_CHECKING:
    from lod.store.columnar.answer import ColumnarAnswers


class _Pipe:
    """The worker's side of the answer: counts bytes and stops at the limit."""

    def __init__(self, out: BinaryIO, max_bytes: int) -> None:
        self._out = out
        self._left = max_bytes
        self._max = max_bytes

    def write(self, data: bytes, /) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise QueryError(
                say("the answer is longer than {max} MB", max=self._max // 1000000),
                code="LOD9109",
                hint=say("add LIMIT, ask for fewer columns, or download the whole data"),
            )
        send_frame(self._out, b"B", data)


def send_frame(out: BinaryIO, kind: bytes, payload: bytes) -> None:
    """Write one frame. A block that is not long leaves together with what follows it at once: the end, or the next."""
    out.write(kind + len(payload).to_bytes(4, "big") + payload)
    if kind != b"B" or len(payload) >= BLOCK:
        out.flush()


def answer_questions(descriptor: int) -> None:
    """Answer what comes over a socket, until it ends."""
    questions = os.fdopen(descriptor, "rb")
    answers = os.fdopen(os.dup(descriptor), "wb")
    opened: _Opened | None = None
    loaded: _Opened | None = None  # graphs in memory, while questions about the same come
    while header := questions.read(5):
        message = json.loads(questions.read(int.from_bytes(header[1:], "big")))
        if header[:1] == b"O":
            opened = _prepared(message)
            send_frame(answers, b"R", b"")
            continue
        signal.setitimer(
            signal.ITIMER_REAL, message["seconds"] + 3
        )  # the default action ends the process: nobody has killed it
        try:
            if loaded is not None and loaded.known_as != message["graphs"]:
                loaded = None  # before others are read, or a question needs its memory
            if message["graphs"]:
                asked = loaded = loaded or open_graphs(message["graphs"])
            else:
                if opened is None or opened.known_as != message["store"]:
                    opened = open_store(message["store"])
                asked = opened
            rows, is_cut = _answer(asked, message, answers)
            send_frame(answers, b"E", b"%s%d" % (b"+" if is_cut else b"-", rows))
        except (QueryError, StoreError) as error:
            opened = None if isinstance(error, StoreError) else opened
            place = {"line": getattr(error, "line", 0), "column": getattr(error, "column", 0)}
            said = {"message": to_json(error.message), "hint": to_json(error.hint), "code": error.code, **place}
            send_frame(answers, b"X", json.dumps(said, default=str).encode())
        signal.setitimer(signal.ITIMER_REAL, 0)


def _prepared(folder: str | dict[str, Any]) -> _Opened | None:
    """A store opened before anybody waits for it; None where it cannot be: the first question says."""
    try:
        return open_store(folder)
    except StoreError:
        return None


@dataclass(slots=True)
class _Opened:
    """A release's store, and what its columns may answer."""

    known_as: str | dict[str, Any] | list[list[str]]  # a folder, what there is to know of a remote store, graphs
    store: pyoxigraph.Store | RemoteStore
    index: CubeIndex
    answers: ColumnarAnswers | None = None

    def columns(self) -> ColumnarAnswers | None:
        """The columns of the release beside the store; None when it has none."""
        if self.answers is None and self.index.cubes and isinstance(self.store, pyoxigraph.Store):
            from lod.store.columnar.answer import ColumnarAnswers

            self.answers = ColumnarAnswers(Path(str(self.known_as)).parent, self.index, self.store)
        return self.answers


def open_store(folder: str | dict[str, Any]) -> _Opened:
    """Open a release's store, or what holds it elsewhere. Columns that cannot be read leave everything to the store.

    Raises:
        StoreError: LOD5001 no store there, LOD5002 it is damaged.
    """
    if isinstance(folder, dict):
        return _Opened(folder, RemoteStore.from_json(folder), CubeIndex())
    store = open_snapshot(Path(folder))
    try:
        index = read_index(Path(folder).parent)
    except ColumnsError:
        index = CubeIndex()
    return _Opened(folder, store, index)


def open_graphs(graphs: list[list[str]]) -> _Opened:
    """Read graphs, by IRI and file, into memory.

    Raises:
        QueryError: LOD6091 a file cannot be read.
    """
    files = [GraphFile(iri, Path(path)) for iri, path in graphs]
    return _Opened(graphs, load_graphs(files), CubeIndex())


def _answer(opened: _Opened, question: dict[str, Any], answers: BinaryIO) -> tuple[int, bool]:
    inspected = Query(
        question["text"], QueryForm(question["form"]), is_stable=question["is_stable"], prefixes=question["prefixes"]
    )
    formats = GRAPH_FORMATS if inspected.form.is_graph else RESULT_FORMATS
    chosen = by_suffix(question["suffix"], formats)
    assert chosen is not None, "the parent has chosen among these"
    outcome = evaluate(
        opened.store,
        inspected,
        chosen,
        _Pipe(answers, question["bytes"]),
        dataset=Dataset(tuple(question["default_graphs"]), tuple(question["named_graphs"])),
        base_iri=question["base_iri"],
        max_rows=question["rows"],
        is_cut=question["is_cut"],
        columns=opened.columns() if may_suit_columns(inspected.text) else None,
        told=lambda way: send_frame(answers, b"W", way.encode()) if way is not Way.STORE else None,
    )
    return outcome.rows, outcome.is_cut
