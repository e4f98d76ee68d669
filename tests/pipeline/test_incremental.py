"""A build that starts from the release before gives what a build from nothing gives, byte by byte but for the store."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from projects import write_project
from pyoxigraph import BlankNode

from lod.pipeline.plan import BuildPlan, plan_build
from lod.pipeline.run import BuildResult, build
from lod.project.load import load_project
from lod.release.descriptions.datasets import read_datasets
from lod.release.release import current_name, open_current, open_release
from lod.release.seal import MANIFEST
from lod.store.snapshot import open_snapshot

FILES = {
    "mappings/staff.yarrrml.yml": """\
prefixes:
  qb: http://purl.org/linked-data/cube#
  def: https://a.example/def/
  skos: http://www.w3.org/2004/02/skos/core#
mappings:
  observation:
    sources:
      - [staff.csv~csv]
    s: https://a.example/data/staff/obs/$(year)/$(office)/$(sex)
    po:
      - [a, qb:Observation]
      - [qb:dataSet, https://a.example/data/staff~iri]
      - [def:year, $(year), xsd:integer]
      - [def:office, https://a.example/id/office/$(office)~iri]
      - [def:sex, https://a.example/id/sex/$(sex)~iri]
      - [def:heads, $(heads), xsd:integer]
      - [def:age, $(age), xsd:decimal]
      - p: def:region
        o:
          mapping: office
          condition:
            function: equal
            parameters:
              - [str1, $(office)]
              - [str2, $(code)]
  named:
    sources:
      - [staff.csv~csv]
    s: https://a.example/id/office/$(office)
    po:
      - [skos:altLabel, $(name), zh-Hant-TW~lang]
  office:
    sources:
      - [offices.csv~csv]
    s: https://a.example/id/office/$(code)
    po:
      - [a, skos:Concept]
      - [skos:prefLabel, $(label), zh-Hant-TW~lang]
""",
    "mappings/pay.yarrrml.yml": """\
prefixes:
  qb: http://purl.org/linked-data/cube#
  def: https://a.example/def/
mappings:
  pay:
    sources:
      - [pay.csv~csv]
    s: https://a.example/data/pay/obs/$(year)
    po:
      - [a, qb:Observation]
      - [qb:dataSet, https://a.example/data/pay~iri]
      - [def:year, $(year), xsd:integer]
      - [def:pay, $(pay), xsd:decimal]
""",
    "ontologies/staff.ttl": """\
@base <https://a.example/> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<data/staff> a qb:DataSet ; rdfs:label "人員"@zh-Hant-TW ; qb:structure <def/staff> .
<data/pay> a qb:DataSet ; rdfs:label "俸給"@zh-Hant-TW ; qb:structure <def/paid> .
<def/staff> a qb:DataStructureDefinition ; qb:component [ qb:dimension <def/year> ] , [ qb:dimension <def/office> ] ,
  [ qb:dimension <def/sex> ] , [ qb:measure <def/heads> ] , [ qb:attribute <def/age> ] .
<def/paid> a qb:DataStructureDefinition ; qb:component [ qb:dimension <def/year> ] , [ qb:measure <def/pay> ] .
<def/year> a qb:DimensionProperty ; rdfs:range xsd:integer .
<def/office> a qb:DimensionProperty ; rdfs:range rdfs:Resource .
<def/sex> a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList <id/sex> .
<id/sex> a skos:ConceptScheme .
<def/heads> a qb:MeasureProperty . <def/pay> a qb:MeasureProperty . <def/age> a qb:AttributeProperty .
<id/sex/F> a skos:Concept ; skos:inScheme <id/sex> ; skos:prefLabel "女"@zh-Hant-TW .
<id/sex/M> a skos:Concept ; skos:inScheme <id/sex> ; skos:prefLabel "男"@zh-Hant-TW .
""",
    "shapes/staff.ttl": """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix def: <https://a.example/def/> .
<https://a.example/shapes/o> a sh:NodeShape ; sh:targetClass qb:Observation ;
    sh:property [ sh:path def:heads ; sh:maxCount 1 ; sh:minInclusive 0 ] .
""",
}

Rows = dict[str, list[list[str]]]


def _write(root: Path, rows: Rows) -> None:
    heads = {"staff": "year,office,sex,heads,age,name", "offices": "code,label", "pay": "year,pay"}
    (root / "tables").mkdir(exist_ok=True)
    for name, lines in rows.items():
        text = "".join(f"{','.join(line)}\n" for line in [heads[name].split(","), *lines])
        (root / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")


def _first_rows() -> Rows:
    offices = [[f"A{n:02}", f"機關{n}"] for n in range(12)]
    staff = [
        [str(year), code, sex, str(year % 7 + n), f"{30 + n}.{year % 10}0", f"名 {code}" if n % 3 else ""]
        for year in range(90, 96)
        for n, (code, _) in enumerate(offices)
        for sex in "FM"
    ]
    return {"staff": staff, "offices": offices, "pay": [[str(year), f"{year}.5"] for year in range(80, 99)]}


@pytest.fixture(scope="module", autouse=True)
def settings() -> Iterator[None]:
    """One time for all builds, and pieces of bulk files that are small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        patch.setattr("lod.release.descriptions.breakdown.CUT", 5)
        patch.setattr("lod.lift.engines.duckdb.origins.PART", 50)
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, settings: None) -> Path:
    """A project with two cubes, code lists and a join, built once from the first rows."""
    root = write_project(tmp_path_factory.mktemp("built") / "專案 a", FILES)
    _write(root, _first_rows())
    _build(root)
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A copy of it, below a Chinese path."""
    return shutil.copytree(built, tmp_path / "專案 a")


def _build(root: Path) -> BuildResult:
    return build(load_project(root / "lod.toml"), publish=True)


def _statements(folder: Path) -> tuple[set[str], int]:
    """What the store holds; blank nodes, which it names itself, are counted."""
    store = open_snapshot(folder / "store")
    named = {str(q) for q in store if not {type(q.subject), type(q.object)} & {BlankNode}}
    return named, len(store)


def _assert_same_from_nothing(root: Path, tmp_path: Path) -> BuildResult:
    """Build both ways, at one path, since findings name it, and compare."""
    mine, other = tmp_path / "mine", tmp_path / "other"
    shutil.copytree(root, other)
    shutil.rmtree(other / ".lod", ignore_errors=True)
    plan = plan_build(load_project(root / "lod.toml"))
    by_change = _build(root)
    _assert_as_planned(plan, root, by_change)
    root.rename(mine)
    other.rename(root)
    from_nothing = _build(root)
    root.rename(other)
    mine.rename(root)
    assert by_change.release == from_nothing.release
    assert by_change.findings == from_nothing.findings
    one, two = (open_release(each / "releases" / by_change.release, verify="full") for each in (root, other))
    assert not [a.path for a, b in zip(one.manifest.files, two.manifest.files, strict=True) if a != b]
    assert (one.folder / MANIFEST).read_bytes() == (two.folder / MANIFEST).read_bytes()
    assert _statements(one.folder) == _statements(two.folder)
    assert one.manifest.store.statements == len(open_snapshot(one.store))
    shutil.rmtree(other)
    return by_change


def _assert_as_planned(plan: BuildPlan, root: Path, result: BuildResult) -> None:
    """What 'lod plan' says is what the build did."""
    assert plan.builds is not result.unchanged
    if result.unchanged:
        return
    assert plan.starts_from == result.made_from
    records = read_datasets(root / "releases" / result.release)
    new = {iri for iri, record in records.items() if record.version == result.release}
    if plan.starts_from:
        assert new == set(plan.anew) - {""}
        assert set(plan.taken) - {""} == records.keys() - new
        before, after = (_statements(root / "releases" / name) for name in (plan.starts_from, result.release))
        assert len(after[0] - before[0]) <= plan.statements_added
        assert after[1] - before[1] == plan.statements_added - plan.statements_removed
    else:
        assert plan.because
        assert new <= set(plan.anew)


def _edit(rows: Rows, draw: random.Random) -> None:
    """One edit as people make them."""
    staff, offices, pay = rows["staff"], rows["offices"], rows["pay"]
    row = draw.randrange(len(staff))
    match draw.randrange(9):
        case 0:
            staff[row][3] = str(draw.randrange(500))
        case 1:
            staff[row][4] = draw.choice(["", "41.70", "7", "41.125"])
        case 2:
            del staff[row]
        case 3:
            staff.insert(row, [str(draw.randrange(100, 999)), draw.choice(offices)[0], "F", "1", "", "新名"])
        case 4:
            offices.append([f"B{draw.randrange(10_000)}", "新機關"])
        case 5:
            offices[draw.randrange(len(offices))][1] += "改"
        case 6:
            staff[row][5] = draw.choice(["", "別名", "名 A01"])
        case 7:
            pay[draw.randrange(len(pay))][1] = f"{draw.randrange(90)}.{draw.randrange(9)}"
        case 8:
            draw.shuffle(staff)


@pytest.mark.parametrize("seed", range(2))
def test_random_edits(root: Path, tmp_path: Path, seed: int) -> None:
    draw, rows = random.Random(seed), _first_rows()
    started = 0
    for _ in range(3):
        for _ in range(draw.choice([1, 1, 2, 8])):
            _edit(rows, draw)
        (root / "retired.yml").write_text('- uri: "*"\n  date: 2026-01-01\n  reason: gone\n', encoding="utf-8")
        _write(root, rows)
        started += _assert_same_from_nothing(root, tmp_path).made_from is not None
    assert started


Change = Callable[[Path], object]


def _replaced(name: str, old: str, new: str) -> Change:
    def change(root: Path) -> None:
        text = (root / name).read_text(encoding="utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def _more_maps(root: Path) -> None:
    """A triples map of a table that nobody read, and one less of another."""
    (root / "tables" / "ranks.csv").write_text("rank,label\n1,簡任\n2,薦任\n", encoding="utf-8")
    (root / "mappings" / "ranks.yarrrml.yml").write_text(
        """\
prefixes: {skos: "http://www.w3.org/2004/02/skos/core#"}
mappings:
  rank:
    sources: [[ranks.csv~csv]]
    s: https://a.example/id/rank/$(rank)
    po: [[a, skos:Concept], [skos:prefLabel, $(label), zh-Hant-TW~lang]]
""",
        encoding="utf-8",
    )
    _replaced("mappings/staff.yarrrml.yml", "[skos:altLabel, $(name), zh-Hant-TW~lang]", "[a, skos:Concept]")(root)


def _other_subjects(root: Path) -> None:
    """A triples map whose subjects are all others than before."""
    _replaced("mappings/pay.yarrrml.yml", "/obs/$(year)", "/obs/y$(year)")(root)
    (root / "retired.yml").write_text('- uri: "*"\n  date: 2026-01-01\n  reason: gone\n', encoding="utf-8")


def _another_edit_too(root: Path) -> None:
    """A mapping and the table that it reads."""
    rows = _first_rows()
    rows["pay"][3][1] = "1.5"
    del rows["offices"][5]
    rows["staff"][7][3] = "700"
    _write(root, rows)
    _replaced("mappings/pay.yarrrml.yml", "$(pay), xsd:decimal", "$(pay), xsd:double")(root)
    _replaced("mappings/staff.yarrrml.yml", "$(label), zh-Hant-TW", "$(label)處, zh-Hant-TW")(root)


@pytest.mark.parametrize(
    ("change", "starts"),
    [
        (_replaced("ontologies/staff.ttl", '"女"', '"女性"'), True),
        (_replaced("ontologies/staff.ttl", '"人員"@zh', '"員額"@zh'), True),
        (_replaced("shapes/staff.ttl", "sh:minInclusive 0", "sh:minInclusive -1"), True),
        (_replaced("ontologies/staff.ttl", ", [ qb:attribute <def/age> ]", ""), False),
        (_replaced("mappings/pay.yarrrml.yml", "def:pay, $(pay)", "def:paid, $(pay)"), False),
        (_other_subjects, True),
        (_replaced("mappings/staff.yarrrml.yml", "      - [a, skos:Concept]\n", ""), True),
        (_replaced("mappings/staff.yarrrml.yml", "  named:", "  renamed:"), True),
        (_replaced("mappings/staff.yarrrml.yml", "[str2, $(code)]", "[str2, $(label)]"), True),
        (_more_maps, True),
        (_another_edit_too, True),
        (_replaced("lod.toml", 'Staff" }', 'People" }\ndescription = { en = "all" }'), True),
        (_replaced("lod.toml", '["zh-Hant-TW", "en"]', '["en", "zh-Hant-TW"]'), True),
        (_replaced("lod.toml", 'name = "staff"', 'name = "people"'), False),
    ],
    ids=[
        *("label", "dataset", "shape", "structure", "mapping"),
        *("subjects", "class gone", "map renamed", "join", "new map", "map and rows", "title", "languages", "name"),
    ],
)
def test_other_files(root: Path, tmp_path: Path, change: Change, starts: bool) -> None:
    change(root)
    if "paid, $" in (root / "mappings/pay.yarrrml.yml").read_text(encoding="utf-8"):
        _replaced("ontologies/staff.ttl", "qb:measure <def/pay>", "qb:measure <def/paid>")(root)
    assert (_assert_same_from_nothing(root, tmp_path).made_from is not None) is starts


def test_what_tells_of_a_changed_cell_is_written_anew_and_no_other_file(root: Path, tmp_path: Path) -> None:
    rows = _first_rows()
    first = open_current(root / "releases").folder
    rows["staff"][60][3] = "77"
    _write(root, rows)
    second = root / "releases" / _assert_same_from_nothing(root, tmp_path).release
    names = sorted(file.name for file in (first / "cubes").glob("staff.origins*"))
    anew = [name for name in names if not (first / "cubes" / name).samefile(second / "cubes" / name)]
    assert len(names) > 4
    assert len(anew) == 1


def test_from_tables(root: Path) -> None:
    first = current_name(root / "releases")
    again = build(load_project(root / "lod.toml"), publish=True, from_tables=True)
    assert (again.made_from, again.unchanged) == (None, False)
    assert again.release != first


def test_a_damaged_release_is_nothing_to_start_from(root: Path) -> None:
    rows = _first_rows()
    damaged = open_current(root / "releases").folder / "dump" / "staff.nq.zst"
    damaged.write_bytes(damaged.read_bytes()[::-1])
    rows["staff"][0][3] = "77"
    _write(root, rows)
    assert _build(root).made_from is None
