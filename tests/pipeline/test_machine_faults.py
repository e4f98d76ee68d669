"""What may go wrong with the machine while a release is made: what is published stays, and the words are clear."""

from __future__ import annotations

import gc
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import pytest

from lod.pipeline.run import build
from lod.project.load import load_project
from lod.release import clock
from lod.release.history.listing import list_releases
from lod.release.publishing import space
from lod.release.publishing.collect import collect, is_open
from lod.release.publishing.publish import rollback
from lod.release.publishing.space import SpaceError
from lod.release.release import current_name, open_current, open_release
from lod.server.served import open_served

COMMAND = [sys.executable, "-m", "lod", "build", "--publish"]


def _change(root: Path, number: int) -> None:
    with (root / "ontologies" / "staff.ttl").open("a", encoding="utf-8") as file:
        file.write(f'<id/sex/F> skos:altLabel "F{number}"@en .\n')


@pytest.fixture
def published(root: Path) -> str:
    """A published release, and a change that asks for another."""
    name = build(load_project(root / "lod.toml"), publish=True).release
    _change(root, 0)
    return name


def _run(root: Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"LOD_LANG": "en"}
    return subprocess.run(
        COMMAND, cwd=root, preexec_fn=before, capture_output=True, text=True, env=environment, check=False
    )


def _untouched(root: Path, name: str) -> None:
    assert current_name(root / "releases") == name
    assert open_current(root / "releases", verify="full").manifest.name == name
    assert [item.state for item in list_releases(root / "releases")] == ["current"]
    assert list((root / "releases" / "staging").iterdir()) == []


