"""Opening a CSV file: its header, its digest, and what can be wrong with them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lod.diagnostics import Findings, TextOrigin
from lod.tables.csv import first_rows, open_csv
from lod.tables.table import Dialect, Table

HERE = TextOrigin("m.yarrrml.yml", 4, 11)


def try_open(path: Path, dialect: Dialect | None = None) -> tuple[Table | None, Findings]:
    findings = Findings()
    return open_csv(path, path.name, dialect or Dialect(), findings, HERE), findings


def test_a_table_knows_its_columns_digest_and_size(tmp_path: Path) -> None:
    content = 'a,"b\nc",臺\n1,2,3\n'.encode()
    (tmp_path / "t.csv").write_bytes(content)
    table, findings = try_open(tmp_path / "t.csv")
    assert table is not None
    assert list(findings) == []
    assert table.columns == ("a", "b\nc", "臺")
    assert (table.digest, table.size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_missing_file_is_told_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "personnel.csv").write_text("a\n1\n")
    table, findings = try_open(tmp_path / "perssonel.csv")
    assert table is None
    [finding] = findings
    assert (finding.code, finding.origin, finding.hint) == ("LOD2001", HERE, "did you mean 'personnel.csv'?")


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    table, findings = try_open(tmp_path)
    assert table is None
    assert [each.code for each in findings] == ["LOD2008"]


@pytest.mark.parametrize(
    ("header", "messages"),
    [
        ("a,b,a", ["the header says 'a' 2 times: columns 1 and 3"]),
        ("a,,b", ["column 2 has no name"]),
        ("a, ,a", ["the header says 'a' 2 times: columns 1 and 3", "column 2 has no name"]),
    ],
)
def test_headers_that_cannot_be_used(tmp_path: Path, header: str, messages: list[str]) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\n1,2,3\n")
    _, findings = try_open(tmp_path / "t.csv")
    assert [(each.code, each.message) for each in findings] == [("LOD2006", message) for message in messages]


def test_columns_may_differ_in_case_only(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Year,year\n1,2\n")
    table, findings = try_open(tmp_path / "t.csv")
    assert table is not None
    assert list(findings) == []


def test_big5_read_as_utf_8_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("機關,名稱\n1,人事處\n".encode("cp950"))
    table, findings = try_open(tmp_path / "t.csv")
    assert table is None
    [finding] = findings
    assert finding.code == "LOD2002"
    assert "encoding: big5" in finding.hint


@pytest.mark.parametrize(
    ("beginning", "message", "hint"),
    [
        (b"PK\x03\x04\x14\0[Content_Types].xml", "a workbook", "write 'referenceFormulation: xlsx' in the source"),
        (b"PK\x03\x04\x14\0table.csv", "a zip archive", "unpack it, and name the table that comes out"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "a workbook", "write 'referenceFormulation: xls' in the source"),
        (b"\x1f\x8b\x08", "packed with gzip", "write 'compression: gzip' in the source"),
        (b"%PDF-1.7\n", "a PDF", "a PDF holds no table, only pages: ask for the file that it was made from"),
    ],
)
def test_a_file_that_is_no_text(tmp_path: Path, beginning: bytes, message: str, hint: str) -> None:
    (tmp_path / "t.csv").write_bytes(beginning)
    table, findings = try_open(tmp_path / "t.csv")
    assert table is None
    assert [(each.code, each.message, each.hint) for each in findings] == [
        ("LOD2060", f"t.csv is {message}, not text", hint)
    ]


def test_first_rows_have_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n1,"x\ny"\n2,-\n3,\n')
    table, _ = try_open(tmp_path / "t.csv", Dialect(nulls=("-",)))
    assert table is not None
    assert list(first_rows(table, 2)) == [(2, ("1", "x\ny")), (3, ("2", None))]


@pytest.mark.parametrize(("encoding", "likely"), [("utf-16-le", "utf-16le"), ("utf-16-be", "utf-16be")])
@pytest.mark.parametrize(("declared", "code"), [("utf-16", "LOD2002"), ("utf-8", "LOD2003")])
def test_utf_16_without_a_mark(tmp_path: Path, encoding: str, likely: str, declared: str, code: str) -> None:
    (tmp_path / "t.csv").write_bytes("代碼,name\n1,甲\n".encode(encoding))
    if declared == "utf-8":  # whose first two signs happen to be UTF-8
        (tmp_path / "t.csv").write_bytes("code,name\n1,甲\n".encode(encoding))
    table, findings = try_open(tmp_path / "t.csv", Dialect(encoding=declared))
    assert table is None
    [finding] = findings
    assert finding.code == code
    assert finding.hint == f"it looks like {likely}: set 'encoding: {likely}' in the source"


def test_a_user_defined_character_of_big5(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("王".encode("cp950") + b"\xfa\x40" + "明\n1\n".encode("cp950"))
    _, findings = try_open(tmp_path / "t.csv", Dialect(encoding="big5"))
    [finding] = findings
    assert finding.code == "LOD2002"
    assert finding.hint is not None
    assert finding.hint.startswith("0xFA40 is a user-defined character")
