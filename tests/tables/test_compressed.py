"""Compressed sources are unpacked; damaged ones are said to be."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import duckdb
import pytest

from lod.diagnostics import Findings
from lod.tables.compressed import plain_file

TEXT = "name,place\n王小明,臺北市\n" * 3


def packed(folder: Path, ending: str) -> Path:
    path, data = folder / f"staff.csv{ending}", TEXT.encode()
    match ending:
        case ".gz":
            path.write_bytes(gzip.compress(data))
        case ".xz":
            path.write_bytes(lzma.compress(data))
        case ".bz2":
            path.write_bytes(bz2.compress(data))
        case ".zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("inner.csv", data)
        case ".zst":
            (folder / "plain").write_bytes(data)
            with duckdb.connect() as connection:
                read = f"read_csv('{folder}/plain', columns = {{'l': 'VARCHAR'}}, delim = chr(1), header = false)"
                options = "FORMAT csv, HEADER false, COMPRESSION zstd, QUOTE '', ESCAPE '', DELIMITER E'\\x01'"
                connection.execute(f"COPY (FROM {read}) TO '{path}' ({options})")
        case ".tar.gz" | ".tar.xz":
            with tarfile.open(path, "w:gz" if ending == ".tar.gz" else "w:xz") as archive:
                entry = tarfile.TarInfo("inner.csv")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    return path


@pytest.mark.parametrize("ending", ["", ".gz", ".xz", ".bz2", ".zip", ".zst", ".tar.gz", ".tar.xz"])
def test_unpacked(ending: str, tmp_path: Path) -> None:
    findings = Findings()
    path = packed(tmp_path, ending) if ending else tmp_path / "staff.csv"
    if not ending:
        path.write_text(TEXT, encoding="utf-8")
    found = plain_file(path, "", findings, None)
    assert found
    assert found.read_text(encoding="utf-8") == TEXT
    assert found.name == "staff.csv"
    assert len(findings) == 0


@pytest.mark.parametrize(
    ("ending", "declared"), [(".gz", "zip"), (".zip", "gzip"), (".xz", "tarxz"), (".tar.gz", "xz")]
)
def test_not_what_was_declared(ending: str, declared: str, tmp_path: Path) -> None:
    findings = Findings()
    assert plain_file(packed(tmp_path, ending), declared, findings, None) is None
    assert [each.code for each in findings] == ["LOD2012"]


def test_an_archive_of_several_files_is_no_source(tmp_path: Path) -> None:
    path, findings = tmp_path / "all.zip", Findings()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
        archive.writestr("b.csv", "b\n1\n")
    assert plain_file(path, "", findings, None) is None
    assert "it holds 2 files" in next(iter(findings)).message


def test_a_truncated_file(tmp_path: Path) -> None:
    path, findings = packed(tmp_path, ".gz"), Findings()
    path.write_bytes(path.read_bytes()[:-12])
    assert plain_file(path, "", findings, None) is None
    assert [each.code for each in findings] == ["LOD2012"]
