"""All integrity constraints of RDF Data Cube over a cube of many observations: time, and memory.

python benchmarks/cube_constraints.py [OBSERVATIONS]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from lod.rdf.namespaces import QB, RDF, RDFS
from lod.validation.cube_observations import check_cubes
from lod.validation.cube_structure import Graph

STRUCTURE = f"""
@prefix qb: <{QB}> . @prefix rdfs: <{RDFS}> . @prefix e: <https://e.example/> .
e:ds a qb:DataSet ; qb:structure e:dsd .
e:dsd a qb:DataStructureDefinition ;
    qb:component [ qb:dimension e:a ], [ qb:dimension e:b ], [ qb:measure e:m ] .
e:a a qb:DimensionProperty ; rdfs:range e:X . e:b a qb:DimensionProperty ; rdfs:range e:X . e:m a qb:MeasureProperty .
"""


def write(path: Path, observations: int) -> None:
    """Observations as N-Triples, each at its own point but the last, which is the first one's twin."""
    with path.open("w", encoding="ascii") as file:
        for number in range(observations):
            node, place = f"<https://e.example/o{number}>", 0 if number == observations - 1 else number
            file.write(f"{node} <{RDF}type> <{QB}Observation> .\n{node} <{QB}dataSet> <https://e.example/ds> .\n")
            file.write(f"{node} <https://e.example/a> <https://e.example/v{place // 1000}> .\n")
            file.write(f"{node} <https://e.example/b> <https://e.example/w{place % 1000}> .\n")
            file.write(f'{node} <https://e.example/m> "1" .\n')


def main() -> int:
    """Measure, and fail if the one doubled observation is not found."""
    observations = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    store = Store()
    store.load(STRUCTURE.encode(), format=RdfFormat.TURTLE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "observations.nt"
        write(path, observations)
        store.bulk_load(path=str(path), format=RdfFormat.N_TRIPLES)
    begun = time.perf_counter()
    found = [each.constraint for each in check_cubes(Graph(store))]
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{observations:,} observations: {seconds:.1f} s; peak {peak} MB with the store; broken: {found}")
    return 0 if found == [12] else 1


if __name__ == "__main__":
    raise SystemExit(main())
