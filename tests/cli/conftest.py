"""Runs the real command line in a process of its own, as people and scripts do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sites import RunningSite, running_site

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


Serve = Callable[..., RunningSite]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`site = serve(project, "--workers", "2")`: a real site on a free port, stopped at the end."""
    with ExitStack() as running:

        def start(project: Path, *arguments: str) -> RunningSite:
            return running.enter_context(running_site(project, *arguments, environment=environment()))

        yield start
