"""The way to a store of another kind: where it listens, what is sent there, and what its refusals mean.

SPARQL 1.1 Protocol: https://www.w3.org/TR/sparql11-protocol/ ; Graph Store HTTP Protocol:
https://www.w3.org/TR/sparql11-http-rdf-update/ . SPARQLWrapper composes queries; HTTPX carries everything: connections
stay open, answers are bounded in time and size, no redirect is followed (a secret would go with it), no proxy of the
environment is asked. All that is sent may be sent twice: patterns are read, and statements make up a set.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from lod.errors import LodError
from lod.wording import NOTHING, Wording, say

if TYPE_CHECKING:
    import httpx

Auth = Literal["none", "basic", "digest", "bearer"]

_FORM = "application/x-www-form-urlencoded"
_CONNECTING = 5  # seconds until a store that is there says so
_MOST_BYTES = 200_000_000  # of one answer; four times what the endpoint passes on, since results as JSON are long
_BUSY = frozenset({429, 502, 503, 504})
_CUT_HEADERS = ("x-sparql-maxrows", "x-sql-state")  # by which engines tell that an answer is not whole


class RemoteError(LodError):
    """The other store cannot be reached, refuses, or answers what is no answer."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a store listens. The secret stands in the environment under `secret_env`, never here."""

    query: str
    update: str
    graph_store: str = ""  # '': everything goes through `update`
    auth: Auth = "none"
    user: str = ""
    secret_env: str = ""
    timeout: int = 60  # seconds

    def secret(self) -> str:
        """The password or token.

        Raises:
            RemoteError: LOD8204, it is not in the environment.
        """
        if self.auth == "none":
            return ""
        found = os.environ.get(self.secret_env)
        if not found:
            raise RemoteError(
                say("the store wants a secret, and {name} is not in the environment", name=self.secret_env),
                hint=say("export {name}=…", name=self.secret_env),
                code="LOD8204",
            )
        return found


def ask(
    endpoint: Endpoint,
    query: str,
    accept: str,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
) -> bytes:
    """The whole answer to a query over the graphs that are named.

    Raises:
        RemoteError: LOD8201 not reached, LOD8202 refused, LOD8203 the answer was cut, LOD8204 no secret, LOD8206 not
            now, LOD9109 the answer is too long.
    """
    client_of(endpoint)  # or say what is missing
    from SPARQLWrapper import POST, SELECT, SPARQLWrapper

    composed = SPARQLWrapper(endpoint.query)
    composed.setMethod(POST)
    composed.setQuery(query)
    composed.queryType = SELECT  # it guesses from the text, and a wrong guess would be an update
    composed.setOnlyConneg(True)
    for name, graphs in (("default-graph-uri", default_graphs), ("named-graph-uri", named_graphs)):
        for graph in graphs:
            composed.addParameter(name, graph)
    content = composed._createRequest().data  # its only way to compose without sending
    assert isinstance(content, bytes)
    return _send(endpoint, endpoint.query, content, _FORM, accept=accept)


def update(endpoint: Endpoint, text: str) -> None:
    """Carry out a SPARQL update.

    Raises:
        RemoteError: LOD8201 not reached, LOD8202 refused, LOD8204 no secret, LOD8206 not now.
    """
    _send(endpoint, endpoint.update, urlencode({"update": text}).encode(), _FORM, busy=_BUSY | {500})


def add(endpoint: Endpoint, graph: str, triples: bytes) -> None:
    """Add N-Triples to a graph, by the Graph Store Protocol (§5.5) where the store has it.

    Raises:
        RemoteError: LOD8201 not reached, LOD8202 refused, LOD8204 no secret, LOD8206 not now.
    """
    if not endpoint.graph_store:
        update(endpoint, f"INSERT DATA {{ GRAPH <{graph}> {{\n{triples.decode()}}} }}")
        return
    url, kind = endpoint.graph_store, "application/n-triples"
    _send(endpoint, url, triples, kind, graph=graph, busy=_BUSY | {500})


def _send(
    endpoint: Endpoint,
    url: str,
    content: bytes,
    content_type: str,
    *,
    accept: str = "*/*",
    graph: str = "",
    busy: frozenset[int] = _BUSY,
) -> bytes:
    """POST, and the whole answer; once more where a connection that was kept open proves to be closed."""
    import httpx

    client = client_of(endpoint)
    address = httpx.URL(url).copy_merge_params({"graph": graph}) if graph else url
    headers = {"content-type": content_type, "accept": accept}
    request = client.build_request("POST", address, content=content, headers=headers)
    for is_last in (False, True):
        answer = None
        try:
            answer = client.send(request, stream=True)
            return _whole(answer, endpoint, url, busy)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.DecodingError) as error:
            if answer is not None:
                raise cut(url, _told(error)) from error
            if is_last:
                raise unreachable(url, _told(error)) from error
        except httpx.HTTPError as error:
            raise unreachable(url, _told(error)) from error
        finally:
            if answer is not None:
                answer.close()
    raise AssertionError("the second time ends it")


