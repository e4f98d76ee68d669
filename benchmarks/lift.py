"""The lift beside its floor: the same triples, how much slower than native code written for the one table.

    python benchmarks/lift.py --shared DIR [--rows 1000000] [--rounds 3] [--bar 5] [--skip-triples]

`DIR/bench` holds the workload (`gen_personnel.py`, its mapping), the floor (`native_floor.rs`, built here where there
is a rustc) and the reference, slow and obviously right, whose set of triples ours has to be. What is timed is the whole
command `lod lift`, lineage included, and the whole floor, two threads each, writing to the same folder (memory where
there is /dev/shm). The rounds take turns, so that what else the machine does meets both alike; medians are compared.
Exit code 1: above the bar, too much memory, or other triples.
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
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

THREADS = 2
MEMORY_BAR = 600  # MB


@dataclass(frozen=True)
class Run:
    """One process: seconds by the clock and of the processor, and the most memory it held, in MB."""

    wall: float
    cpu: float
    peak: float


def timed(command: Sequence[str | Path]) -> Run:
    """Run a command to its end."""
    begun = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}: {told.decode(errors='replace')}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def build_floor(bench: Path, work: Path) -> Path | None:
    """The floor as a program, or None where there is no compiler."""
    if not shutil.which("rustc"):
        return None
    floor = work / "native_floor"
    subprocess.run(["rustc", "-O", bench / "native_floor.rs", "-o", floor], check=True)
    return floor


def unique_digest(lines: Path, work: Path) -> str:
    """SHA-256 of the sorted distinct lines of a file."""
    digest = hashlib.sha256()
    command = ["sort", "-u", "-S", "1G", "-T", str(work), str(lines)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}) as process:
        assert process.stdout is not None
        while block := process.stdout.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def same_triples(bench: Path, table: Path, made: Path, work: Path) -> bool:
    """Whether our triples are those of the reference, and each stands once."""
    reference = work / "reference.nt"
    subprocess.run([sys.executable, bench / "reference_lift.py", table, reference], check=True)
    expected, found = unique_digest(reference, work), unique_digest(made, work)
    reference.unlink()
    print(f"sorted distinct triples   reference {expected[:16]}…   lod {found[:16]}…")
    return expected == found


def shown(name: str, runs: list[Run]) -> Run:
    """Print the runs of one program; returns the medians, and the highest peak."""
    wall = statistics.median(run.wall for run in runs)
    cpu = statistics.median(run.cpu for run in runs)
    peak = max(run.peak for run in runs)
    walls = " ".join(f"{run.wall:.2f}" for run in runs)
    print(f"{name:14} wall {wall:6.2f} s   cpu {cpu:6.2f} s   peak {peak:5.0f} MB   ({walls})")
    return Run(wall, cpu, peak)


def compare(bench: Path, work: Path, options: argparse.Namespace) -> bool:
    """Generate, run in turns, print; whether everything is as it should be."""
    table, out, floor_out = work / "personnel.csv", work / "out.nq", work / "floor.nt"
    subprocess.run([sys.executable, bench / "gen_personnel.py", str(options.rows), table], check=True)
    floor = build_floor(bench, work)
    mapping = bench / "personnel.yarrrml.yml"
    options_of_ours: list[str | Path] = ["--tables", work, "--threads", str(THREADS)]
    ours: list[str | Path] = [sys.executable, "-m", "lod", "lift", mapping, "-o", out, *options_of_ours]
    theirs: list[str | Path] = [floor, table, floor_out, str(THREADS)] if floor else []
    floors: list[Run] = []
    lifts: list[Run] = []
    for _ in range(options.rounds):
        for program, command, target in ((floors, theirs, floor_out), (lifts, ours, out)):
            target.unlink(missing_ok=True)  # pages of an older output would be a gift
            if command:
                program.append(timed(command))
        floor_out.unlink(missing_ok=True)
    lifted = shown("lod lift", lifts)
    well = lifted.peak < MEMORY_BAR
    if floors:
        native = shown("native floor", floors)
        ratio = lifted.wall / native.wall
        print(f"ratio          wall {ratio:6.2f} (bar {options.bar:g})   cpu {lifted.cpu / native.cpu:6.2f}")
        well = well and ratio <= options.bar
    else:
        print("no rustc here: no floor to compare with")
    return well and (options.skip_triples or same_triples(bench, table, out, work))


def main() -> int:
    """Read the options and compare."""
    parser = argparse.ArgumentParser(description="The lift beside native code.")
    parser.add_argument("--shared", type=Path, default=os.environ.get("LOD_SHARED"), help="folder with bench/ in it")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bar", type=float, default=5.0, help="the most that wall time may be, in floors")
    parser.add_argument("--skip-triples", action="store_true", help="do not compare with the slow reference")
    options = parser.parse_args()
    bench = Path(options.shared or "") / "bench"
    if not (bench / "gen_personnel.py").is_file():
        print(f"skipped: no workload in {bench} (--shared DIR or LOD_SHARED)")
        return 0
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as work:
        return 0 if compare(bench, Path(work), options) else 1


if __name__ == "__main__":
    sys.exit(main())
