"""kill -9 at every step of a switch: the pointer names the old release or the new one, and what was published stays.

The child counts what it asks of the file system below the releases folder (Python's audit events) and kills itself at
the n-th; n grows until the work is done before the kill.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lod.release.history.listing import list_releases
from lod.release.history.log import history, read_log
from lod.release.publishing.publish import publish_candidate, rollback
from lod.release.release import CURRENT, Release, current_name, open_current, open_release

CHILD = """
import os, signal, sys
from pathlib import Path
from lod.release.publishing.publish import publish_candidate, rollback
releases, step, limit = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
seen = 0

def count(event, arguments):
    global seen
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"):
        if any(str(releases) in os.fsdecode(a) for a in arguments if isinstance(a, (str, bytes, os.PathLike))):
            if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR) and Path(arguments[0]).is_file():
                return  # reading changes nothing
            seen += 1
            if seen == limit:
                os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
publish_candidate(releases) if step == "publish" else rollback(releases)
"""

Make = Callable[..., Release]


def _killed(releases: Path, step: str, limit: int) -> bool:
    done = subprocess.run([sys.executable, "-c", CHILD, releases, step, str(limit)], check=False)
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode != 0


@pytest.mark.parametrize("step", ["publish", "rollback"])
def test_kill_at_every_step(make: Make, quad: Callable[[object], str], releases: Path, step: str) -> None:
    first = publish_candidate(releases, make(quad(1)).manifest.name).manifest.name
    second = make(quad(2)).manifest.name
    if step == "rollback":
        publish_candidate(releases, second)
    old, new = (first, second) if step == "publish" else (second, first)
    limit, moved = 1, 0
    while _killed(releases, step, limit):
        assert current_name(releases) in (old, new)
        assert open_current(releases, verify="full").manifest.name in (old, new)
        for name in (first, second):
            assert open_release(releases / name, verify="full").manifest.name == name
        if current_name(releases) == new:
            moved += 1
            rollback(releases, old) if step == "publish" else publish_candidate(releases, old)
        if step == "publish":
            _make_candidate_again(releases, second)
        limit += 1
    assert limit > 4
    assert moved >= 1
    assert current_name(releases) == new
    assert history(read_log(releases))[-1] == new
    assert {release.state for release in list_releases(releases)} <= {"current", "published before"}
    make(quad(3))
    assert {first, second} <= {release.name for release in list_releases(releases)}


def _make_candidate_again(releases: Path, name: str) -> None:
    """As it was before the step: on the list of candidates, not in the log."""
    (releases / "candidates").write_text(f"{name}\n")


def test_the_disk_has_all_before_the_pointer_moves(
    make: Make, quad: Callable[[object], str], releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power goes: what a name leads to was synced before it got the name, and the folder that has the name next."""
    seen: list[int | Path] = []  # in order: an inode that was synced, a path that got what it names
    sync = os.fsync

    def noted(move: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def moved(path: Path, target: Path) -> Path:
            seen.append(target)
            return move(path, target)

        return moved

    def synced(descriptor: int) -> None:
        seen.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", noted(Path.replace))
    monkeypatch.setattr(Path, "rename", noted(Path.rename))
    folder = make(quad(1)).folder
    publish_candidate(releases)
    whole = {path.stat().st_ino for path in (folder, *folder.rglob("*"))}
    pointer = releases / CURRENT
    assert whole <= set(seen[: seen.index(folder)])
    assert pointer.stat().st_ino in seen[: seen.index(pointer)]
    for name in (folder, pointer):
        assert seen[seen.index(name) + 1] == releases.stat().st_ino
