"""CSV into Parquet: every cell, in the order of the file, whatever the reader does in parallel."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Literal

import duckdb
import pytest

from lod.diagnostics import CellOrigin, Findings
from lod.tables.csv import open_csv
from lod.tables.ingest import ingest
from lod.tables.table import Dialect, Table


def opened(path: Path, dialect: Dialect | None = None) -> Table:
    findings = Findings()
    table = open_csv(path, path.name, dialect or Dialect(), findings, None)
    assert list(findings) == []
    assert table is not None
    return table


def ingested(table: Table, folder: Path, threads: int = 1) -> tuple[list[tuple[str | None, ...]], Findings]:
    """The rows that Parquet holds, by position."""
    findings = Findings()
    with duckdb.connect(config={"threads": threads}) as connection:
        rows = ingest(connection, table, range(len(table.columns)), folder / "t.parquet", findings)
        if not rows:
            return [], findings
        query = (
            "SELECT * EXCLUDE (file_row_number) FROM read_parquet(?, file_row_number = true) ORDER BY file_row_number"
        )
        return connection.execute(query, [str(folder / "t.parquet")]).fetchall(), findings


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_row_numbers_survive_the_parallel_reader(tmp_path: Path, quoting: Literal[0, 1]) -> None:
    """Long and short rows, some over several lines, over many buffers: position is number."""
    random.seed(7)
    path = tmp_path / "big.csv"
    rows = [
        [str(n), "x" * random.randrange(200), "two\nlines, one row" if n % 97 == 0 and quoting else "臺北"]
        for n in range(300_000)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting, lineterminator="\n")
        writer.writerow(["number", "filling", "text"])
        writer.writerows(rows)
    assert path.stat().st_size > 4 * (1 << 23), "several buffers, so that several threads take part"
    found, findings = ingested(opened(path), tmp_path, threads=4)
    assert list(findings) == []
    assert len(found) == len(rows)
    assert all(cells == tuple(cell or None for cell in row) for cells, row in zip(found, rows, strict=True))


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n1,2\n", [("1", "2")]),
        (b"a,b\r\n1,2\r\n", [("1", "2")]),
        (b"a,b\r1,2\r3,4\r", [("1", "2"), ("3", "4")]),
        (b"a,b\r\n1,2\n3,4\r\n", [("1", "2"), ("3", "4")]),
        (b"a,b\n1,2", [("1", "2")]),
        (b"a,b\n1,\n,2\n", [("1", None), (None, "2")]),
        (b'a,b\n"",2\n', [(None, "2")]),
        (b"a,b\n 1 ,2 \n", [(" 1 ", "2 ")]),
        (b'a,b\n1, "2"\n', [("1", ' "2"')]),
        (b'a,b\n1,2"x"\n', [("1", '2"x"')]),
        (b"a,b\n#1,2\n", [("#1", "2")]),
        (b"a,b\nNULL,\\N\n", [("NULL", "\\N")]),
        (b"a,b\n1,2\n\n3,4\n\n", [("1", "2"), (None, None), ("3", "4")]),
        (b"a\n1\n\n2\n", [("1",), (None,), ("2",)]),
        (b'a,b\n"1\r\n2","\r"\n3,"\n\n"\n', [("1\r\n2", "\r"), ("3", "\n\n")]),
        (b'"a\nb",c\n1,2\n', [("1", "2")]),
        ("\ufeffa,b\n1,臺\n".encode(), [("1", "臺")]),
    ],
)
def test_what_stands_in_the_file_is_what_comes_out(
    tmp_path: Path, content: bytes, rows: list[tuple[str | None, ...]]
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    found, findings = ingested(opened(path), tmp_path)
    assert list(findings) == []
    assert found == rows


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b"a,b\n1\n", "LOD2004", 2),
        (b"a,b\n1,2,3\n", "LOD2004", 2),
        (b"a,b\n1,2,\n", "LOD2004", 2),
        (b'a,b\n"1",2,""\n', "LOD2004", 2),
        (b'a,b\n"1",2,', "LOD2004", 2),
        (b"a,b\n1,2\n  \n", "LOD2004", 3),
        (b"a,b\n1,\n2,,\n", "LOD2004", 3),
        (b'a,b\n"x\ny",2\n1,2,3\n', "LOD2004", 3),
        (b"a,b\n1,2\n3,\x004\n", "LOD2003", 3),
        (b"a,b\n1,2\n3,\xff4\n", "LOD2002", 3),
        (b'a,b\n1,2\n"3,4\n5,6\n', "LOD2005", 3),
        (b'a,b\n1,"2"x\n', "LOD2005", 2),
        (b"a,b\n", "LOD2007", 0),
        (b"a,b\n\n\n", "LOD2007", 0),
    ],
)
def test_what_is_wrong_is_found_at_its_row(tmp_path: Path, content: bytes, code: str, row: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    found, findings = ingested(opened(path), tmp_path)
    assert found == []
    assert [(each.code, each.origin.row) for each in findings if isinstance(each.origin, CellOrigin)] == [(code, row)]


def test_wrong_bytes_in_a_column_that_nothing_needs(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,2\n3,\xff4\n")
    findings = Findings()
    with duckdb.connect() as connection:
        ingest(connection, opened(path), [0], tmp_path / "t.parquet", findings)
    assert [each.code for each in findings] == ["LOD2002"]


def test_many_broken_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"1\n" * 25)
    _, findings = ingested(opened(path), tmp_path)
    assert len(findings) == 11
    assert findings.items[-1].message == "and 15 more rows like these"


@pytest.mark.parametrize("encoding", ["big5", "cp950", "big5hkscs", "utf-16", "utf-16-le", "utf-8-sig"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes('機關,名稱\n1,"許功蓋,處"\n'.encode(encoding))
    table = opened(path, Dialect(encoding=encoding))
    assert table.columns == ("機關", "名稱")
    found, findings = ingested(table, tmp_path)
    assert list(findings) == []
    assert found == [("1", "許功蓋,處")]


def test_dialect(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"1\t'a\tb'\t-\n2\t'it''s'\tn/a\n")
    dialect = Dialect(delimiter="\t", quote="'", nulls=("-", "n/a"), header=False)
    table = opened(path, dialect)
    assert (table.columns, table.first_row) == (("1", "2", "3"), 1)
    found, _ = ingested(table, tmp_path)
    assert found == [("1", "a\tb", None), ("2", "it's", None)]
