"""The wheel: built from this checkout and installed by pip, it makes, builds and serves a project by itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest
from sites import running_site

PAGES = (
    *("/", "/catalog", "/sparql", "/search?q=%E6%80%A7", "/about", "/release", "/data/staff", "/data/staff/slice"),
    *("/data/staff/obs/2022/A/M", "/id/code/sex", "/id/code/sex/M"),
)


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `pip wheel` builds it, from what is committed and what `make web` has built."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    built = subprocess.run([*command, str(repository)], capture_output=True, encoding="utf-8", check=False)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the wheel's files come before the checkout's."""
    target = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    return {**os.environ, "PYTHONPATH": str(target)}


def test_it_holds_what_pages_take_from_npm_with_licences_and_digests(wheel: Path) -> None:
    vendor = "lod/server/static/vendor/"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        if vendor + "VENDOR.json" not in names:
            pytest.skip("not built: `make web` needs npm")
        told = json.loads(archive.read(vendor + "VENDOR.json"))
    assert {vendor + name for name in ("sparql-editor.js", "sparql-editor.css", "taiwan-counties.json")} <= names
    assert any("licence" in name.lower() or "license" in name.lower() for name in names if name.startswith(vendor))
    assert told
    assert not [name for name in names if name.startswith("tests/") or name.endswith(".map")]


def test_it_serves_every_kind_of_page(installed: dict[str, str], tmp_path: Path) -> None:
    def lod(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lod", *arguments]
        done = subprocess.run(command, cwd=cwd, env=installed, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        return done

    where = subprocess.run(
        [sys.executable, "-c", "import lod; print(lod.__file__)"],
        cwd=tmp_path, env=installed, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert where.stdout.startswith(installed["PYTHONPATH"])
    lod("init", "statistics", cwd=tmp_path)
    lod("build", "--publish", cwd=tmp_path / "statistics")
    with (
        running_site(tmp_path / "statistics", environment=installed) as started,
        httpx.Client(base_url=started.address, trust_env=False, follow_redirects=True, timeout=60) as site,
    ):
        site.headers["accept"] = "text/html"
        for path in PAGES:
            page = site.get(path)
            assert page.status_code == 200, path
            for link in re.findall(r'(?:href|src)="(/-/static/[^"]+)"', page.text):
                assert site.get(link).status_code == 200, link
