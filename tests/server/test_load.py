"""Mixed load while releases switch and killer queries run: every answer is the one that it has to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LOAD = Path(__file__).parents[2] / "benchmarks" / "load.py"


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").is_file(), reason="this system does not tell memory in /proc")
def test_every_answer_under_load() -> None:
    """The short form of the ten minutes; how long answers take is not judged here."""
    done = subprocess.run(
        [sys.executable, str(LOAD), "--minutes", "0.2", "--things", "2000", "--untimed"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killers, " in done.stdout
    assert "calls of the canary: 0" in done.stdout
    assert "answers that were not expected: 0" in done.stdout
