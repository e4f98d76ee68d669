"""Mappings over rows of their own, written in another language over tidy CSV files, make the same statements."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.lift.tidy import tidied
from lod.mapping.convert import Language, convert
from lod.mapping.read import read_mappings

REFERENCE = Path(__file__).resolve().parents[2]
FILES = {Language.RML: "m.rml.ttl", Language.YARRRML: "m.yarrrml.yml"}
BASE = "https://example.org/"


def lifted(mapping: Path, out: Path, tables: Path | None = None) -> ox.Dataset:
    """The statements of a mapping, whatever its blank nodes are called."""
    lift_files([mapping], out, tables=tables, base_iri=BASE, threads=1, findings=Findings())
    dataset = ox.Dataset(ox.parse(path=str(out), format=ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def rewritten(mapping: Path, folders: list[Path], language: Language, folder: Path) -> ox.Dataset:
    """The statements of a mapping that was written in another language, files included, in a folder of its own."""
    findings = Findings()
    read = read_mappings([mapping], findings, base_iri=BASE)
    document = folder / FILES[language]
    text = convert(tidied(read, folders, folder / "rows", document, findings), language, findings)
    assert findings.errors == []
    document.write_text(text, encoding="utf-8")
    return lifted(document, folder / "again.nq")


@pytest.mark.parametrize("language", list(Language))
def test_a_printed_sheet(language: Language, tmp_path: Path) -> None:
    mapping, tables = REFERENCE / "mappings/civil-servants-by-age.cube.yml", REFERENCE / "tables"
    before = lifted(mapping, tmp_path / "before.nq", tables)
    assert len(before) > 100
    assert rewritten(mapping, [tables], language, tmp_path) == before
    names = sorted(each.name for each in (tmp_path / "rows").iterdir())
    assert names[0] == "civil-servants-by-age-civil-servants-by-age.csv"
    assert (
        (tmp_path / "rows" / names[0])
        .read_text(encoding="utf-8")
        .startswith("period,age,sex,headcount\n2012,T,T,343861\n")
    )


@pytest.mark.parametrize("language", list(Language))
def test_tables_that_csvw_describes(language: Language, tmp_path: Path) -> None:
    """An empty text is not a missing value; lists, blank nodes and what holds of all rows go along."""
    (tmp_path / "a.csv").write_text('id,"a ""b""",c,d\n1,x,1;2,5\n2,,,-\n', encoding="utf-8")
    columns = [
        {"name": "id", "titles": "id", "aboutUrl": "#r{id}"},
        {"name": "b", "titles": 'a "b"', "null": "-"},
        {"name": "c", "titles": "c", "separator": ";", "ordered": True, "datatype": "integer"},
        {"name": "d", "titles": "d", "null": "-", "datatype": {"base": "decimal", "format": "0"}},
        {"virtual": True, "propertyUrl": "rdf:type", "valueUrl": "https://example.org/{d}"},
    ]
    document = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": "a.csv",
        "dc:title": "t",
        "tableSchema": {"columns": columns},
    }
    (tmp_path / "a-metadata.json").write_text(json.dumps(document), encoding="utf-8")
    before = lifted(tmp_path / "a-metadata.json", tmp_path / "before.nq")
    assert sum(str(each.object) == '""' for each in before) == 1
    assert rewritten(tmp_path / "a-metadata.json", [tmp_path], language, tmp_path) == before


def test_what_is_wrong_with_the_rows_is_told(tmp_path: Path) -> None:
    mapping = read_mappings([REFERENCE / "mappings/civil-servants-by-age.cube.yml"], Findings())
    findings = Findings()
    assert tidied(mapping, [tmp_path], tmp_path / "rows", tmp_path / "m.yml", findings).triples_maps
    assert {each.code for each in findings.errors} == {"LOD2001"}
    assert not (tmp_path / "rows").exists()
