"""Sealed stores: made once from parts, opened read-only, damage noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyoxigraph
import pytest

from lod.store.load import load
from lod.store.snapshot import StoreError, count_quads, open_snapshot


def _parts(folder: Path, *texts: str) -> list[Path]:
    paths = [folder / f"part-{number}.nq" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_union_of_the_parts(tmp_path: Path) -> None:
    parts = _parts(tmp_path, '<x:a> <x:p> "1" .\n<x:a> <x:p> "2" <x:g> .\n', '<x:a> <x:p> "1" .\n', "")
    seen: list[tuple[int, int]] = []
    snapshot = load(parts, tmp_path / "store", progress=lambda done, total: seen.append((done, total)))
    assert snapshot.quads == 2
    assert snapshot.digest == hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    assert seen[-1] == (sum(part.stat().st_size for part in parts),) * 2
    assert len(open_snapshot(snapshot.folder)) == 2


def test_a_blank_node_is_one_node_in_all_parts(tmp_path: Path) -> None:
    load(_parts(tmp_path, "_:b <x:p> <x:a> .\n", "_:b <x:p> <x:c> .\n"), tmp_path / "store")
    assert len({quad.subject for quad in open_snapshot(tmp_path / "store")}) == 1


def test_sealed(tmp_path: Path) -> None:
    load(_parts(tmp_path, "<x:a> <x:p> <x:b> .\n"), tmp_path / "store")
    before = _files(tmp_path / "store")
    one, two = open_snapshot(tmp_path / "store"), open_snapshot(tmp_path / "store")
    assert list(one) == list(two)
    with pytest.raises((OSError, RuntimeError, ValueError)):
        one.add(pyoxigraph.Quad(*[pyoxigraph.NamedNode("x:y")] * 3))
    del one, two
    assert _files(tmp_path / "store") == before
    assert not [path for path in (tmp_path / "store").iterdir() if str(tmp_path).encode() in path.read_bytes()]


def test_only_fresh_folders(tmp_path: Path) -> None:
    parts = _parts(tmp_path, "<x:a> <x:p> <x:b> .\n")
    load(parts, tmp_path / "store")
    with pytest.raises(StoreError) as caught:
        load(parts, tmp_path / "store")
    assert caught.value.code == "LOD5003"


def test_what_is_not_nquads(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        load(_parts(tmp_path, "<x:a> <x:p> <x y> .\n"), tmp_path / "store")
    assert caught.value.code == "LOD5003"


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_snapshot(tmp_path)
    assert caught.value.code == "LOD5001"


def test_a_store_without_one_of_its_files(tmp_path: Path) -> None:
    load(_parts(tmp_path, "".join(f'<x:{n}> <x:p> "{n}" .\n' for n in range(1000))), tmp_path / "store")
    next((tmp_path / "store").glob("*.sst")).unlink()
    with pytest.raises(StoreError) as caught:
        open_snapshot(tmp_path / "store")
    assert caught.value.code == "LOD5002"


def test_slices_of_one_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lod.store.load._SLICE", 60)
    lines = [f'<x:s{n}> <x:p> "a _:b {n}" .\n' for n in range(50)]
    blank = ["_:b <x:p> <x:c> .\n", "<x:d> <x:p> _:b .\n", '<x:d> <x:q> "text" _:b .\n', "_:b <x:q> _:e <x:g> .\n"]
    parts = _parts(tmp_path, *("".join(blank[n : n + 1] + lines[n::4]) for n in range(4)))
    snapshot = load(parts, tmp_path / "store")
    store = open_snapshot(tmp_path / "store")
    assert snapshot.quads == len(lines) + len(blank)
    of_blank = [quad for quad in store if "_:" in f"{quad.subject} {quad.graph_name}" or str(quad.object)[0] == "_"]
    nodes = {node for q in of_blank for node in (q.subject, q.object, q.graph_name)}
    assert len(of_blank) == 4
    assert len({node for node in nodes if isinstance(node, pyoxigraph.BlankNode)}) == 2


def test_damage_that_only_reading_meets(tmp_path: Path) -> None:
    """The store opens; the block that is broken is read when all quads are."""
    lines = "".join(f'<x:{number}> <x:p> "{number}" .\n' for number in range(500))
    folder = load(_parts(tmp_path, lines), tmp_path / "store").folder
    assert count_quads(folder) == 500
    for file in sorted(folder.glob("*.sst"), key=lambda file: file.stat().st_size)[1:]:  # the least is read to open it
        content = bytearray(file.read_bytes())
        content[8] ^= 0xFF  # in the first data block
        file.write_bytes(content)
    open_snapshot(folder)
    with pytest.raises(StoreError) as caught:
        count_quads(folder)
    assert caught.value.code == "LOD5002"
