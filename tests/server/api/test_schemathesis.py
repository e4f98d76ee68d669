"""Schemathesis asks the API all that its description allows, and what it does not: never a 5xx, never another answer.

https://schemathesis.readthedocs.io/ ; its command line, as whoever uses the API would run it, on a real server.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Not asked for: that whatever is well-formed is accepted. A well-formed name of no dataset is 404, of no code 400.
_LEFT_OUT = "positive_data_acceptance"


def test_every_operation_keeps_to_its_description(api_url: str, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{api_url}/api/openapi.json"),
        *("--exclude-checks", _LEFT_OUT, "--phases", "examples,coverage,fuzzing", "--max-examples", "15"),
        *("--seed", "1", "--generation-deterministic", "--no-color", "--continue-on-failure"),
    ]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
    assert "Tested: 6" in told.stdout, told.stdout[-3000:]
    assert "Missing test data: 5" not in told.stdout, told.stdout[-3000:]  # it met datasets that there are
