"""`lod doctor`: is this machine all right?"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

Lod = Callable[..., CompletedProcess[str]]


def answers(result: CompletedProcess[str]) -> dict[str, Any]:
    return {answer["topic"]: answer for answer in json.loads(result.stdout)}


def test_published_project(lod: Lod, published: Path) -> None:
    result = lod("doctor", "--format", "json", cwd=published)
    found = answers(result)
    assert result.returncode == 0
    assert set(found) >= {"python", "duckdb", "pyoxigraph", "encoding", "project", "disk", "release", "store", "port"}
    assert {found[topic]["state"] for topic in ("python", "duckdb", "pyoxigraph", "project", "release", "store")} == {
        "ok"
    }
    assert "files as the manifest says" in found["release"]["text"]


def test_no_project(lod: Lod, tmp_path: Path) -> None:
    result = lod("doctor", cwd=tmp_path)
    assert result.returncode == 0
    assert "warn project     no lod.toml in . or above it" in result.stdout


def test_project_file_with_mistakes(lod: Lod, project: Path) -> None:
    (project / "lod.toml").write_text("[projcet]\n", encoding="utf-8")
    result = lod("doctor", cwd=project)
    assert result.returncode == 1
    assert "fail project" in result.stdout
    assert "lod check" in result.stdout


def test_not_published(lod: Lod, project: Path) -> None:
    found = answers(lod("doctor", "--format", "json", cwd=project))
    assert found["release"]["state"] == "warn"
    assert "lod build --publish" in found["release"]["text"]


def test_port_taken(lod: Lod, project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, (project / "lod.toml").open("a", encoding="utf-8") as file:
        port = taken.getsockname()[1]
        file.write(f"\n[serve]\nport = {port}\n")
        file.flush()
        found = answers(lod("doctor", "--format", "json", cwd=project))
    assert found["port"]["state"] == "warn"
    assert f"port {port} of 127.0.0.1 is taken" in found["port"]["text"]


def test_quiet_says_what_is_wrong_only(lod: Lod, tmp_path: Path) -> None:
    result = lod("doctor", "--quiet", cwd=tmp_path)
    assert "ok " not in result.stdout
    assert "warn project" in result.stdout
