"""Applications on real servers of this process, for tests and for the reports of the suites."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from lod.server.http_protocol import TolerantProtocol
from lod.server.sparql.pool import QueryPool

PATIENCE = 60  # seconds


@contextmanager
def serving(app: ASGIApp, protocol: type[TolerantProtocol] = TolerantProtocol) -> Iterator[str]:
    """A server on a free port of the loopback interface, as `lod serve` starts it; its URL, without a last slash."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=protocol, log_level="warning", lifespan="on", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"


def with_pool(pool: QueryPool, respond: Callable[[Scope, Receive, Send], Awaitable[None]]) -> ASGIApp:
    """An application whose requests are answered by `respond`, with query workers for as long as it lives."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await respond(scope, receive, send)
            return
        for word, act in (("startup", pool.start), ("shutdown", pool.stop)):
            await receive()
            await act()
            await send({"type": f"lifespan.{word}.complete"})

    return app
