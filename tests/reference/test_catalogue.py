"""The catalogue of the reference project, held against the shapes of DCAT-AP 3.0.1, mandatory and recommended.

https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.pipeline.run import build
from lod.project.load import load_project
from lod.validation.files import validate_files


@pytest.fixture(scope="session")
def release(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the reference project."""
    folder = tmp_path_factory.mktemp("reference")
    for name in ("tables", "mappings", "ontologies", "shapes", "queries"):
        shutil.copytree(repository / name, folder / name)
    shutil.copy(repository / "lod.toml", folder)
    result = build(load_project(folder / "lod.toml"))
    return folder / "releases" / result.release


@pytest.mark.suite
@pytest.mark.parametrize("name", ["shapes.ttl", "shapes_recommended.ttl"])
def test_dcat_ap(release: Path, shared: Path, name: str) -> None:
    findings = Findings()
    shapes = shared / "suites" / "dcat-ap-3.0.1" / name
    report = validate_files([release / "catalog.ttl"], [shapes], findings)
    assert [item.message for item in findings if "selects nothing" not in item.message] == []
    assert report.results == ()
