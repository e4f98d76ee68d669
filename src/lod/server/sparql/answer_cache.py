"""Answers that were given before, in memory, the latest used.

Two looks: by the request as it stands, before anything of it is read; and by what it asks, whose key names release,
query and format, for those who ask the same in other words.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from starlette.types import Scope

from lod.server.at_once import Ready

LARGEST_KNOWN = 16 << 10  # bytes
_LONGEST = 4 << 10  # characters and bytes of a key: who asks in many words is answered a little later
_BESIDE = 512  # bytes that an answer's key, headers and place take beside its body, about
_MATTER = frozenset(
    {b"accept", b"accept-datetime", b"accept-encoding", b"accept-language", b"if-modified-since", b"if-none-match"}
)
RequestKey = tuple[str | bytes, ...]
"""Release, path, query string, and the header fields that an answer depends on, as they stand in a request."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer, and what it was answered from."""

    body: bytes
    way: str


def is_conditional(scope: Scope) -> bool:
    """Whether a client has something already: such requests come again and again."""
    return any(name == b"if-none-match" for name, _ in scope["headers"])


def request_key(release: str, scope: Scope) -> RequestKey:
    """The key of a GET request. `release`: what the validators of its answers begin with."""
    fields = [part for field in scope["headers"] if field[0] in _MATTER for part in field]
    return (release, scope.get("raw_path") or scope["path"], scope["query_string"], *fields)


@dataclass(slots=True)
class KnownRequests:
    """Answers by requests, ready to be sent: up to `capacity` of them, each small. Belongs to one event loop."""

    capacity: int = 4096
    _kept: OrderedDict[Hashable, Ready] = field(default_factory=OrderedDict)
    _marks: bytearray = field(default_factory=lambda: bytearray(1 << 16))  # of keys that were asked for

    def get(self, key: Hashable) -> Ready | None:
        """The answer to a request."""
        return self._kept.get(key)

    def keep(self, key: Hashable, answer: Ready) -> None:
        """Keep an answer; the oldest make room."""
        if len(answer.body) > LARGEST_KNOWN or _length(key) > _LONGEST:
            return
        self._kept[key] = answer
        if len(self._kept) > self.capacity:
            self._kept.popitem(last=False)

    def keep_if_again(self, key: Hashable, answer: Ready) -> None:
        """Keep an answer that is found as soon as kept, where it was asked for before, as far as is known.

        Who reads everything once neither fills the memory nor drives out what others ask for.
        """
        name = hash(key)
        place, mark = name & 0xFFFF, (name >> 16 & 0xFF) or 1
        if self._marks[place] == mark:
            self.keep(key, answer)
        else:
            self._marks[place] = mark


def _length(key: Hashable) -> int:
    parts = key if isinstance(key, tuple) else (key,)
    return sum(len(part) for part in parts if isinstance(part, str | bytes))


@dataclass(slots=True)
class AnswerCache:
    """Up to `capacity` bytes of answers of at most `largest` bytes each. Belongs to one event loop."""

    capacity: int = 64 << 20
    largest: int = 1 << 20
    _kept: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    _size: int = 0

    def get(self, key: str) -> Kept | None:
        """The answer under a key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: str, answer: Kept) -> None:
        """Keep an answer; the ones unused for longest make room."""
        if key in self._kept or len(answer.body) > self.largest:
            return
        self._kept[key] = answer
        self._size += len(answer.body) + _BESIDE
        while self._size > self.capacity:
            self._size -= len(self._kept.popitem(last=False)[1].body) + _BESIDE
