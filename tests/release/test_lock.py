"""One writer at a time; a dead one holds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lod.errors import LockedError
from lod.release.lock import exclusive

HOLD = """
import sys
from pathlib import Path
from lod.release.lock import exclusive
with exclusive(Path(sys.argv[1]), "a long build"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_is_told_who_is_first(releases: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, releases], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        with pytest.raises(LockedError) as caught, exclusive(releases, "mine"):
            pytest.fail("held twice")
        assert caught.value.code == "LOD8005"
        assert caught.value.exit_code == 1
        assert f"a long build, process {process.pid} on " in caught.value.message
        assert ", since 20" in caught.value.message
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    with exclusive(releases, "mine"):
        pass


def test_a_lock_file_that_says_nothing(releases: Path) -> None:
    with exclusive(releases, "first"):
        (releases / "lock").write_text("")
        with pytest.raises(LockedError) as caught, exclusive(releases, "second"):
            pytest.fail("held twice")
    assert "it has just begun" in caught.value.message
