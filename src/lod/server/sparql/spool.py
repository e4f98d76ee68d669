"""An answer between the worker that writes it and the client that reads it.

Small answers stay in memory; longer ones go on to a temporary file, so that neither a slow reader holds a worker nor a
long answer fills the server's memory.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator

from lod.store.guard import QueryError
from lod.store.snapshot import StoreError

BLOCK = 64 * 1024  # bytes that are read and sent at a time


class Spool:
    """An answer on its way: written as fast as it comes, read as slowly as its reader likes."""

    def __init__(self, in_memory: int) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - see close()
        self._changed = asyncio.Event()
        self.size = 0
        self.rows: int | None = None
        self.is_whole = False
        self.is_cut = False
        self.way = "store"
        self.error: QueryError | StoreError | None = None

    def write(self, block: bytes) -> None:
        if not self._file.closed:
            self._file.seek(self.size)
            self._file.write(block)
        self.size += len(block)
        self._changed.set()

    def end(self, rows: int, is_cut: bool) -> None:
        self.rows, self.is_cut, self.is_whole = rows, is_cut, True
        self._changed.set()

    def fail(self, error: QueryError | StoreError) -> None:
        self.error = error
        self._changed.set()

    async def wait(self, size: int) -> None:
        """Until the answer is whole or broken, or longer than `size`."""
        while not (self.is_whole or self.error or self.size > size):
            self._changed.clear()
            await self._changed.wait()

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
            self._file.seek(place)
            block = self._file.read(BLOCK)
            place += len(block)
            yield block

    def close(self) -> None:
        """Forget the answer; what still arrives is dropped."""
        self._file.close()
