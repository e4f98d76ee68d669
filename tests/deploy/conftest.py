"""A small release of the server's tests."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


def _server_tests(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("server_conftest", repository / "tests" / "server" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def make(repository: Path) -> Callable[..., Path]:
    """Makes releases."""
    made: Callable[..., Path] = _server_tests(repository).make_release
    return made


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path]) -> Path:
    """A releases folder with one published release."""
    folder = tmp_path_factory.mktemp("releases")
    make(folder)
    return folder
