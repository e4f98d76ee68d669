"""Compressed sources are unpacked; damaged ones are said to be."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from lod.diagnostics import Findings
from lod.tables import expansion
from lod.tables.compressed import plain_file
from lod.tables.workbooks.sheets import open_workbook

TEXT = "name,place\n王小明,臺北市\n" * 3


def packed(folder: Path, ending: str, text: str = TEXT) -> Path:
    path, data = folder / f"staff.csv{ending}", text.encode()
    match ending:
        case ".gz":
            path.write_bytes(gzip.compress(data))
        case ".xz":
            path.write_bytes(lzma.compress(data))
        case ".bz2":
            path.write_bytes(bz2.compress(data))
        case ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("inner.csv", data)
        case ".zst":
            path.write_bytes(zstandard.compress(data))
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
    [finding] = findings
    assert finding.message == "all.zip holds 2 files, a source is one"
    assert finding.hint == "unpack it, and name the table: a.csv, b.csv"


def test_what_macos_adds_to_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
        archive.writestr("__MACOSX/._a.csv", "of the Finder")
    plain = plain_file(path, "", Findings(), None)
    assert plain is not None
    assert plain.read_text() == "a\n1\n"


@pytest.mark.parametrize("ending", [".gz", ".xz", ".bz2", ".zip", ".zst", ".tar.gz"])
def test_what_grows_too_much_is_read_no_further(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred times the text, packed to nearly nothing; no part of it stays on the disk."""
    path, findings = packed(tmp_path, ending, TEXT * 20_000), Findings()
    assert plain_file(path, "", findings, None) is not None
    monkeypatch.setattr(expansion, "ALWAYS", 100_000)
    assert plain_file(path, "", findings, None) is None
    assert [each.code for each in findings] == ["LOD5070"]
    assert f"from {path.stat().st_size:,} bytes" in next(iter(findings)).message


def test_a_sparse_archive_grows_too(tmp_path: Path) -> None:
    """One sparse file of 300 MB of holes: what is read of the archive is small, what comes out is not."""
    (tmp_path / "holes.csv").touch()
    os.truncate(tmp_path / "holes.csv", 300 << 20)
    if subprocess.run(["tar", "--version"], capture_output=True, text=True, check=False).stdout[:9] != "tar (GNU ":
        pytest.skip("only GNU tar writes sparse files")
    subprocess.run(["tar", "-czSf", "holes.tar.gz", "holes.csv"], cwd=tmp_path, check=True)
    findings = Findings()
    assert plain_file(tmp_path / "holes.tar.gz", "", findings, None) is None
    assert [each.code for each in findings] == ["LOD5070"]


def test_a_workbook_that_grows_too_much(tmp_path: Path) -> None:
    """Rows without cells, by the million; the archive lies about their size."""
    path, findings = tmp_path / "staff.xlsx", Findings()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/s.xml", "w") as part:
        for _ in range(110):
            part.write(b"<row/>" * 170_000)
    lying = path.read_bytes().replace((110 * 170_000 * 6).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(lying)
    assert open_workbook(path, "staff.xlsx", "utf-8", findings, None) is None
    assert [each.code for each in findings] == ["LOD5070"]


@pytest.mark.parametrize(("last", "is_read"), [("XFD1048576", False), ("CV1000", True)])
def test_a_cell_far_away(last: str, is_read: bool, tmp_path: Path) -> None:
    """Its reader would have room for seventeen thousand million cells, and end the process."""
    path, findings = tmp_path / "staff.xlsx", Findings()
    row = last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    write_sheet(path, f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{last}"><v>2</v></c></row>')
    assert (open_workbook(path, "staff.xlsx", "utf-8", findings, None) is not None) is is_read
    assert [each.code for each in findings] == ([] if is_read else ["LOD5071"])
    assert is_read or "column XFD: 17,179,869,184 cells" in next(iter(findings)).message


def write_sheet(path: Path, rows: str) -> None:
    """The least workbook: one sheet with these rows."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    documents = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"

    def related(kind: str, target: str) -> str:
        one = f'<Relationship Id="r1" Type="{documents}/{kind}" Target="{target}"/>'
        return f'<Relationships xmlns="{package}">{one}</Relationships>'

    sheets = f'<sheets><sheet name="S" sheetId="1" r:id="r1" xmlns:r="{documents}"/></sheets>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", related("officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/_rels/workbook.xml.rels", related("worksheet", "worksheets/sheet1.xml"))
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{main}">{sheets}</workbook>')
        sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", sheet)


def test_a_truncated_file(tmp_path: Path) -> None:
    path, findings = packed(tmp_path, ".gz"), Findings()
    path.write_bytes(path.read_bytes()[:-12])
    assert plain_file(path, "", findings, None) is None
    assert [each.code for each in findings] == ["LOD2012"]
