"""The SHACL shape of each cube: what a cube file makes conforms to it, and nothing else of its dataset does."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from lod.cli.main import run
from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.rdf.parse import Document, parse_document
from lod.validation.validate import validate

BASE = "https://example.org/"
COMMON = """\
base: https://example.org/
layout:
  header: {rows: 1}
  labels: {columns: A, hierarchy: none}
values: {missing: ['…'], suppressed: [X]}
codelists:
  area: {total: T, codes: {T: {zh-Hant-TW: 總計}, A: {zh-Hant-TW: 甲}, B: {zh-Hant-TW: 乙}}}
  sex: {codes: {M: {zh-Hant-TW: 男}, F: {zh-Hant-TW: 女}}}
dimensions:
  period: {period: true, value: 2012}
  area: {codes: area, from: rows}
"""
FIRST = """\
extends: common.cube.yml
dataset: {id: staff, title: {en: Staff}}
source: staff.csv
dimensions:
  sex: {codes: sex, from: columns}
measures:
  headcount: {label: {en: Headcount}}
  mean-age:
    label: {en: Mean age}
    type: decimal
    labels: [平均年齡, 平均年資]
    dataset: {id: mean-age, title: {en: Mean age}}
    without: [sex]
"""
SECOND = """\
extends: common.cube.yml
dataset: {id: areas, title: {en: Areas}}
source: areas.csv
values: ~
measures:
  headcount: {label: {en: Headcount}, labels: [人數]}
  share: {label: {en: Share}, type: decimal, labels: [百分比]}
"""
OBSERVED = f"{BASE}data/staff/obs/2012/A/M"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cube files that share dimensions and a measure, their statements and their shapes."""
    made = tmp_path_factory.mktemp("shapes")
    (made / "common.cube.yml").write_text(COMMON, encoding="utf-8")
    (made / "staff.cube.yml").write_text(FIRST, encoding="utf-8")
    (made / "areas.cube.yml").write_text(SECOND, encoding="utf-8")
    (made / "staff.csv").write_text("地區,男,女,平均年齡\n總計,9,…,40.5\n甲,X,4,41\n", encoding="utf-8")
    (made / "areas.csv").write_text("地區,人數,百分比\n總計,9,100\n甲,4,44.4\n乙,5,55.6\n", encoding="utf-8")
    findings, cubes = Findings(), [made / "staff.cube.yml", made / "areas.cube.yml"]
    lift_files(cubes, made / "out.nq", findings=findings)
    assert findings.errors == []
    arguments = ["map", "shape", *map(str, cubes), "-o", str(made / "shapes.ttl")]
    assert run(arguments) == 0
    return made


def violations(folder: Path, quads: list[Quad], processor: str) -> int:
    """How many results the shapes have."""
    findings = Findings()
    shapes = parse_document(folder / "shapes.ttl", findings)
    assert isinstance(shapes, Document)
    report = validate(quads, [shapes], findings, processor=processor)
    assert findings.errors == []
    return report.violations


@pytest.mark.parametrize("processor", ["shacl", "pyshacl"])
def test_what_the_files_make_conforms(folder: Path, processor: str) -> None:
    quads = list(parse(path=str(folder / "out.nq"), format=RdfFormat.N_QUADS))
    assert violations(folder, quads, processor) == 0


WRONG = {
    "a code of another list": ("def/dimension/area", NamedNode(f"{BASE}id/code/sex/M"), 1),
    "no value": ("def/dimension/sex", None, 1),
    "a period in no scheme": ("def/dimension/period", NamedNode(f"{BASE}id/code/period/1900"), 1),
    "a text for a number": ("def/measure/headcount", Literal("four"), 1),
    "no measure": ("def/measure/headcount", None, 1),
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("processor", ["shacl", "pyshacl"])
def test_what_is_wrong_with_an_observation_is_found(folder: Path, kind: str, processor: str) -> None:
    predicate, value, count = WRONG[kind]
    kept, about = [], NamedNode(OBSERVED)
    for quad in parse(path=str(folder / "out.nq"), format=RdfFormat.N_QUADS):
        if quad.subject != about or quad.predicate.value != BASE + predicate:
            kept.append(quad)
        elif value is not None:
            kept.append(Quad(about, quad.predicate, value))
    assert violations(folder, kept, processor) == count


def test_a_second_value_is_one_too_many(folder: Path) -> None:
    quads = list(parse(path=str(folder / "out.nq"), format=RdfFormat.N_QUADS))
    sex = NamedNode(f"{BASE}def/dimension/sex")
    quads.append(Quad(NamedNode(OBSERVED), sex, NamedNode(f"{BASE}id/code/sex/F")))
    assert violations(folder, quads, "shacl") == 1
