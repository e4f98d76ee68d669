"""`lod check`: a project, some of its files, or a file by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Lod = Callable[..., CompletedProcess[str]]

MAPPING = "mappings/staff.yarrrml.yml"


def damage(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def codes(result: CompletedProcess[str]) -> list[str]:
    return [item["code"] for item in json.loads(result.stdout)["findings"]]


def test_some_files_of_a_project(lod: Lod, project: Path) -> None:
    damage(project / MAPPING, "skos:notation", "skso:notation")
    damage(project / "shapes/staff.ttl", "sh:minInclusive 0", "sh:minInclusive")
    both = lod("check", "--format", "json", cwd=project)
    assert both.returncode == 1
    assert len(codes(both)) == 2
    assert codes(lod("check", "mappings", "--format", "json", cwd=project)) == ["LOD3006"]
    assert codes(lod("check", MAPPING, "--format", "json", cwd=project)) == ["LOD3006"]
    clean = lod("check", "ontologies", "lod.toml", "--format", "json", cwd=project)
    assert clean.returncode == 0
    assert codes(clean) == []


def test_from_another_folder(lod: Lod, project: Path) -> None:
    damage(project / MAPPING, "skos:notation", "skso:notation")
    result = lod("check", "statistics/mappings", cwd=project.parent)
    assert result.returncode == 1
    assert result.stdout.startswith("statistics/mappings/staff.yarrrml.yml:36:10: error LOD3006")
    assert "36 |       - [skso:notation, $(code)]" in result.stdout
    assert "LOD3006" in lod("check", "--project", "statistics", cwd=project.parent).stdout
    assert "LOD3006" in lod("check", cwd=project / "tables").stdout


def test_file_that_the_project_does_not_name(lod: Lod, project: Path) -> None:
    text = (project / MAPPING).read_text(encoding="utf-8").replace("$(code)", "$(kode)")
    (project / "draft.yml").write_text(text, encoding="utf-8")
    result = lod("check", "draft.yml", "--format", "json", cwd=project)
    assert set(codes(result)) == {"LOD4001"}
    assert lod("check", cwd=project).returncode == 0


def test_file_of_no_project(lod: Lod, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code\n1\n")
    mapping = "mappings:\n  m:\n    sources: [['t.csv~csv']]\n    s: http://e/$(cod)\n    po: [[a, http://e/T]]\n"
    (tmp_path / "m.yml").write_text(mapping)
    result = lod("check", "m.yml", cwd=tmp_path)
    assert result.returncode == 1
    assert "m.yml:4:17: error LOD4001 t.csv has no column 'cod'" in result.stdout
    (tmp_path / "m.yml").write_text(mapping.replace("(cod)", "(code)"))
    assert lod("check", "m.yml", cwd=tmp_path).returncode == 0


def test_rows(lod: Lod, project: Path, tmp_path: Path) -> None:
    """What only rows tell: of a project, and of a file by itself; nothing is left behind."""
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone/t.csv").write_text("code,pay\n1,2.50\n2,many\n")
    mapping = "s: http://e/$(code)\n    po: [[http://e/pay, $(pay), xsd:decimal]]\n"
    (tmp_path / "alone/m.yml").write_text(f"mappings:\n  m:\n    sources: [['t.csv~csv']]\n    {mapping}")
    assert codes(lod("check", "m.yml", "--format", "json", cwd=tmp_path / "alone")) == []
    result = lod("check", "m.yml", "--rows", "--format", "json", cwd=tmp_path / "alone")
    assert (result.returncode, codes(result)) == (1, ["LOD4003", "LOD6021"])
    assert sorted(path.name for path in (tmp_path / "alone").iterdir()) == ["m.yml", "t.csv"]
    table = project / "tables/staff.csv"
    table.write_text(table.read_text(encoding="utf-8") + "2023,B,F,many\n", encoding="utf-8")
    assert lod("check", cwd=project).returncode == 0
    assert codes(lod("check", "--rows", "--format", "json", cwd=project)) == ["LOD4003"]


def test_a_table_in_another_encoding_is_found_before_it_is_read(lod: Lod, project: Path) -> None:
    table = project / "tables" / "office.csv"
    table.write_bytes(table.read_text(encoding="utf-8").encode("cp950"))
    found = lod("check", cwd=project)
    assert found.returncode == 1
    assert "tables/office.csv, row 2: error LOD2002" in found.stdout
    assert "set 'encoding: big5'" in found.stdout
    settings = project / "lod.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + 'on_error = "quarantine"\n', encoding="utf-8")
    assert lod("check", cwd=project).returncode == 0  # such rows are set aside there


def test_another_base_in_the_shapes_is_told(lod: Lod, project: Path) -> None:
    settings = project / "lod.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("lod.example.org", "data.example"), "utf-8")
    found = lod("check", cwd=project)
    assert "<https://data.example/def/dimension/office> is there: is the @base of this file" in found.stdout


def test_no_project(lod: Lod, tmp_path: Path) -> None:
    assert "LOD1001" in lod("check", cwd=tmp_path).stderr
    assert "LOD1001" in lod("check", str(tmp_path), cwd=tmp_path).stderr


def test_an_rml_mapping_by_itself(lod: Lod, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code,name\n1,A\n", encoding="utf-8")
    (tmp_path / "m.ttl").write_text(
        "@prefix rml: <http://w3id.org/rml/> . @prefix ex: <https://example.org/> .\n"
        'ex:m rml:logicalSource [ rml:source [ a rml:RelativePathSource ; rml:path "t.csv" ] ;\n'
        '  rml:referenceFormulation rml:CSV ] ; rml:subjectMap [ rml:template "https://example.org/{kode}" ] ;\n'
        '  rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:reference "name" ] ] .\n',
        encoding="utf-8",
    )
    result = lod("check", "m.ttl", "--format", "json", cwd=tmp_path)
    assert (result.returncode, codes(result)) == (1, ["LOD4001"])
