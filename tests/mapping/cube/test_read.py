"""Cube files: what is wrong is said at its line and column, all of it in one pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.cube.compile import read_cube_files
from lod.mapping.cube.model import Cube, Source, parts_of
from lod.mapping.cube.read import read_cube

WHOLE = """\
dataset:
  id: staff
  title: {en: Staff}
source: staff.xlsx
layout:
  header: {rows: 3-4, labels: 3}
  labels: {columns: A, translations: B, hierarchy: indentation}
codelists:
  sex:
    title: {en: Sex}
    total: T
    codes:
      T: {en: Total, zh-Hant-TW: 總計}
      M: {en: Male, labels: [男性, 性別 > 男]}
      F: {en: Female}
units:
  person: {label: {en: Persons}, printed: [人]}
dimensions:
  period: {period: true, from: title}
  sex: {codes: sex}
measures:
  headcount: {label: {en: Headcount}, unit: person}
"""


def read(folder: Path, text: str, name: str = "staff.cube.yml") -> tuple[Cube | None, Findings]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    findings = Findings()
    return read_cube(path, name, findings), findings


def test_a_whole_file(tmp_path: Path) -> None:
    cube, findings = read(tmp_path, WHOLE)
    assert list(findings) == []
    assert cube is not None
    edition = cube.editions[0]
    assert (edition.access, edition.layout.header_rows, edition.layout.label_rows) == ("staff.xlsx", (3, 4), (3,))
    assert (edition.layout.label_columns, edition.layout.translation_columns) == ((1,), (2,))
    period, sex = edition.dimensions
    assert (period.is_period, period.source, sex.source) == (True, Source.TITLE, Source.LABELS)
    assert sex.codes is not None
    male = sex.codes.get("M")
    assert male is not None
    assert (male.parents, male.matches) == (("T",), (("M",), ("Male",), ("男性",), ("性別", "男")))


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column", "word"),
    [
        ("  id: staff", "  ids: staff", "LOD3003", 2, 3, "id"),
        ("  id: staff", "  id: Staff", "LOD3603", 2, 7, ""),
        ("layout:", "layuot:", "LOD3003", 5, 1, "layout"),
        ("rows: 3-4", "rows: 3-x", "LOD3603", 6, 18, "3-7"),
        ("labels: 3}", "labels: 7}", "LOD3603", 6, 31, ""),
        ("hierarchy: indentation", "hierarchy: indention", "LOD3603", 7, 52, "indentation"),
        ("    total: T", "    total: X", "LOD3602", 11, 12, "T"),
        ("      F: {en: Female}", "      F: {en: Female, parent: N}", "LOD3602", 15, 7, ""),
        ("      F: {en: Female}", "      F: {english: Female}", "LOD3009", 15, 11, "zh-Hant-TW"),
        ("      F: {en: Female}", "      F: {en: Female, parnet: T}", "LOD3009", 15, 23, "parent"),
        ("      F: {en: Female}", "      女: {en: Female}", "LOD3603", 15, 7, "ASCII"),
        ("source: staff.xlsx", "source: s.csv\nencoding: bog5", "LOD3014", 5, 11, "big5"),
        ("unit: person", "unit: person, scale: 9999", "LOD3603", 22, 60, ""),
        ("codes: sex}", "codes: sx}", "LOD3602", 20, 16, "sex"),
        ("from: title", "from: titel", "LOD3603", 19, 32, "title"),
        ("unit: person", "unit: persons", "LOD3602", 22, 45, "person"),
        ("  sex: {codes: sex}", "  sex: {label: {en: Sex}}", "LOD3005", 20, 8, "period: true"),
    ],
)
def test_a_mistake_is_said_at_its_place(
    tmp_path: Path, old: str, new: str, code: str, line: int, column: int, word: str
) -> None:
    assert WHOLE.count(old) == 1
    cube, findings = read(tmp_path, WHOLE.replace(old, new))
    assert cube is None
    first = findings.items[0]
    assert isinstance(first.origin, TextOrigin)
    assert (first.code, first.origin.line, first.origin.column) == (code, line, column), first
    assert word in first.hint


def test_all_mistakes_are_said_in_one_pass(tmp_path: Path) -> None:
    text = (
        WHOLE.replace("id: staff", "id: Staff").replace("from: title", "from: titel").replace("unit: person", "unit: x")
    )
    _, findings = read(tmp_path, text)
    assert [each.code for each in findings] == ["LOD3603", "LOD3603", "LOD3602"]


def test_what_is_missing_is_named_with_an_example(tmp_path: Path) -> None:
    _, findings = read(tmp_path, "dataset: {id: staff, title: {en: Staff}}\n")
    assert [(each.code, each.message.rpartition(" ")[2]) for each in findings] == [
        ("LOD3005", "'source'"), ("LOD3005", "'layout'"), ("LOD3005", "'dimensions'"), ("LOD3005", "'measures'"),
    ]  # fmt: skip
    assert all(each.hint for each in findings)


def test_a_sign_has_one_meaning(tmp_path: Path) -> None:
    _, findings = read(tmp_path, WHOLE + "values: {zero: [－], missing: [－]}\n")
    assert [each.code for each in findings] == ["LOD3603"]


def test_a_file_is_completed_by_what_it_extends(tmp_path: Path) -> None:
    (tmp_path / "common.cube.yml").write_text(WHOLE, encoding="utf-8")
    text = """\
