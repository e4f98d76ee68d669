"""Ports of the loopback interface for programs that cannot be told to take any."""

from __future__ import annotations

import os
import random
import socket

# Below those that systems give to whoever asks for any (from 32768 on Linux), so that nobody has the port between
# the look and the program's start; each process of the tests looks in an order of its own.
_CANDIDATES = range(20_000, 30_000)
_CHANCE = random.Random(os.getpid())
_given: set[int] = set()


def free_port() -> int:
    """A port that nothing listens on, and that no other call in this process was given."""
    for port in _CHANCE.sample(_CANDIDATES, len(_CANDIDATES)):
        if port in _given:
            continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        _given.add(port)
        return port
    raise AssertionError("all ports are taken")
