"""From a cube file and a workbook to statements: states, editions, and what is wrong at its cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import workbooks

from lod.diagnostics import Diagnostic, Findings, FindingsError
from lod.lift.run import lift_files

BASE = "https://example.org/"
CUBE = """\
base: https://example.org/
dataset: {id: staff, title: {en: Staff, zh-Hant-TW: 人數}}
source: 101.xlsx
layout:
  header: {rows: 3, labels: 3}
  labels: {columns: A, hierarchy: indentation}
codelists:
  area:
    title: {en: Area}
    total: T
    codes:
      T: {en: Taiwan, zh-Hant-TW: 總計}
      N: {en: North, zh-Hant-TW: 北部}
      TPE: {en: Taipei, zh-Hant-TW: 臺北市, parent: N}
      KEE: {en: Keelung, zh-Hant-TW: 基隆市, parent: N}
      S: {en: South, zh-Hant-TW: 南部}
  sex:
    title: {en: Sex}
    total: T
    codes:
      T: {en: Total, zh-Hant-TW: 計}
      M: {en: Male, zh-Hant-TW: 男}
      F: {en: Female, zh-Hant-TW: 女}
units:
  person: {label: {en: Persons}, printed: [人]}
dimensions:
  period: {period: true, from: title}
  area: {codes: area, from: rows}
  sex: {codes: sex, from: columns}
measures:
  headcount: {label: {en: Headcount}, unit: person}
"""
Rows = list[list[str | int | float | None]]
ROWS: Rows = [
    ["表1 人數", None, None, None],
    ["單位：人", None, "中華民國101年底", None],
    ["地區", "計", "男", "女"],
    ["總計", 100, 60, 40],
    ["　北　部", 70, 45, 25],
    ["　　台北市", 50, 30, 20],
    ["　　基隆市", 20, 15, 5],
    ["　南　部", 30, 15, 15],
    ["註：本表不含約聘人員。", None, None, None],
]


@dataclass(frozen=True)
class Lifted:
    """Lines of N-Quads without the graph's end, and findings."""

    lines: frozenset[str]
    findings: Sequence[Diagnostic]

    def objects(self, subject: str, predicate: str) -> set[str]:
        """The objects of a subject's predicate, as N-Quads writes them."""
        head = f"<{BASE}{subject}> <{predicate if ':' in predicate else BASE + predicate}> "
        return {line.removeprefix(head).removesuffix(" .") for line in self.lines if line.startswith(head)}


def lift(folder: Path, rows: Rows = ROWS, cube: str = CUBE, **more: Rows) -> Lifted:
    """Lift a cube over a workbook; a mistake is among the findings."""
    workbooks.write_xlsx(folder / "101.xlsx", {"表1": rows})
    for name, others in more.items():
        workbooks.write_xlsx(folder / f"{name[1:]}.xlsx", {"表1": others})
    (folder / "staff.cube.yml").write_text(cube, encoding="utf-8")
    findings = Findings()
    try:
        lift_files([folder / "staff.cube.yml"], folder / "out.nq", findings=findings)
    except FindingsError as error:
        return Lifted(frozenset(), error.diagnostics)
    return Lifted(frozenset((folder / "out.nq").read_text("utf-8").splitlines()), tuple(findings))


def changed(row: int, column: int, value: str | float | None) -> Rows:
    """The rows with another value in one cell; both are counted from 1."""
    rows = [list(each) for each in ROWS]
    rows[row - 1][column - 1] = value
    return rows


def test_a_sheet_becomes_a_cube(tmp_path: Path) -> None:
    made = lift(tmp_path)
    assert list(made.findings) == []
    observation = "data/staff/obs/2012/TPE/F"
    assert made.objects(observation, "def/measure/headcount") == {'"20"^^<http://www.w3.org/2001/XMLSchema#integer>'}
    assert made.objects(observation, "def/dimension/area") == {f"<{BASE}id/code/area/TPE>"}
    assert made.objects("id/code/area/TPE", "http://www.w3.org/2004/02/skos/core#broader") == {
        f"<{BASE}id/code/area/N>"
    }
    assert made.objects("data/staff", "http://www.w3.org/2004/02/skos/core#note") == {
        '"註：本表不含約聘人員。"@zh-Hant-TW'
    }
    assert made.objects("data/staff", "http://purl.org/dc/terms/temporal") == {f"<{BASE}id/code/period/2012>"}
    assert made.objects("id/code/period/2012", "http://www.w3.org/ns/dcat#startDate") == {
        '"2012-12-31"^^<http://www.w3.org/2001/XMLSchema#date>'
    }
    observations = [
        line
        for line in made.lines
        if line.endswith("-syntax-ns#type> <http://purl.org/linked-data/cube#Observation> .")
    ]
    assert len(observations) == 15


