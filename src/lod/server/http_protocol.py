"""HTTP/1.1 as people type it: `curl https://lod.example.org/id/county/臺北市` sends the name as raw UTF-8.

RFC 9112 §3.2 has ASCII only in a request line, and the parser refuses anything else. Here the bytes are percent-encoded
before it sees them (RFC 3987 §3.1), so that a Chinese address works as typed. The server is started with it::

    uvicorn.Config(app, http=TolerantProtocol)
"""

from __future__ import annotations

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_REQUEST_LINE = re.compile(rb"[A-Z]{3,7} /[^ \r\n]* HTTP/1\.[01]\r\n")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class TolerantProtocol(HttpToolsProtocol):
    """uvicorn's protocol, for request lines that are not ASCII."""

    def data_received(self, data: bytes) -> None:
        """Take bytes from the network. Only a request's first line is touched, never its headers or body."""
        is_between_requests = getattr(self.cycle, "response_complete", True)  # no cycle before the first request
        if is_between_requests and not data.isascii():
            data = encode_request_line(data)
        super().data_received(data)


def encode_request_line(data: bytes) -> bytes:
    """Percent-encode what is not ASCII in the request line that `data` begins with; other bytes stay as they are."""
    line = _REQUEST_LINE.match(data)
    if line is None:
        return data
    return _NOT_ASCII.sub(lambda m: b"%%%02X" % m.group()[0], line.group()) + data[line.end() :]
