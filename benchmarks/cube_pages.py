"""Pages of much: a cube of a million observations, an organisation with 100,000 of its own, a list of 10,000 codes.

    python benchmarks/cube_pages.py [--rows 1000000] [--rounds 9]

The cube (year × office × rank × sex × age) stands in the release's columnar file alone; the store holds its structure,
its codes, what is said of one observation, and the observations of another cube, all of one organisation, in full; they
have columns too. Each page is made anew, without caches of pages; the floor beside it is
reading the explorer's figures from the same file and nothing else. Exit code 1: a page takes more than its bar.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from processes import peak_memory
from releases import BASE, seal_release

DATASET = BASE + "data/staff"
SIZES = {"year": 10, "office": 500, "rank": 10, "sex": 2, "age": 10}
BARS = {"explorer": 0.100, "observation": 0.100, "organisation": 0.050, "code list": 0.050}  # seconds of processor time
MOST_BYTES = {"organisation": 60_000, "code list": 60_000}
POINTING = 100_000  # observations in the store that point to the organisation, beside the cube's
CODES = 10_000  # of the code list


def write_release(folder: Path, rows: int) -> Path:
    """The release: columns by DuckDB, a store with what pages need besides."""
    import duckdb

    from lod.release.bulk.cubes import write_cubes
    from lod.store.columns import Column, Cube, CubeIndex
    from lod.store.load import load

    release = folder / "1-benchmark"
    release.mkdir()
    pays = folder / "pays.nq"
    with pays.open("w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in payments())
    others = write_cubes([pays], release).cubes
    codes, step = [], 1
    for name, size in reversed(SIZES.items()):
        codes.append(f"'{BASE}id/code/{name}/' || ((i // {step}) % {size}) AS {name}")
        step *= size
    key = " || '/' || ".join(f"split_part({name}, '/', 7)" for name in SIZES if name != "office")
    file = release / "cubes" / "staff.parquet"
    with duckdb.connect() as database:
        database.execute(
            f"""COPY (SELECT {", ".join(SIZES)}, (hash(i) % 5000)::BIGINT AS heads,
            '{DATASET}/obs/' || split_part(office, '/', 7) || '/' || {key} AS observation
            FROM (SELECT i, {", ".join(codes)} FROM range({rows}) t(i)) ORDER BY {", ".join(SIZES)})
            TO '{file}' (FORMAT parquet, COMPRESSION zstd)"""
        )
        sample = database.execute(f"SELECT * FROM '{file}' LIMIT 1").fetchone()
    assert sample is not None
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    columns = (
        *(Column(name, f"{BASE}def/{name}", "iri") for name in SIZES),
        Column("heads", f"{BASE}def/heads", "literal", "BIGINT", integer),
    )
    kinds = ("http://purl.org/linked-data/cube#Observation",)
    cube = Cube(DATASET, file.name, rows, tuple(f"{BASE}def/{name}" for name in SIZES), kinds, columns)
    (release / "cubes" / "index.json").write_text(CubeIndex((*others, cube)).to_json(), encoding="utf-8")
    part = folder / "part.nq"
    part.write_text("\n".join([*statements(sample), *trades()]) + "\n", encoding="utf-8")
    snapshot = load([part, pays], release / "store")
    (release / "void.ttl").write_text(void([part, pays]), encoding="utf-8")
    return seal_release(release, snapshot)


def statements(sample: tuple[object, ...]) -> list[str]:
    """The structure, the codes with their labels, one observation."""
    qb, rdf = "http://purl.org/linked-data/cube#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    lines = [f"<{DATASET}> <{rdf}type> <{qb}DataSet> .", f"<{DATASET}> <{qb}structure> <{BASE}dsd> ."]
    for order, name in enumerate([*SIZES, "heads"]):
        kind = "measure" if name == "heads" else "dimension"
        lines += [
            f"<{BASE}dsd> <{qb}component> <{BASE}dsd#{name}> .",
            f"<{BASE}dsd#{name}> <{qb}{kind}> <{BASE}def/{name}> .",
            f'<{BASE}dsd#{name}> <{qb}order> "{order}"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        ]
    for name, size in SIZES.items():
        for code in range(size):
            lines.append(f'<{BASE}id/code/{name}/{code}> {label} "{name} {code}"@en .')
    observation = f"<{sample[-1]}>"
    lines += [f"{observation} <{rdf}type> <{qb}Observation> .", f"{observation} <{qb}dataSet> <{DATASET}> ."]
    lines += [f"{observation} <{BASE}def/{name}> <{value}> ." for name, value in zip(SIZES, sample, strict=False)]
    heads = sample[len(SIZES)]
    lines.append(f'{observation} <{BASE}def/heads> "{heads}"^^<http://www.w3.org/2001/XMLSchema#integer> .')
    organisation = f"<{BASE}id/code/office/0>"
    lines.append(f"{organisation} <{rdf}type> <http://www.w3.org/ns/org#Organization> .")
    return lines


def payments() -> Iterator[str]:
    """A cube whose observations are all of one organisation."""
    qb, rdf = "http://purl.org/linked-data/cube#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    cube, integer = f"{BASE}data/pay", "http://www.w3.org/2001/XMLSchema#integer"
    yield f"<{cube}> <{rdf}type> <{qb}DataSet> ."
    yield f"<{cube}> <{qb}structure> <{BASE}dsd-pay> ."
    for name in ("office", "month", "grade"):
        yield f"<{BASE}dsd-pay> <{qb}component> <{BASE}dsd-pay#{name}> ."
        yield f"<{BASE}dsd-pay#{name}> <{qb}dimension> <{BASE}def/{name}> ."
    yield f"<{BASE}dsd-pay> <{qb}component> <{BASE}dsd-pay#pay> ."
    yield f"<{BASE}dsd-pay#pay> <{qb}measure> <{BASE}def/pay> ."
    for n in range(POINTING):
        here = f"<{cube}/obs/{n}>"
        yield f"{here} <{rdf}type> <{qb}Observation> ."
        yield f"{here} <{qb}dataSet> <{cube}> ."
        yield f"{here} <{BASE}def/office> <{BASE}id/code/office/0> ."
        yield f"{here} <{BASE}def/month> <{BASE}id/code/month/{n % 100}> ."
        yield f"{here} <{BASE}def/grade> <{BASE}id/code/grade/{n // 100}> ."
        yield f'{here} <{BASE}def/pay> "{n}"^^<{integer}> .'


def trades() -> Iterator[str]:
    """A code list of three levels."""
    skos, scheme = "http://www.w3.org/2004/02/skos/core#", f"<{BASE}id/code/trade>"
    yield f"{scheme} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{skos}ConceptScheme> ."
    for n in range(CODES):
        here, text = f"<{BASE}id/code/trade/{n:04}>", f"{n:04}"
        yield f"{here} <{skos}inScheme> {scheme} ."
        yield f'{here} <{skos}notation> "{text}" .'
        yield f'{here} <{skos}prefLabel> "trade {text}"@en .'
        if n % 1000:
            yield f"{here} <{skos}broader> <{BASE}id/code/trade/{n - n % (10 if n % 10 else 1000):04}> ."


def void(parts: list[Path]) -> str:
    """The properties in use, as the release's description names them."""
    used = {line.split(" ", 2)[1] for part in parts for line in part.open(encoding="utf-8")}
    named = ", ".join(f"[ void:property {iri} ]" for iri in sorted(used))
    return f"@prefix void: <http://rdfs.org/ns/void#> . <{BASE}void> void:propertyPartition {named} .\n"


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median of the processor time that some work takes; the first round warms up."""
    work()
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(write_release(Path(folder), given.rows), given.rounds)
    for name, figure in figures.items():
        print(json.dumps({"page": name, **figure}))
    print(json.dumps({"rows": given.rows, "peak_mb": peak_memory()}))
    slow = [name for name, bar in BARS.items() if figures[name]["seconds"] > bar]
    slow += [f"size of the {name}" for name, most in MOST_BYTES.items() if figures[name]["bytes"] > most]
    print("below the bar:", ", ".join(slow) or "nothing")
    return 1 if slow else 0


def measure(release: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Seconds and bytes of each page, and of reading the same place from the file."""
    from lod.server.addresses import Address
    from lod.server.ask import Ask
    from lod.server.cubes.cube import read_cube
    from lod.server.cubes.explorer import respond_to_view
    from lod.server.documents.describe import describe
    from lod.server.pages.kinds import render_document
    from lod.server.pages.reader import Reader
    from lod.server.served import open_served

    served = open_served(release)
    reader = Reader(served, "en", explicit=True)
    cube = read_cube(served, DATASET)
    view = "rows=office&cols=year&show=chart&chart=heat"
    held = {d.iri: cube.codes[d.iri][0].term for d in cube.dimensions if not d.iri.endswith(("office", "year"))}

    def page(iri: str) -> bytes:
        description = describe(served, iri)
        stem = served.space.document_of(iri)
        assert description is not None
        assert stem is not None
        return render_document(reader, description, Address(stem))

    def explorer() -> bytes:
        answer = respond_to_view(served, Ask("/data/staff/slice.en.html", query=view))
        assert answer.status == 200, answer.body
        return answer.body

    first = f"{DATASET}/obs/0/0/0/0/0"
    works: dict[str, Callable[[], bytes]] = {
        "explorer": explorer,
        "dataset": lambda: page(DATASET),
        "observation": lambda: page(first),
        "organisation": lambda: page(f"{BASE}id/code/office/0"),
        "code list": lambda: page(f"{BASE}id/code/trade"),
    }
    floor = seconds(lambda: cube.where(held, 50_000), rounds)
    found = {}
    for name, work in works.items():
        found[name] = {"seconds": round(seconds(work, rounds), 4), "floor": round(floor, 4), "bytes": len(work())}
    return found


if __name__ == "__main__":
    sys.exit(main())
