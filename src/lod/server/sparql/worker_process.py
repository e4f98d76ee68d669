"""One query worker as the server sees it: a process that is asked, answers in frames, and can be killed.

The frames are those of `lod.server.sparql.worker`. They are taken in as they come, without a task for
each question: a point query costs two turns of the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

from lod.server.sparql.question import Question
from lod.store.guard import QueryError
from lod.store.remote import RemoteStore
from lod.store.snapshot import StoreError
from lod.wording import from_json

_HEAD = 5  # bytes of a frame before its payload: a letter, the length
_OF_A_PROCESS = 2  # CPUCLOCK_SCHED: https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ENDS_WITHIN = 10.0  # seconds that a killed process may take


class Listener(Protocol):
    """Who has asked a worker, and hears what it says."""

    def on_block(self, block: bytes) -> None:
        """A block of the answer."""

    def on_way(self, way: str) -> None:
        """What the answer comes from, when not from the store."""

    def on_end(self, rows: int, *, is_cut: bool) -> None:
        """The answer is whole; the worker is free."""

    def on_complaint(self, error: QueryError | StoreError) -> None:
        """There is no answer, or no whole one; the worker is free."""

    def on_lost(self, returncode: int) -> None:
        """The worker has ended."""


class WorkerProcess(asyncio.Protocol):
    """A worker. Belongs to one event loop; made by `lod.server.sparql.fork_server_process`."""

    def __init__(self, connection: socket.socket, kill: Callable[[int], None]) -> None:
        """`connection` leads to it; `kill` kills the process of this number, if it is still there."""
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()  # done when it has opened what it was told to
        self.ended: asyncio.Future[int] = loop.create_future()
        self.pid = 0
        self.knows: Path | RemoteStore | None = None  # the store that it has open
        self.yields = False  # whether the machine runs others before it
        self._socket = connection
        self._kill = kill
        self._listener: Listener | None = None
        self._rest = b""
        self._is_mute = False  # its end is seen before it is collected
        self._transport: asyncio.Transport | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return not self._is_mute and not self.ended.done()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It can be asked."""
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, question: bytes, listener: Listener, store: Path | RemoteStore) -> None:
        """Put a question (`encoded`); the worker is free."""
        self._listener, self.knows = listener, store
        self._write(question)

    def open(self, store: Path | RemoteStore) -> None:
        """Let it open a store before it is asked; `ready` is done when it has."""
        self.ready, self.knows = asyncio.get_running_loop().create_future(), store
        self._write(_frame(b"O", store_to_json(store)))

    def _write(self, message: bytes) -> None:
        """Send at once: a transport would at the end of the loop's turn, and the worker wakes up meanwhile."""
        assert self._transport is not None
        try:
            sent = self._socket.send(message)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # it has ended, and is heard to
        if sent < len(message):
            self._transport.write(message[sent:])

    def data_received(self, data: bytes) -> None:
        """Take in what the worker writes."""
        if self._rest:
            data = self._rest + data
        place = 0
        while len(data) - place >= _HEAD:
            start = place + _HEAD
            end = start + int.from_bytes(data[place + 1 : start], "big")
            if len(data) < end:
                break
            self._on_frame(data[place : place + 1], data[start:end])
            place = end
        self._rest = data[place:]

    def _on_frame(self, kind: bytes, payload: bytes) -> None:
        if kind == b"R":
            if not self.ready.done():
                self.ready.set_result(None)
            return
        listener = self._listener
        if listener is None:
            return
        if kind == b"B":
            listener.on_block(payload)
        elif kind == b"W":
            listener.on_way(payload.decode())
        elif kind == b"E":
            self._listener = None
            listener.on_end(int(payload[1:]), is_cut=payload[:1] == b"+")
        else:
            self._listener = None
            error = _complaint(json.loads(payload))
            if isinstance(error, StoreError):
                self.knows = None
            listener.on_complaint(error)

    def connection_lost(self, _exc: Exception | None) -> None:
        """It will not say anything any more."""
        self._is_mute = True

    def on_ended(self, returncode: int) -> None:
        """The process has ended; what it wrote last may be unread, and nobody can use it."""
        if not self.ended.done():
            self.ended.set_result(returncode)
        if not self.ready.done():
            self.ready.set_exception(ConnectionError())
            self.ready.exception()  # who waits is told, and nobody else has to be
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.on_lost(returncode)

    def processor_seconds(self) -> float:
        """How long it has had a processor; how long the machine has run, where the system does not tell."""
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                return time.clock_gettime((~self.pid << 3) | _OF_A_PROCESS)
        return time.monotonic()

    def resident_bytes(self) -> int:
        """The memory that it holds of its own, what it has mapped from files left out; 0 where nothing tells."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()
            return (int(fields[1]) - int(fields[2])) * _PAGE
        return 0

    def set_priority(self, niceness: int) -> bool:
        """Let the machine run others before this worker, or like it again. Whether it could be done.

        An unprivileged process cannot take back what it has yielded.
        """
        try:
            os.setpriority(os.PRIO_PROCESS, self.pid, niceness)
        except OSError:
            return False
        self.yields = niceness > 0
        return True

    def can_be_raised(self) -> bool:
        """Whether its priority comes back when it is taken: tried by the least step, which costs it next to nothing."""
        return self.set_priority(1) and self.set_priority(0)

    async def kill(self) -> None:
        """End it, whatever it does, and wait until it has."""
        self._listener = None
        if not self.ended.done():  # else its number may be another's by now
            self._kill(self.pid)
        with contextlib.suppress(TimeoutError):  # one that waits for a disk ends when it has it
            await asyncio.wait_for(asyncio.shield(self.ended), _ENDS_WITHIN)
        self.let_go()

    def let_go(self) -> None:
        """Ask it nothing more: it ends by itself when it has nothing to do."""
        assert self._transport is not None
        self._transport.close()


def encoded(question: Question, *, seconds: float, rows: int, max_bytes: int) -> bytes:
    """A question as a worker reads it, with its limits."""
    text = {
        "store": store_to_json(question.store),
        "text": question.query.text,
        "form": question.query.form,
        "prefixes": question.query.prefixes,
        "is_stable": question.query.is_stable,
        "suffix": question.format.suffix,
        "default_graphs": question.dataset.default_graphs,
        "named_graphs": question.dataset.named_graphs,
        "graphs": [[file.iri, str(file.path)] for file in question.graphs],
        "base_iri": question.base_iri,
        "seconds": seconds,
        "rows": rows,
        "is_cut": question.is_cut,
        "bytes": max_bytes,
    }
    return _frame(b"Q", text)


def store_to_json(store: Path | RemoteStore) -> str | dict[str, Any]:
    """What names a store to a worker."""
    return store.to_json() if isinstance(store, RemoteStore) else str(store)


def _frame(kind: bytes, payload: object) -> bytes:
    text = json.dumps(payload).encode()
    return kind + len(text).to_bytes(4, "big") + text


def _complaint(said: dict[str, Any]) -> QueryError | StoreError:
    for text in ("message", "hint"):
        said[text] = from_json(said[text])
    if said["code"] in ("LOD5001", "LOD5002"):
        return StoreError(said["message"], hint=said["hint"], code=said["code"])
    return QueryError(**said)
