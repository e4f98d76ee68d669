"""Disks that are full, read-only or bad: nothing half is kept, readers go on reading, and damage is found."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lod.errors import LodError
from lod.pipeline.run import build
from lod.project.load import load_project
from lod.release.history.listing import list_releases
from lod.release.publishing import space
from lod.release.release import ReleaseError, current_name, open_current, open_release

Mount = Callable[..., None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Mount something at a folder until the test is over."""
    mounted: list[Path] = []

    def do(folder: Path, *arguments: str) -> None:
        folder.mkdir(exist_ok=True)
        done = subprocess.run(["mount", *arguments, folder], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"only who may mount can fill a disk: {done.stderr.strip()}")
        if folder not in mounted:
            mounted.append(folder)

    yield do
    for folder in reversed(mounted):
        subprocess.run(["umount", "--lazy", folder], check=True)


def _published(root: Path) -> str:
    return build(load_project(root / "lod.toml"), publish=True).release


def _edit_a_cell(root: Path) -> None:
    path = root / "tables" / "staff.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("63000,F,10", "63000,F,11"), encoding="utf-8")


@pytest.mark.parametrize("size", ["4k", "12k", "24k"])
def test_the_disk_of_the_work_is_full(root: Path, mount: Mount, size: str) -> None:
    """The work area on a disk of its own, which is full at another place for each size."""
    first = _published(root)
    shutil.rmtree(root / ".lod")
    _edit_a_cell(root)
    mount(root / ".lod", "-t", "tmpfs", "-o", f"size={size}", "tmpfs")
    with pytest.raises((LodError, OSError)) as caught:
        build(load_project(root / "lod.toml"), publish=True)
    assert not isinstance(caught.value, OSError) or caught.value.errno == errno.ENOSPC
    _stays(root, first)


@pytest.mark.parametrize("size", ["16k", "64k", "256k"])
def test_the_disk_of_the_releases_is_full(root: Path, mount: Mount, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that others fill after it was looked at."""
    monkeypatch.setattr(space, "_LEAST", 0)
    mount(root / "releases", "-t", "tmpfs", "-o", f"size={size}", "tmpfs")
    with pytest.raises((LodError, OSError)) as caught:
        _published(root)
    assert not isinstance(caught.value, OSError) or caught.value.errno == errno.ENOSPC
    assert list_releases(root / "releases") == []
    assert list((root / "releases" / "staging").iterdir()) == []


def test_releases_that_cannot_be_written(root: Path, mount: Mount) -> None:
    """They are read as ever; a build is refused before it begins."""
    first, releases = _published(root), root / "releases"
    _edit_a_cell(root)
    mount(releases, "--bind", str(releases))
    mount(releases, "-o", "remount,ro,bind")
    for code, arguments in ((1, ["build"]), (0, ["verify", "--full"]), (0, ["releases"])):
        command = [sys.executable, "-m", "lod", *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        assert ("error LOD0005" in done.stderr) == bool(code), done.stderr
    _stays(root, first)


def _stays(root: Path, name: str) -> None:
    assert current_name(root / "releases") == name
    assert open_current(root / "releases", verify="full").manifest.name == name
    assert [item.state for item in list_releases(root / "releases")] == ["current"]
    assert list((root / "releases" / "staging").iterdir()) == []


def test_damage_of_a_release_made_from_the_one_before(root: Path) -> None:
    """A flipped bit, a lost byte, a missing file: found in each kind of file and all of the store; where releases share
    a file, in both. A build then makes everything from the tables."""
    first = _published(root)
    _edit_a_cell(root)
    result = build(load_project(root / "lod.toml"), publish=True)
    assert result.made_from == first
    old, new = (root / "releases" / name for name in (first, result.release))
    files = sorted(path for path in new.rglob("*") if path.is_file())
    kinds = {(path.suffix, path.name if not path.suffix else "", path.stat().st_nlink > 1): path for path in files}
    shared = [path for path in files if path.stat().st_nlink > 1]
    shared.sort(key=lambda path: path.parent.name != "store")  # which tables RocksDB left as they were is its affair
    assert shared
    for path in {*kinds.values(), *new.joinpath("store").iterdir()}:
        content, elsewhere = path.read_bytes(), path.stat().st_nlink > 1
        middle = len(content) // 2
        damages = [content + b"x"]
        if content:
            damages += [content[:-1], content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]]
        for damage in damages:
            path.write_bytes(damage)  # in place: whoever shares the file has the damage too
            for folder in [new, old] if elsewhere else [new]:
                with pytest.raises(ReleaseError):
                    open_release(folder, verify="full")
            path.write_bytes(content)
        path.rename(root / "away")
        with pytest.raises(ReleaseError):
            open_release(new, verify="size")
        (root / "away").rename(path)
    for folder in (old, new):
        open_release(folder, verify="full")
    shared[0].write_bytes(b"")
    path = root / "tables" / "staff.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("63000,F,11", "63000,F,12"), encoding="utf-8")
    again = build(load_project(root / "lod.toml"), publish=True)
    assert again.made_from is None
    assert open_current(root / "releases", verify="full").manifest.name == again.release
