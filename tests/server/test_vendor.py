"""What is built from npm: complete, as listed, with its licences, and within its size."""

from __future__ import annotations

import gzip
import hashlib
import json
from importlib.resources import files
from pathlib import Path

import pytest

VENDOR = Path(str(files("lod.server"))) / "static" / "vendor"
built = pytest.mark.skipif(not (VENDOR / "VENDOR.json").is_file(), reason="not built: `make web` needs npm")


@built
def test_every_file_is_the_one_that_was_listed() -> None:
    listed = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))["files"]
    found = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in VENDOR.iterdir() if f.name != "VENDOR.json"}
    assert found == listed


@built
def test_every_package_inside_brings_its_licence() -> None:
    packages = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))["packages"]
    licences = (VENDOR / "LICENCES.txt").read_text(encoding="utf-8")
    assert packages
    for package in packages:
        assert f"{package['name']} {package['version']} ({package['licence']})" in licences


@built
def test_the_editor_is_small_enough_for_a_slow_line() -> None:
    parts = [VENDOR / "sparql-editor.js", VENDOR / "sparql-editor.css"]
    assert sum(len(gzip.compress(part.read_bytes())) for part in parts) < 260_000


@built
def test_all_counties_have_an_outline() -> None:
    counties = json.loads((VENDOR / "taiwan-counties.json").read_text(encoding="utf-8"))["counties"]
    assert len(counties) == 22
    assert all(county["path"].startswith("M") for county in counties)


def test_the_lock_file_names_no_registry(repository: Path) -> None:
    lock = json.loads((repository / "web" / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"]
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
