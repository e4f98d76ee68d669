"""Fixtures that every test may use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import settings
from once import made_once

REPOSITORY = Path(__file__).resolve().parent.parent
# No code is generated and little compiled: half of the time that small tables take
SPARK = """spark.master local[1]
spark.driver.memory 600m
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.shuffle.partitions 1
spark.sql.adaptive.enabled false
"""

# The same examples every time, on every machine: a run that fails can be repeated, and no run meets by chance what a
# change has nothing to do with. To look for new ones: pytest --hypothesis-profile=default
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, print_blob=True)
settings.load_profile("repeatable")
PATIENCE = 60.0  # seconds: httpx gives up after five, which a machine with much else to do may need


def pytest_configure() -> None:
    """Clients of the tests wait, a test of waiting names its own time; and no result hangs on who runs the tests."""
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    os.environ["LOD_LANG"] = "en"
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    for phase in ("connect", "read", "write", "pool"):
        setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, phase, PATIENCE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--shared DIR`: the folder with conformance suites and tables of others; the rest is for `make kill-loop`."""
    parser.addoption("--shared", default=os.environ.get("LOD_SHARED", str(REPOSITORY.parent / "shared")))
    parser.addoption("--kills", type=int, default=10, help="how many builds the kill loop kills")
    parser.addoption("--kill-every", type=int, default=29, help="of so many steps of a build, it is killed at one")
    parser.addoption("--publishers", type=int, default=6, help="how many builds race")


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


def _lod(folder: Path, *arguments: str) -> None:
    """Run the program as people do."""
    command = [sys.executable, "-m", "lod", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def reference_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reference project, built and published as its README says; tests only read it."""

    def make(folder: Path) -> None:
        for name in ("tables", "mappings", "ontologies", "shapes", "queries"):
            shutil.copytree(REPOSITORY / name, folder / name)
        shutil.copy(REPOSITORY / "lod.toml", folder)
        _lod(folder, "build", "--publish")

    return made_once(tmp_path_factory, "reference", make)


@pytest.fixture(scope="session")
def first_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of `lod init`, built and published; tests read it, or change a copy."""

    def make(folder: Path) -> None:
        _lod(folder, "init", "statistics")
        _lod(folder / "statistics", "build", "--publish")

    return made_once(tmp_path_factory, "first", make) / "statistics"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Spark on this machine: one session for all tests, configured for small tables as Spark is configured anywhere.

    Tests that need it are skipped, visibly, where there is no Java. The first way to run a lift on Spark that a user
    has, without any configuration, is tested by tests/cli/test_spark.py.
    """
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'lod[spark]'")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java 17 or later, and there is none (Debian: openjdk-17-jre-headless)")
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(SPARK, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        from lod.lift.engines.spark.session import spark_session

        session = spark_session("512MB", 1)
        yield
        session.stop()


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    if request.param == "spark":
        request.getfixturevalue("spark")
    return str(request.param)
