"""The process that query workers are forked from, as the server sees it (`lod.server.sparql.fork_server`)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from typing import Self

from lod.errors import LodError
from lod.server.allocator import tuned
from lod.server.sparql.fork_server import MESSAGE
from lod.server.sparql.worker_process import WorkerProcess
from lod.wording import say

_KILLED = -9  # the exit code of workers that have ended with the process that they were forked from


class Workers:
    """Where query workers come from: one process, and another when that has ended. Belongs to one event loop."""

    def __init__(self, memory_bytes: int, *, has_network: bool = False) -> None:
        """`memory_bytes`: the address space of each."""
        self._memory_bytes = memory_bytes
        self._has_network = has_network
        self._starting: asyncio.Task[ForkServer] | None = None
        self._knows_columns = False

    async def __aenter__(self) -> Self:
        await self._running()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def fork(self) -> WorkerProcess:
        """A new worker.

        Raises:
            LodError: LOD9111 none starts.
        """
        return await (await self._running()).fork()

    def import_columns(self) -> None:
        """Let workers from now on have imported what questions about cubes need."""
        if self._knows_columns:
            return
        self._knows_columns = True
        if self._starting is not None and _is_alive(self._starting):
            self._starting.result().import_columns()

    async def _running(self) -> ForkServer:
        """The process. Whoever is called off while it starts leaves it to the next who asks."""
        starting = self._starting
        if starting is None or (starting.done() and not _is_alive(starting)):
            self._starting = starting = asyncio.create_task(self._start())
        return await asyncio.shield(starting)

    async def _start(self) -> ForkServer:
        server = await _start_fork_server(self._memory_bytes, has_network=self._has_network)
        if self._knows_columns:
            server.import_columns()
        return server

    async def end(self) -> None:
        """End the process, and with it every worker."""
        starting, self._starting = self._starting, None
        if starting is not None:
            with contextlib.suppress(LodError):
                await (await starting).end()


def _is_alive(starting: asyncio.Task[ForkServer]) -> bool:
    return starting.done() and not starting.cancelled() and starting.exception() is None and starting.result().is_alive


class ForkServer(asyncio.Protocol):
    """One process that forks workers."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control  # a socket leaves by it, which no transport lets
        self._process: Process | None = None
        self._rest = b""
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._beginning: deque[tuple[WorkerProcess, asyncio.Future[None]]] = deque()  # in the order they were asked for
        self._workers: dict[int, WorkerProcess] = {}
        self.is_alive = True

    async def begin(self, process: Process) -> None:
        """Wait until it is ready.

        Raises:
            LodError: LOD9111 it does not start.
        """
        self._process = process
        try:
            await self._ready
        except OSError:
            await self.end()
            raise _not_started() from None

    async def fork(self) -> WorkerProcess:
        """A new worker.

        Raises:
            LodError: LOD9111 it does not start.
        """
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with theirs:
            ours.setblocking(False)
            _, worker = await loop.create_unix_connection(lambda: WorkerProcess(ours, self._kill), sock=ours)
            begun: asyncio.Future[None] = loop.create_future()
            try:
                socket.send_fds(self._control, [MESSAGE.pack(b"F", 0, 0)], [theirs.fileno()])
                self._beginning.append((worker, begun))
                await begun
            except BaseException as error:
                worker.let_go()  # it reads the end of its questions, and ends
                if isinstance(error, OSError):
                    raise _not_started() from None
                raise
        return worker

    def import_columns(self) -> None:
        """Let it import what questions about cubes need, before it forks another."""
        self._tell(b"C")

    def _kill(self, pid: int) -> None:
        """Kill a worker, unless it has ended."""
        self._tell(b"K", pid)

    def _tell(self, kind: bytes, number: int = 0) -> None:
        with contextlib.suppress(OSError):  # it has ended, and is heard to
            self._control.send(MESSAGE.pack(kind, number, 0))

    def data_received(self, data: bytes) -> None:
        """Take in what it tells."""
        data = self._rest + data
        whole = len(data) - len(data) % MESSAGE.size
        self._rest = data[whole:]
        for kind, number, code in MESSAGE.iter_unpack(data[:whole]):
            self._on_message(kind, number, code)

    def _on_message(self, kind: bytes, number: int, code: int) -> None:
        if kind == b"R":
            self._ready.set_result(None)
        elif kind == b"E":
            self._workers.pop(number).on_ended(code)
        else:
            worker, begun = self._beginning.popleft()
            if kind == b"S":
                worker.pid = number
                self._workers[number] = worker
            if begun.done():
                return  # called off meanwhile
            if kind == b"S":
                begun.set_result(None)
            else:
                begun.set_exception(OSError(number, os.strerror(number)))

    def connection_lost(self, _exc: Exception | None) -> None:
        """It has ended, and its workers with it."""
        self.is_alive = False
        self._control.close()
        for waiting in (self._ready, *(begun for _, begun in self._beginning)):
            if not waiting.done():
                waiting.set_exception(ConnectionError())
        for worker in self._workers.values():
            worker.on_ended(_KILLED)

    async def end(self) -> None:
        """End it, and with it its workers."""
        assert self._process is not None
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)  # its own method would collect it before asyncio does
        await self._process.wait()


async def _start_fork_server(memory_bytes: int, *, has_network: bool) -> ForkServer:
    """A process that is ready to fork workers.

    Raises:
        LodError: LOD9111 it does not start.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        ours.setblocking(False)
        control = ours.dup()
        _, server = await asyncio.get_running_loop().create_unix_connection(lambda: ForkServer(control), sock=ours)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "lod.server.sparql.fork_server", str(memory_bytes)),
            *(["network"] if has_network else []),
            stdin=theirs.fileno(),
            stdout=DEVNULL,
            stderr=DEVNULL,
            env={**tuned(os.environ), "MALLOC_ARENA_MAX": "1"},  # glibc reserves 64 MB of addresses a thread otherwise
        )
    await server.begin(process)
    return server


def _not_started() -> LodError:
    hint = say("allow them more memory, and look whether this machine still starts processes: lod doctor")
    return LodError(say("the query workers do not start"), hint=hint, code="LOD9111")