def test_states_are_kept_apart(tmp_path: Path) -> None:
    rows = changed(7, 2, "…")
    rows[6][2], rows[6][3] = "X", None
    rows[7][1:] = ["30r", "－", 30]
    signs = "{missing: ['…'], suppressed: [X], not-applicable: [empty], zero: [－], rounded: [r]}"
    made = lift(tmp_path, rows, CUBE + f"values: {signs}\nchecks: {{totals: none}}\n")
    assert list(made.findings) == []
    sdmx = "http://purl.org/linked-data/sdmx/2009/"
    states = {}
    for code in ("KEE/T", "KEE/M", "KEE/F", "S/T", "S/M", "S/F"):
        subject = f"data/staff/obs/2012/{code}"
        figure = {
            each.split("/")[-1] if "Undefined" in each else each.split('"')[1]
            for each in made.objects(subject, "def/measure/headcount")
        }
        status = {each[-2] for each in made.objects(subject, f"{sdmx}attribute#obsStatus")}
        states[code] = figure, status, {each[-2] for each in made.objects(subject, f"{sdmx}attribute#confStatus")}
    assert states == {
        "KEE/T": ({"Undefined>"}, {"M"}, {"F"}),  # missing
        "KEE/M": ({"Undefined>"}, {"M"}, {"C"}),  # suppressed
        "KEE/F": (set(), set(), set()),  # not applicable: no observation
        "S/T": ({"30"}, {"E"}, {"F"}),  # rounded
        "S/M": ({"0"}, {"A"}, {"F"}),  # zero
        "S/F": ({"30"}, {"A"}, {"F"}),
    }


