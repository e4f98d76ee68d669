"""One writer at a time in a releases folder.

The lock is the operating system's (`flock`), so a process that dies, however it dies, holds nothing. What stands in the
file only tells people who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lod.errors import LockedError
from lod.release.clock import wall_clock
from lod.wording import Wording, say

LOCK = "lock"


@contextmanager
def exclusive(releases: Path, purpose: str) -> Iterator[None]:
    """Hold the lock of a releases folder, which is made if need be. Does not wait.

    Raises:
        LockedError: LOD8005 another process holds it; the message says which.
    """
    releases.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(releases / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = say(
                "another process is at work on {releases}: {descriptor}",
                releases=releases,
                descriptor=_holder(descriptor),
            )
            raise LockedError(message, hint=say("wait until it has finished, or stop it"), code="LOD8005") from error
        holder = {"purpose": purpose, "pid": os.getpid(), "host": socket.gethostname(), "started": wall_clock()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode() + b"\n", 0)
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> Wording:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return say(
            "{purpose}, process {pid} on {host}, since {started}",
            purpose=holder["purpose"],
            pid=holder["pid"],
            host=holder["host"],
            started=holder["started"],
        )
    except (ValueError, KeyError, TypeError):
        return say("it has just begun")
