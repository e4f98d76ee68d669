"""N-Quads as a target wants them: in its serialization, encoding and compression. https://w3id.org/rml/io/spec"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
import shutil
import tarfile
import zipfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import IO

import pyoxigraph
import zstandard

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
_STRING = pyoxigraph.NamedNode("http://www.w3.org/2001/XMLSchema#string")
_WITH_GRAPHS = ("nq", "trig", "jsonld")
_BLOCK = 1 << 20


def write_target(lines: Path, target: LogicalTarget, out: Path) -> int:
    """Sorted N-Quads as the target wants them: serialized, encoded, compressed. The same lines give the same bytes.

    Returns how many statements lost the name of their graph, since the serialization has none.
    """
    steps = [out.with_name(f"{out.name}.{n}") for n in range(2)]
    source, homeless = lines, 0
    if target.serialization != "nq":
        homeless = _serialize(source, target.serialization, steps[0])
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
    return homeless


def _serialize(lines: Path, serialization: str, out: Path) -> int:
    quads = pyoxigraph.parse(path=str(lines), format=pyoxigraph.RdfFormat.N_QUADS, lenient=True)
    if serialization in _WITH_GRAPHS:
        pyoxigraph.serialize(quads, str(out), format=_FORMATS[serialization])
        return 0
    homeless = 0
    default = pyoxigraph.DefaultGraph()

    def triples() -> Iterable[pyoxigraph.Triple]:
        nonlocal homeless
        for quad in quads:
            homeless += quad.graph_name != default
            yield quad.triple

    if serialization == "rj":
        _write_rdf_json(triples(), out)
    else:
        pyoxigraph.serialize(triples(), str(out), format=_FORMATS[serialization])
    return homeless


def _write_rdf_json(triples: Iterable[pyoxigraph.Triple], out: Path) -> None:
    """RDF/JSON, https://www.w3.org/TR/rdf-json/, subject by subject: the triples are sorted."""
    with out.open("w", encoding="utf-8") as file:
        file.write("{")
        for number, (subject, described) in enumerate(groupby(triples, lambda triple: triple.subject)):
            values: dict[str, list[dict[str, str]]] = {}
            for triple in described:
                value = _in_json(triple.object)
                known = values.setdefault(triple.predicate.value, [])
                if value not in known[-1:]:  # once, though it stands in two graphs
                    known.append(value)
            name = json.dumps(_in_json(subject)["value"], ensure_ascii=False)
            file.write(f"{',' if number else ''}\n{name}: {json.dumps(values, ensure_ascii=False)}")
        file.write("\n}\n")


def _in_json(term: object) -> dict[str, str]:
    match term:
        case pyoxigraph.NamedNode():
            return {"type": "uri", "value": term.value}
        case pyoxigraph.BlankNode():
            return {"type": "bnode", "value": f"_:{term.value}"}
        case pyoxigraph.Literal():
            value = {"type": "literal", "value": term.value}
            if term.language:
                return value | {"lang": term.language}
            return value if term.datatype == _STRING else value | {"datatype": term.datatype.value}
    raise ValueError(f"no term of RDF 1.1: {term}")


def _compress(plain: IO[bytes], size: int, target: LogicalTarget, out: Path) -> None:
    inner = re.sub(r"(\.tar)?\.(gz|xz|bz2|zip|zst|tgz)$", "", PurePosixPath(target.path).name)
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
        case "zstd":
            with out.open("wb") as file:
                zstandard.ZstdCompressor(level=3).copy_stream(plain, file, size=size)
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
