"""Spark as the engine of a plan. Tables are the Parquet files that DuckDB has made of the sources."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Any, cast

import zstandard
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from lod.lift.engines.session import LiftError
from lod.lift.engines.spark.dialect import spark_sql
from lod.lift.engines.spark.session import spark_session
from lod.wording import say

_NUMBER = "file_row_number"
_names = count()  # views of one session have names of their own, whoever made them


@dataclass(slots=True)
class Spark:
    """A session as `lod.lift.engines.database.Database`; `scratch` is a folder that its workers share."""

    session: SparkSession
    scratch: Path
    _views: dict[tuple[Path, bool, int], str] = field(default_factory=dict)
    _kept: dict[str, str] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of an answer; it is small."""
        return [tuple(row) for row in self._frame(query).collect()]

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row of an answer."""
        (row,) = self.rows(query)
        return row

    def keep(self, name: str, query: str) -> int:
        """Keep the rows of a query as a view of files in the scratch folder; returns how many they are."""
        file = self.scratch / f"{name}.kept"
        rows = self.save(query, file)
        self._kept[name] = self._view(file, is_numbered=False)
        return rows

    def save(self, query: str, file: Path) -> int:
        """Write the rows of a query to a folder of Parquet files; returns how many they are."""
        self._frame(query).write.mode("overwrite").parquet(_written(file))
        return self.session.read.parquet(_read(file)).count()

    def write(self, selects: Sequence[str], target: Path) -> None:
        """Write what the selects have as `line` to a text file, in no order; packed if it ends in .zst or .gz."""
        parts = self.scratch / "lines"
        if selects:
            self._frame(" UNION ALL ".join(selects)).write.mode("overwrite").text(_written(parts))
        with _packing(target) as file:
            for part in sorted(parts.glob("part-*")):
                with part.open("rb") as lines:
                    shutil.copyfileobj(lines, file, 1 << 20)
                part.unlink()

    def close(self) -> None:
        """Forget the views of this plan."""
        for view in self._views.values():
            self.session.catalog.dropTempView(view)

    def _frame(self, query: str) -> DataFrame:
        return self.session.sql(spark_sql(query, self._view, self._kept))

    def _view(self, file: Path, is_numbered: bool) -> str:
        """The view that reads a Parquet file as it is now; `is_numbered`: with the place of each row in it."""
        key = (file, is_numbered, file.stat().st_mtime_ns)
        if key not in self._views:
            frame = self.session.read.parquet(_read(file))
            chosen = ["*", f"_metadata.row_index AS {_NUMBER}"] if is_numbered else ["*"]
            self._views[key] = self._name()
            frame.selectExpr(*chosen).createOrReplaceTempView(self._views[key])
        return self._views[key]

    def _name(self) -> str:
        return f"lod_{next(_names)}"


def _packing(target: Path) -> IO[bytes]:
    """A file to write to, packed as its name says."""
    if target.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(target, "wb"))
    return cast("IO[bytes]", zstandard.open(target, "wb")) if target.suffix == ".zst" else target.open("wb")


def _written(path: Path) -> str:
    """A local path, whatever file system the cluster takes by default. Not a URI: nothing is percent-encoded."""
    return f"file://{path.resolve().as_posix()}"


def _read(path: Path) -> str:
    """The same where Spark looks for patterns in names."""
    return re.sub(r"([\\{}\[\]*?])", r"\\\1", _written(path))


@contextmanager
def open_spark(memory_limit: str, threads: int, scratch: Path) -> Iterator[Spark]:
    """Spark for one plan.

    Raises:
        LodError: LOD4051, Spark does not start.
        LiftError: LOD4052, it gives up in the body.
    """
    opened = Spark(spark_session(memory_limit, threads), scratch)
    try:
        yield opened
    except (PySparkException, Py4JError) as error:
        reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        hint = say("a larger memory_limit, or what the log of the cluster says, may help")
        raise LiftError(say("Spark gave up: {reason}", reason=reason), hint=hint, code="LOD4052") from error
    finally:
        opened.close()
