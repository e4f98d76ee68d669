"""Validation of the personnel benchmark with the full shapes, beside `shacl` and pyshacl: time, memory and counts.

    python benchmarks/validation.py [ROWS] [--shared DIR] [--keep DIR]

850,000 rows are 10 million triples. Each way runs in a process of its own over the same graph: `shacl` from N-Triples;
as columns of a lift (what a build does: verdict and every result, then the W3C report as a file, then the cells of each
result); from N-Triples (what `lod validate` does with a large file). pyshacl only sees the graph of 850 rows. Every
count of injected violations has to be exact. Exit code 1: a count is wrong, or a bar is missed (columns 10 times as
fast as `shacl`, 5 times with the report, N-Triples no slower than 1.1 times, 1 GB).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE / "tests" / "conformance"))

import violations  # noqa: E402
from processes import peak_memory  # noqa: E402

from lod.diagnostics import Findings  # noqa: E402
from lod.lift.compile import compile_plan  # noqa: E402
from lod.lift.plan import Plan  # noqa: E402
from lod.lift.run import lift  # noqa: E402
from lod.lineage import Lineage  # noqa: E402
from lod.mapping.read import read_mappings  # noqa: E402
from lod.validation.built import Lifted, validate_lift  # noqa: E402
from lod.validation.data_graph import DataGraph  # noqa: E402
from lod.validation.report import ValidationReport, local_name  # noqa: E402
from lod.validation.reports.trace import Sources, trace  # noqa: E402
from lod.validation.validate import read_shapes, validate  # noqa: E402

MEMORY = 1000  # MB
LARGE = 500_000  # rows from which the bars hold


def plan_of(folder: Path) -> Plan:
    """The plan of the benchmark's mapping."""
    findings = Findings()
    mapping = read_mappings([folder / "personnel.yarrrml.yml"], findings, base_iri=violations.BASE)
    return compile_plan(mapping, folders=[folder], base_iri=violations.BASE, findings=findings)


def make(bench: Path, rows: int, folder: Path) -> None:
    """The graph as N-Triples with its expected counts, and as tables that are lifted."""
    if (folder / "made").is_file():
        return
    violations.expected(bench, rows, folder / "data")
    violations.write_tables(bench, rows, folder)
    result = lift(plan_of(folder), folder / "lift", findings=Findings(), memory_limit="512MB", threads=2)
    files = {"parts": [str(part) for part in result.parts], "lineage": str(result.lineage.folder)}
    (folder / "made").write_text(json.dumps(files))


def counts(report: ValidationReport) -> dict[str, int]:
    """How many results each 'Component|path' has."""
    names = (f"{local_name(r.component)}|{local_name(r.path)}" for r in report.results)
    return dict(Counter(name.replace("ConstraintComponent", "") for name in names))


def run(way: str, folder: Path, shapes: Path) -> None:
    """One way, in this process: prints JSON with seconds, peak and whether the counts are right."""
    seconds: dict[str, float] = {}
    found: dict[str, int] = {}
    nt = folder / "data.nt"
    if way == "shacl":
        import shacl

        begun, worked = time.perf_counter(), time.process_time()
        said = shacl.Shapes.from_file(str(shapes)).validate_file(str(nt))
        seconds["verdict"], seconds["verdict_cpu"] = time.perf_counter() - begun, time.process_time() - worked
        said.serialize("ntriples")
        seconds["report"], seconds["report_cpu"] = time.perf_counter() - begun, time.process_time() - worked
        assert not said.conforms
    elif way == "columns":
        files = json.loads((folder / "made").read_text())
        lifted = Lifted(plan_of(folder), Lineage(Path(files["lineage"])), lambda: [Path(p) for p in files["parts"]], ())
        begun, worked = time.perf_counter(), time.process_time()
        report = validate_lift(lifted, read_shapes([shapes], Findings()), Findings())
        found = counts(report)
        seconds["verdict"], seconds["verdict_cpu"] = time.perf_counter() - begun, time.process_time() - worked
        report.write_turtle(folder / "report.ttl")
        seconds["report"], seconds["report_cpu"] = time.perf_counter() - begun, time.process_time() - worked
        assert {each.data for each in report.judged} == {"columns"}
        traced = list(trace(report, Sources(lifted.lineage, (), ())))
        seconds["traced"] = time.perf_counter() - begun
        assert all(each.finding.rule for each in traced if "/observation/" in str(each.result.focus_node))
    else:
        begun, worked = time.perf_counter(), time.process_time()
        name = "pyshacl" if way == "pyshacl" else "auto"
        report = validate(DataGraph(files=[nt]), read_shapes([shapes], Findings()), Findings(), processor=name)
        found = counts(report)
        seconds["verdict"], seconds["verdict_cpu"] = time.perf_counter() - begun, time.process_time() - worked
        report.write_turtle(folder / "report.ttl")
        seconds["report"], seconds["report_cpu"] = time.perf_counter() - begun, time.process_time() - worked
    right = way == "shacl" or found == violations.read_expected(folder / "data")
    print(json.dumps({"seconds": seconds, "peak": peak_memory(), "right": right}))


