"""`check`: all findings, nothing written."""

from __future__ import annotations

from pathlib import Path

from lod.pipeline.check import check
from lod.project.load import load_project


def test_nothing_wrong(root: Path) -> None:
    before = sorted(root.rglob("*"))
    assert list(check(load_project(root / "lod.toml"))) == []
    assert sorted(root.rglob("*")) == before


def test_everything_wrong_at_once(root: Path) -> None:
    (root / "shapes" / "b.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <x:s> a sh:PropertyShape ; sh:targetClass <x:c> ; sh:minCount 1 ."
    )
    (root / "ontologies" / "b.ttl").write_text("<x:s> <x:p> .")
    (root / "ontologies" / "b.sssom.tsv").write_text("subject_id\tpredicate_id\n")
    mapping = root / "mappings" / "staff.yarrrml.yml"
    mapping.write_text(mapping.read_text().replace("$(headcount)", "$(headcont)"))
    found = {item.code for item in check(load_project(root / "lod.toml")).errors}
    assert {"LOD6063", "LOD5020", "LOD7012"} <= found
    assert any(code.startswith("LOD4") for code in found)  # the misspelt column


def test_no_mapping(root: Path) -> None:
    (root / "lod.toml").write_text(
        (root / "lod.toml").read_text().replace('mappings = ["mappings/*.yarrrml.yml"]\n', "")
    )
    (root / "mappings" / "staff.yarrrml.yml").unlink()
    assert [item.code for item in check(load_project(root / "lod.toml")).errors] == ["LOD1007"]


def test_the_reference_project(repository: Path) -> None:
    assert check(load_project(repository / "lod.toml")).errors == []
