"""The codes of a list as a tree of which a page shows a part: the top first, what is deep or long behind a link.

SKOS: https://www.w3.org/TR/skos-reference/ §8 (hierarchies may be cyclic: a cycle is cut where it closes)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import NamedNode

from lod.rdf.namespaces import SKOS
from lod.server.cubes.codes import notation, order_codes
from lod.server.pages.reader import Reader, Shown
from lod.server.pages.short import CODES, query
from lod.server.served import Node, ServedRelease

MOST_READ = 50_000  # codes of a list; their order is worked out once a release
MOST_SHOWN = 120  # on one page, so that it stays small
MOST_LEVELS = 8  # one inside another

MAPPINGS = tuple(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))
_IN_SCHEME = NamedNode(SKOS + "inScheme")
_TOP_CONCEPT_OF = NamedNode(SKOS + "topConceptOf")
_HAS_TOP_CONCEPT = NamedNode(SKOS + "hasTopConcept")


@dataclass(frozen=True, slots=True)
class CodeTree:
    """The codes of a list in reading order: what stands under the code at `n` is at `n + 1` up to `ends[n]`."""

    terms: tuple[Node, ...]
    ends: tuple[int, ...]
    places: dict[str, int]  # by IRI
    complete: bool = True  # else the list has more than `MOST_READ`

    def children(self, place: int | None) -> list[int]:
        """The places right under one; of the top for None."""
        found, at = [], 0 if place is None else place + 1
        end = len(self.terms) if place is None else self.ends[place]
        while at < end:
            found.append(at)
            at = self.ends[at]
        return found

    def count(self, place: int) -> int:
        """How many codes stand under one, at every depth."""
        return self.ends[place] - place - 1


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the part that is shown."""

    notation: str
    label: Shown
    others: tuple[Shown, ...]  # its labels in the site's other languages
    mapped: int  # links to codes elsewhere
    children: tuple[Code, ...]
    under: int = 0  # how many stand under it
    branch: str = ""  # where they are, when they are not here


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of a tree: the codes from `first` to `last` of `among` siblings, and where the others are."""

    codes: tuple[Code, ...]
    first: int
    last: int
    among: int
    previous: str = ""
    next: str = ""


def read_tree(served: ServedRelease, scheme: str) -> CodeTree:
    """The tree of a list, worked out once and kept for the release's lifetime."""
    return served.cubes.get(f"codes {scheme}", lambda: _read_tree(served, NamedNode(scheme)))


def _read_tree(served: ServedRelease, scheme: NamedNode) -> CodeTree:
    members: list[object] = list(served.objects(scheme, _HAS_TOP_CONCEPT))
    for predicate in (_TOP_CONCEPT_OF, _IN_SCHEME):
        members += [q.subject for q in islice(served.quads(None, predicate, scheme), MOST_READ + 1)]
    terms = list(dict.fromkeys(m for m in members if isinstance(m, NamedNode)))
    places = order_codes(served, terms[:MOST_READ], MOST_READ)
    ends = [0] * len(places)
    opened: list[int] = []
    for n, place in enumerate(places):
        while len(opened) > place.level:
            ends[opened.pop()] = n
        opened.append(n)
    for n in opened:
        ends[n] = len(places)
    return CodeTree(
        tuple(place.term for place in places),
        tuple(ends),
        {place.term.value: n for n, place in enumerate(places)},
        len(terms) <= MOST_READ,
    )


def branch(reader: Reader, tree: CodeTree, scheme: str, under: int | None = None, after: int | None = None) -> Branch:
    """The codes under a place, from the sibling behind `after` on: as many levels as fit on a page."""
    siblings = tree.children(under)
    start = siblings.index(after) + 1 if after is not None else 0
    roots = siblings[start : start + MOST_SHOWN]
    opened = _opened(tree, roots)
    shown = _Shown(reader, tree, scheme, opened)

    def at(position: int) -> str:
        place = "" if under is None else tree.terms[under].value
        return shown.address(place, tree.terms[siblings[position - 1]].value if position > 0 else "")

    behind = start + len(roots)
    return Branch(
        shown.codes(roots),
        start + 1 if roots else 0,
        behind,
        len(siblings),
        at(start - MOST_SHOWN) if start > 0 else "",
        at(behind) if behind < len(siblings) else "",
    )


def _opened(tree: CodeTree, roots: list[int]) -> set[int]:
    """The places whose parts are shown: level by level, as long as a whole level fits."""
    opened: set[int] = set()
    level, shown = roots, len(roots)
    for _ in range(MOST_LEVELS):
        parents = [place for place in level if tree.count(place)]
        level = [child for place in parents for child in tree.children(place)]
        shown += len(level)
        if shown > MOST_SHOWN:
            return opened
        opened.update(parents)
    return opened


@dataclass(frozen=True, slots=True)
class _Shown:
    reader: Reader
    tree: CodeTree
    scheme: str
    opened: set[int]

    def codes(self, places: Iterable[int]) -> tuple[Code, ...]:
        return tuple(self._code(place) for place in places)

    def _code(self, place: int) -> Code:
        served, iri = self.reader.served, self.tree.terms[place].value
        label, node = self.reader.link(iri), NamedNode(iri)
        under = self.tree.count(place)
        is_open = place in self.opened
        return Code(
            notation=notation(served, iri),
            label=label,
            others=self.reader.other_names(iri, label),
            mapped=sum(len(served.objects(node, NamedNode(mapping))) for mapping in MAPPINGS),
            children=self.codes(self.tree.children(place)) if is_open else (),
            under=under,
            branch=self.address(iri, "") if under and not is_open else "",
        )

    def address(self, under: str, after: str) -> str:
        """Where a part of the list is: the list's own page for its beginning."""
        if not under and not after:
            return self.reader.href(self.scheme) or ""
        return query(self.reader, CODES, of=self.scheme, under=under, after=after)
