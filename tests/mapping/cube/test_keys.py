"""The table of keys is what the reader knows, the schema says and the reference page shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from lod.diagnostics import Findings
from lod.mapping.cube import datasets, layouts, read
from lod.mapping.cube.keys import PLACES
from lod.mapping.cube.schema import json_schema

REPOSITORY = Path(__file__).parents[3]
CUBES = sorted((REPOSITORY / "tests" / "printed").rglob("*.cube.yml"))


def _unknown(node: Any, schema: dict[str, Any], root: dict[str, Any], place: str = "") -> list[str]:
    """The keys of a document that the schema does not know."""
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    if "$ref" in schema:
        schema = root if schema["$ref"] == "#" else root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if isinstance(node, list):
        return [key for item in node for key in _unknown(item, schema.get("items", {}), root, place)]
    if not isinstance(node, dict) or schema.get("type") != "object":
        return []
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    found = []
    for key, value in node.items():
        below = known.get(key, others if isinstance(others, dict) else None)
        found += [f"{place}/{key}"] if below is None else _unknown(value, below, root, f"{place}/{key}")
    return found


@pytest.mark.parametrize("path", CUBES, ids=lambda path: path.name)
def test_the_schema_knows_every_key_of_real_cube_files(path: Path) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    schema = json_schema()
    assert _unknown(document, schema, schema) == []


def test_the_schema_does_not_know_others() -> None:
    schema = json_schema()
    wrong = {"datset": {}, "layout": {"header": {"row": "3"}}, "measures": {"headcount": {"labl": {}}}}
    assert _unknown(wrong, schema, schema) == ["/datset", "/layout/header/row", "/measures/headcount/labl"]


def test_every_key_that_a_reader_asks_for_is_in_the_table() -> None:
    asked = set()
    for module in (datasets, layouts, read):
        text = Path(str(module.__file__)).read_text("utf-8")
        asked |= set(re.findall(r'known\("([^"]+)"\)', text))
    assert asked <= set(PLACES)


def test_the_example_of_the_guide_does_what_the_guide_says(tmp_path: Path) -> None:
    guide = (REPOSITORY / "docs" / "how-to" / "printed-tables.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    (tmp_path / "staff.cube.yml").write_text(blocks[0], encoding="utf-8")
    (tmp_path / "next.cube.yml").write_text(blocks[1], encoding="utf-8")
    for name in ("staff.cube.yml", "next.cube.yml"):
        findings = Findings()
        assert read.read_cube(tmp_path / name, name, findings) is not None
        assert list(findings) == []
