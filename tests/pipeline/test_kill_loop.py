"""kill -9 at random moments of a build: the pointer names the old release or the new one, whole; nothing is lost.

Ten times in `make test`; `pytest --kills 200 tests/pipeline/test_kill_loop.py -s` is the long run, a line a kill.
What is expected is kept outside of the folder: the manifest of everything that was ever published, byte by byte.
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lod.pipeline.run import build
from lod.project.load import load_project
from lod.release.history.listing import list_releases
from lod.release.publishing.publish import publish_candidate
from lod.release.release import current_name, open_current, open_release

SEED = 20261127


def _change(root: Path, number: int) -> None:
    """Something new to publish: a figure or a label."""
    if number % 2:
        table = root / "tables" / "staff.csv"
        table.write_text(re.sub(r"63000,F,\d+", f"63000,F,{10 + number}", table.read_text(encoding="utf-8")), "utf-8")
        return
    path = root / "ontologies" / "staff.ttl"
    text = path.read_text(encoding="utf-8")
    before = text[text.index('"female') : text.index('"@en', text.index('"female')) + 4]
    path.write_text(text.replace(before, f'"female {number}"@en'), encoding="utf-8")


def _started(root: Path) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", "lod", "build", "--publish", "--quiet"]
    return subprocess.Popen(command, cwd=root, stdout=quiet, stderr=quiet)


def _manifests(releases: Path) -> dict[str, bytes]:
    published = [item.name for item in list_releases(releases) if item.state in ("current", "published before")]
    return {name: (releases / name / "manifest.json").read_bytes() for name in published}


def test_killed_at_random_moments(root: Path, kills: int) -> None:
    chance = random.Random(SEED)
    releases = root / "releases"
    build(load_project(root / "lod.toml"), publish=True)
    _change(root, 0)
    begun = time.monotonic()
    assert _started(root).wait() == 0
    whole = time.monotonic() - begun
    known = _manifests(releases)
    outcomes = {"old": 0, "new": 0, "done": 0}
    for number in range(1, kills + 1):
        old = current_name(releases)
        _change(root, number)
        begun = time.monotonic()
        process = _started(root)
        moment = chance.uniform(0, 1.2 * whole)
        try:
            assert process.wait(timeout=moment) == 0
            outcome, whole = "done", time.monotonic() - begun
        except subprocess.TimeoutExpired:
            whole = max(whole, moment)  # a busy machine takes longer: all of a build is to be hit
            process.send_signal(signal.SIGKILL)
            process.wait()
            outcome = "old" if current_name(releases) == old else "new"
        outcomes[outcome] += 1
        current = open_current(releases, verify="full").manifest
        assert outcome == "old" or current.previous == old
        for name, manifest in known.items():
            assert (releases / name / "manifest.json").read_bytes() == manifest
        states = [item.state for item in list_releases(releases)]
        assert "damaged" not in states
        left = len(list((releases / "staging").iterdir())) if (releases / "staging").is_dir() else 0
        known |= _manifests(releases)
        sys.stdout.write(
            f"{number:>4} killed after {moment:.2f} s: {outcome}, {left} left in staging, {current.name}\n"
        )
    _change(root, kills + 1)
    result = build(load_project(root / "lod.toml"), publish=True)
    assert list((releases / "staging").iterdir()) == []
    for name, manifest in known.items():
        assert open_release(releases / name, verify="full").manifest.to_json().encode() == manifest
    assert current_name(releases) == result.release
    assert publish_candidate(releases, next(iter(known))).manifest.name == next(iter(known))
    sys.stdout.write(f"{outcomes}, one build {whole:.2f} s, {len(known)} releases published, all whole\n")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many times."""
    return int(request.config.getoption("--kills"))
