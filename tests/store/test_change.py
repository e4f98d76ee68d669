"""A store made from another one has its tables, and what changed."""

from __future__ import annotations

from pathlib import Path

from lod.store.change import _take, load_again
from lod.store.load import load
from lod.store.snapshot import open_snapshot


def test_what_changed_is_all_that_differs(tmp_path: Path) -> None:
    texts = {"part": '<x:a> <x:p> "1" .\n<x:b> <x:p> "1" .\n', "old": '<x:a> <x:p> "1" .\n', "new": ""}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = load([tmp_path / "part"], tmp_path / "before")
    assert load_again(before.folder, tmp_path / "after", tmp_path / "old", tmp_path / "new") == -1
    assert [quad.subject.value for quad in open_snapshot(tmp_path / "after")] == ["x:b"]
    assert len(open_snapshot(before.folder)) == 2


def test_a_table_is_shared_and_all_else_copied(tmp_path: Path) -> None:
    """How many are shared in the end hangs on what RocksDB has compacted by then."""
    for name, is_shared in (("000010.sst", True), ("MANIFEST-000004", False)):
        (tmp_path / name).write_bytes(b"x")
        _take(tmp_path / name, tmp_path / f"new {name}")
        assert (tmp_path / name).samefile(tmp_path / f"new {name}") is is_shared
