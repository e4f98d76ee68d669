"""Statements that share a file with those of before are what they would be, written anew."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from lod.release.bulk.statements import FILE, Statements

Said = dict[str, set[str]]


def _lines(said: Said) -> bytes:
    return b"".join(sorted(f"<{s}> <p> {o} .\n".encode() for s, objects in said.items() for o in objects))


def _some(draw: random.Random) -> set[str]:
    return {f'"{draw.randrange(99)}"' for _ in range(draw.randrange(1, 4))}


def _folder(tmp_path: Path, name: str, said: Said) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    (folder / FILE).write_bytes(_lines(said))
    return folder


def test_changes_upon_changes(tmp_path: Path) -> None:
    draw = random.Random(5)
    said: Said = {f"s{n}": _some(draw) for n in range(400)}
    statements, shared = Statements(_folder(tmp_path, "0", said)), 0
    for number in range(1, 40):
        subjects = {f"s{draw.randrange(-9, 409)}" for _ in range(draw.randrange(1, 4))}
        old = {s: said[s] for s in subjects if s in said}
        new = {s: _some(draw) for s in subjects if draw.random() < 0.7}
        said = {s: objects for s, objects in said.items() if s not in subjects} | new
        gone, now, folder = tmp_path / "gone", tmp_path / "now", tmp_path / str(number)
        gone.write_bytes(_lines(old))
        now.write_bytes(_lines(new))
        folder.mkdir()
        before = statements.folder / FILE
        statements, digest = statements.changed(gone, now, folder)
        assert digest == hashlib.sha256(_lines(said)).hexdigest()
        if draw.random() < 0.2:
            assert statements.read().read_bytes() == _lines(said)
        statements.settle()
        assert statements.exist
        shared += (folder / FILE).samefile(before)
    assert statements.read().read_bytes() == _lines(said)
    assert 0 < shared < 39