def client_of(endpoint: Endpoint) -> httpx.Client:
    """The client of a store, made once.

    Raises:
        RemoteError: LOD8204 no secret, LOD9250 the packages for that are not installed.
    """
    secret = endpoint.secret()
    client = _CLIENTS.get((endpoint, secret))
    if client is None:
        client = _CLIENTS.setdefault((endpoint, secret), _new_client(endpoint, secret))
    return client


def hang_up() -> None:
    """Close all connections; the next question opens them again."""
    while _CLIENTS:
        _CLIENTS.popitem()[1].close()


_CLIENTS: dict[tuple[Endpoint, str], httpx.Client] = {}  # one or two in a process: that of readers, that of health


def _new_client(endpoint: Endpoint, secret: str) -> httpx.Client:
    try:
        import ssl  # here, as the next: each query worker imports this module

        import httpx
        import SPARQLWrapper  # noqa: F401 - said here, before anything is sent
    except ImportError as error:  # an optional extra
        raise RemoteError(
            say("a store elsewhere is asked by a package that is not installed: {package}", package=error.name),
            hint=say("pip install 'lod[remote]'"),
            code="LOD9250",
        ) from error
    auth: httpx.Auth | None = None
    headers = {}
    if endpoint.auth == "basic":
        auth = httpx.BasicAuth(endpoint.user, secret)
    elif endpoint.auth == "digest":
        auth = httpx.DigestAuth(endpoint.user, secret)
    elif endpoint.auth == "bearer":
        headers["authorization"] = f"Bearer {secret}"
    return httpx.Client(
        auth=auth,
        headers=headers,
        timeout=httpx.Timeout(endpoint.timeout, connect=min(endpoint.timeout, _CONNECTING)),
        verify=ssl.create_default_context(),  # the system's authorities, and an agency's own by SSL_CERT_FILE
        trust_env=False,
    )


def _whole(answer: httpx.Response, endpoint: Endpoint, url: str, busy: frozenset[int]) -> bytes:
    """The body of a good answer, read to its end."""
    deadline = time.monotonic() + endpoint.timeout
    body = bytearray()
    for block in answer.iter_bytes():
        body += block
        if len(body) > _MOST_BYTES:
            raise RemoteError(
                say("the answer is longer than {max} MB", max=_MOST_BYTES // 1_000_000),
                code="LOD9109",
                hint=say("add LIMIT, ask for fewer columns, or download the whole data"),
            )
        if time.monotonic() > deadline:
            raise unreachable(url, say("no whole answer within {seconds} seconds", seconds=endpoint.timeout))
    if answer.is_redirect:
        raise RemoteError(
            say("{url} sends us on to {other}", url=url, other=answer.headers["location"]),
            hint=say("write in [store] where the store answers itself; no redirect is followed, and no secret goes on"),
            code="LOD8202",
        )
    if not answer.is_success:
        raise _refused(answer, bytes(body), url, busy)
    told = [f"{name}: {answer.headers[name]}" for name in _CUT_HEADERS if name in answer.headers]
    if told or answer.status_code == 206:
        raise cut(url, told[0] if told else "206 Partial Content")
    return bytes(body)


def _refused(answer: httpx.Response, body: bytes, url: str, busy: frozenset[int]) -> RemoteError:
    text = re.sub(r"\s+|<[^>]*>", " ", body.decode("utf-8", "replace"))
    reason = re.sub(r" +", " ", f"{answer.status_code} {answer.reason_phrase}: {text}").strip(" :")[:300]
    hint = NOTHING
    if answer.status_code in {401, 403}:
        hint = say("are auth and user of [store] right, is the secret, and may that user write?")
    elif answer.status_code in {404, 405}:
        hint = say("are the addresses in [store] right: query, update, graph_store?")
    code = "LOD8206" if answer.status_code in busy else "LOD8202"
    return RemoteError(say("{url} refuses: {reason}", url=url, reason=reason), hint=hint, code=code)


def unreachable(url: str, reason: str | Wording) -> RemoteError:
    """What is said when nobody listens, or not in time."""
    hint = say("is it running, and is [store] of lod.toml right?")
    return RemoteError(say("{url} cannot be reached: {reason}", url=url, reason=reason), hint=hint, code="LOD8201")


def cut(url: str, header: str) -> RemoteError:
    """What is said of an answer that is not whole."""
    return RemoteError(
        say("{url} has cut its answer short ({header})", url=url, header=header),
        hint=say("raise the store's limit of rows; a cut answer is never passed on"),
        code="LOD8203",
    )


def unreadable(url: str, reason: str) -> RemoteError:
    """What is said of an answer that is none: another syntax, a page of a proxy."""
    message = say("{url} answers what cannot be read: {reason}", url=url, reason=reason)
    hint = say("is that address the store's own, and not a page in front of it?")
    return RemoteError(message, hint=hint, code="LOD8203")


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
