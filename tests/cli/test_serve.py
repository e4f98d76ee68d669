"""`lod serve`: a real site over a published release."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
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


def test_a_new_release_is_taken_up(published: Path, serve: Serve, lod: Lod) -> None:
    site = serve(published)
    assert httpx.get(f"{site.address}doc/code/office/D.ttl").status_code == 404
    with (published / "tables" / "office.csv").open("a", encoding="utf-8") as table:
        table.write("D,人事室,Personnel Office\n")
    assert lod("build", "--publish", cwd=published).returncode == 0
    gives_up = time.monotonic() + 30
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


def test_verbose_logs_requests(published: Path, serve: Serve) -> None:
    site = serve(published, "--verbose")
    httpx.get(f"{site.address}catalog.ttl")
    assert "/catalog.ttl" in site.stop(signal.SIGINT)
