"""`lod map`: mappings in another language, schemas for editors."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

Lod = Callable[..., subprocess.CompletedProcess[str]]


MAPPING = """prefixes: {ex: 'https://example.org/'}
mappings:
  staff:
    sources: [['staff.csv~csv']]
    s: ex:staff/$(id)
    po: [[rdfs:label, $(name), zh-Hant-TW~lang]]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "staff.yarrrml.yml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("id,name\n1,王小明\n", encoding="utf-8")
    return tmp_path


def test_there_and_back(lod: Lod, folder: Path) -> None:
    (folder / "other").mkdir()
    result = lod("map", "convert", "staff.yarrrml.yml", "--to", "rml", "-o", "other/staff.rml.ttl", cwd=folder)
    assert (result.returncode, result.stdout) == (0, "")
    assert "1 mapping in other/staff.rml.ttl" in result.stderr
    result = lod("map", "convert", "other/staff.rml.ttl", "--to", "yarrrml", "-o", "again.yarrrml.yml", cwd=folder)
    assert result.returncode == 0, result.stderr
    for name in ("staff.yarrrml.yml", "other/staff.rml.ttl", "again.yarrrml.yml"):
        assert lod("lift", name, "-o", "out.nq", cwd=folder).returncode == 0
        assert (folder / "out.nq").read_text(encoding="utf-8") == (
            '<https://example.org/staff/1> <http://www.w3.org/2000/01/rdf-schema#label> "王小明"@zh-Hant-TW .\n'
        )


def test_without_a_file_it_is_printed(lod: Lod, folder: Path) -> None:
    result = lod("map", "convert", "staff.yarrrml.yml", "--to", "yarrrml", cwd=folder)
    assert yaml.safe_load(result.stdout)["mappings"]["staff"]["sources"] == [["staff.csv~csv"]]
    document = json.loads(
        lod("map", "convert", "staff.yarrrml.yml", "--to", "rml", "--format", "json", cwd=folder).stdout
    )
    assert document["text"].startswith("@prefix")


def test_tidy_rows_stand_beside_a_document(lod: Lod, folder: Path) -> None:
    result = lod("map", "convert", "staff.yarrrml.yml", "--to", "rml", "--tidy", "rows", cwd=folder)
    assert result.returncode == 2
    assert "--tidy" in result.stderr
    (folder / "staff.csv-metadata.json").write_text(
        '{"@context": "http://www.w3.org/ns/csvw", "url": "staff.csv"}', encoding="utf-8"
    )
    arguments = ("map", "convert", "staff.csv-metadata.json", "--to", "yarrrml", "-o", "out/m.yml")
    assert "--tidy DIR" in lod(*arguments, cwd=folder).stderr
    assert lod(*arguments, "--tidy", "out", cwd=folder).returncode == 0
    assert sorted(each.suffix for each in (folder / "out").iterdir()) == [".csv", ".csv", ".yml"]


def test_what_is_wrong(lod: Lod, folder: Path) -> None:
    result = lod("map", "convert", "staff.yarrrml.yml", "--to", "rml", "-o", "staff.yarrrml.yml", cwd=folder)
    assert result.returncode == 2
    assert (folder / "staff.yarrrml.yml").read_text(encoding="utf-8") == MAPPING
    (folder / "staff.yarrrml.yml").write_text(MAPPING.replace("$(id)", "$(id"), encoding="utf-8")
    result = lod("map", "convert", "staff.yarrrml.yml", "--to", "rml", "-o", "staff.rml.ttl", cwd=folder)
    assert result.returncode == 1
    assert "LOD3008" in result.stderr
    assert not (folder / "staff.rml.ttl").exists()


def references(schema: Any) -> Iterator[str]:
    """Everything that `$ref` names in a schema."""
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if key == "$ref":
            yield value
        elif isinstance(value, dict | list):
            yield from references(value)


@pytest.mark.parametrize("language", ["yarrrml", "cube"])
def test_schemas_lead_nowhere_else(lod: Lod, folder: Path, language: str) -> None:
    schema = json.loads(lod("map", "schema", language, cwd=folder).stdout)
    assert schema["additionalProperties"] is False
    named = {f"#/$defs/{name}" for name in schema["$defs"]} | {"#"}
    assert set(references(schema)) <= named
    assert len(set(references(schema))) >= len(named) - 1
