"""Labels of everything on a page: read once a release, kept by IRI, chosen by the reader's language.

Language fallback: `lod.rdf.languages` (zh-Hant-TW → zh-Hant → zh → en, never Simplified before Traditional).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from urllib.parse import unquote

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.rdf import languages
from lod.rdf.namespaces import DCT, FOAF, PREFIXES, RDFS, SCHEMA, SKOS

LABEL_PROPERTIES = tuple(
    NamedNode(iri) for iri in (SKOS + "prefLabel", RDFS + "label", DCT + "title", FOAF + "name", SCHEMA + "name")
)
"""In this order: of two labels in one language, that of the first property names a thing."""

CAPACITY = 50_000  # IRIs whose labels are kept, about 20 MB

Objects = Callable[[NamedNode | BlankNode, NamedNode], "list[NamedNode | BlankNode | Literal]"]
TermLabel = Callable[[str, str], "tuple[str, str] | None"]
"""What the site itself calls a well-known term, by its IRI and the reader's language: the text and its language."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its language ('' unknown), so that a page can mark what is not in its own."""

    value: str
    language: str = ""


class Labels:
    """Labels by IRI over a release; the least recently used are forgotten. Safe to use from several threads."""

    def __init__(self, objects: Objects, term_label: TermLabel) -> None:
        self._term_label = term_label
        self.all: Callable[[str], tuple[Text, ...]] = lru_cache(maxsize=CAPACITY)(partial(read_labels, objects))
        """Every label that the data gives an IRI, in all languages; empty when it has none."""
        self.label: Callable[[str, str], Text] = lru_cache(maxsize=CAPACITY)(self._choose)
        """What a reader of a language sees for an IRI; the name at its end when nobody named it."""

    def _choose(self, iri: str, language: str) -> Text:
        given = self.all(iri)
        best = languages.best(((text.language, text) for text in given), language)
        known = self._term_label(iri, language)
        if known and (best is None or languages.rank(best[0], language) > languages.rank(known[1], language)):
            return Text(*known)
        return best[1] if best else Text(last_segment(iri))


def read_labels(objects: Objects, iri: str) -> tuple[Text, ...]:
    """The labels of an IRI, those of the property that names it first before the others'."""
    try:
        node = NamedNode(iri)
    except ValueError:
        return ()
    values = (value for label_property in LABEL_PROPERTIES for value in objects(node, label_property))
    texts = (Text(value.value, display_tag(value.language or "")) for value in values if isinstance(value, Literal))
    return tuple(dict.fromkeys(texts))


def last_segment(iri: str) -> str:
    """The name at the end of an IRI, readable; `skos:broader` where the namespace is known."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    trimmed = iri.rstrip("/#")
    return unquote(trimmed[max(trimmed.rfind("/"), trimmed.rfind("#")) + 1 :]) or iri


def display_tag(tag: str) -> str:
    """A language tag as people and browsers write it: zh-hant-tw → zh-Hant-TW (RFC 5646 §2.1.1)."""
    parts = tag.split("-")
    for place, part in enumerate(parts[1:], 1):
        parts[place] = part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part
    return "-".join(parts)
