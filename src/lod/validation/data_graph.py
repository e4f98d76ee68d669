"""The data graph: documents that were read, and files of any size that nobody reads but the processor."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Quad, RdfFormat, parse

from lod.rdf.parse import Document

_SMALL = 64 << 20  # bytes of files that are read again for their blank nodes
# the subject and the object of a line, where they are blank nodes
_NODES = re.compile(rb"^[ \t]*(?:_:([^\s<>\"]+)|<[^>\n]*>)[ \t]*<[^>\n]*>[ \t]*(?:_:([^\s<>\"]+))?", re.MULTILINE)
_FORMATS = {".nt": RdfFormat.N_TRIPLES, ".nq": RdfFormat.N_QUADS}


@dataclass(frozen=True, slots=True)
class DataGraph:
    """What is validated: the triples of all its graphs together.

    `documents` were read and know their places, `statements` do not; `files` are N-Triples or N-Quads whose blank nodes
    have labels of their own, apart from those of all others.
    """

    documents: Sequence[Document] = ()
    files: Sequence[Path] = ()
    statements: Sequence[Quad] = ()
    is_labelled: bool = True  # whether anybody wants to know the labels of its blank nodes

    def quads(self) -> Iterator[Quad]:
        """Every statement, files first."""
        for path in self.files:
            yield from parse(path=str(path), format=_FORMATS[path.suffix])
        yield from self._read()

    def _read(self) -> Iterator[Quad]:
        for document in self.documents:
            yield from document.quads
        yield from self.statements

    def labels(self) -> Sequence[str] | None:
        """The labels of blank nodes in the order in which they appear in `write`'s file; None where nobody knows."""
        if not self.is_labelled or sum(path.stat().st_size for path in self.files) >= _SMALL:
            return None
        found: dict[str, None] = {}
        for path in self.files:
            found.update(dict.fromkeys(_labels_in(path.read_bytes())))
        found.update(dict.fromkeys(labels_of(self._read())))
        return list(found)

    def size(self) -> int:
        """About how many statements there are."""
        read = sum(len(document.quads) for document in self.documents) + len(self.statements)
        return read + sum(path.stat().st_size // 150 for path in self.files)

    def properties(self) -> frozenset[str] | None:
        """The predicates of all statements; None where large files would have to be read for them."""
        return None if self.files else frozenset(quad.predicate.value for quad in self._read())

    def as_file(self, folder: Path) -> Path:
        """One N-Quads or N-Triples file with everything in it, written in `folder` unless there is one already."""
        files = [path for path in self.files if path.stat().st_size]
        if len(files) == 1 and not any(True for _ in self._read()):
            return files[0]
        target = folder / "data.nq"
        with target.open("wb") as file:
            for path in files:
                with path.open("rb") as source:
                    shutil.copyfileobj(source, file, 1 << 20)
                file.write(b"\n")
            file.writelines(f"{line(quad)}\n".encode() for quad in self._read())
        return target


def _labels_in(text: bytes) -> Iterator[str]:
    """The labels of blank nodes in N-Triples or N-Quads, as they appear; every statement has a line of its own."""
    for match in _NODES.finditer(text):
        yield from (label.rstrip(b".").decode() for label in match.groups() if label)


def line(quad: Quad) -> str:
    """A statement as N-Triples writes it, whatever its graph."""
    return f"{quad.subject} {quad.predicate} {quad.object} ."


def labels_of(quads: Iterator[Quad]) -> list[str]:
    """The labels of blank nodes, each once, as they appear."""
    found: dict[str, None] = {}
    for quad in quads:
        for term in (quad.subject, quad.object):
            if isinstance(term, BlankNode):
                found.setdefault(term.value)
    return list(found)


def converted(path: Path, form: RdfFormat, base: str, target: Path) -> Path:
    """An RDF file of whatever syntax as N-Quads, statement by statement; its blank nodes get labels of their own.

    Raises:
        SyntaxError: it is not of that syntax.
    """
    with target.open("wb") as file:
        for quad in parse(path=str(path), format=form, base_iri=base, rename_blank_nodes=True):
            file.write(f"{line(quad)}\n".encode())
    return target
