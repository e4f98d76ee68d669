"""The page of a vocabulary tells all its terms by kind; that of a term what it means and which datasets use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import httpx
import pytest

BASE = "https://lod.example.org/"
VOCABULARY = f"""@base <{BASE}> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ex: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix qb: <http://purl.org/linked-data/cube#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<def/words> a owl:Ontology ; rdfs:label "詞彙表"@zh-Hant-TW, "Words"@en ; rdfs:comment "What is said."@en .
<def/dimension/county> rdfs:isDefinedBy <def/words> ; rdfs:subPropertyOf ex:area .
<def/measure/headcount> rdfs:isDefinedBy <def/words> .
<def/words#status> a qb:AttributeProperty, rdf:Property ; rdfs:label "Status"@en, "狀態"@zh-Hant-TW .
<def/words/Office> a owl:Class ; rdfs:label "機關"@zh-Hant-TW, "Office"@en ; rdfs:subClassOf <def/words/Body> ;
    skos:definition "A body with a seal."@en, "有印信之單位。"@zh-Hant-TW .
<def/words/Body> a rdfs:Class ; rdfs:label "Body"@en .
<def/words/seat> a owl:ObjectProperty ; rdfs:label "Seat"@en ; rdfs:domain <def/words/Office> ;
    rdfs:range [ a owl:Class ; owl:unionOf ( <def/words/Office> <def/words/Body> ) ] .
<def/wordsmith> a rdf:Property ; rdfs:label "Not of this vocabulary"@en .
<def/words/grade> a rdfs:Datatype ; rdfs:isDefinedBy <def/words> . <def/words/first> rdfs:isDefinedBy <def/words> .
"""
VOID = f"""@prefix void: <http://rdfs.org/ns/void#> .
<{BASE}void#data> a void:Dataset ; void:propertyPartition <{BASE}void#p> ; void:classPartition <{BASE}void#c> .
<{BASE}void#p> void:property <{BASE}def/dimension/county> ; void:triples 12345 .
<{BASE}void#c> void:class <{BASE}def/words/Office> ; void:entities 77 .
"""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path]) -> Path:
    """A release whose vocabulary has terms of every kind."""
    folder = tmp_path_factory.mktemp("vocabulary")
    make(folder, turtle=VOCABULARY, void=VOID)
    return folder


@pytest.fixture(scope="module")
def client(releases: Path, open_for_module: Callable[[Path], httpx.Client]) -> httpx.Client:
    """The site over it."""
    return open_for_module(releases)


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def _sections(html: str) -> dict[str, str]:
    """What stands under each heading, by its id."""
    parts = re.split(r'<h2 id="([^"]+)">', html)
    return {name: _text(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_terms_stand_by_their_kind_whether_named_or_below(client: httpx.Client) -> None:
    html = client.get("/doc/def/words.en.html").text
    groups = {name: text for name, text in _sections(html).items() if name.startswith("vocabulary-")}
    assert list(groups) == [
        f"vocabulary-{kind}" for kind in ("dimensions", "measures", "attributes", "properties", "classes", "rest")
    ]
    assert "County or city 縣市" in groups["vocabulary-dimensions"]
    assert "The county or city whose agencies" in groups["vocabulary-dimensions"]
    assert "公務人員所屬地方各機關之縣市。" in groups["vocabulary-dimensions"]
    assert "Headcount 人數" in groups["vocabulary-measures"]
    assert "Status 狀態" in groups["vocabulary-attributes"]
    assert "of: Office" in groups["vocabulary-properties"]
    assert "A body with a seal. 有印信之單位。" in groups["vocabulary-classes"]
    assert "grade" in groups["vocabulary-classes"]
    assert "first" in groups["vocabulary-rest"]
    assert "8 terms" in _text(html)
    assert "Not of this vocabulary" not in html


def test_uses_are_those_that_the_void_description_counts(client: httpx.Client) -> None:
    sections = _sections(client.get("/doc/def/words.en.html").text)
    assert "12,345" in sections["vocabulary-dimensions"]
    assert "77" in sections["vocabulary-classes"]
    assert sections["vocabulary-measures"].endswith(" 0"), "a term that no statement has"


@pytest.mark.parametrize(("language", "vocabularies"), [("en", "Vocabularies"), ("zh-Hant-TW", "詞彙")])
def test_home_and_catalogue_lead_to_it(client: httpx.Client, language: str, vocabularies: str) -> None:
    for page in ("/index", "/catalog"):
        html = client.get(f"{page}.{language}.html").text
        assert f'<h2 id="vocabularies">{vocabularies}</h2>' in html
        assert f'href="/doc/def/words.{language}.html"' in html


def test_a_property_tells_its_place_and_the_datasets_that_use_it(client: httpx.Client) -> None:
    html = client.get("/doc/def/dimension/county.en.html").text
    text = _text(html)
    assert "Statements that use it 12,345" in text
    for href in ("http://example.org/area", "/doc/code/county.en.html", "/doc/def/words.en.html"):
        assert f'href="{href}"' in html
    assert "Local civil servants by county and sex" in _sections(html)["used"]
    assert 'id="used"' not in client.get("/doc/def/words/Body.en.html").text


def test_a_class_tells_what_specialises_it(client: httpx.Client) -> None:
    body, office = (_text(client.get(f"/doc/def/words/{name}.en.html").text) for name in ("Body", "Office"))
    assert "Specialised by Office" in body
    assert "Things of this class 77" in office


def test_a_range_without_a_name_is_told_with_the_properties(client: httpx.Client) -> None:
    sections = _sections(client.get("/doc/def/words/seat.en.html").text)
    assert "Body" in sections["properties"]
    assert "Office" in sections["properties"]


def test_a_definition_in_the_other_language_is_marked(client: httpx.Client) -> None:
    html = client.get("/doc/def/words/Office.zh-Hant-TW.html").text
    assert '<p class="lead">有印信之單位。</p>' in html
    assert '<p class="quiet" lang="en">A body with a seal.</p>' in html
