"""Retired URIs: 301 to the one that took a URI's place, else 410 that says since when, why, and what replaced it.

https://www.rfc-editor.org/rfc/rfc9110 §15.4.2, §15.5.11
"""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from lod.rdf import languages
from lod.rdf.formats import HTML, Format
from lod.rdf.namespaces import DCT, OWL, PROV, RDFS, XSD
from lod.release.uris.tombstones import Tombstone
from lod.server import answers
from lod.server.addresses import DOCUMENT_FORMATS, Address, parse_address
from lod.server.answers import Answer, header, link
from lod.server.documents.write import content_type, write
from lod.server.negotiation import choose_format
from lod.server.pages.reader import Reader, Shown
from lod.server.served import ServedRelease


def retired(served: ServedRelease, path: str) -> tuple[str, Tombstone] | None:
    """The URI that a path asks for and what is said of it, if it is retired. `path` is canonical."""
    if not served.tombstones.entries:
        return None
    stem = parse_address(path, served.site.languages).stem
    for iri in (served.space.iri_of_path(path), served.space.described_by(stem), served.space.iri_of_path(stem)):
        entry = served.tombstones.find(iri)
        if entry is not None:
            return iri, entry
    return None


def moved(served: ServedRelease, path: str, iri: str, entry: Tombstone) -> Answer | None:
    """301 where one URI of ours took the place of `iri`: a thing's to the thing, a document's to the document."""
    successors = entry.successors(iri)
    if len(successors) != 1 or not successors[0].startswith(served.space.base):
        return None
    if served.space.iri_of_path(path) == iri:
        target = "/" + successors[0].removeprefix(served.space.base)
    else:
        stem = served.space.document_of(successors[0])
        if stem is None:
            return None
        asked = parse_address(path, served.site.languages)
        target = Address(stem, asked.format, asked.language).path
    return answers.redirect(301, served.space.prefix + target)


def described(served: ServedRelease, iri: str, entry: Tombstone, accept: str, asked: Format | None) -> Answer | None:
    """410 as data; None if a page was asked for."""
    form = asked or choose_format(accept, DOCUMENT_FORMATS) or HTML
    successors = entry.successors(iri)
    links = header("link", ", ".join(link(target, "successor-version") for target in successors))
    extra = (links,) if successors else ()
    if form is HTML:
        return None
    about = NamedNode(iri)
    triples = [
        Triple(about, NamedNode(OWL + "deprecated"), Literal("true", datatype=NamedNode(XSD + "boolean"))),
        Triple(about, NamedNode(PROV + "invalidatedAtTime"), Literal(entry.date, datatype=NamedNode(XSD + "date"))),
        *(Triple(about, NamedNode(RDFS + "comment"), _text(text, tag)) for tag, text in entry.reason.items()),
        *(Triple(about, NamedNode(DCT + "isReplacedBy"), NamedNode(target)) for target in successors),
    ]
    body = write((), triples, form, served.space.base)
    return Answer(410, (content_type(form), header("cache-control", answers.SHORT), *extra), body)


def _text(text: str, tag: str) -> Literal:
    return Literal(text, language=tag) if tag else Literal(text)


def reason(reader: Reader, entry: Tombstone) -> str:
    """Why, in the reader's language."""
    return languages.pick(entry.reason, reader.language) if entry.reason else ""


def successors(reader: Reader, iri: str, entry: Tombstone) -> tuple[Shown, ...]:
    """What took its place, as links."""
    return tuple(reader.link(target) for target in entry.successors(iri))