@pytest.mark.parametrize("size", [0, 500, 5_000, 60_000])
def test_no_file_may_grow_beyond(root: Path, published: str, size: int) -> None:
    """As on a full disk or with a quota, at another place for each size: a finding, nothing half, nothing left."""
    done = _run(root, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    assert done.returncode == 1, done.stderr
    assert "error LOD" in done.stderr
    assert "Traceback" not in done.stderr
    assert "LOD0001" not in done.stderr
    _untouched(root, published)
    assert _run(root).returncode == 0


def test_a_full_disk_is_noticed_before(root: Path, published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "_LEAST", 1 << 62)
    with pytest.raises(SpaceError) as caught:
        build(load_project(root / "lod.toml"), publish=True)
    assert caught.value.code == "LOD8023"
    assert "MB free; a build here needs about" in caught.value.message
    _untouched(root, published)


def test_a_folder_that_cannot_be_written(root: Path, tmp_path: Path) -> None:
    """A file where the releases should be stands for all that the system refuses: root may write anywhere else."""
    (root / "releases").write_text("")
    done = _run(root)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "error LOD0005" in done.stderr


@pytest.mark.parametrize("moment", [0.3, 0.6, 0.9])
def test_interrupted(root: Path, published: str, moment: float) -> None:
    """Ctrl-C at a part of a build's time: 130, nothing left, the old release or the new one."""
    begun = time.monotonic()
    assert _run(root).returncode == 0
    whole = time.monotonic() - begun
    second = current_name(root / "releases")
    _change(root, 1)
    process = subprocess.Popen(COMMAND, cwd=root, stderr=subprocess.PIPE, text=True)
    try:
        process.wait(timeout=moment * whole)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode in (130, 0, -signal.SIGINT), said  # -SIGINT: before it could listen
    assert "LOD0001" not in said
    current = open_current(root / "releases", verify="full").manifest
    assert second in (current.name, current.previous)  # the signal may come when all is done
    staging = root / "releases" / "staging"
    assert not staging.is_dir() or list(staging.iterdir()) == []


def test_publishers_that_race(root: Path, published: str, request: pytest.FixtureRequest) -> None:
    """One wins; each other one is told who, or came when all was done. Twenty with `--publishers 20`."""
    publishers = request.config.getoption("--publishers")
    running = [subprocess.Popen(COMMAND, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(publishers)]
    ends = [(process.communicate()[1], process.returncode) for process in running]
    lost = [said for said, code in ends if code == 1]
    assert len(lost) < len(ends)
    assert all("LOD8005" in said and "process" in said for said in lost)
    assert all(code in (0, 1) for _, code in ends)
    states = [item.state for item in list_releases(root / "releases")]
    assert states == ["published before", "current"]


def test_the_clock_goes_backwards(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions count on, and nothing is modified before it was."""
    names = []
    for number, epoch in enumerate((1767225600, 1000000000, 1800000000)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch))
        _change(root, number)
        path = root / "ontologies" / "staff.ttl"
        path.write_text(path.read_text(encoding="utf-8").replace('"Staff', '"Staff+'), encoding="utf-8")
        names.append(build(load_project(root / "lod.toml"), publish=True).release)
    assert [name.partition("-")[0] for name in names] == ["1", "2", "3"]
    assert rollback(root / "releases").manifest.name == names[1]
    catalogue = (root / "releases" / names[1] / "catalog.ttl").read_text(encoding="utf-8")
    assert set(re.findall(r'dct:(?:issued|modified) "([^"]*)"', catalogue)) == {"2026-01-01T00:00:00Z"}


class _Backwards(datetime):
    """A clock that is set back an hour whenever somebody looks."""

    looked = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        cls.looked += 1
        return cls(2026, 1, 1, tzinfo=tz) - timedelta(hours=cls.looked)


def test_the_clock_steps_back_in_the_middle_of_a_build(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each release bears one time, the one before is the one before, and what came last is what is kept."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(clock, "datetime", _Backwards)
    releases, names = root / "releases", list[str]()
    for number in range(2):
        _change(root, number)
        looked = _Backwards.looked
        names.append(build(load_project(root / "lod.toml"), publish=True).release)
        assert _Backwards.looked > looked + 1  # it stepped back meanwhile
    listed = list_releases(releases)
    assert [(item.name, item.state) for item in listed] == [(names[0], "published before"), (names[1], "current")]
    assert [item.created for item in listed] == sorted((item.created for item in listed), reverse=True)
    for name, before in zip(names, [None, *names], strict=False):
        release = open_release(releases / name, verify="full")
        assert release.manifest.previous == before
        catalogue = (release.folder / "catalog.ttl").read_text(encoding="utf-8")
        times = set(re.findall(r'dct:(?:issued|modified) "([^"]*T[^"]*)"', catalogue))
        assert times <= {item.created for item in listed}
    assert rollback(releases).manifest.name == names[0]


def _on_disk(releases: Path) -> int:
    """Bytes of the files of all releases, each once, however many names it has."""
    files = [path.stat() for path in releases.glob("[0-9]*-*/**/*") if path.is_file()]
    return sum({found.st_ino: found.st_size for found in files}.values())


def test_what_is_freed_is_what_nothing_else_shares(root: Path) -> None:
    """Releases made from one another share files: a size is told twice, the space that is given back is not."""
    releases, table = root / "releases", root / "tables" / "staff.csv"
    for number in range(4):
        table.write_text(re.sub("63000,F,.*", f"63000,F,{number}", table.read_text(encoding="utf-8")), "utf-8")
        build(load_project(root / "lod.toml"), publish=True)
    listed = list_releases(releases)
    assert all(0 < item.own_bytes < item.bytes for item in listed)
    before = _on_disk(releases)
    gone, _ = collect(releases, 2)
    assert [item.name for item in gone] == [item.name for item in listed[:2]]
    assert sum(item.bytes for item in gone) == before - _on_disk(releases)
    assert gone[0].bytes == listed[0].own_bytes


def test_old_releases_are_collected(root: Path) -> None:
    """Never the published one, the one before it, a candidate, or one that is being served."""
    names = []
    for number in range(6):
        _change(root, number)
        names.append(build(load_project(root / "lod.toml"), publish=number < 5).release)
    releases = root / "releases"
    served = open_served(releases / names[1])
    assert is_open(releases / names[1])
    gone, spared = collect(releases, 2, dry_run=True)
    assert [item.name for item in gone] == [names[0], names[2]]
    assert all(item.bytes > 0 for item in gone)
    gone, spared = collect(releases, 2)
    assert ([item.name for item in gone], spared) == ([names[0], names[2]], [names[1]])
    assert [item.name for item in list_releases(releases)] == [names[1], *names[3:]]
    del served
    gc.collect()  # it is part of a cycle
    assert not is_open(releases / names[1])
    assert [item.name for item in collect(releases, 1)[0]] == [names[1]]
    assert rollback(releases).manifest.name == names[3]
    for name in names[3:]:
        assert open_release(releases / name, verify="full").manifest.name == name
