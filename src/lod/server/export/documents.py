"""The files of one document: its variants, what stands at its address without a suffix, the parts that it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from pyoxigraph import NamedNode

from lod.rdf.formats import HTML
from lod.rdf.in_xml import NotInXml
from lod.rdf.namespaces import QB
from lod.server.addresses import Address, parse_address
from lod.server.ask import Ask
from lod.server.cubes.cube import read_cube
from lod.server.documents.dereference import DOCUMENTS, respond
from lod.server.documents.describe import Description, describe
from lod.server.documents.variant import document_bytes
from lod.server.export.beside import answer_at
from lod.server.export.entry import entry_page
from lod.server.export.paths import Shelf
from lod.server.pages.kinds import render_document
from lod.server.pages.reader import Reader
from lod.server.pages.root import respond_at_root
from lod.server.served import ServedRelease

_MOST_HELD = 50_000  # observations of a cube whose neighbours are worked out at once: some 100 MB


def document_files(served: ServedRelease, shelf: Shelf, stem: str, written: set[str]) -> Iterator[tuple[str, bytes]]:
    """The files of one document, with the parts and views that it leads to and that are not `written`."""
    for address, body in _variants(served, shelf, stem):
        if address.format is HTML:
            yield address.path, shelf.relative(body, address.path)
            yield from part_files(served, shelf, shelf.parts_in(body), written)
        else:
            yield address.path, body
    if HTML in shelf.formats:
        for path in entry_paths(stem):
            yield path, shelf.relative(entry_page(served, shelf, stem), path)


def _variants(served: ServedRelease, shelf: Shelf, stem: str) -> Iterator[tuple[Address, bytes]]:
    """Each variant of a document as the server answers it, described once for all of them."""
    description = describe(served, served.space.described_by(stem)) if stem.startswith(DOCUMENTS) else None
    if description is not None:
        _hold_neighbours(served, description)
    for address in shelf.variants(stem):
        if description is not None and parse_address(address.path, shelf.languages) == address:
            with suppress(NotInXml):  # the server answers 406
                yield address, _body(served, description, address)
            continue
        respond_to = respond if stem.startswith(DOCUMENTS) else respond_at_root
        answer = respond_to(served, Ask(address.path))
        if answer.status == 200:
            yield address, answer.body


def _body(served: ServedRelease, description: Description, address: Address) -> bytes:
    if address.format is not HTML:
        return document_bytes(served, description, address)
    assert address.language is not None
    return render_document(Reader(served, address.language, explicit=True), description, address)


def _hold_neighbours(served: ServedRelease, description: Description) -> None:
    """All observations of a cube are written, and each page tells its neighbours."""
    for dataset in description.objects(QB + "dataSet"):
        if isinstance(dataset, NamedNode) and (cube := read_cube(served, dataset.value)).figures.count <= _MOST_HELD:
            cube.hold_lines()


def part_files(
    served: ServedRelease, shelf: Shelf, wanted: Iterable[tuple[str, str]], written: set[str]
) -> Iterator[tuple[str, bytes]]:
    """The parts of lists and the views that pages link to, and those behind them.

    Each is `written` once a process; where two processes make one, both write the same.
    """
    waiting = list(wanted)
    while waiting:
        path, query = waiting.pop()
        place = shelf.part(path, query)
        if place in written:
            continue
        written.add(place)
        answer = answer_at(served, path, query)
        if answer is None or answer.status != 200:
            continue
        if path.endswith(HTML.suffix):
            yield place, shelf.relative(answer.body, place)
            waiting += shelf.parts_in(answer.body)
        else:
            yield place, answer.body


def entry_paths(stem: str) -> list[str]:
    """Where the address without a suffix leads: a document's own, and that of the thing or term it is about."""
    if stem == "/":
        return ["/index.html"]
    thing = stem.removeprefix("/doc") if stem.startswith("/doc/def/") else stem.replace("/doc/", "/id/", 1)
    return [f"{path}/index.html" for path in dict.fromkeys((stem, thing))]
