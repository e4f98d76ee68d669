"""Which engine carries out a plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lod.errors import LodError
from lod.lift.engines.session import Session, open_session
from lod.wording import say


@contextmanager
def open_engine(engine: str, memory_limit: str, threads: int, spill: Path) -> Iterator[Session]:
    """A session of the engine, 'duckdb' or 'spark'. DuckDB reads the tables for both.

    Raises:
        LodError: LOD4050, LOD4051: there is no Spark, or it does not start.
        LiftError: LOD4008, LOD4052: the engine gave up in the body.
    """
    with open_session(memory_limit, threads, spill) as session:
        if engine == "duckdb":
            yield session
            return
        try:
            from lod.lift.engines.spark.database import open_spark  # an optional extra, and slow to import
        except ImportError as error:
            raise LodError(
                say("the Spark engine is not installed: {reason}", reason=str(error)),
                hint=say("pip install 'lod[spark]'"),
                code="LOD4050",
            ) from error
        with open_spark(memory_limit, threads, spill) as spark:
            session.use(spark)
            yield session
