"""cube.link: our cubes conform to the shapes of its authors, and their observations to their own constraint."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.rdf.parse import parse_document
from lod.validation.validate import read_shapes, validate

CUBES = Path(__file__).parent / "mocs_101"
SHAPES = (
    "basic-cube-constraint",
    "standalone-cube-constraint",
    "standalone-constraint-constraint",
    "profile-visualize",
)

pytestmark = pytest.mark.suite


@pytest.fixture(scope="module")
def lifted(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cubes of tables 2 and 13: one dataset, and one with means apart."""
    out = tmp_path_factory.mktemp("cube-link") / "out.nq"
    paths = [CUBES / "table-02-rank.cube.yml", CUBES / "table-13-county-age.cube.yml"]
    findings = Findings()
    lift_files(paths, out, tables=tables / "mocs_raw", findings=findings)
    assert list(findings) == []
    return out


@pytest.mark.parametrize("name", SHAPES)
def test_our_cubes_conform(name: str, lifted: Path, shared: Path) -> None:
    findings = Findings()
    shapes = read_shapes([shared / "suites" / "cube-link" / "validation" / f"{name}.ttl"], findings)
    report = validate(parse(path=str(lifted), format=RdfFormat.N_QUADS), shapes, findings)
    assert report.violations == 0
    assert findings.errors == []


def test_every_observation_meets_the_constraint_of_its_cube(lifted: Path, tmp_path: Path) -> None:
    lines = [
        line for line in lifted.read_text("utf-8").splitlines() if "/def/constraint/civil-servants-by-rank" in line
    ]
    target = (
        "<https://lod.example.org/def/constraint/civil-servants-by-rank> <http://www.w3.org/ns/shacl#targetNode> {} ."
    )
    sets = [
        line for line in lifted.read_text("utf-8").splitlines() if "civil-servants-by-rank/observations> <https" in line
    ]
    lines += [target.format(line.split(" ")[2]) for line in sets]
    assert len(sets) == 405
    (tmp_path / "shape.nt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    findings = Findings()
    shape = parse_document(tmp_path / "shape.nt", findings)
    assert shape is not None
    quads = list(parse(path=str(lifted), format=RdfFormat.N_QUADS))
    assert validate(quads, [shape], findings).violations == 0
    without = [quad for quad in quads if not quad.predicate.value.endswith("/measure/headcount")]
    assert validate(without, [shape], findings).violations == 405


def test_figures_that_are_kept_back_are_undefined_and_conform(tmp_path: Path, shared: Path) -> None:
    text = "地區,男,女\n總計,12,…\n甲,X,4\n"
    (tmp_path / "人數112.csv").write_text(text, encoding="utf-8")
    cube = (CUBES / "table-02-rank.cube.yml").parent / "mocs.cube.yml"
    (tmp_path / "small.cube.yml").write_text(SMALL.format(base=cube), encoding="utf-8")
    findings = Findings()
    lift_files([tmp_path / "small.cube.yml"], tmp_path / "out.nq", findings=findings)
    assert list(findings) == []
    quads = list(parse(path=str(tmp_path / "out.nq"), format=RdfFormat.N_QUADS))
    undefined = [quad for quad in quads if "Undefined" in str(quad.object) and "/obs/" in str(quad.subject)]
    assert [quad.object.value for quad in undefined if isinstance(quad.object, Literal)] == ["", ""]
    for name in SHAPES:
        shapes = read_shapes([shared / "suites" / "cube-link" / "validation" / f"{name}.ttl"], findings)
        assert validate(quads, shapes, findings).violations == 0
    own = "https://lod.example.org/def/constraint/small"
    target = NamedNode("http://www.w3.org/ns/shacl#targetNode")
    shape = [quad for quad in quads if str(quad.subject).startswith(f"<{own}")]
    members = [quad.object for quad in quads if quad.predicate.value == "https://cube.link/observation"]
    shape += [Quad(NamedNode(own), target, member) for member in members]
    (tmp_path / "shape.nt").write_bytes(serialize(shape, format=RdfFormat.N_TRIPLES) or b"")
    document = parse_document(tmp_path / "shape.nt", findings)
    assert document is not None
    assert validate(quads, [document], findings).violations == 0
    kept = [quad for quad in quads if quad not in undefined]
    assert validate(kept, [document], findings).violations == 2


SMALL = """\
extends: {base}
dataset: {{id: small, title: {{zh-Hant-TW: 小表, en: Small table}}}}
source: 人數112.csv
layout:
  header: {{rows: 1}}
  labels: {{columns: A, translations: ~, hierarchy: none}}
values: {{missing: ['…'], suppressed: [X]}}
codelists:
  area: {{total: T, codes: {{T: {{zh-Hant-TW: 總計}}, A: {{zh-Hant-TW: 甲}}}}}}
dimensions:
  period: {{period: true, from: file-name}}
  area: {{codes: area, from: rows}}
  sex: {{codes: sex, from: columns, labels: {{M: 男, F: 女}}}}
"""
