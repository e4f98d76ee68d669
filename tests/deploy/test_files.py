"""What is run around the site: the systemd unit, and the container as far as it can be tried without its engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from ports import free_port

LOD = Path(sys.executable).with_name("lod")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze (apt-get install systemd)")
def test_the_unit_is_one(repository: Path, tmp_path: Path) -> None:
    unit = (repository / "deploy" / "lod.service").read_text(encoding="utf-8")
    there = tmp_path / "lod.service"
    there.write_text(unit.replace("/srv/lod/.venv/bin/lod", str(LOD)), encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(there)], capture_output=True, text=True, timeout=60, check=False
    )
    ours = [line for line in told.stderr.splitlines() if "lod.service" in line]
    assert (told.returncode, ours) == (0, []), told.stderr
    kinds = re.search(r"^RestrictNamespaces=(.*)$", unit, re.MULTILINE)
    assert kinds
    assert kinds[1] == "user net"  # by which query workers give up the network (lod.server.sparql.worker)


def instructions(repository: Path) -> dict[str, list[str]]:
    """The instructions of the container file, by their names."""
    text = (repository / "deploy" / "Containerfile").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            found.setdefault(name, []).append(rest)
    return found


def test_the_container_copies_what_there_is_and_installs_as_we_test(repository: Path) -> None:
    told = instructions(repository)
    order = ["FROM", "COPY", "RUN", "ENV", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"]
    assert list(told) == order
    (copied,), (run,) = told["COPY"], told["RUN"]
    assert copied.split()[0] == "constraints.txt"
    assert (repository / "constraints.txt").is_file()
    assert re.fullmatch(r"dist/lod-\*\.whl", copied.split()[1])
    assert "-c /tmp/lod/constraints.txt" in run
    assert not re.search(r"https?://|--(extra-)?index-url", run)
    assert told["USER"] == ["65534:65534"]
    kept = (repository / ".containerignore").read_text(encoding="utf-8").split()
    assert kept == ["*", "!dist/lod-*.whl", "!constraints.txt"]


def test_what_the_container_starts_serves_a_release_that_it_may_only_read(
    repository: Path, tmp_path: Path, releases: Path
) -> None:
    told = instructions(repository)
    folder = Path(shutil.copytree(next(f for f in releases.iterdir() if f.is_dir()), tmp_path / "release"))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    port = str(free_port())
    start, more = (json.loads(told[name][0]) for name in ("ENTRYPOINT", "CMD"))
    changed = {"lod": str(LOD), "/release": str(folder), "0.0.0.0": "127.0.0.1", told["EXPOSE"][0]: port}
    command = [changed.get(word, word) for word in (*start, *more)]
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    with (tmp_path / "log").open("wb") as log:
        site = subprocess.Popen(command, cwd="/", env=environment, stdout=log, stderr=log)
    check = json.loads(told["HEALTHCHECK"][0].partition("CMD ")[2])
    probe = [sys.executable, *(word.replace(":8080/", f":{port}/") for word in check[1:])]
    try:
        deadline = time.monotonic() + 60
        while subprocess.run(probe, capture_output=True, check=False, env={**os.environ, "no_proxy": "*"}).returncode:
            assert site.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline, (tmp_path / "log").read_text(encoding="utf-8")
            time.sleep(0.2)
        answer = httpx.get(f"http://127.0.0.1:{port}/doc/code/sex.ttl", trust_env=False)
        assert answer.status_code == 200
        query = {"query": "ASK { ?s ?p ?o }"}
        assert httpx.get(f"http://127.0.0.1:{port}/sparql", params=query, trust_env=False).status_code == 200
    finally:
        site.send_signal(getattr(signal, told["STOPSIGNAL"][0]))
        assert site.wait(60) == 0
