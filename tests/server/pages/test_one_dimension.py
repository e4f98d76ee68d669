"""A cube of one dimension without totals, its figures on both sides of zero; one whose codes have the same name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

GROWTH = {"2022": "-2.5", "2023": "0", "2024": "7.5"}
TURTLE = """
<def/dimension/year> a qb:DimensionProperty ; rdfs:label "Year"@en .
<def/measure/growth> a qb:MeasureProperty ; rdfs:label "Growth"@en .
<data/growth> a qb:DataSet, dcat:Dataset ; dct:title "Growth"@en ; qb:structure <def/structure/growth> .
<def/structure/growth> a qb:DataStructureDefinition ;
    qb:component [ qb:dimension <def/dimension/year> ] , [ qb:measure <def/measure/growth> ] .
""" + "".join(
    f"<data/growth/obs/{year}> a qb:Observation ; qb:dataSet <data/growth> ; "
    f"<def/dimension/year> <id/code/year/{year}> ; <def/measure/growth> {value} .\n"
    for year, value in GROWTH.items()
)
TURTLE += """
<def/dimension/age> a qb:DimensionProperty ; rdfs:label "Age"@en .
<id/code/age/T> a skos:Concept ; skos:prefLabel "All"@en . <id/code/all/T> a skos:Concept ; skos:prefLabel "All"@en .
<data/all> a qb:DataSet, dcat:Dataset ; dct:title "All of them"@en ; qb:structure [ a qb:DataStructureDefinition ;
    qb:component [ qb:dimension <def/dimension/age> ] , [ qb:dimension <def/dimension/sex> ] ,
        [ qb:measure <def/measure/headcount> ] ] .
<data/all/obs/T> a qb:Observation ; qb:dataSet <data/all> ; <def/dimension/age> <id/code/age/T> ;
    <def/dimension/sex> <id/code/all/T> ; <def/measure/headcount> 1 .
<def/measure/share> a qb:MeasureProperty ; sdmx-attribute:unitMeasure <id/code/unit/percent> .
<data/shares> a qb:DataSet, dcat:Dataset ; dct:title "Shares"@en ; qb:structure [ a qb:DataStructureDefinition ;
    qb:component [ qb:dimension <def/dimension/year> ] , [ qb:measure <def/measure/share> ] ] .
<data/shares/obs/2024> a qb:Observation ; qb:dataSet <data/shares> ;
    <def/dimension/year> <id/code/year/2024> ; <def/measure/share> 100 .
"""


@pytest.fixture(scope="module")
def client(
    tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path], serve: Callable[[Path], str]
) -> Iterator[httpx.Client]:
    """Over the figures of the tests beside those of this cube."""
    folder = tmp_path_factory.mktemp("growth")
    make(folder, turtle=TURTLE)
    with httpx.Client(base_url=serve(folder), trust_env=False, timeout=60) as client:
        yield client


def test_bars_of_neighbours_begin_at_zero_on_either_side(client: httpx.Client) -> None:
    page = client.get("/data/growth/obs/2023.en.html").text
    bars = re.findall(r'<rect x="([\d.]+)" width="([\d.]+)"', page.partition('class="neighbours"')[2])
    assert bars == [("0.0", "25.0"), ("25.0", "0.0"), ("25.0", "75.0")]


def test_totals_are_offered_only_where_there_are_some(client: httpx.Client) -> None:
    assert 'name="totals"' not in client.get("/data/growth/slice.en.html").text
    assert 'name="totals"' in client.get("/data/civil-servants-by-county/slice.en.html").text


def test_codes_with_the_same_name_are_told_apart_by_their_dimension(client: httpx.Client) -> None:
    page = client.get("/data/all/obs/T.en.html").text
    assert "<title>Age: All, Sex: All – " in page
    assert "(Age: All, Sex: All): " in re.sub(r"<[^>]*>", "", page.partition('class="sentence"')[2])


def test_a_hundred_per_cent_is_no_headline(client: httpx.Client) -> None:
    assert 'class="headline"' in client.get("/data/growth.en.html").text
    assert 'class="headline"' not in client.get("/data/shares.en.html").text
