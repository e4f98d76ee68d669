"""A build that is killed, at a stage or in between: what is published stays, the next build cleans up and says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lod.errors import LockedError
from lod.pipeline.run import build
from lod.project.load import load_project
from lod.release.history.listing import list_releases
from lod.release.release import current_name, open_current

CHILD = """
import os, signal, sys
from pathlib import Path
from lod.events import StageStarted
from lod.pipeline.run import build
from lod.project.load import load_project

def stop(event):
    if isinstance(event, StageStarted) and event.stage == sys.argv[2]:
        if sys.argv[3] == "wait":
            print("there", flush=True)
            sys.stdin.read()
        os.kill(os.getpid(), signal.SIGKILL)

build(load_project(Path(sys.argv[1]) / "lod.toml"), publish=True, report=stop)
"""
IN_BETWEEN = """
import os, signal, sys
from pathlib import Path
from lod.pipeline.run import build
from lod.project.load import load_project
root = Path(sys.argv[1])
releases, limit, seen = str(root / "releases"), 0, 0

def count(event, arguments):
    global seen
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate") and any(
        releases in os.fsdecode(a) for a in arguments if isinstance(a, (str, bytes, os.PathLike))
    ):
        seen += 1
        if seen == limit:
            names = [os.fsdecode(a) for a in arguments if isinstance(a, (str, bytes, os.PathLike))]
            print(limit, event, *names, file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

for line in sys.stdin:  # one build a line, in a process of its own that need not import everything again
    limit = int(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    sys.addaudithook(count)
    build(load_project(root / "lod.toml"), publish=True)
    os._exit(0)
"""


@pytest.fixture
def published(root: Path) -> str:
    """A project with a published release and a change that asks for another."""
    name = build(load_project(root / "lod.toml"), publish=True).release
    path = root / "ontologies" / "staff.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("female", "women"), encoding="utf-8")
    return name


def _whole(root: Path, *names: str) -> None:
    assert current_name(root / "releases") in names
    assert open_current(root / "releases", verify="full").manifest.name in names


@pytest.mark.parametrize("stage", ["read", "lift", "load", "validate", "publish"])
def test_killed_at_a_stage(root: Path, published: str, stage: str) -> None:
    done = subprocess.run([sys.executable, "-c", CHILD, root, stage, "kill"], check=False)
    assert done.returncode == -signal.SIGKILL
    _whole(root, published)
    assert len(list((root / "releases" / "staging").iterdir())) == 1
    result = build(load_project(root / "lod.toml"), publish=True)
    assert "LOD8008" in [item.code for item in result.findings]
    assert list((root / "releases" / "staging").iterdir()) == []
    assert (result.published, result.release[:2]) == (True, "2-")
    assert [release.state for release in list_releases(root / "releases")] == ["published before", "current"]


def test_killed_anywhere(root: Path, published: str, request: pytest.FixtureRequest) -> None:
    """At every 29th thing that it asks of the file system below the releases folder, until it gets through; at each
    one with `--kill-every 1`."""
    every = request.config.getoption("--kill-every")
    limit, kills = min(3, every), 0
    with subprocess.Popen(
        [sys.executable, "-c", IN_BETWEEN, root], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as builds:
        assert builds.stdin is not None
        assert builds.stdout is not None
        while True:
            builds.stdin.write(f"{limit}\n")
            ended = int(builds.stdout.readline())
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            names = {release.name for release in list_releases(root / "releases")}
            assert published in names
            _whole(root, *names)
            kills, limit = kills + 1, limit + every
        builds.stdin.close()
    assert kills > 5
    result = build(load_project(root / "lod.toml"), publish=True)
    assert result.published
    _whole(root, result.release)
    states = [release.state for release in list_releases(root / "releases")]
    assert states[0] == "published before"
    assert states[-1] == "current"
    assert "damaged" not in states


def test_a_second_build_at_the_same_time(root: Path, published: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, root, "load", "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    try:
        with pytest.raises(LockedError) as caught:
            build(load_project(root / "lod.toml"), publish=True)
        assert caught.value.code == "LOD8005"
        assert f"lod build, process {process.pid} on " in caught.value.message
        _whole(root, published)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert build(load_project(root / "lod.toml"), publish=True).published
