"""`lod serve`: a real site over a published release."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest

Lod = Callable[..., CompletedProcess[str]]
Serve = Callable[..., Any]


def test_what_it_says(published: Path, serve: Serve) -> None:
    site = serve(published)
    assert httpx.get(site.address).status_code == 200
    said = site.stop(signal.SIGINT).splitlines()
    assert site.process.returncode == 0
    current = (published / "releases" / "current").read_text().strip()
    assert said == [
        f"Release {current} is served at {site.address}",
        f"  catalogue {site.address}catalog",
        f"  SPARQL    {site.address}sparql",
        "Ctrl-C stops.",
    ]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_and_sigterm(published: Path, serve: Serve, workers: str) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        site = serve(published, "--workers", workers)
        assert httpx.get(f"{site.address}doc/code/office/A.ttl").status_code == 200
        said = site.stop(number)
        assert site.process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in said


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="this system does not list processes in /proc")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_was_asked_before_sigterm_is_answered(published: Path, serve: Serve, workers: str) -> None:
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write("\n[serve]\nquery_seconds = 4\n")
    site = serve(published, "--workers", workers)
    httpx.get(f"{site.address}-/health")
    endless = {"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"}
    before = spent(site.process.pid)
    with ThreadPoolExecutor() as threads:
        asked = [threads.submit(httpx.get, f"{site.address}sparql", params=endless) for _ in range(2)]
        busy: set[int] = set()
        gives_up = time.monotonic() + 60
        while len(busy) < 2:
            assert time.monotonic() < gives_up, "they are not under way"
            time.sleep(0.02)
            now = spent(site.process.pid)
            busy = {process for process, used in before.items() if now.get(process, used) > used + 1}
        site.stop(signal.SIGTERM)
        assert [one.result().json()["code"] for one in asked] == ["LOD9105", "LOD9105"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(site.address)


def spent(ancestor: int) -> dict[int, int]:
    """The processor time, in ticks, of each query worker below a process."""
    parents, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()  # proc_pid_stat(5), from the third on
            parents[int(stat.parent.name)] = int(fields[1])
            if b"lod.server.sparql.worker" in stat.with_name("cmdline").read_bytes():
                ticks[int(stat.parent.name)] = int(fields[11]) + int(fields[12])
    below = {ancestor}
    while more := {process for process, parent in parents.items() if parent in below} - below:
        below |= more
    return {process: used for process, used in ticks.items() if process in below}


def test_what_cannot_be_served_is_said_at_once(published: Path, lod: Lod) -> None:
    """In one line, however many processes were asked for, and before anything is said to be served."""
    command = 'ulimit -v 1500000; exec "$@"'  # less than query workers are given
    refused = subprocess.run(
        ["bash", "-c", command, "serve", sys.executable, "-m", "lod", "serve", "--port", "0", "--workers", "2"],
        cwd=published, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("error LOD9111 ")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = lod("serve", "--port", "0", "--metrics-port", port, cwd=published)
    assert told.returncode == 2
    assert f"LOD0002 port {port} of 127.0.0.1 is taken" in told.stderr
    assert f"--metrics-port {int(port) + 1}" in told.stderr


def test_a_new_release_is_taken_up(published: Path, serve: Serve, lod: Lod) -> None:
    site = serve(published)
    assert httpx.get(f"{site.address}doc/code/office/D.ttl").status_code == 404
    with (published / "tables" / "office.csv").open("a", encoding="utf-8") as table:
        table.write("D,人事室,Personnel Office\n")
    assert lod("build", "--publish", cwd=published).returncode == 0
    gives_up = time.monotonic() + 60
    while (answer := httpx.get(f"{site.address}doc/code/office/D.ttl")).status_code != 200:
        assert time.monotonic() < gives_up
        time.sleep(0.05)
    assert "人事室" in answer.text


def test_a_copied_release_is_served_without_its_project(published: Path, serve: Serve, tmp_path: Path) -> None:
    name = (published / "releases" / "current").read_text(encoding="utf-8").strip()
    copy = shutil.copytree(published / "releases" / name, tmp_path / "副本" / name)
    site = serve(tmp_path, "--release", str(copy))
    assert httpx.get(f"{site.address}doc/code/office/A.ttl").status_code == 200
    answer = httpx.get(f"{site.address}sparql", params={"query": "ASK { ?s ?p ?o }", "format": "json"})
    assert answer.json()["boolean"] is True


def test_limits_of_lod_toml(published: Path, serve: Serve) -> None:
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write("\n[serve]\nquery_rows = 2\n")
    site = serve(published)
    ask = {"query": "SELECT * { ?s ?p ?o }", "format": "csv"}
    answer = httpx.get(f"{site.address}sparql", params=ask)
    assert answer.status_code != 200
    assert "2" in answer.text
    assert httpx.get(f"{site.address}sparql", params={**ask, "query": ask["query"] + " LIMIT 2"}).status_code == 200


def test_address_of_lod_toml(published: Path, serve: Serve) -> None:
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write('\n[serve]\nhost = "localhost"\n')
    site = serve(published)
    assert site.address.startswith("http://127.0.0.1:")
    assert httpx.get(f"{site.address}-/health").status_code == 200


SECRET = "SELECT ?a { ?a ?b '王小明' } LIMIT 1"


def test_verbose_logs_requests(published: Path, serve: Serve) -> None:
    site = serve(published, "--verbose")
    httpx.get(f"{site.address}catalog.ttl")
    httpx.get(f"{site.address}sparql", params={"query": SECRET})
    said = site.stop(signal.SIGINT)
    assert " 200 GET /catalog.ttl " in said
    assert "127.0.0.1:" not in said.partition("Ctrl-C")[2].replace(site.address, "")
    assert "%E7%8E%8B" not in said


def test_a_line_a_request_names_nobody(published: Path, serve: Serve) -> None:
    site = serve(published, "--log", "json")
    httpx.get(f"{site.address}sparql", params={"query": SECRET})
    httpx.get(f"{site.address}sparql", params={"query": SECRET})
    httpx.post(f"{site.address}sparql", data={"query": SECRET, "format": "csv"})
    httpx.get(f"{site.address}search", params={"q": "王小明"})
    httpx.get(f'{site.address}doc/%0A{{"status":200}}')
    said = site.stop(signal.SIGTERM).partition("Ctrl-C stops.")[2]
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [line["status"] for line in lines] == [200, 200, 200, 200, 404]
    assert [line["method"] for line in lines] == ["GET", "GET", "POST", "GET", "GET"]
    assert len({line["query"] for line in lines if "query" in line}) == 1
    assert lines[0]["way"] == "store"
    assert all({"time", "ms", "bytes"} <= set(line) and "broken" not in line for line in lines)
    assert "127.0.0.1" not in said
    assert "小明" not in said
    assert "%E5%B0%8F%E6%98%8E" not in said.upper()


def test_queries_in_the_log_when_asked_for(published: Path, serve: Serve) -> None:
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write('\n[serve]\nlog = "json"\nlog_queries = "text"\n')
    site = serve(published)
    httpx.post(f"{site.address}sparql", data={"query": SECRET})
    (line,) = [json.loads(line) for line in site.stop(signal.SIGTERM).splitlines() if line.startswith("{")]
    assert line["text"] == SECRET


def test_sighup_replaces_the_processes_and_loses_no_request(published: Path, serve: Serve) -> None:
    site = serve(published, "--workers", "2")
    httpx.get(f"{site.address}-/health", timeout=60)

    def processes() -> set[str]:
        command = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(site.process.pid)]
        lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
        return {line.split()[0] for line in lines if "spawn_main" in line}

    before = processes()
    site.process.send_signal(signal.SIGHUP)
    gives_up = time.monotonic() + 240
    while processes() & before:
        assert time.monotonic() < gives_up, "some stay"
        assert httpx.get(f"{site.address}doc/code/office/A.ttl", timeout=60).status_code == 200
    assert len(processes()) == len(before) == 2
    assert httpx.get(f"{site.address}sparql?query=ASK%20%7B%7D", timeout=60).json()["boolean"] is True
