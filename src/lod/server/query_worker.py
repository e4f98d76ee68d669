"""One query worker: a process that opens sealed stores read-only and answers one query at a time.

Started by `lod.server.workers` as `python -P -m lod.server.query_worker`, asked on standard input, answering on
standard output, in frames: one letter, the length in four bytes (big-endian), the payload.

    parent  Q  a question, as JSON
    worker  R  it has started
            B  a block of the answer
            E  the end of it, with the number of rows and whether there are more
            X  why there is no answer, or no whole one

A process, because an evaluation can neither be interrupted nor be kept from exhausting memory or the stack: it is
killed. It limits its own memory, ends by itself when its parent has gone or has forgotten it, and has no way to the
network where Linux lets it give that up. It imports little, since it is started again after every kill.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph

from lod.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS, by_suffix
from lod.store.guard import Query, QueryError, QueryForm
from lod.store.query import Dataset, evaluate
from lod.store.snapshot import StoreError, open_snapshot
from lod.wording import say

_LEAST_ROOM = 64 << 20  # bytes that a query must have beside what the process itself takes
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


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
    """Write one frame."""
    out.write(kind + len(payload).to_bytes(4, "big"))
    out.write(payload)
    out.flush()


def confine(memory_bytes: int) -> None:
    """Limit this process's address space, end it with its parent, and cut it off from the network.

    The last two are Linux's; where a container forbids user namespaces the refusal of SERVICE
    (`lod.store.guard`) stands alone.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def main() -> None:
    """Answer questions until standard input ends."""
    confine(int(sys.argv[1]))
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("r+b") as nowhere:
        os.dup2(nowhere.fileno(), 0)
        os.dup2(nowhere.fileno(), 1)  # nothing but frames may reach the parent
    opened: tuple[str, pyoxigraph.Store] | None = None
    bytearray(_LEAST_ROOM)  # or it ends here, and the pool says so
    send_frame(answers, b"R", b"")
    while header := questions.read(5):
        question: dict[str, Any] = json.loads(questions.read(int.from_bytes(header[1:], "big")))
        signal.setitimer(signal.ITIMER_REAL, question["seconds"] + 1)  # the default action ends the process
        try:
            if opened is None or opened[0] != question["store"]:
                opened = (question["store"], open_snapshot(Path(question["store"])))
            rows, is_cut = _answer(opened[1], question, answers)
            send_frame(answers, b"E", json.dumps({"rows": rows, "is_cut": is_cut}).encode())
        except (QueryError, StoreError) as error:
            opened = None if isinstance(error, StoreError) else opened
            place = {"line": getattr(error, "line", 0), "column": getattr(error, "column", 0)}
            complaint = {"message": error.message, "code": error.code, "hint": error.hint, **place}
            send_frame(answers, b"X", json.dumps(complaint).encode())
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(store: pyoxigraph.Store, question: dict[str, Any], answers: BinaryIO) -> tuple[int, bool]:
    inspected = Query(question["text"], QueryForm(question["form"]), prefixes=question["prefixes"])
    formats = GRAPH_FORMATS if inspected.form.is_graph else RESULT_FORMATS
    chosen = by_suffix(question["suffix"], formats)
    assert chosen is not None, "the parent has chosen among these"
    outcome = evaluate(
        store,
        inspected,
        chosen,
        _Pipe(answers, question["bytes"]),
        dataset=Dataset(tuple(question["default_graphs"]), tuple(question["named_graphs"])),
        base_iri=question["base_iri"],
        max_rows=question["rows"],
        is_cut=question["is_cut"],
    )
    return outcome.rows, outcome.is_cut


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
