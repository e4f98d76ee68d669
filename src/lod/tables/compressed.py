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
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

import duckdb

from lod.diagnostics import Findings, Origin
from lod.wording import say

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
_DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, duckdb.Error)


def compression_of(path: Path) -> str:
    """The compression that a file's ending tells, '' for none."""
    return next((name for ending, name in _ENDINGS if path.name.lower().endswith(ending)), "")


def plain_file(path: Path, compression: str, findings: Findings, declared: Origin | None) -> Path | None:
    """The file itself, or what it holds, unpacked. None, and a finding, when it is damaged or holds several files."""
    compression = compression or compression_of(path)
    if not compression or not path.is_file():
        return path
    target = Path(tempfile.mkdtemp(dir=_folder())) / _inner_name(path)
    try:
        if compression == "zstd":
            _unpack_zstd(path, target)
        else:
            with _opened(path, compression) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
    except _DAMAGED as error:
        message = say(
            "{path} cannot be unpacked as {compression}: {value}",
            path=path.name,
            compression=compression,
            value=str(error).splitlines()[0] or "damaged",
        )
        findings.error("LOD2012", message, declared, say("is it complete, and is the compression the one declared?"))
        return None
    return target


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


@contextmanager
def _opened(path: Path, compression: str) -> Iterator[IO[bytes] | gzip.GzipFile]:
    match compression:
        case "gzip":
            with gzip.open(path) as file:
                yield file
        case "xz":
            with lzma.open(path) as file:
                yield file
        case "bzip2":
            with bz2.open(path) as file:
                yield file
        case "zip":
            with zipfile.ZipFile(path) as archive:
                names = [each.filename for each in archive.infolist() if not each.is_dir()]
                with archive.open(_only(names)) as file:
                    yield file
        case _:
            with tarfile.open(path) as archive:
                members = {each.name: each for each in archive.getmembers() if each.isfile()}
                member = archive.extractfile(members[_only(list(members))])
                assert member is not None, "a regular file"
                yield member


def _only(names: list[str]) -> str:
    if len(names) != 1:
        raise tarfile.TarError(f"it holds {len(names)} files, a source is one")
    return names[0]


def _unpack_zstd(path: Path, target: Path) -> None:
    """By the columnar engine, which knows zstd; the standard library will from Python 3.14 on."""
    quoted = [str(each).replace("'", "''") for each in (path, target)]
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"COPY (FROM read_csv('{quoted[0]}', columns = {{'line': 'VARCHAR'}}, delim = chr(1), quote = '', "
            "escape = '', header = false, auto_detect = false, null_padding = false, compression = 'zstd', "
            "max_line_size = 67108864, buffer_size = 268435456)) "
            f"TO '{quoted[1]}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
        )
