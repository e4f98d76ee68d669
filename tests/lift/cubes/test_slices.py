"""What else comes out of a cube file: slices by series, levels of code lists, changes of places."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, parse

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.mapping.cube.read import read_cube
from lod.validation.cubes.observations import check_cubes
from lod.validation.cubes.structure import Graph

BASE = "https://example.org/"
CUBE = """\
base: https://example.org/
dataset: {id: staff, title: {zh-Hant-TW: 人數, en: Staff}}
source: staff.csv
layout:
  header: {rows: 1}
  labels: {columns: A-B, hierarchy: none}
codelists:
  area:
    title: {zh-Hant-TW: 地區, en: Area}
    total: T
    codes:
      T: {zh-Hant-TW: 總計, en: Taiwan}
      TPQ: {zh-Hant-TW: 臺北縣, en: Taipei County, until: 2010-12-24, replaced-by: NTP}
      TXQ: {zh-Hant-TW: 臺中縣, en: Taichung County, until: 2010-12-24, replaced-by: TXG}
      TXG1: {zh-Hant-TW: 舊臺中市, en: Old Taichung, until: 2010-12-24, replaced-by: TXG}
      NTP: {zh-Hant-TW: 新北市, en: New Taipei, from: 2010-12-25}
      TXG: {zh-Hant-TW: 臺中市, en: Taichung, from: 2010-12-25}
      DA: {zh-Hant-TW: 大安區, en: Da'an, parent: TXG}
dimensions:
  period: {period: true, from: columns}
  area: {codes: area, from: rows, column: A}
  sex: {codes: sex, from: rows, column: B}
measures:
  headcount: {label: {zh-Hant-TW: 人數, en: Headcount}}
"""
SEX = "  sex: {codes: {M: {zh-Hant-TW: 男, en: Male}, F: {zh-Hant-TW: 女, en: Female}}}\n"
ROWS = ["地區,性別,2012,2013,2014", "新北市,男,4,5,6", "新北市,女,1,2,3", "大安區,男,7,8,9"]


def lift(folder: Path, cube: str, rows: list[str]) -> Store:
    """The statements of a cube file over a table."""
    (folder / "staff.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "staff.cube.yml").write_text(cube.replace("dimensions:", f"{SEX}dimensions:"), encoding="utf-8")
    findings = Findings()
    lift_files([folder / "staff.cube.yml"], folder / "out.nq", findings=findings)
    assert list(findings) == []
    store = Store()
    store.extend(parse(path=str(folder / "out.nq"), format=RdfFormat.N_QUADS))
    assert list(check_cubes(Graph(store))) == []
    return store


def ask(store: Store, pattern: str) -> list[tuple[str, ...]]:
    """Rows of a basic graph pattern; IRIs without the base."""
    prefixes = (
        "PREFIX qb: <http://purl.org/linked-data/cube#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX org: <http://www.w3.org/ns/org#> "
        "PREFIX dct: <http://purl.org/dc/terms/> PREFIX xkos: <http://rdf-vocabulary.ddialliance.org/xkos#> "
        f"BASE <{BASE}> "
    )
    rows = store.query(f"{prefixes} SELECT * WHERE {{ {pattern} }}")
    assert isinstance(rows, QuerySolutions)
    return sorted(tuple(_shown(term) for term in row) for row in rows)


def _shown(term: object) -> str:
    assert isinstance(term, NamedNode | Literal)
    return term.value.removeprefix(BASE)


def test_a_series_is_a_slice_with_all_its_periods(tmp_path: Path) -> None:
    store = lift(tmp_path, CUBE, ROWS)
    home = "data/staff/slice/series/"
    assert ask(store, "<data/staff> qb:slice ?s") == [(f"{home}DA/M",), (f"{home}NTP/F",), (f"{home}NTP/M",)]
    assert ask(store, f"<{home}NTP/F> qb:observation ?o") == [
        (f"data/staff/obs/{year}/NTP/F",) for year in (2012, 2013, 2014)
    ]
    assert ask(store, f"<{home}NTP/F> <def/dimension/area> ?code") == [("id/code/area/NTP",)]
    assert ask(store, f"<{home}NTP/F> <def/dimension/sex> ?code") == [("id/code/sex/F",)]
    assert ask(store, f"<{home}NTP/F> rdfs:label ?l") == [
        ("Time series: New Taipei, Female",),
        ("時間序列：新北市、女",),
    ]
    key = "def/structure/staff/slice/series"
    assert ask(store, "<def/structure/staff> qb:sliceKey ?k") == [(key,)]
    assert ask(store, f"<{key}> qb:componentProperty ?p") == [("def/dimension/area",), ("def/dimension/sex",)]


def test_series_of_one_period_are_no_slices(tmp_path: Path) -> None:
    store = lift(tmp_path, CUBE, [row.rsplit(",", 2)[0] for row in ROWS])
    assert ask(store, "?s a qb:Slice") == []
    assert len(ask(store, "?s a qb:SliceKey")) == 1


def test_declared_slices_are_made_as_they_are_declared(tmp_path: Path) -> None:
    said = "slices: {by-sex: {fixed: [sex], label: {zh-Hant-TW: 各性別, en: By sex}}}\n"
    store = lift(tmp_path, CUBE + said, [row.rsplit(",", 2)[0] for row in ROWS])
    assert ask(store, "?s a qb:Slice") == [("data/staff/slice/by-sex/F",), ("data/staff/slice/by-sex/M",)]
    assert ask(store, "<data/staff/slice/by-sex/F> rdfs:label ?l") == [("By sex: Female",), ("各性別：女",)]
    assert len(ask(store, "<data/staff/slice/by-sex/M> qb:observation ?o")) == 2
    assert ask(lift(tmp_path, CUBE + "slices: none\n", ROWS), "{ ?s a qb:Slice } UNION { ?s a qb:SliceKey }") == []


def test_levels_of_a_list(tmp_path: Path) -> None:
    named = CUBE.replace("    total: T\n", "    total: T\n    levels: [{en: Country}, {en: County}, {en: District}]\n")
    for cube, names in ((CUBE, "Area: level 3"), (named, "District")):
        store = lift(tmp_path, cube, ROWS)
        assert ask(store, "<id/code/area> xkos:numberOfLevels ?n") == [("3",)]
        assert ask(store, "<id/code/area/level/3> skos:member ?c ; xkos:depth 3") == [("id/code/area/DA",)]
        assert (names,) in ask(store, "<id/code/area/level/3> skos:prefLabel ?l")
        rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        ends = ask(store, f"<id/code/area> xkos:levels/<{rdf}rest>/<{rdf}rest> ?l . ?l <{rdf}rest> <{rdf}nil>")
        assert len(ends) == 1
        assert ask(store, "<id/code/sex> xkos:levels ?l") == []


def test_counties_that_merged_are_one_event(tmp_path: Path) -> None:
    store = lift(tmp_path, CUBE, ROWS)
    event = "id/code/area/change/2010-12-25-TXG"
    assert ask(store, "?e a org:ChangeEvent") == [("id/code/area/change/2010-12-25-NTP",), (event,)]
    assert ask(store, f"<{event}> org:originalOrganization ?o") == [("id/code/area/TXG1",), ("id/code/area/TXQ",)]
    assert ask(store, f"<{event}> org:resultingOrganization ?o") == [("id/code/area/TXG",)]
    assert ask(store, f"<{event}> dct:date ?d") == [("2010-12-25",)]
    assert ("臺中縣、舊臺中市 → 臺中市（2010-12-25）",) in ask(store, f"<{event}> rdfs:label ?l")
    assert ask(store, "<id/code/area/TPQ> dct:isReplacedBy ?n") == [("id/code/area/NTP",)]
    none = CUBE.replace("    total: T\n", "    total: T\n    changes: none\n")
    assert ask(lift(tmp_path, none, ROWS), "?e a org:ChangeEvent") == []


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("dimensions:", "slices: {a: {fixed: [sxe]}}\ndimensions:", "LOD3602", "did you mean 'sex'?"),
        ("dimensions:", "slices: {a: {fixed: [sex], free: [period]}}\ndimensions:", "LOD3005", "free: [period]"),
        ("dimensions:", "slices: {a: {free: [period, sex, area]}}\ndimensions:", "LOD3627", "fixed: [sex]"),
        ("dimensions:", "slices: nil\ndimensions:", "LOD3603", "none"),
        ("    total: T\n", "    total: T\n    levels: [{en: All}]\n", "LOD3628", "from the top"),
        ("    total: T\n", "    total: T\n    changes: nein\n", "LOD3603", "none"),
        ("from: 2010-12-25}\n      TXG", "from: 2010-12-26}\n      TXG", "LOD3629", "write 2010-12-25"),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, code: str, words: str, tmp_path: Path) -> None:
    text = CUBE.replace("dimensions:", f"{SEX}dimensions:")
    assert old in text
    (tmp_path / "staff.cube.yml").write_text(text.replace(old, new), encoding="utf-8")
    findings = Findings()
    read_cube(tmp_path / "staff.cube.yml", "staff.cube.yml", findings)
    assert [each.code for each in findings] == [code]
    assert words in str(next(iter(findings)).hint)
