"""Findings as people and programs read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lod.cli import output
from lod.cli.output import Settings
from lod.diagnostics import CellOrigin, Diagnostic, Severity, TextOrigin
from lod.wording import say


@pytest.fixture
def mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file with a line to point at, in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("staff.yml").write_text("prefixes:\n  性別x: [dmi:year, 性]\n", encoding="utf-8")
    return "staff.yml"


def test_line_and_caret(mapping: str) -> None:
    origin = TextOrigin(mapping, 2, 9, 3)
    item = Diagnostic(
        "LOD3006", Severity.ERROR, say("prefix 'dmi' is not declared"), origin, say("did you mean 'dim'?")
    )
    assert output.render(item).plain == (
        "staff.yml:2:9: error LOD3006 prefix 'dmi' is not declared\n"
        "   |\n"
        " 2 |   性別x: [dmi:year, 性]\n"
        "   |           ^^^\n"  # two Chinese characters are four cells wide
        "   = hint: did you mean 'dim'?\n"
    )


def test_caret_below_wide_characters(mapping: str) -> None:
    item = Diagnostic("LOD3003", Severity.ERROR, say("unknown key"), TextOrigin(mapping, 2, 3, 3))
    assert output.render(item).plain.splitlines()[-1] == "   |   ^^^^^"


def test_path_relative_to_the_project(mapping: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    item = Diagnostic("LOD3003", Severity.ERROR, say("unknown key"), TextOrigin(mapping, 1, 1))
    assert "prefixes:" not in output.render(item).plain
    assert " 1 | prefixes:\n   | ^\n" in output.render(item, Settings(folders=[tmp_path])).plain


def test_a_file_that_is_gone_or_a_line_that_it_lacks(tmp_path: Path, mapping: str) -> None:
    for origin in (TextOrigin(str(tmp_path / "gone.yml"), 3, 1), TextOrigin(mapping, 99, 1), TextOrigin(mapping)):
        item = Diagnostic("LOD3001", Severity.ERROR, say("message"), origin, say("hint"))
        assert output.render(item).plain == f"{origin}: error LOD3001 message\n   = hint: hint\n"


def test_cell() -> None:
    origin = CellOrigin("staff.csv", 1042, "headcount", "twelve")
    item = Diagnostic(
        "LOD4003", Severity.WARNING, say("no xsd:integer"), origin, related=(TextOrigin("m.yml", 7, 5),) * 5
    )
    assert output.render(item).plain == (
        "staff.csv, row 1042, column headcount: warning LOD4003 no xsd:integer\n"
        "     |\n"
        "1042 | headcount: twelve\n"
        "     |            ^^^^^^\n"
        "     = see: m.yml:7:5\n"
        "     = see: m.yml:7:5\n"
        "     = see: m.yml:7:5\n"
        "     = see: 2 more places\n"
    )


def test_long_line_keeps_the_place_in_view(tmp_path: Path) -> None:
    file = tmp_path / "long.yml"
    file.write_text("a" * 500 + "HERE" + "b" * 500)
    item = Diagnostic("LOD3003", Severity.ERROR, say("message"), TextOrigin(str(file), 1, 501, 4))
    source, caret = output.render(item).plain.splitlines()[2:4]
    assert len(source) < 130
    assert source[caret.index("^") : caret.rindex("^") + 1] == "HERE"


def test_control_characters_do_not_reach_the_terminal() -> None:
    item = Diagnostic("LOD2004", Severity.ERROR, say("a\nb\x1b[31m"), CellOrigin("t\x00.csv", 1, "c", "x\x1b[2Jy\tz"))
    text = output.render(item).plain
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "a b\\x1b[31m" in text
    assert "x\\x1b[2Jy z" in text


def test_many_of_a_kind_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    items = [Diagnostic("LOD6001", Severity.ERROR, say("figure {n}", n=n)) for n in range(850)]
    items.append(Diagnostic("LOD4005", Severity.WARNING, say("column unused")))
    output.show(items, Settings())
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("LOD6001 figure") == 5
    assert "Found 850 errors and 1 warning: LOD6001 ×850, LOD4005. Explained by: lod explain LOD6001" in captured.err
    output.show(items, Settings(verbose=True))
    assert capsys.readouterr().err.count("LOD6001 figure") == 850


def test_an_error_is_explained_before_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    warnings = [Diagnostic("LOD7003", Severity.WARNING, say("nothing was checked"))] * 2
    output.show([*warnings, Diagnostic("LOD8020", Severity.ERROR, say("lost"))], Settings())
    assert "LOD7003 ×2, LOD8020. Explained by: lod explain LOD8020" in capsys.readouterr().err


def test_findings_of_one_group_are_one_line_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """850 equal errors are one mapping mistake, and do not hide the one beside them."""
    rule = TextOrigin("m.yml", 7, 9)
    alike = [
        Diagnostic("LOD6001", Severity.ERROR, say("figure {n}", n=n), CellOrigin("t.csv", n, "sex", "X"), rule=rule,
                   group="In sex")
        for n in range(2, 852)
    ]  # fmt: skip
    groups = [
        Diagnostic("LOD6001", Severity.ERROR, say("other {n}", n=n), CellOrigin("t.csv", 9), group=f"other {n}")
        for n in range(7)
    ]
    output.show([*groups[:1], *alike, *groups[1:]], Settings())
    said = capsys.readouterr().err
    assert said.startswith("t.csv, row 2, column sex: error LOD6001 ×850 figure 2\n")
    assert said.count("figure") == 1
    assert "= rule: m.yml:7:9" in said
    assert "= also: t.csv, row 3, column sex: 'X'" in said
    assert "= also: 846 more places; --verbose shows all" in said
    assert all(f"error LOD6001 other {n}\n" in said for n in range(7))
    assert "Found 857 errors" in said
    output.show(alike, Settings(verbose=True))
    assert capsys.readouterr().err.count("LOD6001 figure") == 850


def test_quiet_says_errors_only(capsys: pytest.CaptureFixture[str]) -> None:
    items = [Diagnostic("LOD1", Severity.WARNING, say("w")), Diagnostic("LOD2", Severity.ERROR, say("e"))]
    output.show(items, Settings(quiet=True), as_data=True)
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out == "error LOD2 e\n"


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    items = [
        Diagnostic("LOD3003", Severity.ERROR, say("key"), TextOrigin("m.yml", 7, 5, 3), say("hint")),
        Diagnostic("LOD4003", Severity.WARNING, say("值"), None, related=(CellOrigin("t.csv", 2, "c", "值"),)),
    ]
    output.show(items, Settings(format="json"))
    text = capsys.readouterr().out
    assert "值" in text  # readable, not escaped
    assert json.loads(text) == {
        "errors": 1,
        "warnings": 1,
        "findings": [
            {
                "code": "LOD3003",
                "severity": "error",
                "message": "key",
                "hint": "hint",
                "origin": {"file": "m.yml", "line": 7, "column": 5, "length": 3},
                "related": [],
            },
            {
                "code": "LOD4003",
                "severity": "warning",
                "message": "值",
                "hint": "",
                "origin": None,
                "related": [{"source": "t.csv", "row": 2, "column": "c", "text": "值"}],
            },
        ],
    }
