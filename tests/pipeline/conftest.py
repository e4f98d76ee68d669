"""A small project with everything a project may have."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import write_project

FILES = {
    "tables/staff.csv": "county,sex,headcount\n63000,F,10\n63000,M,12\n65000,F,7\n65000,M,9\n",
    "mappings/staff.yarrrml.yml": """\
prefixes:
  qb: http://purl.org/linked-data/cube#
  def: https://a.example/def/
mappings:
  observation:
    sources:
      - [staff.csv~csv]
    s: https://a.example/data/staff/obs/$(county)/$(sex)
    po:
      - [a, qb:Observation]
      - [qb:dataSet, https://a.example/data/staff~iri]
      - [def:sex, https://a.example/id/sex/$(sex)~iri]
      - [def:headcount, $(headcount), xsd:integer]
""",
    "ontologies/staff.ttl": """\
@base <https://a.example/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<data/staff> a dcat:Dataset ; dct:title "人員"@zh-Hant-TW, "Staff"@en .

<id/sex/F> a skos:Concept ;
    skos:prefLabel "女"@zh-Hant-TW, "female"@en .

<id/sex/M> a skos:Concept ;
    skos:prefLabel "男"@zh-Hant-TW, "male"@en .
""",
    "ontologies/links.sssom.tsv": """\
# curie_map:
#   sex: https://a.example/id/sex/
#   sdmx: http://purl.org/linked-data/sdmx/2009/code#
subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label
sex:F\tskos:exactMatch\tsdmx:sex-F\tsemapv:ManualMappingCuration\tMs Lin
sex:M\tskos:exactMatch\tsdmx:sex-M\tsemapv:ManualMappingCuration\tMs Lin
""",
    "shapes/staff.ttl": """\
@base <https://a.example/shape/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<observation> a sh:NodeShape ;
    sh:targetClass qb:Observation ;
    sh:property <headcount>, <sex> .

<headcount> sh:path <https://a.example/def/headcount> ;
    sh:minInclusive 0 ; sh:message "人數不為負"@zh-Hant-TW, "not negative"@en .

<sex> sh:path <https://a.example/def/sex> ;
    sh:class skos:Concept .

<concept> a sh:NodeShape ;
    sh:targetClass skos:Concept ;
    sh:property [ sh:path skos:prefLabel ; sh:uniqueLang true ; sh:languageIn ( "zh-Hant" "en" ) ; sh:minCount 2 ] .
""",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The project's folder; its path has a blank and Chinese in it."""
    more = 'linksets = ["ontologies/*.sssom.tsv"]\n'
    return write_project(tmp_path / "人員 statistics", FILES, more=more)
