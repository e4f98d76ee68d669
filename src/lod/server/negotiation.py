"""Which variant of a document a client gets: proactive negotiation on Accept and Accept-Language.

https://www.rfc-editor.org/rfc/rfc9110 §12 ; language ranges: https://www.rfc-editor.org/rfc/rfc4647
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from lod.rdf import languages
from lod.rdf.formats import GRAPH_FORMATS, HTML, Format

_ANY = "*/*"

PROBLEM = Format(
    "Problem details",
    "json",
    ("application/problem+json", "application/json", *(t for f in GRAPH_FORMATS for t in f.media_types)),
)
"""What a program reads when things go wrong (RFC 9457)."""


@dataclass(frozen=True, slots=True)
class WeightedRange:
    """One element of an Accept or Accept-Language field: what it names, and its weight from 0 to 1."""

    value: str  # lower case, without parameters
    weight: float


def parse_weighted(field: str) -> tuple[WeightedRange, ...]:
    """The elements of a field in their order (§12.4.2). What cannot be read counts as absent: clients send anything."""
    ranges = []
    for element in field.split(","):
        value, *parameters = (part.strip() for part in element.split(";"))
        if value:
            ranges.append(WeightedRange(value.lower(), _weight(parameters)))
    return tuple(ranges)


def _weight(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return min(max(weight, 0.0), 1.0) if weight == weight else 0.0
    return 1.0


def _quality(media_type: str, ranges: Iterable[WeightedRange]) -> float:
    """The weight of the most specific range that covers a media type (§12.5.1); 0 when none does."""
    best, weight = 0, 0.0
    for element in ranges:
        if element.value == media_type:
            specificity = 3
        elif element.value == media_type.partition("/")[0] + "/*":
            specificity = 2
        elif element.value in {_ANY, "*"}:
            specificity = 1
        else:
            continue
        if specificity > best:
            best, weight = specificity, element.weight
    return weight


def _quality_of(offer: Format, ranges: Iterable[WeightedRange]) -> float:
    """What an offer is worth: by the type that we send, or by another name for it that the client spelt out."""
    named = (element.weight for element in ranges if element.value in offer.media_types[1:])
    return max(_quality(offer.media_type, ranges), *named, 0.0)


@lru_cache(maxsize=1024)
def choose_format(accept: str, offers: tuple[Format, ...]) -> Format | None:
    """The offer that a client prefers; ties go to the first offer, so browsers and curl's `*/*` get HTML.

    None: nothing on offer is acceptable, the answer is 406. A field that is absent, empty or names no type
    accepts everything.
    """
    named = tuple(element for element in parse_weighted(accept) if "/" in element.value or element.value == "*")
    ranges = named or (WeightedRange(_ANY, 1.0),)
    best, chosen = 0.0, None
    for offer in offers:
        quality = _quality_of(offer, ranges)
        if quality > best:
            best, chosen = quality, offer
    return chosen


def prefers_html(accept: str) -> bool:
    """Whether an error is said to a person (a page) or to a program (problem+json): whoever asks for RDF is one."""
    return choose_format(accept, (HTML, PROBLEM)) is HTML


@lru_cache(maxsize=1024)
def choose_language(accept_language: str, offers: tuple[str, ...]) -> str:
    """The site language for a reader; the first one, the default, when none of theirs is there (RFC 4647 §3.4).

    A region of Chinese implies its script: zh-TW and zh-HK are served by zh-Hant-TW before anything else is tried.
    """
    ranges = parse_weighted(accept_language)
    offers = tuple(offer for offer in offers if not _is_refused(offer, ranges)) or offers
    best, chosen = 0.0, offers[0]
    for place, offer in enumerate(offers):
        for element in ranges:
            score = element.weight * _closeness(element.value, offer, place)
            if score > best:
                best, chosen = score, offer
    return chosen


def _is_refused(offer: str, ranges: Iterable[WeightedRange]) -> bool:
    """Whether the longest range that an offered language falls under has the weight 0 (§12.4.2): not that one."""
    under = [element for element in ranges if _closeness(element.value, offer, 1) == 1.0]
    return bool(under) and max(under, key=lambda element: len(languages.canonical(element.value))).weight == 0.0


def _closeness(wanted: str, offer: str, place: int) -> float:
    """How well an offered language serves a range: 1 exact or narrower, a little less for each subtag given up."""
    if wanted == "*":
        return 0.001 if place == 0 else 0.0
    tag, have, closeness = languages.canonical(wanted), languages.canonical(offer), 1.0
    while tag:
        if have == tag or have.startswith(tag + "-"):
            return closeness
        tag = tag.rpartition("-")[0]
        closeness -= 0.02
    return 0.0
