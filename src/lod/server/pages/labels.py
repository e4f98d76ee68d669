"""Labels of everything on a page: read once a release, kept by IRI, chosen by the reader's language.

Language fallback: `lod.rdf.languages` (zh-Hant-TW → zh-Hant → zh → en, never Simplified before Traditional).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
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
        self._objects, self._term_label = objects, term_label
        self._told: dict[str, tuple[Text, ...]] = {}
        self.all: Callable[[str], tuple[Text, ...]] = lru_cache(maxsize=CAPACITY)(self._read)
        """Every label that the data gives an IRI, in all languages; empty when it has none."""
        self.label: Callable[[str, str], Text] = lru_cache(maxsize=CAPACITY)(self._choose)
        """What a reader of a language sees for an IRI; the name at its end when nobody named it."""

    def tell(self, iri: str, values: Mapping[str, Iterable[object]]) -> None:
        """Take the labels of an IRI from everything that is said of it, by property, instead of reading them."""
        self._told[iri] = _texts(values.get(prop.value, ()) for prop in LABEL_PROPERTIES)
        self.all(iri)
        self._told.pop(iri, None)

    def _read(self, iri: str) -> tuple[Text, ...]:
        told = self._told.get(iri)
        return read_labels(self._objects, iri) if told is None else told

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
    return _texts(objects(node, label_property) for label_property in LABEL_PROPERTIES)


def _texts(values: Iterable[Iterable[object]]) -> tuple[Text, ...]:
    literals = (value for of_property in values for value in of_property if isinstance(value, Literal))
    return tuple(dict.fromkeys(Text(value.value, display_tag(value.language or "")) for value in literals))


def last_segment(iri: str) -> str:
    """The name at the end of an IRI, readable; `skos:broader` where the namespace is known."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    trimmed = iri.rstrip("/#")
    return unquote(trimmed[max(trimmed.rfind("/"), trimmed.rfind("#")) + 1 :]) or iri


@lru_cache(maxsize=1024)
def display_tag(tag: str) -> str:
    """A language tag as people and browsers write it: zh-hant-tw → zh-Hant-TW (RFC 5646 §2.1.1)."""
    parts = tag.split("-")
    for place, part in enumerate(parts[1:], 1):
        parts[place] = part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part
    return "-".join(parts)
