"""Who has had enough for now: a client's time for queries, and queries that end their workers.

Token buckets: https://www.rfc-editor.org/rfc/rfc6585#section-4 (429). A client is a network, not a person: the first
three bytes of an IPv4 address, the first eight of an IPv6 address; nothing of it is written down.
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache

from starlette.types import Scope

from lod.errors import LodError
from lod.server.metrics import count_query
from lod.server.sparql.question import Question
from lod.store.guard import QueryError
from lod.wording import say

ENDING = frozenset({"LOD9105", "LOD9106", "LOD9107"})
"""What a query is refused with that has ended its worker."""

_MOST_CLIENTS = 10_000
_MOST_QUERIES = 1_000
_TWICE = 2
_REFUSED_FOR = 600.0  # seconds


class BudgetSpent(LodError):
    """A client has used its time up: come back in `retry_after` seconds."""

    def __init__(self, seconds: float, retry_after: int) -> None:
        super().__init__(
            say("your queries have taken their {seconds:g} seconds a minute", seconds=seconds),
            hint=say("come back in {seconds} seconds; answers that are known already are free", seconds=retry_after),
            code="LOD9204",
        )
        self.retry_after = retry_after


@dataclass(slots=True)
class Budgets:
    """Seconds of work a minute for each client; unused time adds up to one minute's. Every query counts."""

    seconds: float  # a minute
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)  # client → seconds, as of when

    def check(self, client: str) -> None:
        """Let a client ask, or not yet.

        Raises:
            BudgetSpent: LOD9204.
        """
        if self.is_spent(client):
            count_query("LOD9204", "")
            raise BudgetSpent(self.seconds, int(-self._of(client) * 60 / self.seconds) + 1)

    def is_spent(self, client: str) -> bool:
        """Whether a client has to wait."""
        known = self._left.get(client)
        return known is not None and known[0] <= 0 and self._of(client) <= 0

    def charge(self, client: str, seconds: float) -> None:
        """Take what a query has taken."""
        self._left[client] = (self._of(client) - seconds, time.monotonic())
        self._left.move_to_end(client)
        while len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)

    def _of(self, client: str) -> float:
        left, when = self._left.get(client, (self.seconds, 0.0))
        return min(self.seconds, left + (time.monotonic() - when) * self.seconds / 60)


@dataclass(slots=True)
class EndedWorkers:
    """Queries that have ended workers: after the second time they are refused for ten minutes."""

    _times: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)  # query → times, the last of them

    def check(self, name: str) -> None:
        """Let a query be tried, or not.

        Raises:
            QueryError: LOD9205.
        """
        times, last = self._times.get(name, (0, 0.0))
        if times >= _TWICE and time.monotonic() - last < _REFUSED_FOR:
            count_query("LOD9205", "")
            raise QueryError(
                say("this query has twice been too much; it is not tried again for {minutes} minutes", minutes=10),
                code="LOD9205",
                hint=say("change it: name a dataset, a year or a code, or download the data and ask at home"),
            )

    def note(self, name: str) -> None:
        """Remember that a query has ended its worker."""
        times, last = self._times.pop(name, (0, 0.0))
        is_recent = time.monotonic() - last < _REFUSED_FOR
        self._times[name] = (times + 1 if is_recent else 1, time.monotonic())
        while len(self._times) > _MOST_QUERIES:
            self._times.popitem(last=False)


def query_name(question: Question) -> str:
    """A name for a query to a store that does not tell it."""
    return hashlib.blake2b(f"{question.store} {question.query.text}".encode(), digest_size=12).hexdigest()


def client_of(scope: Scope) -> str:
    """The network that a request comes from; '' where the server does not know."""
    return _network((scope.get("client") or ("", 0))[0])


@lru_cache(maxsize=4096)
def _network(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host and "other"
    return address.packed[: 3 if address.version == 4 else 8].hex()
