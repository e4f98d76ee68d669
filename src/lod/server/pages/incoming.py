"""What points to a thing: by which properties, how much by each, the first of it.

An organisation may have a hundred thousand observations. Those are counted in the release's columns; of the other
properties, each that the release uses (VoID says which) is looked up by itself, so that no page reads them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import islice

from pyoxigraph import NamedNode, Quad

from lod.rdf.namespaces import VOID
from lod.server.cubes.cube import read_structure
from lod.server.documents.describe import properties_in_use
from lod.server.pages.observed import named, observed
from lod.server.pages.properties import MOST_VALUES
from lod.server.pages.reader import Reader, Shown
from lod.server.pages.short import LINKS, query
from lod.server.served import ServedRelease
from lod.store.figures import ColumnFigures
from lod.store.remote import RemoteStore

MOST_COUNTED = 1_000  # links by one property that are counted in the store for a page
MOST_SORTED = 5_000  # that the page which lists them reads and sorts; more stand as the store has them
MOST_LISTED = 200_000  # of those
MOST_DISTINCT = 50_000  # IRIs of a column that are counted beforehand


@dataclass(frozen=True, slots=True)
class Incoming:
    """What points here by one property: how many, the first of them, where the others are."""

    label: Shown
    count: int
    values: tuple[Shown, ...]
    bounded: bool  # counting stopped; there may be more
    all: str = ""


@dataclass(frozen=True, slots=True)
class Pointing:
    """Some of what points to a thing by one property, in the order of IRIs, or of the store where it is very much.

    `last`: the IRI behind which to go on, '' at the end; `place`: how many were told, where that is where to go on.
    """

    values: tuple[Shown, ...]
    count: int
    bounded: bool
    last: str = ""
    place: int = 0


_COUNTS = "counts of what points where"
Counts = dict[str, dict[str, list[tuple[ColumnFigures, int]]]]  # property → IRI → in which cubes, how often


def incoming(reader: Reader, iri: str, leave_out: Container[str] = ()) -> tuple[Incoming, ...]:
    """What points to a thing, grouped by property. Statistics about the data are no use of it and are left out."""
    served, node = reader.served, NamedNode(iri)
    counts = counts_of(served)
    found: dict[str, Incoming] = {}
    for predicate, by_iri in counts.items():
        if iri in by_iri and predicate not in leave_out:
            cubes = by_iri[iri]
            values = list(_observed(reader, cubes, predicate, node))
            found[predicate] = _incoming(reader, iri, predicate, sum(n for _, n in cubes), values, bounded=False)
    for predicate, subjects in _grouped(served, node, counts):
        if predicate in leave_out or predicate.startswith(VOID):
            continue
        met = list(dict.fromkeys(islice(subjects, MOST_COUNTED + 1)))
        if met:
            values = _told_apart(reader, met[:MOST_VALUES])
            count = min(len(met), MOST_COUNTED)
            found[predicate] = _incoming(reader, iri, predicate, count, values, bounded=len(met) > MOST_COUNTED)
    return tuple(found[predicate] for predicate in sorted(found))


def _told_apart(reader: Reader, iris: Iterable[str]) -> list[Shown]:
    """Links to resources; of those that are called the same, the address says which is which."""
    shown = {iri: named(reader, iri) for iri in iris}
    times = Counter(value.text for value in shown.values())
    base = reader.served.space.base
    return [
        replace(value, note=f"/{iri.removeprefix(base)}") if times[value.text] > 1 and iri.startswith(base) else value
        for iri, value in shown.items()
    ]


def _incoming(
    reader: Reader, iri: str, predicate: str, count: int, values: Iterable[Shown], *, bounded: bool
) -> Incoming:
    address = query(reader, LINKS, **{"of": iri, "in": predicate}) if bounded or count > MOST_VALUES else ""
    return Incoming(reader.link(predicate), count, tuple(values), bounded, address)


def counts_of(served: ServedRelease) -> Counts:
    """How often each IRI stands in the columns whose property no other subject has; counted once a release."""

    def count() -> Counts:
        found: Counts = {}
        columns = served.columns()
        if columns is None:
            return found
        inexact = {c.property for cube in columns.index.cubes for c in cube.columns if not c.exact}
        for cube in columns.index.cubes:
            figures = ColumnFigures(columns.database, cube)
            for predicate, by_iri in figures.counts(MOST_DISTINCT).items():
                if predicate in inexact or predicate in columns.index.elsewhere:
                    continue
                kept = found.setdefault(predicate, {})
                for iri, number in by_iri.items():
                    kept.setdefault(iri, []).append((figures, number))
        return found

    return served.cubes.get(_COUNTS, count)


def is_counted(served: ServedRelease) -> bool:
    """Whether `counts_of` has been worked out, so that it costs nothing any more."""
    return served.cubes.peek(_COUNTS) is not None


def _grouped(served: ServedRelease, node: NamedNode, counts: Counts) -> Iterator[tuple[str, Iterator[str]]]:
    """The subjects in the store that point to a node, by property, without those that were counted in columns."""
    little = served.pointing(node)
    predicates = () if little is not None or isinstance(served.store, RemoteStore) else properties_in_use(served)
    grouped: dict[str, list[str]] = {}
    quads: Iterable[Quad]
    if little is not None:
        quads = little
    elif predicates:
        quads = served.metadata.quads_for_pattern(None, None, node, None)
    else:
        quads = islice(served.quads(None, None, node), MOST_COUNTED + 1)
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and quad.predicate.value not in counts:
            grouped.setdefault(quad.predicate.value, []).append(quad.subject.value)
    for predicate in dict.fromkeys([*predicates, *grouped]):
        if predicate not in counts:
            stored = _subjects(served, predicate, node) if predicates else iter(())
            yield predicate, _chained(stored, grouped.get(predicate, []))


def _chained(first: Iterator[str], rest: Iterable[str]) -> Iterator[str]:
    yield from first
    yield from rest


def _subjects(served: ServedRelease, predicate: str, node: NamedNode) -> Iterator[str]:
    found = served.store.quads_for_pattern(None, NamedNode(predicate), node, served.graph)
    return (quad.subject.value for quad in found if isinstance(quad.subject, NamedNode))


def _observed(
    reader: Reader, cubes: list[tuple[ColumnFigures, int]], predicate: str, node: NamedNode
) -> Iterator[Shown]:
    left = MOST_VALUES
    for figures, _ in cubes:
        if left <= 0:
            return
        wanted = _told(reader.served, figures)
        for observation in figures.where({predicate: node}, wanted, left):
            left -= 1
            yield observed(reader, figures.cube.dataset, observation)


def _told(served: ServedRelease, figures: ColumnFigures) -> list[str]:
    return [c.iri for c in read_structure(served, figures.cube.dataset)[1] if c.kind != "attribute"]


def pointing(reader: Reader, iri: str, predicate: str, after: str, most: int, place: int = 0) -> Pointing:
    """At most `most` of what points to a thing by one property, behind the IRI `after` or from `place` on."""
    served, node = reader.served, NamedNode(iri)
    cubes = counts_of(served).get(predicate, {}).get(iri)
    if cubes:
        found = [
            (observation, figures.cube.dataset)
            for figures, _ in cubes
            for observation in figures.following(predicate, node, _told(served, figures), after, most + 1)
        ]
        found.sort(key=lambda pair: pair[0].iri)
        values = tuple(observed(reader, dataset, observation) for observation, dataset in found[:most])
        last = found[most - 1][0].iri if len(found) > most else ""
        return Pointing(values, sum(n for _, n in cubes), False, last)
    known = NamedNode(predicate)
    if (count := many(served, None, known, node)) > MOST_SORTED:
        quads, more = part(served, None, known, node, place, most)
        values = tuple(named(reader, quad.subject.value) for quad in quads if isinstance(quad.subject, NamedNode))
        return Pointing(values, min(count, MOST_LISTED), count > MOST_LISTED, place=more)
    subjects = {q.subject.value for q in served.quads(None, known, node) if isinstance(q.subject, NamedNode)}
    behind = nsmallest(most + 1, (subject for subject in subjects if subject > after))
    last = behind[most - 1] if len(behind) > most else ""
    return Pointing(tuple(named(reader, subject) for subject in behind[:most]), len(subjects), False, last)


def many(served: ServedRelease, subject: NamedNode | None, predicate: NamedNode, value: NamedNode | None) -> int:
    """How many statements there are of a pattern, to a little above `MOST_LISTED`; counted once a release."""

    def count() -> int:
        little = served.count(subject, predicate, value, MOST_SORTED + 1)
        return little if little <= MOST_SORTED else served.count(subject, predicate, value, MOST_LISTED + 1)

    return served.memo.get(("how many", subject, predicate, value), count)


def part(
    served: ServedRelease,
    subject: NamedNode | None,
    predicate: NamedNode,
    value: NamedNode | None,
    place: int,
    most: int,
) -> tuple[list[Quad], int]:
    """At most `most` statements of a pattern from `place` on, in the store's order, and where to go on; 0 at the end.

    What was told before is passed over in the index, and never read.
    """
    quads = served.stretch(subject, predicate, value, place, most + 1) if place < MOST_LISTED else []
    return quads[:most], place + most if len(quads) > most else 0
