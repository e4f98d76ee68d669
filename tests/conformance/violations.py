"""Tables and a mapping that make the graph of `bench/shacl/gen_shacl_data.py`: 14 kinds of violation, each counted.

The generator of others writes N-Triples; here the same triples come from tables, as they would in a build: 850 rows are
some 10,000 triples. What no row of a statistic could make (a second subject with the same values, a subject of another
form) stands in a table of its own.
"""

from __future__ import annotations

import csv
import json
import runpy
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

BASE = "https://lod.example.org/"
_NAMES = (
    "key_year,agency_code,county,county_too,sex_code,sex,rank_code,rank,edu_code,age,headcount,odd_headcount,odd_type,"
    "mean_age,mean_age_double,mean_salary,year,agency,data_set,unnamed_set,note"
)
_COLUMNS = _NAMES.split(",")
_KINDS = "mincount maxcount datatype illtyped mininc maxinc in class nodekind pattern node sparql closed dup"

MAPPING = """\
prefixes:
  qb: http://purl.org/linked-data/cube#
  dim: https://lod.example.org/def/dimension/
  mea: https://lod.example.org/def/measure/
  def: https://lod.example.org/def/
  rdfs: http://www.w3.org/2000/01/rdf-schema#
  skos: http://www.w3.org/2004/02/skos/core#
  org: http://www.w3.org/ns/org#
  xsd: http://www.w3.org/2001/XMLSchema#
mappings:
  observation:
    sources: [['personnel.csv~csv']]
    s: https://lod.example.org/id/observation/$(key_year)/$(agency_code)/$(sex_code)/$(rank_code)/$(edu_code)/$(age)
    po: &facts
      - [a, qb:Observation]
      - [qb:dataSet, https://lod.example.org/id/dataset/$(data_set)~iri]
      - predicates: qb:dataSet
        objects: {value: 'ds$(unnamed_set)', type: blank}
      - [dim:year, $(year), xsd:integer]
      - [dim:agency, https://lod.example.org/id/agency/$(agency)~iri]
      - [dim:county, https://lod.example.org/id/county/$(county)~iri]
      - [dim:county, https://lod.example.org/id/county/$(county_too)~iri]
      - [dim:sex, https://lod.example.org/id/code/sex/$(sex)~iri]
      - [dim:rank, https://lod.example.org/id/code/rank/$(rank)~iri]
      - [dim:education, https://lod.example.org/id/code/education/$(edu_code)~iri]
      - [dim:ageBand, $(age)]
      - [mea:headcount, $(headcount), xsd:integer]
      - predicates: mea:headcount  # the lift itself refuses what is no integer, unless a cell says what it is
        objects: {value: $(odd_headcount), datatype: 'http://www.w3.org/2001/XMLSchema#$(odd_type)'}
      - [mea:meanAge, $(mean_age), xsd:decimal]
      - [mea:meanAge, $(mean_age_double), xsd:double]
      - [mea:meanSalary, $(mean_salary), xsd:integer]
      - [def:note, $(note)]
  irregular:
    sources: [['irregular.csv~csv']]
    s: $(iri)
    po: *facts
  agency:
    sources: [['agencies.csv~csv']]
    s: https://lod.example.org/id/agency/$(code)
    po:
      - [a, org:FormalOrganization]
      - [rdfs:label, $(name), zh-Hant-TW~lang]
      - [rdfs:label, $(old_name), zh-Hant-TW~lang]
  code:
    sources: [['codes.csv~csv']]
    s: https://lod.example.org/id/code/$(kind)/$(code)
    po:
      - [a, skos:Concept]
      - [skos:prefLabel, $(label), zh-Hant-TW~lang]
      - [skos:inScheme, https://lod.example.org/id/scheme/$(scheme)~iri]
  dataset:
    sources: [['datasets.csv~csv']]
    s: https://lod.example.org/id/dataset/$(code)
    po: [[a, qb:DataSet]]
"""


