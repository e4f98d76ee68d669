"""How an answer leaves: with all of its headers, compressed where its reader can undo that, 304 where they have it.

HTTP Semantics: https://www.rfc-editor.org/rfc/rfc9110 §8.4 (Content-Encoding), §13 (conditional requests)
"""

from __future__ import annotations

from collections.abc import Mapping

import anyio.to_thread
from starlette.types import Scope, Send

from lod.server import encoding
from lod.server.answers import CORS_HEADERS, FRAMED_HEADERS, OF_304, SECURITY_HEADERS, Answer
from lod.server.at_once import Ready, head_of

MOST_AT_ONCE = 32 << 10  # bytes of a body; to compress more would hold up the others
_SITE_HEADERS = (*SECURITY_HEADERS, *CORS_HEADERS)
_FRAME_HEADERS = (*FRAMED_HEADERS, *CORS_HEADERS)


async def send_answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Send an answer as `completed` makes it; HEAD gets the same headers without the body."""
    if len(answer.body) <= MOST_AT_ONCE:
        leaves = completed(answer, scope)
    else:
        leaves = await anyio.to_thread.run_sync(completed, answer, scope)
    await send({"type": "http.response.start", "status": leaves.status, "headers": leaves.headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else leaves.body})


async def send_ready(found: Ready, send: Send) -> None:
    """Send what is written already to a server that knows nothing of such answers."""
    headers = [tuple(line.split(b": ", 1)) for line in found.head.split(b"\r\n")[:-1]]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": found.body})


def as_ready(answer: Answer, scope: Scope) -> Ready:
    """An answer as it leaves, written."""
    leaves = completed(answer, scope)
    return Ready(leaves.status, head_of(leaves.headers), leaves.body)


def completed(answer: Answer, scope: Scope) -> Answer:
    """An answer as it leaves: compressed where the client reads that, 304 where it has it, with all headers."""
    codings = since = known = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            codings = codings + b"," + value if codings else value
        elif name == b"if-modified-since":
            since = value
        elif name == b"if-none-match":
            known = known + b"," + value if known else value
    status, headers, body = answer.status, list(answer.headers), answer.body
    fields = dict(headers)
    if status == 304:
        _as_kept(headers, known)
    elif len(body) >= encoding.SMALLEST:
        body = _encode(headers, fields, body, codings.decode("latin-1"))
    if since and not known and status == 200 and fields.get(b"last-modified") == since:
        # Not for later dates (§13.1.3): a release may be rolled back.
        status, headers, body = 304, [field for field in headers if field[0] in OF_304], b""
    headers += _FRAME_HEADERS if b"content-security-policy" in fields else _SITE_HEADERS
    if status not in {204, 304}:
        headers.append((b"content-length", str(len(body)).encode("ascii")))
    return Answer(status, tuple(headers), body)


def _as_kept(headers: list[tuple[bytes, bytes]], known: bytes) -> None:
    """A 304 about what the client has: a compressed body has a weak validator."""
    for place, (name, value) in enumerate(headers):
        if name == b"etag" and b"W/" + value in known:
            headers[place] = (name, b"W/" + value)
        elif name == b"vary":
            headers[place] = (name, value + b", Accept-Encoding")


def _encode(headers: list[tuple[bytes, bytes]], fields: Mapping[bytes, bytes], body: bytes, codings: str) -> bytes:
    """Compress a body if that helps and its reader can undo it; the headers then say so."""
    if not encoding.is_compressible(fields.get(b"content-type", b"")):
        return body
    if (vary := fields.get(b"vary")) is None:
        headers.append((b"vary", b"Accept-Encoding"))
    else:
        headers[headers.index((b"vary", vary))] = (b"vary", vary + b", Accept-Encoding")
    coding = encoding.choose_coding(codings) if codings else ""
    if not coding:
        return body
    packed = encoding.compress(body, coding)
    for place, (name, value) in enumerate(headers):
        if name == b"etag" and not value.startswith(b"W/"):
            headers[place] = (name, b"W/" + value)  # equal in meaning, not byte by byte (§8.8.1)
    headers.append((b"content-encoding", coding.encode("ascii")))
    return packed
