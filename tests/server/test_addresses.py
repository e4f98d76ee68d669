"""The URL contract as pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lod.rdf.formats import HTML, TURTLE
from lod.server.addresses import Address, UrlSpace, canonical_path, parse_address
from lod.server.answers import redirect

LANGUAGES = ("zh-Hant-TW", "en")
SPACE = UrlSpace("https://lod.example.org/")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/doc/code/sex", Address("/doc/code/sex")),
        ("/doc/code/sex.ttl", Address("/doc/code/sex", TURTLE)),
        ("/doc/code/sex.html", Address("/doc/code/sex", HTML)),
        ("/doc/code/sex.en.html", Address("/doc/code/sex", HTML, "en")),
        ("/doc/code/sex.zh-Hant-TW.html", Address("/doc/code/sex", HTML, "zh-Hant-TW")),
        ("/doc/code/sex.fr.html", Address("/doc/code/sex.fr", HTML)),
        ("/doc/org/2.16.886.101", Address("/doc/org/2.16.886.101")),
        ("/doc/org/2.16.886.101.en.html", Address("/doc/org/2.16.886.101", HTML, "en")),
        ("/doc/.ttl", Address("/doc/.ttl")),
        ("/", Address("/")),
        ("/index.html", Address("/", HTML)),
        ("/index.en.html", Address("/", HTML, "en")),
    ],
)
def test_a_path_is_split_into_document_and_variant(path: str, expected: Address) -> None:
    assert parse_address(path, LANGUAGES) == expected


@pytest.mark.parametrize(
    ("iri", "document"),
    [
        ("https://lod.example.org/id/code/sex/M", "/doc/code/sex/M"),
        ("https://lod.example.org/def/dimension/sex", "/doc/def/dimension/sex"),
        ("https://lod.example.org/data/x/obs/2012", "/data/x/obs/2012"),
        ("https://lod.example.org/id/county/臺", "/doc/county/%E8%87%BA"),
        ("https://elsewhere.example/id/x", None),
    ],
)
def test_iris_and_documents_correspond(iri: str, document: str | None) -> None:
    assert SPACE.document_of(iri) == document
    if document is not None:
        assert SPACE.described_by(document) == iri


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"/id/county/%E8%87%BA", "/id/county/%E8%87%BA"),
        (b"/id/county/%e8%87%ba", "/id/county/%E8%87%BA"),
        ("/id/county/臺".encode(), "/id/county/%E8%87%BA"),
        (b"/id/%63ode", "/id/code"),
        ("/id/cafe\u0301".encode(), "/id/caf%C3%A9"),
        (b"/id/a%2Fb", "/id/a%2Fb"),
        (b"/id/./code/x/../sex", "/id/code/sex"),
        (b"/id/code/%2e%2E/sex/.", "/id/sex/"),
        (b"/../..", "/"),
        (b"/doc/a..b/.c/...", "/doc/a..b/.c/..."),
        (b"/id/a%2F..%2Fb", "/id/a%2F..%2Fb"),
        (b"/id/\xff", None),
        (b"no-slash", None),
    ],
)
def test_a_path_has_one_spelling(raw: bytes, expected: str | None) -> None:
    assert canonical_path(raw) == expected


@given(st.binary(max_size=60))
def test_the_canonical_spelling_is_stable_and_fit_for_a_header(raw: bytes) -> None:
    path = canonical_path(b"/" + raw)
    if path is None:
        return
    assert path.isascii()
    assert path.isprintable()
    assert " " not in path
    assert canonical_path(path.encode()) == path


@given(st.text())
def test_a_redirection_stays_on_this_site(text: str) -> None:
    try:
        answer = redirect(303, "/" + text)
    except ValueError:
        return
    location = answer.header("location")
    assert location is not None
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert location.isascii()
    assert location.isprintable()
