"""Clients that send or read slower than anybody would: the others are answered, and their connections end."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import httpx
import pytest
from serving import serving

from lod.server import http_protocol
from lod.server.app import create_app
from lod.server.http_protocol import TolerantProtocol
from lod.server.sparql.question import QueryLimits

MANY = 30  # of each kind


class Impatient(TolerantProtocol):
    """Waits a moment only."""

    receive_seconds: ClassVar[float] = 4.0
    read_seconds: ClassVar[float] = 4.0


@pytest.fixture(scope="module")
def port(releases: Path) -> Iterator[int]:
    """A site that waits a moment only, with one query worker."""
    app = create_app(releases, limits=QueryLimits(workers=1, client_seconds=1e6, rows=100_000))
    with serving(app, Impatient) as address:
        yield int(address.rpartition(":")[2])


@contextlib.contextmanager
def connections(port: int, begin: bytes, count: int = MANY, buffer: int = 0) -> Iterator[list[socket.socket]]:
    """Many clients that have sent the beginning of something."""
    opened = []
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            if buffer:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            client.settimeout(60)
            client.connect(("127.0.0.1", port))
            client.sendall(begin)
            opened.append(client)
        yield opened


def others_are_answered(port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    assert httpx.get(f"{base}/-/health").status_code == 200
    assert httpx.get(f"{base}/sparql", params={"query": "ASK { ?s ?p ?o }"}, timeout=60).status_code == 200


BEGINNINGS = {
    "silent": b"",
    "slow head": b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nhost: a\r\nx-",
    "slow body": b"POST /sparql HTTP/1.1\r\nhost: a\r\ncontent-type: application/sparql-query\r\n"
    b"content-length: 4096\r\n\r\nASK",
    "slow chunks": b"POST /sparql HTTP/1.1\r\nhost: a\r\ncontent-type: application/sparql-query\r\n"
    b"transfer-encoding: chunked\r\n\r\n3\r\nASK\r\n",
}


def test_slow_to_send(port: int) -> None:
    """All kinds at the same time."""
    with contextlib.ExitStack() as stack:
        waiting = {name: stack.enter_context(connections(port, begin)) for name, begin in BEGINNINGS.items()}
        others_are_answered(port)
        for name, clients in waiting.items():
            for client in clients:
                with contextlib.suppress(ConnectionResetError):
                    assert client.recv(1) == b"", name  # nothing but the end


def test_slow_to_read(port: int) -> None:
    """Each holds an answer of megabytes that it does not take."""
    text = 'SELECT * { ?s ?p ?o . ?a ?b ?c BIND("' + "x" * 900 + '" AS ?x) } LIMIT 9000'
    request = f"GET /sparql?query={quote(text)}&format=csv HTTP/1.1\r\nhost: a\r\n\r\n".encode()
    with connections(port, request, count=5, buffer=2048) as clients:
        others_are_answered(port)
        for client in clients:
            with contextlib.suppress(ConnectionResetError):
                while client.recv(1 << 20):
                    pass  # what was in the network's buffers, then the end
        others_are_answered(port)


def test_an_endless_head(port: int) -> None:
    with connections(port, b"GET / HTTP/1.1\r\nhost: a\r\n", count=1) as (client,):
        with contextlib.suppress(ConnectionError):
            for _ in range(http_protocol.MOST_HEAD // 512 + 8):
                client.sendall(b"x-a: " + b"b" * 505 + b"\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(64).startswith(b"HTTP/1.1 431 ")
    others_are_answered(port)


def test_an_address_longer_than_the_parser_bears(port: int) -> None:
    begin = b"GET /" + b"a" * 66_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n"
    with connections(port, begin, count=1) as (client,), contextlib.suppress(ConnectionResetError):
        assert client.recv(64).startswith(b"HTTP/1.1 431 ")
    others_are_answered(port)


def test_an_endless_body(port: int) -> None:
    head = "POST /sparql HTTP/1.1\r\nhost: a\r\ncontent-type: application/sparql-query\r\ncontent-length: 999999999"
    begin = f"{head}\r\n\r\n".encode()
    with connections(port, begin, count=1) as (client,):
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                client.sendall(b"# " + b"x" * 9_997 + b"\n")
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(64).startswith(b"HTTP/1.1 413 ")
    others_are_answered(port)


def test_a_client_in_no_hurry_is_served(port: int) -> None:
    """Byte by byte, but within the time."""
    with connections(port, b"", count=1) as (client,):
        for byte in b"GET /-/health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n":
            client.sendall(bytes([byte]))
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
