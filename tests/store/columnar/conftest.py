"""A store and its columns: two cubes whose values have every kind, and code lists beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
import pytest

from lod.release.bulk.cubes import write_cubes
from lod.store.columnar.answer import ColumnarAnswers
from lod.store.columns import CubeIndex
from lod.store.guard import inspect_query

PROLOGUE = """PREFIX qb: <http://purl.org/linked-data/cube#> PREFIX d: <https://a.example/def/>
PREFIX c: <https://a.example/code/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX data: <https://a.example/data/>
"""
AREAS, PER_AREA = 12, 150

Solutions = Counter[tuple[str | None, ...]]


def observations() -> Iterator[str]:
    """1,800 observations of staff in 12 areas, 300 of budgets in the same, and what is known of the areas."""
    for number in range(AREAS * PER_AREA):
        area, sex, year, ten = number % AREAS, "MFT"[number % 3], 2000 + number % 7, number % 5
        yield f"<https://a.example/obs/{number}> a qb:Observation ; qb:dataSet data:staff ;"
        yield f' d:area c:area{area} ; d:sex c:{sex} ; d:year {year} ; d:period "{year}"^^xsd:gYear ;'
        yield f' d:band "{ten}0-{ten}9" ;'
        if number % 11:
            yield f' d:count "{number * 7919 % 1009 - 20}"^^xsd:integer ;'
            yield f' d:small "0{number % 9}"^^xsd:nonNegativeInteger ;'
        if number % 4 == 0:
            yield f' d:note "註 \\"{number % 6}\\""@zh-Hant-TW ; d:share {number % 13}.5e0 ;'
        yield f' d:mean "{number % 60}.{number % 10}0"^^xsd:decimal ; d:final {"true" if number % 2 else "false"} .'
    for number in range(300):
        yield f"<https://a.example/bud/{number}> a d:Budget ; qb:dataSet data:budget ; d:area c:area{number % 5} ;"
        yield f" d:year {2000 + number % 7} ; d:amount {number * 1000} ; d:tag 'a' ; d:tag 'b' ;"
        yield f" d:total {number % 50}.5 ."
    for code in range(AREAS):
        yield f'c:area{code} skos:notation "{code:03}" ; skos:broader c:region{code % 3} ;'
        yield f' d:size "0{code}"^^xsd:integer .'
        for language in ("en", "zh-Hant", "ja")[: code % 4]:
            yield f'c:area{code} skos:prefLabel "Area {code % 5}"@{language} .'
    yield "c:region0 skos:broader c:land . c:region1 skos:broader c:land . c:region2 d:of [] . c:M d:year 2001 ."


@dataclass
class Both:
    """The two ways of answering."""

    store: pyoxigraph.Store
    columns: ColumnarAnswers
    index: CubeIndex
    folder: Path
    prologue: str = PROLOGUE

    def answer(self, query: str) -> tuple[Solutions, Solutions | None, str]:
        """The solutions of the store, those over columns or None, and why not."""
        rewritten = self.rewritten(query)
        over = None if rewritten is None else solutions(self.store, rewritten)
        return solutions(self.store, PROLOGUE + query), over, self.columns.why

    def rewritten(self, query: str) -> str | None:
        """What is left to the store, or None."""
        asked = inspect_query(PROLOGUE + query)

        def selected() -> list[str]:
            found = pyoxigraph.Store().query(asked.text)
            return [v.value for v in found.variables] if isinstance(found, pyoxigraph.QuerySolutions) else []

        return self.columns.rewrite(asked, "https://a.example/", selected)


def solutions(store: pyoxigraph.Store, text: str) -> Solutions:
    found = store.query(text)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return Counter(tuple(None if row[name] is None else str(row[name]) for name in names) for row in found)


def both_ways(folder: Path, turtle: str) -> Both:
    """Some statements (in Turtle, with the prefixes of `PROLOGUE`) written as a release writes them."""
    prefixes = PROLOGUE.replace("PREFIX", "@prefix").replace("> @", "> . @").replace(">\n", "> .\n")
    quads = list(pyoxigraph.parse(prefixes + turtle, format=pyoxigraph.RdfFormat.TURTLE))
    part = folder / "part.nq"
    part.write_bytes(pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS) or b"")
    store = pyoxigraph.Store()
    store.extend(quads)
    index = write_cubes([part], folder)
    return Both(store, ColumnarAnswers(folder, index, store, whenever_possible=True), index, folder)


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The two cubes."""
    return both_ways(tmp_path_factory.mktemp("columnar"), "\n".join(observations()))


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Observations some of which belong to two datasets; zeros with a sign."""
    lines = [
        f"<https://a.example/odd/{n}> qb:dataSet data:odd {', data:even' if n % 2 else ''} ; d:area c:area{n % 3} ;"
        f" d:zero {['0e0', '-.0e0', '-1e-400'][n % 3]} ; d:less -0.{n % 5}5e0 ; d:year {n % 4} ."
        for n in range(300)
    ]
    return both_ways(tmp_path_factory.mktemp("odd"), "\n".join(lines))
