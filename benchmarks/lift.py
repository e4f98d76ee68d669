"""The lift beside its floor, its peers and its bars: how fast, in how much memory, and are the triples the right ones?

    python benchmarks/lift.py --shared DIR [--rows 1000000] [--rounds 3] [--peers] [--large] [--skip-triples]

`DIR/bench` holds the workload (`gen_personnel.py`, its mapping), the floor (`native_floor.rs`, built here where there
is a rustc) and the reference, slow and obviously right, whose set of triples ours has to be. What is timed is the whole
command `lod lift`, lineage included, and the whole floor, two threads each, writing to the same folder (memory where
there is /dev/shm; `--work` names another). Rounds take turns, so that what else the machine does meets all alike;
medians are compared. `--peers` runs morph-kgc and maplib, too, once each, in environments of their own that are made
from PyPI in the work folder. `--large` lifts ten times the rows within 1 GB, three times: as they are, with a million
agencies, so that DISTINCT spills, and with three or four rows for each observation. Exit code 1: a bar is missed, or
other triples.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from processes import Run, timed

THREADS = 2
MILLION = 1_000_000
AGENCIES = 1_000_003  # a prime: no two rows get the key of one observation
REPEATED = 1_000_000  # three or four rows each get the key of one observation, and say different things of it
LOD = (sys.executable, "-m", "lod")
PEERS = Path(__file__).resolve().parent / "peers"
MORPH = "[CONFIGURATION]\noutput_file={out}\nnumber_of_processes=2\n[personnel]\nmappings={mapping}\n"
JOIN = """prefixes: {{ex: "https://lod.example.org/"}}
mappings:
  observation:
    sources: [[observations.csv~csv]]
    s: ex:observation/$(id)
    po:
      - [a, ex:Observation]
      - [ex:year, $(year), xsd:integer]
      - [ex:county, ex:county/$(county)~iri]
      - [ex:age, $(age)]
      - [ex:headcount, $(headcount), xsd:integer]
      - [ex:meanAge, $(mean_age), xsd:decimal]
      - [ex:meanSalary, $(mean_salary), xsd:integer]
      - {agency}
  agency:
    sources: [[agencies.csv~csv]]
    s: ex:agency/$(key)
    po:
      - [a, ex:Agency]
      - [ex:name, $(name), zh-Hant-TW~lang]