def measured(way: str, rows: int, folder: Path, shapes: Path) -> tuple[float, float, int, bool]:
    """One way in a process of its own: CPU seconds to the verdict and to the report, MB, whether the counts are right.

    Columns use two processor cores and the others one: seconds of the clock are told, those of the CPU compared, which
    do not change when others use the machine, too.
    """
    command = [sys.executable, __file__, "--run", way, "--keep", str(folder), "--shapes", str(shapes)]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    took: dict[str, float] = said["seconds"]
    tracing = f"  cells of all results {took['traced'] - took['report']:.2f} s" if "traced" in took else ""
    print(f"{rows:>9,} rows  {way:<9} verdict {took['verdict']:6.2f} s (CPU {took['verdict_cpu']:6.2f})  "
          f"report {took['report']:6.2f} s (CPU {took['report_cpu']:6.2f})  peak {said['peak']:>5} MB  "
          f"{'counts right' if said['right'] else 'COUNTS WRONG'}{tracing}", flush=True)  # fmt: skip
    return took["verdict_cpu"], took["report_cpu"], said["peak"], said["right"]


def main() -> int:
    """Make the data, measure every way, tell the bars."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="?", type=int, default=850_000)
    parser.add_argument("--shared", type=Path, default=os.environ.get("LOD_SHARED"), help="folder with bench/ in it")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--run")
    parser.add_argument("--shapes", type=Path)
    given = parser.parse_args()
    if given.run:
        run(given.run, given.keep, given.shapes)
        return 0
    bench = Path(given.shared or "").resolve() / "bench"
    shapes = bench / "shacl" / "shapes" / "personnel-full.ttl"
    if not shapes.is_file():
        print(f"skipped: no workload in {bench} (--shared DIR or LOD_SHARED)")
        return 0
    with tempfile.TemporaryDirectory() as name:
        home = given.keep or Path(name)
        for rows in (850, given.rows):
            folder = home / str(rows)
            folder.mkdir(parents=True, exist_ok=True)
            make(bench, rows, folder)
        measured("pyshacl", 850, home / "850", shapes)
        measured("ntriples", 850, home / "850", shapes)
        figures: dict[str, tuple[float, float, int, bool]] = {}
        for way in ("columns", "shacl", "columns", "ntriples", "columns"):
            taken = measured(way, given.rows, folder, shapes)
            figures[way] = min(figures.get(way, taken), taken)
    peer, columns, whole = figures["shacl"], figures["columns"], figures["ntriples"]
    print(f"in CPU seconds: columns to the verdict {peer[0] / columns[0]:.1f} times as fast as shacl, with the report "
          f"{peer[1] / columns[1]:.1f} times; N-Triples {whole[0] / peer[0]:.2f} of its time")  # fmt: skip
    met = peer[0] > 10 * columns[0] and peer[1] > 5 * columns[1] and whole[0] < 1.1 * peer[0] and columns[2] < MEMORY
    return 0 if columns[3] and whole[3] and (met or given.rows < LARGE) else 1


if __name__ == "__main__":
    raise SystemExit(main())
