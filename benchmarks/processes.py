"""Processes that benchmarks and tests start and watch: seconds by the clock and of the processor, memory in MB.

What only Linux tells is 0 elsewhere.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Run:
    """A command that has ended: seconds by the clock and of the processor, the most that it, or a child, held."""

    wall: float
    cpu: float
    peak: float  # MB
    told: bytes = b""  # on standard output


def timed(command: Sequence[str | Path], folder: Path | None = None) -> Run:
    """Run a command to its end. One that fails ends the benchmark with what it complained of."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as complaint:
        begun = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], cwd=folder, stdout=told, stderr=complaint)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (told, complaint):
            file.seek(0)
        if process.returncode:
            said = complaint.read() or told.read()
            sys.exit(f"{command[0]} ended with {process.returncode}: {said.decode(errors='replace')}")
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told.read())


def end(process: subprocess.Popen[Any], patience: float) -> None:
    """Ask a process to stop, and after some seconds end it."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def family(pid: int) -> list[int]:
    """A process and all that it has started, and they."""
    found = [pid]
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            found += family(int(child))
    return found


def processor_seconds(pid: int) -> float:
    """Processor time of a process and its family so far."""
    used = 0
    for process in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int | str = "self") -> int:
    """The most that a process alone has held: what getrusage says of a child was once its parent's."""
    return _memory(f"/proc/{pid}/status", "VmHWM")


def family_memory(pid: int) -> int:
    """What a process and its family hold now; what they share counts once."""
    return sum(_memory(f"/proc/{process}/smaps_rollup", "Pss") for process in family(pid))


def _memory(file: str, field: str) -> int:
    with suppress(OSError):
        found = re.search(rf"^{field}:\s+(\d+) kB", Path(file).read_text(encoding="utf-8"), re.MULTILINE)
        return int(found[1]) // 1024 if found else 0
    return 0
