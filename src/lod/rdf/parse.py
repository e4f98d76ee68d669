"""RDF documents → quads, with what a person needs to mend one that is broken.

Turtle, TriG, N-Triples, N-Quads, JSON-LD and RDF/XML, by file extension. Nothing is fetched: a JSON-LD document brings
its context with it, an RDF/XML document has no DOCTYPE (entities are how a few hundred bytes fill a memory).
Terms stay as written: "01"^^xsd:integer is not "1"^^xsd:integer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.rdf.advice import syntax_advice
from lod.rdf.turtle import Blank, Statement, TurtleSyntaxError, read_turtle
from lod.wording import Wording, say

FORMATS: Mapping[str, RdfFormat] = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "jsonld": RdfFormat.JSON_LD,
    "json": RdfFormat.JSON_LD,
    "rdf": RdfFormat.RDF_XML,
    "owl": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
}
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Document:
    """An RDF document that was read: its quads in the order of the text, its prefixes, where it stands."""

    path: Path
    shown: str  # the path as people know it
    base: str
    quads: tuple[Quad, ...]
    prefixes: Mapping[str, str]


def parse_document(
    path: Path, findings: Findings, *, base_iri: str | None = None, shown: str = "", blank: str = ""
) -> Document | None:
    """Read one document; None if it cannot be read, and then `findings` says why.

    `base_iri` resolves relative IRIs (else the file's own). Blank nodes get the labels `{blank}0`, `{blank}1` … where
    `blank` is given, so that several documents can be merged and the outcome is the same each time.

    Findings: LOD5020 syntax, LOD5021 unknown format, LOD5022 DOCTYPE, LOD5023 remote context, LOD5024 not UTF-8.
    """
    shown = shown or str(path)
    form = FORMATS.get(path.suffix.removeprefix(".").lower())
    if form is None:
        hint = did_you_mean(path.suffix.removeprefix("."), FORMATS)
        findings.error(
            "LOD5021", say("'{path}' has no extension of an RDF syntax", path=path.name), TextOrigin(shown), hint
        )
        return None
    content = path.read_bytes().removeprefix(_BOM)
    if not _is_readable(content, form, shown, findings):
        return None
    base = base_iri or path.resolve().as_uri()
    parser = parse(content, format=form, base_iri=base)
    try:
        quads = tuple(parser)
    except SyntaxError as error:
        _report(error, content, shown, findings)
        return None
    if blank:
        quads = tuple(relabelled(quads, blank))
    return Document(path, shown, base, quads, dict(parser.prefixes))


def _is_readable(content: bytes, form: RdfFormat, shown: str, findings: Findings) -> bool:
    if form == RdfFormat.RDF_XML:
        found = _DOCTYPE.search(content)
        if found:
            line = content.count(b"\n", 0, found.start()) + 1
            column = found.start() - content.rfind(b"\n", 0, found.start())
            hint = say("write the IRIs out, or convert the file to Turtle")
            findings.error("LOD5022", say("a DOCTYPE in RDF/XML is refused"), TextOrigin(shown, line, column, 9), hint)
        return found is None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.error(
            "LOD5024",
            say("not UTF-8: {reason}", reason=error.reason),
            TextOrigin(shown, line),
            say("save the file as UTF-8"),
        )
        return False
    return True


def without_place(message: str) -> str:
    """What a parser says, without the line and column that the finding says already."""
    return re.sub(r"^Parser error (?:at|between) line[^:]*: ", "", message)


def _report(error: SyntaxError, content: bytes, shown: str, findings: Findings) -> None:
    message = error.msg or str(error)
    if "LoadDocumentCallback" in message:
        at = content.find(b'"@context"')
        line = content.count(b"\n", 0, at) + 1 if at >= 0 else 0
        hint = say("copy the context into the document: nothing is fetched")
        findings.error("LOD5023", say("a JSON-LD context that stands elsewhere"), TextOrigin(shown, line), hint)
        return
    line, column = error.lineno or 0, error.offset or 0
    length = max(1, (error.end_offset or column + 1) - column) if error.end_lineno in (None, line) else 1
    message = without_place(message)
    hint = syntax_advice(message, content.decode(errors="replace"))
    findings.error("LOD5020", Wording(message), TextOrigin(shown, line, column, length), hint)


def relabelled(quads: Iterable[Quad], prefix: str) -> Iterator[Quad]:
    """The same quads with blank nodes named `prefix` and a number, in the order in which they appear."""
    labels: dict[BlankNode, BlankNode] = {}

    def renamed(term: object) -> object:
        if not isinstance(term, BlankNode):
            return term
        return labels.setdefault(term, BlankNode(f"{prefix}{len(labels)}"))

    for quad in quads:
        yield Quad(*(renamed(term) for term in quad))  # type: ignore[arg-type]


def place_of(document: Document, subject: str, predicate: str = "", value: str = "") -> TextOrigin:
    """Where a document speaks of a thing: at the value, else at the property, else where the thing is first described.

    `value` is an IRI or the text of a literal. Only Turtle is searched; elsewhere it is the file as a whole.
    """
    if document.path.suffix != ".ttl":
        return TextOrigin(document.shown)
    found, depth = TextOrigin(document.shown), 0
    for statement in _statements(document.path, document.shown, document.base):
        if statement.subject.value != subject:
            continue
        if depth < 1:
            found, depth = statement.subject.origin, 1
        if predicate and statement.predicate.value == predicate:
            if value and statement.object.value == value:
                return statement.object.origin
            if depth < 2:
                found, depth = statement.predicate.origin, 2
    return found


def place_of_statement(document: Document, predicate: str, value: str, number: int) -> TextOrigin:
    """Where the statement with that predicate and value stands, the `number`th of them; its predicate is underlined.

    `value` is as in `place_of`; '' stands for a blank node. Only Turtle is searched.
    """
    if document.path.suffix == ".ttl":
        for statement in _statements(document.path, document.shown, document.base):
            if statement.predicate.value == predicate and _value(statement.object) == value:
                number -= 1
                if not number:
                    return statement.predicate.origin
    return TextOrigin(document.shown)


def _value(term: object) -> str:
    return str(getattr(term, "value", "")) if not isinstance(term, Blank) else ""


@lru_cache(maxsize=32)
def _statements(path: Path, shown: str, base: str) -> tuple[Statement, ...]:
    try:
        return read_turtle(path.read_bytes().removeprefix(_BOM).decode("utf-8"), shown, base).statements
    except TurtleSyntaxError:  # the file changed since it was read
        return ()
