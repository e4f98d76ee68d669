"""HTTP/1.1 as people type it, and within bounds that a slow client cannot stretch.

`curl https://lod.example.org/id/county/臺北市` sends the name as raw UTF-8. RFC 9112 §3.2 has ASCII only in a request
line, and the parser refuses anything else. Here the bytes are percent-encoded before it sees them (RFC 3987 §3.1), so
that a Chinese address works as typed: its escapes are in lower case, and 308 leads to the one spelling in upper case.

uvicorn waits for a request as long as a byte comes now and then, and for a reader as long as it likes. Here a request
arrives whole within `RECEIVE_SECONDS`, its head is no longer than `MOST_HEAD`, and a reader takes what waits for it
within `READ_SECONDS`; else the connection ends. The server is started with it::

    uvicorn.Config(app, http=TolerantProtocol)
"""

from __future__ import annotations

import asyncio
import re
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

RECEIVE_SECONDS = 20.0
READ_SECONDS = 120.0
MOST_HEAD = 64 << 10  # bytes of request line and headers

_REQUEST_LINE = re.compile(rb"[A-Z]{3,7} /[^ \r\n]* HTTP/1\.[01]\r\n")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_LONGEST_ADDRESS = 65_535  # bytes that the parser bears
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class TolerantProtocol(HttpToolsProtocol):
    """uvicorn's protocol, for request lines that are not ASCII and clients that are not in a hurry."""

    receive_seconds: ClassVar[float] = RECEIVE_SECONDS
    read_seconds: ClassVar[float] = READ_SECONDS

    _receiving: asyncio.TimerHandle | None = None  # until the request is whole
    _reading: asyncio.TimerHandle | None = None  # until the reader has taken what waits
    _is_incomplete = False
    _head: int | None = None  # bytes of a head that has not ended

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; who says nothing does not keep it."""
        super().connection_made(transport)
        self._receiving = self.loop.call_later(self.receive_seconds, self._end)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of a connection."""
        for timer in (self._receiving, self._reading):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the network. Only a request's first line is touched, never its headers or body."""
        is_between_requests = getattr(self.cycle, "response_complete", True)  # no cycle before the first request
        if is_between_requests and not data.isascii():
            data = encode_request_line(data)
        super().data_received(data)
        if self._is_incomplete:
            self._wait_for_the_rest(len(data))
        elif self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def _wait_for_the_rest(self, size: int) -> None:
        if self._receiving is None:
            self._receiving = self.loop.call_later(self.receive_seconds, self._end)
        if self._head is None:
            return
        self._head += size
        if self._head > MOST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_incomplete, self._head = True, 0
        super().on_message_begin()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read; an address that is too long for the parser has a status of its own."""
        if len(self.url) <= _LONGEST_ADDRESS:
            super().send_400_response(msg)
            return
        self.transport.write(_TOO_LONG)
        self.transport.close()

    def on_headers_complete(self) -> None:
        """Its head has ended."""
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """It is whole."""
        self._is_incomplete = False
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The reader is slower than the answer."""
        super().pause_writing()
        if self._reading is None:
            self._reading = self.loop.call_later(self.read_seconds, self._end)

    def resume_writing(self) -> None:
        """It has taken what waited."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        super().resume_writing()

    def _end(self) -> None:
        self.transport.abort()


def encode_request_line(data: bytes) -> bytes:
    """Percent-encode what is not ASCII in the request line that `data` begins with; other bytes stay as they are."""
    line = _REQUEST_LINE.match(data)
    if line is None:
        return data
    return _NOT_ASCII.sub(lambda m: b"%%%02x" % m.group()[0], line.group()) + data[line.end() :]
