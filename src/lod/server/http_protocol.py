"""HTTP/1.1 as people type it, and within bounds that a slow client cannot stretch.

`curl https://lod.example.org/id/county/臺北市` sends the name as raw UTF-8. RFC 9112 §3.2 has ASCII only in a request
line, and the parser refuses anything else. Here the bytes are percent-encoded before it sees them (RFC 3987 §3.1), so
that a Chinese address works as typed: its escapes are in lower case, and 308 leads to the one spelling in upper case.

uvicorn waits for a request as long as a byte comes now and then, and for a reader as long as it likes. Here a request
arrives whole within `RECEIVE_SECONDS`, its head is no longer than `MOST_HEAD` and none of its fields than `MOST_FIELD`,
at most `MOST_WAITING` requests wait behind another, and a reader takes what waits for it within `READ_SECONDS`; else
the connection ends. When the server stops, what is under way is answered, and who is silent has `LAST_SECONDS` to ask
once more.

uvicorn makes a task for each request and writes its head and its body one after the other, which takes longer than many
an answer. Here a request that the application answers at once (`lod.server.at_once`) is answered in one piece, as soon
as its head has been read. The server is started with it::

    uvicorn.Config(app, http=TolerantProtocol)
"""

from __future__ import annotations

import asyncio
import re
from functools import lru_cache
from typing import Any, ClassVar, cast

from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from lod.server.at_once import TRAILER, AnswersAtOnce, Ready, head_of

RECEIVE_SECONDS = 20.0
READ_SECONDS = 120.0
LAST_SECONDS = 0.5
MOST_HEAD = 64 << 10  # bytes of request line and headers
MOST_FIELD = 8 << 10  # bytes of a field's value: they are the keys of what is kept in memory
MOST_WAITING = 100  # requests on one connection

