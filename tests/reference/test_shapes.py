"""The shapes: silent about the reference project, outspoken about what people do wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Store

from lod.diagnostics import Findings
from lod.rdf.parse import Document
from lod.validation.validate import read_shapes, validate

PREFIXES = """
BASE <https://lod.example.org/>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

DATASET = "data/civil-servants-by-age"


def county(code: str) -> str:
    """An observation of its own for each mistake, so that one graph can hold them all."""
    return f"data/civil-servants-by-county/obs/2012/{code}/M"


def rank(code: str) -> str:
    return f"data/civil-servants-by-rank/obs/2012/{code}/40"


def age(band: str) -> str:
    return f"data/civil-servants-by-age/obs/2012/{band}/F"


def mean_age(sex: str) -> str:
    return f"data/civil-servants-mean-age/obs/2012/{sex}"


@dataclass(frozen=True)
class Mistake:
    """Something done to a resource, and all that the shapes say of it. `added` replaces what `predicate` had."""

    focus: str
    predicate: str
    said: tuple[str, ...]
    added: str = ""
    keep: bool = False  # what the predicate has stays beside what is added

    @property
    def update(self) -> str:
        gone = "" if self.keep else f"DELETE WHERE {{ <{self.focus}> {self.predicate} ?old }} ;"
        return gone + (f" INSERT DATA {{ <{self.focus}> {self.predicate} {self.added} }} ;" if self.added else "")


A_HEADCOUNT = "The headcount is exactly one integer, zero or more."
A_SEX = "The sex is exactly one code of the code list of sexes."
A_KNOWN_DATASET = "An observation has a county, a rank, an age band or a mean age."
A_LABEL = "A label is in zh-Hant-TW or en, and there is at most one in each."
NO_CHINESE_LABEL = "The label in Traditional Chinese is missing."
NO_ENGLISH_LABEL = "The label in English is missing."

MISTAKES = [
    Mistake(county("63000"), "<def/measure/headcount>", (A_HEADCOUNT,), "-1"),
    Mistake(county("64000"), "<def/measure/headcount>", (A_HEADCOUNT,), '"－"'),
    Mistake(county("65000"), "<def/measure/headcount>", (A_HEADCOUNT,), "7", keep=True),
    Mistake(county("66000"), "<def/measure/headcount>", (A_HEADCOUNT,)),
    Mistake(county("67000"), "<def/dimension/county>", (A_KNOWN_DATASET,)),
    Mistake(  # a lost leading zero
        county("09020"),
        "<def/dimension/county>",
        ("The county is exactly one code of the code list of counties.",),
        "<id/code/county/9020>",
    ),
    Mistake(county("09007"), "<def/dimension/sex>", (A_SEX,), "<id/code/rank/T>"),
    Mistake(county("10002"), "<def/dimension/sex>", (A_SEX,)),
    Mistake(
        county("10003"),
        "qb:dataSet",
        ("An observation with a county belongs to the dataset by county.",),
        f"<{DATASET}>",
    ),
    Mistake(
        county("10004"),
        "qb:dataSet",
        (
            "An observation belongs to exactly one dataset.",
            "An observation with a county belongs to the dataset by county.",
        ),
    ),
    Mistake(
        rank("0901"),
        "<def/dimension/rank>",
        (A_KNOWN_DATASET, "The rank is exactly one code of the code list of ranks."),
    ),
    Mistake(
        rank("0902"),
        "<def/dimension/agency-level>",
        ("The agency level is exactly one code of the code list of agency levels.",),
    ),
    Mistake(age("65-"), "<def/dimension/age>", (A_KNOWN_DATASET,)),
    Mistake(mean_age("T"), "<def/measure/mean-age>", ("The mean age is exactly one decimal, 18 or more.",), "4.339"),
    Mistake(mean_age("M"), "<def/dimension/period>", ("The period is exactly one code of the code list of periods.",)),
    Mistake(
        "id/code/county/09020",
        "skos:notation",
        ("A code has exactly one notation, a string that keeps its leading zeros.",),
        "9020",
    ),
    Mistake("id/code/rank/01", "skos:prefLabel", (NO_CHINESE_LABEL,), '"Elected chiefs"@en'),
    Mistake("id/code/rank/02", "skos:prefLabel", (A_LABEL,), '"政務人員"@zh-TW', keep=True),
    Mistake("id/code/rank/03", "skos:prefLabel", (A_LABEL,), '"Servants"@en', keep=True),
    Mistake("id/code/rank/04", "skos:broader", ("A code either has a broader code or is at the top of its list.",)),
    Mistake(
        "id/code/county/10003",
        "<def/property/valid-from>",
        ("The first day is a date before the last day.",),
        '"2015-01-01"^^xsd:date',
    ),
    Mistake(DATASET, "dct:license", ("A dataset has exactly one licence.",)),
    Mistake("data/civil-servants-by-county", "dct:title", ("The title in English is missing.",), '"縣市"@zh-Hant-TW'),
    Mistake(
        "data/civil-servants-by-rank", "dct:title", ("The title in Traditional Chinese is missing.",), '"By rank"@en'
    ),
    Mistake(
        "data/civil-servants-mean-age",
        "dct:publisher",
        ("A dataset has exactly one publisher, an agency.",),
        "<id/org/9>",
    ),
    Mistake("id/org/L0001", "skos:prefLabel", (A_LABEL, NO_CHINESE_LABEL, NO_ENGLISH_LABEL), '"MOCS"'),
    Mistake("def/dimension/rank", "qb:codeList", ("A coded dimension has exactly one code list.",)),
    Mistake("def/dimension/age", "rdfs:range", ("Dimensions and measures have a range.",)),
]


@pytest.fixture(scope="module")
def shapes(repository: Path) -> tuple[Document, ...]:
    """The project's shapes."""
    findings = Findings()
    documents = read_shapes(sorted((repository / "shapes").glob("*.ttl")), findings)
    assert not list(findings)
    return documents


def test_the_project_conforms_and_every_shape_has_something_to_judge(
    store: Store, shapes: tuple[Document, ...]
) -> None:
    findings = Findings()
    report = validate(store, shapes, findings)
    assert report.results == ()
    assert report.conforms
    assert [finding.message for finding in findings] == []


@pytest.fixture(scope="module")
def said(store: Store, copied: Callable[[Store], Store], shapes: tuple[Document, ...]) -> dict[str, set[str]]:
    """What the shapes say, in English, of a graph with every mistake in it: focus node → messages."""
    wrong = copied(store)
    wrong.update(PREFIXES + "".join(mistake.update for mistake in MISTAKES).rstrip(";"))
    found: dict[str, set[str]] = defaultdict(set)
    for result in validate(wrong, shapes, Findings()).results:
        texts = {tag.lower(): text for tag, text in result.messages.items()}
        assert texts.keys() == {"en", "zh-hant-tw"}, result
        found[str(result.focus_node).removeprefix("<https://lod.example.org/").removesuffix(">")].add(texts["en"])
    return found


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.focus} {mistake.predicate}")
def test_a_mistake_is_named(said: dict[str, set[str]], mistake: Mistake) -> None:
    assert said.get(mistake.focus) == set(mistake.said)


def test_nothing_else_is_said(said: dict[str, set[str]]) -> None:
    assert said.keys() == {mistake.focus for mistake in MISTAKES}
    assert len(said) == len(MISTAKES)
