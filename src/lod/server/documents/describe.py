"""The bounded description of a resource, and how it is written.

A description is the resource's outgoing triples with the blank nodes they lead to (Concise Bounded Description,
https://www.w3.org/Submission/CBD/), and a few triples about the document itself. It is found by patterns on one
subject: no query text, no scan, and never more than `MOST_QUADS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from lod.rdf.formats import JSONLD, NQUADS, NTRIPLES, RDFXML, TRIG, TURTLE, Format
from lod.rdf.iris import to_uri
from lod.rdf.languages import written
from lod.rdf.namespaces import DCT, FOAF, PREFIXES, QB, RDF, RDFS, XSD
from lod.server.served import Node, ServedRelease

MOST_QUADS = 20_000

TYPE = NamedNode(RDF + "type")
_DATASET = NamedNode(QB + "dataSet")
_PRIMARY_TOPIC = NamedNode(FOAF + "primaryTopic")
_DOCUMENT = NamedNode(FOAF + "Document")
_LICENSE = NamedNode(DCT + "license")
_RIGHTS = NamedNode(DCT + "rights")
_IS_PART_OF = NamedNode(DCT + "isPartOf")
_COMMENT = NamedNode(RDFS + "comment")
_STRING = NamedNode(XSD + "string")

_OXIGRAPH = {
    NTRIPLES: RdfFormat.N_TRIPLES,
    NQUADS: RdfFormat.N_QUADS,
    TURTLE: RdfFormat.TURTLE,
    TRIG: RdfFormat.TRIG,
    RDFXML: RdfFormat.RDF_XML,
}


@dataclass(frozen=True, slots=True)
class Description:
    """What a release says about one IRI."""

    iri: str
    quads: tuple[Quad, ...]
    truncated: bool = False  # there is more than MOST_QUADS

    @property
    def types(self) -> list[str]:
        """The IRIs of its classes."""
        return [quad.object.value for quad in self._own(TYPE) if isinstance(quad.object, NamedNode)]

    def objects(self, predicate: str) -> list[NamedNode | BlankNode | Literal]:
        """The values of one of its properties, each once."""
        return list(dict.fromkeys(quad.object for quad in self._own(NamedNode(predicate))))  # type: ignore[misc]

    def _own(self, predicate: NamedNode) -> Iterator[Quad]:
        return (q for q in self.quads if q.predicate == predicate and getattr(q.subject, "value", "") == self.iri)


def describe(served: ServedRelease, iri: str) -> Description | None:
    """Everything said of an IRI, or None when the release does not know it as a subject.

    An IRI that the data spells percent-encoded is found under its readable spelling too.
    """
    for node in _spellings(iri):
        quads = list(islice(served.quads(node, None, None), MOST_QUADS + 1))
        if quads:
            return _close(served, node.value, quads)
    return None


def exists(served: ServedRelease, iri: str) -> bool:
    """Whether the release says anything of an IRI: one look into the index."""
    return any(next(served.quads(node, None, None), None) is not None for node in _spellings(iri))


def _spellings(iri: str) -> Iterator[NamedNode]:
    """The readable spelling, then the percent-encoded one; nothing for what is no IRI."""
    for spelling in (iri,) if iri.isascii() else (iri, to_uri(iri)):
        try:
            yield NamedNode(spelling)
        except ValueError:
            return


def _close(served: ServedRelease, iri: str, quads: list[Quad]) -> Description:
    """Add what is said of the blank nodes that the description leads to."""
    waiting = [quad.object for quad in quads if isinstance(quad.object, BlankNode)]
    seen = set(waiting)
    while waiting and len(quads) <= MOST_QUADS:
        for quad in served.quads(waiting.pop(), None, None):
            quads.append(quad)
            if isinstance(quad.object, BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
            if len(quads) > MOST_QUADS:
                break
    return Description(iri, tuple(quads[:MOST_QUADS]), truncated=len(quads) > MOST_QUADS)


def document_triples(served: ServedRelease, description: Description, document: str) -> Iterator[Triple]:
    """What is to be said of the document itself: what it is about, its terms of use, what it belongs to."""
    this = NamedNode(document)
    yield Triple(this, TYPE, _DOCUMENT)
    yield Triple(this, _PRIMARY_TOPIC, NamedNode(description.iri))
    for predicate, value in _terms_of_use(served.site.licence_iri, tuple(served.site.attribution.items())):
        yield Triple(this, predicate, value)
    for quad in description.quads:
        if quad.predicate == _DATASET:
            yield Triple(this, _IS_PART_OF, quad.object)
    if description.truncated:
        yield Triple(this, _COMMENT, Literal(f"The first {MOST_QUADS} triples; the dump has all.", language="en"))


@lru_cache(maxsize=16)
def _terms_of_use(
    licence: str, attribution: tuple[tuple[str, str], ...]
) -> tuple[tuple[NamedNode, NamedNode | Literal], ...]:
    """What every document says of its licence and of naming the source."""
    sentences = tuple((_RIGHTS, Literal(sentence, language=language)) for language, sentence in attribution)
    return ((_LICENSE, NamedNode(licence)), *sentences)


def write(quads: Iterable[Quad], extra: Iterable[Triple], format: Format, base: str) -> bytes:  # noqa: A002 - the term
    """Serialise quads and extra triples, each triple once; TriG and N-Quads keep the graphs."""
    if format in {TRIG, NQUADS}:
        added = (Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in extra)
        all_quads = list(dict.fromkeys([*quads, *added]))
        return _serialize(all_quads, format, prefixes_for(all_quads, base))
    triples = list(dict.fromkeys([*[quad.triple for quad in quads], *extra]))
    if format is JSONLD:
        return write_jsonld(triples, prefixes_for(triples, base))
    return _serialize(triples, format, {} if format is NTRIPLES else prefixes_for(triples, base))


_TAG = re.compile(rb"[a-z0-9]+-[a-z0-9-]+")
_XML_LANG = re.compile(rb'(?<=xml:lang=")[a-z0-9]+-[a-z0-9-]+')


def _serialize(statements: list[Triple] | list[Quad], format: Format, prefixes: dict[str, str]) -> bytes:  # noqa: A002
    """Write a document. The store knows language tags in lower case; they leave as BCP 47 recommends."""
    document = serialize(statements, format=_OXIGRAPH[format], prefixes=prefixes or None) or b""
    if format is RDFXML:
        return _XML_LANG.sub(lambda match: _written(match[0]), document)
    pieces, done, at = [], 0, document.find(b'"@')
    while at >= 0:
        if document[at - 1] in _DOUBTFUL:  # does the quote begin a literal, or is it of its text?
            return _LITERAL.sub(_with_written_tag, document)
        if tag := _TAG.match(document, at + 2):
            pieces += [document[done : tag.start()], _written(tag[0])]
            done = tag.end()
        at = document.find(b'"@', at + 2)
    return b"".join([*pieces, document[done:]]) if pieces else document


# In what the serialiser writes, a quote inside a literal is escaped, so this meets every literal as a whole.
_LITERAL = re.compile(rb'("(?:[^"\\]|\\.)*"@)([a-z0-9]+-[a-z0-9-]+)|"(?:[^"\\]|\\.)*"')
_DOUBTFUL = frozenset(b' \t\n([\\"')


def _with_written_tag(match: re.Match[bytes]) -> bytes:
    return match[1] + _written(match[2]) if match[2] else match[0]


@lru_cache(maxsize=256)
def _written(tag: bytes) -> bytes:
    return written(tag.decode("ascii")).encode("ascii")


def prefixes_for(statements: Iterable[Triple | Quad], base: str) -> dict[str, str]:
    """The prefixes that the predicates, classes and datatypes of a document need, and no others.

    Only vocabulary is abbreviated: data IRIs may hold anything, and `county:\\%E8…` helps nobody.
    """
    terms: set[NamedNode] = set()
    for statement in statements:
        predicate, value = statement.predicate, statement.object
        terms.add(predicate)
        if isinstance(value, Literal):
            if value.language is None:
                terms.add(value.datatype)
        elif predicate == TYPE and isinstance(value, NamedNode):
            terms.add(value)
    return _prefixes_of(frozenset(terms), base)


_KNOWN = {namespace: prefix for prefix, namespace in PREFIXES.items()}


@lru_cache(maxsize=1024)
def _prefixes_of(terms: frozenset[NamedNode], base: str) -> dict[str, str]:
    """Kept by the terms: things of one kind use the same ones. Nobody changes the answer."""
    found: dict[str, str] = {}
    for iri in sorted(term.value for term in terms):
        if (known := _prefix_of(iri, base)) is not None:
            found.setdefault(*known)
    return found


def _prefix_of(iri: str, base: str) -> tuple[str, str] | None:
    """The prefix and namespace of a term: a known vocabulary's, or one made from the name of ours."""
    namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    if namespace in _KNOWN:
        return _KNOWN[namespace], namespace
    if not namespace.startswith(base) or namespace == base:
        return None
    name = namespace[len(base) : -1].rpartition("/")[2]
    return (name, namespace) if name.isascii() and name.isalpha() and name not in PREFIXES else None


