"""What was asked and how it was answered, a line a request: enough to operate the site, nothing of who asked.

No line has the client's address, headers or search words, and none has a query's text unless that was asked for: the
same query has the same name until the server is started again, and nobody can guess its text from it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Message, Receive, Scope, Send

from lod.server.at_once import AnswersAtOnce, Ready

LOGGER = "lod.requests"
"""The logger of these lines; whoever starts the server gives it a handler."""

QUERY = "lod.query"
"""Under this name a request's scope has the text of its query."""

_LOG = logging.getLogger(LOGGER)


@dataclass(frozen=True, slots=True)
class RequestLogOptions:
    """How a line is written. `key`: a secret of this start of the server, the same in all of its processes."""

    key: bytes
    as_json: bool = True
    with_queries: bool = False  # their text, not only their name


class WithoutBroken(logging.Filter):
    """Leaves out what uvicorn says of an answer that broke: its client has seen it, and the line about it says so."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is told."""
        return "returned without completing response" not in record.getMessage()


class RequestLog:
    """An application whose answers are noted."""

    def __init__(self, app: AnswersAtOnce, options: RequestLogOptions) -> None:
        self.app = app
        self.options = options

    def at_once(self, scope: Scope) -> Ready | None:
        """As the application's own."""
        began = time.perf_counter()
        answer = self.app.at_once(scope)
        if answer is not None:
            self._note(scope, began, answer.status, len(answer.body), answer.way)
        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, size, way, is_whole = time.perf_counter(), 0, 0, "", False

        async def noting(message: Message) -> None:
            nonlocal status, size, way, is_whole
            if message["type"] == "http.response.start":
                status = message["status"]
                way = next((v.decode("ascii") for k, v in message["headers"] if k == b"answered-from"), "")
            else:
                size += len(message.get("body", b""))
                is_whole = not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self._note(scope, began, status, size, way, is_whole=is_whole)

    def _note(self, scope: Scope, began: float, status: int, size: int, way: str, *, is_whole: bool = True) -> None:
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": scope["method"],
            "path": (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "backslashreplace"),
            "status": status,  # 0: the client left before there was one
            "ms": round((time.perf_counter() - began) * 1000, 1),
            "bytes": size,
            **({} if is_whole else {"broken": True}),
            **({"way": way} if way else {}),
            **self._query(scope),
        }
        _LOG.info("%s", json.dumps(line, ensure_ascii=False) if self.options.as_json else as_text(line))

    def _query(self, scope: Scope) -> dict[str, str]:
        text: str = scope.get(QUERY) or _asked(scope)
        if not text:
            return {}
        name = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8, key=self.options.key).hexdigest()
        return {"query": name, **({"text": text} if self.options.with_queries else {})}


def _asked(scope: Scope) -> str:
    """The query in the address, for an answer that was known before it was read."""
    if not (scope.get("raw_path") or b"").endswith(b"/sparql"):  # the base IRI may have a path
        return ""
    fields: dict[str, list[str]] = parse_qs(scope["query_string"].decode("latin-1"))
    return fields.get("query", [""])[0]


def as_text(line: dict[str, Any]) -> str:
    """The line for people: `2026-01-01T00:00:00.000+00:00 200 GET /sparql 3.1 ms 512 B store 1f0c…`."""
    marks = [str(line[name]) for name in ("way", "query") if name in line]
    text = [json.dumps(line["text"], ensure_ascii=False)] if "text" in line else []
    broken = ["broken"] if "broken" in line else []
    size = f"{line['bytes']} B"
    parts = (line["time"], line["status"], line["method"], line["path"], f"{line['ms']} ms", size)
    return " ".join(map(str, (*parts, *broken, *marks, *text)))
