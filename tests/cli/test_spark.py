"""`lod lift --engine spark` as a user meets it: without any configuration of Spark, and without what it needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Lod = Callable[..., CompletedProcess[str]]

GOLDEN = Path(__file__).resolve().parent.parent / "goldens" / "first_steps"
LIFT = ("lift", GOLDEN / "mapping.yarrrml.yml", "-o", "out.nq", "--engine", "spark")


def script(folder: Path, text: str) -> Path:
    """A folder `bin` in which `java` does something else."""
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    java.chmod(0o755)
    return java.parent


def test_lift_as_installed(lod: Lod, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'lod[spark]'")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java 17 or later, and there is none (Debian: openjdk-17-jre-headless)")
    tmp_path = tmp_path / "轉換"  # a name that Java reads in any locale, also one that is not installed
    tmp_path.mkdir()
    result = lod(*LIFT, cwd=tmp_path, env={"LC_ALL": "xx_XX.UTF-8"})
    assert (result.returncode, result.stdout) == (0, "")
    progress, told = result.stderr.splitlines()
    assert progress.startswith("lift ")
    assert told == "11 statements in out.nq"
    expected = (GOLDEN / "expected.nq").read_text(encoding="utf-8").splitlines()
    assert sorted((tmp_path / "out.nq").read_text(encoding="utf-8").splitlines()) == sorted(expected)
    assert [path.name for path in tmp_path.iterdir()] == ["out.nq"]


def test_without_java(lod: Lod, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'lod[spark]'")
    result = lod(*LIFT, cwd=tmp_path, env={"JAVA_HOME": str(tmp_path)})
    assert result.returncode == 1
    assert "LOD4051" in result.stderr
    assert "Spark needs Java: JAVA_HOME names none" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_java_says_what_is_wrong(lod: Lod, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'lod[spark]'")
    words = "Error: A JNI error has occurred: class file version 61.0"
    script(tmp_path, f"echo '{words}' >&2; exit 1")
    result = lod(*LIFT, cwd=tmp_path, env={"JAVA_HOME": str(tmp_path)})
    assert result.returncode == 1
    assert "LOD4051" in result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_without_pyspark(lod: Lod, tmp_path: Path) -> None:
    (tmp_path / "pyspark.py").write_text("raise ImportError(\"No module named 'pyspark'\")\n", encoding="utf-8")
    result = lod(*LIFT, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert result.returncode == 1
    assert "LOD4050" in result.stderr
    assert "pip install 'lod[spark]'" in result.stderr
