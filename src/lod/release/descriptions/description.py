"""RDF documents that describe a release, built in a fixed order so that the same release gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from lod.rdf.namespaces import PREFIXES, RDF, XSD
from lod.rdf.serialize import to_turtle
from lod.release.release import Texts

Node = NamedNode | BlankNode | Literal | Triple


@dataclass(slots=True)
class Description:
    """Triples about things, in the order in which they are said; each once."""

    triples: dict[Triple, None] = field(default_factory=dict)

    def say(self, subject: str | NamedNode | BlankNode, predicate: str, *values: str | Node) -> None:
        """State values of a property. A `str` is an IRI; an empty one is passed over."""
        about = NamedNode(subject) if isinstance(subject, str) else subject
        for value in values:
            if value != "":
                node = NamedNode(value) if isinstance(value, str) else value
                self.triples.setdefault(Triple(about, NamedNode(predicate), node))

    def is_a(self, subject: str | NamedNode, *classes: str) -> None:
        """State the classes of a thing."""
        self.say(subject, RDF + "type", *classes)

    def says(self, subject: str | NamedNode, predicate: str) -> bool:
        """Whether a property has a value already."""
        about = NamedNode(subject) if isinstance(subject, str) else subject
        return any(triple.subject == about and triple.predicate.value == predicate for triple in self.triples)

    def values(self, subject: str, predicate: str) -> list[Node]:
        """The values of a property."""
        about = NamedNode(subject)
        return [t.object for t in self.triples if t.subject == about and t.predicate.value == predicate]

    def write(self, path: Path, header: Iterable[str] = ()) -> None:
        """Write Turtle, below comment lines."""
        path.write_text(to_turtle(self.triples, PREFIXES, header), encoding="utf-8")


def texts(values: Texts) -> list[Literal]:
    """Texts by language as literals."""
    return [Literal(text, language=tag) for tag, text in values.items()]


def integer(value: int) -> Literal:
    """A count."""
    return Literal(str(value), datatype=NamedNode(XSD + "nonNegativeInteger"))


def moment(value: str) -> Literal:
    """A time as ISO 8601."""
    return Literal(value, datatype=NamedNode(XSD + "dateTime"))


def said_of(store: Store, subject: NamedNode | BlankNode, *, without: frozenset[str] = frozenset()) -> list[Triple]:
    """What a store says of a thing and of the blank nodes that it leads to, in a fixed order, in every graph.

    Blank nodes are numbered in the order in which they are met, so `subject` must be an IRI for that to be stable.
    """
    labels: dict[BlankNode, BlankNode] = {}
    found: list[Triple] = []
    waiting: list[NamedNode | BlankNode] = [subject]
    stem = str(subject)
    while waiting:
        about = waiting.pop(0)
        quads = {quad.triple: None for quad in store.quads_for_pattern(about, None, None, None)}
        for triple in sorted((t for t in quads if t.predicate.value not in without), key=lambda t: _order(store, t)):
            value = triple.object
            if isinstance(value, BlankNode) and value not in labels:
                labels[value] = BlankNode(_label(stem, len(labels)))
                waiting.append(value)
            named = labels.get(about, about) if isinstance(about, BlankNode) else about
            found.append(Triple(named, triple.predicate, labels[value] if isinstance(value, BlankNode) else value))
    return found


def _order(store: Store, triple: Triple) -> tuple[str, str]:
    """By predicate, then value; blank nodes by what is said of them directly."""
    value = triple.object
    if not isinstance(value, BlankNode):
        return str(triple.predicate), str(value)
    said = sorted(
        f"{quad.predicate} {'' if isinstance(quad.object, BlankNode) else quad.object}"
        for quad in store.quads_for_pattern(value, None, None, None)
    )
    return str(triple.predicate), f"_:{said}"


def _label(stem: str, number: int) -> str:
    return f"b{hashlib.sha256(stem.encode()).hexdigest()[:8]}x{number}"
