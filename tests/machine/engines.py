"""Stores of another kind that tests start: Oxigraph's server, Debian's Virtuoso, and nginx that asks who comes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import httpx
import pytest
from ports import free_port
from processes import end
from sites import running_site

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").is_file() else "")
VIRTUOSO = shutil.which("virtuoso-t")
PASSWORD = "dba"

VIRTUOSO_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = .
NumberOfBuffers = 10000
ServerThreads = 10
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 5
MaxClientConnections = 5
[SPARQL]
ResultSetMaxRows = {rows}
DefaultQuery = ASK {{}}
"""


@contextmanager
def running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    """A process, once it answers."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, (folder / "log").read_text(errors="replace")[-2000:]
            assert time.monotonic() < deadline, "it does not answer"
            try:
                httpx.get(url, params={"query": "ASK {}"}, trust_env=False, timeout=5)
            except httpx.HTTPError:
                time.sleep(0.2)
            else:
                break
        yield
    finally:
        end(process, patience=60)


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """`oxigraph serve`; its part of lod.toml."""
    if not OXIGRAPH.is_file():
        pytest.skip("oxigraph's own server is not installed (pip install oxigraph)")
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [str(OXIGRAPH), "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"]
    with running(command, folder, f"{url}/query"):
        yield f'query = "{url}/query"\nupdate = "{url}/update"\ngraph_store = "{url}/store"\n'


@contextmanager
def virtuoso(folder: Path, *, rows: int = 100_000) -> Iterator[str]:
    """Virtuoso 7 of Debian, updates with digest authentication; its part of lod.toml."""
    if VIRTUOSO is None:
        pytest.skip("no Virtuoso on this machine (apt-get install virtuoso-opensource-7-bin)")
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO_INI.format(sql=sql, http=http, rows=rows), encoding="utf-8")
    url = f"http://127.0.0.1:{http}"
    with running([VIRTUOSO, "+foreground", "+configfile", "virtuoso.ini"], folder, f"{url}/sparql"):
        grant = 'GRANT SPARQL_UPDATE TO "SPARQL"; '
        subprocess.run(
            ["isql-vt", f"127.0.0.1:{sql}", "dba", PASSWORD, f"exec={grant}"],
            check=True,
            capture_output=True,
            timeout=60,
        )
        yield (
            f'query = "{url}/sparql"\nupdate = "{url}/sparql-auth"\ngraph_store = "{url}/sparql-graph-crud-auth"\n'
            'auth = "digest"\nuser = "dba"\nsecret_env = "STORE_PASSWORD"\n'
        )


GUARD = """
{user}
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 64m;
        location / {{ {rule} proxy_pass {behind}; }}
    }}
}}
"""
RULES = {
    "basic": 'auth_basic "curators"; auth_basic_user_file {folder}/users;',
    "bearer": 'if ($http_authorization != "Bearer {secret}") {{ return 401; }}',
}


@contextmanager
def guarded(folder: Path, behind: str, auth: str) -> Iterator[str]:
    """nginx before a store, which lets those in who have the secret; its address."""
    port = free_port()
    (folder / "users").write_text(f"curator:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    rule = RULES[auth].format(folder=folder, secret=PASSWORD)
    told = GUARD.format(user=user, folder=folder, port=port, rule=rule, behind=behind)
    (folder / "nginx.conf").write_text(told, encoding="utf-8")
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    there = folder / "guard"
    there.mkdir()
    with running(command, there, f"http://127.0.0.1:{port}/query"):
        yield f"http://127.0.0.1:{port}"


def lod(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the program as people do."""
    done = subprocess.run(
        [sys.executable, "-m", "lod", *arguments],
        cwd=folder,
        env={**os.environ, "STORE_PASSWORD": PASSWORD, "LOD_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@contextmanager
def serving(project: Path) -> Iterator[httpx.Client]:
    """`lod serve` of a project."""
    with (
        running_site(project, environment={**os.environ, "STORE_PASSWORD": PASSWORD}) as site,
        httpx.Client(base_url=site.address, trust_env=False, timeout=60) as client,
    ):
        yield client


@contextmanager
def relayed(behind: str, fate: Callable[[int], str]) -> Iterator[str]:
    """A way to a store on which requests meet a fate, by their number from 0; its address.

    'pass'; 'busy': 503; 'full': 507, no room on its disk; 'drop': the connection ends; 'deaf': so it does, but only
    when the request was carried out.
    """
    numbers = count()

    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            what = fate(next(numbers))
            status, content = 507 if what == "full" else 503, b""
            if what in {"pass", "deaf"}:
                headers = {name: self.headers[name] for name in ("content-type", "accept")}
                answer = httpx.post(f"{behind}{self.path}", content=body, headers=headers, trust_env=False, timeout=60)
                status, content = answer.status_code, answer.content
            if what in {"pass", "busy", "full"}:
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)
