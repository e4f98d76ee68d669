"""Requests as they are written, which no client library has tidied."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit


def connect(url: str) -> socket.socket:
    """A connection to the server at an address."""
    place = urlsplit(url)
    return socket.create_connection((place.hostname or "", place.port or 80), timeout=60)


def exchange(url: str, sent: bytes) -> bytes:
    """All that the server at an address says to some bytes, until it ends the connection."""
    with connect(url) as connection:
        connection.sendall(sent)
        return connection.makefile("rb").read()


def ask(url: str, target: bytes | str, *, method: str = "GET", accept: str = "*/*") -> tuple[int, dict[str, str]]:
    """The status and the headers, by their names in lower case, of the answer to a target spelt so."""
    spelt = target.encode() if isinstance(target, str) else target
    rest = f" HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept: {accept}\r\n\r\n"
    answer = exchange(url, method.encode() + b" " + spelt + rest.encode())
    status, *fields = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    return int(status.split()[1]), headers