"""
SAME = "{function: equal, parameters: [[str1, $(agency)], [str2, $(code)]]}"
BY_JOIN = f"{{p: ex:agency, o: {{mapping: agency, condition: {SAME}}}}}"
BY_TEMPLATE = "[ex:agency, ex:agency/$(agency)~iri]"


@dataclass
class Deck:
    """Where the benchmark works, and which bars were met."""

    bench: Path
    work: Path
    rounds: int
    missed: list[str] = field(default_factory=list)

    def bar(self, what: str, value: float, most: float, unit: str = "") -> None:
        """Print how a figure stands to its bar."""
        met = value <= most
        print(f"  {'met   ' if met else 'MISSED'} {what}: {value:.2f}{unit} (bar {most:g}{unit})")
        self.missed += [] if met else [what]

    def lift(self, mapping: Path, tables: Path, out: Path, *more: str) -> list[str | Path]:
        """The command of a lift."""
        return [*LOD, "lift", mapping, "-o", out, "--tables", tables, "--threads", str(THREADS), *more]


def in_turns(commands: Sequence[Sequence[str | Path]], outputs: Iterable[Path], rounds: int) -> list[list[Run]]:
    """The runs of each command. Outputs are taken away first: their pages would be a gift."""
    found: list[list[Run]] = [[] for _ in commands]
    for _ in range(rounds):
        for runs, command in zip(found, commands, strict=True):
            for output in outputs:
                output.unlink(missing_ok=True)
            runs.append(timed(command))
    return found


def shown(name: str, runs: Sequence[Run]) -> Run:
    """Print the runs of one program; returns the medians, and the highest peak."""
    wall = statistics.median(run.wall for run in runs)
    cpu = statistics.median(run.cpu for run in runs)
    peak = max(run.peak for run in runs)
    walls = " ".join(f"{run.wall:.2f}" for run in runs)
    print(f"  {name:24} wall {wall:7.2f} s   cpu {cpu:7.2f} s   peak {peak:5.0f} MB   ({walls})")
    return Run(wall, cpu, peak)


def digest(lines: Path, work: Path, *options: str) -> str:
    """SHA-256 of the sorted lines of a file."""
    found = hashlib.sha256()
    command = ["sort", *options, "-S", "1G", "-T", str(work), str(lines)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}) as process:
        assert process.stdout is not None
        while block := process.stdout.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def generate(deck: Deck, rows: int) -> Path:
    """A folder with `personnel.csv` of so many rows."""
    folder = deck.work / f"rows-{rows}"
    folder.mkdir()
    subprocess.run([sys.executable, deck.bench / "gen_personnel.py", str(rows), folder / "personnel.csv"], check=True)
    return folder


def start(deck: Deck) -> None:
    """What a small lift waits for."""
    print("100 rows, and --help")
    folder, out = generate(deck, 100), deck.work / "small.nq"
    small = deck.lift(deck.bench / "personnel.yarrrml.yml", folder, out)
    asked, lifted = in_turns([[*LOD, "--help"], small], [out], max(5, deck.rounds))
    deck.bar("lod --help", shown("lod --help", asked).wall, 0.2, " s")
    deck.bar("100 rows, whole command", shown("lod lift, 100 rows", lifted).wall, 0.5, " s")


def million(deck: Deck, folder: Path, *, with_peers: bool, with_triples: bool) -> None:
    """The common workload beside the floor, the peers and the reference."""
    print("1 M rows → 12 M triples")
    mapping, table = deck.bench / "personnel.yarrrml.yml", folder / "personnel.csv"
    out, floor_out = deck.work / "out.nq", deck.work / "floor.nt"
    commands = [deck.lift(mapping, folder, out)]
    if shutil.which("rustc"):
        floor = deck.work / "native_floor"
        subprocess.run(["rustc", "-O", deck.bench / "native_floor.rs", "-o", floor], check=True)
        commands.append([floor, table, floor_out, str(THREADS)])
    else:
        print("  no rustc here: no floor to compare with")
    ours, *floors = in_turns(commands, [out, floor_out], deck.rounds)
    lifted = shown("lod lift", ours)
    for each in floors:
        native = shown("native floor", each)
        print(f"  cpu {lifted.cpu / native.cpu:.2f} floors")
        deck.bar("1 M rows, wall in floors", lifted.wall / native.wall, 4)
    deck.bar("1 M rows, peak", lifted.peak, 350, " MB")
    floor_out.unlink(missing_ok=True)
    if with_peers:
        peers(deck, folder, lifted)
    if with_triples:
        same_triples(deck, mapping, folder)


def same_triples(deck: Deck, mapping: Path, folder: Path) -> None:
    """Whether our lines are the reference's triples, each once; and those of two runs the same bytes, sorted."""
    out, reference = deck.work / "out.nq", deck.work / "reference.nt"
    digests = []
    for _ in range(2):
        out.unlink(missing_ok=True)
        timed(deck.lift(mapping, folder, out))
        digests.append(digest(out, deck.work))
    out.unlink()
    subprocess.run([sys.executable, deck.bench / "reference_lift.py", folder / "personnel.csv", reference], check=True)
    digests.append(digest(reference, deck.work, "-u"))
    reference.unlink()
    print(f"  sorted lines: {', '.join(each[:16] for each in digests)} (two runs; the reference's distinct ones)")
    deck.bar("kinds of sorted output: two runs and the reference", len(set(digests)), 1)