@pytest.mark.parametrize(
    ("row", "column", "value", "code", "cell", "words"),
    [
        (6, 1, "　　臺中市", "LOD3604", "A6", "'臺中市' is no label of dimension 'area'"),
        (3, 3, "男性人數", "LOD3604", "C3", "'男性人數' is no label of dimension 'sex'"),
        (6, 1, "　　南部", "LOD3606", "A6", "'南部' stands under '北部' here"),
        (6, 4, 21, "LOD3609", "D5", "'北部' is 25, its parts add up to 26 (2012 / N / F)"),
        (6, 2, 50.5, "LOD3611", "B6", "'50.5' is no whole number"),
        (2, 1, "單位：千人", "LOD3610", "A2", "the unit '千人'"),
        (7, 1, "　　台北市", "LOD3607", "B7", "are both the figure of 2012 / TPE / T"),
        (4, 2, "－", "LOD2504", "B4", "'-' is no figure"),
        (2, 4, "民國102年", "LOD2506", "D2", "民國102年 here and 民國101年底 (C2)"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell(
    tmp_path: Path, row: int, column: int, value: str | float, code: str, cell: str, words: str
) -> None:
    found = lift(tmp_path, changed(row, column, value)).findings
    assert found[0].code == code
    assert {each.code for each in found} == {code}
    assert f"!{cell}: " in found[0].message
    assert words in found[0].message
    assert found[0].hint or code == "LOD2506"


def test_an_unknown_label_names_the_nearest(tmp_path: Path) -> None:
    (found,) = lift(tmp_path, changed(7, 1, "　　基隆巿")).findings
    assert found.hint.startswith("did you mean '基隆市'?")


def test_thousands_are_scaled(tmp_path: Path) -> None:
    cube = CUBE.replace("unit: person}", "unit: person, scale: 3}").replace("printed: [人]", "printed: [人, 千人]")
    made = lift(tmp_path, changed(2, 1, "單位：千人"), cube)
    assert list(made.findings) == []
    assert made.objects("data/staff/obs/2012/T/T", "def/measure/headcount") == {
        '"100000"^^<http://www.w3.org/2001/XMLSchema#integer>'
    }


def test_a_mean_lies_between_those_of_its_parts(tmp_path: Path) -> None:
    cube = CUBE.replace("unit: person}", "unit: person, type: decimal, totals: between}")
    rows = [list(each) for each in ROWS]
    for row, means in enumerate(([43, 44, 42], [42, 43, 41], [41, 42, 40], [45, 46, 44], [46, 47, 45]), start=3):
        rows[row][1:] = means
    assert list(lift(tmp_path, rows, cube).findings) == []
    rows[4][1] = 47
    found = next(each for each in lift(tmp_path, rows, cube).findings if "'北部' is 47" in each.message)
    assert (found.code, found.message.partition(": ")[2]) == (
        "LOD3609", "'北部' is 47, not between those of its parts, 41 and 45 (2012 / N / T)",
    )  # fmt: skip


PADDED: Rows = [
    ["表1 人數", None, None, None],
    ["單位：人", None, "中華民國100年底", None],
    ["地區", "計", "男", "女"],
    ["總計", "  1,095 ", " 655", "440 "],
    ["　北部", " 1,065 ", " 640 ", " 425 "],
    ["　　臺北縣", " 1,065 ", " 640 ", " 425 "],
    ["　南部", "  30 ", " 15 ", " 15 "],
]


def test_another_edition_says_only_what_differs(tmp_path: Path) -> None:
    editions = """\
editions:
  - source: 100.xlsx
    values: {numbers: [padded, thousands]}
    codelists: {area: {codes: {TPE: ~, KEE: ~, TPQ: {en: Taipei County, zh-Hant-TW: 臺北縣, parent: N}}}}
"""
    made = lift(tmp_path, ROWS, CUBE + editions, _100=PADDED)
    assert list(made.findings) == []
    assert made.objects("data/staff/obs/2011/TPQ/M", "def/measure/headcount") == {
        '"640"^^<http://www.w3.org/2001/XMLSchema#integer>'
    }
    assert made.objects("data/staff/obs/2012/TPE/M", "def/measure/headcount") == {
        '"30"^^<http://www.w3.org/2001/XMLSchema#integer>'
    }
    assert made.objects("data/staff", "http://purl.org/dc/terms/temporal") == {
        f"<{BASE}id/code/period/2011>", f"<{BASE}id/code/period/2012>",
    }  # fmt: skip
    assert made.objects("id/code/area/TPQ", "http://www.w3.org/2004/02/skos/core#notation") == {'"TPQ"'}


def test_padded_text_without_a_declaration_is_an_error_with_the_way_out(tmp_path: Path) -> None:
    found = lift(tmp_path, PADDED).findings
    assert {each.code for each in found} == {"LOD2504"}
    assert found[0].hint == "if it is meant as one: values: {numbers: [padded, thousands]}"


def test_two_figures_of_a_row_and_a_column_that_agree_are_one_observation(tmp_path: Path) -> None:
    rows: Rows = [*ROWS[:8], ["女", 40, None, None]]
    cube = CUBE.replace("sex: {codes: sex, from: columns}", "sex: {codes: sex}") + "values: {not-applicable: [empty]}\n"
    made = lift(tmp_path, rows, cube)
    assert list(made.findings) == []
    assert made.objects("data/staff/obs/2012/T/F", "def/measure/headcount") == {
        '"40"^^<http://www.w3.org/2001/XMLSchema#integer>'
    }


def test_the_sheet_of_the_guide_becomes_what_the_guide_says(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "printed-tables.md").read_text("utf-8")
    printed = [line.strip("|").split("|") for line in guide.splitlines() if line.startswith("| ") and line[2].isdigit()]
    rows = [[_stored(cell[1:-1]) for cell in line[1:]] for line in printed]
    merged = ("A3:A4", "B3:B4", "C3:D3", "E3:E4")
    workbooks.write_xlsx(tmp_path / "staff.xlsx", {"表1": rows}, merged)
    cube = guide.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "staff.cube.yml").write_text(cube, encoding="utf-8")
    findings = Findings()
    lift_files([tmp_path / "staff.cube.yml"], tmp_path / "out.nq", base_iri=BASE, findings=findings)
    made = Lifted(frozenset((tmp_path / "out.nq").read_text("utf-8").splitlines()), tuple(findings))
    assert list(made.findings) == []
    observations = [
        line
        for line in made.lines
        if line.endswith("-syntax-ns#type> <http://purl.org/linked-data/cube#Observation> .")
    ]
    assert sum("/data/staff/" in line for line in observations) == 9
    assert sum("/data/staff-mean-age/" in line for line in observations) == 3
    assert made.objects("data/staff-mean-age/obs/2012/N", "def/measure/mean-age") == {
        '"42.1"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    }


def _stored(text: str) -> str | float | None:
    return float(text) if text.replace(".", "").isdecimal() else (text.rstrip() or None)


def test_two_editions_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    other = [list(row) for row in ROWS]
    other[5][1:], other[6][1:] = [49, 29, 20], [21, 16, 5]
    found = lift(tmp_path, ROWS, CUBE + "editions: [{source: 102.xlsx}]\n", _102=other).findings
    assert {each.code for each in found} == {"LOD3607"}
    assert "sheet 表1!B6: '49' here and '50' in sheet 表1!B6 are both the figure of 2012 / TPE / T" in found[0].message
    assert "102.xlsx" in str(found[0].origin)
    assert "101.xlsx" in str(found[0].related[0])


@pytest.mark.parametrize(("number", "text"), [(1e30, "1" + "0" * 30), (12345678901234567000.0, "12345678901234567000")])
def test_large_numbers_are_numbers(tmp_path: Path, number: float, text: str) -> None:
    made = lift(tmp_path, changed(4, 2, number), CUBE + "checks: {totals: none}\n")
    assert list(made.findings) == []
    assert made.objects("data/staff/obs/2012/T/T", "def/measure/headcount") == {
        f'"{text}"^^<http://www.w3.org/2001/XMLSchema#integer>'
    }
