"""Compressed sources: unpacked, as a stream, to a temporary file that lives as long as the process.

gzip, zip, tar.gz, tar.xz (https://w3id.org/rml/io/spec, «Compression»), and xz, bzip2 and zstd by the file's ending.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from lod.diagnostics import Findings, Origin
from lod.tables.expansion import Bounded, Expands, refuse_expanding
from lod.wording import joined, say

_ENDINGS = (
    (".tar.gz", "targz"),
    (".tgz", "targz"),
    (".tar.xz", "tarxz"),
    (".gz", "gzip"),
    (".zip", "zip"),
    (".xz", "xz"),
    (".bz2", "bzip2"),
    (".zst", "zstd"),
)
_DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, zstandard.ZstdError)
_BLOCK = 1 << 20  # bytes
_SHOWN = 5  # files of an archive


def compression_of(path: Path) -> str:
    """The compression that a file's ending tells, '' for none."""
    return next((name for ending, name in _ENDINGS if path.name.lower().endswith(ending)), "")


def plain_file(path: Path, compression: str, findings: Findings, declared: Origin | None) -> Path | None:
    """The file itself, or what it holds, unpacked.

    None, and a finding, when it is damaged or holds several files (LOD2012) or grows too much (LOD5070).
    """
    compression = compression or compression_of(path)
    if not compression or not path.is_file():
        return path
    target = Path(tempfile.mkdtemp(dir=_folder())) / _inner_name(path)
    try:
        with target.open("wb") as file:
            _unpack(path, compression, file)
    except Expands:
        refuse_expanding(path.name, path.stat().st_size, findings, declared)
    except _NotOne as several:
        names = [str(name) for name in several.args]
        message = say("{path} holds {n} {n:file|files}, a source is one", path=path.name, n=len(names))
        shown = joined([*names[:_SHOWN], *(["…"] if len(names) > _SHOWN else [])], say(", "))
        hint = say("unpack it, and name the table: {names}", names=shown) if names else say("is it complete?")
        findings.error("LOD2012", message, declared, hint)
    except _DAMAGED as error:
        message = say(
            "{path} cannot be unpacked as {compression}: {value}",
            path=path.name,
            compression=compression,
            value=str(error).splitlines()[0] or "damaged",
        )
        findings.error("LOD2012", message, declared, say("is it complete, and is the compression the one declared?"))
    else:
        return target
    target.unlink()
    return None


@cache
def _folder() -> str:
    folder = tempfile.TemporaryDirectory(prefix="lod-")
    _KEPT.append(folder)  # it is removed when the process ends
    return folder.name


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def _inner_name(path: Path) -> str:
    """What the file is called without the ending of its compression: the kind of a source shows in its name."""
    ending = next((ending for ending, _ in _ENDINGS if path.name.lower().endswith(ending)), "")
    return path.name[: len(path.name) - len(ending)] or path.name


def _unpack(path: Path, compression: str, out: IO[bytes]) -> None:
    packed = path.stat().st_size
    if compression == "zip":
        with zipfile.ZipFile(path) as archive:
            names = [each.filename for each in archive.infolist() if not each.is_dir()]
            names = [name for name in names if not name.startswith("__MACOSX/")]  # what macOS adds to each
            _check_is_one(names)
            with archive.open(names[0]) as member:
                shutil.copyfileobj(Bounded(member, packed), out, _BLOCK)
        return
    unpacked = _OPEN[compression]
    with unpacked(path) as source:
        bounded = Bounded(source, packed)
        if compression.startswith("tar"):
            _unpack_member(bounded, packed, out)
        else:
            shutil.copyfileobj(bounded, out, _BLOCK)


def _unpack_member(source: Bounded, packed: int, out: IO[bytes]) -> None:
    """The one file of a tar archive, read from beginning to end; a sparse one may be larger than what is read."""
    names: list[str] = []
    with tarfile.open(fileobj=cast("IO[bytes]", source), mode="r|") as archive:
        for entry in archive:
            member = archive.extractfile(entry) if entry.isfile() else None
            if member is None:
                continue
            names.append(entry.name)
            if len(names) == 1:
                shutil.copyfileobj(Bounded(member, packed), out, _BLOCK)
    _check_is_one(names)


class _NotOne(Exception):
    """An archive of no file, or of several."""


def _check_is_one(names: Sequence[str]) -> None:
    if len(names) != 1:
        raise _NotOne(*names)


def _zstd(path: Path) -> zstandard.ZstdDecompressionReader:
    return zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True, closefd=True)


_OPEN: dict[str, Callable[[Path], Any]] = {
    "gzip": gzip.open,
    "xz": lzma.open,
    "bzip2": bz2.open,
    "zstd": _zstd,
    "targz": gzip.open,
    "tarxz": lzma.open,
}
