"""Fixtures of the tests that lift."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own, on a free port of the loopback interface; it is stopped at the end."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("no PostgreSQL server is installed (Debian: postgresql)")
    with tempfile.TemporaryDirectory(prefix="lod-postgresql-") as folder, socket.socket() as free:
        user = {"user": "postgres"} if os.geteuid() == 0 else {}  # the server refuses to run as root
        if user:
            shutil.chown(folder, "postgres")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        run = partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)
        bin_, data = programs[-1], Path(folder) / "data"
        run([bin_ / "initdb", "-D", data, "-A", "trust", "-U", "lod", "-E", "UTF8", "--locale=C", "--no-sync"])
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run([bin_ / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"])
        try:
            yield f"postgresql://lod@127.0.0.1:{port}/postgres"
        finally:
            run([bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
