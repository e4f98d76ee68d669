"""deploy/nginx.conf in Debian's nginx before two replicas: paths, caching, failing over, cut answers, slow clients."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import raw_http
from ports import free_port

NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").is_file() else "")
pytestmark = pytest.mark.skipif(not NGINX, reason="needs nginx (apt-get install nginx-light)")

AROUND = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {site}
}}
"""


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, verify: ssl.SSLContext | bool = True) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        try:
            httpx.get(url, trust_env=False, verify=verify)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return


@dataclass
class Site:
    """nginx and the replicas behind it."""

    client: httpx.Client
    port: int
    replicas: list[subprocess.Popen[bytes]]


@contextmanager
def fronted(repository: Path, release: Path, folder: Path, *, tls: bool = False) -> Iterator[Site]:
    """The configuration as it stands, but for ports and folders; with `tls` its lines for that are in use."""
    ports = [free_port(), free_port()]
    running: list[subprocess.Popen[bytes]] = []
    try:
        for port in ports:
            command = [sys.executable, "-m", "lod", "serve", "--release", str(release), "--port", str(port)]
            with (folder / f"{port}.log").open("wb") as log:
                running.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=folder))
        for port, process in zip(ports, list(running), strict=True):
            wait_for(f"http://127.0.0.1:{port}/-/health", process, folder / f"{port}.log")
        text = (repository / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        front = free_port()
        for old, new in (
            ("127.0.0.1:8080", f"127.0.0.1:{ports[0]}"),
            ("127.0.0.1:8081", f"127.0.0.1:{ports[1]}"),
            ("listen 80;", f"listen 127.0.0.1:{front};"),
            ("/var/cache/nginx/lod", f"{folder}/cache"),
        ):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        if tls:
            text = with_tls(text, folder, front)
        user = "user root;" if os.geteuid() == 0 else ""  # its workers write below the test's own folder
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, site=text, user=user), encoding="utf-8")
        command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=60, check=False)
        assert tested.returncode == 0, tested.stderr
        assert "[warn]" not in tested.stderr.replace('the "user" directive', "")
        with (folder / "nginx.log").open("wb") as log:
            proxy = subprocess.Popen(command, stdout=log, stderr=log)
        running.append(proxy)
        trusted: ssl.SSLContext | bool = True
        if tls:
            trusted = ssl.create_default_context(cafile=str(folder / "lod.pem"))
        base = f"{'https' if tls else 'http'}://127.0.0.1:{front}"
        wait_for(f"{base}/-/health", proxy, folder / "error.log", trusted)
        with httpx.Client(base_url=base, trust_env=False, timeout=60, verify=trusted) as client:
            yield Site(client, front, running[:2])
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(60)


