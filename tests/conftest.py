"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--shared DIR`: the folder with conformance suites and tables written by others; `--kills N`: of builds."""
    parser.addoption("--shared", default=os.environ.get("LOD_SHARED", str(REPOSITORY.parent / "shared")))
    parser.addoption("--kills", type=int, default=10, help="how many builds the kill loop kills")


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    """The folder of material written by others; the test is skipped, visibly, when it is absent."""
    folder = Path(request.config.getoption("--shared")).resolve()
    if not (folder / "suites").is_dir():
        pytest.skip(f"no conformance suites or tables in {folder} (--shared DIR or LOD_SHARED)")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository: the reference project."""
    return REPOSITORY
