"""Answers to queries that were asked before, in memory, the latest used; their key names release, query and format."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer, and what it was answered from."""

    body: bytes
    way: str


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
        self._size += len(answer.body)
        while self._size > self.capacity:
            self._size -= len(self._kept.popitem(last=False)[1].body)
