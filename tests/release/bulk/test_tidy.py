"""A cube as a tidy table: codes and labels, CSVW metadata by which it becomes the observations again, catalogues."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.rdf.namespaces import DCT, PREFIXES, QB, SH
from lod.release.release import Release

BASE = "https://a.example/"
STAT = "http://data.europa.eu/s1n/"
CUBE = """\
d:people a qb:DataSet ; dct:title "人數"@zh-Hant-TW, "Staff"@en ; qb:structure d:dsd ; dct:temporal c:2011, c:2012 .
d:dsd qb:component d:c1, d:c2, [ qb:measure d:count ; qb:order 3 ] , [ qb:attribute sdmx-attribute:obsStatus ] .
d:c1 qb:dimension d:sex ; qb:order 2 . d:c2 qb:dimension d:year ; qb:order 1 .
d:sex rdfs:label "性別"@zh-Hant-TW, "Sex"@en . d:count rdfs:label "人數"@zh-Hant-TW .
d:count sdmx-attribute:unitMeasure c:person .
c:person skos:prefLabel "人"@zh-Hant-TW .
c:F skos:prefLabel "女"@zh-Hant-TW, "Female, all"@en . c:M skos:prefLabel "男"@zh-Hant-TW .
c:2011 dcat:startDate "2011-01-01"^^xsd:date . c:2012 dcat:endDate "2012-12-31"^^xsd:date .
o:2012\\/F a qb:Observation ; qb:dataSet d:people ; d:year c:2012 ; d:sex c:F ; d:count 7 ; d:note "x"@en ;
  sdmx-attribute:obsStatus sdmx-code:obsStatus-A ; d:by d:us .
o:2012\\/M a qb:Observation ; qb:dataSet d:people ; d:year c:2012 ; d:sex c:M ;
  d:count ""^^<https://cube.link/Undefined> ; sdmx-attribute:obsStatus sdmx-code:obsStatus-M ; d:by d:us .
o:2011\\/M a qb:Observation ; qb:dataSet d:people ; d:year c:2011 ; d:sex c:M ; d:count 5 ;
  sdmx-attribute:obsStatus sdmx-code:obsStatus-A ; d:by d:us .
"""
Make = Callable[..., Release]


def nquads(turtle: str) -> str:
    """Turtle with the prefixes of the tests, a statement a line."""
    own = {"d": f"{BASE}def/", "c": f"{BASE}code/", "o": f"{BASE}obs/"}
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in {**PREFIXES, **own}.items())
    return "".join(f"{quad} .\n" for quad in parse(head + turtle, format=RdfFormat.TURTLE))


@pytest.fixture
def release(make: Make) -> Release:
    return make(nquads(CUBE))


def table(release: Release) -> list[list[str]]:
    """The rows of the tidy CSV."""
    with (release.folder / "dump" / "people.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_codes_and_labels(release: Release) -> None:
    head, *rows = table(release)
    assert head == ["year", "sex", "sex_label_zh_Hant_TW", "sex_label_en", "count", "obsStatus", "note"]
    assert rows == [
        ["2011", "M", "男", "", "5", "obsStatus-A", ""],
        ["2012", "F", "女", "Female, all", "7", "obsStatus-A", "x"],
        ["2012", "M", "男", "", "", "obsStatus-M", ""],
    ]
    parquet = str(release.folder / "dump" / "people.parquet")
    assert duckdb.execute("SELECT sum(count), max(sex_label_en) FROM read_parquet($1)", [parquet]).fetchall() == [
        (12, "Female, all")
    ]


def test_the_table_becomes_the_observations_again(release: Release, tmp_path: Path) -> None:
    metadata = release.folder / "dump" / "people.csv-metadata.json"
    findings = Findings()
    lift_files([metadata], tmp_path / "out.nq", minimal=True, findings=findings)
    assert list(findings) == []
    lifted = {str(quad) for quad in parse(path=str(tmp_path / "out.nq"), format=RdfFormat.N_QUADS)}
    wanted = {str(quad) for quad in parse(nquads(CUBE), format=RdfFormat.N_QUADS)}
    observed = {line for line in wanted if f"<{BASE}obs/" in line and "Undefined" not in line}
    labels = {line for line in wanted if f"<{BASE}code/" in line.split(" ")[0] and "prefLabel" in line}
    assert len(observed) == 3 * 7
    assert lifted == observed | {line for line in labels if "person" not in line}


def test_metadata_is_checked_against_the_table(release: Release, tmp_path: Path) -> None:
    metadata = release.folder / "dump" / "people.csv-metadata.json"
    for name in ("people.csv", "people.csv-metadata.json"):
        text = (release.folder / "dump" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace(",5,", ",five,") if name.endswith("csv") else text, encoding="utf-8")
    document = json.loads(metadata.read_text("utf-8"))
    assert document["tableSchema"]["aboutUrl"] == f"{BASE}obs/{{year}}/{{sex}}"
    findings = Findings()
    lift_files([tmp_path / "people.csv-metadata.json"], tmp_path / "out.nq", minimal=True, findings=findings)
    assert len(findings.errors) == 1
    assert "five" in str(findings.errors[0].message)


def test_catalogues_say_what_is_measured(release: Release) -> None:
    store = Store()
    store.load(path=str(release.folder / "catalog.ttl"), format=RdfFormat.TURTLE)

    def said(subject: str, predicate: str) -> set[str]:
        quads = store.quads_for_pattern(NamedNode(subject), NamedNode(predicate), None, None)
        return {getattr(quad.object, "value", "") for quad in quads}

    people, home = f"{BASE}def/people", f"{BASE}dump/{release.manifest.name}/"
    assert said(people, STAT + "dimension") == {f"{BASE}def/year", f"{BASE}def/sex"}
    assert said(people, STAT + "measure") == {f"{BASE}def/count"}
    assert said(people, STAT + "numSeries") == {"2"}
    assert said(people, STAT + "statUnitMeasure") == {f"{BASE}code/person"}
    assert said(f"{people}#dump-csv", DCT + "conformsTo") == {f"{home}people.csv-metadata.json"}
    assert said(people, DCT + "description") == {"人數", "Staff"}
    (dataset,) = [
        each
        for each in json.loads((release.folder / "schema-org.jsonld").read_text("utf-8"))["@graph"]
        if each["@type"] == "Dataset"
    ]
    assert dataset["temporalCoverage"] == "2011-01-01/2012-12-31"
    assert dataset["variableMeasured"]["unitText"] == {"@language": "zh-Hant-TW", "@value": "人"}
    assert not said(people, SH + "shapesGraph")
    assert QB + "DimensionProperty" in said(f"{BASE}def/sex", PREFIXES["rdf"] + "type")
