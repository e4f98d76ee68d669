"""Values that are dear to compute, kept while they are among those used last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")

_ABSENT = object()


@dataclass(slots=True)
class Memo:
    """Values that are dear to compute and hold for a release's lifetime: cubes, trees. A few, the latest used."""

    capacity: int
    _kept: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def peek(self, key: Hashable) -> Any:
        """The value under `key`; None when it is not there."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value under `key`, made when it is not there."""
        with self._lock:
            found = self._kept.get(key, _ABSENT)
            if found is not _ABSENT:
                self._kept.move_to_end(key)
                return found  # type: ignore[no-any-return]
        value = make()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self.capacity:
                self._kept.popitem(last=False)
        return value
