"""An answer between the worker that writes it and the client that reads it.

Small answers stay in memory; longer ones go on to a temporary file, so that neither a slow reader holds a worker nor a
long answer fills the server's memory. All files together have bounded room: who reads slowest does not fill the disk.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import IO

from lod.store.guard import QueryError
from lod.store.snapshot import StoreError
from lod.wording import say

BLOCK = 64 * 1024  # bytes that are read and sent at a time


class Shelf:
    """The room on disk that all long answers share. Where it is short, the oldest goes."""

    def __init__(self, most: int = 1 << 30) -> None:
        self._most = most  # bytes
        self._taken: dict[Spool, int] = {}

    def take(self, spool: Spool, size: int) -> None:
        """A spool takes more room."""
        self._taken[spool] = self._taken.get(spool, 0) + size
        while sum(self._taken.values()) > self._most:
            oldest = next(iter(self._taken))
            oldest.fail(_no_room())
            oldest.close()

    def give_back(self, spool: Spool) -> None:
        """A spool needs none any more."""
        self._taken.pop(spool, None)


def _no_room() -> QueryError:
    hint = say("ask for less at once, or take the files for bulk use")
    return QueryError(say("there is no room for so long an answer just now"), code="LOD9110", hint=hint)


class Spool:
    """An answer on its way: written as fast as it comes, read as slowly as its one reader likes."""

    def __init__(self, in_memory: int, shelf: Shelf) -> None:
        self._in_memory = in_memory
        self._shelf = shelf
        self._blocks: list[bytes] = []  # all of it, while there is no file
        self._file: IO[bytes] | None = None
        self._is_closed = False
        self._reader: asyncio.Future[None] | None = None
        self.size = 0
        self.rows: int | None = None
        self.is_whole = False
        self.is_cut = False
        self.way = "store"
        self.error: QueryError | StoreError | None = None

    def write(self, block: bytes) -> None:
        """Take in one more block."""
        self.size += len(block)
        if self._is_closed:
            return
        try:
            self._keep(block)
        except OSError:  # the disk is full
            self.fail(_no_room())
            self.close()
        self._tell()

    def _keep(self, block: bytes) -> None:
        if self._file is None:
            self._blocks.append(block)
            if self.size > self._in_memory:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - see close()
                self._put(b"".join(self._blocks))
                self._blocks = []
        else:
            self._file.seek(self.size - len(block))
            self._put(block)

    def _put(self, data: bytes) -> None:
        assert self._file is not None
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        self._shelf.take(self, len(data))

    def end(self, rows: int, *, is_cut: bool) -> None:
        """The answer is whole."""
        self.rows, self.is_cut, self.is_whole = rows, is_cut, True
        self._tell()

    def fail(self, error: QueryError | StoreError) -> None:
        """There will be no whole answer."""
        self.error = error
        self._tell()

    def _tell(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def wait(self, size: float) -> None:
        """Until the answer is whole or broken, or longer than `size`."""
        while not (self.is_whole or self.error or self.size > size):
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader

    def whole(self) -> bytes | None:
        """The whole answer, where it is there and small enough to be in memory."""
        return b"".join(self._blocks) if self.is_whole and self._file is None and not self._is_closed else None

    async def blocks(self) -> AsyncIterator[bytes]:
        """The answer from its beginning.

        Raises:
            QueryError, StoreError: it broke; what came before is not an answer.
        """
        place = 0
        while True:
            await self.wait(place)
            if self.error:
                raise self.error
            if place == self.size:
                return
            for block in self._from(place):
                place += len(block)
                yield block

    def _from(self, place: int) -> list[bytes]:
        """What has arrived after a place: some of it, when it is in the file."""
        if self._file is not None:
            self._file.seek(place)
            return [self._file.read(BLOCK)]
        arrived = b"".join(self._blocks)[place:]
        return [arrived[start : start + BLOCK] for start in range(0, len(arrived), BLOCK)]

    def close(self) -> None:
        """Forget the answer; what still arrives is dropped."""
        self._is_closed = True
        self._blocks = []
        self._shelf.give_back(self)
        if self._file is not None:
            self._file.close()
