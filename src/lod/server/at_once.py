"""Answers that need no waiting: a server that knows of them sends one in one piece, without making a task for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from starlette.types import Receive, Scope, Send

TRAILER = "lod.trailer"
"""Under this name the scope's extensions have who writes a trailer, where the client has said that it reads them."""

_WAY = b"answered-from: "


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as it leaves: its head is written, its body encoded."""

    status: int
    head: bytes  # its fields as HTTP/1.1 writes them (RFC 9112 §5), each with the end of its line
    body: bytes

    @property
    def way(self) -> str:
        """What a query was answered from; '' where none was."""
        return self.head.partition(_WAY)[2].partition(b"\r\n")[0].decode("ascii")


@runtime_checkable
class AnswersAtOnce(Protocol):
    """An ASGI application that can answer some requests without `await`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any request."""

    def at_once(self, scope: Scope) -> Ready | None:
        """The answer to a GET request without a body; None: call the application, with the same scope."""


def head_of(fields: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Fields as a head writes them."""
    return b"".join([b"%b: %b\r\n" % field for field in fields])
