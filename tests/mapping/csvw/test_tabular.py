"""Parsing files by their dialects: the Model for Tabular Data §8."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lod.diagnostics import Findings
from lod.mapping.csvw.metadata.dialect import DEFAULT, Dialect
from lod.mapping.csvw.tabular import header, read_text, records


def cells(text: str, dialect: Dialect = DEFAULT, *, size: int = 0) -> tuple[list[tuple[str, ...]], Findings]:
    findings = Findings()
    blocks = [text[n : n + size] for n in range(0, len(text), size)] if size else [text]
    return [r.cells for r in records(blocks, dialect, "t.csv", findings) if r.comment is None], findings


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("a,b\r\n1,2\n", DEFAULT, [("a", "b"), ("1", "2")]),
        ('"a,1","b ""x""",""\n', DEFAULT, [("a,1", 'b "x"', "")]),
        ('"two\nlines",b', DEFAULT, [("two\nlines", "b")]),
        ("a\rb\n", DEFAULT, [("a\rb",)]),
        (" a , b \n", DEFAULT, [("a", "b")]),
        (" a , b \n", Dialect(trim="start"), [("a ", "b ")]),
        (" a , b \n", Dialect(trim="end"), [(" a", " b")]),
        (" a , b \n", Dialect(trim="false"), [(" a ", " b ")]),
        ("a||b|c\n", Dialect(delimiter="||"), [("a", "b|c")]),
        ('"a\\"b",c\\,d\n', Dialect(double_quote=False), [('a"b', "c,d")]),
        ('a"b,"c\n', Dialect(quote_char=None), [('a"b', '"c')]),
        ("a;b|c;d|", Dialect(delimiter=";", line_terminators=("|",)), [("a", "b"), ("c", "d")]),
        ("# x\na\n#y\nb\n", Dialect(), [("a",), ("b",)]),
        ("# x\na\n", DEFAULT, [("# x",), ("a",)]),
        ('12" pipe,a "b" c\n', DEFAULT, [('12" pipe', 'a "b" c')]),
        ('a, "b" \n', DEFAULT, [("a", "b")]),
        ('a, "b" \n', Dialect(None, trim="false"), [("a", ' "b" ')]),
        ("\n\n", DEFAULT, [("",), ("",)]),
        ("", DEFAULT, []),
    ],
)
def test_dialects(text: str, dialect: Dialect, expected: list[tuple[str, ...]]) -> None:
    found, findings = cells(text, dialect)
    assert found == expected
    assert not findings.items


@pytest.mark.parametrize(
    ("text", "message"),
    [('a,"b\n', "never closed"), ('"a"b,c\n', "after a closing"), ("a\0b\n", "NUL")],
)
def test_broken_rows_are_said_with_their_number(text: str, message: str) -> None:
    _, findings = cells("x\n" + text)
    assert {item.code for item in findings} == {"LOD3516"}
    assert message in findings.items[0].message
    assert str(findings.items[0].origin) == "t.csv, row 2"


CELLS = st.text(
    st.sampled_from('a,"\n\r 臺') | st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5), st.integers(1, 7))
def test_what_is_quoted_is_read_back_in_blocks_of_any_size(rows: list[list[str]], size: int) -> None:
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    found, findings = cells("".join(line + "\r\n" for line in quoted), Dialect(None, trim="false"), size=size)
    assert found == [tuple(row) for row in rows]
    assert not findings.items


def test_headers_of_several_rows_and_what_stands_before_them() -> None:
    dialect = Dialect(skip_rows=1, header_row_count=2, skip_columns=1)
    found = records(["x\n#c\nno,a,b\n,A,\n1,2,3\n"], dialect, "t.csv", Findings())
    head = header(found, dialect)
    assert head.titles == (("a", "A"), ("b",))
    assert head.comments == ("x", "c")
    assert next(found).number == 5


def test_encodings(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("\ufeff縣市\n".encode())
    assert "".join(read_text(file, DEFAULT)) == "縣市\n"
    file.write_bytes("縣市\n".encode("big5"))
    assert "".join(read_text(file, Dialect(encoding="big5"))) == "縣市\n"
    assert "\ufffd" in "".join(read_text(file, DEFAULT))
