"""What the commands say, and the one place that renders findings.

Data goes to standard output, messages to standard error. Text for people shows the line or the cell; JSON for programs
holds the same facts. Colours follow the terminal, `NO_COLOR` and `FORCE_COLOR` (rich does that).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lod.cli import reports
from lod.diagnostics import CellOrigin, Diagnostic, Origin, Severity, TextOrigin
from lod.wording import ENGLISH, Wording, joined, say, translated

if TYPE_CHECKING:  # a fifth of a second is all that `lod --help` may take
    from rich.console import Console
    from rich.text import Text

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_SEVERITY = {Severity.ERROR: say("error"), Severity.WARNING: say("warning"), Severity.INFO: say("info")}
_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_HINT, _SEE, _RULE, _ALSO, _COLON = say("hint"), say("see"), say("rule"), say("also"), say(": ")
_WIDTH = 110  # of an excerpt, in terminal cells
_EACH = 5  # findings of one code shown in full unless --verbose
_RELATED = 3


@dataclass(slots=True)
class Settings:
    """What the options of this command line ask for. Filled in while it is read."""

    format: str = "text"  # or "json", "sarif", "github"
    language: str = ENGLISH  # of messages; one of lod.wording.LANGUAGES
    quiet: bool = False
    verbose: bool = False
    folders: list[Path] = field(default_factory=list)  # which paths in findings may be relative to, besides this one
    texts: dict[str, str] = field(default_factory=dict)  # what was typed on the command line, to point into


def console(*, error: bool = True) -> Console:
    """The terminal: standard error for messages, standard output for data. Text is never wrapped or interpreted."""
    from rich.console import Console

    return Console(stderr=error, soft_wrap=True, highlight=False, markup=False, emoji=False)


def line(message: str, settings: Settings, *, after: Iterable[Diagnostic] = ()) -> None:
    """A message for people on standard error, unless they asked for quiet; apart from findings shown before it."""
    if not settings.quiet and settings.format == "text":
        text = translated(message, settings.language)
        console().print("\n" + text if any(True for _ in after) else text)


def data(text: str) -> None:
    """What the command was asked for, on standard output."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def document(value: Any) -> None:
    """What the command was asked for, as one JSON document on standard output."""
    data(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def traceback(error: BaseException) -> None:
    """Where in the program it happened, for a bug report."""
    import traceback as python_traceback

    sys.stderr.write("".join(python_traceback.format_exception(error)))


def show(
    findings: Iterable[Diagnostic],
    settings: Settings,
    *,
    as_data: bool = False,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Report findings in the format asked for.

    Text goes to standard error (`as_data`: they are what was asked for, so to standard output), the formats for
    programs to standard output. Infos are told as text to who asked for them, or with --verbose. `facts`: what else
    the command has to say, in JSON.
    """
    items = list(findings)
    if settings.format == "json":
        document({**(facts or {}), **reports.json_report(items, settings.language)})
    elif settings.format == "sarif":
        document(reports.sarif(items, settings.language, settings.folders))
    elif settings.format == "github":
        if items:
            data(reports.github(items, settings.language, settings.folders))
    else:
        told = [item for item in items if as_data or settings.verbose or item.severity is not Severity.INFO]
        _show_text(told, settings, console(error=not as_data))


def _show_text(items: list[Diagnostic], settings: Settings, out: Console) -> None:
    if settings.quiet:
        items = [item for item in items if item.severity is Severity.ERROR]
    shown: Counter[str] = Counter()
    paragraphs: list[Text | str] = []
    for alike in _grouped(items, apart=settings.verbose):
        code = alike[0].code
        shown[code] += 1
        if settings.verbose or not code or shown[code] <= _EACH:
            paragraphs.append(render(alike[0], settings, alike[1:]))
        elif alike[0].group:  # every group is named: there are few
            paragraphs.append(_headline(alike[0], settings, len(alike)))
    if len(items) > 1:
        paragraphs.append(_summary(items, settings) + "\n")
    for number, paragraph in enumerate(paragraphs):
        out.print(*(["\n"] if number else []), paragraph, sep="", end="")


def _grouped(items: Sequence[Diagnostic], *, apart: bool) -> list[list[Diagnostic]]:
    """Findings of one group together, at the place of the first, the largest group before the others of its code."""
    groups: dict[object, list[Diagnostic]] = {}
    for number, item in enumerate(items):
        groups.setdefault((item.code, item.group) if item.group and not apart else number, []).append(item)
    found = list(groups.values())
    for code in {item.code for item in items if item.group}:
        places = [n for n, group in enumerate(found) if group[0].code == code and group[0].group]
        largest = sorted((found[n] for n in places), key=lambda group: (_RANK[group[0].severity], -len(group)))
        for place, group in zip(places, largest, strict=True):
            found[place] = group
    return found


def has_errors(findings: Iterable[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(item.severity is Severity.ERROR for item in findings)


def render(item: Diagnostic, settings: Settings | None = None, alike: Sequence[Diagnostic] = ()) -> Text:
    """One finding: where, what, the line or cell with a caret below, and what to do. `alike`: the rest of its group."""
    settings = settings or Settings()
    text = _headline(item, settings, 1 + len(alike))
    gutter = _excerpt(text, item.origin, settings)
    notes = [(_HINT, item.hint)] if item.hint else []
    if item.rule:
        notes.append((_RULE, _place(item.rule)))
    notes += [(_ALSO, _place_and_text(other.origin)) for other in alike[:_RELATED] if other.origin]
    if len(alike) > _RELATED:
        notes.append((_ALSO, say("{n} more places; --verbose shows all", n=len(alike) - _RELATED)))
    notes += [(_SEE, _place_and_text(origin)) for origin in item.related[:_RELATED]]
    if len(item.related) > _RELATED:
        notes.append((_SEE, say("{n} more places", n=len(item.related) - _RELATED)))
    for kind, words in notes:
        text.append(f"{' ' * gutter} = ", "blue").append(translated(kind, settings.language), "bold")
        text.append(translated(_COLON, settings.language)).append(f"{plain(translated(words, settings.language))}\n")
    return text


def _headline(item: Diagnostic, settings: Settings, count: int) -> Text:
    """`staff.csv, row 3, column sex: error LOD6001 ×850 …`: a group by its first finding and how many there are."""
    from rich.text import Text

    text = Text()
    if item.origin is not None:
        text.append(f"{plain(place(item.origin, settings.language))}: ", "bold")
    text.append(translated(_SEVERITY[item.severity], settings.language), _STYLE[item.severity])
    if item.code:
        text.append(f" {item.code}", "bold")
    if count > 1:
        text.append(f" ×{count:,}", "bold")
    return text.append(f" {plain(translated(item.message, settings.language))}\n")


def place(origin: Origin, language: str = ENGLISH) -> str:
    """`staff.yml:7:5`, or `staff.csv, row 3, column headcount` in the reader's language."""
    return translated(_place(origin), language)


def _place(origin: Origin) -> Wording:
    if isinstance(origin, TextOrigin):
        return Wording(str(origin))
    if origin.row and origin.column:
        return say("{source}, row {row}, column {column}", source=origin.source, row=origin.row, column=origin.column)
    if origin.row:
        return say("{source}, row {row}", source=origin.source, row=origin.row)
    if origin.column:
        return say("{source}, column {column}", source=origin.source, column=origin.column)
    return Wording(origin.source)


def _place_and_text(origin: Origin) -> Wording:
    """A place that is not shown itself: of a cell, with what stands in it."""
    place = _place(origin)
    if isinstance(origin, CellOrigin) and origin.row and origin.text is not None:
        return say("{place}: '{text}'", place=place, text=origin.text)
    return place


def _excerpt(text: Text, origin: Origin | None, settings: Settings) -> int:
    """Append the line or cell that `origin` names; the width of the gutter."""
    if isinstance(origin, CellOrigin):
        if origin.text is None:
            return 2
        name = f"{origin.column}: " if origin.column else ""
        return _quoted(text, origin.row, name + plain(origin.text), len(name) + 1, max(1, len(origin.text)))
    if origin is None or not origin.line:
        return 2
    source = line_of(origin, settings)
    if not source:
        return 2
    return _quoted(text, origin.line, plain(source), origin.column, origin.length)


def line_of(origin: TextOrigin, settings: Settings) -> str | None:
    """The line that a finding points at, or None if there is none to show."""
    if origin.path in settings.texts:
        lines = settings.texts[origin.path].splitlines()
        return lines[origin.line - 1] if origin.line <= len(lines) else None
    for folder in (Path(), *settings.folders):
        try:
            with (folder / origin.path).open(encoding="utf-8", errors="replace") as file:
                return next(islice(file, origin.line - 1, None), "").rstrip("\r\n")
        except OSError:
            continue
    return None


def _quoted(text: Text, number: int, source: str, column: int, length: int) -> int:
    """Append a numbered line and the caret below `column` (1-based, 0 for none); the width of the gutter."""
    from rich.cells import cell_len

    label = str(number) if number else ""
    gutter = max(len(label), 2)
    start = max(0, column - 1)
    first = max(0, start - _WIDTH // 2) if cell_len(source) > _WIDTH else 0  # keep the place in view
    shown = source[first : first + _WIDTH]
    text.append(f"{' ' * gutter} |\n", "blue")
    text.append(f"{label:>{gutter}} | ", "blue").append(shown + "\n")
    text.append(f"{' ' * gutter} |", "blue")
    if column:
        marked = shown[start - first : start - first + length]
        text.append(" " * (cell_len(shown[: start - first]) + 1)).append("^" * max(1, cell_len(marked)), "bold red")
    text.append("\n")
    return gutter


def _summary(items: list[Diagnostic], settings: Settings) -> str:
    """`Found 3 errors and 1 warning: LOD3003 ×3, LOD3007 ×1. Explained by: lod explain LOD3003`"""
    kinds = Counter(item.severity for item in items)
    counted = {Severity.ERROR: say("{n} {n:error|errors}", n=kinds[Severity.ERROR])}
    counted[Severity.WARNING] = say("{n} {n:warning|warnings}", n=kinds[Severity.WARNING])
    counted[Severity.INFO] = say("{n} {n:info|infos}", n=kinds[Severity.INFO])
    found = joined([words for severity, words in counted.items() if kinds[severity]], say(" and "))
    codes = Counter(item.code for item in items if item.code)
    text = say("Found {found}", found=found)
    if codes:
        listed = ", ".join(f"{code} ×{n}" if n > 1 else code for code, n in codes.most_common())
        errors = Counter(item.code for item in items if item.code and item.severity is Severity.ERROR)
        first = (errors or codes).most_common(1)[0][0]  # what stops is explained before what does not
        text = say("Found {found}: {codes}. Explained by: lod explain {first}", found=found, codes=listed, first=first)
    if not settings.verbose and any(n > _EACH for n in codes.values()):
        some = say("The first {each} of each kind are shown; --verbose shows all.", each=_EACH)
        text = joined([text, some], "\n")
    return translated(text, settings.language)


def plain(text: str) -> str:
    """On one line, without the control characters that could move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " if c.isspace() else repr(c)[1:-1] for c in text)