extends: common.cube.yml
dataset: {id: staff-2013}
source: 102.xlsx
measures:
  headcount: ~
  posts: {label: {en: Posts}}
"""
    cube, findings = read(tmp_path, text, "2013.cube.yml")
    assert list(findings) == []
    assert cube is not None
    assert (cube.dataset.id, cube.editions[0].access) == ("staff-2013", "102.xlsx")
    assert dict(cube.dataset.labels) == {"en": "Staff"}
    assert [measure.name for measure in cube.measures] == ["posts"]


def test_a_mistake_in_an_extended_file_is_said_there(tmp_path: Path) -> None:
    (tmp_path / "common.cube.yml").write_text(WHOLE.replace("total: T", "total: X"), encoding="utf-8")
    _, findings = read(tmp_path, "extends: common.cube.yml\n", "2013.cube.yml")
    assert isinstance(findings.items[0].origin, TextOrigin)
    assert findings.items[0].origin.path.endswith("common.cube.yml")
    assert findings.items[0].origin.line == 11


def test_nothing_to_extend_and_circles(tmp_path: Path) -> None:
    (tmp_path / "common.cube.yml").write_text("extends: 2013.cube.yml\n", encoding="utf-8")
    _, findings = read(tmp_path, "extends: comon.cube.yml\n", "2013.cube.yml")
    assert [(each.code, each.hint) for each in findings] == [("LOD3601", "did you mean 'common.cube.yml'?")]
    _, findings = read(tmp_path, "extends: common.cube.yml\n", "2013.cube.yml")
    assert [each.code for each in findings] == ["LOD3601"]


def test_a_file_without_dataset_is_there_to_be_extended(tmp_path: Path) -> None:
    cube, findings = read(tmp_path, "units: {person: {label: {en: Persons}}}\n", "common.cube.yml")
    assert cube is None
    assert list(findings) == []


def test_a_measure_apart_is_a_dataset_of_its_own(tmp_path: Path) -> None:
    text = WHOLE + (
        "  mean-age:\n    label: {en: Mean age}\n    type: decimal\n    labels: [Mean]\n"
        "    dataset: {id: staff-mean-age, title: {en: Mean age of staff}}\n    without: [sex]\n"
    )
    cube, findings = read(tmp_path, text)
    assert list(findings) == []
    assert cube is not None
    parts = [
        (part.dataset.id, [each.name for each in part.dimensions], [each.name for each in part.measures])
        for part in parts_of(cube, cube.editions[0])
    ]
    assert parts == [
        ("staff", ["period", "sex"], ["headcount"]),
        ("staff-mean-age", ["period"], ["mean-age"]),
    ]


def test_a_uri_names_all_dimensions(tmp_path: Path) -> None:
    cube, findings = read(tmp_path, WHOLE + "uri: data/staff/obs/{period}\n")
    assert cube is None
    assert (findings.items[0].code, findings.items[0].hint) == ("LOD3603", "add {sex}")


def test_two_files_with_one_id_are_one_dataset_or_an_error(tmp_path: Path) -> None:
    findings = Findings()
    texts = {
        "staff.cube.yml": WHOLE,
        "again.cube.yml": WHOLE.replace("title: {en: Staff}", "title: {en: Staff in 2012}"),
        "ages.cube.yml": WHOLE.replace("  sex: {codes: sex}\n", ""),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    read_cube_files([tmp_path / name for name in texts], lambda path: path.name, findings)
    assert [(each.code, str(each.origin)) for each in findings] == [
        ("LOD3641", "again.cube.yml:2:7"),
        ("LOD3640", "ages.cube.yml:2:7"),
    ]