def write_jsonld(triples: Iterable[Triple], prefixes: dict[str, str]) -> bytes:
    """JSON-LD 1.1, compacted with the prefixes: one node object a subject, `@type` first."""
    names = sorted(prefixes.items(), key=lambda item: -len(item[1]))

    def short(iri: str) -> str:
        for prefix, namespace in names:
            if iri.startswith(namespace) and len(iri) > len(namespace):
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    nodes: dict[str, dict[str, object]] = {}
    for triple in triples:
        if isinstance(triple.subject, Triple) or isinstance(triple.object, Triple):
            continue  # JSON-LD 1.1 has no word for it
        subject = _jsonld_id(triple.subject)
        node = nodes.setdefault(subject, {"@id": subject})
        if triple.predicate == TYPE and isinstance(triple.object, NamedNode):
            _append(node, "@type", short(triple.object.value))
        else:
            _append(node, short(triple.predicate.value), _jsonld_value(triple.object, short))
    document = {"@context": prefixes, "@graph": list(nodes.values())}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _append(node: dict[str, object], key: str, value: object) -> None:
    values = node.setdefault(key, [])
    assert isinstance(values, list)
    values.append(value)


def _jsonld_id(node: NamedNode | BlankNode) -> str:
    return f"_:{node.value}" if isinstance(node, BlankNode) else node.value


def _jsonld_value(value: Node, short: Callable[[str], str]) -> object:
    if not isinstance(value, Literal):
        return {"@id": _jsonld_id(value)}
    if value.language:
        return {"@value": value.value, "@language": written(value.language)}
    if value.datatype == _STRING:
        return value.value
    return {"@value": value.value, "@type": short(value.datatype.value)}
