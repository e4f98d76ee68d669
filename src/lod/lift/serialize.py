"""N-Quads as a target wants them: in its serialization, encoding and compression. https://w3id.org/rml/io/spec"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

import pyoxigraph

from lod.mapping.ir import LogicalTarget

_FORMATS = {
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "nq": pyoxigraph.RdfFormat.N_QUADS,
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "rdf": pyoxigraph.RdfFormat.RDF_XML,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "n3": pyoxigraph.RdfFormat.N3,
}
_BLOCK = 1 << 20


def write_target(lines: Path, target: LogicalTarget, out: Path) -> None:
    """N-Quads as the target wants them: serialized, encoded, compressed. The same lines give the same bytes."""
    steps = [out.with_name(f"{out.name}.{n}") for n in range(2)]
    source = lines
    if target.serialization != "nq":
        _serialize(source, target.serialization, steps[0])
        source = steps[0]
    if target.encoding != "utf-8":
        with (
            source.open(encoding="utf-8", newline="") as text,
            steps[1].open("w", encoding=target.encoding, newline="") as file,
        ):
            shutil.copyfileobj(text, file, _BLOCK)
        source = steps[1]
    with source.open("rb") as plain:
        _compress(plain, source.stat().st_size, target, out)
    for step in steps:
        step.unlink(missing_ok=True)


def _serialize(lines: Path, serialization: str, out: Path) -> None:
    quads = pyoxigraph.parse(path=str(lines), format=pyoxigraph.RdfFormat.N_QUADS, lenient=True)
    with_graphs = serialization in ("trig", "jsonld")
    statements = quads if with_graphs else (quad.triple for quad in quads)
    pyoxigraph.serialize(statements, str(out), format=_FORMATS[serialization])


def _compress(plain: IO[bytes], size: int, target: LogicalTarget, out: Path) -> None:
    inner = re.sub(r"(\.tar)?\.(gz|xz|bz2|zip|tgz)$", "", PurePosixPath(target.path).name)
    match target.compression:
        case "gzip":
            with out.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                shutil.copyfileobj(plain, packed, _BLOCK)
        case "xz":
            with lzma.open(out, "wb") as packed:
                shutil.copyfileobj(plain, packed, _BLOCK)
        case "bzip2":
            with bz2.open(out, "wb") as packed:
                shutil.copyfileobj(plain, packed, _BLOCK)
        case "zip":
            entry = zipfile.ZipInfo(inner)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with zipfile.ZipFile(out, "w") as archive, archive.open(entry, "w", force_zip64=True) as packed:
                shutil.copyfileobj(plain, packed, _BLOCK)
        case "targz":
            with out.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                _archive(plain, size, inner, packed)
        case "tarxz":
            with lzma.open(out, "wb") as packed:
                _archive(plain, size, inner, packed)
        case _:
            with out.open("wb") as file:
                shutil.copyfileobj(plain, file, _BLOCK)


def _archive(plain: IO[bytes], size: int, inner: str, packed: IO[bytes] | gzip.GzipFile | lzma.LZMAFile) -> None:
    entry = tarfile.TarInfo(inner)
    entry.size = size
    with tarfile.open(fileobj=packed, mode="w|") as archive:
        archive.addfile(entry, plain)
