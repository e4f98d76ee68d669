"""`import lod` offers exactly what it promises, and costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import lod


def test_names_are_sorted_and_complete() -> None:
    assert lod.__all__ == sorted(lod.__all__)
    assert set(lod.__all__) == {*lod._HOMES, "__version__"}
    assert dir(lod) == lod.__all__
    assert len(lod.__all__) <= 12


@pytest.mark.parametrize("name", lod.__all__)
def test_every_name_is_there(name: str) -> None:
    value = getattr(lod, name)
    if name in lod._HOMES:
        assert value.__module__ == lod._HOMES[name]


def test_no_other_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'publish_everything'"):
        lod.publish_everything  # noqa: B018


def test_nothing_is_imported_until_it_is_used() -> None:
    script = "import sys, lod; print([m for m in sys.modules if m.startswith('lod.')])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
