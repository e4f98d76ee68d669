"""The linkset: what is linked exists, every CURIE is declared, and a former county is not its successor."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Rows = list[dict[str, str]]
ReadTable = Callable[[str], Rows]

WIKIDATA = {  # the items that were read together with their names in a public source
    "63000": "Q1867",
    "64000": "Q181557",
    "65000": "Q244898",
    "66000": "Q245023",
    "67000": "Q140631",
    "68000": "Q115256",
    "09020": "Q249870",
    "10016": "Q198525",
}


@pytest.fixture(scope="module")
def linkset(repository: Path) -> tuple[dict[str, Any], Rows]:
    """The header and the rows of the SSSOM table."""
    lines = (repository / "ontologies" / "links.sssom.tsv").read_text(encoding="utf-8").splitlines()
    header = yaml.safe_load("\n".join(line[2:] for line in lines if line.startswith("#")))
    rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    return header, rows


def test_header_and_curies(linkset: tuple[dict[str, Any], Rows]) -> None:
    header, rows = linkset
    assert {"mapping_set_id", "license", "curie_map"} <= header.keys()
    for row in rows:
        assert None not in row.values()
        for column in ("subject_id", "predicate_id", "object_id", "mapping_justification"):
            assert row[column].partition(":")[0] in header["curie_map"], row
    links = [(row["subject_id"], row["object_id"]) for row in rows]
    assert len(set(links)) == len(links)


def test_subjects_are_codes_of_the_lists(linkset: tuple[dict[str, Any], Rows], table: ReadTable) -> None:
    names = {
        f"lod:{scheme}/{row['code']}": row["label_en"]
        for scheme in ("county", "sex")
        for row in table(f"codes/{scheme}")
    }
    for row in linkset[1]:
        assert row["subject_label"] == names[row["subject_id"]]


def test_sexes(linkset: tuple[dict[str, Any], Rows]) -> None:
    links = {(r["subject_id"], r["object_id"]) for r in linkset[1] if r["subject_id"].startswith("lod:sex/")}
    assert links == {(f"lod:sex/{code}", f"sdmx-code:sex-{code}") for code in "MFT"}


def test_counties_have_their_iso_code(linkset: tuple[dict[str, Any], Rows], table: ReadTable) -> None:
    links = {r["subject_id"]: r["object_id"] for r in linkset[1] if r["object_id"].startswith("iso3166-2:")}
    codes = {
        f"lod:county/{r['code']}": f"iso3166-2:{r['iso_3166_2']}" for r in table("codes/county") if r["iso_3166_2"]
    }
    assert links == codes


def test_wikidata_items_are_the_sourced_ones(linkset: tuple[dict[str, Any], Rows]) -> None:
    links = {r["subject_id"]: r["object_id"] for r in linkset[1] if r["object_id"].startswith("wikidata:")}
    assert links == {f"lod:county/{code}": f"wikidata:{item}" for code, item in WIKIDATA.items()}


def test_no_two_codes_match_one_thing_exactly(linkset: tuple[dict[str, Any], Rows]) -> None:
    """Exact match is transitive: two codes matching one thing would say that Taoyuan County is Taoyuan City."""
    objects = [row["object_id"] for row in linkset[1] if row["predicate_id"] == "skos:exactMatch"]
    assert len(set(objects)) == len(objects)
    assert all(
        row["predicate_id"] == "skos:closeMatch" for row in linkset[1] if row["subject_id"] == "lod:county/10003"
    )
