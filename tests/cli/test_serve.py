"""`lod serve`: a real site over a published release."""

from __future__ import annotations

import contextlib
import json
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from ports import free_port
from processes import family

from lod.server.allocator import tuned
from lod.server.sparql.question import QueryLimits

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


@pytest.mark.skipif(not Path("/proc/net/tcp").is_file(), reason="this system does not list connections in /proc")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_was_asked_before_sigterm_is_answered(published: Path, serve: Serve, workers: str) -> None:
    """And whoever comes after it is sent away at once, while others are still being answered."""
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write("\n[serve]\nquery_seconds = 8\n")
    site = serve(published, "--workers", workers)
    with contextlib.ExitStack() as connections:
        asked = [connections.enter_context(ask_endless(site.address, number)) for number in range(2)]
        site.process.send_signal(signal.SIGTERM)
        gives_up = time.monotonic() + 60
        while is_listening(urlsplit(site.address).port):
            assert time.monotonic() < gives_up, "it goes on listening"
            time.sleep(0.02)
        assert site.process.poll() is None
        answers = [connection.makefile("rb").read() for connection in asked]
        assert [b"LOD9105" in answer for answer in answers] == [True, True], answers
    site.process.wait(60)


@pytest.mark.skipif(not Path("/proc/net/tcp").is_file(), reason="this system does not list connections in /proc")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_request_that_has_begun_before_sigterm_is_answered(published: Path, serve: Serve, workers: str) -> None:
    """And who comes afterwards is refused at once: no query worker keeps the socket open."""
    site = serve(published, "--workers", workers)
    httpx.get(f"{site.address}-/health", timeout=60)
    place = urlsplit(site.address)
    with socket.create_connection((place.hostname, place.port), timeout=60) as begun:
        begun.sendall(b"GET /doc/code/office/A.ttl HTTP/1.1\r\nhost: x\r\n")
        site.process.send_signal(signal.SIGTERM)
        gives_up = time.monotonic() + 60
        while is_listening(place.port):
            assert time.monotonic() < gives_up, "it goes on listening"
            time.sleep(0.02)
        begun.sendall(b"\r\n")
        answer = begun.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nconnection: close\r\n" in answer
    site.process.wait(60)


def ask_endless(address: str, number: int) -> socket.socket:
    """A connection whose request is under way for certain: the site has begun to read its query."""
    query = f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }} # {number}".encode()
    place = urlsplit(address)
    connection = socket.create_connection((place.hostname, place.port), timeout=60)
    head = "POST /sparql HTTP/1.1\r\nhost: a\r\naccept: application/json\r\nexpect: 100-continue\r\n"
    sent_as = f"content-type: application/sparql-query\r\ncontent-length: {len(query)}\r\n\r\n"
    connection.sendall((head + sent_as).encode())
    assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")
    connection.sendall(query)
    return connection


def is_listening(port: int | None) -> bool:
    """Whether any process listens at a port (https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html)."""
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A" for line in lines)


