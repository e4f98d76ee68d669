"""A Spark session for this process: the cluster that Spark's own configuration names, else this machine.

https://spark.apache.org/docs/latest/configuration.html
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from lod.errors import LodError
from lod.wording import Wording, say

_LEAST = 512  # MB; Spark does not start with less
_SIZE = re.compile(r"([0-9.]+)\s*([KMGT]?)I?B?", re.IGNORECASE)
_MEGABYTES = {"": 1e-6, "K": 1e-3, "M": 1.0, "G": 1e3, "T": 1e6}
_SESSION = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.session.timeZone": "UTC",
}


def spark_session(memory_limit: str, threads: int) -> SparkSession:
    """The session of this process, made the first time. The limits are of this machine; a cluster has its own.

    Raises:
        LodError: LOD4051, Spark does not start: there is no Java, or one that is too old.
    """
    if running := SparkContext._active_spark_context:
        return _configured(running)  # another thread's too: a process has one
    if not (_java().is_file() if "JAVA_HOME" in os.environ else shutil.which("java")):
        where = say("JAVA_HOME names none") if "JAVA_HOME" in os.environ else say("there is none on PATH")
        raise _failed(say("Spark needs Java: {where}", where=where))
    conf = _configuration(memory_limit, threads)
    with tempfile.TemporaryFile() as told:  # what Java writes to the terminal else
        try:
            with _names_in_utf8():
                gateway = launch_gateway(conf, {"stdout": told, "stderr": told})  # type: ignore[no-untyped-call]
            context = SparkContext(conf=conf, gateway=gateway)
        except (PySparkException, RuntimeError, OSError) as error:
            raise _failed(say("Spark does not start: {reason}", reason=_last_words(told) or str(error))) from error
    return _configured(context)


@contextmanager
def _names_in_utf8() -> Iterator[None]:
    """Java reads names of files by its locale; where that is not installed it takes C, and 表格 is no name to it."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"  # which every Linux has; elsewhere Java does not ask
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before


def _configured(context: SparkContext) -> SparkSession:
    session = SparkSession(context)
    for name, value in _SESSION.items():
        session.conf.set(name, value)
    return session


def _configuration(memory_limit: str, threads: int) -> SparkConf:
    conf = SparkConf()
    conf.setIfMissing("spark.app.name", "lod lift")
    conf.setIfMissing("spark.ui.enabled", "false")
    conf.setIfMissing("spark.log.level", "ERROR")
    if "spark.master" not in dict(conf.getAll()) and "PYSPARK_SUBMIT_ARGS" not in os.environ and not _has_defaults():
        conf.set("spark.master", f"local[{threads}]")
        conf.set("spark.driver.memory", f"{_megabytes(memory_limit)}m")
        conf.set("spark.driver.host", "127.0.0.1")
        conf.set("spark.driver.bindAddress", "127.0.0.1")
        conf.set("spark.sql.shuffle.partitions", str(4 * threads))
    return conf


def _has_defaults() -> bool:
    """Whether somebody has configured Spark: `spark-defaults.conf` where Spark looks for it."""
    home = os.environ.get("SPARK_HOME")
    folder = os.environ.get("SPARK_CONF_DIR") or (f"{home}/conf" if home else "")
    return bool(folder) and (Path(folder) / "spark-defaults.conf").is_file()


def _java() -> Path:
    return Path(os.environ["JAVA_HOME"]) / "bin" / ("java.exe" if os.name == "nt" else "java")


def _megabytes(size: str) -> int:
    """A size as DuckDB writes it."""
    found = _SIZE.fullmatch(size.strip())
    return max(_LEAST, int(float(found[1]) * _MEGABYTES[found[2].upper()])) if found else _LEAST


def _last_words(told: IO[bytes]) -> str:
    """The line of Java's that says what is wrong."""
    told.seek(0)
    lines = told.read().decode(errors="replace").splitlines()
    said = [line for line in lines if re.search("Error|Exception|cannot|not ", line)]
    return (said or lines or [""])[0].strip()


def _failed(message: Wording) -> LodError:
    hint = say("Spark 4 needs Java 17 or later; on Debian: apt-get install openjdk-17-jre-headless")
    return LodError(message, hint=hint, code="LOD4051")
