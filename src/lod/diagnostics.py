"""Findings as values: one kind for a typo in a mapping, an unreadable cell, a SHACL result or a refused release.

A finding is made where it is found and rendered at the edge (`lod.cli.output`, `lod.server`). Its code has a page in
`lod/findings/CODE.md`, printed by `lod explain CODE`. Code ranges: LOD0xxx command line, 1xxx project, 2xxx tables,
3xxx mappings, 4xxx lift, 5xxx store, 6xxx validation, 7xxx disclosure and links, 8xxx releases, 9xxx server.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from typing import Any

from lod.errors import LodError
from lod.wording import ENGLISH, NOTHING, Wording, joined, say


class Severity(StrEnum):
    """How bad a finding is. Only `ERROR` stops a stage."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class TextOrigin:
    """A place in a file that a person wrote: 1-based line and column (in characters)."""

    path: str
    line: int = 0  # 0: the file as a whole
    column: int = 0
    length: int = 1  # characters to underline

    def __str__(self) -> str:
        return ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True)
class CellOrigin:
    """A place in a source table: 1-based source row (the header of a CSV is row 1) and the column's name."""

    source: str
    row: int = 0  # 0: the table as a whole
    column: str = ""
    text: str | None = None  # what stands in the cell

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.source}{row}{column}"


Origin = TextOrigin | CellOrigin


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what happened (`message`), where (`origin`), what to do (`hint`), under which `code`."""

    code: str
    severity: Severity
    message: Wording
    origin: Origin | None = None
    hint: Wording = NOTHING
    related: tuple[Origin, ...] = ()  # other places that belong to it: further cells, the shape
    rule: TextOrigin | None = None  # the mapping rule that made what is complained of
    group: str = ""  # findings of one group have one cause, and are told together


@dataclass(slots=True)
class Findings:
    """Collects diagnostics, so that a stage reports all its errors in one pass."""

    items: list[Diagnostic] = field(default_factory=list)

    def error(
        self,
        code: str,
        message: Wording,
        origin: Origin | None = None,
        hint: Wording = NOTHING,
        related: Iterable[Origin] = (),
    ) -> None:
        """Record an error; the stage goes on to find the others."""
        self.items.append(Diagnostic(code, Severity.ERROR, message, origin, hint, tuple(related)))

    def warning(
        self,
        code: str,
        message: Wording,
        origin: Origin | None = None,
        hint: Wording = NOTHING,
        related: Iterable[Origin] = (),
    ) -> None:
        """Record a warning."""
        self.items.append(Diagnostic(code, Severity.WARNING, message, origin, hint, tuple(related)))

    def info(
        self,
        code: str,
        message: Wording,
        origin: Origin | None = None,
        hint: Wording = NOTHING,
        related: Iterable[Origin] = (),
    ) -> None:
        """Record what is worth knowing and may well be meant."""
        self.items.append(Diagnostic(code, Severity.INFO, message, origin, hint, tuple(related)))

    def extend(self, items: Iterable[Diagnostic]) -> None:
        """Record findings made elsewhere."""
        self.items.extend(items)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that stop a stage."""
        return [item for item in self.items if item.severity is Severity.ERROR]

    def raise_if_errors(self) -> None:
        """Stop here if anything is wrong.

        Raises:
            FindingsError: with every finding so far, warnings included.
        """
        if self.errors:
            raise FindingsError(tuple(self.items))


class FindingsError(LodError):
    """A stage found errors in the user's material; `diagnostics` holds all of them.

    `note` is what is to be said after them, `facts` what else there is for programs.
    """

    note: Wording = NOTHING
    facts: Mapping[str, Any] | None = None

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        errors = [item for item in diagnostics if item.severity is Severity.ERROR]
        super().__init__(errors[0].message if errors else NOTHING, code=errors[0].code if errors else "")


def did_you_mean(given: str, known: Iterable[str]) -> Wording:
    """A hint naming the nearest of `known`, or listing them when none is near; nothing when there are none."""
    names = sorted(set(known))
    near = [name for name in names if name.casefold() == given.casefold()]
    near = near or difflib.get_close_matches(given, names, n=1, cutoff=0.6)
    if not near:
        folded = {name.casefold(): name for name in names}
        near = [folded[m] for m in difflib.get_close_matches(given.casefold(), folded, n=1, cutoff=0.6)]
    if not near and len(given) == 2 and not given.isascii():  # a word of two signs, one of them mistaken: 機関 for 機關
        alike = [name for name in names if len(name) == 2 and (name[0] == given[0] or name[1] == given[1])]
        near = alike if len(alike) == 1 else []
    if near:
        return say("did you mean '{near}'?", near=near[0])
    shown = joined(names[:12] + ["…"] * (len(names) > 12), say(", "))
    return say("known here: {names}", names=shown) if names else NOTHING


def explanation(code: str, language: str = ENGLISH) -> str | None:
    """The page of a finding's code as Markdown, in English where nobody has translated it; None: no such code."""
    pages = files("lod").joinpath("findings")
    for folder in ((pages.joinpath(language),) if language != ENGLISH else ()) + (pages,):
        page = folder.joinpath(f"{code.upper()}.md")
        if page.is_file():
            return page.read_text(encoding="utf-8")
    return None


def known_codes() -> list[str]:
    """All codes that have a page, sorted."""
    return sorted(
        p.name.removesuffix(".md") for p in files("lod").joinpath("findings").iterdir() if p.name[:3] == "LOD"
    )
