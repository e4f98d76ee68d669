"""From tables to a published release, and what stops it; what is published stays whatever fails."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lod.diagnostics import CellOrigin, Diagnostic, FindingsError, Severity
from lod.errors import GateRefused
from lod.events import Event, Found, StageFinished, StageStarted
from lod.pipeline.judging import ValidationRefused
from lod.pipeline.run import BuildResult, build
from lod.pipeline.stages import STAGES
from lod.project.load import load_project
from lod.release.history.listing import list_releases
from lod.release.publishing.publish import publish_candidate, rollback
from lod.release.release import current_name, open_current, open_release
from lod.release.report.validated import read_account
from lod.store.snapshot import open_snapshot
from lod.wording import translated

NAMES = ("read", "parse", "compile", "protect", "lift", "load", "validate", "link", "clear", "publish")


def _build(root: Path, *, publish: bool = False, report: Callable[[Event], None] = lambda _event: None) -> BuildResult:
    return build(load_project(root / "lod.toml"), publish=publish, report=report)


def _edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _refused(root: Path) -> list[Diagnostic]:
    with pytest.raises(FindingsError) as caught:
        _build(root, publish=True)
    return [item for item in caught.value.diagnostics if item.severity is Severity.ERROR]


def test_stages_are_one_visible_tuple() -> None:
    assert tuple(stage.__name__.rstrip("_") for stage in STAGES) == NAMES


def test_a_candidate_then_the_published_release(root: Path) -> None:
    events: list[Event] = []
    result = _build(root, report=events.append)
    assert (result.published, result.unchanged, result.skipped) == (False, False, ())
    assert [event.stage for event in events if isinstance(event, StageStarted)] == list(NAMES)
    assert [event.stage for event in events if isinstance(event, StageFinished)] == list(NAMES)
    assert [item.code for item in result.findings] == ["LOD7003"]
    assert [event.diagnostic.code for event in events if isinstance(event, Found)] == ["LOD7003"]
    assert current_name(root / "releases") is None
    release = publish_candidate(root / "releases")
    assert release.manifest.name == result.release
    store = open_snapshot(release.store)
    assert len(store) == release.manifest.triples == 4 * 4 + 3 + 2 * 3 + 2
    assert set(release.manifest.inputs) == {
        "lod.toml",
        "tables/staff.csv",
        "mappings/staff.yarrrml.yml",
        "ontologies/staff.ttl",
        "ontologies/links.sssom.tsv",
        "shapes/staff.ttl",
    }
    assert "sh:conforms true" in (release.folder / "report" / "validation.ttl").read_text(encoding="utf-8")


def test_what_is_unchanged_is_not_built_again(root: Path) -> None:
    first = _build(root)
    events: list[Event] = []
    second = _build(root, report=events.append)
    assert (second.release, second.unchanged, second.published) == (first.release, True, False)
    assert second.skipped == NAMES[3:]
    assert second.findings == first.findings
    assert [e.stage for e in events if isinstance(e, StageFinished) and e.skipped] == list(NAMES[3:])
    third = _build(root, publish=True)
    assert (third.release, third.unchanged, third.published) == (first.release, True, True)
    assert _build(root, publish=True).release == first.release
    assert len(list_releases(root / "releases")) == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("tables/staff.csv", "F,10", "F,11"),
        ("mappings/staff.yarrrml.yml", "def:headcount", "def:count"),
        ("ontologies/staff.ttl", '"female"', '"women"'),
        ("ontologies/links.sssom.tsv", "Ms Lin", "Mr Wu"),
        ("shapes/staff.ttl", "sh:minInclusive 0", "sh:minInclusive 1"),
        ("lod.toml", '"Staff"', '"Staff!"'),
    ],
)
def test_any_change_makes_another_release(root: Path, name: str, old: str, new: str) -> None:
    first = _build(root, publish=True)
    _edit(root, name, old, new)
    second = _build(root, publish=True)
    assert (second.unchanged, second.published) == (False, True)
    assert second.release.startswith("2-")
    assert open_current(root / "releases").manifest.previous == first.release
    assert rollback(root / "releases").manifest.name == first.release


def test_the_lift_is_kept_while_its_inputs_are_the_same(root: Path) -> None:
    _build(root)
    (kept,) = (root / ".lod" / "lift").iterdir()
    stamp = kept.stat().st_mtime_ns
    _edit(root, "shapes/staff.ttl", "sh:minInclusive 0", "sh:minInclusive 1")
    assert not _build(root).unchanged
    (again,) = (root / ".lod" / "lift").iterdir()
    assert (again.name, again.stat().st_mtime_ns) == (kept.name, stamp)
    _edit(root, "tables/staff.csv", "F,10", "F,11")
    assert _build(root).made_from is not None
    _edit(root, "mappings/staff.yarrrml.yml", "def:sex", "def:gender")
    assert _build(root).made_from is not None
    assert build(load_project(root / "lod.toml"), from_tables=True).made_from is None
    (other,) = (root / ".lod" / "lift").iterdir()
    assert other.name != kept.name


def test_a_kept_lift_that_is_not_whole_is_made_again(root: Path) -> None:
    first = _build(root)
    (part,) = (root / ".lod" / "lift").glob("*/part-*.nq.zst")
    part.write_text("")
    _edit(root, "shapes/staff.ttl", "sh:minInclusive 0", "sh:minInclusive 1")
    second = _build(root)
    triples = [open_release(root / "releases" / r.release).manifest.triples for r in (second,)]
    assert triples == [27]
    assert second.release != first.release


def test_the_same_inputs_give_the_same_release_elsewhere(root: Path, tmp_path: Path) -> None:
    first = _build(root)
    one = open_release(root / "releases" / first.release).manifest
    elsewhere = root.rename(tmp_path / "elsewhere")
    (elsewhere / "releases").rename(tmp_path / "aside")
    two = open_release(elsewhere / "releases" / _build(elsewhere).release).manifest
    assert (two.name, two.digest, two.inputs, two.triples) == (one.name, one.digest, one.inputs, one.triples)


def test_a_violation_goes_back_to_its_cell_and_blocks(root: Path) -> None:
    published = _build(root, publish=True).release
    _edit(root, "tables/staff.csv", "65000,F,7\n65000,M,9", "65000,F,-7\n65000,X,9")
    with pytest.raises(ValidationRefused) as caught:
        _build(root, publish=True)
    assert isinstance(caught.value, GateRefused)
    assert caught.value.exit_code == 3
    errors = [item for item in caught.value.diagnostics if item.severity is Severity.ERROR]
    assert {(item.code, item.origin) for item in errors} == {
        ("LOD6001", CellOrigin("tables/staff.csv", 4, "headcount", "-7")),
        ("LOD6001", CellOrigin("tables/staff.csv", 5, "sex", "X")),
    }
    low = next(item for item in errors if "headcount" in item.message)
    assert "人數不為負" in translated(low.message, "zh-Hant-TW")
    assert "not negative" in low.message
    assert [str(place) for place in low.related] == ["shapes/staff.ttl:10:1"]
    assert low.rule is not None
    assert low.rule.path == "mappings/staff.yarrrml.yml"
    rule = (root / low.rule.path).read_text(encoding="utf-8").splitlines()[low.rule.line - 1]
    assert "headcount" in rule
    assert current_name(root / "releases") == published
    assert [release.state for release in list_releases(root / "releases")] == ["current"]
    assert list((root / "releases" / "staging").iterdir()) == []
    assert "sh:conforms false" in (root / ".lod" / "report" / "validation.ttl").read_text(encoding="utf-8")
    page = (root / ".lod" / "report" / "validation.html").read_text(encoding="utf-8")
    assert 'tables/staff.csv</td><td class="n row">4</td>' in page
    assert ".lod/report/validation.html" in caught.value.note
    assert f"Compared with {published}: 2 new, 0 fixed, 0 unchanged." in caught.value.note
    assert caught.value.facts is not None
    assert caught.value.facts["validation"]["results"] == 2


def test_a_violation_in_a_vocabulary_goes_back_to_its_line(root: Path) -> None:
    _edit(root, "ontologies/staff.ttl", '"male"@en', '"male"@fr')
    (error,) = _refused(root)
    assert (error.code, str(error.origin)) == ("LOD6001", "ontologies/staff.ttl:12:36")
    assert [str(place) for place in error.related] == ["shapes/staff.ttl:16:1"]


def test_a_warning_does_not_block(root: Path) -> None:
    _edit(root, "shapes/staff.ttl", "sh:minInclusive 0 ;", "sh:minInclusive 8 ; sh:severity sh:Warning ;")
    result = _build(root, publish=True)
    assert result.published
    assert ("LOD6001", Severity.WARNING) in {(item.code, item.severity) for item in result.findings}
    assert _build(root).findings == result.findings  # a warning does not vanish because nothing was done
    first = read_account(root / "releases" / result.release)
    assert first is not None
    assert (first.conforms, first.change, [cause.severity for cause in first.causes]) == (False, None, ["Warning"])
    assert (root / "releases" / result.release / first.page).is_file()
    _edit(root, "tables/staff.csv", "65000,F,7", "65000,F,8")
    second = read_account(root / "releases" / _build(root).release)
    assert second is not None
    assert second.change is not None
    assert (second.change.since, second.change.new, second.change.fixed) == (result.release, 0, 1)
    assert {each.engine.partition(" ")[0] for each in second.judged} == {"shacl"}
    assert read_account(root) is None


def test_everything_that_is_wrong_is_said_at_once(root: Path) -> None:
    _edit(root, "shapes/staff.ttl", "sh:minInclusive 0 ;", "e:x 0 ;")
    _edit(root, "ontologies/staff.ttl", "<id/sex/M> a skos:Concept ;", "<id/sex/M> a skos:Concept")
    _edit(root, "ontologies/links.sssom.tsv", "sdmx:sex-M", "sdx:sex-M")
    _edit(root, "mappings/staff.yarrrml.yml", "$(headcount)", "$(headcont)")
    found = {item.code: str(item.origin) for item in _refused(root)}
    assert found["LOD5020"].startswith(("shapes/staff.ttl:11:5", "ontologies/staff.ttl:"))
    assert found["LOD7013"] == "ontologies/links.sssom.tsv:6:23"
    assert {code[:4] for code in found} == {"LOD4", "LOD5", "LOD7"}
    assert list_releases(root / "releases") == []


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("tables/staff.csv", "county,sex,headcount\n63000,F,10,1\n", "LOD2"),
        ("tables/staff.csv", "county,sex,headcount\n63000,F,1\x000\n", "LOD2"),
        ("tables/staff.csv", "county,sex,headcount\n63000,女,10\n".encode("big5"), "LOD2"),
        ("tables/staff.csv", "county,sex,headcount\n", "LOD"),
        ("tables/staff.csv", "county,sex,headcount\n63000,F,ten\n", "LOD4"),
        ("mappings/staff.yarrrml.yml", "mappings: [", "LOD3"),
        ("shapes/staff.ttl", "@prefix : <", "LOD5020"),
    ],
)
def test_bad_material_changes_nothing_published(root: Path, name: str, text: str | bytes, code: str) -> None:
    published = _build(root, publish=True).release
    (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    errors = _refused(root)
    assert errors
    assert all(item.code.startswith(code) for item in errors), errors
    assert current_name(root / "releases") == published
    assert open_current(root / "releases", verify="full").manifest.name == published
    assert list((root / "releases" / "staging").iterdir()) == []


def test_a_project_without_shapes_says_that_nothing_was_validated(root: Path) -> None:
    _edit(root, "lod.toml", 'shapes = ["shapes/*.ttl"]\n', "")
    result = _build(root)
    assert "LOD6006" in [item.code for item in result.findings]
    assert not (root / "releases" / result.release / "report" / "validation.ttl").exists()


def test_a_damaged_release_is_not_taken_for_an_unchanged_one(root: Path) -> None:
    first = _build(root, publish=True).release
    (root / "releases" / first / "void.ttl").unlink()
    second = _build(root, publish=True)
    assert not second.unchanged
    assert second.release.startswith("2-")
    assert open_current(root / "releases", verify="full").manifest.name == second.release


def test_a_link_from_nothing(root: Path) -> None:
    with (root / "ontologies" / "links.sssom.tsv").open("a", encoding="utf-8") as file:
        file.write("sex:X\tskos:exactMatch\tsdmx:sex-U\tsemapv:ManualMappingCuration\tMs Lin\n")
    found = [(item.code, str(item.origin)) for item in _build(root).findings]
    assert ("LOD7018", "ontologies/links.sssom.tsv:7") in found


def test_interrupted_by_ctrl_c(root: Path) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, StageStarted) and event.stage == "validate":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _build(root, publish=True, report=interrupt)
    assert list((root / "releases" / "staging").iterdir()) == []
    assert _build(root, publish=True).published


def test_the_release_says_what_the_gate_did(root: Path) -> None:
    release = _build(root, publish=True).release
    record = json.loads((root / "releases" / release / "manifest.json").read_text(encoding="utf-8"))["clearance"]
    assert record["checked"] is False
    assert record["rules"] == []
    assert "nothing was checked" in record["statement"]["en"]


def test_the_same_inputs_give_the_byte_identical_manifest(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From nothing, twice: another store, other threads, the same manifest. After a dead build, too."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    manifests = []
    for number in range(2):
        release = open_release(root / "releases" / _build(root).release)
        manifests.append((release.folder / "manifest.json").read_bytes())
        for name in ("releases", ".lod"):
            (root / name).rename(root / f"{name}-{number}")
        (root / "releases" / "staging" / "dead").mkdir(parents=True)
    assert manifests[0] == manifests[1]


def test_a_project_elsewhere_gives_the_byte_identical_manifest(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is found names files from the project's folder: not where that lies, nor where the command ran."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    _edit(root, "mappings/staff.yarrrml.yml", "xsd:integer]", "xsd:nonNegativeInteger]")  # LOD6022, at the mapping
    _edit(root, "mappings/staff.yarrrml.yml", "staff.csv~csv", "../outside/staff.csv~csv")
    _edit(root, "shapes/staff.ttl", "sh:minInclusive 0 ;", "sh:minInclusive 8 ; sh:severity sh:Warning ;")
    manifests, found = [], ""
    for number, here in enumerate(("project", ".", "/")):
        place = tmp_path / f"place {number}" / ("deeper" * number)
        copy = place / "project"
        shutil.copytree(root, copy)
        (place / "outside").mkdir()
        (copy / "tables" / "staff.csv").rename(place / "outside" / "staff.csv")
        monkeypatch.chdir(place / here)
        release = open_release(copy / "releases" / _build(copy).release)
        manifests.append((release.folder / "manifest.json").read_text(encoding="utf-8"))
        found = (release.folder / "report" / "findings.json").read_text(encoding="utf-8")
    assert "LOD6022" in found
    assert "LOD6001" in found
    assert '"path": "mappings/staff.yarrrml.yml"' in found
    assert '"../outside/staff.csv"' in found
    assert str(tmp_path) not in found
    assert manifests[0] == manifests[1] == manifests[2]


def test_bad_rows_are_set_aside_where_the_project_says_so(root: Path) -> None:
    _edit(root, "tables/staff.csv", "65000,M,9", "65000,M,n/a")
    _edit(root, "lod.toml", "[build]", '[build]\non_error = "quarantine"\nmax_rejects = "30%"')
    result = _build(root)
    assert [item.code for item in result.findings if item.code in ("LOD4003", "LOD4044")] == ["LOD4003", "LOD4044"]
    rejected = (root / ".lod" / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert rejected[1].endswith(",LOD4003,tables/staff.csv,5,headcount,n/a")
    _edit(root, "lod.toml", "30%", "20%")
    with pytest.raises(FindingsError) as caught:
        _build(root)
    assert [item.code for item in caught.value.diagnostics if item.severity == "error"] == ["LOD4045"]


def test_the_engine_makes_no_difference(root: Path, spark: None) -> None:
    names = []
    for engine in ("duckdb", "spark"):
        _edit(root, "lod.toml", "[build]", f'[lift]\nengine = "{engine}"\n[build]')
        names.append(
            {path.name: path.read_bytes() for path in (root / "releases" / _build(root).release / "dump").iterdir()}
        )
        for name in (".lod", "releases"):
            shutil.rmtree(root / name)
        _edit(root, "lod.toml", f'[lift]\nengine = "{engine}"\n', "")
    assert names[0]
    assert names[0] == names[1]


def test_an_engine_that_nobody_knows(root: Path) -> None:
    _edit(root, "lod.toml", "[build]", '[lift]\nengine = "sparc"\n[build]')
    with pytest.raises(FindingsError) as caught:
        load_project(root / "lod.toml")
    (finding,) = caught.value.diagnostics
    assert (finding.code, str(finding.hint)) == ("LOD1005", "did you mean 'spark'?")


@pytest.mark.parametrize(("key", "value"), [("on_error", "ignore"), ("max_rejects", "much")])
def test_what_cannot_be_asked_of_bad_rows(root: Path, key: str, value: str) -> None:
    _edit(root, "lod.toml", "[build]", f'[build]\n{key} = "{value}"')
    with pytest.raises(FindingsError) as caught:
        load_project(root / "lod.toml")
    assert [item.code for item in caught.value.diagnostics] == ["LOD1005"]
