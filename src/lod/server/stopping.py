"""Servers that end without losing a request: what has arrived is answered, and who comes later is refused.

uvicorn closes its socket first, and with it whatever waits there to be accepted. Here nobody is let in any more, then
who waits is accepted, then it closes. Who knocked in between tries again a second later, as TCP has it.
https://www.uvicorn.org/ ; https://docs.kernel.org/networking/filter.html
"""

from __future__ import annotations

import asyncio
import ctypes
import signal
import socket
import struct
import sys

from uvicorn import Server
from uvicorn.config import Config
from uvicorn.supervisors import Multiprocess, multiprocess

from lod.server.parent import end_with_parent

_TURNS = 200  # of the event loop, each of which accepts one who waits and reads what was sent
_SO_ATTACH_FILTER = 26


def turn_away(listener: socket.socket) -> None:
    """Let no further connection begin; those that wait to be accepted stay. Linux alone can."""
    if sys.platform != "linux":
        return
    nothing = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))  # of each packet
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", 1, ctypes.addressof(nothing)))


class LastCallServer(Server):
    """One process that answers."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who has come, then end. The socket of several processes is theirs: it stays as it is."""
        if self.config.workers == 1:
            for listener in sockets or ():
                turn_away(listener)
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await super().shutdown(sockets)


class _Process(multiprocess.Process):
    """A process of several."""

    @property
    def server(self) -> Server:
        """What runs in it."""
        if self._server is None:
            self._server = LastCallServer(config=self.config)
        return self._server

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Run. Whatever ends the supervisor, nobody is left who answers without one."""
        end_with_parent(signal.SIGTERM)
        super().target(sockets)


class LastCallSupervisor(Multiprocess):
    """Several processes that answer, at one socket."""

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        multiprocess.Process = _Process  # type: ignore[misc] # its methods start processes by this name
        super().__init__(config, sockets)

    def terminate_all(self) -> None:
        """End all processes. The socket closes with the last of them: nobody waits at it in vain."""
        for listener in self.sockets:
            turn_away(listener)
            listener.close()
        super().terminate_all()
