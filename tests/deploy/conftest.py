"""A small release of the server's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_release import make_release


@pytest.fixture(scope="session")
def make() -> Callable[..., Path]:
    """Makes releases."""
    return make_release


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A releases folder with one published release."""
    folder = tmp_path_factory.mktemp("releases")
    make_release(folder)
    return folder
