"""The catalogue by theme, publisher, frequency and format: what can be chosen, how many datasets each choice leaves.

DCAT 3: https://www.w3.org/TR/vocab-dcat-3/ ; stars: https://5stardata.info/ , from evidence, never typed in
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from lod.rdf.namespaces import DCAT, DCT
from lod.release.descriptions.evidence import read_evidence
from lod.server.cubes.cube import read_structure
from lod.server.pages.reader import Reader
from lod.server.pages.short import DATASETS, STARS, query
from lod.server.served import ServedRelease

FACETS = ("theme", "publisher", "frequency", "format", STARS)
_PROPERTIES = {
    "theme": DCAT + "theme",
    "publisher": DCT + "publisher",
    "frequency": DCT + "accrualPeriodicity",
    "format": DCT + "format",
}
_NAMES = {
    "theme": "facet_theme",
    "publisher": "facet_publisher",
    "frequency": "facet_frequency",
    "format": "facet_format",
    STARS: "facet_stars",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet."""

    text: str
    count: int
    href: str  # the catalogue with it chosen, or no longer
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow the catalogue down."""

    name: str
    options: tuple[Option, ...]


def name_of(reader: Reader, iri: str) -> str:
    """What a value is called."""
    return reader.label(iri).text.replace("_", " ")


def values_of(served: ServedRelease, dataset: str) -> Mapping[str, frozenset[str]]:
    """A dataset's values by facet; read once a release."""

    def read() -> Mapping[str, frozenset[str]]:
        node = NamedNode(dataset)
        files = [v for v in served.objects(node, NamedNode(DCAT + "distribution")) if isinstance(v, NamedNode)]
        return {
            name: frozenset(
                value.value
                for subject in (files if name == "format" else [node])
                for value in served.objects(subject, NamedNode(iri))
                if isinstance(value, NamedNode)
            )
            for name, iri in _PROPERTIES.items()
        } | {STARS: frozenset({str(stars(served, dataset))})}

    return served.memo.get(f"facets {dataset}", read)


def chosen_datasets(served: ServedRelease, datasets: Iterable[str], asked: Mapping[str, str]) -> list[str]:
    """The datasets that have every value that is asked for."""
    wanted = {name: asked[name] for name in FACETS if name in asked}
    return [d for d in datasets if all(value in values_of(served, d)[name] for name, value in wanted.items())]


def facets(reader: Reader, datasets: list[str], asked: Mapping[str, str]) -> tuple[Facet, ...]:
    """The facets of the datasets that are left; one that has a single value and is not chosen says nothing."""
    served = reader.served
    left = chosen_datasets(served, datasets, asked)
    found = []
    for name in FACETS:
        counts: dict[str, int] = {}
        for dataset in left:
            for value in values_of(served, dataset)[name]:
                counts[value] = counts.get(value, 0) + 1
        options = [_option(reader, asked, name, value, count) for value, count in counts.items()]
        if options:
            ordered = sorted(options, key=lambda option: (-option.count, option.text))
            found.append(Facet(reader.t(_NAMES[name]), tuple(ordered)))
    return tuple(found)


def _option(reader: Reader, asked: Mapping[str, str], name: str, value: str, count: int) -> Option:
    kept = {n: v for n, v in asked.items() if n in FACETS and n != name}
    is_chosen = asked.get(name) == value
    after = kept if is_chosen else {**kept, name: value}
    href = query(reader, DATASETS, **after) if after else reader.page("/catalog")
    text = f"{value} ★" if name == STARS else name_of(reader, value)
    return Option(text, count, href, is_chosen)


def stars(served: ServedRelease, dataset: str) -> int:
    """Four for what has addresses and is RDF; the fifth where its codes are linked to those of others."""
    told = served.memo.get("evidence of links", lambda: read_evidence(served.release.folder))
    lists = tuple(f"{c.code_list}/" for c in read_structure(served, dataset)[1] if c.code_list)
    return 5 if any(subject.startswith(lists) for subject, _, _ in told) and lists else 4
