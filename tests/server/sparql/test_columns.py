"""Totals over cubes come from the release's columns, in the worker, and the answer says so."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from lod.rdf.formats import RESULTS_CSV
from lod.release.bulk.cubes import write_cubes
from lod.server.sparql.pool import QueryPool
from lod.server.sparql.question import QueryLimits, Question
from lod.store.guard import inspect_query

QB = "http://purl.org/linked-data/cube#"
TOTALS = "SELECT ?y (SUM(?n) AS ?total) { ?o <urn:year> ?y ; <urn:n> ?n } GROUP BY ?y ORDER BY ?y"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6,000 observations of two years: fewer the store has sooner. Tests read it, or change a copy."""
    root = tmp_path_factory.mktemp("columns")
    lines = "".join(
        f"<urn:o:{n}> <{QB}dataSet> <urn:data> .\n"
        f'<urn:o:{n}> <urn:{what}> "{value}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        for n in range(6_000)
        for what, value in (("year", 2011 + n % 2), ("n", n))
    )
    part = root / "part.nq"
    part.write_text(lines, encoding="utf-8")
    folder = root / "release"
    folder.mkdir()
    store = pyoxigraph.Store(str(folder / "store"))
    store.bulk_load(lines.encode(), format=pyoxigraph.RdfFormat.N_QUADS)
    store.flush()
    write_cubes([part], folder)
    return folder


def ask(folder: Path, *queries: str) -> list[tuple[str, bytes]]:
    """What a pool of one worker answers, and from where."""

    async def asked() -> list[tuple[str, bytes]]:
        found = []
        async with QueryPool(QueryLimits(workers=1)) as pool:
            for query in queries:
                answer = await pool.run(Question(folder / "store", inspect_query(query), RESULTS_CSV))
                found.append((answer.way, b"".join([block async for block in answer.blocks])))
                answer.close()
        return found

    return asyncio.run(asked())


def test_totals_come_from_columns(release: Path) -> None:
    totals, row, unstable = ask(
        release, TOTALS, "SELECT ?n { <urn:o:7> <urn:n> ?n }", TOTALS.replace("?n)", "?n+NOW())")
    )
    assert totals == ("columns", b"y,total\r\n2011,8997000\r\n2012,9000000\r\n")
    assert row == ("store", b"n\r\n7\r\n")
    assert unstable[0] == "store"


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has loaded is read from /proc")
def test_workers_have_imported_what_columns_need(release: Path, tmp_path: Path) -> None:
    """Before the first question comes, where a release has columns; nobody else pays for it."""

    async def loaded(release: Path) -> set[bool]:
        pool = QueryPool(QueryLimits(workers=1))
        pool.prepare(release / "store")
        async with pool:
            return {has_columns(pid) for pid in pool.process_ids}

    assert asyncio.run(loaded(release)) == {True}
    assert asyncio.run(loaded(tmp_path)) == {False}


def has_columns(process_id: int) -> bool:
    return "duckdb" in Path(f"/proc/{process_id}/maps").read_text(encoding="utf-8")


@pytest.mark.parametrize("damaged", ["index.json", "data.parquet"])
def test_damaged_columns_leave_it_to_the_store(release: Path, tmp_path: Path, damaged: str) -> None:
    copy = Path(shutil.copytree(release, tmp_path / "release"))
    (copy / "cubes" / damaged).write_text("nothing")
    assert ask(copy, TOTALS) == [("store", b"y,total\r\n2011,8997000\r\n2012,9000000\r\n")]


def test_the_answer_says_from_where(endpoint: Any) -> None:
    answer = endpoint.ask("ASK { ?s ?p ?o }")
    assert answer.headers["answered-from"] == "store"
    assert "Answered-From" in ",".join(answer.headers.get_list("access-control-expose-headers"))
