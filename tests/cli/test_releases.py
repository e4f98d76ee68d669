"""`lod build`, `publish`, `rollback` and `releases`: the pointer and what it may name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Lod = Callable[..., CompletedProcess[str]]


def current(project: Path) -> str:
    return (project / "releases" / "current").read_text().strip()


def grow(project: Path) -> None:
    """A new figure arrives."""
    with (project / "tables" / "staff.csv").open("a", encoding="utf-8") as table:
        table.write("2024,A,F,16\n")


def report(result: CompletedProcess[str]) -> Any:
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_build_reports_every_stage_and_what_to_do_next(lod: Lod, project: Path) -> None:
    result = lod("build", cwd=project)
    assert result.returncode == 0
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    stages = ["read", "parse", "compile", "protect", "lift", "load", "validate", "link", "clear", "publish"]
    assert [line.split()[0] for line in lines[:10]] == stages
    assert lines[-1].endswith("is a candidate. To publish it: lod publish")
    assert not (project / "releases" / "current").exists()


def test_candidate_is_published_by_itself(lod: Lod, project: Path) -> None:
    built = report(lod("build", "--format", "json", cwd=project))
    assert built["published"] is False
    published = report(lod("publish", "--format", "json", cwd=project))
    assert published["release"] == built["release"] == current(project)


def test_unchanged_build_does_nothing(lod: Lod, published: Path) -> None:
    lod("build", "--publish", cwd=published)
    before = current(published)
    result = lod("build", "--publish", cwd=published)
    assert result.returncode == 0
    assert result.stderr.splitlines()[-1] == f"Nothing has changed: {before} is published. To look at it: lod serve"
    assert result.stderr.count("unchanged") >= 5
    assert current(published) == before


def test_quiet_build_says_nothing(lod: Lod, published: Path) -> None:
    grow(published)
    result = lod("build", "--quiet", cwd=published)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_rollback_and_back_again(lod: Lod, published: Path) -> None:
    first = current(published)
    grow(published)
    assert lod("build", "--publish", cwd=published).returncode == 0
    second = current(published)
    assert second != first

    back = lod("rollback", cwd=published)
    assert (back.returncode, back.stderr) == (0, f"rolled back to {first}\n")
    assert current(published) == first

    forward = lod("publish", second, cwd=published)
    assert (forward.returncode, forward.stderr) == (0, f"published {second}\n")
    assert current(published) == second

    named = lod("rollback", "--to", first, cwd=published)
    assert named.returncode == 0
    assert current(published) == first


def test_list(lod: Lod, published: Path) -> None:
    first = current(published)
    grow(published)
    lod("build", cwd=published)
    text = lod("releases", cwd=published)
    assert text.stderr == ""
    lines = text.stdout.splitlines()
    assert lines[0].startswith(f"* {first} ")
    assert lines[0].endswith("  current")
    assert lines[1].startswith("  2-")
    assert lines[1].endswith("  candidate")
    listed = report(lod("releases", "--format", "json", cwd=published))
    assert [release["state"] for release in listed] == ["current", "candidate"]
    assert listed[0]["name"] == first
    assert listed[1]["triples"] > listed[0]["triples"] > 100


def test_damaged_release_in_the_list(lod: Lod, published: Path) -> None:
    (published / "releases" / current(published) / "catalog.ttl").unlink()
    result = lod("releases", cwd=published)
    assert result.returncode == 0
    assert "damaged" in result.stdout
    assert "catalog.ttl is missing" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("publish",), "LOD8006"),
        (("publish", "9-00000000"), "LOD8001"),
        (("publish", "../elsewhere"), "LOD8001"),
        (("rollback",), "LOD8007"),
        (("rollback", "--to", "9-00000000"), "LOD8001"),
    ],
)
def test_nothing_to_move_to(arguments: tuple[str, ...], code: str, lod: Lod, published: Path) -> None:
    before = current(published)
    result = lod(*arguments, cwd=published)
    assert result.returncode == 1
    assert result.stderr.startswith(f"error {code} ")
    assert "hint" in result.stderr
    assert current(published) == before


def test_no_release_yet(lod: Lod, project: Path) -> None:
    result = lod("releases", cwd=project)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "No release yet: lod build makes one.\n")


def test_verify(lod: Lod, published: Path) -> None:
    whole = report(lod("verify", "--full", "--format", "json", cwd=published))
    assert (whole["release"], whole["full"]) == (current(published), True)
    assert lod("verify", cwd=published).stderr.startswith(f"{current(published)} is whole: ")
    dump = next((published / "releases" / current(published)).glob("dump/*.gz"))
    content = dump.read_bytes()
    dump.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    for arguments in ([], ["--full"]):
        result = lod("verify", *arguments, cwd=published)
        assert (result.returncode, "LOD8003" in result.stderr) == (1, True)
    dump.write_bytes(content)
    (dump.parent / "stranger").touch()
    assert "dump/stranger does not belong to it" in lod("verify", "--full", cwd=published).stderr


def test_a_copy_is_verified_where_there_is_no_project(lod: Lod, published: Path, tmp_path: Path) -> None:
    there = tmp_path / "複本 without project" / "copy of it"
    shutil.copytree(published / "releases" / current(published), there)
    assert lod("verify", "--full", str(there), cwd=tmp_path).stderr.startswith(f"{current(published)} is whole: ")
    (there / "manifest.json").write_bytes(b"{}")
    for path in (there, there.parent):
        result = lod("verify", str(path), cwd=tmp_path)
        assert (result.returncode, "LOD800" in result.stderr) == (1, True)


def test_releases_are_enough_to_serve_and_to_go_back(lod: Lod, published: Path) -> None:
    first = current(published)
    grow(published)
    assert lod("build", "--publish", cwd=published).returncode == 0
    for name in ("tables", "mappings", "shapes", "ontologies", ".lod"):
        shutil.rmtree(published / name, ignore_errors=True)
    assert report(lod("rollback", "--format", "json", cwd=published))["release"] == first
    assert lod("verify", "--full", cwd=published).returncode == 0
    assert lod("query", "ASK { ?s ?p ?o }", cwd=published).returncode == 0
