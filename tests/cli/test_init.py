"""`lod init`: what it makes builds, serves and is fit to be changed by people who are no programmers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest

Lod = Callable[..., CompletedProcess[str]]
Serve = Callable[..., Any]


def test_every_file_is_commented_in_both_languages(project: Path) -> None:
    files = [path for path in project.rglob("*") if path.is_file() and path.suffix != ".csv"]
    assert len(files) >= 5
    for path in files:
        comments = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        assert re.search(r"[\u4e00-\u9fff]", "".join(comments[:4])), path
        assert re.search(r"[A-Za-z]{4}", "".join(comments[:4])), path


def test_says_what_to_do_next(lod: Lod, tmp_path: Path) -> None:
    result = lod("init", "statistics", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout == ""
    assert [line.strip() for line in result.stderr.splitlines()[1:]] == [
        "cd statistics",
        "lod build --publish",
        "lod serve",
    ]


def test_the_next_step_can_be_copied_whatever_the_folder_is_called(lod: Lod, tmp_path: Path) -> None:
    result = lod("init", "衛生局 統計", cwd=tmp_path)
    assert "\n  cd '衛生局 統計'\n" in result.stderr


def test_empty_folder_will_do(lod: Lod, tmp_path: Path) -> None:
    assert lod("init", ".", cwd=tmp_path).returncode == 0
    assert (tmp_path / "lod.toml").is_file()


@pytest.mark.parametrize("taken", ["folder", "file"])
def test_nothing_is_overwritten(lod: Lod, tmp_path: Path, taken: str) -> None:
    mine = tmp_path / "mine"
    kept = mine
    if taken == "folder":
        mine.mkdir()
        kept = mine / "thesis.odt"
    kept.write_text("years of work")
    result = lod("init", "mine", cwd=tmp_path)
    assert result.returncode == 2
    assert "error LOD0006 'mine' is not empty" in result.stderr
    assert kept.read_text() == "years of work"
    assert [path.name for path in tmp_path.rglob("*")] == (["mine", "thesis.odt"] if taken == "folder" else ["mine"])


def examples(repository: Path) -> list[str]:
    """The example addresses of the reference page, which speak of a project of `lod init`."""
    page = (repository / "docs" / "reference" / "urls.md").read_text(encoding="utf-8")
    return re.findall(r"\| `(/[^`]*)` \|$", page, flags=re.MULTILINE)


def test_every_documented_address_answers(published: Path, serve: Serve, repository: Path) -> None:
    site = serve(published)
    paths = examples(repository)
    assert len(paths) >= 10
    with httpx.Client(base_url=site.address, follow_redirects=True) as client:
        answers = {path: client.get(path) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    assert answers["/id/code/office/A"].history[0].status_code == 303


def test_pages_in_both_languages_and_data(published: Path, serve: Serve) -> None:
    site = serve(published)
    with httpx.Client(base_url=site.address, follow_redirects=True) as client:
        chinese = client.get("/data/staff", headers={"Accept": "text/html", "Accept-Language": "zh-TW"})
        english = client.get("/data/staff", headers={"Accept": "text/html", "Accept-Language": "en"})
        turtle = client.get("/id/code/office/A", headers={"Accept": "text/turtle"})
        figure = client.get("/data/staff/obs/2022/A/M.jsonld")
        totals = client.get("/sparql", params={"query": TOTALS}, headers={"Accept": "text/csv"})
    for text in ("員額統計", "組室", "綜合規劃組", "2022"):
        assert text in chinese.text
    for text in ("Staff by division and sex", "Division", "Planning Division", "2022"):
        assert text in english.text
    assert '"綜合規劃組"@zh-hant-tw' in turtle.text.lower()
    assert "11" in figure.text
    assert totals.text.split() == ["year,people", "2022,57", "2023,59"]


TOTALS = """
PREFIX dimension: <https://lod.example.org/def/dimension/>
PREFIX measure: <https://lod.example.org/def/measure/>
SELECT ?year (SUM(?n) AS ?people) { ?figure dimension:year ?year ; measure:headcount ?n } GROUP BY ?year ORDER BY ?year
"""


def test_a_draft_outside_a_project_is_whole(lod: Lod, tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text("職員人數,民國101年底\n縣市,人數\n臺北市,3\n新北市,4\n", encoding="utf-8")
    assert lod("init", "staff.cube.yml", "--from", "staff.csv", cwd=tmp_path).returncode == 0
    assert "\nbase: https://lod.example.org/ # decide:" in (tmp_path / "staff.cube.yml").read_text(encoding="utf-8")
    assert lod("check", "staff.cube.yml", cwd=tmp_path).returncode == 0
    (tmp_path / "staff.cube.yml").write_text(
        re.sub("base: .*\n", "", (tmp_path / "staff.cube.yml").read_text(encoding="utf-8")), encoding="utf-8"
    )
    result = lod("check", "staff.cube.yml", cwd=tmp_path)
    said = re.findall(r"^(staff\S+) error LOD4010", result.stdout + result.stderr, re.MULTILINE)
    assert said
    assert len(said) == len(set(said))  # once at each place


def test_a_draft_names_its_table_from_where_it_lies(lod: Lod, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    rows = "縣市,民國101年,備註\n臺北市,3,x\n新北市,4,\n桃園市,5,\n"
    (tmp_path / "tables" / "staff.csv").write_text(rows, encoding="utf-8")
    assert lod("init", "mappings/staff.cube.yml", "--from", "tables/staff.csv", cwd=tmp_path).returncode == 0
    draft = (tmp_path / "mappings" / "staff.cube.yml").read_text(encoding="utf-8")
    assert 'source: "../tables/staff.csv"' in draft
    assert "translations" not in draft  # a remark beside one row is no English label of it
    assert lod("check", "mappings/staff.cube.yml", cwd=tmp_path).returncode == 0


CITIES = (("63000", "臺北市"), ("65000", "新北市"))


def test_a_draft_in_a_project_is_built_with_it(lod: Lod, tmp_path: Path) -> None:
    assert lod("init", "statistics", cwd=tmp_path).returncode == 0
    root = tmp_path / "statistics"
    table = root / "tables" / "people.csv"
    table.write_text("表1 人口數,民國101年底\n縣市別,人口數\n臺北市,3\n新北市,4\n", encoding="utf-8")
    assert lod("init", "mappings/people.cube.yml", "--from", "tables/people.csv", cwd=root).returncode == 0
    draft = (root / "mappings" / "people.cube.yml").read_text(encoding="utf-8")
    assert "base:" not in draft
    refused = lod("build", cwd=root)  # its codes have no English names yet: told where they stand
    assert refused.returncode == 3
    lines = [draft.splitlines().index(f'      "{code}": {{zh-Hant-TW: "{name}"}}') + 1 for code, name in CITIES]
    assert all(f"mappings/people.cube.yml:{line}:7" in refused.stderr for line in lines)
    draft = re.sub(
        r'\{zh-Hant-TW: ("...")\}', r"{zh-Hant-TW: \1, en: A city}", draft
    )  # the project's shapes ask for it
    (root / "mappings" / "people.cube.yml").write_text(draft, encoding="utf-8")
    built = lod("build", cwd=root)
    assert built.returncode == 0, built.stderr
    assert list(root.glob("releases/*/dump/people.csv"))
