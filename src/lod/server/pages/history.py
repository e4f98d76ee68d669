"""Mergers, renames and dates: what a place or an organisation came from, what became of it, and when.

ORG: https://www.w3.org/TR/vocab-org/#org:ChangeEvent ; `dct:replaces` and `dct:isReplacedBy`, stated on either side.
A project's own date properties count where they specialise (`rdfs:subPropertyOf`) one of those known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.rdf.namespaces import DCT, ORG, PROV, RDFS, SCHEMA
from lod.server.documents.describe import Description
from lod.server.pages.reader import Reader, Shown
from lod.server.served import Node, ServedRelease

MOST_EVENTS = 50

_BEGINS = (SCHEMA + "validFrom", SCHEMA + "foundingDate")
_ENDS = (SCHEMA + "validThrough", SCHEMA + "dissolutionDate")
_DATES = (*_BEGINS, *_ENDS, DCT + "valid", DCT + "temporal")
_OF_EVENTS = (DCT + "date", PROV + "endedAtTime", PROV + "startedAtTime", PROV + "atTime")
_BEFORE, _AFTER = DCT + "replaces", DCT + "isReplacedBy"
_EVENTS = (  # what a thing says of an event, what the event says of the thing, what stands on its other side
    (ORG + "resultedFrom", ORG + "resultingOrganization", ORG + "originalOrganization"),
    (ORG + "changedBy", ORG + "originalOrganization", ORG + "resultingOrganization"),
)
_SPECIALISES = NamedNode(RDFS + "subPropertyOf")


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """What became of a thing, or what it came from."""

    label: Shown
    others: tuple[Shown, ...]


def history(reader: Reader, description: Description) -> tuple[HistoryEvent, ...]:
    """What the thing says of its changes, and what others say of it."""
    return tuple(event for event in _rows(reader, _around(reader.served, description)) if event.others)


@dataclass(frozen=True, slots=True)
class _Around:
    """What is said of a thing, and by what others say of it: read before, where that is little."""

    served: ServedRelease
    node: NamedNode
    said: dict[str, list[Node]] | None  # by property
    pointing: dict[str, list[Node]] | None  # the same, of others

    def values(self, predicate: str) -> list[Node]:
        """The values of one of its properties."""
        if self.said is None:
            return self.served.objects(self.node, NamedNode(predicate))
        return self.said.get(predicate, [])

    def subjects(self, predicate: str) -> list[Node]:
        """The first things of which it is such a value."""
        if self.pointing is not None:
            return self.pointing.get(predicate, [])[:MOST_EVENTS]
        found = islice(self.served.quads(None, NamedNode(predicate), self.node), MOST_EVENTS)
        return [quad.subject for quad in found]  # type: ignore[misc]


def _around(served: ServedRelease, description: Description) -> _Around:
    node = NamedNode(description.iri)
    quads = served.pointing(node)
    pointing: dict[str, list[Node]] | None = None if quads is None else {}
    for quad in quads or ():
        pointing.setdefault(quad.predicate.value, []).append(quad.subject)  # type: ignore[union-attr, arg-type]
    return _Around(served, node, None if description.truncated else description.grouped(), pointing)


def _rows(reader: Reader, around: _Around) -> Iterator[HistoryEvent]:
    node = around.node
    yield from _dates(reader, around, _BEGINS)
    if others := _linked(around, _BEFORE, _AFTER):
        yield HistoryEvent(reader.label(_BEFORE), tuple(_changed(reader, other, other, node) for other in others))
    for mine, theirs, opposite in _EVENTS:
        if found := _linked(around, mine, theirs):
            events = (shown for event in found for shown in _event(reader, event, opposite))
            yield HistoryEvent(reader.label(mine), tuple(dict.fromkeys(events)))
    if others := _linked(around, _AFTER, _BEFORE):
        yield HistoryEvent(reader.label(_AFTER), tuple(_changed(reader, other, node, other) for other in others))
    yield from _dates(reader, around, _DATES[len(_BEGINS) :])


def _linked(around: _Around, mine: str, theirs: str) -> list[NamedNode | BlankNode]:
    """The things that a thing names by one property, or that name it by the inverse."""
    found = [*around.values(mine), *around.subjects(theirs)]
    return [term for term in dict.fromkeys(found) if not isinstance(term, Literal)]


def _changed(
    reader: Reader, shown: NamedNode | BlankNode, older: NamedNode | BlankNode, newer: NamedNode | BlankNode
) -> Shown:
    """One of two things of which one replaced the other, with the day: the newer one's first, the older one's last.

    What was merged into something that was there before ended later than that began.
    """
    first, last = _day(reader.served, newer, _BEGINS), _day(reader.served, older, _ENDS)
    return replace(reader.show(shown), note=max(first, last))


def _event(reader: Reader, event: NamedNode | BlankNode, opposite: str) -> Iterator[Shown]:
    """An event with its date, where its name does not tell it, and what stands on its other side."""
    day = _day(reader.served, event, _OF_EVENTS)
    shown = reader.show(event)
    if isinstance(event, NamedNode):
        yield replace(shown, note="" if day in shown.text else day)
    for other in reader.served.objects(event, NamedNode(opposite)):
        yield reader.show(other) if isinstance(event, NamedNode) else replace(reader.show(other), note=day)


def _day(served: ServedRelease, node: NamedNode | BlankNode, predicates: Iterable[str]) -> str:
    """The first date that a thing has by one of these properties or what specialises it; '' where it has none."""
    for predicate in _with_own(served, predicates):
        for value in served.objects(node, NamedNode(predicate)):
            if isinstance(value, Literal):
                return value.value[:10]
    return ""


def _dates(reader: Reader, around: _Around, predicates: Iterable[str]) -> Iterator[HistoryEvent]:
    for predicate in _with_own(reader.served, predicates):
        if values := around.values(predicate):
            yield HistoryEvent(reader.label(predicate), tuple(reader.show(value) for value in values))


def _with_own(served: ServedRelease, predicates: Iterable[str]) -> list[str]:
    """Properties, each with those that say that they specialise it; found once a release."""

    def read(predicate: str) -> Callable[[], list[str]]:
        return lambda: [predicate, *sorted(_specialising(served, predicate))]

    return [iri for each in predicates for iri in served.memo.get(f"specialised {each}", read(each))]


def _specialising(served: ServedRelease, predicate: str) -> Iterator[str]:
    found = islice(served.quads(None, _SPECIALISES, NamedNode(predicate)), MOST_EVENTS)
    return (quad.subject.value for quad in found if isinstance(quad.subject, NamedNode))
