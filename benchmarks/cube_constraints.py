"""All integrity constraints of RDF Data Cube over a cube of many observations: time and memory.

    python benchmarks/cube_constraints.py [OBSERVATIONS]

Each way runs in a process of its own over a sealed store on disk: observation by observation, and by columns, which
name the observations that need a look (`lod.validation.cubes.observations.doubts_in`). The floor beside them is DuckDB
finding the doubled points alone (IC-12) in a Parquet file of the same columns. Exit code 1: the one doubled observation
is not found, or the columns take more than a third of the time, or more memory than the bar.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from processes import peak_memory
from pyoxigraph import RdfFormat, Store

from lod.rdf.namespaces import QB, RDF, RDFS
from lod.validation.cubes.observations import check_cubes, doubts_in
from lod.validation.cubes.structure import Graph

STRUCTURE = f"""
@prefix qb: <{QB}> . @prefix rdfs: <{RDFS}> . @prefix e: <https://e.example/> .
e:ds a qb:DataSet ; qb:structure e:dsd .
e:dsd a qb:DataStructureDefinition ;
    qb:component [ qb:dimension e:a ], [ qb:dimension e:b ], [ qb:measure e:m ] .
e:a a qb:DimensionProperty ; rdfs:range e:X . e:b a qb:DimensionProperty ; rdfs:range e:X . e:m a qb:MeasureProperty .
"""
MEMORY = "512MB"  # that DuckDB may use
LARGEST = 1200  # MB of the process that checks by columns


def write(path: Path, observations: int) -> None:
    """Observations as N-Quads, each at its own point but the last, which is the first one's twin."""
    with path.open("w", encoding="ascii") as file:
        for number in range(observations):
            node, place = f"<https://e.example/o{number}>", 0 if number == observations - 1 else number
            file.write(f"{node} <{RDF}type> <{QB}Observation> .\n{node} <{QB}dataSet> <https://e.example/ds> .\n")
            file.write(f"{node} <https://e.example/a> <https://e.example/v{place // 1000}> .\n")
            file.write(f"{node} <https://e.example/b> <https://e.example/w{place % 1000}> .\n")
            file.write(f'{node} <https://e.example/m> "1" .\n')


def check(folder: Path, by_columns: bool) -> int:
    """One way, in this process: prints seconds, CPU seconds, MB and what is broken."""
    graph = Graph(Store.read_only(str(folder / "store")))
    doubts = doubts_in((folder / "o.nq",), memory_limit=MEMORY, threads=2, spill=folder / "spill")
    begun, worked = time.perf_counter(), time.process_time()
    found = [each.constraint for each in check_cubes(graph, doubts if by_columns else None)]
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    peak = peak_memory()
    print(f"{seconds:.2f} {worked:.2f} {peak} {'ok' if found == [12] else found}")
    return 0


def floor(folder: Path, observations: int) -> float:
    """Seconds in which DuckDB finds the doubled points of the same observations as columns."""
    place = f"CASE WHEN i = {observations - 1} THEN 0 ELSE i END"
    connection = duckdb.connect(config={"threads": 2, "memory_limit": MEMORY})
    connection.execute(
        f"COPY (SELECT 'o' || i AS s, 'v' || ({place} // 1000) AS a, 'w' || ({place} % 1000) AS b "
        f"FROM range({observations}) AS t(i)) TO '{folder}/o.parquet'"
    )
    begun = time.perf_counter()
    rows = connection.execute(f"SELECT a, b FROM '{folder}/o.parquet' GROUP BY a, b HAVING count(*) > 1").fetchall()
    assert len(rows) == 1
    return time.perf_counter() - begun


def main() -> int:
    """Measure both ways and the floor."""
    if len(sys.argv) > 2:
        return check(Path(sys.argv[1]), sys.argv[2] == "columns")
    observations = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "o.nq", observations)
        store = Store(str(folder / "store"))
        store.load(STRUCTURE.encode(), format=RdfFormat.TURTLE)
        store.bulk_load(path=str(folder / "o.nq"), format=RdfFormat.N_QUADS)
        store.flush()
        del store
        figures = {}
        for way in ("observations", "columns"):
            command = [sys.executable, __file__, name, way]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            figures[way] = float(said[0]), float(said[1]), int(said[2]), said[3]
            print(f"{observations:,} by {way}: {said[0]} s, {said[1]} s of CPU, peak {said[2]} MB, IC-12 {said[3]}")
        print(f"floor: DuckDB finds the doubled points of a Parquet file in {floor(folder, observations):.2f} s")
    one, other = figures["observations"], figures["columns"]
    is_well = one[3] == other[3] == "ok" and other[2] <= LARGEST
    return 0 if is_well and (observations < 500_000 or other[0] * 3 < one[0]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
