"""Accept and Accept-Language: which variant a client gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lod.rdf.formats import HTML, JSON, JSONLD, NTRIPLES, RDFXML, TURTLE
from lod.server.addresses import DOCUMENT_FORMATS
from lod.server.negotiation import choose_format, choose_language, parse_weighted, prefers_html

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
LANGUAGES = ("zh-Hant-TW", "en")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", HTML),
        ("*/*", HTML),
        (CHROME, HTML),
        ("text/turtle", TURTLE),
        ("TEXT/Turtle;charset=utf-8", TURTLE),
        ("application/x-turtle", TURTLE),
        ("application/json", JSON),
        ("application/ld+json", JSONLD),
        ("application/n-triples;q=0.9, text/turtle;q=0.8", NTRIPLES),
        ("text/turtle;q=0.5, */*;q=0.1", TURTLE),
        ("text/*", HTML),
        ("text/*, text/html;q=0", TURTLE),
        ("*/*, text/html;q=0.1, text/turtle;q=0.2", NTRIPLES),
        ("application/*;q=0.4, application/rdf+xml", RDFXML),
        ("application/rdf+xml, text/html;q=0.9", RDFXML),
    ],
)
def test_the_most_specific_range_decides(accept: str, expected: object) -> None:
    assert choose_format(accept, DOCUMENT_FORMATS) is expected


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "text/html;q=nonsense"])
def test_nothing_acceptable_is_none(accept: str) -> None:
    assert choose_format(accept, DOCUMENT_FORMATS) is None


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", True),
        ("*/*", True),
        (CHROME, True),
        ("text/turtle", False),
        ("application/ld+json, */*;q=0.1", False),
        ("application/json", False),
        ("image/png", False),
    ],
)
def test_errors_go_to_people_as_pages_and_to_programs_as_json(accept: str, expected: bool) -> None:
    assert prefers_html(accept) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "zh-Hant-TW"),
        ("*", "zh-Hant-TW"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant-TW"),
        ("en;q=0.3, zh-HK", "zh-Hant-TW"),
        ("zh-Hant", "zh-Hant-TW"),
        ("zh", "zh-Hant-TW"),
        ("ja, en;q=0.5", "en"),
        ("fr", "zh-Hant-TW"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh-TW;q=0", "en"),
        ("zh-TW;q=0, *", "en"),
        ("zh;q=0, *;q=0.5", "en"),
        ("zh;q=0, zh-TW", "zh-Hant-TW"),
        ("zh-CN;q=0", "zh-Hant-TW"),
        ("*;q=0", "zh-Hant-TW"),
        ("zh;q=0, en;q=0", "zh-Hant-TW"),
        ("EN-us", "en"),
    ],
)
def test_a_reader_gets_the_nearest_language_of_the_site(header: str, expected: str) -> None:
    assert choose_language(header, LANGUAGES) == expected


def test_traditional_readers_get_traditional_even_where_simplified_is_offered_first() -> None:
    offers = ("zh-Hans", "zh-Hant-TW", "en")
    assert choose_language("zh-TW", offers) == "zh-Hant-TW"
    assert choose_language("zh-CN", offers) == "zh-Hans"


@given(st.text())
def test_no_header_is_an_error(header: str) -> None:
    for element in parse_weighted(header):
        assert 0 <= element.weight <= 1
    assert choose_format(header, DOCUMENT_FORMATS) in {None, *DOCUMENT_FORMATS}
    assert choose_language(header, LANGUAGES) in LANGUAGES
