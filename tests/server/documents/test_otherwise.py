"""IRIs that are no documents by themselves: `…#it`, and what the data spells otherwise than our addresses do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from lod.server.documents import nearest

BASE = "https://lod.example.org/"
DATA = f"""@base <{BASE}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<def/terms#Alpha> a owl:Class ; rdfs:label "Alpha"@en, "甲"@zh-Hant-TW ; rdfs:seeAlso [ rdfs:label "nameless"@en ] .
<def/terms#beta> a owl:DatatypeProperty ; rdfs:domain <def/terms#Alpha> ; rdfs:label "beta"@en .
<def/known> a owl:Ontology ; rdfs:label "Known"@en .
<def/known#Gamma> a owl:Class ; rdfs:label "Gamma"@en ; rdfs:isDefinedBy <def/known> .
<id/plain> rdfs:label "Plain"@en .
<id/set/longer> rdfs:label "Longer"@en .
<id/plain#other> rdfs:label "Other"@en .
<id/cafe%CC%81> rdfs:label "escaped"@en .
<id/cafe\u0301\u4e2d> rdfs:label "decomposed"@en .
<id/\uf900> rdfs:label "compatible"@en .
<id/odd> <def/year/2012> 5 .
<id/many/11> a <def/known> . <id/many/12> a <def/known> . <id/many/13> a <def/known> . <id/many/21> a <def/known> .
<id/many/22> a <def/known> . <id/many/23> a <def/known> .
"""
TURTLE = {"accept": "text/turtle"}


@pytest.fixture(scope="module")
def site(
    make: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, open_for_module: Callable[[Path], httpx.Client]
) -> httpx.Client:
    """A release with its list of addresses."""
    folder = tmp_path_factory.mktemp("otherwise")
    release = make(folder, turtle=DATA)
    listed = sorted({quad.subject.value for quad in parse(DATA, RdfFormat.TURTLE) if "lod.example" in str(quad)})
    rows = ", ".join(f"('{uri}')" for uri in listed if uri.startswith(BASE))
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) AS t(uri)) TO '{release / 'uris.parquet'}' (FORMAT parquet)")
    return open_for_module(folder)


def test_what_has_no_element_in_rdf_xml_has_the_other_formats(site: httpx.Client) -> None:
    refused = site.get("/doc/odd.rdf", headers={"accept": "application/rdf+xml"})
    assert refused.status_code == 406
    listed = [each["href"] for each in refused.json()["alternatives"]]
    assert "/doc/odd.rdf" not in listed
    assert [site.get(href).status_code for href in listed] == [200] * len(listed)
    assert "year:2012 5" in site.get("/doc/odd.ttl").text


def subjects(answer: httpx.Response) -> set[str]:
    return {quad.subject.value.removeprefix(BASE) for quad in parse(answer.content, RdfFormat.TURTLE)}


def test_what_is_like_no_other_has_its_neighbours(site: httpx.Client) -> None:
    near = site.get("/doc/many/19x", headers={"accept": "application/json"}).json()["nearest"]
    assert near == [f"{BASE}doc/many/{number}" for number in (12, 13, 21, 22)]


def test_an_address_before_a_hash_is_a_document_about_what_stands_behind(site: httpx.Client) -> None:
    thing = site.get("/def/terms")
    assert (thing.status_code, thing.headers["location"]) == (303, "/doc/def/terms")
    told = site.get("/doc/def/terms", headers=TURTLE)
    assert {"def/terms#Alpha", "def/terms#beta", "doc/def/terms"} <= subjects(told)
    assert "nameless" in told.text
    page = site.get("/doc/def/terms.en.html").text
    assert '<h2 id="Alpha">Alpha</h2>' in page
    assert 'href="/doc/def/terms.en.html#Alpha"' in page
    assert site.get("/linkset/doc/def/terms").status_code == 200
    assert site.get("/timemap/doc/def/terms").status_code == 200
    assert site.get("/doc/def/terms", headers={"accept": "image/png"}).status_code == 406
    assert site.get("/doc/def/terms.ttl?page=2").status_code == 404


def test_a_vocabulary_tells_its_terms(site: httpx.Client) -> None:
    assert {"def/known", "def/known#Gamma"} <= subjects(site.get("/doc/def/known.ttl"))
    assert 'id="Gamma"' in site.get("/doc/def/known.en.html").text
    assert "id/plain#other" not in subjects(site.get("/doc/plain.ttl"))  # what is a thing of its own tells of itself


@pytest.mark.parametrize(
    ("asked", "canonical", "said"),
    [
        ("cafe%CC%81", "caf%C3%A9", "escaped"),
        ("cafe%CC%81%E4%B8%AD", "caf%C3%A9%E4%B8%AD", "decomposed"),
        ("%EF%A4%80", "%E8%B1%88", "compatible"),  # U+F900, which is U+8C48 in NFC
    ],
)
def test_what_is_no_nfc_in_the_data_is_found_under_its_one_spelling(
    site: httpx.Client, asked: str, canonical: str, said: str
) -> None:
    other = site.get(f"/id/{asked}")
    assert (other.status_code, other.headers["location"]) == (308, f"/id/{canonical}")
    assert site.get(f"/id/{canonical}").headers["location"] == f"/doc/{canonical}"
    assert said in site.get(f"/doc/{canonical}", headers=TURTLE).text
    assert site.get(f"/doc/{canonical}x", headers=TURTLE).status_code == 404


def test_a_404_names_what_differs_in_one_part(site: httpx.Client) -> None:
    def near(path: str) -> list[str]:
        answer = site.get(path, headers={"accept": "application/json"})
        assert answer.status_code == 404
        return [address.removeprefix(BASE) for address in answer.json().get("nearest", [])]

    assert near("/doc/set/LONGER") == ["doc/set/longer"]
    assert near("/id/set/logner") == ["doc/set/longer"]
    assert near("/doc/plain.yaml")[0] == "doc/plain"
    assert near("/doc/set/longer/x")[-1] == "doc/set/longer"


def test_looking_for_what_is_alike_has_an_end() -> None:
    clock = iter([1.0, 1.1, 1.2, 1.6, 1.61])
    patience = nearest._Patience(lambda: next(clock))
    assert patience.spend(lambda: ["a"]) == ["a"]  # took a tenth of a second
    assert patience.spend(lambda: ["b"]) == []
    assert patience.spend(lambda: ["c"]) == ["c"]
