"""What the commands say, and the one place that renders findings.

Data goes to standard output, messages to standard error. Text for people shows the line or the cell; JSON for programs
holds the same facts. Colours follow the terminal, `NO_COLOR` and `FORCE_COLOR` (rich does that).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lod.diagnostics import CellOrigin, Diagnostic, Origin, Severity, TextOrigin

if TYPE_CHECKING:  # a fifth of a second is all that `lod --help` may take
    from rich.console import Console
    from rich.text import Text

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_WIDTH = 110  # of an excerpt, in terminal cells
_EACH = 5  # findings of one code shown in full unless --verbose
_RELATED = 3


@dataclass(slots=True)
class Settings:
    """What the options of this command line ask for. Filled in while it is read."""

    format: str = "text"  # or "json"
    quiet: bool = False
    verbose: bool = False
    root: Path | None = None  # the project's folder, once known: paths in findings may be relative to it
    texts: dict[str, str] = field(default_factory=dict)  # what was typed on the command line, to point into


def console(*, error: bool = True) -> Console:
    """The terminal: standard error for messages, standard output for data. Text is never wrapped or interpreted."""
    from rich.console import Console

    return Console(stderr=error, soft_wrap=True, highlight=False, markup=False, emoji=False)


def line(message: str, settings: Settings | None = None, *, after: Iterable[Diagnostic] = ()) -> None:
    """A message for people on standard error, unless they asked for quiet; apart from findings shown before it."""
    if settings is None or not settings.quiet:
        console().print("\n" + message if any(True for _ in after) else message)


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


def show(findings: Iterable[Diagnostic], settings: Settings, *, as_data: bool = False) -> None:
    """Report findings: as text on standard error (standard output if they are what was asked for), or as JSON."""
    items = list(findings)
    if settings.format == "json":
        document(findings_document(items))
        return
    if settings.quiet:
        items = [item for item in items if item.severity is Severity.ERROR]
    out = console(error=not as_data)
    shown: Counter[str] = Counter()
    paragraphs: list[Text | str] = []
    for item in items:
        shown[item.code] += 1
        if settings.verbose or not item.code or shown[item.code] <= _EACH:
            paragraphs.append(render(item, settings))
    if len(items) > 1:
        paragraphs.append(_summary(items, settings) + "\n")
    for number, paragraph in enumerate(paragraphs):
        out.print(*(["\n"] if number else []), paragraph, sep="", end="")


def findings_document(items: Iterable[Diagnostic], **more: Any) -> dict[str, Any]:
    """Findings as JSON: `findings`, `errors` and `warnings`, and whatever else the command reports."""
    listed = list(items)
    errors = sum(item.severity is Severity.ERROR for item in listed)
    warnings = sum(item.severity is Severity.WARNING for item in listed)
    return {**more, "errors": errors, "warnings": warnings, "findings": [_as_json(item) for item in listed]}


def has_errors(findings: Iterable[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(item.severity is Severity.ERROR for item in findings)


def render(item: Diagnostic, settings: Settings | None = None) -> Text:
    """One finding: where, what, the line or cell with a caret under it, and what to do."""
    from rich.text import Text

    text = Text()
    if item.origin is not None:
        text.append(f"{plain(str(item.origin))}: ", "bold")
    text.append(item.severity.value, _STYLE[item.severity])
    if item.code:
        text.append(f" {item.code}", "bold")
    text.append(f" {plain(item.message)}\n")
    gutter = _excerpt(text, item.origin, settings or Settings())
    if item.hint:
        _note(text, gutter, "hint", item.hint)
    for origin in item.related[:_RELATED]:
        _note(text, gutter, "see", str(origin))
    if len(item.related) > _RELATED:
        _note(text, gutter, "see", f"{len(item.related) - _RELATED} more places")
    return text


def _note(text: Text, gutter: int, kind: str, words: str) -> None:
    text.append(f"{' ' * gutter} = ", "blue").append(kind, "bold").append(f": {plain(words)}\n")


def _excerpt(text: Text, origin: Origin | None, settings: Settings) -> int:
    """Append the line or cell that `origin` names; the width of the gutter."""
    if isinstance(origin, CellOrigin):
        if origin.text is None:
            return 2
        name = f"{origin.column}: " if origin.column else ""
        return _quoted(text, origin.row, name + plain(origin.text), len(name) + 1, max(1, len(origin.text)))
    if origin is None or not origin.line:
        return 2
    source = _line_of(origin, settings)
    if not source:
        return 2
    return _quoted(text, origin.line, plain(source), origin.column, origin.length)


def _line_of(origin: TextOrigin, settings: Settings) -> str | None:
    """The line that a finding points at, or None if there is none to show."""
    if origin.path in settings.texts:
        lines = settings.texts[origin.path].splitlines()
        return lines[origin.line - 1] if origin.line <= len(lines) else None
    for folder in (Path(), *([settings.root] if settings.root else [])):
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
    parts = [f"{n} {kind.value}{'s' if n > 1 else ''}" for kind, n in sorted(kinds.items(), key=_by_severity)]
    codes = Counter(item.code for item in items if item.code)
    text = "Found " + " and ".join(parts)
    if codes:
        text += ": " + ", ".join(f"{code} ×{n}" if n > 1 else code for code, n in codes.most_common())
        text += f". Explained by: lod explain {codes.most_common(1)[0][0]}"
    if not settings.verbose and any(n > _EACH for n in codes.values()):
        text += f"\nThe first {_EACH} of each kind are shown; --verbose shows all."
    return text


def _by_severity(pair: tuple[Severity, int]) -> int:
    return list(Severity).index(pair[0])


def plain(text: str) -> str:
    """On one line, without the control characters that could move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " if c.isspace() else repr(c)[1:-1] for c in text)


def _as_json(item: Diagnostic) -> dict[str, Any]:
    return {
        "code": item.code,
        "severity": item.severity.value,
        "message": item.message,
        "hint": item.hint,
        "origin": _origin_as_json(item.origin),
        "related": [_origin_as_json(origin) for origin in item.related],
    }


def _origin_as_json(origin: Origin | None) -> dict[str, Any] | None:
    if origin is None:
        return None
    if isinstance(origin, TextOrigin):
        return {"file": origin.path, "line": origin.line, "column": origin.column, "length": origin.length}
    return {"source": origin.source, "row": origin.row, "column": origin.column, "text": origin.text}