_REQUEST_LINE = re.compile(rb"[A-Z]{3,7} /[^ \r\n]* HTTP/1\.[01]\r\n")
_HOST = re.compile(rb"[\w.~!$&'()*+,;=%\[\]:-]*")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MOST_BEHIND = 100  # fields behind a body
_MOST_CHUNKS = 5_000  # of a body: each costs more than what it holds
_LONGEST_ADDRESS = 65_535  # bytes that the parser bears
_NEED_MORE = frozenset({b"content-length", b"expect", b"transfer-encoding", b"upgrade"})  # than a head to be answered
_own_head = lru_cache(maxsize=2)(head_of)  # the fields that the server adds to each answer change once a second
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class TolerantProtocol(HttpToolsProtocol):
    """uvicorn's protocol, for request lines that are not ASCII and clients that are not in a hurry."""

    receive_seconds: ClassVar[float] = RECEIVE_SECONDS
    read_seconds: ClassVar[float] = READ_SECONDS

    _receiving: asyncio.TimerHandle | None = None  # until the request is whole
    _reading: asyncio.TimerHandle | None = None  # until the reader has taken what waits
    _is_incomplete = False
    _is_last = False  # no request after this one: the server stops
    _has_long_field = False
    _hosts = 0  # fields of a request's head that name one
    _behind = 0  # fields behind its body
    _chunks = 0  # of its body
    _head: int | None = None  # bytes of a head that has not ended
    _needs_more = False  # than its head to be answered
    _is_answered = False  # at once
    _has_its_turn = True  # whether nothing of what has come just now was answered yet

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        proxies = self.app if isinstance(self.app, ProxyHeadersMiddleware) else None
        app = self.app if proxies is None else proxies.app
        self._proxies = None if proxies is None else proxies.trusted_hosts
        self._at_once = app.at_once if isinstance(app, AnswersAtOnce) else None

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
        self.pipeline.clear()  # whose requests know this connection, as it knows them

    def data_received(self, data: bytes) -> None:
        """Take bytes from the network. Only a request's first line is touched, never its headers or body."""
        if not self._is_incomplete and not data.isascii():
            data = encode_request_line(data)
        self._has_its_turn = True
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
        self._is_incomplete, self._has_long_field, self._head = True, False, 0
        self._hosts = self._behind = self._chunks = 0
        self._needs_more = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; those that come behind a body are nobody's (RFC 9110 §6.5.1)."""
        if self._head is None:
            self._behind += 1
            if self._behind > _MOST_BEHIND:
                raise ValueError  # the parser stops, and `send_400_response` is called
            return
        if len(value) > MOST_FIELD:
            self._has_long_field = True
            raise ValueError  # likewise
        name = name.lower()
        if name == b"host":
            self._hosts += 1
            if _HOST.fullmatch(value) is None:
                raise ValueError  # likewise: RFC 9112 §3.2
        elif name in _NEED_MORE:
            self._needs_more = True
            self.expect_100_continue |= name == b"expect" and value.lower() == b"100-continue"
        elif name == b"te" and b"trailers" in value.lower():
            self.scope["extensions"] = {TRAILER: self._write_trailer}  # type: ignore[dict-item] # of our own
        self.headers.append((name, value))

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read; what is too long has a status of its own."""
        if self.transport.is_closing():
            return
        if len(self.url) <= _LONGEST_ADDRESS and not self._has_long_field:
            super().send_400_response(msg)
            return
        self.transport.write(_TOO_LONG)
        self.transport.close()

    def on_headers_complete(self) -> None:
        """Its head has ended."""
        self._head = None
        if self._hosts != 1 and self.parser.get_http_version() == "1.1":
            raise ValueError  # likewise: RFC 9112 §3.2
        found = self._find_at_once() if self._may_be_at_once() else None
        self._is_answered = found is not None
        if found is None:
            super().on_headers_complete()
            self._bound()
        else:
            self._has_its_turn = False  # who sends many requests in one piece waits for others like all do
            own = _own_head(tuple(self.server_state.default_headers))
            self.transport.write(b"".join((STATUS_LINE[found.status], own, found.head, b"\r\n", found.body)))

    def _bound(self) -> None:
        """The last request of a connection, or one too many."""
        if self._is_last:
            self.cycle.keep_alive = False
        if len(self.pipeline) > MOST_WAITING:
            self.transport.abort()
            raise ValueError  # likewise

    def on_chunk_header(self) -> None:
        """A piece of a body begins."""
        self._chunks += 1
        if self._chunks > _MOST_CHUNKS:
            raise ValueError  # likewise

    def on_message_complete(self) -> None:
        """It is whole."""
        self._is_incomplete = False
        if self._is_answered:
            self.on_response_complete()
        else:
            super().on_message_complete()

    def _may_be_at_once(self) -> bool:
        """Whether it is a plain GET, after which the connection stays open, and no answer is under way before it."""
        parser = self.parser
        return (
            self._at_once is not None
            and self._has_its_turn
            and not (self._needs_more or self._is_last)
            and parser.get_method() == b"GET"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and getattr(self.cycle, "response_complete", True)
            and not (self.flow.write_paused or self.root_path or self.transport.is_closing())
            and self.url.startswith(b"/")
            and b"#" not in self.url
        )

    def _find_at_once(self) -> Ready | None:
        assert self._at_once is not None
        scope = cast("Scope", self.scope)
        path, _, query = self.url.partition(b"?")
        scope.update(method="GET", path=path.decode("ascii"), raw_path=path, query_string=query)
        behind = [value.decode("latin-1") for name, value in self.headers if name == b"x-forwarded-for"]
        if behind and self._proxies is not None and self.client is not None and self.client[0] in self._proxies:
            client = self._proxies.get_trusted_client_address(", ".join(behind))
            scope["client"] = client if client[0] else self.client
        try:
            return self._at_once(scope)
        except Exception:
            self.logger.exception("no answer at once; the request goes the ordinary way")
            return None

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

    def shutdown(self) -> None:
        """The server stops: this connection ends with the answer to what was asked on it, or is asked in a moment."""
        self._is_last = True
        if self._is_silent():
            self.loop.call_later(LAST_SECONDS, self._end_if_silent)
        elif self.cycle is not None:
            self.cycle.keep_alive = False

    def _is_silent(self) -> bool:
        return not self._is_incomplete and getattr(self.cycle, "response_complete", True)

    def _end_if_silent(self) -> None:
        if self._is_silent():
            self.transport.close()

    def _write_trailer(self, field: bytes) -> None:
        """Say why a chunked answer ends here, and leave out its end: it is no whole answer (RFC 9112 §7.1.2, §8)."""
        self.transport.write(b"0\r\n%s\r\n" % field)

    def _end(self) -> None:
        self.transport.abort()


def encode_request_line(data: bytes) -> bytes:
    """Percent-encode what is not ASCII in the request line that `data` begins with; other bytes stay as they are."""
    line = _REQUEST_LINE.match(data)
    if line is None:
        return data
    return _NOT_ASCII.sub(lambda m: b"%%%02x" % m.group()[0], line.group()) + data[line.end() :]
