"""Files of lines in the order of their bytes: searched by halving, changed by copying what stays."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20
_NEAR = 1 << 10  # bytes that a line is likely to be shorter than


@dataclass(frozen=True, slots=True)
class OnDisk:
    """The bytes of a file, read where they are asked for: a mapped file would count as memory."""

    file: BinaryIO
    size: int

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`."""
        return os.pread(self.file.fileno(), end - start, start)

    def find(self, text: bytes, start: int) -> int:
        """Where `text` stands next, or -1."""
        while start < self.size:
            place = self.read(start, start + _BLOCK + len(text)).find(text)
            if place >= 0:
                return start + place
            start += _BLOCK
        return -1

    def line_before(self, place: int, low: int) -> int:
        """Where the line begins in which a place is, at or after `low`."""
        end = place
        while end > low:
            start = max(low, end - _NEAR)
            found = self.read(start, end).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
        return low

    def line_after(self, place: int) -> int:
        """Where the line after the one begins in which a place is."""
        while place < self.size:
            found = self.read(place, place + _NEAR).find(b"\n")
            if found >= 0:
                return place + found + 1
            place += _NEAR
        return self.size


@contextmanager
def on_disk(path: Path) -> Iterator[OnDisk]:
    """A file, opened."""
    with path.open("rb") as file:
        yield OnDisk(file, path.stat().st_size)


def first_line(lines: OnDisk, prefix: bytes, low: int = 0) -> int:
    """Where the first of sorted lines stands, from `low` on, that is not less than `prefix`."""
    high = lines.size
    while low < high:
        begin = lines.line_before((low + high) // 2, low)
        if lines.read(begin, begin + len(prefix)) < prefix:
            low = lines.line_after(begin)
        else:
            high = begin
    return low


def splice(before: Path, old: Path, new: Path, target: Path | None) -> str:
    """Write sorted statements anew, those about the subjects of `old` and `new` replaced; returns the SHA-256.

    `old` and `new` are sorted, too, and hold all that was and is said of these subjects. Without a target nothing is
    written.
    """
    digest = hashlib.sha256()
    with on_disk(before) as lines, target.open("wb") if target else nullcontext() as out:

        def copy(start: int, end: int) -> None:
            for place in range(start, end, _BLOCK):
                write(lines.read(place, min(place + _BLOCK, end)))

        def write(text: bytes) -> None:
            digest.update(text)
            if out:
                out.write(text)

        said = by_subject(new)
        place = 0
        for subject in sorted(said.keys() | by_subject(old).keys()):
            start = first_line(lines, subject, place)
            copy(place, start)
            write(said.get(subject, b""))
            place = start
            while lines.read(place, place + len(subject)) == subject:
                place = lines.line_after(place)
        copy(place, lines.size)
    return digest.hexdigest()


def by_subject(file: Path) -> dict[bytes, bytes]:
    """The sorted lines of a file by their subjects, each with the blank behind it."""
    with file.open("rb") as lines:
        groups = groupby(lines, key=lambda line: line[: line.find(b" ") + 1])
        return {subject: b"".join(group) for subject, group in groups}
