"""Sites in processes of their own, started as people start them: `lod serve`."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60  # seconds


@dataclass
class RunningSite:
    """A site that was started: its address with a slash at the end, and the file that it says things in."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self, number: signal.Signals) -> str:
        """End it by a signal; all that it said."""
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        return self.log.read_text(encoding="utf-8")


@contextmanager
def running_site(project: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[RunningSite]:
    """A site on a free port, once it says that it serves; stopped at the end. `arguments`: more of `lod serve`."""
    command = [sys.executable, "-m", "lod", "serve", "--port", "0", *arguments]
    with tempfile.TemporaryDirectory(prefix="lod-site-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(command, cwd=project, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        try:
            yield RunningSite(_address(process, log), process, log)
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while "Ctrl-C" not in (text := log.read_text(encoding="utf-8")) and process.poll() is None:
        assert time.monotonic() < deadline, text
        time.sleep(0.02)
    found = re.search(r"http://\S+", text)
    assert found, text
    return found[0]
