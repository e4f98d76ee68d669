"""Fixtures of the tests that lift."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from ports import free_port


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own, on a free port of the loopback interface; it is stopped at the end."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("no PostgreSQL server is installed (Debian: postgresql)")
    with tempfile.TemporaryDirectory(prefix="lod-postgresql-") as folder:
        user = {"user": "postgres"} if os.geteuid() == 0 else {}  # the server refuses to run as root
        if user:
            shutil.chown(folder, "postgres")
        port = free_port()
        run = partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)
        bin_, data = programs[-1], Path(folder) / "data"
        run([bin_ / "initdb", "-D", data, "-A", "trust", "-U", "lod", "-E", "UTF8", "--locale=C", "--no-sync"])
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run([bin_ / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"])
        try:
            yield f"postgresql://lod@127.0.0.1:{port}/postgres"
        finally:
            run([bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop"])


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The address, with its password, of a MariaDB server of our own; it is stopped at the end."""
    program, scripts = shutil.which("mariadbd", path="/usr/sbin:/usr/bin"), Path("/usr/share/mysql")
    if program is None or not (scripts / "mysql_system_tables.sql").is_file():
        pytest.skip("no MariaDB server is installed (Debian: mariadb-server-core)")
    pytest.importorskip("pymysql")
    with tempfile.TemporaryDirectory(prefix="lod-mariadb-") as folder:
        port = free_port()
        data = Path(folder) / "data"
        data.mkdir()
        common = [program, "--no-defaults", f"--datadir={data}", "--innodb-flush-log-at-trx-commit=0"]
        common += ["--user=root"] if os.geteuid() == 0 else []
        names = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
        script = "create database mysql;\nuse mysql;\n" + "".join((scripts / name).read_text() for name in names)
        script += "CREATE DATABASE lod CHARACTER SET utf8mb4;\nFLUSH PRIVILEGES;\n"
        script += "CREATE USER lod@'127.0.0.1' IDENTIFIED BY 'p@ss/word';\nGRANT ALL ON lod.* TO lod@'127.0.0.1';\n"
        none = subprocess.DEVNULL
        subprocess.run([*common, "--bootstrap"], input=script.encode(), check=True, stdout=none, stderr=none)
        listening = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket"]
        with subprocess.Popen([*common, *listening], stdout=none, stderr=none) as server:
            try:
                _wait_for(port, server)
                yield f"mysql://lod:p%40ss%2Fword@127.0.0.1:{port}/lod"
            finally:
                server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers, or has ended."""
    for _ in range(600):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, "the MariaDB server has ended"
        time.sleep(0.1)
    pytest.fail("the MariaDB server does not answer")