def write_tables(bench: Path, rows: int, folder: Path, rate: float = 0.001) -> Path:
    """Write the tables and `personnel.yarrrml.yml` into a folder; returns the mapping. `bench` is the shared one."""
    found = runpy.run_path(str(bench / "gen_personnel.py"))
    (folder / "personnel.yarrrml.yml").write_text(MAPPING, encoding="utf-8")
    agencies: dict[str, str] = {}
    with (
        (folder / "personnel.csv").open("w", encoding="utf-8", newline="") as regular,
        (folder / "irregular.csv").open("w", encoding="utf-8", newline="") as irregular,
    ):
        write, write_too = csv.writer(regular).writerow, csv.writer(irregular).writerow
        write(_COLUMNS)
        write_too(["iri", *_COLUMNS])
        at, period = _places(rows, rate)
        for number, row in enumerate(found["rows"](rows)):
            agencies[row[1]] = row[2]
            cells, iri = _cells(number, row, at.get(number % period, ""), found["COUNTY"])
            if iri is None:
                write(cells)
            else:
                write_too([iri or _iri(cells), *cells])
            if at.get(number % period) == "dup":
                write_too([f"{_iri(cells)}/again", *cells])
    _write(folder / "agencies.csv", ["code", "name", "old_name"], (
        [code, name, f"{name}(舊)" if n % 10 == 0 else ""] for n, (code, name) in enumerate(agencies.items())
    ))  # fmt: skip
    codes = [
        [kind, code, label, kind]
        for kind, listed in (("sex", found["SEX"]), ("rank", found["RANK"]), ("education", found["EDU"]))
        for code, label in listed
    ]
    _write(folder / "codes.csv", ["kind", "code", "label", "scheme"], [*codes, ["rank", "9", "未列入代碼表", ""]])
    _write(folder / "datasets.csv", ["code"], [["personnel"]])
    return folder / "personnel.yarrrml.yml"


def _places(rows: int, rate: float) -> tuple[dict[int, str], int]:
    """Which rows get which violation: those whose number, divided by the second value, leaves the key."""
    kinds = _KINDS.split()
    period = min(rows, max(len(kinds), round(1 / rate)))
    step = max(1, period // len(kinds))
    return {n * step + 3: kind for n, kind in enumerate(kinds) if n * step + 3 < period}, period


def _cells(number: int, row: list[object], kind: str, counties: list[str]) -> tuple[list[object], str | None]:
    """The cells of a row with a violation of that kind, and the subject where it is not that of the mapping."""
    year, agency, _, county, sex, _, rank, _, education, _, age, headcount, mean_age, salary = row
    cells: dict[str, object] = dict.fromkeys(_COLUMNS, "") | {
        "key_year": year, "agency_code": agency, "county": county, "sex_code": sex, "sex": sex, "rank_code": rank,
        "rank": rank, "edu_code": education, "age": age, "headcount": headcount, "mean_age": mean_age,
        "mean_salary": salary, "year": year, "agency": agency, "data_set": "personnel",
    }  # fmt: skip
    assert isinstance(year, int)
    assert isinstance(county, str)
    changes: dict[str, dict[str, object]] = {
        "mincount": {"sex": ""},
        "maxcount": {"county_too": counties[(counties.index(county) + 1) % len(counties)]},
        "datatype": {"mean_age": "", "mean_age_double": mean_age},
        "illtyped": {"headcount": "", "odd_headcount": "n/a", "odd_type": "integer"},
        "mininc": {"headcount": -5},
        "maxinc": {"year": year + 900},
        "in": {"sex": "X"},
        "class": {"agency": f"Z{number:08d}Z"},
        "nodekind": {"data_set": "", "unnamed_set": number},
        "node": {"rank": "9"},
        "sparql": {"mean_salary": 100},
        "closed": {"note": "unexpected"},
    }
    cells |= changes.get(kind, {})
    return list(cells.values()), f"{BASE}id/observation/BAD-{number}" if kind == "pattern" else None


def _iri(cells: list[object]) -> str:
    named = dict(zip(_COLUMNS, cells, strict=True))
    key = ("key_year", "agency_code", "sex_code", "rank_code", "edu_code", "age")
    return f"{BASE}id/observation/" + "/".join(str(named[name]).replace("+", "%2B") for name in key)


def _write(path: Path, header: list[str], rows: Iterator[list[str]] | list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def expected(bench: Path, rows: int, prefix: Path) -> dict[str, int]:
    """Let the generator write `prefix.nt`; returns how many results each 'Component|path' must have, full shapes."""
    sys.path.insert(0, str(bench))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # it leaves closing its files to the interpreter
            made = runpy.run_path(str(bench / "shacl" / "gen_shacl_data.py"))["lift"](rows, str(prefix))
    finally:
        sys.path.remove(str(bench))
    counts: dict[str, int] = dict(made["core"])
    for each in (made["sparql"], made["ic12"]):
        for name, count in each.items():
            counts[name] = counts.get(name, 0) + count
    return counts


def read_expected(prefix: Path) -> dict[str, int]:
    """The counts of a prefix that was written before."""
    made = json.loads(prefix.with_suffix(".expected.json").read_text())
    counts: dict[str, int] = dict(made["core"])
    for each in (made["sparql"], made["ic12"]):
        for name, count in each.items():
            counts[name] = counts.get(name, 0) + count
    return counts