def with_tls(text: str, folder: Path, port: int) -> str:
    """The configuration with its lines for TLS in use, and a certificate made for that."""
    certificate, key = folder / "lod.pem", folder / "lod.key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lod"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    text = re.sub(r"^    # (listen 443|ssl_)", r"    \1", text, flags=re.MULTILINE)
    for old, new in (
        (f"    listen 127.0.0.1:{port};\n", ""),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/ssl/certs/lod.pem", str(certificate)),
        ("/etc/ssl/private/lod.key", str(key)),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def site(repository: Path, releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two replicas."""
    release = next(f for f in releases.iterdir() if f.is_dir())
    with fronted(repository, release, tmp_path_factory.mktemp("nginx")) as made:
        yield made


@pytest.mark.parametrize("path", ["/doc/county/臺北市", "/doc/county/%E8%87%BA%E5%8C%97%E5%B8%82"])
def test_chinese_addresses_arrive(site: Site, path: str) -> None:
    answer = site.client.get(path, headers={"accept": "text/turtle"})
    assert answer.status_code == 200
    assert "臺北市" in answer.text


def test_other_spellings_and_slashes_arrive_as_they_came(site: Site) -> None:
    assert raw_http.ask(f"http://127.0.0.1:{site.port}", "/id/county/%e8%87%ba%E5%8C%97%E5%B8%82")[0] == 308
    assert site.client.get("/id/code/sex").headers["location"] == "/doc/code/sex"
    assert site.client.get("/doc//code/sex").headers["location"] == "/doc/code/sex"


def test_what_is_kept_is_kept_for_who_asked_the_same(site: Site) -> None:
    def ask(accept: str, language: str = "") -> httpx.Response:
        return site.client.get("/doc/code/sex/M", headers={"accept": accept, "accept-language": language})

    first, again = ask("text/turtle"), ask("text/turtle")
    assert (first.headers["x-cache"], again.headers["x-cache"]) == ("MISS", "HIT")
    assert ask("text/html").headers["content-type"].startswith("text/html")
    assert "女性" not in ask("text/html", "en").text
    assert 'lang="zh-Hant-TW"' in ask("text/html", "zh-TW").text
    assert ask("text/turtle").headers["content-type"].startswith("text/turtle")
    fresh = site.client.get(
        "/doc/code/sex/M", headers={"accept": "text/turtle", "if-none-match": first.headers["etag"]}
    )
    assert fresh.status_code == 304


def test_refusals_parts_and_queries_come_through(site: Site) -> None:
    client = site.client
    query = {"query": "SELECT * { ?s ?p ?o } LIMIT 5", "format": "csv"}
    assert len(client.get("/sparql", params=query).text.splitlines()) == 6
    assert client.post("/sparql", data={"query": "ASK { ?s ?p ?o }"}).status_code == 200
    assert client.post("/sparql", content=b"x" * 70_000).status_code in {413, 415}
    assert client.get("/doc/code/nothing").status_code == 404
    assert client.get("/-/metrics").status_code == 404
    part = client.get("/dump/1-aaaaaaaa/data.nt.gz", headers={"range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)


def test_answers_come_compressed(site: Site) -> None:
    query = {"query": "SELECT * { ?s ?p ?o } LIMIT 100", "format": "json"}
    for path, parameters in (("/doc/code/sex.en.html", {}), ("/sparql", query)):
        answer = site.client.get(path, params=parameters, headers={"accept-encoding": "gzip"})
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip"), path
        assert answer.headers["etag"].startswith("W/")
        again = {"accept-encoding": "gzip", "if-none-match": answer.headers["etag"]}
        assert site.client.get(path, params=parameters, headers=again).status_code == 304, path
        plain = site.client.get(path, params=parameters, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.text == answer.text


def test_when_a_replica_is_killed_nobody_notices(site: Site) -> None:
    asked = threading.Semaphore(0)

    def ask(number: int, tries: int = 50) -> int:
        if number % 2:
            answer = site.client.post("/sparql", data={"query": f"SELECT (COUNT(*) AS ?n{number}) {{ ?s ?p ?o }}"})
        else:
            answer = site.client.get(f"/doc/code/sex/F?{number}", headers={"accept": "text/turtle"})
        if answer.status_code == 503 and tries:  # a busy machine lets the queue say so: it is not lost
            time.sleep(0.1)
            return ask(number, tries - 1)
        asked.release()
        return answer.status_code

    with ThreadPoolExecutor(2) as visitors:
        answers = [visitors.submit(ask, number) for number in range(120)]
        for _ in range(40):
            assert asked.acquire(timeout=60)
        site.replicas[0].kill()
        assert {answer.result(60) for answer in answers} == {200}
    assert site.client.get("/-/health").status_code == 200


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl, which makes the certificate")
def test_below_a_path_and_with_tls(repository: Path, make: Callable[..., Path], tmp_path: Path) -> None:
    base = "https://lod.example.org/stat/"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    named = "".join(f'<{base}id/{key}> {label} "x"@en .' for key in ("code/sex/M", "county/臺北市"))
    release = make(tmp_path / "releases", base=base, turtle=named)
    with fronted(repository, release, tmp_path, tls=True) as site:
        client = site.client
        thing = client.get("/stat/id/code/sex/M", headers={"accept": "text/turtle"})
        assert (thing.status_code, thing.headers["location"]) == (303, "/stat/doc/code/sex/M")
        data = client.get(thing.headers["location"], headers={"accept": "text/turtle"})
        assert "<https://lod.example.org/stat/id/code/sex/M>" in data.text
        assert data.headers["content-location"] == "/stat/doc/code/sex/M.ttl"
        assert client.get("/stat/doc/county/臺北市").status_code == 200
        parts = {"range": "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 40, 2))}
        whole = client.get("/stat/dump/1-aaaaaaaa/data.nt.gz", headers=parts)
        assert (whole.status_code, "x-cache" in whole.headers) == (200, False)  # the site's own cap, nothing kept
        answer = client.get("/stat/sparql", params={"query": "ASK { ?s ?p ?o }"})
        assert (answer.json()["boolean"], "x-cache" in answer.headers) == (True, False)
        assert client.get("/stat/-/metrics").status_code == 404
        assert client.get("/robots.txt").status_code == 200
        assert client.get("/").headers["location"] == "/stat/"
