"""Bulk files in pieces: statements in order, cut where the text of a subject says so, each piece packed by itself.

gzip: https://www.rfc-editor.org/rfc/rfc1952 · Zstandard: https://www.rfc-editor.org/rfc/rfc8878 ; both read members or
frames one behind the other as one file.

Where the cuts are follows from the content alone, so the same statements give the same bytes, and a changed statement
changes one piece: the others are copied, packed as they are, from the file of the release before.
"""

from __future__ import annotations

import gzip
import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import zstandard

from lod.release.bulk.sorted_lines import OnDisk, first_line, on_disk

_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3
_AT_ONCE = 8  # pieces in memory
_BLOCK = 1 << 20

SUFFIXES = (".nq.gz", ".nq.zst", ".ttl.gz", ".ttl.zst")
CUT = 2048  # a subject in so many begins a piece: some 4 MB of observations


@dataclass(frozen=True, slots=True)
class Piece:
    """`first`: its first subject, as N-Quads writes it; `bytes`: its length in each of the files of `SUFFIXES`.

    `sha256` is of its N-Quads.
    """

    first: str
    bytes: tuple[int, ...]
    statements: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Frames:
    """The pieces of the bulk files of one dataset, in order, behind a head of so many `bytes` in each."""

    head: tuple[int, ...]
    pieces: tuple[Piece, ...]

    @property
    def statements(self) -> int:
        """How many statements there are."""
        return sum(piece.statements for piece in self.pieces)

    @property
    def sha256(self) -> str:
        """SHA-256 over those of the pieces, a line each."""
        return hashlib.sha256("".join(f"{piece.sha256}\n" for piece in self.pieces).encode()).hexdigest()

    def place(self, subject: str) -> int:
        """The number of the piece in which a subject stands, or would stand."""
        return max(bisect_right(self.pieces, f"{subject} ", key=lambda piece: f"{piece.first} ") - 1, 0)


@dataclass(frozen=True, slots=True)
class Texts:
    """Statements to be packed: sorted N-Quads, the same as Turtle, where the latter's blocks begin, the subjects that
    begin a piece, in order; the first line begins one anyhow."""

    lines: Path
    turtle: Path
    turtle_head: int
    starts: Sequence[str]


def pack_head(texts: Iterable[str], turtle_head: bytes) -> list[bytes]:
    """What stands before the pieces, packed for each file: comment lines, and Turtle's prefixes."""
    comments = "".join(f"# {text}\n" for text in texts).encode()
    return [pack(text) for text in (comments, comments + turtle_head) for pack in (_gzip, _zstd)]


def pack_pieces(texts: Texts, outputs: Sequence[BinaryIO], threads: int) -> list[Piece]:
    """Pack statements piece by piece behind what the open files of `SUFFIXES` have already."""
    pieces: list[Piece] = []
    if not texts.lines.stat().st_size:
        return pieces
    with on_disk(texts.lines) as lines, on_disk(texts.turtle) as turtle, ThreadPoolExecutor(threads) as pool:
        bounds = list(pairwise([*_cuts(lines, turtle, texts), (lines.size, turtle.size)]))
        for number in range(0, len(bounds), _AT_ONCE):
            some = bounds[number : number + _AT_ONCE]
            for piece, packed in pool.map(lambda pair: _packed(lines, turtle, *pair), some):
                for file, data in zip(outputs, packed, strict=True):
                    file.write(data)
                pieces.append(piece)
    return pieces


def _cuts(lines: OnDisk, turtle: OnDisk, texts: Texts) -> Iterator[tuple[int, int]]:
    """Where pieces begin in both texts."""
    yield 0, texts.turtle_head
    place, there = 0, texts.turtle_head
    for start in texts.starts:
        place = first_line(lines, f"{start} ".encode(), place)
        if place == 0:  # the first line's subject
            continue
        there = turtle.find(f".\n\n{start} ".encode(), there) + 2
        yield place, there


def _packed(lines: OnDisk, turtle: OnDisk, start: tuple[int, int], end: tuple[int, int]) -> tuple[Piece, list[bytes]]:
    texts = (lines.read(start[0], end[0]), turtle.read(start[1], end[1]))
    packed = [pack(text) for text in texts for pack in (_gzip, _zstd)]
    first = texts[0][: texts[0].find(b" ")].decode()
    digest = hashlib.sha256(texts[0]).hexdigest()
    return Piece(first, tuple(map(len, packed)), texts[0].count(b"\n"), digest), packed


def _gzip(text: bytes) -> bytes:
    return gzip.compress(text, _GZIP_LEVEL, mtime=0)


def _zstd(text: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compress(text)


def unpacked(frames: Frames, file: Path, chosen: Iterable[int]) -> Iterator[bytes]:
    """The N-Quads of some pieces, from the file packed by Zstandard."""
    offsets = _offsets(frames, SUFFIXES.index(".nq.zst"))
    with file.open("rb") as packed:
        for number in chosen:
            packed.seek(offsets[number])
            yield zstandard.ZstdDecompressor().decompress(packed.read(offsets[number + 1] - offsets[number]))


def _offsets(frames: Frames, kind: int) -> list[int]:
    found = [frames.head[kind]]
    for piece in frames.pieces:
        found.append(found[-1] + piece.bytes[kind])
    return found


def copy_pieces(frames: Frames, files: Sequence[Path], outputs: Sequence[BinaryIO], start: int, end: int) -> None:
    """Copy the pieces from `start` to before `end`, packed as they are."""
    for kind, (file, out) in enumerate(zip(files, outputs, strict=True)):
        offsets = _offsets(frames, kind)
        with file.open("rb") as source:
            source.seek(offsets[start])
            left = offsets[end] - offsets[start]
            while left:
                block = source.read(min(left, _BLOCK))
                out.write(block)
                left -= len(block)
