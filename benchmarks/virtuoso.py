"""Virtuoso 7 of Debian over the same statements, for a benchmark to ask beside us.

apt-get install virtuoso-opensource-7-bin
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

import httpx
from processes import end

_SETTINGS = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
ServerThreads = 10
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 1000000
DefaultQuery = ASK {{}}
"""
_LOAD = "ld_dir('{folder}', '{name}', 'urn:all'); rdf_loader_run(); checkpoint;"
_PATIENCE = 60.0  # seconds until it listens
_LOADS_WITHIN = 3600.0  # seconds


@contextmanager
def loaded(folder: Path, statements: Path) -> Iterator[Callable[[str], tuple[float, int]]]:
    """A server with the statements of a file, as what asks it for a table: seconds until it is here, and its rows."""
    sql, http = _port(), _port()
    (folder / "virtuoso.ini").write_text(
        _SETTINGS.format(sql=sql, http=http, folder=statements.parent), encoding="utf-8"
    )
    process = subprocess.Popen(
        ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(trust_env=False, timeout=_LOADS_WITHIN) as client:
            url = f"http://127.0.0.1:{http}/sparql"

            def ask(text: str) -> tuple[float, int]:
                began = time.perf_counter()
                fields = {"query": text, "format": "application/sparql-results+json", "default-graph-uri": "urn:all"}
                answer = client.get(url, params=fields).raise_for_status()
                seconds = time.perf_counter() - began
                return seconds, len(answer.json()["results"]["bindings"])

            _until_it_listens(lambda: ask("SELECT * { }"))
            load = _LOAD.format(folder=statements.parent, name=statements.name)
            subprocess.run(
                ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"],
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=_LOADS_WITHIN,
            )
            yield ask
    finally:
        end(process, patience=60)


def _until_it_listens(ask: Callable[[], object]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            ask()
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _port() -> int:
    with create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
