"""The reference project's tables and its lifted graph."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from once import made_once
from pyoxigraph import RdfFormat, Store

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.release.release import open_current

BASE = "https://lod.example.org/"

Rows = list[dict[str, str]]
ReadTable = Callable[[str], Rows]


@pytest.fixture(scope="session")
def table(repository: Path) -> ReadTable:
    """Read one of the project's code lists, `table("codes/sex")`, or the figures that its workbook prints."""

    def read(name: str) -> Rows:
        folder = repository / "tables" if "/" in name else Path(__file__).parent / "figures"
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture(scope="session")
def lifted(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the mappings make of the tables: one N-Quads file."""

    def make(folder: Path) -> None:
        findings = Findings()
        mappings = sorted((repository / "mappings").glob("*.yml"))
        tables = repository / "tables"
        lift_files(mappings, folder / "all.nq", tables=tables, base_iri=BASE, threads=1, findings=findings)
        codes = {item.code for item in findings}
        assert codes <= {"LOD4040"}, "code lists may have columns that nobody has filled yet"

    return made_once(tmp_path_factory, "reference lifted", make) / "all.nq"


@pytest.fixture(scope="session")
def store(repository: Path, lifted: Path) -> Store:
    """The lifted graph with the project's vocabularies. Tests copy it before they change anything."""
    graph = Store()
    graph.load(path=lifted, format=RdfFormat.N_QUADS)
    for path in sorted((repository / "ontologies").glob("*.ttl")):
        graph.load(path=path, format=RdfFormat.TURTLE)
    return graph


@pytest.fixture(scope="session")
def copied() -> Callable[[Store], Store]:
    """Copy a store: `copied(store)`."""

    def copy(store: Store) -> Store:
        other = Store()
        other.extend(store)
        return other

    return copy


@pytest.fixture(scope="session")
def release(reference_project: Path) -> Path:
    """A release of the reference project."""
    return open_current(reference_project / "releases").folder
