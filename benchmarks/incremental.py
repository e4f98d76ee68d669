"""One cell changed out of many rows: the second build beside the first.

    python benchmarks/incremental.py --shared DIR [--rows 100000] [--work DIR] [--keep]

`DIR/bench` holds the workload (`gen_personnel.py`, its mapping); the project around it declares the cube's structure
and a shape for its observations. It is built and published from nothing; then one figure of one row in the middle is
another, and it is built and published again, by the same command. Exit code 1: the second build took more than a tenth
of the first, by the clock or of the processor. The bar itself is for a million rows: `--rows 1000000`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import Run, timed

BAR = 0.1
LOD = (sys.executable, "-m", "lod")
PROJECT = """[project]
name = "personnel"
base_iri = "https://lod.example.org/"
languages = ["zh-Hant-TW", "en"]
title = { zh-Hant-TW = "人員統計", en = "Personnel" }
[agency]
iri = "id/org/1"
name = { en = "Agency" }
[licence]
iri = "https://data.gov.tw/license"
name = { en = "OGDL" }
[build]
mappings = ["mappings/*.yarrrml.yml"]
vocabularies = ["ontologies/*.ttl"]
shapes = ["shapes/*.ttl"]
"""
STRUCTURE = """@base <https://lod.example.org/> .
@prefix dim: <https://lod.example.org/def/dimension/> .
@prefix mea: <https://lod.example.org/def/measure/> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<id/dataset/personnel> a qb:DataSet ; rdfs:label "人員統計"@zh-Hant-TW ; qb:structure <def/personnel> .
<def/personnel> a qb:DataStructureDefinition ; qb:component [ qb:dimension dim:year ] , [ qb:dimension dim:agency ] ,
  [ qb:dimension dim:sex ] , [ qb:dimension dim:rank ] , [ qb:dimension dim:education ] , [ qb:dimension dim:ageBand ] ,
  [ qb:attribute dim:county ] , [ qb:attribute mea:headcount ] , [ qb:measure mea:meanAge ] ,
  [ qb:measure mea:meanSalary ] .
dim:year a qb:DimensionProperty ; rdfs:range xsd:integer .
dim:ageBand a qb:DimensionProperty ; rdfs:range xsd:string .
dim:agency a qb:DimensionProperty ; rdfs:range rdfs:Resource .
dim:sex a qb:DimensionProperty ; rdfs:range rdfs:Resource .
dim:rank a qb:DimensionProperty ; rdfs:range rdfs:Resource .
dim:education a qb:DimensionProperty ; rdfs:range rdfs:Resource .
dim:county a qb:AttributeProperty . mea:headcount a qb:AttributeProperty .
mea:meanAge a qb:MeasureProperty . mea:meanSalary a qb:MeasureProperty .
"""
SHAPES = """@prefix mea: <https://lod.example.org/def/measure/> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://lod.example.org/shapes/observation> a sh:NodeShape ; sh:targetClass qb:Observation ;
  sh:property [ sh:path mea:headcount ; sh:maxCount 1 ; sh:minInclusive 0 ] ,
    [ sh:path mea:meanSalary ; sh:minCount 1 ; sh:maxCount 1 ; sh:minInclusive 0 ] .
"""


def build(root: Path) -> Run:
    """Build and publish a project as its readers do."""
    return timed([*LOD, "build", "--publish", "--format", "json"], root)


def write_project(root: Path, bench: Path, rows: int) -> Path:
    """The project around the workload; returns its table."""
    texts = {"lod.toml": PROJECT, "ontologies/personnel.ttl": STRUCTURE, "shapes/personnel.ttl": SHAPES}
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for name in ("mappings", "tables"):
        (root / name).mkdir()
    shutil.copy(bench / "personnel.yarrrml.yml", root / "mappings")
    table = root / "tables" / "personnel.csv"
    subprocess.run([sys.executable, bench / "gen_personnel.py", str(rows), table], check=True)
    return table


def change_cell(table: Path, row: int) -> None:
    """Another salary in one row."""
    changed = table.with_suffix(".changed")
    with table.open("rb") as source, changed.open("wb") as target:
        for number, line in enumerate(source):
            if number == row:
                head, _, _salary = line.rstrip().rpartition(b",")
                line = head + b",99999\r\n"
            target.write(line)
    changed.replace(table)


def shown(name: str, run: Run) -> None:
    """Print the figures of a build."""
    print(f"  {name:22} wall {run.wall:7.2f} s   cpu {run.cpu:7.2f} s   peak {run.peak:5.0f} MB", flush=True)


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=os.environ.get("LOD_SHARED"), help="folder with bench/ in it")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--work", type=Path, help="a folder on the disk to measure on")
    parser.add_argument("--keep", action="store_true", help="leave the project there, to look into")
    given = parser.parse_args()
    bench = Path(given.shared or "").resolve() / "bench"
    if not (bench / "gen_personnel.py").is_file():
        print(f"skipped: no workload in {bench} (--shared DIR or LOD_SHARED)")
        return 0
    root = Path(tempfile.mkdtemp(prefix="lod-incremental-", dir=given.work))
    try:
        return measure(root, bench, given.rows)
    finally:
        print(f"kept: {root}") if given.keep else shutil.rmtree(root)


def measure(root: Path, bench: Path, rows: int) -> int:
    """Build, change a cell, build again; returns the exit code."""
    table = write_project(root, bench, rows)
    print(f"{rows:,} rows")
    first = build(root)
    shown("first build", first)
    change_cell(table, rows // 2)
    second = build(root)
    shown("one cell changed", second)
    if json.loads(second.told)["made_from"] != json.loads(first.told)["release"]:
        sys.exit("the second build did not start from the release of the first")
    missed = False
    for what, ratio in (("by the clock", second.wall / first.wall), ("of the processor", second.cpu / first.cpu)):
        print(f"  {'met   ' if ratio <= BAR else 'MISSED'} {what}: {ratio:.3f} of the first (bar {BAR})")
        missed |= ratio > BAR
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
