"""The pointer: from candidate to published, back again, and never to something damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lod.release.history.listing import list_releases
from lod.release.history.log import history, read_log
from lod.release.lock import exclusive
from lod.release.publishing.candidates import candidate_names
from lod.release.publishing.publish import publish_candidate, rollback
from lod.release.publishing.staging import staging
from lod.release.release import Release, ReleaseError, current_name, open_current, open_release
from lod.release.seal import MANIFEST

Make = Callable[..., Release]
Quad = Callable[[object], str]


def _states(releases: Path) -> list[tuple[str, str]]:
    return [(release.name.partition("-")[0], release.state) for release in list_releases(releases)]


def test_a_candidate_is_whole_before_it_is_published(make: Make, quad: Quad, releases: Path) -> None:
    release = make(quad(1))
    assert current_name(releases) is None
    assert release.manifest.name == f"1-{release.manifest.digest[:8]}"
    assert open_release(release.folder, verify="full").manifest == release.manifest
    assert _states(releases) == [("1", "candidate")]
    with pytest.raises(ReleaseError) as caught:
        open_current(releases)
    assert caught.value.code == "LOD8004"


def test_publish_and_roll_back(make: Make, quad: Quad, releases: Path) -> None:
    names = []
    for number in (1, 2, 3):
        make(quad(number))
        names.append(publish_candidate(releases).manifest.name)
        assert current_name(releases) == names[-1]
    assert [release.manifest.previous for release in map(open_release, [releases / n for n in names])] == [
        None,
        *names[:2],
    ]
    assert rollback(releases).manifest.name == names[1]
    assert rollback(releases).manifest.name == names[0]
    with pytest.raises(ReleaseError) as caught:
        rollback(releases)
    assert caught.value.code == "LOD8007"
    assert publish_candidate(releases, names[2]).manifest.name == names[2]
    assert rollback(releases, names[0]).manifest.name == names[0]
    assert _states(releases) == [("1", "current"), ("2", "published before"), ("3", "published before")]
    assert [(r.event, r.release) for r in read_log(releases)] == [
        ("publish", names[0]),
        ("publish", names[1]),
        ("publish", names[2]),
        ("rollback", names[1]),
        ("rollback", names[0]),
        ("publish", names[2]),
        ("rollback", names[0]),
    ]
    assert history(read_log(releases)) == [names[0]]


def test_publishing_again_changes_nothing(make: Make, quad: Quad, releases: Path) -> None:
    name = publish_candidate(releases, make(quad(1)).manifest.name).manifest.name
    publish_candidate(releases, name)
    assert len(read_log(releases)) == 1


def test_a_newer_candidate_replaces_an_older_one(make: Make, quad: Quad, releases: Path) -> None:
    publish_candidate(releases, make(quad(1)).manifest.name)
    second, third = make(quad(2)), make(quad(3))
    assert not second.folder.exists()
    assert candidate_names(releases) == [third.manifest.name]
    assert third.manifest.version == 3
    assert _states(releases) == [("1", "current"), ("3", "candidate")]


def test_nothing_published_is_ever_removed(make: Make, quad: Quad, releases: Path) -> None:
    """Not even when the log is lost and the pointer has moved on."""
    first = publish_candidate(releases, make(quad(1)).manifest.name)
    publish_candidate(releases, make(quad(2)).manifest.name)
    (releases / "log.jsonl").unlink()
    for number in (3, 4):
        make(quad(number))
    assert open_release(first.folder, verify="full").manifest == first.manifest


def test_no_candidate(make: Make, quad: Quad, releases: Path) -> None:
    names = [publish_candidate(releases, make(quad(number)).manifest.name).manifest.name for number in (1, 2)]
    rollback(releases)
    with pytest.raises(ReleaseError) as caught:
        publish_candidate(releases)
    assert caught.value.code == "LOD8006"
    assert f"'lod publish {names[1]}'" in caught.value.hint


@pytest.mark.parametrize("name", ["3-00000000", "", "..", "staging", "current", "../x", "1-zzzzzzzz"])
def test_no_such_release(make: Make, quad: Quad, releases: Path, name: str) -> None:
    make(quad(1))
    with pytest.raises(ReleaseError) as caught:
        publish_candidate(releases, name)
    assert caught.value.code == "LOD8001"


def test_a_number_is_enough(make: Make, quad: Quad, releases: Path) -> None:
    first, second = (publish_candidate(releases, make(quad(n)).manifest.name).manifest.name for n in (1, 2))
    assert rollback(releases, "1").manifest.name == first == current_name(releases)
    assert publish_candidate(releases, "2").manifest.name == second == current_name(releases)


def test_a_misspelt_name_is_guessed(make: Make, quad: Quad, releases: Path) -> None:
    name = make(quad(1)).manifest.name
    with pytest.raises(ReleaseError) as caught:
        publish_candidate(releases, name[:-1] + ("0" if name[-1] != "0" else "1"))
    assert caught.value.hint == f"did you mean '{name}'?"


def _every_file(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_damage_is_found_in_every_file(make: Make, quad: Quad, releases: Path) -> None:
    """One flipped bit, one lost byte, a missing file: whichever file it is, publication and rollback refuse it."""
    good = publish_candidate(releases, make(quad(1)).manifest.name)
    bad = make(quad(2))
    files = _every_file(bad.folder)
    assert len(files) > 8
    for path in files:
        content = path.read_bytes()
        middle = len(content) // 2
        damages: list[bytes | None] = [content[:middle], None] if content else [b"x", None]
        if content:
            damages.append(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        for damage in damages:
            path.unlink()
            if damage is not None:
                path.write_bytes(damage)
            with pytest.raises(ReleaseError) as caught:
                publish_candidate(releases, bad.manifest.name)
            assert caught.value.code in ("LOD8001", "LOD8002", "LOD8003"), path
            path.write_bytes(content)
    assert current_name(releases) == good.manifest.name
    assert publish_candidate(releases).manifest.name == bad.manifest.name


def test_a_damaged_release_is_listed_as_damaged(make: Make, quad: Quad, releases: Path) -> None:
    release = publish_candidate(releases, make(quad(1)).manifest.name)
    (release.folder / "void.ttl").unlink()
    (listed,) = list_releases(releases)
    assert (listed.state, listed.published) == ("damaged", True)
    assert "void.ttl is missing" in listed.trouble
    (release.folder / MANIFEST).write_text("{}")
    (listed,) = list_releases(releases)
    assert (listed.state, listed.manifest) == ("damaged", None)


def test_rollback_refuses_a_damaged_release(make: Make, quad: Quad, releases: Path) -> None:
    first = publish_candidate(releases, make(quad(1)).manifest.name)
    second = publish_candidate(releases, make(quad(2)).manifest.name)
    (first.folder / "catalog.ttl").write_text("")
    with pytest.raises(ReleaseError) as caught:
        rollback(releases)
    assert caught.value.code == "LOD8003"
    assert current_name(releases) == second.manifest.name


def test_a_line_that_a_crash_cut_short_spoils_no_other(make: Make, quad: Quad, releases: Path) -> None:
    names = [publish_candidate(releases, make(quad(number)).manifest.name).manifest.name for number in (1, 2)]
    log = releases / "log.jsonl"
    log.write_bytes(log.read_bytes()[:-20])
    assert [entry.release for entry in read_log(releases)] == names[:1]
    assert rollback(releases).manifest.name == names[0]
    assert [entry.release for entry in read_log(releases)] == [names[0], names[1], names[0]]  # the lost move is added
    for line in log.read_text().splitlines()[2:]:
        json.loads(line)


def test_interrupted_work_is_removed(releases: Path) -> None:
    with exclusive(releases, "a test"):
        with pytest.raises(KeyboardInterrupt):
            _interrupted(releases)
        assert list((releases / "staging").iterdir()) == []


def _interrupted(releases: Path) -> None:
    with staging(releases) as folder:
        (folder / "half").write_text("x")
        raise KeyboardInterrupt
