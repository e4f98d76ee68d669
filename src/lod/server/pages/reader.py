"""How a term is shown to a reader: its label in their language, its link inside or outside the site.

IRIs are untrusted text: only http, https and mailto become links (`safe_href`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.rdf import iris, languages
from lod.rdf.formats import HTML
from lod.rdf.namespaces import XSD
from lod.server.addresses import Address, has_page
from lod.server.pages.labels import Text, display_tag, last_segment
from lod.server.served import ServedRelease
from lod.server.texts import Catalogue

_SAFE = re.compile(r"(?:https?://|mailto:)[^\s\\]", re.IGNORECASE)
_NUMBERS = {
    XSD + name for name in ("integer", "decimal", "int", "long", "nonNegativeInteger", "positiveInteger", "short")
}
_PLAIN = (1e-6, 1e15)  # floats that are written without an exponent
_FLOATS = {XSD + "double", XSD + "float"}


def safe_href(iri: str) -> str | None:
    """An IRI as it may stand in href, or None: it is shown as text then."""
    return iris.to_uri(iri) if _SAFE.match(iri) and iri.isprintable() else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as it stands on a page. `language` is set only where it differs from the page's."""

    text: str
    language: str = ""
    href: str | None = None
    external: bool = False
    note: str = ""  # notation of a code, datatype of a literal


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a page is made: the release, the language, and whether its links name the language.

    A page whose URL names its language links to pages whose URLs do, so that a reader's choice sticks without a cookie.
    """

    served: ServedRelease
    language: str
    explicit: bool

    @property
    def t(self) -> Catalogue:
        """What the interface says in the reader's language."""
        return self.served.theme.catalogue(self.language)

    def page(self, stem: str) -> str:
        """The link to the page of a document, by its stem."""
        address = Address(stem, HTML, self.language) if self.explicit and has_page(stem) else Address(stem)
        return self.served.space.prefix + address.path

    def href(self, iri: str) -> str | None:
        """The link for an IRI: to its page when it is ours, outside otherwise, None when it must not be one."""
        stem = self.served.space.document_of(iri)
        if stem is None:
            return safe_href(iri)
        _, hash_, fragment = iri.partition("#")
        return self.page(stem) + (hash_ + iris.to_uri(fragment) if hash_ else "")

    def mark(self, text: Text) -> Shown:
        """A text with its language where that is not the page's."""
        foreign = text.language and languages.canonical(text.language) != languages.canonical(self.language)
        return Shown(text.value, text.language if foreign else "")

    def label(self, iri: str) -> Shown:
        """The label of an IRI, without a link."""
        return self.mark(self.served.labels.label(iri, self.language))

    def other_names(self, iri: str, shown: Shown) -> tuple[Shown, ...]:
        """What else it is called, in every language, beside the label that is shown."""
        return tuple(self.mark(text) for text in self.served.labels.all(iri) if text.value != shown.text)

    def link(self, iri: str, note: str = "") -> Shown:
        """The label of an IRI, linked."""
        key = (iri, note, self.language, self.explicit)
        return self.served.links.get(key, lambda: self._linked(iri, note))

    def _linked(self, iri: str, note: str) -> Shown:
        label = self.label(iri) if not iri.startswith("mailto:") else Shown(iri.removeprefix("mailto:"))
        external = not iri.startswith(self.served.space.base)
        return Shown(label.text, label.language, self.href(iri), external, note)

    def show(self, term: NamedNode | BlankNode | Literal) -> Shown:
        """Any term as it stands on a page."""
        if isinstance(term, NamedNode):
            return self.link(term.value)
        if isinstance(term, Literal):
            return self.literal(term)
        return Shown("…")

    def literal(self, literal: Literal) -> Shown:
        """A literal: its language marked, numbers grouped, links made of anyURI."""
        if literal.language:
            return self.mark(Text(literal.value, display_tag(literal.language)))
        datatype = literal.datatype.value
        if datatype == XSD + "anyURI":
            return Shown(literal.value, href=safe_href(literal.value), external=True)
        if datatype == XSD + "string":
            return Shown(literal.value)
        note = "" if datatype.startswith(XSD) else last_segment(datatype)
        return Shown(format_number(literal) or literal.value, note=note)

    def said(self, texts: Mapping[str, str]) -> Shown:
        """A text of the project in the language that serves this reader best; empty if it does not say it."""
        best = languages.best(texts.items(), self.language)
        return self.mark(Text(best[1], best[0])) if best else Shown("")

    def unmarked(self, text: str) -> Shown:
        """A text that does not say its language: by its script it is one of the site's, the page's where that fits."""
        is_han = any("\u4e00" <= character <= "\u9fff" for character in text)
        fitting = [tag for tag in self.served.site.languages if tag.startswith("zh") == is_han]
        return Shown(text, "" if self.language in fitting or not fitting else fitting[0])

    def text(self, terms: Iterable[NamedNode | BlankNode | Literal]) -> Shown | None:
        """The one text of several in different languages that serves this reader best."""
        texts = [(t.language or "", t.value) for t in terms if isinstance(t, Literal)]
        best = languages.best(texts, self.language)
        return self.mark(Text(best[1], display_tag(best[0]))) if best else None

    def in_all_languages(self, terms: Iterable[NamedNode | BlankNode | Literal]) -> tuple[Shown, ...]:
        """A text in each of its languages, in the reader's first; of two in one language the first."""
        by_language: dict[str, Literal] = {}
        for term in terms:
            if isinstance(term, Literal):
                by_language.setdefault(term.language or "", term)
        best = self.text(by_language.values())
        others = (self.literal(text) for text in by_language.values() if best is None or text.value != best.text)
        return (best, *others) if best else tuple(others)


def format_number(literal: Literal) -> str | None:
    """A number with its thousands grouped and every decimal place it was given; None when it is none."""
    datatype = literal.datatype.value
    if datatype in _FLOATS:
        try:
            number = float(literal.value)
        except ValueError:
            return None
        return f"{Decimal(repr(number)):,f}" if _PLAIN[0] <= abs(number) < _PLAIN[1] else f"{number:,.10g}"
    if datatype not in _NUMBERS:
        return None
    try:
        return f"{Decimal(literal.value):,f}"
    except (InvalidOperation, ValueError):
        return None
