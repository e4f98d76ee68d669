"""What kinds of things a release is about, besides figures, codes and vocabularies; where those of each are listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from lod.rdf.namespaces import PREFIXES, RDF, VOID
from lod.server.pages.reader import Reader, Shown
from lod.server.pages.short import LINKS, query
from lod.server.served import ServedRelease

MOST_KINDS = 30
_ABOUT_THINGS = frozenset({"org", "schema"})
_DESCRIBING = (
    *(iri for prefix, iri in PREFIXES.items() if prefix not in _ABOUT_THINGS),
    "http://www.w3.org/ns/adms#",
    "http://www.w3.org/2006/time#",
)
"""Vocabularies whose classes are what a release is described with, or are listed elsewhere on the page."""


def kinds_of_things(reader: Reader) -> tuple[Shown, ...]:
    """The classes that things of the release are of, those of most things first, each with its list and how many."""
    found = reader.served.memo.get("kinds of things", lambda: _counts(reader.served))
    return tuple(
        replace(reader.label(iri), href=_list_of(reader, iri), note=f"{count:,}") for iri, count in found[:MOST_KINDS]
    )


def classes_of(reader: Reader, types: Iterable[str]) -> tuple[Shown, ...]:
    """The classes of a thing, of those that are called the same one; one of ours without a page leads to its list."""
    found: dict[str, Shown] = {}
    for iri in types:
        shown = linked_term(reader, iri)
        found.setdefault(shown.text, shown if shown.href else replace(shown, href=_list_of(reader, iri)))
    return tuple(found.values())


def linked_term(reader: Reader, iri: str) -> Shown:
    """A class or a property, linked unless it is one of ours that nothing describes: its address would be not found."""
    served = reader.served

    def found() -> Shown:
        shown = reader.link(iri)
        is_described = not iri.startswith(served.space.base) or any(served.quads(NamedNode(iri), None, None))
        return shown if is_described else replace(shown, href=None)

    return served.links.get(("term", iri, reader.language, reader.explicit), found)


def _counts(served: ServedRelease) -> list[tuple[str, int]]:
    """As the VoID description counts them."""
    found: dict[str, int] = {}
    for quad in served.metadata.quads_for_pattern(None, NamedNode(VOID + "class"), None, None):
        iri = quad.object.value if isinstance(quad.object, NamedNode) else ""
        for told in served.metadata.quads_for_pattern(quad.subject, NamedNode(VOID + "entities"), None, None):
            if iri and not iri.startswith(_DESCRIBING) and isinstance(told.object, Literal):
                found[iri] = max(found.get(iri, 0), int(told.object.value))
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _list_of(reader: Reader, iri: str) -> str:
    return query(reader, LINKS, **{"of": iri, "in": RDF + "type"})
