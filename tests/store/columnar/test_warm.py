"""A process is made ready for questions to columns, and forked: its child answers."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

READY = """
import gc, os, sys
from pathlib import Path
import duckdb, pyoxigraph
from lod.store.columnar.answer import ColumnarAnswers, warm
from lod.store.columns import read_index
from lod.store.guard import inspect_query

files = len(os.listdir("/proc/self/fd"))
warm()
assert len(os.listdir("/proc/self/task")) == 1, "threads"
assert len(os.listdir("/proc/self/fd")) == files, "files"
left = [one for one in gc.get_objects() if isinstance(one, (duckdb.DuckDBPyConnection, pyoxigraph.Store))]
assert not left, left
child = os.fork()
if child == 0:
    release = Path(sys.argv[1])
    columns = ColumnarAnswers(release, read_index(release), pyoxigraph.Store(), whenever_possible=True)
    told = columns.rewrite(inspect_query(sys.argv[2]), "")
    os._exit(0 if told and '"2100"' in told else 1)
assert os.waitpid(child, 0)[1] == 0, "the child"
"""


def test_a_warmed_process_has_no_thread_and_its_child_answers(both: Any) -> None:
    query = both.prologue + "SELECT (COUNT(*) AS ?n) (MIN(?y) AS ?m) { ?o qb:dataSet ?d ; d:area ?a ; d:year ?y }"
    told = subprocess.run(
        [sys.executable, "-c", READY, str(both.folder), query], capture_output=True, text=True, timeout=120, check=False
    )
    assert told.returncode == 0, told.stderr
