"""Stable URIs are a contract: what was published goes with a tombstone, or the build stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import FindingsError, Severity
from lod.errors import GateRefused
from lod.pipeline.run import BuildResult, build
from lod.project.load import load_project
from lod.release.publishing.publish import rollback
from lod.release.release import current_name
from lod.release.uris.tombstones import Tombstone, Tombstones, read_tombstones

OBS = "https://a.example/data/staff/obs/"


def _build(root: Path) -> BuildResult:
    return build(load_project(root / "lod.toml"), publish=True)


def _without(root: Path, *rows: str) -> None:
    path = root / "tables" / "staff.csv"
    lines = [line for line in path.read_text().splitlines() if not line.startswith(rows)]
    path.write_text("\n".join(lines) + "\n")


def _refused(root: Path) -> list[tuple[str, str]]:
    with pytest.raises(FindingsError) as caught:
        _build(root)
    return [(d.code, d.message) for d in caught.value.diagnostics if d.severity is Severity.ERROR]


def test_a_lost_uri_stops_the_build(root: Path) -> None:
    first = _build(root).release
    _without(root, "65000", "63000,M")
    with pytest.raises(GateRefused):
        _build(root)
    assert current_name(root / "releases") == first
    assert list((root / "releases" / "staging").iterdir()) == []
    found = _refused(root)
    assert [code for code, _ in found] == ["LOD8020", "LOD8020"]
    assert found[0][1] == f"2 URIs below {OBS}65000/ would be lost, as {OBS}65000/F, {OBS}65000/M"
    assert found[1][1] == f"1 URI below {OBS}63000/ would be lost, as {OBS}63000/M"


def test_declared_by_name_and_by_pattern(root: Path) -> None:
    _build(root)
    _without(root, "65000", "63000,M")
    (root / "retired.yml").write_text(
        "- uri: data/staff/obs/63000/M\n  date: 2026-03-01\n  reason: merged\n"
        f"- uri: {OBS}65000/*\n  date: 2026-03-02\n  reason: {{ zh-Hant-TW: 併入, en: merged }}\n"
        "  replaced_by: data/staff/obs/63000/*\n"
    )
    second = _build(root).release
    stones = read_tombstones(root / "releases" / second)
    found = stones.find(f"{OBS}65000/F")
    assert found is not None
    assert found.successors(f"{OBS}65000/F") == (f"{OBS}63000/F",)
    assert found.reason == {"zh-Hant-TW": "併入", "en": "merged"}
    assert stones.find(f"{OBS}63000/F") is None
    _edit = root / "ontologies" / "staff.ttl"
    _edit.write_text(_edit.read_text(encoding="utf-8").replace("female", "women"), encoding="utf-8")
    (root / "retired.yml").unlink()  # what was published long ago is still known
    assert [message.partition(" below ")[0] for _, message in _refused(root)] == ["2 URIs", "1 URI"]


def test_what_replaces_it_is_there(root: Path) -> None:
    """A permanent redirection to where nothing is would break the address a second time."""
    _build(root)
    _without(root, "65000")
    (root / "retired.yml").write_text(
        f"- uri: {OBS}65000/*\n  date: 2026-03-02\n  reason: gone\n  replaced_by: [data/staff/obs/99999/F, https://e.org/]\n"
    )
    missing = f"{OBS}99999/F, which replaces {OBS}65000/*, is described nowhere"
    assert _refused(root) == [("LOD8022", missing)]


def test_what_is_published_again_is_not_lost(root: Path) -> None:
    _build(root)
    _without(root, "65000")
    (root / "retired.yml").write_text(f"- uri: {OBS}65000/*\n  date: 2026-03-02\n  reason: gone\n")
    _build(root)
    rollback(root / "releases")
    (root / "retired.yml").unlink()
    with (root / "tables" / "staff.csv").open("a") as table:
        table.write("65000,F,7\n65000,M,8\n")
    assert _build(root).published


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("uri: x", 1, "retired.yml is not a list"),
        ("- x", 1, "an entry has to have keys"),
        ("- uri: x\n  date: 2026-01-01", 1, "'reason' is missing"),
        ("- uri: x\n  date: 2026-13-01\n  reason: r", 2, "'date' is no day"),
        ("- uri: x\n  date: 2026-01-01\n  reason: r\n  replaced_by: x", 4, "it is replaced by itself"),
        ("- uri: 'a b'\n  date: 2026-01-01\n  reason: r", 1, "this is no IRI"),
        ("- uri: x\n  date: 2026-01-01\n  reason: r\n  replacedby: y", 4, "unknown key 'replacedby' of a tombstone"),
        ("- uri: x\n  date: 2026-01-01\n  reason: [a]", 3, "'reason' has to be text"),
    ],
)
def test_an_entry_that_is_wrong(root: Path, text: str, line: int, message: str) -> None:
    (root / "retired.yml").write_text(text)
    with pytest.raises(FindingsError) as caught:
        _build(root)
    (found,) = [item for item in caught.value.diagnostics if item.severity is Severity.ERROR]
    assert (found.code, found.message) == ("LOD8022", message)
    assert f"retired.yml:{line}:" in str(found.origin)


def test_an_entry_of_its_own_comes_before_a_pattern() -> None:
    wide, own = Tombstone("x:a*", "2026-01-01", {}, ("x:b*c*",)), Tombstone("x:a1", "2026-01-01", {})
    stones = Tombstones((wide, own))
    assert stones.find("x:a1") is own
    assert stones.find("x:a2") is wide
    assert wide.successors("x:a2") == ("x:b2c",)
    assert stones.find("x:b") is None
