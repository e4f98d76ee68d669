"""Mappings with a mistake, whose place is marked by `§`: what is said of them, and whether it is what should be."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from lod.diagnostics import Diagnostic, Findings, FindingsError, TextOrigin
from lod.lift.run import lift_files

Place = tuple[int, int]  # line and column, from 1


class Said(Protocol):
    """What is to be said of a mistake: a code, and parts of the message and of the hint."""

    @property
    def code(self) -> str: ...

    @property
    def message(self) -> str: ...

    @property
    def hint(self) -> str: ...


def lift_marked(file: Path, text: str) -> tuple[list[Diagnostic], Place | None]:
    """Lift a mapping without its mark: all findings, and where the mark was. With errors there is no output."""
    before, mark, _ = text.partition("§")
    place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1) if mark else None
    file.write_text(text.replace("§", ""), encoding="utf-8")
    findings, target = Findings(), file.with_name("out.nq")
    try:
        lift_files([file], target, findings=findings)
    except FindingsError:
        assert not target.exists()
    return list(findings), place


def assert_explained(said: list[Diagnostic], expected: Said, place: Place | None) -> None:
    """Among what is said is what was expected, at the mark."""
    item = next(each for each in said if each.code == expected.code)
    assert expected.message in item.message
    assert expected.hint in item.hint
    assert item.origin is not None
    if place:
        assert isinstance(item.origin, TextOrigin)
        assert (item.origin.line, item.origin.column) == place
