"""A site whose first cube is also held as columns, as `lod build` makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from small_release import write_columns

SLICES = """
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@base <https://lod.example.org/> .
<data/civil-servants-by-county> qb:slice <data/civil-servants-by-county/slice/sex/F> .
<data/civil-servants-by-county/slice/sex/F> a qb:Slice ; rdfs:label "Women"@en ; <def/dimension/sex> <id/code/sex/F> .
"""


@pytest.fixture(scope="session")
def columnar(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path]) -> Path:
    """A releases folder; the release's observations are columns too, and its dataset declares a slice."""
    releases = tmp_path_factory.mktemp("api")
    folder = make(releases, turtle=SLICES)
    write_columns(folder)
    return releases


@pytest.fixture(scope="session")
def api_url(columnar: Path, serve: Callable[[Path], str]) -> str:
    """Where its site listens."""
    return serve(columnar)


@pytest.fixture(scope="session")
def api(api_url: str) -> Iterator[httpx.Client]:
    """A client of that site."""
    with httpx.Client(base_url=api_url, trust_env=False, timeout=60) as client:
        yield client