@pytest.mark.skipif(not Path("/proc/self/environ").is_file(), reason="this system tells no environments in /proc")
@pytest.mark.parametrize("given", ["", "glibc.malloc.check=0"])
def test_it_starts_with_its_allocator_unless_another_was_chosen(
    published: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    if given:
        monkeypatch.setenv("GLIBC_TUNABLES", given)
    site = serve(published)
    known = (
        Path(f"/proc/{site.process.pid}/environ").read_bytes().replace(b"\0", b":")
    )  # glibc ends each where it is read
    assert known.count(b"GLIBC_TUNABLES=") == 1
    assert f"GLIBC_TUNABLES={given or tuned({})['GLIBC_TUNABLES']}:".encode() in known
    assert httpx.get(f"{site.address}-/health").status_code == 200


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


@pytest.mark.parametrize("copied", [False, True], ids=["project", "copy"])
def test_limits_of_lod_toml(published: Path, serve: Serve, tmp_path: Path, copied: bool) -> None:
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write("\n[serve]\nquery_rows = 2\n")
    copy = published / "releases" / (published / "releases" / "current").read_text(encoding="utf-8").strip()
    elsewhere = ("--release", str(copy), "--project", str(published))
    site = serve(tmp_path, *elsewhere) if copied else serve(published)
    ask = {"query": "SELECT * { ?s ?p ?o }", "format": "csv"}
    answer = httpx.get(f"{site.address}sparql", params=ask)
    assert answer.status_code != 200
    assert "2" in answer.text
    assert httpx.get(f"{site.address}sparql", params={**ask, "query": ask["query"] + " LIMIT 2"}).status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 without asking")
def test_who_asks_is_believed_of_known_proxies(published: Path, serve: Serve) -> None:
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write('\n[serve]\nquery_seconds = 2\nclient_seconds = 1\nproxies = ["127.0.0.2", "10.0.0.0/8"]\n')
    site = serve(published)
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
    for proxy, next_visitor in (("127.0.0.2", 200), ("127.0.1.3", 429)):
        with httpx.Client(transport=httpx.HTTPTransport(local_address=proxy), timeout=60) as client:

            def ask(query: str, visitor: str, client: httpx.Client = client) -> int:
                headers = {"x-forwarded-for": visitor, "accept": "application/json"}
                return client.get(f"{site.address}sparql", params={"query": query}, headers=headers).status_code

            assert ask(f"{endless} # {proxy}", "203.0.113.1") == 504
            assert ask(f"ASK {{ ?{proxy.replace('.', '_')} a ?c }}", "198.51.100.1") == next_visitor


def test_a_wrong_proxy_is_told(published: Path, lod: Lod) -> None:
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write('\n[serve]\nproxies = ["web1"]\n')
    told = lod("serve", "--port", "0", cwd=published)
    assert told.returncode == 1
    assert "LOD1005" in told.stderr
    assert "10.0.0.0/24" in told.stderr


def test_hundreds_of_slow_clients_keep_nobody_out(published: Path, serve: Serve) -> None:
    """More than the open files that the system gives a process at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 600:
        pytest.skip(f"no process may have more than {hard} files open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        site = serve(published)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 600), hard))
    place = urlsplit(site.address)
    with contextlib.ExitStack() as connections:
        for _ in range(300):
            slow = connections.enter_context(socket.create_connection((place.hostname, place.port), timeout=60))
            slow.sendall(b"GET / HTTP/1.1\r\n")
        assert httpx.get(f"{site.address}-/health", timeout=60).status_code == 200


def test_address_of_lod_toml(published: Path, serve: Serve) -> None:
    with (published / "lod.toml").open("a", encoding="utf-8") as file:
        file.write('\n[serve]\nhost = "localhost"\n')
    site = serve(published)
    assert site.address.startswith("http://127.0.0.1:")
    assert httpx.get(f"{site.address}-/health").status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="systemd and sockets without a file are Linux's")
def test_systemd_learns_that_it_has_started_and_nobody_outlives_it(
    published: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(f"\0lod-test-{published}"[:100])
        supervisor.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@lod-test-{published}"[:100])
        site = serve(published, "--workers", "2")
        assert supervisor.recv(100) == b"READY=1"
    assert httpx.get(f"{site.address}-/health").status_code == 200
    started = family(site.process.pid)
    assert len(started) > 2
    site.process.kill()
    site.process.wait()
    deadline = time.monotonic() + 60
    while left := [pid for pid in started if is_running(pid)]:
        assert time.monotonic() < deadline, f"{left} go on"
        time.sleep(0.05)


def is_running(process_id: int) -> bool:
    stat = Path(f"/proc/{process_id}/stat")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] != "Z"
    return False


SECRET = "SELECT ?a { ?a ?b '王小明' } LIMIT 1"


def test_verbose_logs_requests(published: Path, serve: Serve) -> None:
    site = serve(published, "--verbose")
    httpx.get(f"{site.address}catalog.ttl")
    httpx.get(f"{site.address}sparql", params={"query": SECRET})
    said = site.stop(signal.SIGINT)
    assert " 200 GET /catalog.ttl " in said
    assert "127.0.0.1:" not in said.partition("Ctrl-C")[2].replace(site.address, "")
    assert "%E7%8E%8B" not in said


LETTERS = "z" * 900
TOO_LONG = f"""SELECT ?x {{ {{ SELECT ?a {{ ?a ?p ?o . ?c ?d ?e }} LIMIT 9900 }}
BIND(CONCAT("{LETTERS}", STR(?a)) AS ?y) BIND(CONCAT(?y, ?y, ?y, ?y, ?y, ?y, ?y, ?y) AS ?x) }}"""


def test_a_line_a_request_names_nobody(published: Path, serve: Serve) -> None:
    site = serve(published, "--log", "json")
    httpx.get(f"{site.address}sparql", params={"query": SECRET})
    httpx.get(f"{site.address}sparql", params={"query": SECRET})
    httpx.post(f"{site.address}sparql", data={"query": SECRET, "format": "csv"})
    httpx.get(f"{site.address}search", params={"q": "王小明"})
    httpx.get(f'{site.address}doc/%0A{{"status":200}}')
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{site.address}sparql", params={"query": TOO_LONG}, headers={"accept": "text/csv"}, timeout=60)
    said = site.stop(signal.SIGTERM).partition("Ctrl-C stops.")[2]
    *lines, broken = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert (broken["status"], broken["broken"]) == (200, True)
    assert "ASGI" not in said
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


def test_sighup_replaces_the_processes_and_loses_no_request(published: Path, serve: Serve, lod: Lod) -> None:
    """A link to another release is followed then, and figures are told on."""
    releases = published / "releases"
    link, first = published / "linked", (releases / "current").read_text(encoding="utf-8").strip()
    link.symlink_to(releases / first)
    figures = free_port()
    site = serve(published, "--workers", "2", "--release", str(link), "--metrics-port", str(figures))
    assert httpx.get(f"{site.address}-/health", timeout=60).json()["release"] == first
    query = {"query": "ASK { ?s ?p ?o . ?o ?q ?r }", "format": "json"}
    assert httpx.get(f"{site.address}sparql", params=query, timeout=60).status_code == 200
    with (published / "tables" / "office.csv").open("a", encoding="utf-8") as table:
        table.write("D,人事室,Personnel Office\n")
    assert lod("build", "--publish", cwd=published).returncode == 0
    second = (releases / "current").read_text(encoding="utf-8").strip()
    link.unlink()
    link.symlink_to(releases / second)

    def processes() -> set[str]:
        command = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(site.process.pid)]
        lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
        return {line.split()[0] for line in lines if "spawn_main" in line}

    def wait_for_idle_workers() -> None:
        """Of the processes that answer now, whether or not they were asked, and of no other."""
        limits, gives_up = QueryLimits(), time.monotonic() + 240
        told = f"lod_query_workers_idle {2.0 * (limits.workers + limits.spare)}"
        while told not in (text := httpx.get(f"http://127.0.0.1:{figures}/metrics", timeout=60).text).splitlines():
            assert time.monotonic() < gives_up, text
            time.sleep(0.1)

    wait_for_idle_workers()
    before = processes()
    site.process.send_signal(signal.SIGHUP)
    gives_up = time.monotonic() + 240
    while processes() & before:
        assert time.monotonic() < gives_up, "some stay"
        assert httpx.get(f"{site.address}doc/code/office/A.ttl", timeout=60).status_code == 200
    assert len(processes()) == len(before) == 2
    assert httpx.get(f"{site.address}-/health", timeout=60).json()["release"] == second
    assert httpx.get(f"{site.address}sparql", params=query, timeout=60).json()["boolean"] is True
    told = httpx.get(f"http://127.0.0.1:{figures}/metrics", timeout=60).text
    assert "lod_query_seconds_count 2.0" in told  # before and after
    wait_for_idle_workers()
