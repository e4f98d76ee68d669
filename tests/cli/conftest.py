"""Runs the real command line in a process of its own, as people and scripts do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

Result = subprocess.CompletedProcess[str]
Lod = Callable[..., Result]


def environment() -> dict[str, str]:
    """This process's environment, with nothing in it that changes how `lod` speaks."""
    dropped = {"NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    return {key: value for key, value in os.environ.items() if key not in dropped} | {
        "PYTHONUTF8": "1",
        "LOD_LANG": "en",
    }


@pytest.fixture(scope="session")
def lod() -> Lod:
    """`lod("check", "mappings", cwd=folder)`: one command line, its exit code, standard output and standard error."""

    def run(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None) -> Result:
        return subprocess.run(
            [sys.executable, "-m", "lod", *map(str, arguments)],
            cwd=cwd,
            env=environment() | (env or {}),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def project(lod: Lod, tmp_path: Path) -> Path:
    """A new project of `lod init`; not built."""
    result = lod("init", "statistics", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    return tmp_path / "statistics"


@pytest.fixture
def published(first_project: Path, tmp_path: Path) -> Path:
    """A published project that the test may change, in a folder with a blank and Chinese in its name."""
    return Path(shutil.copytree(first_project, tmp_path / "統計 statistics"))


@dataclass
class RunningSite:
    """A site that was started, and the file that it says things in."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self, number: signal.Signals) -> str:
        """End it by a signal; all that it said."""
        self.process.send_signal(number)
        self.process.wait(timeout=60)
        return self.log.read_text(encoding="utf-8")


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RunningSite]]:
    """`site = serve(project, "--workers", "2")`: a real site on a free port, stopped at the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start(project: Path, *arguments: str) -> RunningSite:
        log = tmp_path_factory.mktemp("site") / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "lod", "serve", "--port", "0", *arguments],
                cwd=project,
                env=environment(),
                stderr=said,
                stdout=subprocess.DEVNULL,
            )
        running.append(process)
        while "Ctrl-C" not in (text := log.read_text(encoding="utf-8")) and process.poll() is None:
            time.sleep(0.02)
        found = re.search(r"http://\S+", text)
        assert found, text
        return RunningSite(found[0], process, log)

    yield start
    for process in running:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)