def environment(deck: Deck, package: str) -> Path | None:
    """The Python of an environment with a peer in it; None where it cannot be had."""
    folder = deck.work / package
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    done = subprocess.run([python, "-m", "pip", "install", "-q", package], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {package} cannot be installed: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        return None
    return python


def peers(deck: Deck, folder: Path, lifted: Run) -> None:
    """The two engines of PyPI that lift the most; neither keeps to bounded memory. One run each is enough."""
    out = deck.work / "peer.nt"
    config = deck.work / "morph.ini"
    config.write_text(MORPH.format(out=out, mapping=deck.bench / "personnel.yarrrml.yml"), encoding="utf-8")
    commands: dict[tuple[str, str], list[str | Path]] = {
        ("morph-kgc", "morph-kgc, 2 processes"): ["-m", "morph_kgc", config],
        ("maplib", "maplib (polars)"): [PEERS / "maplib_personnel.py", "personnel.csv", out],
    }
    for (package, name), command in commands.items():
        if python := environment(deck, package):
            out.unlink(missing_ok=True)
            theirs = shown(name, [timed([python, *command], folder)])
            with out.open("rb") as lines:
                print(f"  {sum(1 for _ in lines):,} lines; cpu {theirs.cpu / lifted.cpu:.1f} times ours")
            deck.bar(f"1 M rows, wall in those of {package}", lifted.wall / theirs.wall, round(1 / 12, 3))
            shutil.rmtree(deck.work / package)
    out.unlink(missing_ok=True)


def join(deck: Deck, folder: Path) -> None:
    """A parent triples map whose subject is not made of the joined column, beside the same triples by a template."""
    print("join: 1 M rows with 10 k agencies")
    place = deck.work / "join"
    place.mkdir()
    with duckdb.connect() as database:
        database.execute("SET preserve_insertion_order = true")
        database.execute(
            "COPY (SELECT row_number() OVER () AS id, 'A' || (row_number() OVER ()) % 10000 AS agency, "
            "year, county, age, headcount, mean_age, mean_salary "
            f"FROM read_csv('{folder / 'personnel.csv'}', all_varchar = true)) "
            f"TO '{place / 'observations.csv'}' (HEADER)"
        )
        database.execute(
            "COPY (SELECT 'A' || n AS code, 'K' || n AS key, '第' || n || '號機關' AS name FROM range(10000) AS t(n)) "
            f"TO '{place / 'agencies.csv'}' (HEADER)"
        )
    commands, out = [], deck.work / "join.nq"
    for name, agency in (("joined", BY_JOIN), ("template", BY_TEMPLATE)):
        mapping = place / f"{name}.yarrrml.yml"
        mapping.write_text(JOIN.format(agency=agency), encoding="utf-8")
        commands.append(deck.lift(mapping, place, out))
    joined, alone = in_turns(commands, [out], deck.rounds)
    with_join, without = shown("with the join", joined), shown("without", alone)
    print(f"  cpu {with_join.cpu / without.cpu:.2f} times")
    deck.bar("join, wall in the run without it", with_join.wall / without.wall, 1.3)
    out.unlink()
    shutil.rmtree(place)


def large(deck: Deck, folder: Path, rows: int) -> None:
    """Ten times the rows within 1 GB, packed, so that no disk decides; then with a million agencies, in two ways."""
    print("10 M rows within 1 GB (packed output)")
    mapping, out = deck.bench / "personnel.yarrrml.yml", deck.work / "out.nq.zst"
    limit = ("--memory-limit", "1GB")
    ((small,),) = in_turns([deck.lift(mapping, folder, out, *limit)], [out], 1)
    shown("1 M rows", [small])
    ten = generate(deck, rows * 10)
    spilled = deck.work / "spilled"
    spilled.mkdir()
    for name, agencies in (
        ("10 M rows", 0),
        ("10 M rows, 1 M agencies", AGENCIES),
        ("10 M rows, 3 M subjects", REPEATED),
    ):
        if agencies:
            with_agencies(deck, ten / "personnel.csv", spilled / "personnel.csv", agencies)
        ((run,),) = in_turns([deck.lift(mapping, spilled if agencies else ten, out, *limit)], [out], 1)
        shown(name, [run])
        deck.bar(f"{name}, cpu in runs of 1 M", run.cpu / small.cpu, 12)
        deck.bar(f"{name}, peak", run.peak, 1200, " MB")
    out.unlink()
    shutil.rmtree(spilled)
    shutil.rmtree(ten)


def with_agencies(deck: Deck, table: Path, target: Path, agencies: int) -> None:
    """The table with so many agencies, each row's another than that of the row before."""
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(deck.work / "spill")}) as database:
        database.execute(
            f"COPY (SELECT * REPLACE ('A' || (row_number() OVER ()) % {agencies} AS agency_code, "
            f"'第' || (row_number() OVER ()) % {agencies} || '號機關' AS agency_name) "
            f"FROM read_csv('{table}', all_varchar = true)) TO '{target}' (HEADER)"
        )


def main() -> int:
    """Read the options and run the decks."""
    parser = argparse.ArgumentParser(description="The lift beside native code, its peers and its bars.")
    parser.add_argument("--shared", type=Path, default=os.environ.get("LOD_SHARED"), help="folder with bench/ in it")
    parser.add_argument("--rows", type=int, default=MILLION, help="fewer rows make quick rounds, and say little")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="where tables and outputs lie; else in memory, if there is /dev/shm")
    parser.add_argument("--peers", action="store_true", help="install and run morph-kgc and maplib, too")
    parser.add_argument("--large", action="store_true", help="ten times the rows, within 1 GB of memory")
    parser.add_argument("--skip-triples", action="store_true", help="do not compare with the slow reference")
    options = parser.parse_args()
    bench = Path(options.shared or "") / "bench"
    if not (bench / "gen_personnel.py").is_file():
        print(f"skipped: no workload in {bench} (--shared DIR or LOD_SHARED)")
        return 0
    memory = Path("/dev/shm")
    place = options.work or (memory if os.access(memory, os.W_OK) else None)
    with tempfile.TemporaryDirectory(dir=place) as work:
        deck = Deck(bench.resolve(), Path(work), options.rounds)
        start(deck)
        folder = generate(deck, options.rows)
        million(deck, folder, with_peers=options.peers, with_triples=not options.skip_triples)
        join(deck, folder)
        if options.large:
            large(deck, folder, options.rows)
    print(f"missed: {', '.join(deck.missed)}" if deck.missed else "every bar is met")
    return 1 if deck.missed else 0


if __name__ == "__main__":
    sys.exit(main())
