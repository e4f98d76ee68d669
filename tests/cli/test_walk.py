"""The walk through the status codes in docs/how-to/operate.md is what happens."""

from __future__ import annotations

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

WAIT = 60.0  # seconds for the sites to come up


def blocks(page: Path) -> list[str]:
    """The shell blocks of the walk."""
    section = page.read_text(encoding="utf-8").partition("## A walk through the status codes")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")
def test_the_walk_meets_every_status_code(repository: Path, tmp_path: Path) -> None:
    prepare, walk = blocks(repository / "docs/how-to/operate.md")
    ports = {"8091": str(free_port()), "8092": str(free_port())}
    for told, free in ports.items():
        prepare, walk = prepare.replace(told, free), walk.replace(told, free)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LOD_LANG": "en"}
    script = f"set -e\n{prepare}\nset +e\nwait\n"
    with (tmp_path / "log").open("wb") as log:
        sites = subprocess.Popen(
            ["bash", "-c", script], cwd=tmp_path, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + WAIT
        for port in ports.values():
            while True:
                said = (tmp_path / "log").read_text(encoding="utf-8", errors="replace")
                assert sites.poll() is None, said[-3000:]
                assert time.monotonic() < deadline, said[-3000:]
                try:
                    httpx.get(f"http://127.0.0.1:{port}/-/health", trust_env=False)
                    break
                except httpx.HTTPError:
                    time.sleep(0.1)
        done = subprocess.run(
            ["bash", "-c", walk], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True
        )
    finally:
        os.killpg(sites.pid, signal.SIGTERM)
        sites.wait(60)
    promised = re.findall(r"^(.*?) +# (\d{3}) ", walk, re.MULTILINE)
    got = done.stdout.split()
    assert [(ask, code) for (ask, _), code in zip(promised, got, strict=True)] == promised
    expected = {200, 204, 206, 301, 302, 303, 304, 308, 400, 403, 404, 405, 406, 410, 413, 414, 415, 416, 422, 429}
    assert {int(code) for code in got} == expected | {501, 503, 504}
