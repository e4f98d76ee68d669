"""The process that query workers are forked from: it has imported what they need, so one is there in milliseconds.

Started by `lod.server.sparql.fork_server_process` as `python -P -m lod.server.sparql.fork_server`, with one end of a
socket pair as standard input. Both sides send messages of one letter and two numbers (`MESSAGE`):

    server       F  fork a worker; with it comes the socket over which the worker is asked (`lod.server.sparql.worker`)
                 K  kill the worker with this number: only who collects it knows that the number is still its own
                 C  import what questions about cubes need, before any other worker is forked
    fork server  R  it is ready
                 S  a worker has started: its number
                 N  none has: the system's error
                 E  a worker has ended: its number, its exit code (negative: the signal)

It never opens a store and starts no thread, since neither outlives a fork. What it gives up, its workers have not
either: memory without end, the network, what the server has open (`lod.server.sparql.confinement`).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import mmap
import os
import signal
import socket
import struct
import sys
from pathlib import Path

from lod.server.sparql.confinement import confine, go_first

MESSAGE = struct.Struct("=cii")
_LEAST_ROOM = 64 << 20  # bytes that a query must have beside what the process itself takes


def main() -> None:
    """Fork workers until the server closes its end."""
    control = socket.socket(fileno=os.dup(0))
    with Path(os.devnull).open("r+b") as nowhere:
        os.dup2(nowhere.fileno(), 0)
    confine(int(sys.argv[1]), control.fileno(), has_network="network" in sys.argv[2:])
    importlib.import_module("lod.server.sparql.worker")
    mmap.mmap(-1, _LEAST_ROOM).close()  # or it ends here, and the server says so
    children: set[int] = set()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which lets queries end
    signal.signal(signal.SIGCHLD, lambda *_: _collect(children, control))
    _send(control, b"R")
    gc.freeze()  # else each would look at what all share, and so copy it
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE.size, 1)
        if len(message) < MESSAGE.size:
            return
        kind, number, _ = MESSAGE.unpack(message)
        if kind == b"K" and number in children:
            os.kill(number, signal.SIGKILL)
        elif kind == b"F":
            _fork(descriptors[0], children, control)
        elif kind == b"C":
            _import_columns()


def _import_columns() -> None:
    """What takes some tenths of a second is not taken from the first question of each worker."""
    with contextlib.suppress(ImportError, MemoryError):
        importlib.import_module("lod.store.columnar.answer").warm()
    gc.collect()
    gc.freeze()


def _fork(descriptor: int, children: set[int], control: socket.socket) -> None:
    """Start a worker on a socket. Its end is not told before its start."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    try:
        number = os.fork()
    except OSError as error:
        _send(control, b"N", error.errno or 0)
    else:
        if number == 0:
            _become_worker(descriptor, control)
        children.add(number)
        _send(control, b"S", number)
    os.close(descriptor)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _become_worker(descriptor: int, control: socket.socket) -> None:
    """Answer questions in this process, which is a new one, and end it."""
    from lod.server.sparql.worker import answer_questions

    code = 1
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        go_first()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            answer_questions(descriptor)
        code = 0
    finally:
        os._exit(code)


def _collect(children: set[int], control: socket.socket) -> None:
    """Tell of workers that have ended."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            children.discard(ended[0])
            _send(control, b"E", ended[0], os.waitstatus_to_exitcode(ended[1]))


def _send(control: socket.socket, kind: bytes, number: int = 0, code: int = 0) -> None:
    control.sendall(MESSAGE.pack(kind, number, code))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        main()
