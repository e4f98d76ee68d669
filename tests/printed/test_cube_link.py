"""cube.link: our cubes conform to the shapes of its authors, and their observations to their own constraint."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

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
